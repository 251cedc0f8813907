"""Distances against their definitions: 50 digits, scipy, plain loops, and the mean over many draws."""

import itertools

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from workflow_scripts.distances import frames, frechet, kernel
from workflow_scripts.distances import measures as distances
from workflow_scripts.distances.design import Cell

DIGITS = 50
SIZES = {
    "fewer clips than width": (5, 9, 12),
    "more clips than width": (30, 17, 6),
    "fewer and more": (20, 7, 12),
    "as many": (8, 8, 8),
    "one value": (12, 5, 1),
}
sizes = pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)


def two_groups(n, m, d, seed=0):
    """Clips (n, d) and (m, d) of different spread and mean, neither along the axes."""
    rng = np.random.default_rng([seed, n, m, d])
    spread = 1 / np.arange(1, d + 1)
    turned = [np.linalg.qr(rng.standard_normal((d, d)))[0] for _ in range(2)]
    one = rng.standard_normal((n, d)) * spread @ turned[0]
    other = rng.standard_normal((m, d)) * np.sqrt(spread) @ turned[1]
    return one + 0.3, other - 0.2


def by_definition(one, other):
    """|m1 - m2|^2 + tr C1 + tr C2 - 2 tr (C1^(1/2) C2 C1^(1/2))^(1/2) with DIGITS digits."""
    with mpmath.workdps(DIGITS):
        moments = []
        for clips in (one, other):
            rows = mpmath.matrix(clips.tolist())
            mean = mpmath.ones(1, rows.rows) * rows / rows.rows
            centred = rows - mpmath.ones(rows.rows, 1) * mean
            moments.append((mean, centred.T * centred / (rows.rows - 1)))
        (mean, first), (other_mean, second) = moments
        root = root_of(first)
        step = mean - other_mean
        traces = [sum(matrix[i, i] for i in range(matrix.rows)) for matrix in (first, second)]
        values = mpmath.eigsy(root * second * root, eigvals_only=True)
        across = sum(mpmath.sqrt(max(value, 0)) for value in values)
        return [(step * step.T)[0, 0], sum(traces) - 2 * across, sum(traces)]


def root_of(matrix):
    values, directions = mpmath.eigsy(matrix)
    roots = mpmath.diag([mpmath.sqrt(max(value, 0)) for value in values])
    return directions * roots * directions.T


def apart(value, exact):
    return float(abs((mpmath.mpf(value) - exact) / exact))


def products_of(one, other):
    clips = np.vstack([one, other])
    centred = clips - clips.mean(axis=0)
    return centred @ centred.T


def cell_of(one_sizes, other_sizes, paired):
    """Speakers with so many clips each, rows in their order."""
    people = [f"p{i}" for i in range(len(one_sizes))]
    others = people if paired else [f"q{i}" for i in range(len(other_sizes))]
    ends = np.cumsum([*one_sizes, *other_sizes])
    rows = np.split(np.arange(ends[-1]), ends[:-1])
    one, other = rows[: len(people)], rows[len(people) :]
    return Cell(dict(zip(people, one, strict=True)), dict(zip(others, other, strict=True)), paired)


@sizes
def test_frechet_equals_its_definition_at_fifty_digits(size):
    one, other = two_groups(*size)
    exact = by_definition(one, other)
    n = len(one)
    measured = distances.of_layer(np.vstack([one, other]), np.ones((sum(size[:2]),) * 2))
    cell = cell_of([n - n // 2, n // 2], [len(other) - len(other) // 2, len(other) // 2], paired=False)
    for terms in (
        frechet.of_products(products_of(one, other), n),
        frechet.of_vectors(one, other),
        measured.terms(cell),
    ):
        for value, reference in zip(terms, exact, strict=True):
            assert apart(value, reference) < 1e-12
        assert apart(terms.distance, exact[0] + exact[1]) < 1e-12


@sizes
def test_frechet_of_moments_equals_its_definition(size):
    one, other = two_groups(*size)
    exact = by_definition(one, other)
    covariances = [np.atleast_2d(np.cov(clips.T)) for clips in (one, other)]
    factors = [frechet.factor_of(covariance) for covariance in covariances]
    for factor, covariance in zip(factors, covariances, strict=True):
        np.testing.assert_allclose(factor @ factor.T, covariance, atol=1e-12)
    terms = frechet.of_moments((one.mean(axis=0), other.mean(axis=0)), tuple(factors))
    full = min(len(one), len(other)) > one.shape[1]  # else eigenvalues that are zero come out at 1e-17, their roots not
    assert apart(terms.distance, exact[0] + exact[1]) < (1e-12 if full else 1e-6)
    of_groups = [
        frames.Frames(["joy"], np.array([len(clips)]), clips.mean(axis=0)[None], covariance[None])
        for clips, covariance in zip((one, other), covariances, strict=True)
    ]
    rows = list(frames.distances_of_frames(dict(zip("ab", of_groups, strict=True)), ["joy"]))
    assert [row["measure"] for row in rows] == ["frechet", "frechet-mean", "frechet-covariance"]
    assert [row["value"] for row in rows] == [terms.distance, terms.mean, terms.covariance]
    assert {(row["n_first"], row["n_second"]) for row in rows} == {size[:2]}
    assert rows[0]["unit"] == pytest.approx(sum(map(np.trace, covariances)) / 2)


def test_one_value_has_a_closed_form():
    one, other = two_groups(12, 5, 1)
    expected = (one.mean() - other.mean()) ** 2 + (one.std(ddof=1) - other.std(ddof=1)) ** 2
    assert frechet.of_vectors(one, other).distance == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("size", [(20, 33, 40), (90, 50, 40)], ids=["fewer clips than width", "more"])
def test_frechet_equals_scipy_and_stays_real_where_scipy_does_not(size):
    one, other = two_groups(*size)
    first, second = np.cov(one.T), np.cov(other.T)
    root = linalg.sqrtm(first @ second)
    step = one.mean(axis=0) - other.mean(axis=0)
    expected = step @ step + np.trace(first + second - 2 * root.real)
    terms = frechet.of_products(products_of(one, other), len(one))
    assert terms.distance == pytest.approx(expected, rel=1e-6)
    assert np.iscomplexobj(root) == (size[0] < size[2])
    assert all(np.asarray(value).dtype == np.float64 for value in (*terms, terms.distance))


def test_equal_groups_are_0_apart_but_for_rounding_which_is_kept():
    values, traces = [], []
    for seed, size in itertools.product(range(8), [(9, 9, 30), (30, 30, 9), (24, 24, 24)]):
        clips, _ = two_groups(*size, seed=seed)
        shuffled = np.random.default_rng(seed).permutation(clips)
        for terms in (
            frechet.of_products(products_of(clips, shuffled), len(clips)),
            frechet.of_vectors(clips, shuffled),
            frechet.of_moments((clips.mean(axis=0),) * 2, (frechet.factor_of(np.cov(clips.T)),) * 2),
        ):
            values.append(terms.distance)
            traces.append(terms.trace)
    assert (np.abs(values) <= 1e-9 * np.array(traces)).all()
    assert min(values) < 0  # not clipped


@settings(max_examples=60, deadline=None)
@given(n=st.integers(2, 14), m=st.integers(2, 14), d=st.integers(1, 14), seed=st.integers(0, 10**6))
def test_frechet_is_symmetric_never_below_0_and_moves_with_no_turn_or_shift(n, m, d, seed):
    one, other = two_groups(n, m, d, seed)
    terms = frechet.of_vectors(one, other)
    near = 1e-12 * terms.trace
    assert terms.distance >= -near
    assert terms.trace == pytest.approx(one.var(axis=0, ddof=1).sum() + other.var(axis=0, ddof=1).sum())
    assert frechet.of_vectors(other, one) == pytest.approx(terms, abs=near)
    assert frechet.of_products(products_of(one, other), n) == pytest.approx(terms, abs=near)
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.standard_normal((d, d)))[0]
    shift = rng.standard_normal(d)
    assert frechet.of_vectors(one @ turn + shift, other @ turn + shift) == pytest.approx(terms, rel=1e-9, abs=10 * near)
    assert frechet.of_vectors(3 * one, 3 * other) == pytest.approx([9 * term for term in terms], abs=10 * near)


@sizes
def test_contributions_to_frechet_sum_to_it_and_are_those_of_the_transport(size):
    one, other = two_groups(*size)
    parts = frechet.contributions(one, other)
    terms = frechet.of_vectors(one, other)
    assert sum(part.sum() for part in parts) == pytest.approx(terms.distance, rel=1e-12)
    a, b = ((clips - clips.mean(axis=0)) / np.sqrt(len(clips) - 1) for clips in (one, other))
    middle = (one.mean(axis=0) + other.mean(axis=0)) / 2
    for part, clips, own, across, step in zip(
        parts, (one, other), (a, b), (b, a), (one.mean(axis=0) - middle, other.mean(axis=0) - middle), strict=True
    ):
        # tr (C1 C2)^(1/2) is the trace of the root of A C2 A', whose diagonal is by clips
        values, directions = linalg.eigh(own @ across.T @ across @ own.T)
        root = directions**2 @ np.sqrt(np.maximum(values, 0))
        expected = [
            2 * (clip - middle) @ step / len(clips) + row @ row - image
            for clip, row, image in zip(clips, own, root, strict=True)
        ]
        np.testing.assert_allclose(part, expected, atol=1e-6 * terms.trace)


def test_the_clip_far_off_carries_the_distance():
    one, other = two_groups(20, 20, 6)
    one[3] += 40
    parts = frechet.contributions(one, other)
    assert parts[0].argmax() == 3
    assert parts[0][3] > 0.5 * frechet.of_vectors(one, other).distance


def test_kernel_of_clips_is_gaussian_in_the_median_distance():
    clips = np.random.default_rng(1).standard_normal((9, 4)) + 1e6  # far off: differences lose nothing
    condensed = kernel.distances(clips)
    pairs = [np.sqrt(((one - other) ** 2).sum()) for one, other in itertools.combinations(clips, 2)]
    np.testing.assert_allclose(condensed, pairs, rtol=1e-12)
    width = kernel.bandwidth(condensed)
    assert width == pytest.approx(np.median(pairs))
    similar = kernel.kernel(condensed, width)
    assert (np.diag(similar) == 1).all()
    expected = [np.exp(-(pair**2) / (2 * width**2)) for pair in pairs]
    np.testing.assert_allclose(similar[np.triu_indices(9, 1)], expected, rtol=1e-12)
    assert (similar == similar.T).all()
    assert kernel.bandwidth(kernel.distances(np.ones((5, 3)))) == 0


CELLS = {
    "paired": cell_of([2, 3, 1, 2], [3, 3, 2, 1], True),
    "unpaired": cell_of([2, 3, 1, 2], [3, 1, 2], False),
    "two speakers": cell_of([2, 2], [1, 1], True),
}
cells = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


def other_speakers_only(products, cell):
    """Mean over pairs of different people of what their clips have in common, less what they have across sides."""
    total = 0.0
    for signs, first, second in ((1, cell.one, cell.one), (1, cell.other, cell.other), (-2, cell.one, cell.other)):
        pairs = [(a, b) for a in first for b in second if a != b]
        of_pairs = [np.mean([products[i, j] for i in first[a] for j in second[b]]) for a, b in pairs]
        total += signs * np.mean(of_pairs)
    return total


@cells
def test_kernel_distance_is_a_mean_over_pairs_of_speakers(cell):
    clips = np.random.default_rng(2).standard_normal((sum(cell.counts), 5))
    similar = kernel.kernel(kernel.distances(clips), 2.0)
    expected = other_speakers_only(similar, cell)
    assert distances.kernel_distance(similar, cell) == pytest.approx(expected, rel=1e-12)
    measured = distances.of_layer(clips, similar)
    assert measured.of([cell])[0, distances.MEASURES.index("kernel")] == pytest.approx(expected, rel=1e-12)
    parts = measured.carried(cell)["kernel"]
    assert [len(part) for part in parts] == list(cell.counts)
    assert sum(part.sum() for part in parts) == pytest.approx(expected, rel=1e-12)
    # half of what the distance owes to the likeness of a clip to others; the other half is theirs
    for row, part in enumerate(np.concatenate(parts)):
        of_clip = np.zeros_like(similar)
        of_clip[row], of_clip[:, row] = similar[row], similar[row]
        assert part == pytest.approx(other_speakers_only(of_clip, cell) / 2, abs=1e-12)


def test_one_clip_each_is_the_textbook_mmd():
    """Gretton et al. 2012, eq. 3, by a plain double loop."""
    cell = cell_of([1] * 6, [1] * 5, False)
    clips = np.random.default_rng(3).standard_normal((11, 4))
    similar = kernel.kernel(kernel.distances(clips), 1.5)
    total = 0.0
    for i, j in itertools.product(range(11), repeat=2):
        if i != j:
            gap = ((clips[i] - clips[j]) ** 2).sum()
            sides = (i < 6, j < 6)
            share = {(True, True): 1 / 30, (False, False): 1 / 20}.get(sides, -1 / 30)
            total += share * np.exp(-gap / (2 * 1.5**2))
    assert distances.kernel_distance(similar, cell) == pytest.approx(total, rel=1e-12)
    assert kernel.mmd(similar, 6) == pytest.approx(total, rel=1e-12)


@cells
def test_mean_term_is_its_formula(cell):
    clips = np.random.default_rng(4).standard_normal((sum(cell.counts), 5))
    one, other = (np.array([clips[rows].mean(axis=0) for rows in side.values()]) for side in (cell.one, cell.other))
    step = one.mean(axis=0) - other.mean(axis=0)
    if cell.paired:
        noise = np.trace(np.cov((one - other).T)) / len(one)
    else:
        noise = sum(np.trace(np.cov(side.T)) / len(side) for side in (one, other))
    for measured in (
        distances.of_layer(clips, np.ones((len(clips),) * 2)),
        distances.Measures(clips, None, np.ones((len(clips),) * 2)),  # too many clips to keep their products
        distances.of_layer(np.pad(clips, [(0, 0), (0, 20)]), np.ones((len(clips),) * 2)),  # below the width
    ):
        assert measured.of([cell])[0, 2] == pytest.approx(step @ step - noise, rel=1e-10)
        assert measured.terms(cell) == pytest.approx(
            frechet.of_vectors(clips[: cell.counts[0]], clips[cell.counts[0] :]), rel=1e-10
        )


@pytest.mark.parametrize("shift", [0.0, 0.4], ids=["equal", "apart"])
@pytest.mark.parametrize(
    "sizes", [([4] * 6, [2] * 6, True), ([4] * 6, [8] * 3, False), ([1] * 6, [1] * 6, True)], ids=str
)
def test_kernel_distance_and_mean_term_have_the_true_mean(sizes, shift):
    """Whatever the numbers of clips and speakers, though speakers differ and speak on both sides."""
    cell = cell_of(*sizes)
    rng = np.random.default_rng(5)
    width, d, people = 1.5, 3, np.repeat(range(len(cell.one) + len(cell.other)), [*sizes[0], *sizes[1]])
    found = []
    for _ in range(3000):
        voices = rng.standard_normal((len(cell.one) + len(cell.other), d))
        if cell.paired:
            voices[len(cell.one) :] = voices[: len(cell.one)]
        clips = np.sqrt(0.4) * voices[people] + np.sqrt(0.6) * rng.standard_normal((len(people), d))
        clips[: cell.counts[0]] += shift
        similar = kernel.kernel(kernel.distances(clips), width)
        found.append([distances.kernel_distance(similar, cell), distances.mean_term(of_people(clips, cell), cell)])
    same = (1 + 2 / width**2) ** (-d / 2)  # mean kernel of two clips of unit variance
    truth = [2 * same * (1 - np.exp(-d * shift**2 / (2 * (width**2 + 2)))), d * shift**2]
    error = np.std(found, axis=0) / np.sqrt(len(found))
    assert (np.abs(np.mean(found, axis=0) - truth) < 4 * error).all()


def of_people(clips, cell):
    means = distances.speaker_means(clips, cell)
    return means @ means.T


def test_measures_of_the_clips_of_a_cell_alone_are_the_same():
    rng = np.random.default_rng(6)
    clips = rng.standard_normal((30, 12))
    measured = distances.of_layer(clips, kernel.kernel(kernel.distances(clips), 3.0))
    rows = rng.permutation(30)[:17]
    people = [*"abc"]
    cell = Cell(
        dict(zip(people, np.split(rows[:9], [2, 5]), strict=True)),
        dict(zip(people, np.split(rows[9:], [4, 6]), strict=True)),
        paired=True,
    )
    near, place = measured.within(cell)
    own = cell.at(place)
    assert len(near.vectors) == 17
    assert near.of([own]) == pytest.approx(measured.of([cell]), rel=1e-12)


@pytest.mark.parametrize("width", [3, 60], ids=["more clips than width", "fewer"])
def test_many_cells_in_one_go_are_measured_as_one_by_one(width, monkeypatch):
    rng = np.random.default_rng(7)
    clips = rng.standard_normal((24, width))
    measured = distances.of_layer(clips, kernel.kernel(kernel.distances(clips), 3.0))
    cells = [
        cell_of([3, 3, 2], [4, 2, 3], True),
        cell_of([3, 3, 3], [2, 3], False),
        cell_of([3, 3, 2], [3, 3, 3], True),
    ]
    cells += [Cell(cells[0].one, cells[0].other, paired=False), cells[0].without(-1, "p1"), *cells]
    cells += [Cell(cells[0].other, cells[0].one, paired=True)]
    alone = np.array([measured.of([cell])[0] for cell in cells])
    assert measured.of(cells) == pytest.approx(alone, rel=1e-12)
    assert alone[0] == pytest.approx(alone[-1], rel=1e-12)
    monkeypatch.setattr(distances, "AT_ONCE", 1)
    assert measured.of(cells) == pytest.approx(alone, rel=1e-12)
