"""Who asks for a person gets one: the conversation is a person's, nobody's yet, and waits; the customer is told once."""

import importlib
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts import preferences
from accounts.models import DAYS
from aibot.defaults import RULES
from aibot.models import Rule
from conversations import assignment, outbound, queries, sending
from conversations.models import Conversation, Message, Status, ThreadEvent
from tests.factories import Chat, deliver, drain, new_wamid, text_body

pytestmark = pytest.mark.django_db

ANSWER = "Of course. A person from our team will answer you here."


@pytest.fixture(autouse=True)
def all_businesses(dairy):
    preferences.change(dairy, actor=None, hours={day: [] for day in DAYS})  # somebody is there at any hour
    with scopes_disabled():
        yield


@pytest.fixture
def meera() -> Chat:
    return Chat()


def the_one() -> Conversation:
    return Conversation.objects.select_related("business", "contact").get()


def closed_until_monday(dairy) -> None:
    """Open on Monday mornings alone, in India."""
    preferences.change(dairy, actor=None, hours={**{day: [] for day in DAYS}, "mon": [["09:00", "12:00"]]})


def says_at(text: str, at: datetime) -> list[Message]:
    deliver(text_body(new_wamid(), text, at=at), at=at)
    drain(at)
    return list(Message.objects.filter(direction="out").order_by("seq"))


def test_the_conversation_is_a_persons_nobodys_yet_and_waits(meera, bob):
    [told] = meera.says("can i talk to a human please")
    found = the_one()
    assert (told.text, told.source, told.source_name) == (ANSWER, "system", "handover: asked")
    assert (found.owner, found.assignee, found.waiting_since is not None) == ("human", None, True)
    with scope(business=found.business):
        assert [c.pk for c in queries.of_tab("unassigned", bob)] == [found.pk]
    assert [e.kind for e in ThreadEvent.objects.all()] == ["asked"]
    assert Rule.objects.get(intent="person", language="en").matches.count() == 1


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("agent", ANSWER),
        ("insaan se baat", RULES["person", "hi-Latn"]["reply"]),
        ("किसी इंसान से बात करनी है", RULES["person", "hi"]["reply"]),
    ],
)
def test_in_the_customers_language(meera, text, answer):
    assert [m.text for m in meera.says(text)] == [answer]


@pytest.mark.parametrize("text", ["my travel agent is late", "are you a human?", "agent banna hai"])
def test_who_only_speaks_of_one_is_not_handed_over(meera, text):
    meera.says(text)
    assert the_one().owner == "bot"


def test_the_bot_says_nothing_more_until_it_is_given_the_conversation_back(meera, bob):
    meera.says("agent")
    assert [meera.says(text) for text in ("price", "agent", "hello?")] == [[], [], []]
    assert the_one().unread == 4
    with transaction.atomic():
        assignment.return_to_bot(the_one(), by=bob)
    assert len(meera.says("price")) == 1


def test_told_once_in_ten_minutes_and_handed_over_all_the_same(meera, bob):
    meera.says("agent")
    assignment.return_to_bot(the_one(), by=bob)
    assert meera.says("I want to talk to someone") == []
    assert the_one().owner == "human"
    assignment.return_to_bot(the_one(), by=bob)
    Conversation.objects.update(person_asked_at=timezone.now() - timedelta(minutes=11))
    assert len(meera.says("talk to a human")) == 1


def test_a_crowd_of_words_in_one_pass_is_one_handover(meera):
    for text in ("price", "agent", "agent", "how much is the milk"):
        deliver(text_body(new_wamid(), text))
    drain()
    found = Message.objects.filter(direction="out").order_by("seq")
    assert [(m.source, m.status) for m in found] == [("rule", Status.CANCELLED), ("system", Status.QUEUED)]
    assert [e.kind for e in ThreadEvent.objects.order_by("seq")] == ["asked", "cancelled"]


def test_outside_opening_hours_the_next_opening_is_told(meera, dairy):
    closed_until_monday(dairy)
    sunday = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
    assert [m.text for m in says_at("agent", sunday)] == [
        "Of course. Our team is away now and will answer you here tomorrow at 9:00."
    ]


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("One of us writes soon.", "One of us writes soon. Our team is there again tomorrow at 9:00."),
        ("We are back {opens}.", "We are back tomorrow at 9:00."),
    ],
)
def test_in_the_owners_words_with_the_next_opening(meera, dairy, own, told):
    closed_until_monday(dairy)
    preferences.change(dairy, actor=None, merge=True, texts={"handover": {"en": own}})
    assert [m.text for m in says_at("agent", datetime(2026, 11, 29, 12, 0, tzinfo=UTC))] == [told]


def test_with_the_bot_off_it_waits_and_is_not_told(meera, dairy):
    preferences.change(dairy, actor=None, bot_on=False)
    assert meera.says("agent") == []
    assert the_one().waiting_since


# --- the last words on the wire ---------------------------------------------------------------------------------------------


class Wire:
    def __init__(self):
        self.texts = []

    def __call__(self, post):
        self.texts.append(post.body["text"]["body"])
        return sending.Sent(wamid=f"wamid.{post.message_id}", wa_id="", user_id="", message_status="")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["nobody acts", "takes over", "writes"])
def test_the_last_words_leave_unless_a_person_is_quicker(meera, bob, act):
    [told] = meera.says("agent")
    with transaction.atomic():
        if act == "takes over":
            assignment.take_over(the_one(), by=bob, now=timezone.now())
        if act == "writes":
            outbound.queue_text(the_one(), "I am here", by=bob)
    wire = Wire()
    sending.work(post=wire, linger=0.05)
    expected = {"nobody acts": [ANSWER], "takes over": [], "writes": ["I am here"]}
    assert wire.texts == expected[act]
    told.refresh_from_db()
    assert (told.status == Status.ACCEPTED) == (act == "nobody acts")


def test_the_migration_gives_businesses_that_are_there_the_rules_that_a_new_one_has(dairy):
    module = importlib.import_module("aibot.migrations.0006_person_rules_of_businesses_that_are_there")
    fields = (
        "language",
        "whole_phrases",
        "phrases",
        "unless_phrases",
        "reply",
        "away_reply",
        "asks",
        "buttons",
        "priority",
    )
    made = {row[0]: row for row in Rule.objects.filter(intent="person").values_list(*fields)}
    Rule.objects.filter(intent="person").delete()
    for _ in range(2):  # a second time changes nothing
        module.add(apps, connection.schema_editor())
    assert {row[0]: row for row in Rule.objects.filter(intent="person").values_list(*fields)} == made
