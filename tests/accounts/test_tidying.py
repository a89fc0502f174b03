"""What has ended is deleted at night, and nothing else."""

from datetime import timedelta

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts import invitations, throttle, tidying, tokens
from accounts.models import Invitation, KnownPlace, TokenFamily
from whatsapp_automation.celery import app

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def tidy(after: timedelta) -> dict:
    return +tidying.tidy(timezone.now() + after)


def test_there_is_nothing_to_do_on_a_new_installation(dairy):
    assert tidy(timedelta()) == {}


def test_a_sign_in_that_goes_on_stays_and_its_old_tokens_go(alice):
    first = tokens.open_family(alice)
    second = tokens.refresh(str(first))
    TokenFamily.objects.update(created_at=timezone.now() - 30 * DAY)
    OutstandingToken.objects.filter(jti=first["jti"]).update(expires_at=timezone.now() - DAY)
    assert tidy(timedelta()) == {"used tokens": 1, "tokens": 1}
    assert tokens.refresh(str(second))
    assert tokens.user_of(str(second.access_token)) == alice


def test_one_that_has_ended_goes_with_all_that_is_its(alice):
    tokens.open_family(alice)
    tokens.refresh(str(tokens.open_family(alice)))
    assert tidy(settings.JWT_REFRESH_EXPIRES_IN + DAY) == {"used tokens": 1, "tokens": 3, "families": 2}
    assert not TokenFamily.objects.exists()
    assert not OutstandingToken.objects.exists()
    assert not BlacklistedToken.objects.exists()


def test_a_revoked_one_goes_after_a_day_and_stays_refused(alice):
    token = tokens.open_family(alice)
    tokens.end(str(token))
    assert tidy(timedelta()) == {}
    assert tidy(2 * DAY) == {"families": 1}
    with pytest.raises(InvalidToken):
        tokens.refresh(str(token))
    with pytest.raises(InvalidToken):
        tokens.user_of(str(token.access_token))


def test_invitations_go_a_month_after_their_end(dairy, alice):
    with scopes_disabled():
        withdrawn, _token = invitations.invite(dairy, "a@b.example", "agent", actor=alice)
        invitations.withdraw(withdrawn, actor=alice)
        invitations.invite(dairy, "c@d.example", "agent", actor=alice)
        assert tidy(29 * DAY) == {}
        assert tidy(31 * DAY) == {"invitations": 1}
        assert Invitation.objects.get().email == "c@d.example"
        assert tidy(invitations.LIFETIME + 31 * DAY) == {"invitations": 1}


def test_places_and_sessions_go_when_they_have_ended(alice):
    throttle.succeeded(alice, "203.0.113.9")
    Client().force_login(alice)
    assert tidy(timedelta(hours=1)) == {}
    assert tidy(DAY)["sessions"] == 1
    assert tidy(throttle.KNOWN_FOR + DAY) == {"places": 2}
    assert not KnownPlace.objects.exists()
    assert not Session.objects.exists()


def test_it_goes_by_steps(alice, monkeypatch):
    monkeypatch.setattr(tidying, "STEP", 2)
    for _ in range(5):
        tokens.open_family(alice)
    assert tidy(settings.JWT_REFRESH_EXPIRES_IN + DAY) == {"tokens": 5, "families": 5}


def test_beat_starts_it_once_a_night_where_there_is_a_worker():
    entry = settings.CELERY_BEAT_SCHEDULE["tidy accounts"]
    assert isinstance(entry["schedule"], crontab)
    assert entry["options"]["queue"] in settings.QUEUES
    app.loader.import_default_modules()
    assert entry["task"] in app.tasks
