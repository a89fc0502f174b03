"""What the model is told of a conversation: its last messages, of one sitting, from Valkey or from PostgreSQL."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from django_scopes import scopes_disabled

from aibot import memory
from conversations.models import Conversation, Message

from .. import factories


@pytest.fixture(autouse=True)
def all_businesses(dairy, empty_cache):
    with scopes_disabled():
        yield


@pytest.fixture
def meera() -> factories.Chat:
    return factories.Chat()


def recall(until: int | None = None, now=None) -> list[str]:
    of = Conversation.objects.get()
    lines = memory.recall(of.pk, until or of.last_inbound_seq, now or timezone.now())
    return [f"{line.who}: {line.text}" for line in lines]


def test_both_sides_in_their_order_up_to_a_message(meera):
    meera.says("price of ghee")
    meera.says("do cows sleep")
    seq = Message.objects.get(text="do cows sleep").seq
    meera.says("and goats")
    lines = recall(seq)
    assert lines[0] == "customer: price of ghee"
    assert lines[1].startswith("business: ")
    assert lines[-1] == "customer: do cows sleep"
    assert recall()[-1] == "customer: and goats"


def test_the_last_ten_alone(meera):
    for number in range(14):
        meera.says(f"do cows sleep {number}")
    lines = recall()
    assert len(lines) == memory.MOST
    assert lines[-1] == "customer: do cows sleep 13"


def test_a_silence_of_half_an_hour_begins_a_new_sitting(meera):
    meera.says("long ago")
    Message.objects.update(wa_timestamp=timezone.now() - timedelta(minutes=50))
    cache.delete_pattern("*")
    meera.says("do cows sleep")
    assert recall() == ["customer: do cows sleep"]
    assert recall(now=timezone.now() + timedelta(minutes=31)) == []


def test_it_is_read_from_valkey_and_only_what_is_new_from_postgresql(meera):
    meera.says("do cows sleep")
    recall()
    Message.objects.filter(text="do cows sleep").update(
        text="otherwise"
    )  # as no code of ours does: without a word of it
    meera.says("and goats")
    lines = recall()
    assert lines[0] == "customer: do cows sleep"
    assert lines[-1] == "customer: and goats"


@pytest.mark.parametrize("lost", ["flushed", "away"])
def test_without_valkey_it_is_the_same(meera, monkeypatch, lost):
    meera.says("do cows sleep")
    kept = recall()
    if lost == "flushed":
        cache.delete_pattern("*")
    else:
        for name in ("get", "set"):
            monkeypatch.setattr(cache, name, _away)
    assert recall() == kept


def _away(*args, **kwargs):
    raise OSError("away")


def test_what_was_edited_deleted_or_never_left_is_not_remembered(meera):
    meera.says("price of ghee")
    meera.says("my secret")
    meera.says("do cows sleep")
    assert "customer: my secret" in recall()
    Message.objects.filter(text="my secret").update(text="", revoked_at=timezone.now() - timedelta(days=1))
    assert not [line for line in recall() if "secret" in line]
    Message.objects.filter(text="do cows sleep").update(text="do goats sleep", edited_at=timezone.now())
    assert recall()[-1] == "customer: do goats sleep"
    Message.objects.filter(direction="out").update(status=90)
    assert not [line for line in recall() if line.startswith("business")]


def test_numbers_that_identify_are_masked_before_they_are_kept(meera):
    meera.says("aadhaar 2345 6789 0124")
    assert recall() == ["customer: aadhaar [Aadhaar number]"]
    (key,) = cache.keys("memory:*")
    assert "6789" not in str(cache.get(key))


def test_it_ends_with_the_sitting_and_can_be_forgotten(meera):
    meera.says("do cows sleep")
    recall()
    of = Conversation.objects.get()
    assert 0 < cache.ttl(f"memory:2:{of.pk}") <= 30 * 60
    memory.forget(of.pk)
    assert cache.ttl(f"memory:1:{of.pk}") in (0, None)
