"""What the top k gain over random dimensions: found where planted, nowhere else, and counted as the tables say."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from made_up_dimensions import CATEGORIES, Material, material
from scipy import stats

from workflow_scripts.explanation.categories import of_importances, of_predictions
from workflow_scripts.explanation.errors import ALL, RANDOM, TOP, Errors
from workflow_scripts.explanation.gains import gains
from workflow_scripts.statistics.corrections import benjamini_hochberg, holm
from workflow_scripts.study.schemas import TABLES

KIND = [name for name in CATEGORIES for _ in range(3)]
NAMES = [f"{name.lower()}-{number}" for name in CATEGORIES for number in range(3)]
EMBEDDING, TOP_DIMENSIONS = 40, np.array([3, 8, 21, 30])


def sums(speakers: int = 6, features: int = 12, draws: int = 99, seed: int = 0) -> Errors:
    """Errors as they might come, without any fit."""
    rng = np.random.default_rng(seed)
    sst = rng.uniform(5, 15, (speakers, features))
    sse = {side: sst * rng.uniform(0.3, 1.1, sst.shape) for side in (ALL, TOP, RANDOM)}
    of_draws = sst.sum(0) * rng.uniform(0.3, 1.1, (draws, features))
    clips = rng.integers(5, 15, speakers).astype(float)
    names = np.array([f"{one:02d}" for one in range(speakers)])
    alphas = {side: np.full((3, features), 10.0) for side in sse}
    flaws = np.full(features, "", dtype="<U40")
    k = np.array([2, 5, 3])
    return Errors(names, clips, sst, sse, of_draws, sst.sum(0) * rng.uniform(0.3, 1.1, features), alphas, k, flaws)


def mixed(category: str, seed: int = 0) -> Material:
    """Features of the category are mixtures of the top dimensions, the others of nothing that can be heard."""
    given = material(EMBEDDING, len(KIND), seed, speakers=12, clips=8)
    weights = np.random.default_rng(seed).standard_normal((len(TOP_DIMENSIONS), len(KIND)))
    weights /= np.sqrt((weights**2).sum(0))
    signal = given.x[:, TOP_DIMENSIONS] @ weights
    return given.but(targets=given.targets + 2 * signal * (np.array(KIND) == category))


def label_only(seed: int = 0) -> Material:
    """The top dimensions code the label and nothing else; features of Energy differ by class and by clip."""
    given = material(EMBEDDING, len(KIND), seed, speakers=12, clips=8)
    x = given.x.copy()
    x[:, TOP_DIMENSIONS] += 3 * given.positive[:, None]
    return given.but(x=x, targets=given.targets + 2 * given.positive[:, None] * (np.array(KIND) == "Energy"))


def columns(table: str) -> list[str]:
    return [name for name in TABLES[table] if name not in ("protocol", "condition")]


def test_tables_have_the_declared_columns() -> None:
    assert list(gains(sums(), NAMES, KIND, "plain").columns) == columns("explanation_gains")
    for tables in (of_predictions(sums(), KIND, "plain", 1, 20), of_importances(sums().sst, [3] * 6, KIND, 1, 20)):
        assert list(tables[0].columns) == columns("explanation_categories")
        assert list(tables[1].columns) == columns("explanation_orders")


@pytest.mark.parametrize("form", ["plain", "within-emotion"])
@pytest.mark.parametrize("category", ["Temporal", "Frequency"])
def test_planted_features_are_claimed_and_no_others_and_their_category_comes_first(category: str, form: str) -> None:
    errors = mixed(category).predict(TOP_DIMENSIONS, 4, draws=499, within=form == "within-emotion")
    found = gains(errors, NAMES, KIND, form)
    planted = np.array(KIND) == category
    assert (found["claimed"] == planted).all()
    assert found["gain"][planted].min() > 0.4
    assert found["gain"][~planted].abs().max() < 0.2
    table, orders = of_predictions(errors, KIND, form, 1)
    for aggregate in ("mean", "median"):
        own = table[(table["what"] == "gain") & (table["aggregate"] == aggregate)].set_index("category")
        assert own["value"].idxmax() == category
        assert own["p_first"][category] == 1.0
        sure = (own["p_adjusted"] <= 0.05) & (own["low"] > 0)
        assert sure.to_dict() == {name: name == category for name in CATEGORIES}
        shown = orders[(orders["what"] == "gain") & (orders["aggregate"] == aggregate)]
        assert shown["order"].str.startswith(f"{category} > ").all()


def test_dimensions_that_code_only_the_label_gain_in_the_plain_form_and_not_within_the_emotion() -> None:
    """Features that differ by emotion are predicted from the label alone (statistics: label confound)."""
    given, energy = label_only(), np.array(KIND) == "Energy"
    plain, within = (
        gains(given.predict(TOP_DIMENSIONS, 4, draws=499, within=within), NAMES, KIND, "") for within in (False, True)
    )
    assert plain["claimed"][energy].all()
    assert plain["gain"][energy].min() > 0.2
    assert not within["claimed"].any()
    assert within["gain"][energy].abs().max() < 0.02
    assert within["gain"].max() < 0.03


@pytest.mark.parametrize("within", [False, True])
def test_where_nothing_is_planted_p_is_uniform_and_claims_are_rarer_than_nominal(within: bool) -> None:
    """Penalties of their own would put p at the floor of one set in ten, draws that differ by fold one in twelve."""
    p, claims = [], 0
    for seed in range(40):
        top = np.random.default_rng([seed, 1]).permutation(20)[:4]
        errors = material(20, 6, seed).predict(top, 4, draws=99, within=within, seed=seed)
        found = gains(errors, NAMES[:6], KIND[:6], "")
        p.append(found["p"])
        claims += found["claimed"].any()
    assert claims <= 5  # of 40, with 5 % each
    shares = [np.mean(np.array(p) <= level) for level in (0.01, 0.05, 0.2, 0.5)]
    assert (np.abs(np.array(shares) - [0.01, 0.05, 0.2, 0.5]) <= [0.025, 0.04, 0.08, 0.1]).all()


def test_p_counts_the_draws_that_do_as_well_and_is_corrected_over_the_features() -> None:
    errors = sums()
    found = gains(errors, NAMES, KIND, "plain")
    for place in range(12):
        as_good = sum(draw <= errors.top_as_draw[place] for draw in errors.draws[:, place])
        assert found["p"][place] == pytest.approx((1 + as_good) / 100)
    assert found["p_adjusted"].tolist() == pytest.approx(benjamini_hochberg(found["p"]).tolist())
    best = Errors(**{**errors.__dict__, "top_as_draw": errors.draws.min(0) - 1e-6})
    assert gains(best, NAMES, KIND, "plain")["p"].tolist() == pytest.approx([0.01] * 12)


def brute(errors: Errors, kept: np.ndarray) -> dict[str, np.ndarray]:
    """Quantities of the kept speakers, sum by sum."""
    sst, clips = errors.sst[kept].sum(0), errors.clips[kept].sum()
    r2 = {side: 1 - values[kept].sum(0) / sst for side, values in errors.sse.items()}
    rmse = {side: np.sqrt(values[kept].sum(0) / clips) for side, values in errors.sse.items()}
    return {
        "gain": r2[TOP] - r2[RANDOM],
        "r2-all": r2[ALL],
        "information-increase": rmse[ALL] / rmse[TOP] ** 2,
        "r2-top": r2[TOP],
        "rmse-random": rmse[RANDOM],
    }


def jackknifed(value: np.ndarray, without: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Interval of Student's t from pseudo-values."""
    m = len(without)
    pseudo = np.array([m * value - (m - 1) * one for one in without])
    half = stats.t.ppf(0.975, m - 1) * pseudo.std(0, ddof=1) / np.sqrt(m)
    return value - half, value + half


def test_quantities_and_intervals_of_features_equal_pseudo_values_sum_by_sum() -> None:
    errors = sums()
    found = gains(errors, NAMES, KIND, "plain")
    everybody = np.ones(6, dtype=bool)
    whole = brute(errors, everybody)
    without = [brute(errors, np.arange(6) != one)["gain"] for one in range(6)]
    low, high = jackknifed(whole["gain"], without)
    assert found["gain"].to_numpy() == pytest.approx(whole["gain"])
    assert found["low"].to_numpy() == pytest.approx(low)
    assert found["high"].to_numpy() == pytest.approx(high)
    assert found["r2_top"].to_numpy() == pytest.approx(whole["r2-top"])
    assert found["rmse_random"].to_numpy() == pytest.approx(whole["rmse-random"])
    assert found["information_increase"].to_numpy() == pytest.approx(whole["information-increase"])
    for side in (ALL, TOP, RANDOM):
        of_rmse = 1 - (found[f"rmse_{side}"] / found["rmse_mean"]) ** 2
        assert found[f"r2_{side}"].tolist() == pytest.approx(of_rmse.tolist())
    assert found["k"].eq(3.0).all()
    assert found["n_clips"].eq(errors.clips.sum()).all()
    assert found["r2_bottom"].isna().all()


def test_a_claim_needs_both_the_draws_and_the_interval() -> None:
    errors = sums(features=3)
    far, near = errors.sst * 0.9, errors.sst * 0.4
    one_speaker = errors.sst.copy()
    one_speaker[0] *= 0.01
    top = np.stack([near[:, 0], one_speaker[:, 1], near[:, 2]], axis=1)
    reached = np.array([0.0, 0.0, errors.sst.sum(0)[2]])
    made = errors.__dict__ | {"sse": {ALL: near, TOP: top, RANDOM: far}, "top_as_draw": reached}
    found = gains(Errors(**made), NAMES[:3], KIND[:3], "plain")
    assert (found["p_adjusted"] <= 0.05).tolist() == [True, True, False]
    assert (found["low"] > 0).tolist() == [True, False, True]
    assert found["claimed"].tolist() == [True, False, False]


def test_notes_say_what_is_not_encoded_and_what_is_not_predicted() -> None:
    errors = sums(features=3)
    worse = errors.sst * 1.05
    flawed = [values.copy() for values in (errors.sst, worse, errors.sst * 1.2)]
    for values in flawed:
        values[:, 2] = np.nan
    sst, no_better, random = flawed
    all_sides = no_better.copy()
    all_sides[:, 1] = sst[:, 1] * 0.5
    made = errors.__dict__ | {"sst": sst, "sse": {ALL: all_sides, TOP: no_better, RANDOM: random}}
    made["flaws"] = np.array(["", "", "it is constant"])
    found = gains(Errors(**made), NAMES[:3], KIND[:3], "plain")
    first, second, third = found["note"]
    assert "from all dimensions it is predicted no better than by its mean" in first
    assert "does not encode it" not in second
    assert "no better than its mean" in second
    assert "it is constant" in third
    numbers = found.loc[2, ["r2_all", "gain", "low", "p", "p_adjusted", "rmse_top", "information_increase"]]
    assert numbers.isna().all()
    assert not found["claimed"][2]
    table, orders = of_predictions(Errors(**made), ["Energy", "Energy", "Temporal"], "plain", 1, 50)
    assert set(table["category"]) == {"Energy"}
    assert table["n_features"].eq(2).all()
    assert table["value"].notna().all()
    assert set(orders["order"]) == {"Energy"}


@pytest.mark.parametrize("aggregate", ["mean", "median"])
@pytest.mark.parametrize("what", ["gain", "r2-all", "information-increase"])
def test_categories_aggregate_features_after_pooling_and_jackknife_the_whole(what: str, aggregate: str) -> None:
    errors = sums(seed=4)
    table, _ = of_predictions(errors, KIND, "plain", 1, 100)
    own = table[(table["what"] == what) & (table["aggregate"] == aggregate)]
    reduce = getattr(np, aggregate)

    def of(kept: np.ndarray) -> np.ndarray:
        values = brute(errors, kept)[what]
        return np.array([reduce(values[np.array(KIND) == name]) for name in CATEGORIES])

    value = of(np.ones(6, dtype=bool))
    low, high = jackknifed(value, [of(np.arange(6) != one) for one in range(6)])
    assert own["category"].tolist() == list(CATEGORIES)
    assert own["value"].to_numpy() == pytest.approx(value)
    assert own["low"].to_numpy() == pytest.approx(low)
    assert own["high"].to_numpy() == pytest.approx(high)
    assert own["n_features"].eq(3).all()
    if what != "gain":
        assert own[["p", "p_adjusted"]].isna().all(axis=None)
        return
    mean = 1 - errors.sse[RANDOM].sum(0) / errors.sst.sum(0)
    for place, name in enumerate(CATEGORIES):
        some = np.array(KIND) == name
        reached = [1 - values / errors.sst.sum(0) - mean for values in [errors.top_as_draw, *errors.draws]]
        top, *draws = [reduce(one[some]) for one in reached]
        assert own["p"].iloc[place] == pytest.approx((1 + sum(draw >= top for draw in draws)) / 100)
    assert own["p_adjusted"].tolist() == pytest.approx(holm(own["p"]).tolist())


def test_orders_and_first_places_are_shares_of_the_resamples() -> None:
    table, orders = of_predictions(sums(seed=2), KIND, "plain", 1)
    for (what, aggregate), own in orders.groupby(["what", "aggregate"]):
        assert own["probability"].sum() == pytest.approx(1.0)
        assert own["probability"].min() > 0
        assert set(own["order"]) <= {" > ".join(order) for order in permutations(CATEGORIES)}
        assert own["n_resamples"].eq(2000).all()
        first = table[(table["what"] == what) & (table["aggregate"] == aggregate)].set_index("category")["p_first"]
        assert first.sum() == pytest.approx(1.0)
        for name in CATEGORIES:
            assert first[name] == pytest.approx(own["probability"][own["order"].str.startswith(name)].sum())
    again = of_predictions(sums(seed=2), KIND, "plain", 1)
    pd.testing.assert_frame_equal(orders, again[1])
    assert not orders["probability"].equals(of_predictions(sums(seed=2), KIND, "plain", 2)[1]["probability"])


def test_orders_are_those_of_resampled_speakers() -> None:
    """Of three speakers one puts the first category far ahead: it leads unless that speaker is left out."""
    values = np.ones((3, 2)) * [1.0, 1.1]
    values[0, 0] = 10.0
    table, orders = of_importances(values, [4, 4, 4], ["Energy", "Temporal"], seed=1)
    expected = 1 - (2 / 3) ** 3
    shown = orders[orders["aggregate"] == "mean"].set_index("order")["probability"]
    assert shown["Energy > Temporal"] == pytest.approx(expected, abs=0.03)
    assert shown["Temporal > Energy"] == pytest.approx(1 - expected, abs=0.03)
    assert table["p_first"].iloc[0] == shown["Energy > Temporal"]


def test_importances_weigh_speakers_by_their_clips() -> None:
    rng = np.random.default_rng(3)
    values, clips = rng.uniform(size=(5, 12)), np.array([4, 8, 8, 2, 6])
    table, _ = of_importances(values, clips, KIND, 1, 100)
    own = table[table["aggregate"] == "median"].set_index("category")
    assert set(table["what"]) == {"shap"}
    assert set(table["form"]) == {""}
    assert table["p"].isna().all()
    for name in CATEGORIES:
        some = np.array(KIND) == name

        def of(kept: np.ndarray, some: np.ndarray = some) -> float:
            return float(np.median((clips[kept] @ values[kept] / clips[kept].sum())[some]))

        value = of(np.ones(5, dtype=bool))
        low, high = jackknifed(np.array(value), [np.array(of(np.arange(5) != one)) for one in range(5)])
        assert own.loc[name, ["value", "low", "high"]].tolist() == pytest.approx([value, low, high])


@pytest.mark.parametrize("speakers", [1, 2, 3])
def test_few_speakers_give_wide_or_no_intervals_and_no_crash(speakers: int) -> None:
    errors = sums(speakers)
    found = gains(errors, NAMES, KIND, "plain")
    predicted = of_predictions(errors, KIND, "plain", 1, 50)
    important = of_importances(errors.sst, errors.clips, KIND, 1, 50)
    assert found["gain"].notna().all()
    for table, orders in (predicted, important):
        assert table["value"].notna().all()
        assert table["low"].isna().all() == (speakers == 1)
        assert table["p_first"].isna().all() == (speakers == 1)
        assert (len(orders) == 0) == (speakers == 1)
    assert found["low"].isna().all() == (speakers == 1)
    assert found["note"].str.contains("one speaker").all() == (speakers == 1)
    assert not found["claimed"].any() or speakers > 1


def test_only_categories_that_are_there_have_rows() -> None:
    table, orders = of_predictions(sums(features=2), ["other", "Energy"], "plain", 1, 50)
    assert set(table["category"]) == {"Energy", "other"}
    assert set(orders["order"]) <= {"Energy > other", "other > Energy"}
