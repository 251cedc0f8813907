"""Is anything wrong? Leak audit, null runs, clips set aside, what the number of speakers allows, demonstrations."""

from dataclasses import dataclass

import pandas as pd

from workflow_scripts.report_page import distance_rows, transfer_health
from workflow_scripts.report_page.explanation_rows import Explained, of_networks
from workflow_scripts.report_page.study import ALPHA, Study
from workflow_scripts.report_page.words import capital, counted, listed, per_cent
from workflow_scripts.statistics.corrections import holm
from workflow_scripts.summaries.audit import LEAK
from workflow_scripts.summaries.distances import OTHER_SPEAKERS
from workflow_scripts.summaries.roles import elsewhere, networks, untrained
from workflow_scripts.summaries.select import scope

GOOD, MIND, WRONG = "good", "mind", "wrong"
CUT_CLIPS = 20  # of one length from which this is no chance


@dataclass(frozen=True)
class Check:
    """One line of the report's health: state is good, mind or wrong."""

    state: str
    title: str
    text: str


def checks(study: Study) -> list[Check]:
    """All checks, in the order in which they are shown."""
    found = [
        _demonstration(study),
        _untrained(study),
        _leaks(study.audit),
        _null_runs(study),
        _set_aside(study),
        _equal_lengths(study),
        _left_out(study),
        *_few_speakers(study),
        *_compared(study),
        *_explained(study),
        *(Check(GOOD if good else MIND, title, text) for good, title, text in transfer_health.lines(study)),
    ]
    return [check for check in found if check]


def _demonstration(study: Study) -> Check | None:
    if not study.synthetic:
        return None
    text = f"The audio of {listed(study.synthetic)} is synthetic: its figures show the machinery and are not findings."
    return Check(MIND, "Demonstration", text)


def _untrained(study: Study) -> Check | None:
    own = [name for name in networks(study.models) if name not in elsewhere(study.models)]
    if not own or set(own) != set(untrained(study.models)):
        return None
    text = f"All networks ({listed(own)}) have random weights: nothing here concerns what pretrained networks know."
    return Check(MIND, "No pretrained network", text)


def _equal_lengths(study: Study) -> Check | None:
    """Recordings that are all of one length, to the millisecond, as nobody speaks or sings: most likely cut."""
    said: list[str] = []
    seen: list[set[str]] = []
    for dataset, manifest in study.manifests.items():
        seconds = manifest["seconds"]
        recordings = set(manifest["audio_hash"])
        if recordings in seen:  # prepared another way
            continue
        seen.append(recordings)
        if len(manifest) >= CUT_CLIPS and float(seconds.max() - seconds.min()) < 0.001:
            said.append(f"all {len(manifest)} recordings of {dataset} last {seconds.iloc[0]:.3f} s")
    if not said:
        return None
    return Check(
        MIND, "Lengths of recordings", f"{capital(listed(said))}: they may have been cut before they came here."
    )


def _leaks(audit: pd.DataFrame) -> Check:
    strict = audit[(audit["topic"] == LEAK) & (audit["protocol"] == "strict")]
    if strict.empty:
        return Check(MIND, "Leak audit", "Protocol strict is not part of this study: every score may rest on leaks.")
    total = int(strict["count"].sum())
    ways = strict[["source", "target"]].drop_duplicates().shape[0]
    if total:
        worst = strict.loc[strict["count"].idxmax()]
        text = (
            f"Strict leaks: {worst['count']:.0f} of {worst['of']:.0f} {worst['what']} from {worst['source']} "
            f"to {worst['target']}."
        )
        return Check(WRONG, "Leak audit", text)
    kinds = listed(list(dict.fromkeys(strict["what"])))
    text = (
        f"Strict: nothing on both sides of a split ({kinds}; "
        f"{counted(ways, 'pair of training and test data', 'pairs of training and test data')})."
    )
    return Check(GOOD, "Leak audit", text)


def _null_runs(study: Study) -> Check | None:
    if not study.probed:
        return None
    headlines = [study.tables[name] for name in ("best", "cross") if len(study.tables.get(name, ()))]
    best = pd.concat(headlines, ignore_index=True)
    rows = best[(best["metric"] == "null-UAR") & (best["null_run"] == -1)]
    if rows.empty:
        return Check(
            MIND, "Null runs", "None were made: nothing shows that the pipeline stands at chance on shuffled labels."
        )
    p = holm(rows["p"].to_numpy(dtype=float))
    runs, value, chance = int(rows["n_draws"].sum()), float(rows["value"].mean()), float(rows["chance"].mean())
    departing = rows[p < ALPHA]
    about = f"{runs} runs with labels shuffled within speaker, mean UAR {per_cent(value)} (chance {per_cent(chance)})"
    if len(departing):
        where = listed([f"{row.model} {_way(row.source, row.dataset)}" for row in departing.itertuples()])
        return Check(
            WRONG, "Null runs", f"{about} depart from chance for {where}: look for a leak before reading any score."
        )
    return Check(
        GOOD, "Null runs", f"{about}: none of {counted(len(rows), 'family', 'families')} departs from chance (Holm)."
    )


def _set_aside(study: Study) -> Check:
    number = study.set_aside["clip_id"].nunique()
    if not number:
        return Check(GOOD, "Clips set aside", "None: every recording found could be used.")
    text = f"{counted(number, 'clip')} could not be used; each is listed with its reason under The material."
    return Check(MIND, "Clips set aside", text)


def _way(source: str, dataset: str) -> str:
    return f"on {dataset}" if source == dataset else f"from {source} to {dataset}"


def _left_out(study: Study) -> Check | None:
    """Clips that are sound and yet play no part, by the study's emotions or by what a protocol covers."""
    said = []
    for dataset, manifest in study.manifests.items():
        other = study.recorded.get(dataset, len(manifest)) - len(manifest)
        if other:
            said.append(f"{other} of {study.recorded[dataset]} clips of {dataset} have none of the study's emotions")
        emotions, speakers = scope(study.tables["best"], dataset, "paper1") if study.probed else (frozenset(), 0)
        whole = manifest["emotion"].nunique(), manifest["speaker"].nunique()
        if speakers and (len(emotions), speakers) != whole:
            tested = f"{len(emotions)} of {whole[0]} emotions and {speakers} of {whole[1]} speakers"
            said.append(f"paper1 tests {tested} of {dataset}")
    return Check(GOOD, "Clips left out by choice", f"{'; '.join(said)}.") if said else None


def _few_speakers(study: Study) -> list[Check]:
    if not study.probed:
        return []
    table = study.tables["layers"]
    rows = table[(table["protocol"] == "strict") & table["smallest_p"].notna()]
    found = []
    for dataset, part in rows.groupby("dataset", sort=False):
        smallest, n = float(part["smallest_p"].min()), int(part["n_speakers"].max())
        if smallest > ALPHA:
            text = (
                f"{dataset} has {counted(n, 'speaker')}: no comparison over speakers can reach p < {ALPHA:g} "
                f"(smallest {smallest:.3g})."
            )
            found.append(Check(MIND, "Few speakers", text))
    if not found and len(rows):
        n, smallest = int(rows["n_speakers"].min()), float(rows["smallest_p"].max())
        found.append(
            Check(
                GOOD, "Speakers", f"{n} or more in every dataset; the smallest reachable p is {smallest:.2g} or less."
            )
        )
    return found


def _same_names(study: Study, first: str, second: str) -> str:
    """A hint where speakers of different pools have the same names in a table of the user's: they may be the same."""
    sides = [study.manifests[name] for name in (first, second)]
    names = set(sides[0]["speaker"]) & set(sides[1]["speaker"])
    of_user = any(study.datasets[name]["corpus"] == "table" for name in (first, second))
    if not (names and of_user) or set(sides[0]["pool"]) & set(sides[1]["pool"]):
        return ""
    return (
        f" ({counted(len(names), 'name')} of speakers in both: if these are the same people, give both datasets the "
        "same `pool` in the config)"
    )


def _compared(study: Study) -> list[Check]:
    """Of pairs whose distances were taken: speakers that differ between emotions, and pairs without shared speakers."""
    found = []
    for first, second, _ in study.compared:
        rows = distance_rows.rows_of(study, "ranking", (first, second))
        cells = distance_rows.rows_of(study, "distances", (first, second), layer="")
        if rows.empty:
            continue
        same = cells[
            (cells["first_emotion"] == cells["second_emotion"]) & (cells["first_dataset"] != cells["second_dataset"])
        ]
        numbers = rows.drop_duplicates("emotion").set_index("emotion")["n_speakers"]
        said = []
        if not same["paired"].all():
            said.append(
                "they share too few speakers to be paired, so that differences between people count as distance"
                + _same_names(study, first, second)
            )
        contrasts = distance_rows.rows_of(study, "contrasts", (first, second))
        if len(contrasts) and contrasts["p_smallest"].min() > ALPHA:
            fewest = counted(int(contrasts["n_speakers"].min()), "speaker")
            said.append(f"with {fewest} no comparison of emotions can reach significance")
        if rows["note"].str.contains(OTHER_SPEAKERS).any():
            each = listed([f"{emotion} {int(number)}" for emotion, number in numbers.items()])
            said.append(
                f"emotions are compared over different speakers ({each}), whose share in their order is unknown"
            )
        text = f"{first} and {second}: {'; '.join(said)}."
        if said:
            found.append(Check(MIND, "Speakers of distances", text))
        else:
            speakers = counted(int(numbers.max()), "speaker")
            text = f"{first} and {second}: every emotion is compared over the same {speakers}, each with itself."
            found.append(Check(GOOD, "Speakers of distances", text))
    return found


def _explained(study: Study) -> list[Check]:
    """Of explained datasets: what speakers and random sets allow to be claimed, and conditions that lack an emotion."""
    found = []
    for about in [Explained(study, dataset) for dataset in study.explained]:
        scores = about.rows("scores", side="top-less-random", metric="UAR")
        gains = of_networks(study, about.rows("gains"))
        if scores.empty:
            continue
        speakers, emotions = counted(int(scores["n_speakers"].max()), "speaker"), scores["emotion"].nunique()
        said = []
        if not scores["p_smallest"].min() * emotions <= ALPHA:
            said.append(
                f"with {speakers} no difference in UAR between top and random dimensions can reach significance, "
                f"corrected over {counted(emotions, 'emotion')}"
            )
        if len(gains):
            features, draws = gains["feature"].nunique(), int(gains["n_draws"].min())
            if features / (draws + 1) > ALPHA:
                needed = int(features / ALPHA) - 1
                said.append(
                    f"{draws} random sets allow no single one of {features} features to be claimed alone ({needed} "
                    "would)"
                )
        for condition in about.conditions:
            of_all = about.rows("scores", condition=condition, side="all", metric="UAR")
            lacking = list(dict.fromkeys(of_all.loc[of_all["value"].isna(), "emotion"]))
            if lacking:
                said.append(f"condition {condition} lacks clips or speakers for {listed(lacking)}")
        allow = f"nothing is beyond reach for want of speakers ({speakers}) or of random sets of dimensions"
        text = f"{about.dataset}: {'; '.join(said) or allow}."
        found.append(Check(MIND if said else GOOD, "What the explanation can claim", text))
    return found
