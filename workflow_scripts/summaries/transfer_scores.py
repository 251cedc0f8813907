"""Scores of every cell of the transfer grid, by the same rules as those of probes."""

from collections.abc import Mapping

import pandas as pd

from workflow_scripts.statistics.scores import scores
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries.transfer_cells import SOURCE_ONLY, cells

NOT_NORMALISED = (
    "vectors are normalised neither by speaker nor by dataset, which alone moves scores across domains by more than "
    "10 points"
)


def transfer_scores(
    predictions: pd.DataFrame, manifests: Mapping[str, pd.DataFrame], permutations: int, seed: int
) -> pd.DataFrame:
    """Score each cell: WA, UAR, macro-F1, recalls; all clips, normal intensity, within melody; per seed and speaker.

    Args:
        predictions: the tables `transfer_predictions` of all trainings, one below another.
        manifests: manifest of every dataset that is tested.
        permutations: for chance and p.
        seed: of the study; every cell has its own stream.

    Returns: the columns of the table transfer_scores; conventions as in `statistics.scores`.
    """
    frames = []
    for cell, part in cells(predictions).items():
        # a cell takes the place of a probe, so that its draws are its own
        probe = {"probe": "/".join(cell), "pooling": "", "speaker_normalisation": ""}
        found = scores(part.assign(**probe), manifests[cell.target], permutations=permutations, seed=seed)
        found = found.rename(columns={"condition": "clips", "n_draws": "n_seeds"}).assign(**cell._asdict())
        if not (part["protocol"].isin(["paper1", "twins"])).any():
            found["note"] = found["note"].str.replace(" draws, which range", " seeds, which range", regex=False)
        if cell.condition == SOURCE_ONLY:
            whole = (found["repeat"] == -1) & (found["speaker"] == "") & (found["metric"] != "melody-UAR")
            notes = found.loc[whole, "note"]
            found.loc[whole, "note"] = (notes + "; " + NOT_NORMALISED).str.removeprefix("; ")
        frames.append(found)
    columns = [*TABLES["transfer_scores"]]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)
