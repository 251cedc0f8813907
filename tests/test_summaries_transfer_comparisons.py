"""Comparisons of trainings: planted differences are found, nulls keep their level, whatever is missing is said."""

import numpy as np
import pandas as pd
import pytest

from tests import made_up_transfer as made
from workflow_scripts.statistics.mcnemar import exact_p
from workflow_scripts.statistics.paired import paired_difference
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries import transfer_cells as t
from workflow_scripts.summaries.transfer_comparisons import transfer_comparisons

SPEECH = made.manifest("speech")
ONE_STAGE = ("", "speech", "hubert-base", "peft", "direct")
STAGES = ("song", "speech", "hubert-base", "peft", "two-stage")


def table() -> pd.DataFrame:
    return made.comparisons()


def where(frame: pd.DataFrame, **wanted: object) -> pd.DataFrame:
    return frame[(frame[list(wanted)] == list(wanted.values())).all(axis=1)]


def one(frame: pd.DataFrame, **wanted: object) -> pd.Series:
    found = where(frame, **wanted)
    assert len(found) == 1
    return found.iloc[0]


def compared(*frames: pd.DataFrame) -> pd.DataFrame:
    return transfer_comparisons(pd.concat(frames, ignore_index=True), made.TUNERS, seed=1)


def test_what_was_planted_is_found_and_nothing_else() -> None:
    found = where(table(), model="hubert-base", tuner="peft", target="speech", protocol="strict", emotion="")
    stages = where(found, question="conditions").set_index(["one", "other"])
    assert [*stages.index] == [
        ("two-stage", "direct"), ("two-stage", "shuffled-source"), ("two-stage", "equal-updates"), ("joint", "direct"),
    ]  # fmt: skip
    assert set(stages["verdict"]) <= {"two-stage is better", "joint is better"}
    assert stages.loc[("two-stage", "direct"), "difference"] == pytest.approx(0.3, abs=0.07)
    tuners = where(found, question="tuners", condition="two-stage").set_index("other")
    assert tuners.loc["frozen", "verdict"] == "peft is better"
    weights = where(table(), question="class-weights", protocol="strict", condition="direct", target="speech")
    assert [*weights["one"], *weights["other"]] == ["peft-weighted", "peft"]
    assert set(weights["verdict"]) == {"not told apart"}


def test_every_row_has_its_columns_and_family() -> None:
    found = table()
    assert [*found.columns] == [*TABLES["transfer_comparisons"]]
    sizes = found.groupby("family").size()
    for family, rows in sizes.items():
        assert family.endswith(f"Holm over {rows}")
    assert (found["p_adjusted"] >= found["p"]).all()
    assert (found["p"] >= found["smallest_p"] - 1e-12).all()
    direct = where(found, question="tuners", condition="direct")
    assert set(direct["source"]) == {""}
    assert set(found.loc[found["emotion"] != "", "one"]) == {"two-stage"}


def test_strict_is_a_paired_test_of_speakers_means_over_seeds() -> None:
    parts = [where(made.predictions(), **dict(zip([*t.CELL[:5], "protocol"], [*names, "strict"], strict=True)))
             for names in (STAGES, ONE_STAGE)]  # fmt: skip
    means = []
    for part in parts:
        right = (part["true"] == part["predicted"]).astype(float)
        by_emotion = right.groupby([part["speaker"], part["repeat"], part["true"]]).mean()
        means.append(by_emotion.groupby(level=["speaker", "repeat"]).mean().groupby(level="speaker").mean())
    expected = paired_difference(means[0], means[1], np.random.default_rng(0), n_folds=8, draws=99_999)
    row = one(
        table(), source="song", target="speech", model="hubert-base", tuner="peft", protocol="strict", one="two-stage",
        other="direct", emotion="",
    )  # fmt: skip
    assert row["difference"] == pytest.approx(expected.difference)
    assert (row["low"], row["high"], row["p"]) == pytest.approx((expected.low, expected.high, expected.p_flips))
    assert (row["low_conservative"], row["p_conservative"]) == pytest.approx(
        (expected.low_conservative, expected.p_conservative)
    )
    assert (row["n_seeds"], row["n_speakers"], row["n_folds"]) == (2, 16, 8)


def test_published_is_mcnemar_on_the_same_clips() -> None:
    a = made.trained(SPEECH, 0.8, *STAGES, protocol="paper1", seeds=3)
    b = made.trained(SPEECH, 0.5, *ONE_STAGE, protocol="paper1", seeds=3)
    row = one(compared(a, b), emotion="")
    both = a.merge(b, on=["repeat", "clip_id"])
    right = [(both[f"true{side}"] == both[f"predicted{side}"]).astype(bool) for side in ("_x", "_y")]
    counts = pd.DataFrame({"b": right[0] & ~right[1], "c": right[1] & ~right[0]}).groupby(both["repeat"]).sum()
    ps = [exact_p(int(b), int(c)) for b, c in counts.itertuples(index=False)]
    assert row["p"] == pytest.approx(min(1, 2 * np.median(ps)))
    assert (row["only_one"], row["only_other"]) == pytest.approx(tuple(counts.mean()))
    assert row["difference"] == pytest.approx(right[0].mean() - right[1].mean())
    assert "new clips of these speakers only" in row["note"]
    assert row["metric"] == "WA"


def test_the_level_is_kept_where_nothing_is_better() -> None:
    """Trainings of equal skill, speakers and emotions of unequal difficulty: p below 0.05 in about 5 %."""
    rng = np.random.default_rng(7)
    clips = SPEECH[SPEECH["speaker"].astype(int) <= 8]
    of_speaker = dict(zip(sorted(set(clips["speaker"])), rng.uniform(-0.2, 0.2, 8), strict=True))
    frames = []
    for name in range(100):
        for protocol in ("strict", "paper1"):
            for source, condition in (("song", "joint"), ("", "direct")):
                names = (source, "speech", "hubert-base", f"variant-{name}", condition)
                frames.append(made.trained(clips, 0.6, *names, protocol=protocol, of_speaker=of_speaker, rng=rng,
                                           of_emotion=made.BIAS))  # fmt: skip
    found = compared(*frames)
    strict = where(found, protocol="strict", emotion="")
    assert len(strict) == 100
    assert 0.01 < (strict["p"] <= 0.05).mean() < 0.1
    assert strict["p"].mean() == pytest.approx(0.5, abs=0.08)
    assert (where(found, protocol="paper1", emotion="")["p"] <= 0.05).mean() < 0.07
    assert not found["verdict"].str.endswith("is better").any()


def test_what_the_split_adds() -> None:
    shares = {"strict": 0.5, "twins": 0.65, "paper1": 0.95}
    frames = [made.trained(SPEECH, share, *STAGES, protocol=protocol, seeds=5) for protocol, share in shares.items()]
    found = compared(*frames).set_index(["one", "other"])
    right = [(part["true"] == part["predicted"]).groupby([part["speaker"], part["clip_id"]]).mean() for part in frames]
    same = (right[2] - right[0]).dropna().groupby("speaker").mean().mean()  # what strict says of the published clips
    assert found.loc[("paper1", "strict"), "difference"] == pytest.approx(same)
    for (a, b), row in found.iterrows():
        assert row["difference"] == pytest.approx(shares[a] - shares[b], abs=0.08)
        assert row["low"] < shares[a] - shares[b] < row["high"]
        assert row["verdict"] == f"{a} is higher"
        assert row["family"] == "between protocols, all emotions: Holm over 3"
    assert [*found.index] == [("paper1", "strict"), ("paper1", "twins"), ("twins", "strict")] or len(found) == 3


def test_few_speakers_are_said_to_be_few() -> None:
    for speakers, words in ((1, "1 speaker"), (5, "5 speakers")):
        clips = SPEECH[SPEECH["speaker"].astype(int) <= speakers]
        found = compared(made.trained(clips, 1.0, *STAGES), made.trained(clips, 0.2, *ONE_STAGE))
        row = one(found, emotion="")
        assert row["verdict"] == f"cannot be told with {words}"
        assert row["difference"] > 0.5
        assert row["smallest_p"] == 2.0 ** (1 - speakers)
        assert np.isnan(row["low"]) == (speakers == 1)
    six = SPEECH[SPEECH["speaker"].astype(int) <= 6]
    found = compared(made.trained(six, 1.0, *STAGES), made.trained(six, 0.2, *ONE_STAGE))
    assert one(found, emotion="")["verdict"] == "two-stage is better"
    assert set(where(found, metric="recall")["verdict"]) == {"cannot be told with 6 speakers over so many comparisons"}


def test_only_what_both_tested_is_compared() -> None:
    a, b = made.trained(SPEECH, 0.8, *STAGES, seeds=3), made.trained(SPEECH, 0.8, *ONE_STAGE, seeds=1)
    row = one(compared(a, b[b["true"] != "calm"]), emotion="")
    assert row["n_seeds"] == 1
    assert row["n_clips"] == 320
    assert "of 3 seeds both have 1" in row["note"]
    assert "64 clips were tested by one of both only" in row["note"]
    lacking = compared(a, b[b["true"] != "calm"])
    assert set(lacking["emotion"]) == set(made.EMOTIONS) - {"calm"} | {""}
    apart = compared(a, b.assign(clip_id="other " + b["clip_id"]))
    assert apart.empty


def test_missing_conditions_and_an_empty_study() -> None:
    assert compared(made.trained(SPEECH, 0.8, *STAGES)).empty
    nothing = transfer_comparisons(made.predictions().head(0), made.TUNERS, seed=1)
    assert [*nothing.columns] == [*TABLES["transfer_comparisons"]]


def test_other_emotions_are_another_task() -> None:
    few = SPEECH[SPEECH["emotion"].isin(["happy", "sad", "angry"])]
    assert compared(made.trained(SPEECH, 0.8, *STAGES), made.trained(few, 0.8, *ONE_STAGE)).empty
    both = compared(made.trained(few, 0.8, *STAGES), made.trained(SPEECH, 0.8, *ONE_STAGE),
                    made.trained(few, 0.4, *ONE_STAGE))  # fmt: skip
    assert one(both, emotion="")["emotions"] == "happy sad angry"


def test_a_clip_tested_twice_is_a_bug() -> None:
    twice = made.trained(SPEECH, 0.8, *STAGES)
    with pytest.raises(ValueError, match="twice"):
        compared(twice, twice)


def test_other_trainings_change_no_p() -> None:
    two = [made.trained(SPEECH, 0.6, *STAGES), made.trained(SPEECH, 0.5, *ONE_STAGE)]
    alone = compared(*two)
    more = compared(made.trained(SPEECH, 0.5, "", "speech", "hubert-base", "frozen", "direct"), *two)
    more = where(more, question="conditions")
    pd.testing.assert_series_equal(alone["p"], more["p"], check_index=False)
