"""Parents in the same business, which Django's models cannot say: a key over the business and the parent's id.

They are deferred like Django's own: the drain writes an identity before its contact.
"""

from django.db.migrations import RunSQL


def same_business(*children: tuple[str, str, str], on_delete: str = "") -> RunSQL:
    """For each (table, column, the parent's table). The parent is unique in (business_id, id)."""
    return RunSQL(*zip(*(_key(*child, on_delete) for child in children), strict=True))


def _key(table: str, column: str, parent: str, on_delete: str) -> tuple[str, str]:
    """The statement that makes it, and the one that takes it away."""
    name = f"{table}_{column}_same_business"
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (business_id, {column}) "
        f"REFERENCES {parent} (business_id, id) {on_delete} DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
