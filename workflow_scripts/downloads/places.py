"""Where networks are published, and how to bring one by hand."""

import os
from pathlib import Path
from urllib.parse import quote


def endpoint() -> str:
    """Address of the model hub, without a slash at its end; HF_ENDPOINT names a mirror."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def page(source: str, revision: str) -> str:
    """The page of a repository that lists its files."""
    return f"{endpoint()}/{source}/tree/{quote(revision, safe='')}"


def by_hand(page: str, folder: str | Path) -> str:
    """What to do where the fetch cannot: the files, the page, the folder."""
    return (
        f"download config.json, preprocessor_config.json and model.safetensors from {page} into {folder} by hand "
        "(where there is only pytorch_model.bin, take that and run "
        f"`python -m workflow_scripts.convert_weights {folder}`)"
    )
