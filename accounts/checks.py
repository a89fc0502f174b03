"""Checks at start. The database's are run by ``manage.py migrate`` and ``manage.py check --database default``."""

from django.apps import apps
from django.core.checks import Error, Tags, register
from django.db import connections


@register(Tags.database)
def trigrams_know_hindi(app_configs, databases, **kwargs):
    """Search needs trigrams of Devanagari; a database with the locale C has none (``show_trgm`` is empty there)."""
    errors = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
            if cursor.fetchone() is None:
                continue  # before the first migration, which adds the extension and then asks the same
            cursor.execute("SELECT cardinality(show_trgm('पनीर'))")
            if cursor.fetchone()[0] == 0:
                errors.append(
                    Error(
                        "This database makes no trigrams of Hindi text, so that search would find nothing in it.",
                        hint="Create the database with ENCODING 'UTF8' and a UTF-8 locale, for example "
                        "CREATE DATABASE whatsapp TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin LOCALE 'C.UTF-8'.",
                        id="accounts.E001",
                    )
                )
    return errors


@register(Tags.security)
def used_tokens_are_remembered(app_configs, **kwargs):
    """Without the app's tables simplejwt ends no token, and says nothing of it."""
    if apps.is_installed("rest_framework_simplejwt.token_blacklist"):
        return []
    return [
        Error(
            "A refresh token that was used could be used again: the blacklist app is not installed.",
            hint='Put "rest_framework_simplejwt.token_blacklist" into INSTALLED_APPS.',
            id="accounts.E002",
        )
    ]
