"""The tables of the summaries: column -> (type, meaning), in the order on disk."""

from workflow_scripts.study.schemas import TABLES

STUDY_SCORES, LAYERS, BEST = TABLES["study_scores"], TABLES["layers"], TABLES["best"]
CONFUSION, COMPARISONS, AUDIT = TABLES["confusion"], TABLES["comparisons"], TABLES["audit"]
SIDE_BY_SIDE = TABLES["side_by_side"]
