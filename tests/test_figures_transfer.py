"""The figures of transfer show what their tables say, and say so where there is nothing to show."""

import numpy as np
import pandas as pd
import pytest
from drawn_text import assert_text_inside_and_apart
from matplotlib.figure import Figure

from tests import made_up_transfer as made
from workflow_scripts.figures import (
    style,
    transfer_bias,
    transfer_claims,
    transfer_curves,
    transfer_differences,
    transfer_grid,
)

TUNERS = [*made.TUNERS]


def grid(target: str = "speech") -> pd.DataFrame:
    return transfer_grid.data(made.scores(), {"speech": "song", "song": "speech"}[target], target, made.MODELS, TUNERS)


def bias() -> pd.DataFrame:
    return transfer_bias.data(made.scores(), made.comparisons(), "song", "speech", made.MODELS, TUNERS)


def curves(protocol: str = "strict") -> pd.DataFrame:
    return transfer_curves.data(made.curves(), "song", "speech", protocol, made.MODELS, TUNERS)


def drawn(figure: Figure, label: str) -> list[tuple[float, float]]:
    """Places of all marks of a label."""
    lines = [line for axis in figure.axes for line in axis.get_lines() if line.get_label() == label]
    return [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in lines]


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in [*figure.texts, *(t for axis in figure.axes for t in axis.texts)])


def test_the_grid_draws_every_training_of_the_direction() -> None:
    frame = grid()
    assert len(frame) == sum(
        (3 if made.whole(model, tuner) else 2) for target, model, tuner, _ in made.grid() if target == "speech"
    )
    figure = transfer_grid.draw(frame, "song", "speech", False)
    for condition in made.CONDITIONS:
        own = frame[frame["condition"] == condition]
        assert sorted(x for x, _ in drawn(figure, condition)) == pytest.approx(sorted(own["value"]))
    assert len(drawn(figure, "interval")) == len(drawn(figure, "chance")) == len(frame)
    assert "384 clips; mean over 2 seeds" in transfer_grid._foot(frame)
    assert words(figure).count("not trained") == 2


def test_differences_are_those_of_the_comparisons_and_faint_where_not_told() -> None:
    frame = transfer_differences.data(made.comparisons(), "song", "speech", made.MODELS, TUNERS)
    table = made.comparisons()
    own = table[(table["question"] == "conditions") & (table["emotion"] == "") & (table["target"] == "speech")]
    assert sorted(frame["value"]) == sorted(own["difference"])
    figure = transfer_differences.draw(frame, "song", "speech", False)
    for pair in transfer_differences.PAIRS:
        values = frame.loc[frame["pair"] == pair, "value"]
        assert sorted(x for x, _ in drawn(figure, pair)) == pytest.approx(sorted(values))
    faint = [
        line
        for axis in figure.axes
        for line in axis.get_lines()
        if line.get_label() in transfer_differences.PAIRS and line.get_alpha() not in (None, 1)
    ]
    assert len(faint) == (~(own["p_adjusted"] <= 0.05)).sum() > 0
    assert "over 16 speakers; else: WA" in words(figure)
    assert style.as_svg(figure) == style.as_svg(transfer_differences.draw(frame, "song", "speech", False))


def test_text_can_be_read() -> None:
    order = ("song", "speech")
    frame = transfer_differences.data(made.comparisons(), *order, made.MODELS, TUNERS)
    for name, figure in {
        "grid": transfer_grid.draw(grid(), *order, True),
        "differences": transfer_differences.draw(frame, *order, True),
        "bias": transfer_bias.draw(bias(), *order, True),
        "curves": transfer_curves.draw(curves(), *order, True),
        "claims": transfer_claims.draw(transfer_claims.data(made.claims()), made.claims(), True),
    }.items():
        assert_text_inside_and_apart(figure, name)


def test_curves_are_means_over_folds() -> None:
    frame = curves()
    rows = made.curves()
    own = rows[(rows["target"] == "speech") & (rows["model"] == "mert-v1-95m") & (rows["condition"] == "two-stage")]
    own = own[(own["stage"] == "target") & (own["epoch"] == 3)]
    row = frame[(frame["model"] == "mert-v1-95m") & (frame["condition"] == "two-stage") & (frame["epoch"] == 3)]
    row = row[row["stage"] == "target"].iloc[0]
    assert row["validation_uar"] == pytest.approx(own["validation_uar"].mean())
    assert (row["uar_low"], row["n"]) == (pytest.approx(own["validation_uar"].min()), 3)
    figure = transfer_curves.draw(frame, "song", "speech", True)
    assert "Demonstration on synthetic audio" in words(figure)
    assert set(frame.loc[frame["stage"] == "source", "condition"]) == {"two-stage", "shuffled-source"}
    first = frame[(frame["stage"] == "source") & (frame["model"] == "hubert-base") & (frame["tuner"] == "peft")]
    best = first.groupby("condition")["validation_uar"].max()
    assert best["two-stage"] > 0.4 > 0.25 > best["shuffled-source"]  # the one is the source's own training
    heights = {y for _, y in drawn(figure, "joint")}
    assert frame.loc[(frame["condition"] == "joint") & (frame["epoch"] == 1), "validation_uar"].iloc[0] in heights


def test_curves_of_a_stage_that_serves_another_direction_are_left_out() -> None:
    rows = made.curves()
    other = (rows["model"] == "mert-v1-95m") & (rows["target"] == "speech") & (rows["source"] == "song")
    frame = transfer_curves.data(rows[~other], "song", "speech", "strict", made.MODELS, TUNERS)
    assert set(frame["model"]) == {"hubert-base", "wav2vec2-base"}


def test_curves_without_validation_are_losses_alone() -> None:
    rows = made.curves().assign(protocol="paper1", validation_uar=np.nan, validation_loss=np.nan)
    frame = transfer_curves.data(rows, "song", "speech", "paper1", made.MODELS, TUNERS)
    figure = transfer_curves.draw(frame, "song", "speech", False)
    assert "UAR" not in " ".join(axis.get_title(loc="left") for axis in figure.axes)
    style.as_png(figure)


def test_claims_draw_strict_and_published_and_faint_where_not_told() -> None:
    frame = transfer_claims.data(made.claims())
    figure = transfer_claims.draw(frame, made.claims(), False)
    unit = np.where(frame["claim"] == 7, 1, 100)
    assert sorted(x for x, _ in drawn(figure, "strict")) == pytest.approx(sorted(frame["value"] * unit))
    opaque = [
        line
        for axis in figure.axes
        for line in axis.get_lines()
        if line.get_label() == "strict" and line.get_alpha() == 1
    ]
    assert len(opaque) == (frame["p_adjusted"] <= 0.05).sum() > 0
    assert frame.loc[frame["claim"] == 8, "line"].is_unique
    assert set(frame.loc[frame["claim"] == 7, "model"]) == {"all networks", "hubert-base"}
    near = frame.loc[frame["claim"] == 7, "line"]
    assert near.is_unique
    assert near.str.contains(", given loudness; ").sum() == len(near) / 2


def test_claims_that_no_training_in_two_stages_bears_on_draw_the_direct_ones() -> None:
    claims = made.claims()
    frame = transfer_claims.data(claims)
    both = {claim: set(frame.loc[frame["claim"] == claim, "line"]) for claim in (4, 9)}
    assert all("two-stage;" in line for lines in both.values() for line in lines)
    frame = transfer_claims.data(claims[(claims["condition"] != "two-stage") | ~claims["claim"].isin([4, 9])])
    direct = {claim: set(frame.loc[frame["claim"] == claim, "line"]) for claim in (4, 9)}
    assert all(lines and all("direct;" in line for line in lines) for lines in direct.values())


def test_bias_stars_what_the_comparisons_tell_apart() -> None:
    frame = bias()
    figure = transfer_bias.draw(frame, "song", "speech", False)
    told = made.comparisons()
    told = told[(told["metric"] == "recall") & (told["protocol"] == "strict") & (told["target"] == "speech")]
    assert len(drawn(figure, "changed")) == (told["p_adjusted"] <= 0.05).sum() > 0
    own = frame[frame["condition"] == "two-stage"]
    assert sorted(y for _, y in drawn(figure, "two-stage")) == pytest.approx(sorted(own["value"]))
    one = own[(own["model"] == "hubert-base") & (own["tuner"] == "peft")]
    assert one["spread_of_recalls"].iloc[0] == pytest.approx(one["value"].std())


def test_nothing_to_show_is_said() -> None:
    assert "No training" in words(transfer_grid.draw(grid().head(0), "song", "speech", False))
    nothing = transfer_differences.data(made.comparisons().head(0), "song", "speech", made.MODELS, TUNERS)
    assert "No two conditions" in words(transfer_differences.draw(nothing, "song", "speech", False))
    assert "No training curve" in words(transfer_curves.draw(curves("twins"), "song", "speech", False))
    assert "No training" in words(transfer_bias.draw(bias().head(0), "song", "speech", False))
    nothing = (
        made.claims()
        .drop_duplicates("claim")
        .assign(strict=np.nan, value=np.nan, as_published=np.nan, why_not="no reason")
    )
    figure = transfer_claims.draw(transfer_claims.data(nothing), nothing, False)
    assert words(figure).count("cannot be judged: no reason") == 6
    style.as_svg(figure)
