"""Convert a checkpoint that is a pickle to safetensors: ``python -m workflow_scripts.convert_weights FOLDER``."""

import argparse
import sys
from pathlib import Path

from workflow_scripts.downloads.checkpoints import SAFE, SAFE_INDEX, convert
from workflow_scripts.study.errors import UserError


def main() -> int:
    """Convert the pytorch_model.bin of a folder (or its shards); return 1 where it is refused."""
    parser = argparse.ArgumentParser(
        description="Write the tensors of pytorch_model.bin to model.safetensors. Nothing in the pickle is run."
    )
    parser.add_argument("folder", type=Path, help="folder of the weights")
    folder = parser.parse_args().folder
    try:
        for file in (folder / SAFE, folder / SAFE_INDEX):
            if file.exists():
                raise UserError("is there already and is not overwritten", str(file), "move it away and run again")
        convert(folder)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{folder / SAFE} is written; the pickle beside it is not needed any more")
    return 0


if __name__ == "__main__":
    sys.exit(main())
