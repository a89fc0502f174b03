"""A contact's words on marketing: the latest counts, and of two in one second the stop, whatever order they come in."""

import itertools
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from conversations import consent
from conversations.models import ConsentEvent, Contact, Message
from tests.factories import receive, text_body

AT = timezone.now().replace(microsecond=0)


@pytest.fixture
def contact(dairy) -> Contact:
    receive(text_body("wamid.hello", "hello"))
    with scopes_disabled():
        yield Contact.objects.get()


def word(contact: Contact, kind: str, seconds: int, source: str) -> consent.Word:
    return consent.Word(contact.business_id, contact.pk, kind, source, AT + timedelta(seconds=seconds))


def heard(contact: Contact, *words: consent.Word) -> None:
    for one in words:
        with transaction.atomic():
            consent.record_many([one])
    contact.refresh_from_db()


STORIES = {
    "stopped in the end": ([("stop", 0, "message"), ("start", 5, "preference"), ("stop", 9, "error_131050")], True),
    "started in the end": ([("stop", 0, "preference"), ("stop", 5, "error_131050"), ("start", 9, "message")], False),
    "both in one second": ([("start", 0, "message"), ("start", 9, "preference"), ("stop", 9, "message")], True),
}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("story", STORIES)
def test_the_order_in_which_words_come_does_not_matter(contact, story, order):
    told, stopped = STORIES[story]
    words = [word(contact, *told[place]) for place in order]
    heard(contact, *words, *words[:2])
    assert (contact.opted_out_at is not None) is stopped
    assert ConsentEvent.objects.count() == 3


def test_many_words_at_once_end_as_one_after_another(contact):
    with transaction.atomic():
        consent.record_many([word(contact, "start", 9, "preference"), word(contact, "stop", 5, "message")])
    contact.refresh_from_db()
    assert contact.opted_out_at is None


@pytest.mark.parametrize("purpose", Message.Purpose.values)
@pytest.mark.parametrize("stopped", [False, True])
def test_the_table_of_what_stop_means(purpose, stopped):
    assert consent.allows(purpose, stopped=stopped) is (not stopped or purpose in ("reply", "notice"))


def test_a_purpose_that_nobody_has_thought_of_does_not_leave():
    assert not consent.allows("lottery", stopped=False)
