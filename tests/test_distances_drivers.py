"""What drives the distance: shifts of features and the share of the embedding's distance they account for."""

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import Ridge

from workflow_scripts.distances import accounted as accounted_module
from workflow_scripts.distances.accounted import PENALTIES, accounted, left_out_errors, predicted, within, within_r2
from workflow_scripts.distances.moves import moves, squared_length
from workflow_scripts.distances.shifts import shifts

EMOTIONS = ("angry", "calm")
KINDS = ("Energy", "Frequency", "Spectral")


class Study:
    """Clips of made-up speakers whose embedding reads the features (V = X W + noise), unless told otherwise."""

    def __init__(
        self, seed, *, m=8, f=9, d=12, clips=6, shift=0.8, wobble=0.1, noise=0.1, planted=0.0, reads=True, paired=True
    ):
        rng = np.random.default_rng(seed)
        self.category = np.array([KINDS[i % len(KINDS)] for i in range(f)])
        self.names = [f"feature {i}" for i in range(f)]
        self.shift = np.where(self.category == "Energy", shift, 0.0)
        self.slopes = rng.normal(size=(f, d)) / np.sqrt(f) if reads else np.zeros((f, d))
        self.unread = planted * rng.normal(size=d) / np.sqrt(d)
        shape = (2, len(EMOTIONS), m, clips)
        codes = np.indices(shape).reshape(4, -1)
        self.side, self.emotion = codes[0], np.array(EMOTIONS)[codes[1]]
        self.person = np.array([f"{'same' if paired else side} {a:02d}" for side, a in codes[[0, 2]].T])
        x = 0.7 * rng.normal(size=(*shape, f)) + 0.5 * rng.normal(size=(len(EMOTIONS), 1, 1, f))
        x += wobble * rng.normal(size=(2, len(EMOTIONS), m, 1, f))  # how speakers differ in what they do
        x += 0.3 * rng.normal(size=(1 if paired else 2, 1, m, 1, f))  # how they differ in all they do
        self.features = x.reshape(-1, f) + self.side[:, None] * self.shift
        self.vectors = self.features @ self.slopes + noise * rng.normal(size=(len(codes[0]), d))
        self.vectors += self.side[:, None] * self.unread

    @property
    def clips(self):
        return self.side, self.emotion, self.person

    def keep(self, rows):
        for name in ("features", "vectors", "side", "emotion", "person"):
            setattr(self, name, getattr(self, name)[rows])
        return self

    def shifts(self, **settings):
        return shifts(self.features, *self.clips, self.names, self.category, 1, **settings)

    def accounted(self):
        return accounted(self.features, self.vectors, *self.clips, self.category)


def shares(table, which, category=""):
    return table[(table["features"] == which) & (table["category"] == category)]


@pytest.mark.parametrize("paired", [True, False])
def test_the_category_that_shifts_accounts_for_the_distance_and_no_other(paired):
    table = Study(3, m=12, shift=1.5, paired=paired).accounted()
    assert len(table) == len(EMOTIONS) * 7
    assert set(table["design"]) == {"paired" if paired else "unpaired"}
    for rows in (shares(table, "all"), shares(table, "only", "Energy")):
        assert rows["share"].between(0.9, 1.1).all()
    whole = shares(table, "all")
    assert ((whole["low"] <= 1) & (whole["high"] >= 1)).all()
    assert (whole["within_r2"] > 0.9).all()
    assert (whole["squared_distance_left"].abs() < 0.1 * whole["squared_distance"]).all()
    for kind in KINDS[1:]:
        assert (shares(table, "only", kind)["share"].abs() < 0.25).all()
        assert shares(table, "without", kind)["share"].between(0.8, 1.1).all()
    assert (shares(table, "without", "Energy")["share"].abs() < 0.25).all()


@pytest.mark.parametrize("paired", [True, False])
def test_a_shift_that_the_embedding_does_not_read_accounts_for_nothing(paired):
    table = Study(4, shift=1.5, planted=1.0, noise=0.2, reads=False, paired=paired).accounted()
    assert (table["share"].abs() < 0.1).all()  # no NaN either
    assert shares(table, "all")["share"].mean() < 0.05


def test_dimensions_that_only_code_the_label_account_for_nothing():
    """Emotion and dataset are constants in the embedding, while the features differ by both: slopes over all clips
    would explain the embedding by them."""
    study = Study(5, shift=1.5, noise=0.2)
    code = np.random.default_rng(5).normal(size=(len(EMOTIONS), 2, study.vectors.shape[1]))
    noise = 0.2 * np.random.default_rng(6).normal(size=study.vectors.shape)
    study.vectors = code[np.searchsorted(EMOTIONS, study.emotion), study.side] + noise
    naive = Ridge(1.0).fit(study.features, study.vectors)
    assert naive.score(study.features, study.vectors) > 0.3
    table = study.accounted()
    assert (table["share"].abs() < 0.1).all()
    assert (table["within_r2"] < 0.05).all()


def test_a_move_that_leads_away_is_kept_below_zero():
    study = Study(6, m=12)
    study.vectors -= 2 * study.side[:, None] * (study.shift @ study.slopes)  # d = -B's, so that r = 2 d
    assert shares(study.accounted(), "all")["share"].between(-4, -2).all()


def test_no_shift_has_no_share_and_few_flags():
    """Of features that do not shift 5 % have p <= 0.05 (exact flips), BH flags a table in 5 % at most, a category is
    as often below 0 as above, and no share is given but where chance says "clearly above 0" (2.5 % by name)."""
    repetitions, raw, tables, below, given = 150, [], [], [], []
    for seed in range(repetitions):
        study = Study(seed, shift=0.0, clips=2, wobble=0.5)
        table = study.shifts()
        per_feature, per_category = table[table["feature"] != ""], table[table["feature"] == ""]
        raw += list(per_feature["p"] <= 0.05)
        tables += list(per_feature.groupby("emotion")["p_adjusted"].min() <= 0.05)
        below += list(per_category["shift"] < 0)
        if seed < 40:
            whole = shares(study.accounted(), "all")
            undefined = whole["share"].isna()
            given += list(~undefined)
            assert (whole["note"].str.contains("not clearly above 0") == undefined).all()
            assert (whole[["low", "high"]].isna().all(axis=1) == undefined).all()
    assert 0.03 < np.mean(raw) < 0.06  # of 2700; 8 speakers reach 0.047
    assert np.mean(tables) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(tables))
    assert 0.4 < np.mean(below) < 0.7
    assert np.mean(given) < 0.1


@pytest.mark.parametrize(("f", "clips"), [(9, 5), (30, 3)])  # more features than a group has clips
def test_slopes_equal_ridge_of_the_centred_clips_and_errors_a_plain_loop(f, clips):
    study = Study(7, m=5, f=f, clips=clips, noise=0.5)
    some = np.flatnonzero(study.category != "Energy")
    people = np.unique(study.person)
    centred = []
    for values in (study.features[:, some], study.vectors):
        values = values.copy()
        for group in {*zip(*study.clips, strict=True)}:
            rows = [one == group for one in zip(*study.clips, strict=True)]
            values[rows] -= values[rows].mean(axis=0)
        centred.append(values)
    x, y = centred

    def ridge(penalty, *left_out):
        rows = ~np.isin(study.person, left_out)
        return Ridge(penalty, fit_intercept=False).fit(x[rows], y[rows])

    sums = within(study.features, study.vectors, *study.clips)
    errors = left_out_errors(sums, [np.arange(f), some])
    assert errors.shape == (2, 5, len(PENALTIES))
    for a, person in enumerate(people):
        for column in (0, 5, 12):
            plain = 0.0
            for other in people[people != person]:
                rows = study.person == other
                plain += ((y[rows] - ridge(PENALTIES[column], person, other).predict(x[rows])) ** 2).sum()
            assert errors[1, a, column] == pytest.approx(plain, rel=1e-9)
    penalties = PENALTIES[errors[1].argmin(axis=1)]
    shift = np.random.default_rng(0).normal(size=(5, 2, len(some)))
    found, without = predicted(sums.of(some), penalties, shift), predicted(sums.of(some), penalties, shift, 3)
    left = 0.0
    for a, person in enumerate(people):
        assert found[a] == pytest.approx(ridge(penalties[a], person).predict(shift[a]), rel=1e-8)
        if a != 3:
            assert without[a] == pytest.approx(ridge(penalties[a], person, people[3]).predict(shift[a]), rel=1e-8)
        rows = study.person == person
        left += ((y[rows] - ridge(penalties[a], person).predict(x[rows])) ** 2).sum()
    assert within_r2(sums.of(some), penalties) == pytest.approx(1 - left / (y**2).sum(), rel=1e-9)


def plain_t(value, without):
    """Jackknife t interval from the values without each speaker, per group."""
    variances = np.array([(len(w) - 1) / len(w) * ((w - w.mean()) ** 2).sum() for w in without])
    degrees = variances.sum() ** 2 / (variances**2 / [len(w) - 1 for w in without]).sum()
    reach = stats.t.ppf(0.975, degrees) * np.sqrt(variances.sum())
    return value - reach, value + reach


def without_each(study, compute):
    """compute(rows) of the study without each speaker; per group of speakers (one if paired)."""
    sides = [study.side == side for side in (0, 1)]
    shared = np.intersect1d(study.person[sides[0]], study.person[sides[1]])
    groups = [shared] if len(shared) else [np.unique(study.person[rows]) for rows in sides]
    return [np.array([compute(study.person != one) for one in group]) for group in groups]


@pytest.mark.parametrize("paired", [True, False])
def test_intervals_of_shifts_equal_plain_recomputation(paired):
    study = Study(8, m=6, clips=3, paired=paired)
    calm = study.emotion == "calm"

    def mean_of_speakers(rows, side):
        rows = rows & calm & (study.side == side)
        return np.array(
            [study.features[rows & (study.person == p)].mean(axis=0) for p in np.unique(study.person[rows])]
        )

    def shift(rows, column):
        return (mean_of_speakers(rows, 1).mean(axis=0) - mean_of_speakers(rows, 0).mean(axis=0))[column]

    def square(rows, columns):
        first, second = (mean_of_speakers(rows, side)[:, columns] for side in (0, 1))
        if paired:
            differences = second - first
            products = differences @ differences.T
            return products[~np.eye(len(products), dtype=bool)].mean() / columns.sum()  # over pairs of speakers
        noise = first.var(axis=0, ddof=1) / len(first) + second.var(axis=0, ddof=1) / len(second)
        return ((second.mean(axis=0) - first.mean(axis=0)) ** 2 - noise).mean()

    everyone = np.ones(len(calm), dtype=bool)
    table = study.shifts()
    table = table[table["emotion"] == "calm"].set_index(["category", "feature"])
    row = table.loc[("Spectral", "feature 2")]
    assert row["shift"] == pytest.approx(shift(everyone, 2))
    ends = plain_t(row["shift"], without_each(study, lambda rows: shift(rows, 2)))
    assert (row["low"], row["high"]) == pytest.approx(ends)
    first, second = mean_of_speakers(everyone, 0)[:, 2], mean_of_speakers(everyone, 1)[:, 2]
    test = stats.ttest_rel(second, first) if paired else stats.ttest_ind(second, first, equal_var=False)
    assert (row["low"], row["high"]) == pytest.approx(tuple(test.confidence_interval()))
    if paired:
        flips = stats.permutation_test((second - first,), np.sum, permutation_type="samples", n_resamples=np.inf)
        assert (row["p"], row["p_smallest"]) == pytest.approx((flips.pvalue, 2**-5))
    else:
        assert row["p"] == pytest.approx(test.pvalue)
        assert np.isnan(row["p_smallest"])
    for kind in KINDS:
        columns = study.category == kind
        row, value = table.loc[(kind, "")], square(everyone, columns)
        ends = plain_t(value, without_each(study, lambda rows, columns=columns: square(rows, columns)))
        roots = [np.sign(one) * np.sqrt(abs(one)) for one in (value, *ends)]
        assert list(row[["shift", "low", "high"]]) == pytest.approx(roots)


@pytest.mark.parametrize("paired", [True, False])
def test_shares_equal_plain_recomputation(paired, monkeypatch):
    """With one penalty on offer, against loops over clips, speakers and the speakers left out."""
    monkeypatch.setattr(accounted_module, "PENALTIES", np.array([2.0]))
    study = Study(9, m=5, paired=paired, planted=0.5, shift=1.5)

    def plain(rows, features, which):
        x, y = study.features[rows][:, features], study.vectors[rows]
        side, emotion, person = (values[rows] for values in study.clips)
        centred = [values.copy() for values in (x, y)]
        for group in {*zip(side, emotion, person, strict=True)}:
            cell = (side == group[0]) & (emotion == group[1]) & (person == group[2])
            for values in centred:
                values[cell] -= values[cell].mean(axis=0)

        def means(values, part):
            part = (side == part) & (emotion == "calm")
            return {p: values[part & (person == p)].mean(axis=0) for p in np.unique(person[part])}

        first, second = ((means(x, part), means(y, part)) for part in (0, 1))
        slopes = {
            p: Ridge(2.0, fit_intercept=False).fit(centred[0][person != p], centred[1][person != p])
            for p in np.unique(person)
        }
        if paired:
            d = {p: second[1][p] - first[1][p] for p in first[1]}
            r = {p: d[p] - slopes[p].predict([second[0][p] - first[0][p]])[0] for p in d}
            both = [squared_length([np.array(list(one.values()))]) for one in (d, r)]
        else:
            middle = sum(np.mean(list(one[0].values()), axis=0) for one in (first, second)) / 2
            r = [[y[p] - slopes[p].predict([x[p] - middle])[0] for p in y] for x, y in (first, second)]
            d = [list(one[1].values()) for one in (first, second)]
            both = [squared_length([np.array(group) for group in one]) for one in (d, r)]
        return {"share": 1 - both[1] / both[0], "distance": both[0], "left": both[1]}[which]

    everyone = np.ones(len(study.side), dtype=bool)
    table = study.accounted()
    for which, kind, features in [("all", "", study.category != ""), ("only", "Energy", study.category == "Energy")]:
        row = shares(table, which, kind).set_index("emotion").loc["calm"]
        for column, name in [("share", "share"), ("squared_distance", "distance"), ("squared_distance_left", "left")]:
            assert row[column] == pytest.approx(plain(everyone, features, name), rel=1e-8)
        for columns, name in [
            (["low", "high"], "share"),
            (["squared_distance_low", "squared_distance_high"], "distance"),
        ]:
            left_out = without_each(study, lambda rows, f=features, n=name: plain(rows, f, n))
            assert list(row[columns]) == pytest.approx(plain_t(plain(everyone, features, name), left_out), rel=1e-7)


@pytest.mark.parametrize(("paired", "studies"), [(True, 200), (False, 60)])
def test_intervals_hold_the_truth(paired, studies):
    """95 % by name; two emotions a study, 8 speakers (a side). The embedding reads the features and also moves by a
    part that they cannot predict."""
    held = {"shift of a category": [], "no shift of a category": [], "distance": [], "all": [], "only": []}
    for seed in range(studies):
        study = Study(seed, f=6, d=8, clips=5, wobble=0.3, shift=1.8, planted=0.7, noise=0.3, paired=paired)
        by_kind = study.shifts()
        by_kind = by_kind[by_kind["feature"] == ""]
        table = study.accounted()
        moved = study.shift @ study.slopes + study.unread
        share = 1 - study.unread @ study.unread / (moved @ moved)
        whole, energy = shares(table, "all"), shares(table, "only", "Energy")
        for name, rows, columns, truth in [
            ("shift of a category", by_kind[by_kind["category"] == "Energy"], ("low", "high"), 1.8),
            ("no shift of a category", by_kind[by_kind["category"] == "Spectral"], ("low", "high"), 0.0),
            ("distance", whole, ("squared_distance_low", "squared_distance_high"), moved @ moved),
            ("all", whole[whole["share"].notna()], ("low", "high"), share),
            ("only", energy[energy["share"].notna()], ("low", "high"), share),
        ]:
            held[name] += list((rows[columns[0]] <= truth) & (rows[columns[1]] >= truth))
    print({name: (len(flags), round(np.mean(flags), 3)) for name, flags in held.items()})
    assert len(held["all"]) > studies  # of twice as many
    assert min(np.mean(flags) for flags in held.values()) > 0.88


def test_order_of_clips_does_not_matter():
    study, mixed = Study(10), Study(10)
    mixed.keep(np.random.default_rng(0).permutation(len(mixed.side)))
    for first, second in [(study.shifts(draws=99), mixed.shifts(draws=99)), (study.accounted(), mixed.accounted())]:
        numbers = first.select_dtypes("number").columns
        assert first.drop(columns=numbers).equals(second.drop(columns=numbers))
        assert np.allclose(first[numbers], second[numbers], rtol=1e-8, atol=1e-10, equal_nan=True)


def test_another_emotion_changes_no_shift_but_the_slopes():
    study, one = Study(11, shift=1.5), Study(11, shift=1.5)
    one.keep(one.emotion == "calm")
    both, alone = study.shifts(draws=99), one.shifts(draws=99)  # 99 draws: flips are random
    assert both[both["emotion"] == "calm"].reset_index(drop=True).equals(alone)
    both, alone = (
        shares(table, "all").set_index("emotion").loc["calm"] for table in (study.accounted(), one.accounted())
    )
    assert both["squared_distance"] == pytest.approx(alone["squared_distance"])
    assert both["share"] == pytest.approx(alone["share"], abs=0.1)
    assert both["share"] != alone["share"]


def test_only_people_on_both_sides_count_and_the_others_are_told():
    study, fewer = Study(12), Study(12)
    gone = (study.person == "same 00") & (study.side == 1) & (study.emotion == "calm")
    study.keep(~gone)
    fewer.keep(~((fewer.person == "same 00") & (fewer.emotion == "calm")))
    table, same = study.shifts().set_index("emotion"), fewer.shifts().set_index("emotion")
    assert set(table.loc["calm", "n_speakers"]) == {7}
    assert set(table.loc["angry", "n_speakers"]) == {8}
    assert table.loc["calm", "note"].str.contains("in one dataset only: 1").all()
    assert not table.loc["angry", "note"].str.contains("in one dataset only").any()
    assert table.loc["calm", ["shift", "low", "high"]].equals(same.loc["calm", ["shift", "low", "high"]])
    assert list(shares(study.accounted(), "all")["n_speakers"]) == [8, 7]


def test_a_single_clip_adds_nothing_to_the_slopes():
    study = Study(13, m=4, clips=2)
    single = (study.person == "same 00") & (np.arange(len(study.side)) % 2 == 0)
    sums = within(*(values[~single] for values in (study.features, study.vectors, *study.clips)))
    assert not sums.gram[0].any()
    assert not sums.cross[0].any()
    assert (sums.square[1:] > 0).all()
    study.keep(np.arange(len(study.side)) % 2 == 0)  # every group is one clip
    table = study.accounted()
    assert table["share"].isna().all()
    assert table["note"].str.contains("no slopes").all()


def test_what_few_speakers_cannot_reach_is_said():
    notes = {m: set(Study(17, m=m, clips=2).shifts().query("feature != ''")["note"]) for m in (5, 8, 12)}
    assert "no comparison over speakers can reach p < 0.05" in notes[5].pop()
    assert "unless 2 features reach the smallest p" in notes[8].pop()  # BH: 9 features x 2^-7 / 2 <= 0.05
    assert notes[12] == {""}


@pytest.mark.parametrize("m", [1, 2, 3])
@pytest.mark.parametrize("paired", [True, False])
def test_few_speakers_give_what_they_can(m, paired):
    study = Study(14, m=m, paired=paired, shift=3.0)
    by_feature, by_kind = (rows for _, rows in study.shifts().groupby(lambda row: row % 12 >= 9))
    assert by_feature["shift"].notna().all()
    assert by_feature["low"].notna().all() == (m > 1)
    assert by_kind["shift"].notna().all() == (m > 1)
    assert by_kind["low"].notna().all() == (m > 2)
    table = study.accounted()
    assert table["squared_distance"].notna().all() == (m > 1)
    assert table["squared_distance_low"].notna().all() == (m > 2)
    assert (table["note"] != "").all() if m < 3 else True


def test_a_feature_that_never_varies_does_not_shift():
    study = Study(15)
    study.features[:, 4] = 0.25
    row = study.shifts().query("emotion == 'calm' and feature == 'feature 4'").iloc[0]
    assert list(row[["shift", "low", "high", "p"]]) == [0, 0, 0, 1]
    assert shares(study.accounted(), "all")["share"].notna().all()


def test_what_cannot_be_compared_is_refused():
    study = Study(16, m=3)
    study.features[5, 2] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        study.accounted()
    with pytest.raises(ValueError, match="not finite"):
        study.shifts()
    study = Study(16, m=3)
    with pytest.raises(ValueError, match="both sides"):
        moves(study.features, np.zeros_like(study.side), study.emotion, study.person)
