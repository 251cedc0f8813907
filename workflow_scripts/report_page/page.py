"""The page: sections in the order of the questions, filled from tables and figures, rendered as one HTML file."""

import io
import json
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
import yaml

from workflow_scripts import corpora
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
    front_groups,
    live,
    live_clips,
    live_papers,
    material,
    methods,
    references,
    results,
    transfer_methods,
    transfer_section,
)
from workflow_scripts.report_page.explanation_rows import Explained
from workflow_scripts.report_page.health import WRONG, checks
from workflow_scripts.report_page.pictures import Pictures, find
from workflow_scripts.report_page.study import Study
from workflow_scripts.summaries.roles import networks

HERE = Path(__file__).resolve().parent
LIVE = ["tables", "choice", "figures", "layers", "distances", "explanation", "atlas", "transfer", "papers", "clips"]


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
    charted = live.of_study(study) | live_papers.tables(study, papers["printed"] if papers else None)
    said = methods.of_study(study, config)
    known = references.known_with(methods.citations(study.datasets, study.models))
    scripts = [*LIVE, "start", "sorting"] if charted else ["sorting"]
    return _template().render(
        study=study,
        style=(HERE / "page.css").read_text(),
        scripts=[(HERE / "scripts" / f"{name}.js").read_text() for name in scripts],
        plotly=_plotly() if charted else "",
        packed=live.pack(charted) if charted else "",
        facts=_json(live.facts(study, protocols, charted)),
        front=_front(study),
        health=health,
        wrong=any(check.state == WRONG for check in health),
        reading=reading(protocols),
        how={
            "distances": distance_methods.READING,
            "explanation": explanation_methods.READING,
            "transfer": transfer_methods.READING,
        },
        layers=[_layers_of(study, dataset, pictures) for dataset in probed],
        pairs=[_pair(study, first, second, pictures) for first, second in crossed],
        distances=[_distances_of(study, compared, pictures) for compared in study.compared],
        far=_how_far(study),
        atlas=_atlas(study, pictures),
        explained=[_explained_of(about, pictures) for about in explained],
        transfer=transfer_section.section(study, lambda name, words: find(pictures, name, words)),
        papers=papers,
        papers2=_papers_of_explanation(study, pictures),
        clips=live_clips.static(study),
        about_clips=live_clips.words(study),
        material=_material(study),
        methods=[(heading, references.in_words(text, known)) for heading, text in said],
        references=sorted(references.plain(known[key]) for key in references.cited(text for _, text in said)),
        tables=[
            methods.models_used(study.models),
            methods.versions(transfer_methods.PACKAGES if study.trained else ()),
        ],
        sources=_sources(study),
        version=metadata.version("vocalise"),
        config=yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True),
    )


def _sources(study: Study) -> list[tuple[str, str]]:
    """Corpora of the study with the address where their authors offer them."""
    names = dict.fromkeys(facts["corpus"] for facts in study.datasets.values())
    return [(name, corpora.find(name).page) for name in names if corpora.find(name).page]


def _json(content: Any) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(content, allow_nan=False).replace("<", "\\u003c")


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


def reading(protocols: list[str]) -> list[str]:
    """How to read the page, for the protocols of the study."""
    return [
        "A score is UAR, the mean recall over emotions; guessing gives one over the number of emotions, as nearly "
        "do permuted labels (chance).",
        f"Brackets are 95 % intervals: {', '.join(text for name, text in INTERVALS.items() if name in protocols)}.",
        f"{'; '.join(text for name, text in PROTOCOLS.items() if name in protocols)}.",
        "Grey means: not distinguishable from chance, or from no difference; it is no proof that there is none.",
        "Told means: significant after correction; of an order, the same in 19 of 20 halves of the speakers. What "
        "'would most likely have shown' would in four of five such studies.",
        "Controls are acoustic features and untrained networks: what needs no training is no finding about training.",
        "Paper 1: Sun, Zhao, Richmond & Li (2024), arXiv 2409.17899. Paper 2: Dixit et al. (2024), arXiv 2409.09511.",
    ]


def _is_probed(study: Study, dataset: str) -> bool:
    return study.probed and bool((study.tables["best"]["dataset"] == dataset).any())


def _how_far(study: Study) -> str:
    """The question that the section on distances answers."""
    if len(study.compared) == 1:
        first, second, _ = study.compared[0]
        return f"How far apart are {first} and {second}?"
    return "How far apart are the datasets of each pair?"


def _front(study: Study) -> dict[str, Any]:
    misled = [sentence for dataset in study.datasets if (sentence := material.misled_by(study, dataset))]
    return {
        "datasets": material.overview(study),
        "findings": front_groups.groups(study.findings, _how_far(study)),
        "confounds": misled,
    }


def _layers_of(study: Study, dataset: str, pictures: Pictures) -> dict[str, Any]:
    return {
        "dataset": dataset,
        "figures": [
            picture
            for kind, words in (
                ("layer_curves", alt.layer_curves),
                ("recall_by_emotion", alt.recall_by_emotion),
                ("recall_by_speaker", alt.recall_by_speaker),
                ("confusion", alt.confusion),
            )
            if (picture := find(pictures, f"{dataset}/{kind}", words(study, dataset)))
        ],
        "tables": [
            results.headlines(study, dataset),
            results.best_layers(study, dataset),
            results.comparisons(study, dataset),
        ],
    }


def _pair(study: Study, first: str, second: str, pictures: Pictures) -> dict[str, Any]:
    return {
        "names": (first, second),
        "figure": find(pictures, f"{first}_and_{second}/cross_domain", alt.cross_domain(study, first, second)),
    }


def _distances_of(study: Study, compared: list[Any], pictures: Pictures) -> dict[str, Any]:
    first, second, others = compared
    pair = (first, second)
    return {
        "names": pair,
        "sentences": distance_findings.of_pair(study, pair, others),
        "others": [(" and ".join(other), words) for other, words in others],
        "figures": [
            picture
            for kind in distance_alt.FIGURES
            if (
                picture := find(
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
                "sentences": explanation_atlas.sentences(study, model),
                "figure": find(pictures, f"atlas/{model}", explanation_alt.atlas(study, model), "atlas"),
            }
            for model in models
        ],
        "table": explanation_results.peaks(study),
    }


def _explained_of(about: Explained, pictures: Pictures) -> dict[str, Any]:
    return {
        "dataset": about.dataset,
        "against": about.told_from,
        "findings": explanation_findings.of_dataset(about),
        "sentences": explanation_findings.more_of_dataset(about),
        "figures": [
            picture
            for kind in explanation_alt.FIGURES
            if (picture := find(pictures, f"{about.dataset}/{kind}", explanation_alt.of_figure(kind, about)))
        ],
        "tables": explanation_results.tables(about),
    }


def _papers_of_explanation(study: Study, pictures: Pictures) -> dict[str, Any] | None:
    table = study.explanation.get("papers")
    if table is None or table.empty:
        return None
    words = explanation_printed.of_table(table)
    return {
        "figure": find(pictures, "papers/explanation_papers", words),
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
    figure = find(pictures, "papers/side_by_side", alt.papers(table))
    return {"printed": table, "figure": figure, "table": results.papers(table)}


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
