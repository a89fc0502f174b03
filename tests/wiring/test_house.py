"""The house stands as it is drawn: who may build on whom, whose rows are whose, and that it is written down."""

import re
import tomllib
from weakref import ReferenceType

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL
from django.db.models import signals

from accounts.models import Business
from accounts.scoping import OwnedModel, ScopedManager
from whatsapp_automation.settings import BASE_DIR

# Models that name a business without belonging to its scope, and why.
UNSCOPED = {
    "accounts.Membership": "read to find out which scope a person may open",
    "aibot.Budget": "may be the installation's, of no business; budget.py counts for all of them at once",
    "accounts.AuditEvent": "an event may be of no business, and outlives it",
    "webhooks.FailedItem": "may be of no business; the intake serves all of them at once",
    "webhooks.Tally": "counts what is of no business too; the intake serves all of them at once",
    "webhooks.ChannelEvent": "may be of no business; the intake serves all of them at once",
}
# Links between rows of a tenant that no composite key of the database holds in one business, and why.
UNTIED = {
    "leads.Proposal.message": "only shows what was read; the lead is tied",
    "conversations.ConsentEvent.message": "only shows what was said; the contact is tied",
    "documents.Document.message": "written of the message's own row, or of one queued in the same transaction; the conversation is tied",
    "aibot.RuleMatch.rule": "the drain writes both ids from rows of one business; only shows what matched",
    "aibot.Turn.message": "written of the conversation's own messages under its lock; the conversation is tied",
    "aibot.Turn.reply": "queued in the same transaction for the same conversation, which is tied",
    "aibot.PendingTurn.reply": "queued in the same transaction for the same conversation, which is tied",
    "aibot.RuleMatch.message": "only shows what was said; read through the rule's business",
}


def layers() -> list[set[str]]:
    """The contract of import-linter, from the lowest layer up."""
    contracts = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (house,) = (contract for contract in contracts if contract["type"] == "layers")
    return [set(re.split(r"\s*[:|]\s*", layer)) for layer in reversed(house["layers"])]


def floor_of(app: str) -> int:
    return next(floor for floor, names in enumerate(layers()) if app in names)


def our_models() -> list[type[models.Model]]:
    ours = set().union(*layers())
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in ours]


def foreign_keys(model: type[models.Model]) -> list[models.ForeignKey]:
    return [field for field in model._meta.local_fields if isinstance(field, models.ForeignKey)]


def key_name(field: models.ForeignKey) -> str:
    return f"{field.model._meta.label}.{field.name}"


def test_every_row_with_a_business_is_scoped_or_says_why_not():
    with_business = {
        model._meta.label: model
        for model in our_models()
        if any(field.related_model is Business for field in foreign_keys(model))
    }
    scoped = {label for label, model in with_business.items() if issubclass(model, OwnedModel)}
    assert with_business.keys() - scoped == UNSCOPED.keys()
    for label in scoped:
        model = with_business[label]
        assert isinstance(model._default_manager, ScopedManager), label
        assert all(isinstance(manager, ScopedManager) for manager in model._meta.managers), label
        assert not model._meta.get_field("business").null, label


def test_a_row_that_hangs_on_a_tenants_row_names_the_business_itself():
    """Or it could not be scoped. What belongs to a number alone, or to a message's way out, is the sender's own."""
    of_the_sender = {
        "conversations.ParkedStatus",
        "conversations.Pace",
        "conversations.EarlierAttempt",
        "conversations.RefusedFile",
    }
    without = {
        model._meta.label
        for model in our_models()
        if any(issubclass(field.related_model, OwnedModel) for field in foreign_keys(model))
        and not any(field.related_model is Business for field in foreign_keys(model))
    }
    assert without == of_the_sender


def test_foreign_keys_point_down_the_house():
    ours = set().union(*layers())
    up = [
        f"{key_name(field)} -> {field.related_model._meta.label}"
        for model in our_models()
        for field in foreign_keys(model)
        if field.related_model._meta.app_label in ours
        and field.related_model._meta.app_label != model._meta.app_label
        and floor_of(field.related_model._meta.app_label) >= floor_of(model._meta.app_label)
    ]
    assert up == []


@pytest.mark.django_db
def test_every_key_that_a_migration_writes_is_in_the_database_and_checked():
    migrations = MigrationLoader(connection).disk_migrations.items()
    written = {
        name
        for (app, _), migration in migrations
        if app in set().union(*layers())
        for operation in migration.operations
        if isinstance(operation, RunSQL)
        for name in re.findall(r"ADD CONSTRAINT (\w+) FOREIGN KEY", str(operation.sql))
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND convalidated AND cardinality(conkey) > 1"
        )
        there = {name for (name,) in cursor.fetchall()}
    assert len(written) >= 7
    assert written == there


@pytest.mark.django_db
def test_every_link_between_tenants_rows_is_held_in_one_business_by_the_database_or_says_why_not():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.conrelid::regclass::text, array_agg(a.attname::text)
            FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
            WHERE c.contype = 'f' AND cardinality(c.conkey) = 2 GROUP BY c.oid, c.conrelid
            """
        )
        tied = {(table, frozenset(columns)) for table, columns in cursor.fetchall()}
    untied = {
        key_name(field)
        for model in our_models()
        for field in foreign_keys(model)
        if issubclass(model, OwnedModel)
        and issubclass(field.related_model, OwnedModel)
        and (model._meta.db_table, frozenset({"business_id", field.column})) not in tied
    }
    assert untied == UNTIED.keys()


def test_nothing_listens_to_what_happens_to_our_models():
    """No model signals: what follows from an act stands in the act."""
    ours = {id(model): model._meta.label for model in our_models()}
    apps_of_ours = set().union(*layers())
    found = []
    for name in ("pre_init", "post_init", "pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed"):
        for (_, sender), receiver, *_ in getattr(signals, name).receivers:
            called = receiver() if isinstance(receiver, ReferenceType) else receiver
            module = getattr(called, "__module__", "") or ""
            if sender in ours or module.partition(".")[0] in apps_of_ours:
                found.append((name, ours.get(sender), module))
    assert found == []


def test_every_app_stands_in_the_architecture():
    folders = {
        folder.parent.name
        for folder in BASE_DIR.glob("*/__init__.py")
        if folder.parent.name not in ("tests", "node_modules")
    }
    assert folders >= {"accounts", "conversations", "whatsapp_automation"}
    text = (BASE_DIR / "ARCHITECTURE.md").read_text()
    assert [name for name in sorted(folders) if f"{name}/" not in text] == []


def test_every_layer_of_the_contract_is_a_folder():
    assert [name for floor in layers() for name in floor if not (BASE_DIR / name).is_dir()] == []
