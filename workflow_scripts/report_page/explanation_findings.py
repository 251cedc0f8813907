"""Findings on what the embeddings know as sentences, composed from the tables by the rules of the files called here."""

from workflow_scripts.report_page import explanation_atlas as atlas
from workflow_scripts.report_page import explanation_encoding as encoding
from workflow_scripts.report_page import explanation_printed as printed
from workflow_scripts.report_page import explanation_telling as telling
from workflow_scripts.report_page.explanation_rows import Explained
from workflow_scripts.report_page.study import Study
from workflow_scripts.summaries.roles import networks


def of_dataset(about: Explained) -> list[str]:
    """The findings on one dataset: how emotions are told, from how few dimensions, what these encode, as published."""
    few = [telling.few(about), telling.better_than_random(about)]
    found = [
        telling.told(about),
        telling.controls(about),
        " ".join(filter(None, few)),
        encoding.categories(about),
        encoding.features(about),
        *telling.conditions(about),
        *encoding.conditions(about),
        telling.published(about),
        telling.lift(about),
        printed.beside(about),
    ]
    return [sentence for sentence in found if sentence]


def more_of_dataset(about: Explained) -> list[str]:
    """What stands beside these: what is not as published, the plain form, order, stability, acoustic features."""
    found = [
        telling.unpublished(about),
        encoding.label_alone(about),
        encoding.order(about),
        encoding.stability(about),
        encoding.attributions(about),
        encoding.heaviest(about),
    ]
    return [sentence for sentence in found if sentence]


def of_networks(study: Study) -> list[str]:
    """Where the networks that the findings are about encode what, speech beside song."""
    headlines = dict.fromkeys(Explained(study, dataset).headline for dataset in study.explained)
    models = [model for model in networks(study.models) if model in headlines]
    return [sentence for model in models for sentence in atlas.sentences(study, model)]
