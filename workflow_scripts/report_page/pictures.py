"""Figures as the page holds them: the SVG as an image, the CSV as a link, what it shows in words."""

import base64
import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass

from workflow_scripts.report_page import transfer_section
from workflow_scripts.report_page.small_svg import as_address, small

LARGE = 10_000  # bytes from which a CSV is put into the page compressed


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
        return as_address(small(self.svg))

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


def find(pictures: Pictures, name: str, words: str, kind: str = "") -> Picture | None:
    """The figure with its caption and its words; None where it was not drawn."""
    found = pictures.get(name)
    if found is None:
        return None
    return Picture(name, found.svg, found.csv, CAPTIONS[kind or name.split("/")[-1]], words)
