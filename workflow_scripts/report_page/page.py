"""The page: sections in the order of the questions, filled from tables and figures, rendered as one HTML file."""

import base64
import gzip
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
import yaml

from workflow_scripts.figures import layer_curves
from workflow_scripts.report_page import (
    alt,
    distance_alt,
    distance_findings,
    distance_methods,
    distance_results,
    explanation_alt,
    explanation_atlas,
    explanation_findings,
    explanation_methods,
    explanation_printed,
    explanation_results,
    findings,
    interactive,
    material,
    methods,
    references,
    results,
    transfer_methods,
    transfer_section,
)
from workflow_scripts.report_page.explanation_rows import Explained
from workflow_scripts.report_page.findings import Study
from workflow_scripts.report_page.health import WRONG, checks
from workflow_scripts.summaries.roles import networks

LARGE = 100_000  # bytes from which a CSV is put into the page compressed
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Picture:
    """A figure of the page: its files, and what it shows in words."""

    name: str
    svg: bytes
    csv: bytes
    caption: str = ""
    words: str = ""

    @property
    def image(self) -> str:
        return f"data:image/svg+xml;base64,{base64.b64encode(self.svg).decode()}"

    @property
    def width(self) -> int:
        """Width on the page in CSS pixels: half as large again as on paper."""
        found = re.search(rb'width="([0-9.]+)pt"', self.svg)
        return round(float(found[1]) * 96 / 72 * 1.5) if found else 1000

    @property
    def data(self) -> str:
        """The CSV as a data URL; a large one compressed, as pandas.read_csv and every unpacker read it."""
        if self.data_file.endswith(".gz"):
            return f"data:application/gzip;base64,{base64.b64encode(gzip.compress(self.csv, mtime=0)).decode()}"
        return f"data:text/csv;base64,{base64.b64encode(self.csv).decode()}"

    @property
    def data_file(self) -> str:
        return f"{self.file}.csv.gz" if len(self.csv) > LARGE else f"{self.file}.csv"

    @property
    def file(self) -> str:
        return self.name.replace("/", "_")


Pictures = Mapping[str, Picture]
CAPTIONS = {
    "layer_curves": "Score of every layer with its controls in the same axes.",
    "recall_by_emotion": "Recall of each emotion at each layer.",
    "recall_by_speaker": "Scores of single speakers at the chosen layer.",
    "confusion": "Confusions at the chosen layer, the protocols side by side.",
    "cross_domain": "Scores within a domain and across domains.",
    "distance_ranking": "How sure the rank of each emotion is, from the published distance to those that survive; the "
    "paper's order beside.",
    "distance_conditions": "Order of the emotions with and without what could mislead.",
    "distance_layers": "Kernel distance of each emotion at every layer, equal clips per speaker.",
    "distance_matrix": "Every dataset and emotion against every other: below the diagonal the published distance, "
    "above it the kernel distance at equal clips per speaker.",
    "distance_drivers": "Which acoustic features shift between the datasets, and how much of the distance they account "
    "for.",
    "atlas": "Where the network encodes energy, frequency, spectral and temporal features: what each layer encodes at "
    "all, and what the dimensions that tell the emotion encode beyond random ones.",
    "explanation_scores": "How well each emotion is told by all dimensions, the top k, as many random ones.",
    "explanation_curve": "Scores over the number of dimensions: those that matter most, the rest, random ones.",
    "explanation_categories": "What the dimensions that tell the emotion encode beyond random ones, by category.",
    "explanation_features": "What they encode beyond random ones, by single acoustic feature.",
    "explanation_shap": "What the acoustic features themselves add to the answer: SHAP values of held-out clips.",
    "side_by_side": "Printed figures, this study as published, this study strict.",
    "explanation_papers": "What paper 2 printed, this study as published, this study strict.",
    **transfer_section.CAPTIONS,
}


def render(study: Study, pictures: Pictures, config: Mapping[str, Any], protocols: list[str]) -> str:
    """The report as one HTML document that needs no other file.

    Args:
        study: facts and tables.
        pictures: figures by name, such as `speech/layer_curves`.
        config: the whole config that ran.
        protocols: of the study.
    """
    papers = _papers(pictures)
    explained = [Explained(study, dataset) for dataset in study.explained]
    probed = [dataset for dataset in study.datasets if _is_probed(study, dataset)]
    crossed = [pair for pair in study.pairs if set(pair) <= set(probed)]
    health = checks(study)
    said = methods.of_study(study, config)
    known = references.known_with(methods.citations(study.datasets, study.models))
    return _template().render(
        study=study,
        style=(HERE / "page.css").read_text(),
        script=(HERE / "page.js").read_text(),
        plotly=_plotly() if study.probed else "",
        front=_front(study, explained),
        health=health,
        wrong=any(check.state == WRONG for check in health),
        reading=reading(protocols, bool(study.compared), bool(study.explained), bool(study.trained)),
        layers=[_layers_of(study, dataset, pictures) for dataset in probed],
        pairs=[_pair(study, first, second, pictures) for first, second in crossed],
        distances=[_distances_of(study, compared, pictures) for compared in study.compared],
        far=_how_far(study),
        atlas=_atlas(study, pictures),
        explained=[_explained_of(about, pictures) for about in explained],
        transfer=transfer_section.section(study, lambda name, words: _picture(pictures, name, words)),
        papers=papers,
        papers2=_papers_of_explanation(study, pictures),
        material=_material(study),
        methods=[(heading, references.in_words(text, known)) for heading, text in said],
        references=sorted(references.plain(known[key]) for key in references.cited(text for _, text in said)),
        tables=[
            methods.models_used(study.models),
            methods.versions(transfer_methods.PACKAGES if study.trained else ()),
        ],
        config=yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True),
    )


INTERVALS = {
    "strict": "over speakers under strict",
    "paper1": "over clips under paper1",
    "emobox": "under emobox over speakers where its folds hold them out, else over clips",
}
PROTOCOLS = {
    "strict": "strict holds speakers out and makes every choice inside the training speakers",
    "paper1": "paper1 repeats the paper, leaks included",
    "emobox": "emobox takes the folds of EmoBox and the last analysed layer",
}


def reading(protocols: list[str], compared: bool = False, explained: bool = False, trained: bool = False) -> list[str]:
    """How to read the page: for the protocols of the study, and its distances, explanations and trainings, if any."""
    return [
        "A score is UAR, the mean recall over emotions; guessing gives one over the number of emotions.",
        f"Brackets are 95 % intervals: {', '.join(text for name, text in INTERVALS.items() if name in protocols)}.",
        f"{'; '.join(text for name, text in PROTOCOLS.items() if name in protocols)}.",
        "Grey in a table means: not distinguishable from chance, or from no difference.",
        "Controls are acoustic features and untrained networks: what needs no training is no finding about training.",
        *(distance_methods.READING if compared else []),
        *(explanation_methods.READING if explained else []),
        *(transfer_methods.READING if trained else []),
    ]


def _is_probed(study: Study, dataset: str) -> bool:
    return study.probed and bool((study.tables["best"]["dataset"] == dataset).any())


def _how_far(study: Study) -> str:
    """The question that the section on distances answers."""
    if len(study.compared) == 1:
        first, second, _ = study.compared[0]
        return f"How far apart are {first} and {second}?"
    return "How far apart are the datasets of each pair?"


def _front(study: Study, explained: list[Explained]) -> dict[str, Any]:
    by_dataset = {dataset: findings.of_dataset(study, dataset) for dataset in study.datasets}
    crossed = [
        sentence
        for first, second in study.pairs
        for source, target in ((first, second), (second, first))
        if (sentence := findings.of_pair(study, source, target))
    ]
    misled = [sentence for dataset in study.datasets if (sentence := findings.confounds(study, dataset))]
    apart = {
        (first, second): distance_findings.of_pair(study, (first, second), others)
        for first, second, others in study.compared
    }
    return {
        "datasets": material.overview(study),
        "models": methods.models_used(study.models),
        "findings": {name: sentences for name, sentences in by_dataset.items() if sentences},
        "crossed": crossed,
        "apart": {pair: sentences for pair, sentences in apart.items() if sentences},
        "known": {about.dataset: said for about in explained if (said := explanation_findings.of_dataset(about))},
        "atlas": explanation_findings.of_networks(study),
        "helps": transfer_section.front(study),
        "confounds": misled,
    }


def _picture(pictures: Pictures, name: str, words: str, kind: str = "") -> Picture | None:
    found = pictures.get(name)
    if found is None:
        return None
    return Picture(name, found.svg, found.csv, CAPTIONS[kind or name.split("/")[-1]], words)


def _layers_of(study: Study, dataset: str, pictures: Pictures) -> dict[str, Any]:
    frame = layer_curves.data(study.tables["layers"], dataset, study.models)
    chart = interactive.layer_curves(frame, study.datasets[dataset]["domain"], study.datasets[dataset]["synthetic"])
    return {
        "dataset": dataset,
        "chart": json.dumps(chart, allow_nan=False).replace("<", "\\u003c"),
        "curves": _picture(pictures, f"{dataset}/layer_curves", alt.layer_curves(study, dataset)),
        "figures": [
            picture
            for kind, words in (
                ("recall_by_emotion", alt.recall_by_emotion),
                ("recall_by_speaker", alt.recall_by_speaker),
                ("confusion", alt.confusion),
            )
            if (picture := _picture(pictures, f"{dataset}/{kind}", words(study, dataset)))
        ],
        "tables": [
            results.headlines(study, dataset),
            results.best_layers(study, dataset),
            results.comparisons(study, dataset),
        ],
    }


def _pair(study: Study, first: str, second: str, pictures: Pictures) -> dict[str, Any]:
    sentences = [findings.of_pair(study, *way) for way in ((first, second), (second, first))]
    words = " ".join(filter(None, sentences)) or f"Scores of {first} and {second} within and across."
    return {
        "names": (first, second),
        "sentences": [sentence for sentence in sentences if sentence],
        "figure": _picture(pictures, f"{first}_and_{second}/cross_domain", words),
    }


def _distances_of(study: Study, compared: list[Any], pictures: Pictures) -> dict[str, Any]:
    first, second, others = compared
    pair = (first, second)
    return {
        "names": pair,
        "others": [(" and ".join(other), words) for other, words in others],
        "figures": [
            picture
            for kind in distance_alt.FIGURES
            if (
                picture := _picture(
                    pictures, f"{first}_and_{second}/{kind}", distance_alt.of_figure(kind, study, pair, others)
                )
            )
        ],
        "tables": distance_results.tables(study, pair, others),
    }


def _atlas(study: Study, pictures: Pictures) -> dict[str, Any] | None:
    """The atlas of every network that was explained, and where the categories have their peaks."""
    if not study.explained:
        return None
    models = [name for name in networks(study.models) if explanation_atlas.layers_of(study, name)]
    return {
        "networks": [
            {
                "model": model,
                "words": explanation_atlas.gains(study, model),
                "figure": _picture(pictures, f"atlas/{model}", explanation_alt.atlas(study, model), "atlas"),
            }
            for model in models
        ],
        "table": explanation_results.peaks(study),
    }


def _explained_of(about: Explained, pictures: Pictures) -> dict[str, Any]:
    return {
        "dataset": about.dataset,
        "against": about.told_from,
        "sentences": explanation_findings.more_of_dataset(about),
        "figures": [
            picture
            for kind in explanation_alt.FIGURES
            if (picture := _picture(pictures, f"{about.dataset}/{kind}", explanation_alt.of_figure(kind, about)))
        ],
        "tables": explanation_results.tables(about),
    }


def _papers_of_explanation(study: Study, pictures: Pictures) -> dict[str, Any] | None:
    table = study.explanation.get("papers")
    if table is None or table.empty:
        return None
    words = explanation_printed.of_table(table)
    return {
        "figure": _picture(pictures, "papers/explanation_papers", words),
        "sentences": explanation_printed.sentences(table),
        "tables": explanation_printed.tables(table),
    }


def _papers(pictures: Pictures) -> dict[str, Any] | None:
    found = pictures.get("papers/side_by_side")
    if found is None:
        return None
    table = pd.read_csv(io.BytesIO(found.csv), keep_default_na=True)
    words = [
        "paper",
        "domain",
        "model",
        "study_model",
        "dataset",
        "what",
        "metric",
        "why",
        "how_known",
        "probe",
        "pooling",
    ]
    table = table.astype(dict.fromkeys(words, object)).fillna(dict.fromkeys(words, ""))
    return {"figure": _picture(pictures, "papers/side_by_side", alt.papers(table)), "table": results.papers(table)}


def _material(study: Study) -> dict[str, Any]:
    return {
        "overview": material.overview(study),
        "datasets": [(name, material.clips(study, name), material.by_emotion(study, name)) for name in study.datasets],
        "leaks": material.leaks(study),
        "confounds": material.confounds(study),
        "set_aside": material.set_aside(study) if len(study.set_aside) else None,
    }


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string((HERE / "page.html.j2").read_text())


def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    source: str = get_plotlyjs()
    return source
