"""The table of the front page's findings."""

from workflow_scripts.study.schemas.columns import Table

TABLES: dict[str, Table] = {
    "findings": {
        "question": ("str", "layers, distances, explanation, transfer, papers or material"),
        "finding": ("str", "its name; no two findings have the same"),
        "sentence": ("str", "the finding, as the front page says it"),
        "dataset": ("str", "dataset that it is about; empty where several or none"),
        "model": ("str", "network, vectors made elsewhere, or acoustic feature set; empty where none"),
        "layer": ("str", "the layer; empty where none or their mean"),
        "emotion": ("str", "the emotion of the figure; empty where none"),
        "protocol": ("str", "strict, or the published protocol that it is about; empty where none"),
        "quantity": ("str", "what the figure is"),
        "value": ("float", "the figure; NaN where the finding has none"),
        "low": ("float", "lower end of its 95 % interval"),
        "high": ("float", "upper end of that interval"),
        "unit": ("str", "share, difference of shares, gain in R², kernel distance, rank correlation, or count"),
        "n_speakers": ("int", "speakers; 0 where speakers are not the units"),
        "n_clips": ("int", "clips; 0 where they are not counted"),
        "p": ("float", "its p, corrected where the table corrects; NaN where there is no test"),
        "chance": ("float", "what guessing reaches"),
        "told": (
            "bool",
            "whether what it asks is told: by p; without one by intervals that do not meet, or by shares of halves",
        ),
        "smallest_detectable": (
            "float",
            "the smallest true difference that so many speakers, differing as these do, show with a probability of "
            "0.8; inf where they can show none, NaN where it is not asked",
        ),
        "synthetic": ("bool", "whether it rests on synthetic audio"),
        "sources": (
            "str",
            "JSON, one entry per number in the sentence: table (path below results), keys (columns and values of its "
            "one row), column, shown (the text in the sentence), form (per cent: 100 times; as it is; below: p < "
            "shown; text; number of rows, where keys name several), less (keys of the row that is subtracted)",
        ),
    },
}
