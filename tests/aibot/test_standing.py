"""Owners learn how it stands with the model: on the first page, by mail, and in what the doctor says."""

import pytest
from django.core import mail as sent
from django.test import Client
from django.utils import timezone
from django_scopes import scope

from accounts import mail, preferences
from aibot import budget, standing, tasks
from aibot.budget import Refused, Usage, Worst
from aibot.models import Budget, Price
from conversations.models import Contact
from whatsapp_automation.checkup import installation


@pytest.fixture(autouse=True)
def limits(settings):
    settings.AI_DAILY_TOKEN_BUDGET, settings.AI_MAX_CALLS_PER_USER_PER_HOUR = 10_000, 1000
    settings.AI_MONTHLY_MONEY_CAP = None
    settings.AI_BASE_URL, settings.AI_MODEL, settings.AI_API_KEY = "http://127.0.0.1:9/v1", "m", "k"


@pytest.fixture
def take(dairy):
    with scope(business=dairy):
        contact = Contact.objects.create(business=dairy, profile_name="Meera").pk
    return lambda *worst: budget.reserve(dairy.pk, contact, "m", Worst(*worst or (900, 100)), timezone.now())


def first_page(alice) -> str:
    client = Client()
    client.force_login(alice)
    return client.get("/admin/").content.decode()


def state(business) -> str:
    return standing.of(business, timezone.now()).state


def test_without_a_key_all_say_so(dairy, alice, bob, settings):
    settings.AI_API_KEY = ""
    assert state(dairy) == "no_key"
    assert "no key is set" in first_page(alice)
    assert "language model" not in first_page(bob)  # not an owner
    assert installation._model(timezone.now()).state == "ok"


def test_what_is_used_of_the_day_stands_on_the_first_page(dairy, alice, take):
    budget.settle(take(), Usage(2000 - 60, 60), timezone.now())
    Budget.objects.update(off_at=None)
    assert standing.of(dairy, timezone.now()).per_cent == 20
    assert "has used 20 % of today" in first_page(alice)


def test_a_business_that_was_granted_none_is_told_so(dairy, alice):
    preferences.change(dairy, actor=None, ai_daily_tokens=0)
    assert state(dairy) == "not_granted"
    assert "off for this business" in first_page(alice)


def test_a_cap_without_a_price_is_said(dairy, alice, settings):
    settings.AI_MONTHLY_MONEY_CAP = 5
    assert state(dairy) == "no_price"
    assert installation._model(timezone.now()).state == "warn"
    Price.objects.create(model="m", valid_from="2026-01-01", per_million_in=1, per_million_out=1)
    assert state(dairy) == "on"


def test_a_budget_that_is_used_up_is_said_and_mailed_once(dairy, alice, take):
    preferences.change(dairy, actor=None, ai_daily_tokens=1000)
    budget.settle(take(), None, timezone.now())
    with pytest.raises(Refused):
        take()
    assert state(dairy) == "used_up"
    assert "used up for now" in first_page(alice)
    for _ in range(2):
        tasks.keep_books()
        mail.settle()
    (letter,) = sent.outbox
    assert letter.to == [alice.email]
    assert "100 %" in letter.subject
    assert "all else waits for a person" in letter.body


def test_a_switched_off_model_is_bad_news(dairy, alice, take, django_user_model):
    django_user_model.objects.create_superuser("root@installation.example", name="Root")
    budget.settle(take(), Usage(5000, 1), timezone.now())
    assert state(dairy) == "off"
    assert "switched off" in first_page(alice)
    assert installation._model(timezone.now()).state == "bad"
    tasks.keep_books()
    mail.settle()
    assert ["root@installation.example"] in [letter.to for letter in sent.outbox]


def test_the_beat_charges_what_a_dead_worker_left(dairy, take):
    key = take()
    from aibot.models import Reservation

    with scope(business=dairy):
        Reservation.objects.filter(pk=key).update(expires_at=timezone.now())
    assert tasks.keep_books() == 1
    assert Budget.objects.get(business=dairy).reserved == 0
