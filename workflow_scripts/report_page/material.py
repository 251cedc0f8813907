"""What the study was made from: clips, lengths, levels, leaks, confounds, what was set aside; as tables of the page."""

import pandas as pd

from workflow_scripts.report_page.grid import Cell, Grid, cell, crossed, grid
from workflow_scripts.report_page.study import Study, misleads
from workflow_scripts.report_page.words import listed, per_cent
from workflow_scripts.summaries.audit import CONFOUND, LEAK

CONFOUND_WORDS = {
    "melody": "which scripted melody is sung",
    "intensity": "normal or strong intensity",
    "sentence": "what is said or sung",
    "duration": "how long the clip is",
    "level": "how loud the voice is (active frames)",
    "silence": "how much of the clip is silent",
}
LEAK_WORDS = {
    "speakers": "test speakers who are also heard in training",
    "twins": "test clips with a twin in training (same speaker, words, emotion, intensity)",
    "equal audio": "test clips whose very audio lies in training under another name",
}


def confound_in_words(what: str) -> str:
    """'level: how loud the voice is ...'; a variable within speaker is set against the speaker's other clips."""
    name = what.removesuffix(" within speaker")
    meaning = CONFOUND_WORDS.get(name, "")
    if name != what:
        meaning += ", against the mean of the speaker's clips"
    return f"{what}: {meaning}" if meaning else what


def overview(study: Study) -> Grid:
    """One line per dataset."""
    rows = [{"dataset": name, "manifest": manifest} for name, manifest in study.manifests.items()]

    def people(manifest: pd.DataFrame) -> str:
        sexes = manifest.drop_duplicates("speaker")["sex"].value_counts()
        known = [f"{sexes[sex]} {sex}" for sex in ("female", "male") if sex in sexes]
        return f"{manifest['speaker'].nunique()}" + (f" ({', '.join(known)})" if known else "")

    return grid(
        pd.DataFrame(rows),
        "Datasets, after preparation (clips: those of the study's emotions)",
        {
            "dataset": lambda row: cell(row.dataset),
            "corpus": lambda row: cell(study.datasets[row.dataset]["corpus"]),
            "domain": lambda row: cell(", ".join(sorted(set(row.manifest["domain"])))),
            "preparation": lambda row: cell(preparation(study.datasets[row.dataset])),
            "clips": lambda row: cell(n := len(row.manifest), clips_used(n, study.recorded.get(row.dataset, n))),
            "speakers": lambda row: cell(row.manifest["speaker"].nunique(), people(row.manifest)),
            "minutes": lambda row: cell(m := row.manifest["prepared_seconds"].sum() / 60, f"{m:.1f}"),
            "length, s: median (range)": lambda row: _spread(row.manifest["prepared_seconds"], 1),
            "level, dBFS: median (range)": lambda row: _spread(row.manifest["prepared_level_db"], 0),
            "active share, %: median (range)": lambda row: _spread(100 * row.manifest["prepared_active_fraction"], 0),
        },
    )


def clips_used(number: int, recorded: int) -> str:
    """'240', or '180 of 240': those of the study's emotions, of all that were recorded."""
    return f"{number}" if number == recorded else f"{number} of {recorded}"


def preparation(facts: dict[str, object]) -> str:
    """How the audio of a dataset is prepared, in words."""
    level = "as recorded" if facts["level"] == "as-recorded" else "levels matched"
    return level + (f", cropped to {facts['crop']:g} s" if facts["crop"] else ", whole clips")


def _spread(values: "pd.Series[float]", digits: int) -> Cell:
    middle, low, high = values.median(), values.min(), values.max()
    return cell(middle, f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})")


def clips(study: Study, dataset: str) -> Grid:
    """Clips by speaker and emotion."""
    emotions = study.datasets[dataset]["emotions"]
    return crossed(
        study.manifests[dataset], f"Clips of {dataset} by speaker and emotion", "speaker", "emotion", emotions
    )


def by_emotion(study: Study, dataset: str) -> Grid:
    """Length, level and activity by emotion: what could give the emotion away."""
    manifest = study.manifests[dataset]
    order = [*study.datasets[dataset]["emotions"], *sorted(set(manifest["emotion"]))]
    groups = {emotion: manifest[manifest["emotion"] == emotion] for emotion in dict.fromkeys(order)}
    rows = pd.DataFrame([{"emotion": emotion, "clips": part} for emotion, part in groups.items() if len(part)])
    return grid(
        rows,
        f"Prepared clips of {dataset} by emotion",
        {
            "emotion": lambda row: cell(row.emotion),
            "clips": lambda row: cell(len(row.clips)),
            "length, s": lambda row: _spread(row.clips["prepared_seconds"], 1),
            "level, dBFS": lambda row: _spread(row.clips["prepared_level_db"], 0),
            "active share, %": lambda row: _spread(100 * row.clips["prepared_active_fraction"], 0),
        },
    )


def leaks(study: Study) -> Grid:
    """What lies on both sides of the splits, summed over folds and draws."""
    rows = study.audit[study.audit["topic"] == LEAK].rename(columns={"count": "shared"})
    return grid(
        rows,
        "What lies on both sides of a split, summed over folds and draws",
        {
            "trains": lambda row: cell(row.source),
            "tested": lambda row: cell(row.target),
            "protocol": lambda row: cell(row.protocol),
            "what": lambda row: cell(LEAK_WORDS[row.what]),
            "shared": lambda row: cell(row.shared, None, "mind" if row.shared else "quiet"),
            "of": lambda row: cell(row.of),
            "share": lambda row: cell(row.value, per_cent(row.value)),
            "for example": lambda row: cell(row.note.removeprefix("for example ")),
        },
    )


def confounds(study: Study) -> Grid:
    """How well the emotion is told from what should not matter."""
    rows = study.audit[study.audit["topic"] == CONFOUND]
    return grid(
        rows,
        "The emotion told from one thing alone, over held-out speakers; numbers whose interval holds chance are grey",
        {
            "dataset": lambda row: cell(row.target),
            "told from": lambda row: cell(row.what, confound_in_words(row.what)),
            "UAR": lambda row: cell(
                row.value,
                "–" if pd.isna(row.value) else per_cent(row.value, row.low, row.high),
                "mind" if misleads(row.value, row.low, row.chance) else "quiet",
            ),
            "chance": lambda row: cell(row.chance, per_cent(row.chance)),
            "speakers": lambda row: cell(row.n_speakers),
            "remark": lambda row: cell(row.note),
        },
        ("chance", "speakers"),
    )


def misled_by(study: Study, dataset: str) -> str:
    """Of the variables that should not matter, those that tell the emotion above chance, highest first."""
    audit = study.audit
    rows = audit[(audit["topic"] == CONFOUND) & (audit["target"] == dataset)]
    rows = rows[[misleads(*row) for row in zip(rows["value"], rows["low"], rows["chance"], strict=True)]]
    if rows.empty:
        return ""
    ranked = rows.sort_values("value", ascending=False).head(3)
    told = [f"{row.what} {per_cent(row.value, row.low, row.high)}" for row in ranked.itertuples()]
    chance = per_cent(float(ranked["chance"].iloc[0]))
    return (
        f"In {dataset} the emotion can in part be told from what should not matter: UAR of {listed(told)} "
        f"(guessing {chance})."
    )


def set_aside(study: Study) -> Grid:
    """Clips that could not be used, with the reason."""
    return grid(
        study.set_aside,
        "Clips set aside",
        {
            "dataset": lambda row: cell(row.dataset),
            "clip": lambda row: cell(row.clip_id),
            "where": lambda row: cell(row.step),
            "file": lambda row: cell(row.path),
            "reason": lambda row: cell(row.reason),
        },
    )
