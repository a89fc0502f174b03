"""The server and the browser of tests/browser, with another shop in them: one that is good to look at."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from ..browser.conftest import _django_db_helper, chromium, here, opened, playwright, server  # noqa: F401 - fixtures
from ..browser.shop import QUICK_HASHER
from . import shop as seeding


@pytest.fixture(scope="package")
def shop(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=[QUICK_HASHER]):
        assert connection.settings_dict["NAME"].startswith("test_")  # it is emptied in the end
        try:
            yield seeding.open_shop()
        finally:
            call_command("flush", verbosity=0, interactive=False, allow_cascade=True)
