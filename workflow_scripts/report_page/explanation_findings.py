"""Findings on what the embeddings know as sentences, composed from the tables by the rules of the files called here."""

from workflow_scripts.report_page import explanation_atlas as atlas
from workflow_scripts.report_page import explanation_encoding as encoding
from workflow_scripts.report_page import explanation_printed as printed
from workflow_scripts.report_page import explanation_rows as select
from workflow_scripts.report_page import explanation_telling as telling
from workflow_scripts.report_page.findings import Study


def of_dataset(study: Study, dataset: str) -> list[str]:
    """The findings on one dataset: how emotions are told, from how few dimensions, what these encode, as published."""
    few = [telling.few(study, dataset), telling.better_than_random(study, dataset)]
    found = [
        telling.told(study, dataset),
        " ".join(filter(None, few)),
        encoding.categories(study, dataset),
        encoding.features(study, dataset),
        *telling.conditions(study, dataset),
        *encoding.conditions(study, dataset),
        telling.published(study, dataset),
        telling.lift(study, dataset),
        printed.beside(study, dataset),
    ]
    return [sentence for sentence in found if sentence]


def more_of_dataset(study: Study, dataset: str) -> list[str]:
    """What stands beside these: controls, the plain form, the order of the categories, stability, acoustic features."""
    found = [
        telling.controls(study, dataset),
        encoding.label_alone(study, dataset),
        encoding.order(study, dataset),
        encoding.stability(study, dataset),
        encoding.attributions(study, dataset),
        encoding.heaviest(study, dataset),
    ]
    return [sentence for sentence in found if sentence]


def of_networks(study: Study) -> list[str]:
    """Where the networks that the findings are about encode what, speech beside song."""
    models = dict.fromkeys(select.headline_model(study, dataset) for dataset in study.explained)
    return [sentence for model in models if model for sentence in atlas.sentences(study, model)]
