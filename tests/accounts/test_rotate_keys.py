"""manage.py rotate_keys: afterwards the first key alone opens everything."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django_scopes import scopes_disabled

from accounts.management.commands import rotate_keys
from accounts.models import AuditEvent, WhatsAppNumber


@pytest.fixture
def keys(settings, dairy, masala):
    """A new key, in front of the one that everything is encrypted with."""
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEYS]
    return settings.FIELD_ENCRYPTION_KEYS


def secrets() -> dict[str, tuple[str, str]]:
    with scopes_disabled():
        return {
            str(number.business): (number.access_token.reveal(), number.app_secret.reveal())
            for number in WhatsAppNumber.objects.all()
        }


def test_afterwards_the_first_key_alone_opens_every_secret(keys, settings, capsys):
    before = secrets()
    call_command("rotate_keys")
    assert "Encrypted 3 secrets" in capsys.readouterr().out
    settings.FIELD_ENCRYPTION_KEYS = keys[:1]
    assert secrets() == before
    assert before["Masala Junction"] == ("token-of-the-masala-0002", "masala-app-secret-of-its-own")
    event = AuditEvent.objects.first()
    assert (event.action, event.details) == ("secrets.resealed", {"count": 3, "lost": 0})


def test_it_goes_through_any_number_of_rows_in_batches(keys, settings, monkeypatch, capsys):
    monkeypatch.setattr(rotate_keys, "BATCH", 1)
    call_command("rotate_keys")
    call_command("rotate_keys")
    assert capsys.readouterr().out.count("Encrypted 3 secrets") == 2
    settings.FIELD_ENCRYPTION_KEYS = keys[:1]
    assert len(secrets()) == 2


def test_a_secret_that_no_key_opens_is_named_and_left_and_the_others_are_done(keys, settings, dairy_number, capsys):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_whatsappnumber SET access_token = 'k1:lost' WHERE id = %s", [dairy_number.pk])
    with pytest.raises(CommandError, match=f"1 could not be opened.*WhatsAppNumber.access_token of {dairy_number.pk}"):
        call_command("rotate_keys")
    assert "Encrypted 2 secrets" in capsys.readouterr().out
    settings.FIELD_ENCRYPTION_KEYS = keys[:1]
    with scopes_disabled():
        assert WhatsAppNumber.objects.exclude(pk=dairy_number.pk).get().access_token.reveal()
        assert WhatsAppNumber.objects.values_list("access_token", flat=True).get(pk=dairy_number.pk) == "k1:lost"


def test_every_secret_field_is_found():
    found = {f"{field.model.__name__}.{field.name}" for field in rotate_keys.secret_fields()}
    assert found >= {"WhatsAppNumber.access_token", "WhatsAppNumber.app_secret"}
