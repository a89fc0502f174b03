"""/events/ by a real server: who hears, what they hear, and what a stream costs."""

import asyncio
import signal
import time
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts import entering, members
from accounts.models import Business, Membership, Settings
from conversations import assignment, outbound
from conversations.models import Contact, Conversation, Message
from tests import factories

from .conftest import GONE

pytestmark = pytest.mark.slow


@pytest.fixture
def chat(dairy, dairy_number) -> Conversation:
    return receive(dairy)


def receive(business, text="hello", customer=None, number=factories.DAIRY_NUMBER, **kwargs) -> Conversation:
    customer = customer or factories.Customer("Meera", "919876500001", "IN.meera")
    factories.receive(factories.text_body(factories.new_wamid(), text, customer, number), **kwargs)
    with scope(business=business):
        return Conversation.objects.get(contact__phone=customer.phone)


def in_thread(act, *args, **kwargs):
    """Django's ORM in a thread of its own, beside the event loop."""

    def whole():
        try:
            return act(*args, **kwargs)
        finally:
            connection.close()

    return asyncio.to_thread(whole)


def of(conversation, kind):
    return lambda event: event != GONE and (event.get("conversation"), event["kind"]) == (str(conversation.pk), kind)


def test_a_customers_message_is_heard_and_nothing_of_it(server, session_of, alice, dairy, dairy_number):
    async def act():
        reader = await server.listen(session_of_alice)
        assert reader.status == 200
        assert reader.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert reader.headers["x-accel-buffering"] == "no"
        assert "no-store" in reader.headers["cache-control"]
        conversation = await in_thread(receive, dairy, "a secret of Meera's")
        poke = await reader.until(of(conversation, "message"))
        assert set(poke) == {"conversation", "seq", "kind"}
        reader.close()
        return poke

    session_of_alice = session_of(alice)
    poke = asyncio.run(act())
    with scope(business=dairy):
        assert poke["seq"] in Message.objects.values_list("seq", flat=True)
