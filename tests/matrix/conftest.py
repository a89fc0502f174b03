"""One world for all tests of this folder: what a request does is undone before the next one asks."""

import pytest
from django.db import transaction
from django.test import override_settings

from ..meta import Meta
from ..serving import serving
from . import builders
from .world import World

asked: list[str] = []  # the paths of all requests


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    # Limits have tests of their own; here hundreds ask in a second.
    off = {
        "RATELIMIT_ENABLE": False,
        "OPEN_REGISTRATION": True,
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }
    with (
        serving(Meta()) as meta,
        django_db_blocker.unblock(),
        override_settings(**off, GRAPH_API_URL=meta.url),
        undone(),
    ):
        yield builders.world()
    print(f"matrix: {len(asked)} requests")  # noqa: T201 - what the README tells


class undone(transaction.Atomic):
    """A transaction, or a savepoint in one, that is always rolled back. As in Django's own TestCase, what asks for a
    durable transaction gets one here."""

    def __init__(self):
        super().__init__(using=None, savepoint=True, durable=False)
        self._from_testcase = True

    def __exit__(self, kind, error, trace):
        transaction.set_rollback(True)
        super().__exit__(kind, error, trace)


__all__ = ["World", "asked", "undone", "world"]
