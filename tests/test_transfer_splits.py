"""Who trains, validates and is tested in transfer: of one dataset, of two with the same speakers, and with others."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_scripts.materials import folds as folds_of
from workflow_scripts.materials import leaks
from workflow_scripts.study.errors import UserError
from workflow_scripts.transfer import splits

EMOTIONS = ("happy", "sad")
SPEAKERS = {str(number): "male" if number % 2 else "female" for number in range(1, 13)}


def manifest(speakers: set[str] | dict[str, str], name: str, pool: str = "pool", clips: int = 2) -> pd.DataFrame:
    """Twins of every speaker, emotion and statement."""
    rows = [
        (f"{name}-{s}-{e}-{t}-{i}", f"{name}-{s}-{e}-{t}-{i}", pool, s, SPEAKERS.get(s, ""), e, "normal", t)
        for s in sorted(speakers)
        for e in EMOTIONS
        for t in ("kids", "dogs")
        for i in range(clips)
    ]
    columns = ["clip_id", "audio_hash", "pool", "speaker", "sex", "emotion", "intensity", "statement"]
    return pd.DataFrame(rows, columns=columns)


def people(manifest: pd.DataFrame, clips: tuple[str, ...]) -> set[str]:
    return set(manifest.set_index("clip_id").loc[list(clips), "speaker"])


some_examples = settings(deadline=None, max_examples=30)  # each makes tables, which takes its time
some = st.sets(st.sampled_from(sorted(SPEAKERS)), min_size=1)


@some_examples
@given(present=some, folds=st.integers(3, 6))
def test_strict_tests_every_speaker_once_and_trains_on_none_that_is_held_out(present: set[str], folds: int) -> None:
    clips = manifest(present, "speech")
    dealt = folds_of.deal_speakers(SPEAKERS, folds)
    if len({dealt[s] for s in present}) < 3:
        return
    table = folds_of.strict(clips, SPEAKERS, folds)
    found = splits.stage("strict", clips, table)
    tested: list[str] = []
    for split in found:
        parts = [people(clips, part) for part in (split.train, split.validation, split.test)]
        assert all(parts)
        assert not parts[0] & parts[1]
        assert not parts[0] & parts[2]
        assert not parts[1] & parts[2]
        assert set.union(*parts) == present
        assert sorted(split.train + split.validation + split.test) == sorted(clips["clip_id"])
        tested += sorted(parts[2])
    assert sorted(tested) == sorted(present)


@some_examples
@given(lacking=st.tuples(some, some), folds=st.integers(3, 6))
def test_two_datasets_of_one_pool_hold_the_same_speakers_out(lacking: tuple[set[str], set[str]], folds: int) -> None:
    """Whoever is tested or validates in the target trains in neither domain; where this cannot be, nothing trains."""
    spoken, sung = (set(SPEAKERS) - set(sorted(without)[:5]) for without in lacking)
    clips = manifest(spoken, "speech"), manifest(sung, "song")
    dealt = folds_of.deal_speakers(SPEAKERS, folds)
    tables = tuple(folds_of.strict(rows, SPEAKERS, folds) for rows in clips)
    used = [{dealt[s] for s in present} for present in (spoken, sung)]
    try:
        found = splits.pairs("strict", True, clips, tables, 0)
    except UserError:
        assert used[0] != used[1] or len(used[0]) < 3
        return
    tested: list[str] = []
    for source, target in found:
        assert source.fold == target.fold
        held_out = people(clips[1], target.test) | people(clips[1], target.validation)
        assert people(clips[1], target.validation)
        assert not people(clips[1], target.train) & held_out
        assert not people(clips[0], source.train) & held_out
        assert not people(clips[0], source.validation) & people(clips[1], target.test)
        tested += sorted(people(clips[1], target.test))
    assert sorted(tested) == sorted(sung)


def test_a_speaker_less_in_one_domain_changes_no_fold() -> None:
    """As in RAVDESS, where one actor does not sing: fold k + 1 validates for fold k in both."""
    clips = manifest(SPEAKERS, "speech"), manifest(set(SPEAKERS) - {"6"}, "song")
    tables = tuple(folds_of.strict(rows, SPEAKERS) for rows in clips)
    for both in zip(*splits.pairs("strict", True, clips, tables, 0), strict=True):
        by_fold = {split.fold: split for split in both}
        rows = clips[0] if both[0].test[0].startswith("speech") else clips[1]
        assert sorted(by_fold) == list(range(6))
        assert all(people(rows, by_fold[k].validation) == people(rows, by_fold[(k + 1) % 6].test) for k in range(6))


@pytest.mark.parametrize("protocol", ["paper1", "twins"])
def test_draws_of_a_pair_are_each_dataset_s_own(protocol: str) -> None:
    clips = manifest(SPEAKERS, "speech"), manifest(SPEAKERS, "song")
    tables = tuple(getattr(folds_of, protocol)(rows, 3) for rows in clips)
    ((source, target),) = splits.pairs(protocol, True, clips, tables, 2)
    assert source == splits.stage(protocol, clips[0], tables[0], 2)[0]
    assert target == splits.stage(protocol, clips[1], tables[1], 2)[0]


def test_speakers_of_another_pool_all_train_but_those_of_the_first_fold() -> None:
    clips = manifest(SPEAKERS, "speech")
    table = folds_of.strict(clips, SPEAKERS)
    split = splits.whole(clips, table)
    others = manifest({"1", "2", "3"}, "others", pool="others")
    both = splits.pairs("strict", False, (clips, others), (table, folds_of.strict(others, None)), 0)
    assert [source for source, _ in both] == [split] * 3
    assert [target.fold for _, target in both] == [0, 1, 2]
    assert (split.fold, split.test) == (splits.WHOLE, ())
    assert split.validation == tuple(sorted(table.loc[table["fold"] == 0, "clip_id"]))
    assert sorted(split.train + split.validation) == sorted(clips["clip_id"])
    assert splits.source_fold("strict", False, 4) == splits.WHOLE
    assert splits.source_fold("paper1", False, 0) == splits.source_fold("twins", True, 0) == 0


@pytest.mark.parametrize("protocol", ["paper1", "twins"])
def test_a_draw_tests_a_fifth_and_validates_nothing(protocol: str) -> None:
    clips = manifest(SPEAKERS, "speech")
    table = getattr(folds_of, protocol)(clips, 3)
    draws = [splits.stage(protocol, clips, table, draw)[0] for draw in range(3)]
    for split in draws:
        assert split.validation == ()
        assert len(split.test) == pytest.approx(0.2 * len(clips), abs=2)
        assert sorted(split.train + split.test) == sorted(clips["clip_id"])
    assert len({split.test for split in draws}) == 3


@some_examples
@given(clips=st.integers(1, 4), unknown=st.integers(0, 10))
def test_twins_stay_on_one_side(clips: int, unknown: int) -> None:
    rows = manifest(SPEAKERS, "speech", clips=clips)
    rows.loc[rows.index[:unknown], "statement"] = ""
    rows = rows.sample(frac=1, random_state=clips)
    table = folds_of.twins(rows, 4)
    found = leaks.within("speech", "twins", rows, table)
    assert found.loc[found["kind"] == "twins", "count"].eq(0).all()
    assert found.loc[found["kind"] == "speakers", "count"].gt(0).all()
    assert table.equals(folds_of.twins(rows.sort_values("clip_id"), 4))
    if clips > 1:
        draws = folds_of.paper1(rows, 4)
        assert leaks.within("speech", "paper1", rows, draws).query("kind == 'twins'")["count"].sum() > 0


def test_other_emotions_are_left_out() -> None:
    clips = manifest(SPEAKERS, "speech")
    table = folds_of.strict(clips, SPEAKERS)
    sad = clips[clips["emotion"] == "sad"]
    used = {clip for split in splits.stage("strict", sad, table) for clip in split.train + split.test}
    assert used == set(sad["clip_id"])


def test_too_few_speakers_and_lacking_emotions_are_refused() -> None:
    two = manifest({"1", "2"}, "speech")
    table = folds_of.strict(two, None)
    with pytest.raises(UserError, match="fill 2 folds"):
        splits.stage("strict", two, table)
    clips = manifest({"1", "2", "3"}, "speech")
    clips = clips[(clips["emotion"] == "happy") | (clips["speaker"] == "1")]
    with pytest.raises(UserError, match="no clip of sad is left for training in fold"):
        splits.stage("strict", clips, folds_of.strict(clips, None))


def test_speakers_held_out_in_one_domain_only_are_refused() -> None:
    clips = manifest(SPEAKERS, "speech"), manifest(set(SPEAKERS) - {"1"}, "song")
    tables = tuple(folds_of.strict(rows, None) for rows in clips)  # dealt apart, since their pool is not stated
    with pytest.raises(UserError, match="holds out speakers who train: pool/"):
        splits.pairs("strict", True, clips, tables, 0)
    few = manifest({"1", "2", "7", "8", "3", "9"}, "few"), clips[0]
    tables = tuple(folds_of.strict(rows, SPEAKERS) for rows in few)
    with pytest.raises(UserError, match="the source has no clips of the speakers of fold|who train"):
        splits.pairs("strict", True, few, tables, 0)
