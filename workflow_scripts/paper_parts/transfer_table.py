"""The table of differences between trainings: a row per direction, network and comparison, a column per tuner."""

import pandas as pd

from workflow_scripts.paper_parts.latex import INTERVAL, Column, Table
from workflow_scripts.paper_parts.tables import STARRED, cell_of, named, told_in
from workflow_scripts.report_page import transfer_rows as select
from workflow_scripts.report_page.explanation_cells import by_key
from workflow_scripts.report_page.study import ALPHA, Study
from workflow_scripts.report_page.words import points

HEADLINE = "two-stage less direct"
MOST = 24  # rows; of more comparisons only the headline is printed


def differences(study: Study) -> Table:
    """What a first stage changes, under the main protocol of the trainings."""
    parts = [way.compared.assign(direction=way.words) for way in select.ways(study)]
    data = pd.concat(parts, ignore_index=True)
    whole = data[data["emotion"] == ""]
    protocol = select.main_of(whole)
    rows = select.picked(whole, protocol=protocol)
    keys = ["direction", "model", "pair"]
    short = len(rows.drop_duplicates(keys)) > MOST and (rows["pair"] == HEADLINE).any()
    wide = by_key(select.picked(rows, pair=HEADLINE) if short else rows, keys, ["tuner"])
    columns = [
        named("direction"),
        Column("network", lambda row: row.model),
        Column("compared", lambda row: row.pair),
        *[
            Column(
                tuner,
                cell_of(tuner, lambda row: points(row.value, row.low, row.high).replace(" points", "")),
                INTERVAL,
                told_in(tuner, lambda row: row.p_adjusted <= ALPHA),
            )
            for tuner in dict.fromkeys(rows["tuner"])
        ],
    ]
    metrics = " and ".join(dict.fromkeys(rows["metric"])) or "scores"
    caption = (
        f"Differences of {metrics} between trainings in points, by tuner, {protocol}, with 95 % intervals; {STARRED}: "
        "p at most 0.05 after Holm over the study. What is not starred cannot be told apart, which is no proof that "
        "both are alike."
    )
    return Table("transfer", caption, wide, columns, data)
