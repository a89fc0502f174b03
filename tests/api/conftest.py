import pytest
from django.conf import settings
from django.test import override_settings

from accounts import limits

NOWHERE = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/1"}}


@pytest.fixture
def redis_away(monkeypatch):
    """Redis cannot be reached, and this process has counted nothing yet."""
    monkeypatch.setattr(limits, "_local", limits._Local())
    with override_settings(CACHES=NOWHERE):
        yield
