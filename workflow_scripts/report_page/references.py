"""Works to cite, by what a study uses."""

from collections.abc import Iterable, Mapping
from typing import Any

from workflow_scripts import corpora
from workflow_scripts.report_page import distance_methods, explanation_methods, transfer_methods

FEATURES = {
    "eGeMAPSv02": "Eyben et al. (2016). The Geneva Minimalistic Acoustic Parameter Set (GeMAPS). IEEE Transactions on "
    "Affective Computing 7(2).",
    "any": "Eyben, Wöllmer & Schuller (2010). openSMILE. ACM Multimedia.",
}
PROTOCOLS = {
    "paper1": "Sun, Zhao, Richmond & Li (2024). Acoustic similarity in emotional speech and music via self-supervised "
    "representations. arXiv 2409.17899.",
    "emobox": "Ma et al. (2024). EmoBox: multilingual multi-corpus speech emotion recognition toolkit and benchmark. "
    "Interspeech.",
}
METHODS = [
    "Westfall & Young (1993). Resampling-based multiple testing. Wiley (max-T).",
    "Holm (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6.",
    "Phipson & Smyth (2010). Permutation P-values should never be zero. Statistical Applications in Genetics and "
    "Molecular Biology 9(1).",
    "Nadeau & Bengio (2003). Inference for the generalization error. Machine Learning 52.",
    "Wilson (1927). Probable inference, the law of succession, and statistical inference. JASA 22.",
]


def references(
    datasets: Mapping[str, Mapping[str, Any]],
    models: Mapping[str, Mapping[str, Any]],
    protocols: Iterable[str],
    distances: bool = False,
    explained: bool = False,
    trained: Mapping[str, Any] | None = None,
) -> list[str]:
    """The works that a study with these datasets, models and protocols rests on, each once.

    Args:
        datasets, models: facts by name.
        protocols: of the study.
        distances, explained: whether distances were taken, and embeddings explained.
        trained: what was trained, as the plan gives it; nothing where nothing was.
    """
    citations = [corpora.find(facts["corpus"]).citation for facts in datasets.values()]
    found = [f"{text[0].upper()}{text[1:]}." for text in dict.fromkeys(citations) if text]
    found += [text for text in dict.fromkeys(facts.get("citation", "") for facts in models.values()) if text]
    sets = [name for name, facts in models.items() if facts["family"] == "acoustics"]
    found += [text for name, text in FEATURES.items() if name in sets or (name == "any" and sets)]
    found += [text for name, text in PROTOCOLS.items() if name in set(protocols)]
    found += METHODS + (distance_methods.REFERENCES if distances else [])
    found += explanation_methods.REFERENCES if explained else []
    return list(dict.fromkeys(found + (transfer_methods.references(trained) if trained else [])))
