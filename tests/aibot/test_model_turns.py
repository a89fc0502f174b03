"""From the customer's message to the outbox through the model, with all that is ours on the way."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from aibot import tiers, turns
from aibot.models import Budget, Price, Turn
from conversations.models import Conversation, Message
from leads.models import Proposal
from tests.factories import Chat

from .provider_server import openai_at

ODD = "my neighbour says it is the best"  # no rule answers it


@pytest.fixture(autouse=True)
def all_businesses(dairy):
    with scopes_disabled():
        yield


@pytest.fixture
def server(settings, empty_cache):
    with openai_at(settings) as running:
        yield running


def work() -> int:
    """One look of the worker once the customer is quiet, with the model's calls made in this thread."""
    return turns.one_pass(timezone.now() + timedelta(seconds=3), tiers.INSTALLED, lambda act: act())


def said() -> list[Message]:
    return list(Message.objects.filter(direction="out").order_by("seq"))


def test_the_models_reply_is_queued_with_its_trace_and_what_it_read(server):
    Price.objects.create(model="small-and-kind", valid_from="2026-01-01", per_million_in=2, per_million_out=10)
    server.says("It costs {price:cow-ghee-1-kg}.", city="Pune")
    Chat().says(ODD)
    assert said() == []
    work()
    (message,) = said()
    assert message.source == "model"
    assert "₹750 (Cow ghee, 1 kg)" in message.text
    turn = Turn.objects.get()
    assert (turn.tier, turn.model, turn.tokens_in, turn.tokens_out) == ("model", "small-and-kind", 700, 60)
    assert turn.cost == Decimal("0.002")
    assert len(turn.prompt_version) == 64
    assert Conversation.objects.get().ai_call_count == 1
    assert Proposal.objects.get().value == "Pune"


@pytest.mark.usefixtures("always_open")
def test_what_the_guard_keeps_back_ends_as_the_owners_words_and_a_person(server):
    server.says("Ghee is ₹10 today only!")
    Chat().says(ODD)
    work()
    (message,) = said()
    assert message.text == "Thank you for your message. A person from our team will answer you soon."
    assert Conversation.objects.get().waiting_since is not None
    assert (Turn.objects.get().tier, Turn.objects.get().guard) == ("handover", "promise")


def test_a_used_up_budget_leaves_rules_on_and_sends_the_rest_to_people(server, settings):
    settings.AI_DAILY_TOKEN_BUDGET = 100
    meera = Chat()
    meera.says(ODD)
    work()
    assert server.requests == []
    assert Conversation.objects.get().waiting_since is not None
    assert Budget.objects.count() == 0  # its first call would have been larger than all of it
    assert [message.source for message in meera.says("price of ghee")] == ["rule"]


def test_without_a_key_it_falls_back_at_once(server, settings):
    settings.AI_API_KEY = ""
    (message,) = Chat().says(ODD)
    assert message.source == "system"
