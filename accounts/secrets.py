"""Secrets at rest: access tokens and app secrets, encrypted in their column. (Those of two-factor sign-in too: where a
business's id is spoken of below, theirs is a word: signin/codes.py.)

The column holds ``k1:<Fernet token>`` of ``{"b": <business id>, "v": <value>}``. The keys come from
FIELD_ENCRYPTION_KEYS: the first encrypts, all decrypt, so that a key is rotated by putting a new one in front and
running ``manage.py rotate_keys``. The business's id is sealed inside: a ciphertext copied to another business's row
does not open there. Nothing fails open: a wrong key, a foreign row and a plain text all raise SecretError.
"""

import json
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

_PREFIX = "k1:"


class SecretError(Exception):
    """A stored secret cannot be opened. The text never holds the secret."""


def seal(value: str, business_id) -> str:
    """The text for the column; the empty string stays empty."""
    if not value:
        return ""
    inside = json.dumps({"b": str(business_id), "v": value}).encode()
    return _PREFIX + _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(inside).decode()


def open_sealed(stored: str, business_id) -> str:
    """The secret of a column's text. Raises SecretError."""
    if not stored:
        return ""
    if not stored.startswith(_PREFIX):
        raise SecretError("A stored secret is not encrypted. Enter it again.")
    try:
        inside = json.loads(_fernet(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(stored[len(_PREFIX) :].encode()))
    except InvalidToken:
        raise SecretError(
            "A stored secret was encrypted with a key that FIELD_ENCRYPTION_KEYS does not hold."
        ) from None
    if inside["b"] != str(business_id):
        raise SecretError("A stored secret belongs to another business.")
    return inside["v"]


def reseal(stored: str, business_id) -> str:
    """The same secret, encrypted with today's first key."""
    return seal(open_sealed(stored, business_id), business_id)


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


class Secret:
    """What an instance holds: opened only on ``reveal()``; printing it shows nothing."""

    __slots__ = ("_business_id", "_stored")

    def __init__(self, stored: str, business_id):
        self._stored = stored
        self._business_id = business_id

    def __bool__(self) -> bool:
        return bool(self._stored)

    def __repr__(self) -> str:
        return "<secret>" if self._stored else "<no secret>"

    def reveal(self) -> str:
        return open_sealed(self._stored, self._business_id)

    @property
    def last_four(self) -> str:
        """What a page may show; nothing of a secret that is too short to spare four characters."""
        value = self.reveal()
        return value[-4:] if len(value) >= 16 else ""


class SecretField(models.TextField):
    """A column whose attribute reads as ``Secret``. A new secret is put in with ``set_secret``; a plain text is
    refused."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        setattr(cls, name, _SecretAttribute(name))

    def pre_save(self, instance, add):
        return instance.__dict__.get(self.attname) or ""

    def get_db_prep_save(self, value, connection):
        """The last step of save, bulk_create and update alike: a plain text ends here."""
        if value and not str(value).startswith(_PREFIX):
            raise SecretError(f"{self.attname} was given a plain text: put a secret in with set_secret().")
        return super().get_db_prep_save(value, connection)

    def formfield(self, **kwargs):
        return None  # a page that takes one has a field of its own, and calls set_secret

    def save_form_data(self, instance, data):
        """A form's empty input must not wipe it, nor a filled one put a plain text in: the form calls set_secret."""

    def value_from_object(self, obj):
        return ""  # a form, an export, a log never gets it

    def value_to_string(self, obj):
        return ""


class _SecretAttribute:
    def __init__(self, name: str):
        self.name = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if self.name not in instance.__dict__:
            instance.refresh_from_db(fields=[self.name])
        return Secret(instance.__dict__[self.name], instance.business_id)

    def __set__(self, instance, value):
        # The sealed text: from the database, and from Model.__init__. refresh_from_db hands on another row's Secret.
        instance.__dict__[self.name] = value._stored if isinstance(value, Secret) else value or ""


def set_secret(instance, name: str, value: str) -> None:
    """Put a new secret into a SecretField of an instance, which is not saved yet. The instance's business must be
    set.
    """
    if instance.business_id is None:
        raise SecretError("Set the business before a secret of its row.")
    instance.__dict__[name] = seal(value, instance.business_id)
