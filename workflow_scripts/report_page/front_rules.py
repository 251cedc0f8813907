"""The front page's sentences: all rules of what is said when. Every number in them stands in a table and is cited.

A rule gives no finding where the study lacks its tables. What a test does not tell is said to be not told, with the
smallest difference that these speakers would most likely (4 of 5 times) have shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.figures.explanation_rows import clear
from workflow_scripts.report_page import distance_rows, explanation_printed, explanation_rows
from workflow_scripts.report_page import front_rows as rows_of
from workflow_scripts.report_page import front_words as words
from workflow_scripts.report_page.explanation_rows import Explained, where
from workflow_scripts.report_page.front_cited import Cited
from workflow_scripts.report_page.front_words import (
    AGREEMENT,
    AUDIT,
    BEST,
    CATEGORIES,
    CLAIMS,
    COMPARED,
    CONTRASTS,
    CROSS,
    CURVE,
    KNOWN,
    PRINTED,
    RANKING,
    TRAININGS,
    who,
)
from workflow_scripts.report_page.study import ALPHA, Study, best_network, called, misleads
from workflow_scripts.report_page.words import capital, listed
from workflow_scripts.study import tables
from workflow_scripts.summaries import transfer_cells as t
from workflow_scripts.summaries.audit import CONFOUND, LEAK
from workflow_scripts.summaries.comparisons import ACOUSTICS
from workflow_scripts.summaries.roles import elsewhere, networks
from workflow_scripts.summaries.select import ON_TEST, headline_of, scope
from workflow_scripts.summaries.transfer_bias import SPREAD
from workflow_scripts.summaries.transfer_distances import GAIN as GAINED
from workflow_scripts.summaries.transfer_distances import ZERO_SHOT
from workflow_scripts.summaries.transfer_verdicts import CANNOT, side

Finding = dict[str, Any]

LAYERS, DISTANCES, EXPLANATION, TRANSFER = "layers", "distances", "explanation", "transfer"
PAPERS, MATERIAL = "papers", "material"
QUESTIONS = [LAYERS, DISTANCES, EXPLANATION, TRANSFER, PAPERS, MATERIAL]
SHARE, POINTS, GAIN, DISTANCE = "share", "difference of shares", "gain in R²", "kernel distance"
NAMED = 3  # so many things are named in a sentence
ASKED = ("calm", "angry")  # the two emotions whose distances the papers set against each other
OURS = 9  # what is asked of the paper, and not claimed by it
NEAR = 7  # the claim on nearness: it holds where the correlation is negative
IN_FAVOUR = {3: 1, 4: 1, 5: 1, NEAR: -1, 8: 1, 9: 1}  # sign of a claim's figure where the claim holds
# how the figures that are a claim itself end, where others stand beside them
ITSELF = {3: f"less {t.DIRECT}", NEAR: (ZERO_SHOT, GAINED), 8: SPREAD, 9: f"{t.PAPER1} less {t.STRICT}"}
SHORTLY = {
    3: "two stages are always better than one",
    4: "tuners that join parts are better than one frozen layer or a weighted sum",
    5: "speech networks gain more from song than a music network from speech",
    NEAR: "emotions whose speech and song lie near transfer better",
    8: "some emotions are recognised better than others",
    9: "the clip-level split inflates the published level",
}


def findings(study: Study, seed: int) -> pd.DataFrame:
    """The columns of the table findings, in the order in which a reader asks.

    Args:
        study: facts and tables.
        seed: of the study, for the simulated power.
    """
    found = [
        *(row for dataset in study.datasets if study.probed for row in of_layers(study, dataset, seed)),
        *(row for pair in study.pairs if study.probed for row in across(study, pair)),
        *(row for first, second, _ in study.compared for row in of_distances(study, (first, second), seed)),
        *(row for dataset in study.explained for row in encoded(study, dataset, seed)),
        *(row for way in study.trained.get("directions", []) for row in of_transfer(study, way[0], way[1], seed)),
        *of_papers(study),
        *of_material(study),
    ]
    for row in found:
        row["synthetic"] = bool((row.pop("about") or set(study.datasets)) & set(study.synthetic))
    return tables.filled(pd.DataFrame(found, columns=None if found else ["finding"]), "findings")


def of_layers(study: Study, dataset: str, seed: int) -> Iterator[Finding]:
    """Best network and layer of a dataset, what cannot be told from it, its controls, and what leaks are worth."""
    top = best_network(study, dataset)
    if top is None:
        return
    yield highest(study, top)
    if top["p"] <= ALPHA:  # else no layer is the best at anything
        yield from layers_alike(study, top, seed)
    compared = study.tables["comparisons"]
    for _, row in where(compared, dataset=dataset, model=top["model"], protocol=top["protocol"]).iterrows():
        yield against(study, row, seed)
    yield from leak(study, top)


def highest(study: Study, top: "pd.Series[Any]") -> Finding:
    """The network that scores highest; that none is told from chance where its p is above ALPHA."""
    say = Cited(f"best-{top['dataset']}")
    on, name = say.name(BEST, top, "dataset"), who(study, say, BEST, top)
    score, chance, n = say.share(BEST, top), say.share(BEST, top, "chance"), say.count(BEST, top)
    what = "model" if elsewhere(study.models) else "network"
    present = set(study.tables["best"]["model"])
    several = sum(name in present for name in networks(study.models)) > 1
    held_out = ", each held out once" * (top["protocol"] == "strict")
    how = f"{say.name(BEST, top, 'protocol')}, {n}{held_out}"
    told = bool(top["p"] <= ALPHA)
    if told:
        verb = f"scores highest of the {what}s" if several else "tells the emotions"
        sentence = f"{name} {verb}: UAR {score}, {how} (chance {chance}){words.chosen_layer(say, top)}."
        follower = rows_of.next_network(study, top)
        if follower is not None:  # to be highest is no test of being better
            sentence += f" The next, {who(study, say, BEST, follower)}, reaches {say.share(BEST, follower)}; the "
            sentence += f"{what}s are not compared with each other."
    else:
        none = f"no {what} tells the emotions from chance: the highest, {name}, reaches"
        none = none if several else f"{name} does not tell the emotions from chance: it reaches"
        sentence = f"{none} UAR {score}, {how} (chance {chance}, {say.p(BEST, top, 'p')})."
    return _finding(LAYERS, say, f"On {on}, {sentence}", top, "UAR", SHARE, told, layer=str(top["usual_layer"]))


def layers_alike(study: Study, top: "pd.Series[Any]", seed: int) -> Iterator[Finding]:
    """The best layer of the curve, and those that cannot be told from it."""
    curve = rows_of.curve_of(study, top)
    if len(curve) < 2 or not curve["among_best"].any():
        return
    best = curve.loc[curve["best"]].iloc[0]
    same = [layer for layer in curve.loc[curve["among_best"], "layer"] if layer != best["layer"]]
    say = Cited(f"layers-{top['dataset']}")
    smallest = rows_of.smallest_between_layers(study, curve, seed)
    n, on = say.count(CURVE, best), say.name(CURVE, best, "dataset")
    if best["smallest_p"] > ALPHA:
        rest = f"but {n} cannot tell any two layers apart (smallest p {say.number(CURVE, best, 'smallest_p')})"
    elif same:
        rest = f"but {words.layers_not_told(say, curve, same)} with {n}{words.could(say, smallest)}"
    else:
        rest = f"and every other layer is lower beyond chance ({n})"
    peak = f"the best layer of {who(study, say, CURVE, best)}, chosen on test, is {say.name(CURVE, best, 'layer')}"
    score = say.share(CURVE, best, "value", "band_low", "band_high").replace(" [", ", band over all layers [")
    sentence = f"On {on}, {peak} (UAR {score}; {say.name(CURVE, best, 'protocol')}), {rest}."
    row = {**best, "low": best["band_low"], "high": best["band_high"], "p": np.nan}
    quantity = "UAR of the best layer, with the band of all layers"
    yield _finding(LAYERS, say, sentence, row, quantity, SHARE, not same, smallest_detectable=smallest.difference)


def against(study: Study, row: "pd.Series[Any]", seed: int) -> Finding:
    """The network against acoustic features or its untrained control, paired over speakers."""
    of_acoustics = row["role"] == ACOUSTICS
    say = Cited(f"{'acoustics' if of_acoustics else 'untrained'}-{row['dataset']}-{row['against']}")
    smallest = rows_of.smallest_of_comparison(study.tables["comparisons"], row, seed)
    told = bool(row["p_adjusted"] <= ALPHA)
    on, name = say.name(COMPARED, row, "dataset"), who(study, say, COMPARED, row)
    other = (
        f"{'the acoustic features' if of_acoustics else 'its untrained control'} {say.name(COMPARED, row, 'against')}"
    )
    own, others = (rows_of.headline(study, row, model) for model in (row["model"], row["against"]))
    levels = f"UAR {say.share(BEST, own, 'value')} against {say.share(BEST, others, 'value')}"
    figures = f"{levels}, {say.points(COMPARED, row)}, {say.name(COMPARED, row, 'protocol')}"
    n = say.count(COMPARED, row)
    if told:
        than = "better" if row["difference"] > 0 else "worse"
        sentence = f"{name} is {than} than {other}: {figures}, corrected {say.p(COMPARED, row)}, {n}."
    else:
        sentence = f"whether {name} differs from {other} cannot be told: {figures}, "
        sentence += f"{words.not_told(say, COMPARED, row, smallest, n)}."
    quantity = f"UAR less that of {row['against']}"
    return _finding(LAYERS, say, f"On {on}, {sentence}", row, quantity, POINTS, told,
                    smallest_detectable=smallest.difference)  # fmt: skip


def leak(study: Study, top: "pd.Series[Any]") -> Iterator[Finding]:
    """What the same network scores in the published protocol, how much more that is, and what leaks there."""
    best, dataset = study.tables["best"], str(top["dataset"])
    own = headline_of(where(best, dataset=dataset, model=top["model"]), "paper1")
    if own.empty or top["protocol"] != "strict":
        return
    row, say = own.iloc[0], Cited(f"leak-{dataset}")
    name, level = f"{who(study, say, BEST, row)} on {say.name(BEST, row, 'dataset')}", say.share(BEST, row)
    protocol = say.name(BEST, row, "protocol")
    leaks = where(study.audit, topic=LEAK, protocol="paper1", source=dataset, target=dataset)
    because = words.leaking(say, leaks, bool(row["choice"] == ON_TEST))
    if scope(best, dataset, "paper1") == scope(best, dataset, "strict"):
        told, gap = bool(row["low"] > top["high"]), float(row["value"] - top["value"])
        versus = f"{say.between(BEST, row, top)} than the {say.share(BEST, top)} of strict"
        versus += "" if told else " (their intervals overlap)"
    else:
        told, gap = False, float("nan")
        versus = "which is another task than strict, of other emotions or speakers, and cannot be set against it"
    sentence = f"As published ({protocol}, {say.count(BEST, row)}), {name} would read UAR {level}, {versus}"
    sentence += f"{'; there ' * bool(because)}{because}."
    row = {**row, "value": gap, "low": np.nan, "high": np.nan, "p": np.nan, "layer": str(row["usual_layer"])}
    yield _finding(LAYERS, say, sentence, row, "UAR under paper1 less strict", POINTS, told)


def across(study: Study, pair: Sequence[str]) -> Iterator[Finding]:
    """Trained on one dataset and tested on the other, both ways, with the network that is best within the target."""
    say, said, rows = Cited(f"across-{pair[0]}-{pair[1]}"), [], []
    for source, target in (pair[::-1], pair):
        top = best_network(study, target)
        row = None if top is None else rows_of.across(study, source, top)
        if top is None or row is None:
            continue
        names = f"{say.name(CROSS, row, 'source')} and tested on {say.name(CROSS, row, 'dataset')}"
        apart = "" if row["p"] <= ALPHA else f", not told from chance ({say.p(CROSS, row, 'p')})"
        score, within = say.share(CROSS, row), say.share(BEST, top)
        said.append(
            f"trained on {names}, {who(study, say, CROSS, row)} reaches UAR {score}{apart}, against {within} within "
            f"{say.name(BEST, top, 'dataset')}"
        )
        of = f"{say.name(CROSS, row, 'protocol')}, {say.count(CROSS, row)}, chance {say.share(CROSS, row, 'chance')}"
        said[-1] += f" ({of})"
        rows.append(row)
    if rows:
        untold = [row for row in rows if not row["p"] <= ALPHA]
        row = (untold or rows)[0]
        sentence, quantity = f"{capital('; '.join(said))}.", f"UAR, trained on {row['source']}"
        yield _finding(LAYERS, say, sentence, row, quantity, SHARE, not untold, layer=str(row["usual_layer"]))


def of_distances(study: Study, pair: tuple[str, str], seed: int) -> Iterator[Finding]:
    """Of one network: nearest and farthest emotion, which emotions are told apart, the paper's order."""
    model = rows_of.of_pair_model(study, pair)
    ranking = where(distance_rows.rows_of(study, "ranking", pair), model=model)
    if not model or ranking.empty:
        return
    yield order(study, ranking)
    contrasts = where(distance_rows.rows_of(study, "contrasts", pair), model=model)
    asked = contrasts[contrasts["emotion"].isin(ASKED) & contrasts["against"].isin(ASKED)]
    for _, row in asked.iterrows():
        yield contrast(study, contrasts, row, seed)
    if len(contrasts) > len(asked):
        yield told_apart(study, contrasts.drop(asked.index), bool(len(asked)))
    agreement = where(distance_rows.rows_of(study, "agreement", pair), what="paper", of=model)
    for _, row in agreement.iterrows():
        yield papers_order(study, ranking, row)


def order(study: Study, ranking: pd.DataFrame) -> Finding:
    """The nearest and the farthest emotion, and in how many halves of the speakers they are."""
    near, far = (ranking.loc[ranking["value"].agg(end)] for end in ("idxmin", "idxmax"))
    say = Cited(f"order-{near['first']}-{near['second']}")
    said = [words.end_of_ranking(say, row, end) for row, end in ((near, "nearest"), (far, "farthest"))]
    between = f"{say.name(RANKING, near, 'first')} and {say.name(RANKING, near, 'second')}"
    shares = "; per cent of random halves of the" if near["n_half_samples"] else ","
    sentence = f"Between {between}, in {who(study, say, RANKING, near)}, {listed(said)} (kernel distance, mean over "
    sentence += f"layers{shares} {say.count(RANKING, near)})."
    row = {**near, "value": near["p_nearest"], "low": np.nan, "high": np.nan, "layer": ""}
    quantity = f"share of halves of the speakers in which {near['emotion']} is nearest"
    sure = near["p_nearest"] >= words.SURE or far["p_farthest"] >= words.SURE
    return _finding(DISTANCES, say, sentence, row, quantity, SHARE, bool(sure))


def contrast(study: Study, all_pairs: pd.DataFrame, row: "pd.Series[Any]", seed: int) -> Finding:
    """Whether one emotion lies farther apart between the datasets than another: the papers' angry and calm."""
    one, other = str(row["emotion"]), str(row["against"])
    say = Cited(f"contrast-{one}-{other}-{row['first']}-{row['second']}")
    smallest = rows_of.smallest_of_contrast(all_pairs, row, seed)
    told = bool(row["p_adjusted"] <= ALPHA)
    figures, n = f"{say.distance(CONTRASTS, row)} in {who(study, say, CONTRASTS, row)}", say.count(CONTRASTS, row)
    between = f"between {say.name(CONTRASTS, row, 'first')} and {say.name(CONTRASTS, row, 'second')}"
    if told:
        far, near = (one, other)[:: 1 if row["difference"] > 0 else -1]
        sentence = f"{capital(far)} lies farther apart {between} than {near}: the distance of {one} less that of "
        sentence += f"{other} is {figures}, corrected {say.p(CONTRASTS, row)}, {n}."
    else:
        sentence = (
            f"Whether {one} lies farther apart {between} than {other} cannot be told: the difference is {figures}, "
        )
        sentence += f"{words.not_told(say, CONTRASTS, row, smallest, n, DISTANCE)}."
    return _finding(DISTANCES, say, sentence, row, f"distance of {one} less that of {other}", DISTANCE, told, layer="",
                    smallest_detectable=smallest.difference)  # fmt: skip


def told_apart(study: Study, contrasts: pd.DataFrame, others: bool) -> Finding:
    """Which pairs of emotions differ in their distance, corrected over all pairs; others: one had its own finding."""
    ranked = contrasts.sort_values(["p_adjusted", "p"], kind="stable")
    found, top = ranked[ranked["p_adjusted"] <= ALPHA], ranked.iloc[0]
    say = Cited(f"told-apart-{top['first']}-{top['second']}")
    name, n = who(study, say, CONTRASTS, top), say.count(CONTRASTS, top)
    between = f"between {say.name(CONTRASTS, top, 'first')} and {say.name(CONTRASTS, top, 'second')}"
    each = []
    for _, row in found.head(NAMED).iterrows():
        near, far = (row["emotion"], row["against"])[:: 1 if row["difference"] < 0 else -1]
        less = f"{row['emotion']} less {row['against']} {say.distance(CONTRASTS, row)}"
        each.append(f"{near} is nearer than {far} ({less}, {say.p(CONTRASTS, row)})")
    if each:
        more = "further pairs differ too" if len(found) > NAMED else "no other pair is told apart"
        more = "" if len(found) == len(ranked) else f"; {more}"
        sentence = f"{capital(between)}, {listed(each)}{more} ({name}, corrected over all pairs, {n})."
    else:
        least = f"{top['emotion']} less {top['against']} {say.distance(CONTRASTS, top)}, the smallest corrected "
        least += say.p(CONTRASTS, top)
        no = "No other two emotions" if others else "No two emotions"
        sentence = f"{no} can be told apart by their distance {between} ({name}, {least}, {n})."
    quantity = f"distance of {top['emotion']} less that of {top['against']}"
    return _finding(DISTANCES, say, sentence, top, quantity, DISTANCE, bool(each), layer="")


def papers_order(study: Study, ranking: pd.DataFrame, row: "pd.Series[Any]") -> Finding:
    """The paper's order of the emotions, and whether this study's agrees with it."""
    say = Cited(f"papers-order-{row['first']}-{row['second']}")
    known = ranking.dropna(subset="rank_paper").sort_values("rank_paper", kind="stable")
    by_rank = ", ".join(" = ".join(own["emotion"]) for _, own in known.groupby("rank_paper"))
    own = ", ".join(known.sort_values("value", kind="stable")["emotion"])
    tau, name = say.number(AGREEMENT, row, "value", "+.2f"), who(study, say, AGREEMENT, row, "of")
    told = bool(row["p"] <= ALPHA)
    if row["p_smallest"] > ALPHA:
        p = f"smallest p {say.number(AGREEMENT, row, 'p_smallest')}"
        verdict = "so few emotions cannot show that the orders agree"
    else:
        p = say.p(AGREEMENT, row, "p")
        verdict = "the orders agree beyond chance" if told else "the orders cannot be told from unrelated ones"
    sentence = f"From near to far, paper 1 ranks {by_rank}; {name} here ranks {own}: {verdict} (tau-b {tau}, {p}, "
    sentence += f"{say.count(AGREEMENT, row, 'emotion', 'n_emotions')})."
    return _finding(DISTANCES, say, sentence, row, "tau-b with the paper's order", "rank correlation", told, layer="",
                    model=row["of"])  # fmt: skip


def encoded(study: Study, dataset: str, seed: int) -> Iterator[Finding]:
    """Per emotion the acoustic category that the dimensions which tell it know best; that none is claimed."""
    about = Explained(study, dataset)
    rows = explanation_rows.gains_of_categories(about)
    if rows.empty:
        return
    emotions = list(dict.fromkeys(rows["emotion"]))
    claimed, say, smallest = clear(rows), Cited(f"encoded-{dataset}"), rows_of.NOT_KNOWN
    top = rows.loc[rows["value"].where(claimed | ~claimed.any()).idxmax()]
    on, layer = say.name(CATEGORIES, top, "dataset"), say.name(CATEGORIES, top, "layer")
    model = who(study, say, CATEGORIES, top)
    dimensions = f"the dimensions of {model}, layer {layer}, that tell an emotion from {about.told_from}"
    scores = about.of_headline("scores", side="all", metric="UAR", emotion=str(top["emotion"]))
    n, protocol = say.count(KNOWN, scores.iloc[0]), say.name(CATEGORIES, top, "protocol")
    if claimed.any():
        best = rows[claimed].sort_values("value", ascending=False, kind="stable").drop_duplicates("emotion")
        best = best.sort_index()
        each = [f"{row['category']} for {row['emotion']} ({say.gain(CATEGORIES, row)})" for _, row in best.iterrows()]
        nothing = [emotion for emotion in emotions if emotion not in set(best["emotion"])]
        none = f"; nothing can be claimed for {listed(nothing)}" if nothing else ""
        sentence = (
            f"{dimensions} know acoustic features better than random dimensions do, most of all {listed(each)}{none}"
        )
        sentence += f" (gain in R² within the emotion, {protocol}, corrected, {n})."
    else:
        if top["low"] <= 0:  # else it is random dimensions, not the speakers, that leave it untold
            smallest = rows_of.smallest_of_gain(top, seed)
        sentence = (
            f"it cannot be claimed for {listed(emotions)} that {dimensions} know any "
            f"category of acoustic features better than random dimensions do: the largest gain in R² is "
            f"{say.gain(CATEGORIES, top)} ({top['category']}, {top['emotion']}), {protocol}, "
            f"corrected {say.p(CATEGORIES, top)}, {n}{words.could(say, smallest, GAIN)}."
        )
    quantity = f"gain of {top['category']}"
    yield _finding(EXPLANATION, say, f"On {on}, {sentence}", top, quantity, GAIN, bool(claimed.any()),
                   smallest_detectable=smallest.difference)  # fmt: skip


def of_transfer(study: Study, source: str, target: str, seed: int) -> Iterator[Finding]:
    """Whether a first stage helps, strict, and where it does, whether the labels of its clips are what helps."""
    rows = rows_of.stages(study, source, target, t.DIRECT)
    if rows["p_adjusted"].isna().all():
        return
    told = rows[rows["p_adjusted"] <= ALPHA]
    shown = told if len(told) else rows.dropna(subset="p_adjusted")
    row = shown.loc[shown["difference"].abs().idxmax()]
    controls = rows_of.stages(study, source, target, t.SHUFFLED)
    controls = where(controls, model=row["model"], tuner=row["tuner"], emotions=row["emotions"])
    controls = controls.dropna(subset="p_adjusted")
    yield first_stage(study, rows, row, controls, seed)
    for _, control in controls.iterrows() if len(told) else ():
        yield labels_matter(study, control, seed)


def first_stage(study: Study, rows: pd.DataFrame, row: "pd.Series[Any]", controls: pd.DataFrame, seed: int) -> Finding:
    """In how many trainings a first stage is told to help or harm, and the one that it moves most."""
    say = Cited(f"first-stage-{row['source']}-{row['target']}")
    smallest = rows_of.smallest_of_training(study, row, seed)
    told, several = bool(row["p_adjusted"] <= ALPHA), len(rows) > 1
    way = [say.name(TRAININGS, row, end) for end in ("source", "target")]
    figures, n = f"{say.points(TRAININGS, row)} of {row['metric']}", say.count(TRAININGS, row)
    figures += f" ({who(study, say, TRAININGS, row)} with {say.name(TRAININGS, row, 'tuner')}, strict)"
    keys = {name: row[name] for name in ("question", "one", "other", "source", "target", "protocol", "emotion")}
    total = f"{say.rows(TRAININGS, keys, len(rows))} trainings" if several else ""
    if told:
        alike = int((rows["verdict"] == row["verdict"]).sum())
        number = say.rows(TRAININGS, {**keys, "verdict": row["verdict"]}, alike) if several else ""
        of = f" in {number} of {total}, most by" if several else ":"
        helps = "helps" if row["difference"] > 0 else "harms"
        sentence = (
            f"A first stage on {way[0]} {helps} on {way[1]}{of} {figures}, corrected {say.p(TRAININGS, row)}, {n}"
        )
        against = rows[(rows["p_adjusted"] <= ALPHA) & (np.sign(rows["difference"]) == -np.sign(row["difference"]))]
        for verdict, own in against.groupby("verdict"):
            number = say.rows(TRAININGS, {**keys, "verdict": verdict}, len(own))
            sentence += f"; it {'harms' if row['difference'] > 0 else 'helps'} in {number}"
        sentence += "." if len(controls) else "; no first stage with shuffled labels was set beside it."
    else:
        beside = "; over a first stage with shuffled labels it is " if len(controls) else ""
        beside += say.points(TRAININGS, controls.iloc[0]) if len(controls) else ""
        of = f" in any of {total}: the largest" if several else ": the"
        sentence = f"Whether a first stage on {way[0]} helps on {way[1]} cannot be told{of} difference is {figures}, "
        sentence += f"{words.not_told(say, TRAININGS, row, smallest, n)}{beside}."
    return _finding(TRANSFER, say, sentence, row, "two-stage less direct", POINTS, told,
                    smallest_detectable=smallest.difference)  # fmt: skip


def labels_matter(study: Study, row: "pd.Series[Any]", seed: int) -> Finding:
    """The same first stage with shuffled labels: what is better than that owes it to the emotions of the source."""
    say = Cited(f"shuffled-{row['source']}-{row['target']}")
    smallest = rows_of.smallest_of_training(study, row, seed)
    told = bool(row["p_adjusted"] <= ALPHA)
    source, n = say.name(TRAININGS, row, "source"), say.count(TRAININGS, row)
    model = f"{who(study, say, TRAININGS, row)} with {say.name(TRAININGS, row, 'tuner')}"
    figures = f"{say.points(TRAININGS, row)} of {row['metric']} on {say.name(TRAININGS, row, 'target')} over the same "
    figures += f"first stage with shuffled labels ({model}, {say.name(TRAININGS, row, 'protocol')})"
    if told:
        do = "are part of what helps" if row["difference"] > 0 else "do harm"
        sentence = f"The emotions of {source} {do} there: {figures}, corrected {say.p(TRAININGS, row)}, {n}."
    else:
        sentence = f"Whether the emotions of {source} are what helps there, and not its sound alone, cannot be told: "
        sentence += f"{figures}, {words.not_told(say, TRAININGS, row, smallest, n)}."
    return _finding(TRANSFER, say, sentence, row, "two-stage less shuffled-source", POINTS, told,
                    smallest_detectable=smallest.difference)  # fmt: skip


def of_papers(study: Study) -> Iterator[Finding]:
    """Which claims of paper 1 hold here and why not; what paper 2 prints beside this study."""
    if len(study.transfer.get("claims", ())):
        for name, rows in study.transfer["claims"].groupby("claim", sort=True):
            yield of_claim(study, int(str(name)), rows)
    if len(study.explanation.get("papers", ())):
        printed = explanation_printed.scores(study.explanation["papers"])
        for _, own in printed.groupby("dataset", sort=False):
            yield f1_printed(study, own)


def of_claim(study: Study, claim: int, rows: pd.DataFrame) -> Finding:
    """Whether a claim of paper 1 on transfer holds here, strict and corrected, by the figure that decides, or why not.

    The figure is that with the smallest p of those that decide: against the claim before for it, before not told.
    """
    say, (state, sides), itself = Cited(f"claim-{claim}"), judged(claim, rows), of_itself(claim, rows)
    start = f"{'Asked of paper 1 is whether' if claim == OURS else 'Paper 1 claims that'} {SHORTLY[claim]}. {state}"
    if itself.empty:
        row = rows.iloc[0]
        why = f": {say.name(CLAIMS, row, 'why_not')}" if row["why_not"] else ""
        return _finding(PAPERS, say, f"{start}{why}.", {"protocol": t.STRICT}, f"claim {claim} of paper 1", "", False)
    of = itself[np.array(sides) == (-1 if -1 in sides else max(sides))]
    row = of.sort_values(["p_adjusted", "p"], kind="stable").iloc[0]
    quantity, correlation = say.name(CLAIMS, row, "quantity"), claim == NEAR
    number = say.number(CLAIMS, row, "value", "+.2f") if correlation else say.points(CLAIMS, row, "value")
    n = say.count(CLAIMS, row, "emotion", "n_emotions") if correlation else say.count(CLAIMS, row)
    models = [called(study, one) if one in study.models else one for one in say.name(CLAIMS, row, "model").split(", ")]
    training = f"{listed(models)} with {say.name(CLAIMS, row, 'tuner')}, {say.name(CLAIMS, row, 'condition')}"
    p = f"corrected {say.p(CLAIMS, row)}"
    if row["verdict"].startswith(CANNOT):
        p += f" (at best {say.number(CLAIMS, row, 'smallest_p')} before correction)"
    often = words.so_often(say, where(rows, quantity=row["quantity"]), where(of, quantity=row["quantity"]), any(sides))
    sentence = f"{start}: {quantity} {number} ({training.removesuffix(', ')}, strict, {p}, {n}{often})."
    kept = {**row, "layer": "", "protocol": t.STRICT, "dataset": row["target"] * (row["target"] in study.datasets)}
    kept["model"] *= kept["model"] in study.models
    return _finding(
        PAPERS, say, sentence, kept, quantity, "rank correlation" if correlation else POINTS, bool(any(sides))
    )


def of_itself(claim: int, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a claim that hold a tested figure which is the claim itself."""
    return rows[rows["p_adjusted"].notna() & rows["quantity"].str.endswith(ITSELF.get(claim, ""))]


def judged(claim: int, rows: pd.DataFrame) -> tuple[str, list[int]]:
    """What the strict figures of a claim say, in words; which of them are for it (1), against it (-1) or not told (0).

    Args:
        claim: its number; rows: of the table transfer_claims, this claim's.
    """
    itself = of_itself(claim, rows)
    sides = [side(row.value, row.p_adjusted) * IN_FAVOUR[claim] for row in itself.itertuples()]
    if not sides:
        return "Not part of this study", sides
    if set(sides) == {1}:
        return "Shown", sides
    if -1 in sides:
        return "Contradicted, in part at least", sides
    if 1 in sides:
        return "Shown for some trainings, not told for others", sides
    few = itself["verdict"].str.startswith(CANNOT).all()
    return "Out of reach with so few speakers" if few else "Not shown", sides


def f1_printed(study: Study, rows: pd.DataFrame) -> Finding:
    """F1 as paper 2 prints it from the best dimensions, beside this study as published and strict."""
    rows = next(own for of in ("top", "all", "acoustic") if len(own := rows[rows["side"] == of]))
    first, say = rows.iloc[0], Cited(f"printed-{rows['dataset'].iloc[0]}")
    printed, strict = words.span(say, rows, "printed_low", "printed_high"), words.span(say, rows, "strict", "strict")
    given = rows["published"].notna().any()
    published = f"as published {words.span(say, rows, 'published', 'published')}, " if given else ""
    of = {"top": "the best dimensions", "all": "all dimensions", "acoustic": "acoustic features"}[first["side"]]
    name = f"{who(study, say, PRINTED, first)} on {say.name(PRINTED, first, 'dataset')}"
    known = where(study.explanation["scores"], dataset=first["dataset"], model=first["model"], protocol=t.STRICT)
    n = f", {say.count(KNOWN, known.iloc[0])}" if len(known) else ""
    reach = words.span(say, rows, "strict_low", "strict_high") if rows["strict_low"].notna().any() else ""
    sentence = f"Paper 2 prints F1 of {printed} from {of}, by emotion; here {name} reads {published}strict {strict}"
    sentence += f" (intervals {reach}{n})." if reach else f"{n}."
    inside = (rows["strict_low"] <= rows["printed_high"]) & (rows["strict_high"] >= rows["printed_low"])
    same, others = list(rows.loc[inside, "emotion"]), list(rows.loc[~inside, "emotion"])
    here = f"What is printed lies within the strict interval for {listed(same) if same else 'no emotion'}"
    sentence += f" {here}{f'; not for {listed(others)}' if same and others else ''}."
    row = {**first, "value": first["strict"], "low": first["strict_low"], "high": first["strict_high"]}
    held = not same or not others  # all emotions say the same
    return _finding(PAPERS, say, sentence, row, "F1", SHARE, held, protocol="strict")


def of_material(study: Study) -> Iterator[Finding]:
    """What could mislead: leaks of strict, what tells the emotion but should not, recordings that were set aside."""
    audit, say = study.audit, Cited("material")
    strict, tells = where(audit, topic=LEAK, protocol="strict"), where(audit, topic=CONFOUND)
    said = [words.leaks_of_strict(say, strict)] if len(strict) else []
    figures = zip(tells["value"], tells["low"], tells["chance"], strict=True)
    tells = tells[np.array([misleads(*row) for row in figures], dtype=bool)]
    worst = tells.loc[tells.groupby("target", sort=False)["value"].idxmax()]
    row: Mapping[str, Any] = {"what": "leaks", "about": set(study.datasets)}
    if len(worst):
        each = [
            f"in {say.name(AUDIT, one, 'target')} from {one['what']} (UAR {say.share(AUDIT, one)}, "
            f"{say.count(AUDIT, one)}, guessing {say.share(AUDIT, one, 'chance')})"
            for _, one in worst.iterrows()
        ]
        said.append(f"The emotion can in part be told {listed(each)}, which should not matter.")
        row = worst.loc[worst["value"].idxmax()]
    if study.set_aside["clip_id"].nunique():
        said.append("Some recordings could not be used; each is listed under The material.")
    if said:
        yield _finding(MATERIAL, say, " ".join(said), row, f"UAR from {row['what']} alone", SHARE, len(worst) > 0)


def _finding(
    question: str, say: Cited, sentence: str, row: Mapping[str, Any], quantity: str, unit: str, told: bool, **more: Any
) -> Finding:
    """A row of the table: what the row of its figure says, and what is given beside.

    A row of a comparison has its difference as the value, and the p that is corrected.
    """
    kept = ("layer", "model", "emotion", "protocol", "value", "low", "high", "n_speakers", "n_clips", "p", "chance")
    own = {column: row[column] for column in kept if column in row}
    own |= {new: row[old] for new, old in (("value", "difference"), ("p", "p_adjusted")) if old in row}
    about = {str(row[name]) for name in ("dataset", "source", "target", "first", "second") if name in row} - {""}
    dataset = row.get("dataset", row.get("target", row.get("first", "")))
    said = {
        "question": question,
        "finding": say.finding,
        "sentence": sentence,
        "dataset": dataset,
        "quantity": quantity,
    }
    return {**said, **own, "unit": unit, "told": told, "about": about, "sources": say.as_json(), **more}
