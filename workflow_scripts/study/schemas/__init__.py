"""The declared tables: column -> (type, meaning). docs/tables.md is generated from here."""

from workflow_scripts.study.schemas import clips, distances, explanation, findings, materials, probing, transfer
from workflow_scripts.study.schemas.columns import Table

SCHEMA_VERSION = 1

TABLES: dict[str, Table] = {
    **materials.TABLES,
    **probing.TABLES,
    **distances.TABLES,
    **explanation.TABLES,
    **transfer.TABLES,
    **findings.TABLES,
    **clips.TABLES,
}

# Tables that take columns of their own beside the declared ones (one per class, per feature, per user's field).
OPEN = {"manifest", "layer", "acoustics", "predictions", "explanation_shap", "transfer_predictions"}
