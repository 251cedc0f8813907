"""The declared tables: column -> (type, meaning). docs/tables.md is generated from here."""

SCHEMA_VERSION = 1

Column = tuple[str, str]

TABLES: dict[str, dict[str, Column]] = {}

# Tables that take columns of their own beside the declared ones (one per class, per feature, per user's field).
OPEN: set[str] = set()
