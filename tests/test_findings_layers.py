"""The front page's rules on layers, on made-up tables whose truth is known: what is told, and what cannot be told."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from cited_numbers import faults
from made_up import MODELS, study
from test_findings import tables_of
from test_report import whole

from workflow_scripts.report_page.front_rules import findings
from workflow_scripts.report_page.words import per_cent
from workflow_scripts.summaries.select import headline_of

RANDOM = "untrained-hubert-base"
ACOUSTICS = "eGeMAPSv02"


def of(models: dict[str, dict[str, Any]] = MODELS, **tables: pd.DataFrame) -> pd.DataFrame:
    """Findings on layers by name, of the made-up study with some tables replaced; every number was looked up."""
    given = whole(models=models, tables={**study(), **tables})
    found = findings(given, seed=1)
    assert faults(found, tables_of(given).__getitem__) == []
    return found[found["question"] == "layers"].set_index("finding")


def row_of(model: str, dataset: str = "speech", protocol: str = "strict", table: str = "best") -> "pd.Series[Any]":
    """The headline row of a model; of the table cross that of the model trained on the other dataset."""
    rows = study()[table]
    rows = rows[(rows["model"] == model) & (rows["dataset"] == dataset)]
    return headline_of(rows.assign(source=dataset), protocol).iloc[0]


def level(row: "pd.Series[Any]") -> str:
    return per_cent(row["value"], row["low"], row["high"])


def without(model: str) -> dict[str, Any]:
    """The made-up study without a model."""
    models = {name: facts for name, facts in MODELS.items() if name != model}
    return {"models": models, **{name: table[table["model"] != model] for name, table in study().items()}}


def test_the_highest_network_is_named_with_its_figure_its_layer_and_the_next() -> None:
    top, follower = row_of("hubert-base"), row_of(RANDOM)
    found = of().loc["best-speech"]
    assert found["sentence"] == (
        f"On speech, hubert-base scores highest of the networks: UAR {level(top)}, strict, 8 speakers, each held out "
        f"once (chance {per_cent(top['chance'])}); the layer is chosen without the held-out speakers, layer 2. "
        f"The next, {RANDOM}, reaches {level(follower)}; the networks are not compared with each other."
    )
    assert found["told"]


@pytest.mark.parametrize(("p", "told"), [(0.05, True), (0.051, False)])
def test_the_highest_of_several_is_told_from_chance_by_its_p(p: float, told: bool) -> None:
    found = of(best=study()["best"].assign(p=p))
    assert found.loc["best-speech", "told"] == told
    none = "On speech, no network tells the emotions from chance: the highest, hubert-base, reaches UAR "
    assert found.loc["best-speech", "sentence"].startswith(none) == (not told)
    assert ("p = 0.051)" in found.loc["best-speech", "sentence"]) == (not told)


@pytest.mark.parametrize(("p", "told"), [(0.01, True), (0.4, False)])
def test_a_network_alone_is_not_the_highest_of_several(p: float, told: bool) -> None:
    alone = without("hubert-base")
    found = of(**{**alone, "best": alone["best"].assign(p=p)}).loc["best-song"]
    says = "tells the emotions: UAR " if told else "does not tell the emotions from chance: it reaches UAR "
    assert found["sentence"].startswith(f"On song, {RANDOM} {says}{level(row_of(RANDOM, 'song'))}, strict, 8 speakers")
    assert "The next" not in found["sentence"]
    assert found["told"] == told


def test_where_nothing_is_told_from_chance_no_layer_is_the_best() -> None:
    found = of(best=study()["best"].assign(p=0.4))
    assert not found.index.str.startswith("layers-").any()
    assert found.index.str.startswith("best-").sum() == 2


@pytest.mark.parametrize(
    ("alike", "smallest_p", "n_speakers", "words"),
    [
        (["2"], 0.01, 8, "and every other layer is lower beyond chance (8 speakers)."),
        (["2", "3"], 0.01, 8, "but layer 3 cannot be told from it with 8 speakers; a true difference of "),
        (["1", "2", "3"], 0.01, 8, "but layers 1 and 3 cannot be told from it with 8 speakers; a true difference of "),
        (["0", "1", "2", "3"], 0.05, 8, "but no other layer can be told from it with 8 speakers; a true difference of"),
        (["0", "1", "2", "3"], 0.25, 3, "but 3 speakers cannot tell any two layers apart (smallest p 0.25)."),
    ],
)
def test_layers_are_told_from_the_best_or_said_not_to_be(
    alike: list[str], smallest_p: float, n_speakers: int, words: str
) -> None:
    curves = study()["layers"]
    among = curves["layer"].isin(alike)
    found = of(layers=curves.assign(among_best=among, smallest_p=smallest_p, n_speakers=n_speakers))
    own = curves[(curves["dataset"] == "speech") & (curves["model"] == "hubert-base") & (curves["layer"] == "2")]
    row = own[own["headline"] & (own["protocol"] == "strict") & (own["condition"] == "all")].iloc[0]
    band = f"[{100 * row['band_low']:.0f}, {100 * row['band_high']:.0f}]"
    assert found.loc["layers-speech", "sentence"].startswith(
        f"On speech, the best layer of hubert-base, chosen on test, is 2 (UAR {per_cent(row['value'])}, band over all "
        f"layers {band}; strict), {words}"
    )
    assert found.loc["layers-speech", "told"] == (alike == ["2"])


def compared(**figures: float) -> pd.DataFrame:
    return study()["comparisons"].assign(**figures)


@pytest.mark.parametrize(("difference", "than"), [(0.05, "better"), (-0.05, "worse")])
def test_a_control_that_is_told_apart_is_below_or_above(difference: float, than: str) -> None:
    found = of(comparisons=compared(difference=difference, low=difference - 0.03, high=difference + 0.03, p=0.001,
                                    p_adjusted=0.01))  # fmt: skip
    levels = f"UAR {per_cent(row_of('hubert-base')['value'])} against {per_cent(row_of(ACOUSTICS)['value'])}"
    sign, ends = ("+", "[+2, +8]") if difference > 0 else ("-", "[-8, -2]")
    assert found.loc[f"acoustics-speech-{ACOUSTICS}", "sentence"] == (
        f"On speech, hubert-base is {than} than the acoustic features {ACOUSTICS}: {levels}, {sign}5 points {ends}, "
        "strict, corrected p = 0.01, 8 speakers."
    )
    assert f"is {than} than its untrained control {RANDOM}: " in found.loc[f"untrained-speech-{RANDOM}", "sentence"]
    assert found["told"].filter(regex="acoustics-|untrained-").all()


def test_a_control_that_is_not_told_apart_comes_with_what_would_have_shown() -> None:
    found = of(comparisons=compared(difference=0.05, low=-0.1, high=0.2, p=0.01, p_adjusted=0.06))
    row = found.loc[f"untrained-speech-{RANDOM}"]
    assert row["sentence"].startswith(f"On speech, whether hubert-base differs from its untrained control {RANDOM} can")
    shown = f"{100 * row['smallest_detectable']:.0f} points"
    assert row["sentence"].endswith(
        f"+5 points [-10, +20], strict, corrected p = 0.06, 8 speakers; a true difference of {shown} would most likely "
        "have shown."
    )
    assert not row["told"]


@pytest.mark.parametrize(
    ("n_speakers", "smallest_p", "figures", "points"),
    [
        (3, 0.25, {"difference": 0.29, "low": -0.04, "high": 0.33}, "+29 points [-4, +33]"),
        # the interval leaves out 0, and alone p is significant: over six comparisons it cannot be
        (6, 0.03125, {"difference": -0.29, "low": -0.42, "high": -0.16}, "-29 points [-42, -16]"),
    ],
)
def test_a_control_that_so_few_speakers_cannot_tell_apart_is_said_to_be_out_of_reach(
    n_speakers: int, smallest_p: float, figures: dict[str, float], points: str
) -> None:
    few = compared(p=smallest_p, smallest_p=smallest_p, n_speakers=n_speakers, p_adjusted=6 * smallest_p, **figures)
    row = of(comparisons=few.assign(p_adjusted=few["p_adjusted"].clip(upper=1))).loc[f"acoustics-speech-{ACOUSTICS}"]
    assert row["sentence"].startswith(f"On speech, whether hubert-base differs from the acoustic features {ACOUSTICS} ")
    assert row["sentence"].endswith(
        f"{points}, strict, which {n_speakers} speakers cannot make significant, whatever it is (smallest p "
        f"{smallest_p:.2g} before correction)."
    )
    assert not row["told"]
    assert row["smallest_detectable"] == np.inf


def published(value: float, low: float, high: float) -> pd.DataFrame:
    """The table best where every UAR as published is this one."""
    best = study()["best"].copy()
    best.loc[(best["protocol"] == "paper1") & (best["metric"] == "UAR"), ["value", "low", "high"]] = [value, low, high]
    return best


def test_the_published_level_is_told_to_be_higher_where_the_intervals_do_not_meet() -> None:
    strict = row_of("hubert-base")
    for ends, told in (((0.99, 0.98, 1.0), True), ((0.99, 0.8, 1.0), False)):
        row = of(best=published(*ends)).loc["leak-speech"]
        more = round(100 * (ends[0] - strict["value"]))
        assert row["sentence"].startswith(
            f"As published (paper1, 8 speakers), hubert-base on speech would read UAR {per_cent(*ends)}, {more} points "
            f"more than the {level(strict)} of strict{'' if told else ' (their intervals overlap)'}; there 100 % of "
            "the test speakers are heard in training"
        )
        assert row["sentence"].endswith(" and the layer is chosen on the test clips.")
        assert row["told"] == told


def test_a_published_protocol_of_other_emotions_is_not_set_against_strict() -> None:
    best = study()["best"]
    row = of(best=best[(best["protocol"] != "paper1") | (best["emotion"] != "calm")]).loc["leak-speech"]
    level_there = level(row_of("hubert-base", protocol="paper1"))
    assert row["sentence"].startswith(
        f"As published (paper1, 8 speakers), hubert-base on speech would read UAR {level_there}, which is another task "
        "than strict, of other emotions or speakers, and cannot be set against it; there 100 % of the test speakers "
    )
    assert "more than" not in row["sentence"]
    assert not row["told"]
    assert np.isnan(row["value"])


@pytest.mark.parametrize("protocol", ["strict", "paper1"])
def test_one_protocol_alone_is_set_against_none(protocol: str) -> None:
    kept = {name: table[table["protocol"] == protocol] for name, table in study().items()}
    found = of(**kept)
    assert {"best-speech", "best-song"} <= set(found.index)
    assert not found.index.str.startswith("leak-").any()
    held_out = found.loc["best-speech", "sentence"].count(", each held out once")
    assert held_out == (protocol == "strict")


def test_across_datasets_stands_beside_within_both_ways() -> None:
    each = [
        f"rained on {source} and tested on {target}, hubert-base reaches UAR "
        f"{level(row_of('hubert-base', target, table='cross'))}, against {level(row_of('hubert-base', target))} within "
        f"{target} (strict, 8 speakers, chance {per_cent(row_of('hubert-base', target, table='cross')['chance'])})"
        for source, target in (("song", "speech"), ("speech", "song"))
    ]
    assert of().loc["across-speech-song", "sentence"] == f"T{'; t'.join(each)}."
    untold = of(cross=study()["cross"].assign(p=0.3)).loc["across-speech-song"]
    assert untold["sentence"].count(", not told from chance (p = 0.3), against ") == 2
    assert not untold["told"]
    assert "across-speech-song" not in of(cross=study()["cross"].iloc[:0]).index


def test_of_single_emotions_nothing_is_said() -> None:
    found = of()
    assert (found["emotion"] == "").all()
    assert not found["sentence"].str.contains("recall", case=False).any()
