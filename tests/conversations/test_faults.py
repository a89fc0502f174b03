"""Every class of error, at once and as a later status: what the message becomes, and how often it reached the phone.

The Graph API is the simulator, over HTTP; its webhooks come to a small server and go through the drain.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import AuditEvent, WhatsAppNumber
from cloud_api import messages
from cloud_api.client import Client, Sent
from cloud_api.errors import NotSent
from conversations import claiming, delivery, outbound, sending, settling, silence
from conversations.models import ConsentEvent, Contact, Conversation, Message, Pace, Status
from conversations.thread import may_write
from tests import factories
from tests.factories import MEERA, deliver, drain
from tests.simulator.conftest import DAIRY, Product, running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("dairy")]

NUMBER = {**DAIRY, "phone_number_id": factories.DAIRY_NUMBER, "waba_id": factories.DAIRY_WABA}
NUMBER["access_token"] = "token-of-the-dairy-0001"
PHONE = MEERA.phone


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


class Wire:
    """The dairy's line to WhatsApp: what the simulator posts is drained, what waits is sent to it."""

    def __init__(self, simulator, product):
        self.simulator, self._product, self._taken = simulator, product, 0
        self._client = Client(simulator.url, "v24.0", NUMBER["access_token"], read_timeout=0.6)

    def hears(self) -> None:
        """Take all webhooks that there are, until none is under way."""
        self.simulator.settle()
        posts = self._product.posts[self._taken :]
        self._taken += len(posts)
        for raw, *_ in posts:
            deliver(raw)
            drain()
        if posts:
            self.hears()

    def asks(self, text: str = "price?") -> Message:
        """Meera writes; the bot's answer, queued."""
        self.simulator.write(PHONE, text)
        self.hears()
        return Message.objects.filter(direction="out").latest("seq")

    def fails(self, mode: str, code: int = 131000, times: int | None = 1, **more) -> None:
        self.simulator.faults(graph={"mode": mode, "code": code, "times": times, **more})

    def sends(self, *, after: timedelta = timedelta()) -> None:
        sending.work(post=self._post, linger=0.05, clock=lambda: timezone.now() + after)
        self.simulator.settle()

    def _post(self, post: claiming.Post) -> Sent:
        """As sending.post_to_graph, but not patient for 20 seconds."""
        return self._client.send(
            post.phone_number_id,
            post.to,
            post.body,
            reply_to=post.reply_to,
            callback_data=delivery.callback_data(post.message_id, post.attempt),
        )

    @property
    def on_the_phone(self) -> list[str]:
        """What Meera got, in order."""
        outbound = [m for m in self.simulator.thread(PHONE) if m["direction"] == "outbound"]
        return [m["text"] for m in outbound if m["status"] != "failed"]


@pytest.fixture
def wire(settings) -> Wire:
    product = Product()
    try:
        with running(product.url, numbers=[NUMBER]) as simulator:
            settings.GRAPH_API_URL = simulator.url
            yield Wire(simulator, product)
    finally:
        product.close()


def now_of(message: Message) -> Status:
    message.refresh_from_db()
    return Status(message.status)


def agents(text: str = "from Bob", **fields) -> Message:
    """An agent's text, queued, and no takeover: what is tested is the wire."""
    conversation = Conversation.objects.get()
    given = {"body": messages.text(text), "source": "agent", **fields}
    with transaction.atomic():
        [message] = outbound.queue_many(
            [
                outbound.Outgoing(
                    business_id=conversation.business_id,
                    conversation_id=conversation.pk,
                    number_id=conversation.number_id,
                    text=text,
                    **given,
                )
            ],
            timezone.now(),
        )
    return Message.objects.get(pk=message)


SOON = timedelta(minutes=6)  # the longest pause is over
AT_ONCE_AND_LATER = pytest.mark.parametrize("mode", ["error", "failed"], ids=["at once", "later"])

# code -> the status after it, how often the answer is on the phone in the end
TABLE = {
    4: (Status.QUEUED, 1),
    80007: (Status.QUEUED, 1),
    130429: (Status.QUEUED, 1),
    131056: (Status.QUEUED, 1),
    190: (Status.QUEUED, 1),
    10: (Status.QUEUED, 1),
    368: (Status.QUEUED, 1),
    131031: (Status.QUEUED, 1),
    131042: (Status.QUEUED, 1),
    131045: (Status.QUEUED, 1),
    130497: (Status.FAILED, 0),
    100: (Status.FAILED, 0),
    131026: (Status.FAILED, 0),
    131047: (Status.FAILED, 0),
    131048: (Status.FAILED, 0),
    131049: (Status.FAILED, 0),
    131050: (Status.FAILED, 0),
    130472: (Status.FAILED, 0),
}
STOPS = {10, 190, 368, 131031, 131042, 131045, 130497}


@AT_ONCE_AND_LATER
@pytest.mark.parametrize("code", TABLE)
def test_an_error_ends_the_same_at_once_and_later(wire, code, mode):
    status, reached = TABLE[code]
    answer = wire.asks()
    wire.fails(mode, code)
    wire.sends()
    wire.hears()
    wire.hears()
    assert now_of(answer) == status
    assert answer.error_code == code
    assert answer.error_text
    number = WhatsAppNumber.objects.get()
    assert bool(number.stopped_at) is (code in STOPS)
    assert AuditEvent.objects.filter(action="number.stopped", details__code=code).count() == (code in STOPS)
    WhatsAppNumber.objects.update(stopped_at=None)
    wire.sends(after=SOON)
    wire.hears()
    assert len(wire.on_the_phone) == reached
    assert now_of(answer) == (Status.DELIVERED if reached else Status.FAILED)
    assert answer.doubled_at is None


@AT_ONCE_AND_LATER
@pytest.mark.parametrize("code", [130429, 131056, 190])
def test_what_comes_after_waits_behind_it(wire, code, mode):
    first = wire.asks()
    wire.fails(mode, code)
    wire.sends()
    wire.hears()
    agents("second")
    wire.sends()
    assert wire.on_the_phone == []
    WhatsAppNumber.objects.update(stopped_at=None)
    wire.sends(after=SOON)
    wire.hears()
    assert wire.on_the_phone == [first.text, "second"]


@AT_ONCE_AND_LATER
def test_too_many_messages_of_the_number_silence_all_its_conversations_for_a_while(wire, mode):
    wire.asks()
    wire.fails(mode, 130429)
    wire.sends()
    wire.hears()
    pace = Pace.objects.get()
    assert pace.paused_until > timezone.now()
    assert pace.strikes == 1
    assert not sending.has_work(timezone.now())
    assert sending.has_work(timezone.now() + SOON)


@AT_ONCE_AND_LATER
def test_the_closed_window_holds_until_the_customer_writes_again(wire, mode):
    wire.asks()
    wire.fails(mode, 131047)
    wire.sends()
    wire.hears()
    conversation = Conversation.objects.get()
    assert not may_write(conversation, timezone.now())[0]
    second = agents()
    wire.sends()
    assert now_of(second) == Status.FAILED
    third = wire.asks("hello")
    wire.sends()
    wire.hears()
    assert now_of(third) == Status.DELIVERED


@AT_ONCE_AND_LATER
def test_a_user_who_stopped_marketing_is_noted_as_stopped(wire, mode):
    wire.asks()
    wire.fails(mode, 131050)
    wire.sends()
    wire.hears()
    assert ConsentEvent.objects.get().source == "error_131050"
    assert Contact.objects.get().opted_out_at
    offer = agents(purpose="marketing")
    wire.sends()
    assert now_of(offer) == Status.CANCELLED


def test_a_failure_that_is_told_twice_is_sent_again_once(wire):
    answer = wire.asks()
    wire.simulator.faults(webhook={"duplicate": True})
    wire.fails("failed", 131056)
    wire.sends()
    wire.hears()
    wire.sends(after=SOON)
    wire.hears()
    assert now_of(answer) == Status.DELIVERED
    assert answer.attempt == 2
    assert len(wire.on_the_phone) == 1


def test_a_delivery_that_is_told_after_the_failure_ends_the_retry(wire):
    answer = wire.asks()
    wire.fails("failed", 131056)
    wire.sends()
    wire.hears()
    assert now_of(answer) == Status.QUEUED
    factories.receive(factories.status_body(answer.wamid, "delivered"))
    wire.sends(after=SOON)
    assert now_of(answer) == Status.DELIVERED
    assert answer.attempt == 1


def test_a_failure_of_hours_ago_is_not_sent_again(wire):
    answer = wire.asks()
    wire.fails("failed", 131056)
    wire.sends()
    Message.objects.update(created_at=timezone.now() - timedelta(hours=2))
    wire.hears()
    assert now_of(answer) == Status.FAILED


def test_after_a_long_stop_the_bots_old_answers_are_not_sent_and_the_customers_wait_for_a_person(wire):
    answer = wire.asks()
    wire.fails("error", 190)
    wire.sends()
    agents("from Bob")
    Message.objects.update(created_at=timezone.now() - timedelta(hours=2))
    WhatsAppNumber.objects.update(stopped_at=None)
    wire.sends()
    assert wire.on_the_phone == ["from Bob"]
    assert (now_of(answer), answer.error_text) == (Status.CANCELLED, claiming.TOO_LATE)
    assert Conversation.objects.get().waiting_since


def test_forty_five_messages_may_follow_at_once_then_one_in_six_seconds(wire):
    wire.asks()
    Message.objects.filter(direction="out").delete()
    wire.simulator.faults(limits={"pair": True})
    for place in range(47):
        agents(f"line {place}")
    Pace.objects.update(tokens=1000)
    began = timezone.now()
    sending.work(linger=0.5)
    waiting = Message.objects.filter(status=Status.QUEUED)
    assert [m.text for m in waiting.order_by("seq")] == ["line 45", "line 46"]
    assert wire.on_the_phone == [f"line {place}" for place in range(45)]
    assert not Message.objects.filter(error_code=131056).exists()
    head = waiting.earliest("seq")
    assert began < head.send_after - timedelta(seconds=6) <= timezone.now(), "six seconds after the last one that left"


# --- what nobody knows ----------------------------------------------------------------------------------------------------

# What the wire can do: fault -> whether the message left nevertheless.
WIRE = {
    "timeout_before": ({"hold_ms": 0}, False),
    "timeout_after": ({"hold_ms": 0}, True),
    "http_500": ({}, False),
    "http_502": ({}, False),
    "broken_json": ({}, True),
    "trickle": ({"byte_ms": 1000}, True),
    "reset": ({}, True),
    "half_open": ({}, False),
}
SILENT = pytest.mark.parametrize("mode", WIRE)


@pytest.fixture
def heard(empty_cache):
    """Webhooks have been heard without a gap for longer than is asked for."""
    now = timezone.now().timestamp()
    silence.cache.set("silence:heard", [now - 300, now + 300], 300)  # ``settle`` looks later


def settle(after: timedelta = settling.UNHEARD) -> int:
    with transaction.atomic():
        return settling.settle_unknown(timezone.now() + after)


LATER = settling.UNHEARD - timedelta(seconds=1)


@SILENT
def test_an_answer_without_a_word_is_on_the_phone_once(wire, heard, mode):
    """A status settles what has left; what has not is sent once more."""
    more, left = WIRE[mode]
    answer = wire.asks()
    wire.fails(mode, **more)
    wire.sends()
    assert now_of(answer) == Status.UNKNOWN
    wire.hears()
    assert (now_of(answer) == Status.UNKNOWN) is not left
    assert settle(LATER) == 0
    age(answer)
    assert settle(timedelta()) == (not left)
    wire.sends()
    wire.hears()
    assert now_of(answer) == Status.DELIVERED
    assert len(wire.on_the_phone) == 1


def test_a_proxys_too_many_is_tried_again_when_it_says(wire):
    answer = wire.asks()
    wire.fails("http_429")
    wire.sends()
    assert now_of(answer) == Status.QUEUED
    assert answer.send_after > timezone.now()
    wire.sends(after=SOON)
    wire.hears()
    assert now_of(answer) == Status.DELIVERED
    assert len(wire.on_the_phone) == 1


def age(message: Message, seconds: float = 91) -> None:
    """It was sent so long ago."""
    Message.objects.filter(pk=message.pk).update(sending_since=timezone.now() - timedelta(seconds=seconds))


def test_where_webhooks_are_not_heard_nothing_is_settled(wire, empty_cache):
    answer = wire.asks()
    wire.fails("http_500")
    wire.sends()
    age(answer)
    assert settle(timedelta()) == 0
    silence.cache.set("silence:heard", [timezone.now().timestamp() - 30, timezone.now().timestamp()], 300)
    assert settle(timedelta()) == 0
    assert now_of(answer) == Status.UNKNOWN
    assert answer.settled_at is None


@pytest.mark.parametrize(
    "change",
    [
        lambda answer: Conversation.objects.update(owner="human"),
        lambda answer: Conversation.objects.update(turn=7),
        lambda answer: Conversation.objects.update(last_inbound_seq=answer.seq + 1),
        lambda answer: Conversation.objects.update(last_inbound_at=timezone.now() - timedelta(hours=25)),
        lambda answer: Conversation.objects.update(window_closed_seq=answer.seq),
        lambda answer: Message.objects.filter(pk=answer.pk).update(source="agent", turn=None),
        lambda answer: Message.objects.filter(pk=answer.pk).update(kind="template"),
        lambda answer: Message.objects.filter(pk=answer.pk).update(resent_at=timezone.now()),
        lambda answer: Message.objects.filter(pk=agents("later").pk).update(status=Status.ACCEPTED),
    ],
    ids=[
        "a person's",
        "another turn",
        "newer word",
        "old",
        "closed",
        "an agent's",
        "a template",
        "twice",
        "a later one left",
    ],
)
def test_what_is_no_answer_any_more_stays_not_confirmed(wire, heard, change):
    answer = wire.asks()
    wire.fails("http_500")
    wire.sends()
    age(answer)
    change(answer)
    assert settle(timedelta()) == 0
    assert now_of(answer) == Status.UNKNOWN
    assert answer.settled_at


def test_the_line_waits_for_an_unknown_one_and_then_goes_on(wire, heard):
    answer = wire.asks()
    wire.fails("http_500")
    wire.sends()
    agents("second")
    wire.sends()
    assert wire.on_the_phone == []
    age(answer)
    settle(timedelta())
    wire.sends()
    assert wire.on_the_phone == [answer.text, "second"]


def test_unheard_webhooks_do_not_hold_the_line_for_ever(wire, empty_cache):
    answer = wire.asks()
    wire.fails("http_500")
    wire.sends()
    agents("second")
    wire.sends(after=settling.HOLD + timedelta(seconds=1))
    assert wire.on_the_phone == ["second"]
    assert now_of(answer) == Status.UNKNOWN


def test_a_bots_text_that_whatsapp_lost_is_sent_once_more_and_then_fails(wire):
    answer = wire.asks()
    wire.fails("failed", 131000, times=2)
    wire.sends()
    wire.hears()
    assert now_of(answer) == Status.QUEUED
    wire.sends(after=SOON)
    wire.hears()
    assert now_of(answer) == Status.FAILED
    assert answer.attempt == 2


def test_an_agents_text_that_whatsapp_lost_has_failed(wire):
    wire.asks()
    text = agents()
    wire.fails("failed", 131000, times=None)
    wire.sends()
    wire.sends(after=SOON)
    wire.hears()
    assert now_of(text) == Status.FAILED


def test_a_late_word_of_the_first_attempt_says_that_it_came_twice(wire, heard):
    answer = wire.asks()
    wire.simulator.faults(statuses={"on": False})
    wire.fails("timeout_after", hold_ms=0)
    wire.sends()
    age(answer)
    assert settle(timedelta()) == 1
    wire.sends()
    assert len(wire.on_the_phone) == 2
    assert (now_of(answer), answer.doubled_at) == (Status.ACCEPTED, None)
    factories.receive(factories.status_body("wamid.of-the-first", "sent", callback=f"{answer.pk}.1"))
    assert now_of(answer) == Status.SENT
    assert answer.doubled_at
    assert answer.earlier_attempts.get().wamid == "wamid.of-the-first"


def test_a_word_of_the_first_attempt_before_the_second_leaves_ends_the_matter(wire, heard):
    answer = wire.asks()
    wire.fails("http_500")
    wire.sends()
    age(answer)
    settle(timedelta())
    factories.receive(factories.status_body("wamid.of-the-first", "sent", callback=f"{answer.pk}.1"))
    wire.sends()
    assert wire.on_the_phone == []
    assert (now_of(answer), answer.wamid) == (Status.SENT, "wamid.of-the-first")


def test_a_second_chance_that_came_too_late_leaves_it_not_confirmed(wire, heard, bob):
    """Nobody may read "not sent" of what may have left."""
    answer = wire.asks()
    wire.fails("http_500")
    wire.sends()
    age(answer)
    settle(timedelta())
    Conversation.objects.update(owner="human")
    wire.sends()
    assert (now_of(answer), answer.error_text) == (Status.UNKNOWN, "A person has taken over.")
    assert answer.settled_at
    assert wire.on_the_phone == []


# --- a person decides -----------------------------------------------------------------------------------------------------


def not_confirmed(wire) -> Message:
    wire.asks()
    wire.sends()
    text = agents()
    wire.fails("http_500")
    wire.sends()
    age(text)
    settle(timedelta())
    assert now_of(text) == Status.UNKNOWN
    return text


def decide(act, message: Message, attempt: int = 1) -> bool:
    with transaction.atomic():
        return act(message.conversation, message.pk, attempt, timezone.now())


def test_a_person_resends_once_however_often_they_click(wire, heard):
    text = not_confirmed(wire)
    assert [decide(settling.resend, text), decide(settling.resend, text)] == [True, False]
    wire.sends()
    wire.hears()
    assert decide(settling.resend, text) is False
    assert wire.on_the_phone.count("from Bob") == 1
    assert now_of(text) == Status.DELIVERED


def test_what_is_dismissed_stays_and_is_not_asked_for_again(wire, heard):
    text = not_confirmed(wire)
    assert [decide(settling.dismiss, text), decide(settling.dismiss, text), decide(settling.resend, text)] == [
        True,
        False,
        False,
    ]
    assert now_of(text) == Status.UNKNOWN


# --- hearing --------------------------------------------------------------------------------------------------------------


def test_webhooks_are_heard_since_the_web_process_is_up_and_nothing_waits(empty_cache):
    since = timezone.now().timestamp() - 1000
    silence.note(None)
    assert silence.heard_since(timezone.now()) is None
    silence.web_is_up(since)
    silence.note(None)
    first = silence.heard_since(timezone.now())
    silence.note(1.0)
    assert silence.heard_since(timezone.now()) == first
    silence.web_is_up(first.timestamp() + 60)  # it refused something then
    silence.note(None)
    assert silence.heard_since(timezone.now()).timestamp() == pytest.approx(first.timestamp() + 60, abs=0.01)
    silence.note(silence.BEHIND + 1)
    assert silence.heard_since(timezone.now()) is None


def test_a_worker_that_hears_no_more_is_noticed_before_a_second_chance_is_given(empty_cache):
    """Its last word is young, but statuses have been waiting since: half a minute is two sweeps and more."""
    now = timezone.now()
    silence.web_is_up(now.timestamp() - 1000)
    silence.note(None)
    assert silence.heard_since(now + timedelta(seconds=15)) is not None
    assert silence.heard_since(now + timedelta(seconds=40)) is None


def test_what_one_of_two_web_processes_refused_is_not_forgotten_for_the_others_word(empty_cache):
    now = timezone.now().timestamp()
    silence.web_is_up(now - 10)  # it refused something then
    silence.web_is_up(now - 1000)
    silence.cache.set("silence:heard", [now - 1000, now], 300)
    silence.note(None)
    assert silence.heard_since(timezone.now()).timestamp() == pytest.approx(now - 10, abs=0.01)


def test_what_a_person_dismissed_does_not_leave_though_whatsapp_refused_it(wire, heard):
    text = not_confirmed(wire)
    decide(settling.dismiss, text)
    error = {"code": 130429, "title": "Rate limit hit"}
    factories.receive(factories.status_body("wamid.refused", "failed", callback=f"{text.pk}.1", errors=[error]))
    wire.sends()
    assert (now_of(text), text.error_code) == (Status.FAILED, 130429)
    assert "from Bob" not in wire.on_the_phone


def test_a_second_chance_that_never_left_says_nothing_of_the_first(wire, heard):
    """The first attempt may have arrived, the second one found no connection, then a person took over."""
    answer = wire.asks()
    wire.fails("http_500")
    wire.sends()
    age(answer)
    settle(timedelta())
    sending.work(post=_no_connection, linger=0.05)
    assert now_of(answer) == Status.QUEUED
    Conversation.objects.update(owner="human")
    Message.objects.filter(pk=answer.pk).update(send_after=timezone.now())
    wire.sends()
    assert now_of(answer) == Status.UNKNOWN


def _no_connection(post):
    raise NotSent("No connection")
