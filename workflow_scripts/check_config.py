"""Check a config file without running anything: ``python -m workflow_scripts.check_config [FILE]``."""

import argparse
import sys

from workflow_scripts.study.checks import read_study
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.plan_checks import remarks


def main() -> int:
    """Print every mistake of the config and return 1, or say that there is none, and what is missing, and return 0."""
    parser = argparse.ArgumentParser(description="Check a config file of Vocalise; nothing is run.")
    parser.add_argument("config", nargs="?", default="config.yaml", help="default: config.yaml")
    place = parser.parse_args().config
    try:
        study = read_study(place)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{place}: no mistakes in the config ({len(study.datasets)} datasets, {len(study.models)} models)")
    for remark in remarks(Plan(study)):
        print(f"  to know: {remark}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
