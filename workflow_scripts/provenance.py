"""How did a file of the results come about? ``python -m workflow_scripts.provenance FILE [--json]``.

FILE is any file below results/: table, figure, report, checkpoint. The exit status is 0 where it and all that it was
made from are as they were made, else 1.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workflow_scripts.study.errors import UserError
from workflow_scripts.study.history import History, Study, history, located


def main() -> int:
    """Print the history of the file that the command line names; the exit status."""
    parser = argparse.ArgumentParser(description="Say how a file of the results came about, back to the recordings.")
    parser.add_argument("file", metavar="FILE", type=Path, help="any file below results/")
    parser.add_argument("--json", action="store_true", help="all of it, as JSON")
    given = parser.parse_args()
    try:
        study, file = located(given.file)
        past = history(study, file)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    print(as_json(study, past) if given.json else words(study, past))
    return int(not past.jobs or bool(past.changed))


def words(study: Study, past: History) -> str:
    """The history in words."""
    from workflow_scripts.study.history_words import in_words  # here: the tables that it reads take a second to import

    return in_words(study, past).rstrip("\n")


def as_json(study: Study, past: History) -> str:
    """The history as JSON: the records of all jobs as they are, the job that made the file first."""
    from workflow_scripts.study.history_words import origins, programs

    whole: dict[str, Any] = {"file": past.file, "output": past.output, "jobs": past.jobs}
    whole |= {"origins": {title: dict(lines) for title, lines in origins(study, past.jobs).items()}}
    whole |= {"programs": programs(past.jobs), "remarks": [asdict(remark) for remark in past.remarks]}
    return json.dumps(whole, indent=1)


if __name__ == "__main__":
    sys.exit(main())
