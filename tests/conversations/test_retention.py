"""Messages older than the owner wants are deleted with all that hangs on them; the rest, and who wrote, stay."""

import json
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts import preferences
from aibot.models import RuleMatch
from conversations import retention, sending, tasks
from conversations.models import (
    ConsentEvent,
    Contact,
    Conversation,
    EarlierAttempt,
    Message,
    MessageChange,
    Status,
)
from leads.models import Lead
from tests.factories import MASALA_NUMBER, RAVI, Chat, receive, value_body
from webhooks.models import FailedItem

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield
        assert list(FailedItem.objects.values_list("reason", flat=True)) == []


@pytest.fixture
def kept_90_days(dairy, alice):
    preferences.change(dairy, actor=alice, messages_kept_days=90)


def grow_old(days: int, **filters) -> list:
    """Make messages, and their conversations, so many days older; returns their ids."""
    by = timedelta(days=days)
    found = list(Message.objects.filter(**filters))
    for message in found:
        Message.objects.filter(pk=message.pk).update(
            wa_timestamp=message.wa_timestamp - by, created_at=message.created_at - by, status=_sent(message)
        )
        conversation = Conversation.objects.get(pk=message.conversation_id)
        latest = Message.objects.filter(conversation=conversation).latest("wa_timestamp").wa_timestamp
        Conversation.objects.filter(pk=conversation.pk).update(last_message_at=latest)
    return [message.pk for message in found]


def _sent(message: Message) -> Status:
    return Status.DELIVERED if message.direction == "out" else Status.RECEIVED


def left() -> set:
    return set(Message.objects.values_list("pk", flat=True))


def prune(**options) -> int:
    return retention.prune(timezone.now(), **options).total()


def test_old_messages_go_and_young_ones_conversation_contact_and_lead_stay(dairy, kept_90_days):
    meera = Chat()
    meera.says("hello")
    grow_old(91)
    meera.says("price")
    assert prune() == 2
    assert [m.text for m in Message.objects.filter(direction="in")] == ["price"]
    assert (Conversation.objects.count(), Contact.objects.count(), Lead.objects.count()) == (1, 1, 1)
    assert prune() == 0


def test_a_day_before_the_limit_all_is_there(dairy, kept_90_days):
    Chat().says("hello")
    grow_old(89)
    assert prune() == 0


def test_without_a_limit_and_in_another_business_all_is_kept(dairy, masala, kept_90_days):
    Chat(RAVI, MASALA_NUMBER).says("hello")
    theirs = grow_old(4000)
    Chat().says("hello")
    grow_old(91, business=dairy)
    assert prune() == 2
    assert left() == set(theirs)


def test_what_hangs_on_a_message_goes_with_it(dairy, kept_90_days):
    meera = Chat()
    [answer] = meera.says("price")
    meera.says("STOP")
    meera.sends(
        "edit",
        {"original_message_id": meera.wamids[0], "message": {"type": "text", "text": {"body": "five kilos"}}},
    )
    meera.sends("reaction", {"message_id": meera.wamids[0], "emoji": "👍"})
    meera.sends("reaction", {"message_id": "wamid.never-came", "emoji": "👍"})
    EarlierAttempt.objects.create(message=answer, number_id=answer.number_id, attempt=1)
    assert (MessageChange.objects.count(), RuleMatch.objects.count()) == (3, 2)
    grow_old(91)
    MessageChange.objects.update(at=timezone.now() - timedelta(days=91))
    assert prune() == 4
    assert left() == set()
    assert [model for model in (MessageChange, RuleMatch, EarlierAttempt) if model.objects.exists()] == []
    event = ConsentEvent.objects.get()  # that she stopped is known for good
    assert event.message_id is None
    assert Contact.objects.get().opted_out_at


def test_the_list_keeps_no_words_of_a_deleted_message(dairy, kept_90_days):
    Chat().says("my secret wish")
    Chat(RAVI).says("price")
    grow_old(91, conversation__contact__phone=Chat().sender.phone)
    grow_old(91, conversation__contact__phone=RAVI.phone, direction="in")
    prune()
    assert Conversation.objects.get(contact__phone=Chat().sender.phone).last_message_text == ""
    assert "Our prices" in Conversation.objects.get(contact__phone=RAVI.phone).last_message_text


def test_words_that_come_from_an_older_message_that_stays_are_shown_again(dairy, kept_90_days):
    meera = Chat()
    [answer] = meera.says("price")
    grow_old(91)
    Message.objects.filter(pk=answer.pk).update(status=Status.QUEUED)
    Conversation.objects.update(last_message_text="what was deleted")
    prune()
    assert Conversation.objects.get().last_message_text.startswith("Our prices")


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SENDING, Status.UNKNOWN])
def test_what_is_not_settled_yet_stays(dairy, kept_90_days, status):
    [answer] = Chat().says("price")
    grow_old(91)
    Message.objects.filter(pk=answer.pk).update(status=status)
    assert prune() == 1
    assert left() == {answer.pk}
    Message.objects.filter(pk=answer.pk).update(status=Status.UNKNOWN, settled_at=timezone.now())
    assert prune() == 1


def test_history_is_old_by_its_own_time_whenever_it_came(dairy, kept_90_days):
    def said(wamid: str, days: int) -> dict:
        at = int((timezone.now() - timedelta(days=days)).timestamp())
        return {
            "from": "919876500009",
            "id": wamid,
            "timestamp": str(at),
            "type": "text",
            "text": {"body": wamid},
            "history_context": {"status": "READ"},
        }

    thread = {"id": "919876500009", "messages": [said("wamid.old", 100), said("wamid.young", 80)]}
    value = {"history": [{"metadata": {"phase": 0, "chunk_order": 1, "progress": 100}, "threads": [thread]}]}
    receive(value_body(value, field="history"))
    assert Message.objects.count() == 2
    assert prune() == 1
    assert [m.text for m in Message.objects.all()] == ["wamid.young"]


def test_steps_pass_over_what_stays_and_end_in_time(dairy, kept_90_days):
    meera = Chat()
    for said in ("price", "hello", "thanks", "demo"):
        meera.says(said)
    grow_old(91)
    stays = list(Message.objects.filter(direction="out").order_by("seq").values_list("pk", flat=True)[:2])
    Message.objects.filter(pk__in=stays).update(status=Status.QUEUED)
    assert prune(seconds=0) == 0
    assert prune(step=1) == 6
    assert left() == set(stays)


def test_it_looks_at_no_more_than_is_old(dairy, kept_90_days, django_assert_max_num_queries):
    meera = Chat()
    for said in ("price", "hello", "thanks", "demo"):
        meera.says(said)
    with django_assert_max_num_queries(12):
        assert prune(step=2) == 0


def test_two_beats_at_once_delete_each_message_once(dairy, kept_90_days):
    meera = Chat()
    for place in range(10):
        meera.says(f"price {place}")
    count = len(grow_old(91))
    found, barrier = [], threading.Barrier(2)

    def go():
        try:
            barrier.wait()
            found.append(prune(step=2))
        finally:
            connection.close()

    beats = [threading.Thread(target=go) for _ in range(2)]
    for beat in beats:
        beat.start()
    for beat in beats:
        beat.join()
    found.append(prune())
    assert sum(found) == count
    assert left() == set()


def test_a_conversation_without_messages_goes_on(dairy, kept_90_days, client, alice):
    meera = Chat()
    meera.says("price")
    grow_old(91)
    prune()
    client.force_login(alice)
    page = f"/admin/conversations/conversation/{Conversation.objects.get().pk}/change/"
    assert client.get(page).status_code == 200
    assert client.get("/admin/conversations/conversation/").status_code == 200
    [answer] = meera.says("price")
    assert answer.source == "rule"
    assert sending.has_work(timezone.now())


def test_the_beat_starts_the_job():
    entry = settings.CELERY_BEAT_SCHEDULE["prune messages"]
    assert entry["task"] == tasks.prune.name
    assert entry["options"]["queue"] in settings.QUEUES


def test_the_index_of_late_messages_is_used(dairy, kept_90_days):
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(
            "EXPLAIN (FORMAT JSON) SELECT id FROM conversations_message WHERE business_id = %s AND wa_timestamp < now() "
            "AND created_at - wa_timestamp > interval '1 day' ORDER BY wa_timestamp LIMIT 10",
            [dairy.pk],
        )
        plan = json.dumps(cursor.fetchone()[0])
        cursor.execute("RESET enable_seqscan")
    assert "message_came_late" in plan
