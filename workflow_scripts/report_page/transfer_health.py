"""What trainings allow to be said: speakers, controls, convergence, class weights."""

from workflow_scripts.report_page import transfer_rows as select
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.transfer_rows import ways
from workflow_scripts.report_page.words import counted, listed
from workflow_scripts.summaries import transfer_cells as t
from workflow_scripts.summaries.transfer_claims_compared import CONTROLS
from workflow_scripts.summaries.transfer_verdicts import LEVEL

UNEVEN = 1.5  # times as many clips of the most frequent emotion as of the rarest


def lines(study: Study) -> list[tuple[bool, str, str]]:
    """(whether it is good, title, text), in the order in which they are shown; none where nothing was trained."""
    if not study.trained:
        return []
    return [line for line in (_speakers(study), _controls(study), _converged(study), _weights(study)) if line]


def _speakers(study: Study) -> tuple[bool, str, str] | None:
    title = "What trainings can tell"
    rows = select.picked(study.transfer["comparisons"], protocol=t.STRICT, emotion="")
    rows = rows[rows["question"] != "protocols"]
    if rows.empty:
        return False, title, "No two strict trainings can be compared: nothing is said of other speakers."
    n, least = int(rows["n_speakers"].max()), float(rows["smallest_p_adjusted"].min())
    about = f"{counted(n, 'speaker')}, {counted(len(rows), 'strict comparison')}"
    if least > LEVEL:
        alone = float(rows["smallest_p"].min())
        why = f"the smallest p that they can give is {alone:.2g} alone, {least:.2g} after Holm"
        return False, title, f"{about}: too few for any claim ({why})."
    beyond = int((rows["smallest_p_adjusted"] > LEVEL).sum())
    if beyond:
        return False, title, f"{about}: {beyond} of them cannot reach significance after Holm."
    return True, title, f"{about}: each can reach significance after Holm."


def _controls(study: Study) -> tuple[bool, str, str] | None:
    title = "Controls of two stages"
    lacking, cells = dict.fromkeys(CONTROLS, 0), 0
    for way in ways(study):
        own = select.picked(way.scores, metric="UAR", clips="all", protocol=t.STRICT)
        have = set(own[[*select.CELL, "condition"]].itertuples(index=False, name=None))
        both = [(model, tuner) for model, tuner, condition in have if condition == t.TWO_STAGE]
        cells += len(both)
        for control in CONTROLS:
            lacking[control] += sum((*cell, control) not in have for cell in both)
    if not cells:
        return None
    said = [f"{number} of {cells} lack {CONTROLS[control]}" for control, number in lacking.items() if number]
    if said:
        text = f"Of trainings in two stages, {listed(said)}: what helps there, emotions or more training, is not said."
        return False, title, text
    return True, title, f"All {counted(cells, 'training')} in two stages have both controls."


def _converged(study: Study) -> tuple[bool, str, str] | None:
    title = "Convergence"
    strict = select.picked(select.jobs(study), protocol=t.STRICT)
    fixed = int((strict["condition"] == t.EQUAL_UPDATES).sum())
    strict = strict[strict["condition"] != t.EQUAL_UPDATES]
    if strict.empty:
        return None
    late = select.unfinished(study)
    if late.empty:
        return True, title, f"Early stopping ended all {counted(len(strict), 'strict training')}."
    last = int((late["kept"] == late["epoch"]).sum())
    where = listed([f"{tuner} ({number})" for tuner, number in late.groupby("tuner", sort=False).size().items()])
    text = f"{len(late)} of {counted(len(strict), 'strict training')} took all epochs that they were allowed: {where}"
    text += f"; {last} kept the last one. More epochs may change their scores."
    if fixed:
        text += f" ({counted(fixed, 'training')} of equal updates ran to a given end.)"
    return False, title, text


def _weights(study: Study) -> tuple[bool, str, str] | None:
    uneven = []
    for name in dict.fromkeys(target for _, target in study.trained["directions"]):
        counts = study.manifests[name]["emotion"].value_counts()
        if len(counts) and counts.max() >= UNEVEN * counts.min():
            uneven.append(f"{name}, {counts.min()} to {counts.max()} clips an emotion")
    if not uneven:
        return None
    weighted = [name for name, facts in select.variants(study).items() if facts["training"]["class_weights"]]
    if weighted:
        return True, "Class weights", f"Emotions are uneven ({'; '.join(uneven)}); {listed(weighted)} weigh them."
    text = f"Emotions are uneven ({'; '.join(uneven)}), and no variant weighs them: rare ones may be answered less."
    return False, "Class weights", text
