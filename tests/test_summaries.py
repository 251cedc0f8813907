"""Summaries: curves, headlines, comparisons, audit, the papers beside; on a made-up study with planted layers."""

import pandas as pd
import pytest
from made_up import DATASETS, EMOTIONS, MODELS, PLANTED, choices, leaks_and_confounds, manifest, predictions, study

from workflow_scripts.statistics.scores import scores
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries.audit import LEAK
from workflow_scripts.summaries.curves import curves
from workflow_scripts.summaries.headlines import headlines, in_words
from workflow_scripts.summaries.papers import OTHER_TASKS, side_by_side
from workflow_scripts.summaries.roles import control_of, is_exact_control
from workflow_scripts.summaries.select import EACH, INSIDE, LAST, ON_TEST, ONLY, headline_of, scope


def test_the_planted_layer_is_best_and_alone() -> None:
    curve = study()["layers"]
    curve = curve[(curve["model"] == "hubert-base") & (curve["protocol"] == "strict") & (curve["condition"] == "all")]
    for _, rows in curve.groupby(["dataset", "speaker_normalisation"]):
        assert list(rows.loc[rows["best"], "layer"]) == ["2"]
        assert list(rows.loc[rows["among_best"], "layer"]) == ["2"]
        assert (rows["band_low"] <= rows["low"]).all()
        assert (rows["band_high"] >= rows["high"]).all()


def test_without_a_planted_layer_none_is_told_apart() -> None:
    curve = study()["layers"]
    null = curve[(curve["model"] == "untrained-hubert-base") & (curve["protocol"] == "strict") & curve["headline"]]
    for _, rows in null[null["condition"] == "all"].groupby("dataset"):
        assert rows["best"].sum() == 1
        assert rows["among_best"].all()


def test_paper1_has_a_best_layer_and_no_test_of_layers() -> None:
    rows = study()["layers"]
    rows = rows[(rows["protocol"] == "paper1") & (rows["layer"] != "functionals")]
    assert rows["p_best"].isna().all()
    assert not rows["among_best"].any()
    assert rows["note"].str.contains("not compared").all()


def test_headlines_choose_as_the_protocol_allows() -> None:
    best = study()["best"]
    chosen = best.drop_duplicates(["model", "protocol"]).set_index(["model", "protocol"])["choice"]
    assert chosen["hubert-base", "strict"] == INSIDE
    assert chosen["hubert-base", "paper1"] == ON_TEST
    assert chosen["eGeMAPSv02", "strict"] == ONLY
    own = headline_of(best[best["model"] == "hubert-base"], "strict")
    assert list(own["layer"]) == ["2", "2"]
    assert own["value"].to_numpy() == pytest.approx(PLANTED["hubert-base"][2], abs=0.06)


def test_a_headline_chosen_inside_training_may_differ_from_the_best_on_test() -> None:
    clips, layers = manifest("speech"), ["0", "1"]
    parts = {"predictions": [], "choices": [], "scores": []}
    for layer, accuracy, inner in (("0", 0.8, 0.5), ("1", 0.4, 0.6)):  # the inner score prefers the worse layer
        rows = predictions(clips, accuracy, int(layer), null_runs=0)
        for name, table in (("predictions", rows), ("choices", choices(rows, inner)), ("scores", scores(rows, clips))):
            parts[name].append(table.assign(layer=layer))
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
    curve = curves(tables["scores"], layers, 1)
    best, confusion = headlines(tables["predictions"], tables["choices"], tables["scores"], curve, clips, layers, 99, 1)
    strict = best[(best["protocol"] == "strict") & (best["metric"] == "UAR") & (best["speaker"] == "")]
    assert set(strict["layer"]) == {"1"}
    on_test = curve[(curve["protocol"] == "strict") & (curve["condition"] == "all") & curve["best"]]
    assert set(on_test["layer"]) == {"0"}
    counts = confusion[(confusion["protocol"] == "strict") & (confusion["speaker_normalisation"] == "none")]
    counts = counts[counts["choice"] != EACH]
    right = counts.loc[counts["true"] == counts["predicted"], "count"].sum() / counts["count"].sum()
    wa = best[(best["protocol"] == "strict") & (best["metric"] == "WA") & (best["speaker"] == "")]
    wa = wa[(wa["condition"] == "all") & (wa["speaker_normalisation"] == "none")]
    assert right == pytest.approx(wa["value"].item())


def test_the_linear_head_takes_the_layers_of_the_logistic_probe_or_the_last() -> None:
    clips, layers = manifest("speech", repetitions=2), ["0", "1"]
    rows = [predictions(clips, 0.5, int(layer), null_runs=0).assign(layer=layer) for layer in layers]
    made = pd.concat(rows, ignore_index=True)
    made = made[made["protocol"] == "strict"]
    both = pd.concat([made, made.assign(probe="linear-head")], ignore_index=True)
    inner = pd.concat(
        [choices(made[made["layer"] == layer], 0.9 - int(layer) / 2).assign(layer=layer) for layer in layers]
    )
    scored = pd.concat([scores(part, clips).assign(layer=layer) for layer, part in both.groupby("layer")])
    curve = curves(scored, layers, 1)
    with_logistic, _ = headlines(both, inner, scored, curve, clips, layers, 99, 1)
    assert set(with_logistic["layer"]) == {"0"}
    alone = both[both["probe"] == "linear-head"]
    without, _ = headlines(alone, inner.iloc[:0], scored, curve, clips, layers, 99, 1)
    assert set(without["layer"]) == {"1"}
    assert set(without["choice"]) == {LAST}


def test_chosen_layers_in_words() -> None:
    assert in_words(pd.Series(["7", "7"]), ["6", "7"]) == ("7", "7")
    assert in_words(pd.Series(["8", "7", "7"]), ["7", "8"]) == ("7 (2 of 3 folds), 8 (1)", "7")
    assert in_words(pd.Series(["8", "7"]), ["7", "8"])[1] == "7"  # ties go to the lower layer


def test_controls_are_of_the_same_shape_where_there_is_one() -> None:
    models = {
        "hubert": {"family": "hubert", "weights": "local", "layers": list("012")},
        "deep": {"family": "hubert", "weights": "local", "layers": list("01234")},
        "random-wavlm": {"family": "wavlm", "weights": "untrained", "layers": list("012")},
        "random-hubert": {"family": "hubert", "weights": "untrained", "layers": list("012")},
        "functionals": {"family": "acoustics", "weights": "none", "layers": ["functionals"]},
    }
    assert control_of("hubert", models) == "random-hubert"
    assert is_exact_control("hubert", "random-hubert", models)
    assert not is_exact_control("deep", control_of("deep", models), models)
    assert control_of("random-hubert", models) == ""
    assert control_of("functionals", models) == ""


def test_comparisons_hold_planted_differences() -> None:
    table = study()["comparisons"]
    assert len(table) == 6
    rows = table[table["model"] == "hubert-base"].set_index(["dataset", "against"])
    for dataset in DATASETS:
        planted = PLANTED["hubert-base"][2] - PLANTED["eGeMAPSv02"][0]
        assert rows.loc[(dataset, "eGeMAPSv02"), "difference"] == pytest.approx(planted, abs=0.1)
        assert rows.loc[(dataset, "untrained-hubert-base"), "role"] == "untrained control"
    assert (table["p_adjusted"] >= table["p"]).all()
    wider = (table["high_conservative"] - table["low_conservative"]) / (table["high"] - table["low"])
    assert wider.to_numpy() == pytest.approx((1 + 4 / 3) ** 0.5)  # four folds
    assert table["smallest_p"].to_numpy() == pytest.approx(2.0 ** (1 - 8))  # eight speakers


def test_audit_counts_leaks_over_folds() -> None:
    table = leaks_and_confounds()
    assert list(table.columns) == [*TABLES["audit"]]
    leaks = table[table["topic"] == LEAK]
    assert (leaks.loc[leaks["protocol"] == "strict", "count"] == 0).all()
    drawn = leaks[(leaks["protocol"] == "paper1") & (leaks["source"] == "speech")].set_index("what")
    assert drawn.loc["speakers", "count"] == drawn.loc["speakers", "of"] == 8
    assert drawn.loc["twins", "value"] == drawn.loc["twins", "count"] / drawn.loc["twins", "of"] > 0.5


def test_every_printed_figure_stands_and_the_studys_beside() -> None:
    paper1, emobox = (
        pd.read_csv(f"resources/published/{name}.csv", keep_default_na=False) for name in ("paper1", "emobox")
    )
    table = side_by_side(paper1, emobox, study()["best"], leaks_and_confounds(), DATASETS, MODELS)
    assert list(table.columns) == [*TABLES["side_by_side"]]
    first = table[table["paper"] == "paper1"].set_index("model")
    assert sorted(first["printed"]) == pytest.approx([0.7980, 0.8473, 0.8522])
    assert first.loc["HuBERT", "study_model"] == "hubert-base"
    strict = headline_of(study()["best"], "strict", "WA")
    strict = strict[(strict["model"] == "hubert-base") & (strict["dataset"] == "speech")]
    assert first.loc["HuBERT", "strict"] == strict["value"].item()
    assert "100 % of test speakers are heard in training" in first.loc["HuBERT", "why"]
    alone = table[table["study_model"] == ""]
    assert set(alone["model"]) >= {"Wav2Vec 2.0", "MERT"}
    assert alone["strict"].isna().all()
    assert "8 emotions, this study has 6" in table[table["model"] == "HuBERT base"]["why"].item()


def test_protocols_that_test_other_emotions_get_no_difference() -> None:
    published = [pd.read_csv(f"resources/published/{name}.csv", keep_default_na=False) for name in ("paper1", "emobox")]
    best = study()["best"]
    best = best[(best["protocol"] != "paper1") | (best["emotion"] != "calm")]
    assert scope(best, "speech", "paper1") == (frozenset(EMOTIONS) - {"calm"}, 8)
    table = side_by_side(*published, best, leaks_and_confounds(), DATASETS, MODELS).set_index("model")
    why = table.loc["HuBERT", "why"]
    assert why.startswith(f"{OTHER_TASKS}: paper1 has 5 emotions of 8 speakers, strict 6 emotions of 8 speakers.")
    assert "points against strict" not in why
    assert "points against strict" in _usual().set_index("model").loc["HuBERT", "why"]


def _usual() -> pd.DataFrame:
    published = [pd.read_csv(f"resources/published/{name}.csv", keep_default_na=False) for name in ("paper1", "emobox")]
    return side_by_side(*published, study()["best"], leaks_and_confounds(), DATASETS, MODELS)


def test_published_tables_hold_all_rows_and_how_each_is_known() -> None:
    rows = {"paper1": 20, "paper2": 4698, "emobox": 111}
    for name, number in rows.items():
        table = pd.read_csv(f"resources/published/{name}.csv", keep_default_na=False)
        assert len(table) == number
        known = table[{"paper1": "how_known", "paper2": "how", "emobox": "source"}[name]]
        assert (known != "").all()
