"""What the figures of the explanation show, in words: their alternative texts."""

from collections.abc import Callable

from workflow_scripts.report_page import explanation_atlas, explanation_encoding, explanation_telling
from workflow_scripts.report_page.explanation_rows import Explained
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.words import listed

Words = Callable[[Explained], str]


def scores(about: Explained) -> str:
    """How well emotions are told from all dimensions and from few."""
    said = (explanation_telling.told, explanation_telling.better_than_random, explanation_telling.published)
    return _joined(about, said)


def curve(about: Explained) -> str:
    """How few dimensions suffice."""
    return _joined(about, (explanation_telling.few, explanation_telling.lift))


def categories(about: Explained) -> str:
    """Which categories the dimensions encode better than random ones."""
    said = (explanation_encoding.categories, explanation_encoding.label_alone, explanation_encoding.order)
    return _joined(about, said)


def features(about: Explained) -> str:
    """Which single features are claimed."""
    return _joined(about, (explanation_encoding.features,))


def shap(about: Explained) -> str:
    """Which acoustic features weigh most."""
    return _joined(about, (explanation_encoding.attributions, explanation_encoding.heaviest))


def atlas(study: Study, model: str) -> str:
    """Where a network encodes what."""
    said = " ".join(explanation_atlas.sentences(study, model))
    return said or f"The atlas of {model}: acoustic categories by layer and emotion in {listed(study.explained)}."


def _joined(about: Explained, parts: tuple[Words, ...]) -> str:
    return " ".join(filter(None, [part(about) for part in parts]))


FIGURES: dict[str, Words] = {
    "explanation_scores": scores,
    "explanation_curve": curve,
    "explanation_categories": categories,
    "explanation_features": features,
    "explanation_shap": shap,
}
NAMES = {
    "explanation_scores": "How well each emotion is told",
    "explanation_curve": "Scores by number of dimensions",
    "explanation_categories": "Gains of acoustic categories",
    "explanation_features": "Gains of acoustic features",
    "explanation_shap": "SHAP values of acoustic features",
}


def of_figure(kind: str, about: Explained) -> str:
    """The alternative text of a figure of a dataset: what it is of, and the finding where its tables hold one."""
    return f"{NAMES[kind]} in {about.dataset}, emotion by emotion. {FIGURES[kind](about)}".strip()
