"""A person blocks or reopens while the drain holds the conversation and wants the contact: two real connections, one deadlock."""

import threading
import time

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django_scopes import scope, scopes_disabled
from psycopg.errors import DeadlockDetected

from conversations import assignment, blocking, deadlocks
from conversations.models import Conversation
from tests.factories import Chat

pytestmark = pytest.mark.django_db(transaction=True)

HANGS = 120  # seconds after which nothing will come any more
MEETINGS = 20
_WAITING = """
SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()
"""


@pytest.fixture
def conversation(dairy) -> Conversation:
    with scope(business=dairy):
        Chat().says("hello")
        yield Conversation.objects.select_related("contact", "business").get()


class Drain(threading.Thread):
    """Takes the conversation and then the contact, as the drain does at a STOP. ``was_ended``: the deadlock ended this one."""

    def __init__(self, conversation: Conversation):
        super().__init__()
        self.conversation, self.holds, self.was_ended, self.error = conversation, threading.Event(), False, None

    def run(self):
        try:
            with scopes_disabled(), transaction.atomic(), connection.cursor() as cursor:
                Conversation.objects.select_for_update(no_key=True).get(pk=self.conversation.pk)
                self.holds.set()
                self._until_somebody_waits(cursor)
                cursor.execute(
                    "UPDATE conversations_contact SET email = 'm@x.example' WHERE id = %s",
                    [self.conversation.contact_id],
                )
        except Exception as error:  # noqa: BLE001 - told by the test
            self.was_ended = isinstance(error.__cause__, DeadlockDetected)
            self.error = None if self.was_ended else error
        finally:
            self.holds.set()
            connection.close()

    def _until_somebody_waits(self, cursor) -> None:
        until = time.monotonic() + HANGS
        while time.monotonic() < until:
            cursor.execute(_WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
        raise TimeoutError


def _meets(conversation: Conversation, act, undo) -> bool:
    """What ``act`` returns of which the deadlock ended a try. PostgreSQL ends the one that has waited for a second, which is
    the act, unless the machine is so slow that the drain has: then once more.
    """
    for _ in range(MEETINGS):
        drain = Drain(conversation)
        drain.start()
        assert drain.holds.wait(HANGS)
        try:
            done = act()
        finally:
            drain.join(HANGS)
        assert drain.error is None
        if not drain.was_ended:
            return done
        undo()
    raise AssertionError("The drain was ended each time.")


def test_who_blocks_while_the_drain_wants_the_contact_blocks_all_the_same(conversation, bob):
    contact = conversation.contact

    def block() -> bool:
        return blocking.block(contact, by=bob, now=timezone.now())

    def undo() -> None:
        blocking.unblock(contact, by=bob, now=timezone.now())
        assignment.reopen(conversation, by=bob)

    assert _meets(conversation, block, undo)
    conversation.refresh_from_db()
    contact.refresh_from_db()
    assert conversation.state == Conversation.State.CLOSED
    assert contact.blocked_at
    assert contact.email == "m@x.example"


def test_who_reopens_too_within_a_transaction_of_their_own(conversation, bob):
    def close() -> None:
        with transaction.atomic():
            assignment.close(conversation, by=bob, now=timezone.now())

    def reopen() -> bool:
        with transaction.atomic():
            return assignment.reopen(conversation, by=bob)

    close()
    assert _meets(conversation, reopen, close)
    conversation.refresh_from_db()
    assert conversation.state == Conversation.State.OPEN


def test_it_is_not_tried_for_ever_and_other_troubles_not_again(db):
    tried = []

    @deadlocks.again_after_deadlock
    def fails(cause: Exception | None):
        tried.append(1)
        raise OperationalError from cause

    for cause, times in ((DeadlockDetected(), deadlocks.TRIES), (None, 1)):
        tried.clear()
        with pytest.raises(OperationalError):
            fails(cause)
        assert len(tried) == times
