"""No bot's message goes on the wire once a person has spoken: a thousand conversations in which everything happens at once.

Customers write, the drain answers by rule, the tiers above answer what is left, the sender sends, agents take over and write, people
answer in the phone's app; each in a thread of its own, at times that a seed has drawn. The database itself writes down in which
order it happened: a trigger notes each new turn of a conversation and each message that becomes ``sending``, in a sequence that
is drawn while the conversation's row is held.
"""

import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import User, WhatsAppNumber
from aibot import tiers, turns
from aibot.models import PendingTurn, Turn
from cloud_api.client import Sent
from conversations import assignment, outbound, sending
from conversations.models import Conversation, Identity, Message, Status
from tests.aibot.above import DELIVERY, FRESH, tiers_of
from tests.factories import customer, deliver, drain, new_wamid, text_body, value_body

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

RUNS, AT_ONCE = 1000, 100  # conversations in all, and in one scene
SECONDS = 1.6  # of a scene, over which its acts are spread
SEED = 20261125
ASKS = ("price", "hello", "how much is the milk", "price of ghee", "demo", "rate list", "what are your prices")
ABOVE = (DELIVERY, FRESH, "my neighbour says it is the best", "is it as good as they say")  # no rule answers these
ACTS = ("takes over", "writes", "answers on the phone", "takes over and returns")

_WATCH = """
CREATE TABLE race_log (
    id bigserial PRIMARY KEY, conversation uuid, message uuid, owner text, turn int, message_turn int, farewell bool
);
CREATE FUNCTION race_turned() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO race_log (conversation, owner, turn) VALUES (NEW.id, NEW.owner, NEW.turn); RETURN NULL;
END $$;
CREATE FUNCTION race_claimed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO race_log (conversation, message, message_turn, farewell)
    VALUES (NEW.conversation_id, NEW.id, NEW.turn, NEW.source_name = 'handover: asked'); RETURN NULL;
END $$;
CREATE TRIGGER race_turned AFTER UPDATE ON conversations_conversation FOR EACH ROW
    WHEN (OLD.turn <> NEW.turn OR OLD.owner <> NEW.owner) EXECUTE FUNCTION race_turned();
CREATE TRIGGER race_claimed AFTER UPDATE ON conversations_message FOR EACH ROW
    WHEN (OLD.status <> 10 AND NEW.status = 10 AND NEW.turn IS NOT NULL) EXECUTE FUNCTION race_claimed();
"""
_LOOK_AWAY = """
DROP TRIGGER race_turned ON conversations_conversation; DROP TRIGGER race_claimed ON conversations_message;
DROP FUNCTION race_turned; DROP FUNCTION race_claimed; DROP TABLE race_log;
"""


@pytest.fixture
def watched(dairy, monkeypatch, settings):
    """The database writes down what happens, in its own order. The dairy has answers, and a model that thinks for a moment."""
    settings.TURN_QUIET = timedelta(milliseconds=150)
    monkeypatch.setattr(tiers, "INSTALLED", tiers_of(dairy))
    tiers.INSTALLED.model.before_it_answers = lambda: time.sleep(0.05)
    with connection.cursor() as cursor:
        cursor.execute(_WATCH)
    with scopes_disabled():
        WhatsAppNumber.objects.update(per_second=1000)
        yield
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_AWAY)


@dataclass
class Wire:
    """Stands where the Graph API's client stands: what it is given has left."""

    posted: dict = field(default_factory=dict)  # message -> when

    def __call__(self, post: sending.Post) -> Sent:
        self.posted[post.message_id] = timezone.now()
        return Sent(wamid=f"wamid.race.{post.message_id}", wa_id="", user_id="", message_status="")


@dataclass
class Scene:
    """Conversations that happen at the same time. ``silenced``: conversation -> (turn, when the act was committed)."""

    people: list[User]
    draw: random.Random
    first: int
    wire: Wire = field(default_factory=Wire)
    silenced: dict = field(default_factory=lambda: defaultdict(list))
    broken: list = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def play(self) -> None:
        """All of it, until nothing waits any more."""
        customers = [customer(self.first + place) for place in range(AT_ONCE)]
        for who in customers:
            deliver(text_body(new_wamid(), "zzz qqq", who))
        drain()
        sending.work(post=self.wire, linger=0.05)
        self.conversations = self._of(customers)
        written, acted = self._plan(customers)
        threads = [
            threading.Thread(target=self._guarded, args=(act, *args))
            for act, *args in (
                (self._on_time, written),
                *((self._on_time, acted[place::3]) for place in range(3)),
                (self._keep_draining,),
                (self._keep_answering,),
                (self._keep_sending,),
            )
        ]
        for thread in threads:
            thread.start()
        for thread in threads[:4]:
            thread.join()
        time.sleep(0.1)
        self.over.set()
        for thread in threads[4:]:
            thread.join()
        drain()
        self._come_to_an_end()
        assert not self.broken, self.broken

    def _come_to_an_end(self) -> None:
        """Every turn is answered, and every answer has left or never will."""
        until = time.monotonic() + 60
        while True:
            turns.work(life=0.5, linger=0.05)
            sending.work(post=self.wire, linger=0.05)
            if not PendingTurn.objects.exists():
                return
            assert time.monotonic() < until, "a turn never ends"

    def _of(self, customers) -> dict:
        ids = Identity.objects.filter(kind="phone", value__in=[who.phone for who in customers])
        contacts = dict(ids.values_list("value", "contact"))
        found = {c.contact_id: c for c in Conversation.objects.filter(contact__in=contacts.values())}
        return {who.phone: found[contacts[who.phone]] for who in customers}

    def _plan(self, customers) -> tuple[list, list]:
        """(when, act) of customers and of people, each in its order."""
        draw = self.draw
        written, acted = [], []
        for who in customers:
            middle = draw.uniform(0.1, SECONDS - 0.2)
            for _ in range(draw.randint(1, 3)):
                at = middle + draw.uniform(-0.25, 0.15)
                written.append((at, partial(self._write, who, draw.choice(ASKS + ABOVE))))
            for _ in range(draw.choice((0, 1, 1, 1, 2))):
                kind, person = draw.choice(ACTS), draw.choice(self.people)
                acted.append((middle + draw.uniform(-0.2, 0.2), partial(self._act, who, kind, person)))
        return sorted(written, key=lambda one: one[0]), sorted(acted, key=lambda one: one[0])

    def _write(self, who, text: str) -> None:
        deliver(text_body(new_wamid(), text, who))

    def _act(self, who, kind: str, person: User) -> None:
        conversation = self.conversations[who.phone]
        if kind == "answers on the phone":
            echo = {"from": "918047180011", "to": who.phone, "id": new_wamid(), "timestamp": str(int(time.time()))}
            echo |= {"type": "text", "text": {"body": "from the phone"}}
            deliver(value_body({"message_echoes": [echo]}, field="smb_message_echoes"))
            return
        fresh = Conversation.objects.select_related("business").get(pk=conversation.pk)
        with transaction.atomic():
            if kind == "writes":
                outbound.queue_text(fresh, "from the inbox", by=person)
            else:
                assignment.take_over(fresh, by=person, now=timezone.now())
        self.silenced[conversation.pk].append((fresh.turn, timezone.now()))
        if kind == "takes over and returns":
            time.sleep(0.02)
            with transaction.atomic():
                assignment.return_to_bot(fresh, by=person)

    # --- threads

    def _guarded(self, act, *args) -> None:
        try:
            with scopes_disabled():
                act(*args)
        except Exception as error:  # noqa: BLE001 - told by the test, which waits for all threads
            self.broken.append(repr(error))
        finally:
            connection.close()

    def _on_time(self, plan) -> None:
        began = time.monotonic()
        for at, act in plan:
            time.sleep(max(0.0, began + at - time.monotonic()))
            act()

    def _keep_draining(self) -> None:
        while not self.over.is_set():
            drain()
            time.sleep(self.draw.uniform(0.001, 0.02))

    def _keep_answering(self) -> None:
        while not self.over.is_set():
            turns.work(life=0.1, linger=0.02)

    def _keep_sending(self) -> None:
        """A sender is often behind: what is queued waits between nothing and a quarter of a second."""
        while not self.over.is_set():
            sending.work(post=self.wire, life=0.05, linger=0.0)
            time.sleep(self.draw.uniform(0.0, 0.25))


def logged() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conversation, message, owner, turn, message_turn, farewell FROM race_log ORDER BY id")
        return cursor.fetchall()


def too_late(rows) -> list[tuple]:
    """Bot's messages that were claimed though the conversation was a person's by then, or in a later turn."""
    stands: dict = {}
    wrong = []
    for conversation, message, owner, turn, message_turn, farewell in rows:
        if message is None:
            stands[conversation] = owner, turn
            continue
        owner, turn = stands.get(conversation, ("bot", 0))
        if message_turn != turn or (owner != "bot" and not farewell):
            wrong.append((conversation, message, owner, turn, message_turn))
    return wrong


def test_no_bot_message_leaves_after_a_person_has_spoken(watched, alice, bob, record_testsuite_property):
    began = time.monotonic()
    spoke, cancelled, acts, messages = set(), set(), 0, 0
    for place in range(RUNS // AT_ONCE):
        scene = Scene([alice, bob], random.Random(SEED + place), first=place * AT_ONCE)
        scene.play()
        of_scene = {c.pk for c in scene.conversations.values()}
        bots = Message.objects.filter(conversation__in=of_scene, direction="out").exclude(turn=None)
        bots = [m for m in bots if m.source_name != "fallback"]
        messages += len(bots)
        acts += sum(map(len, scene.silenced.values()))
        assert not [m for m in bots if m.status in (Status.QUEUED, Status.SENDING, Status.UNKNOWN)]
        for m in bots:
            left = m.pk in scene.wire.posted
            assert left == (m.attempt > 0), "what the database calls sent is what the wire was given"
            (spoke if left else cancelled).add(m.conversation_id)
            for turn, at in scene.silenced[m.conversation_id]:
                assert not (left and m.turn < turn and m.sending_since > at), f"{m.pk} left after {at}"
    rows = logged()
    assert too_late(rows) == []
    assert sum(message is not None for _, message, *_ in rows) >= len(spoke)
    echoed = Message.objects.filter(source="phone_app").count()
    assert Conversation.objects.count() == RUNS
    told = {"answers": messages, "acts": acts, "echoes": echoed, "spoke": len(spoke), "cancelled": len(cancelled)}
    record_testsuite_property("race", str({**told, "seconds": round(time.monotonic() - began)}))
    assert len(spoke) >= RUNS * 0.2, told
    assert len(cancelled) >= RUNS * 0.2, told
    assert echoed > 100
    assert acts > 300
    of_turns = set(Turn.objects.values_list("tier", "outcome"))
    assert {("answer", "queued"), ("model", "queued"), ("model", "taken_over")} <= of_turns
