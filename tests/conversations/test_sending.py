"""The outbox: what may leave leaves once, in order, one at a time per conversation; what may not is refused with a reason."""

import threading
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import WhatsAppNumber
from cloud_api import messages
from cloud_api.client import Sent
from cloud_api.errors import Ambiguous, NotSent, from_answer
from conversations import assignment, outbound, pacing, sending, settling
from conversations.models import Conversation, Message, Pace, Status, Template
from tests import factories
from tests.factories import MEERA, Customer, customer, receive, status_body, text_body

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


class Graph:
    """Stands where the Graph API's client stands (``sending.work(post=...)``): notes what it is given, answers as told."""

    def __init__(self, *answers):
        self.posts: list[sending.Post] = []
        self._answers = list(answers)
        self._lock = threading.Lock()
        self.slow = 0.0
        self.most_at_once = self._now = 0

    def __call__(self, post: sending.Post) -> Sent:
        with self._lock:
            self.posts.append(post)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            number = len(self.posts)
            answer = self._answers.pop(0) if self._answers else None
        time.sleep(self.slow)
        with self._lock:
            self._now -= 1
        if isinstance(answer, Exception):
            raise answer
        return Sent(wamid=f"wamid.sent{number}.{post.message_id}", wa_id="", user_id="", message_status="")

    @property
    def texts(self) -> list[str]:
        return [post.body["text"]["body"] for post in self.posts]


def _work(graph: Graph, **options) -> int:
    return sending.work(post=graph, **{"linger": 0.05, **options})


def _conversation(business, *, who: Customer | None = None) -> Conversation:
    """One that waits for a person: its customer has just written, the fallback has left."""
    receive(text_body(f"wamid.{time.time_ns()}", "a question", who or customer(1)))
    found = Conversation.objects.filter(business=business).latest("created_at")
    Message.objects.filter(conversation=found, direction="out").delete()
    return found


def _queue(conversation: Conversation, text: str, **fields) -> Message:
    """A bot's reply for the conversation's current turn, unless ``fields`` say otherwise."""
    given = {"source": "rule", "turn": conversation.turn, **fields}
    with transaction.atomic():
        [message] = outbound.queue_many(
            [
                outbound.Outgoing(
                    business_id=conversation.business_id,
                    conversation_id=conversation.pk,
                    number_id=conversation.number_id,
                    body=messages.text(text),
                    text=text,
                    **given,
                )
            ],
            timezone.now(),
        )
    return Message.objects.get(pk=message)


def _end(message: Message) -> tuple[Status, str]:
    message.refresh_from_db()
    return Status(message.status), message.error_text


def test_a_queued_message_leaves_once_and_learns_its_wamid(dairy):
    message = _queue(_conversation(dairy), "hello")
    graph = Graph()
    assert _work(graph) == 1
    assert _work(graph) == 0
    assert _end(message)[0] == Status.ACCEPTED
    assert message.wamid == f"wamid.sent1.{message.pk}"
    [post] = graph.posts
    assert (post.attempt, post.phone_number_id, post.to.phone, post.to.bsuid) == (
        1,
        "109876543210011",
        customer(1).phone,
        customer(1).user_id,
    )


def test_one_conversations_messages_leave_one_after_another(dairy):
    conversation = _conversation(dairy)
    for text in ("one", "two", "three"):
        _queue(conversation, text)
    graph = Graph()
    graph.slow = 0.1
    assert len(sending._settle_and_claim([], 10, timezone.now())[0]) == 1
    assert sending._settle_and_claim([], 10, timezone.now())[0] == []
    Message.objects.filter(status=Status.SENDING).update(status=Status.QUEUED, attempt=0)
    assert _work(graph) == 3
    assert graph.texts == ["one", "two", "three"]


def test_many_conversations_are_served_at_the_same_time(dairy):
    for place in range(20):
        _queue(_conversation(dairy, who=customer(place)), "hello")
    Pace.objects.update(tokens=100)
    graph = Graph()
    graph.slow = 0.3
    assert _work(graph) == 20
    assert graph.most_at_once >= 10


def test_two_senders_at_once_send_each_message_once(dairy):
    for place in range(30):
        _queue(_conversation(dairy, who=customer(place)), f"hello {place}")
    graph = Graph()
    failures = []

    def work():
        try:
            with scopes_disabled():
                _work(graph)
        except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(graph.texts) == sorted(f"hello {place}" for place in range(30))


def test_a_takeover_silences_the_bots_queued_reply(dairy, bob):
    conversation = _conversation(dairy)
    message = _queue(conversation, "hello")
    with transaction.atomic():
        assignment.take_over(conversation, by=bob, now=timezone.now())
    graph = Graph()
    _work(graph)
    assert graph.posts == []
    assert _end(message) == (Status.CANCELLED, "A person has taken over.")


def test_an_agents_text_takes_over_and_leaves(dairy, bob):
    conversation = _conversation(dairy)
    bots = _queue(conversation, "from the bot")
    with transaction.atomic():
        outbound.queue_text(conversation, "from Bob", by=bob)
    graph = Graph()
    _work(graph)
    assert graph.texts == ["from Bob"]
    assert _end(bots)[0] == Status.CANCELLED
    conversation.refresh_from_db()
    assert (conversation.owner, conversation.assignee, conversation.waiting_since) == ("human", bob, None)


def test_after_the_return_to_the_bot_an_old_reply_stays_cancelled_and_a_new_one_leaves(dairy, bob):
    conversation = _conversation(dairy)
    _queue(conversation, "old")
    with transaction.atomic():
        assignment.take_over(conversation, by=bob, now=timezone.now())
        assignment.return_to_bot(conversation, by=bob)
    _queue(conversation, "new")
    graph = Graph()
    _work(graph)
    assert graph.texts == ["new"]


def test_a_closed_conversations_reply_does_not_leave(dairy):
    conversation = _conversation(dairy)
    message = _queue(conversation, "hello")
    with transaction.atomic():
        assignment.close(conversation, by=None, now=timezone.now())
    _work(graph := Graph())
    assert graph.posts == []
    assert _end(message)[0] == Status.CANCELLED


def test_a_second_click_sends_nothing(dairy, bob):
    conversation = _conversation(dairy)
    click = Message(business=dairy).pk
    with transaction.atomic():
        first = outbound.queue_text(conversation, "hello", by=bob, client_ref=click)
        second = outbound.queue_text(conversation, "hello", by=bob, client_ref=click)
    assert first
    assert second is None
    assert Message.objects.filter(client_ref=click).count() == 1


def test_outside_the_window_only_a_template_leaves(dairy):
    conversation = _conversation(dairy)
    Conversation.objects.filter(pk=conversation.pk).update(last_inbound_at=timezone.now() - timedelta(hours=25))
    message = _queue(conversation, "hello")
    _queue_template(conversation)
    _work(graph := Graph())
    assert [post.body["type"] for post in graph.posts] == ["template"]
    assert _end(message) == (Status.FAILED, "The 24-hour window is closed. Send a template.")
    assert message.error_code == 131047


def _queue_template(conversation: Conversation) -> None:
    with transaction.atomic():
        outbound.queue_many(
            [
                outbound.Outgoing(
                    business_id=conversation.business_id,
                    conversation_id=conversation.pk,
                    number_id=conversation.number_id,
                    body=messages.template("order_ready", "en"),
                    text="Your order is ready",
                    source="template",
                )
            ],
            timezone.now(),
        )


@pytest.mark.parametrize(
    ("state", "code"), [("APPROVED", None), ("", None), ("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)]
)
def test_a_template_that_whatsapp_would_refuse_does_not_leave(dairy, state, code):
    conversation = _conversation(dairy)
    for language in ("en", "hi"):  # another language is another template
        Template.objects.create(
            business=dairy, waba_id=factories.DAIRY_WABA, name="order_ready", language=language, status="PAUSED"
        )
    Template.objects.filter(language="en").update(status=state)
    _queue_template(conversation)
    _work(graph := Graph())
    template = Message.objects.get(kind="template")
    assert (template.error_code, len(graph.posts)) == (code, 0 if code else 1)


@pytest.mark.parametrize(
    ("purpose", "leaves"), [("reply", True), ("notice", True), ("marketing", False), ("follow_up", False)]
)
def test_after_stop_only_answers_leave(dairy, purpose, leaves):
    receive(text_body("wamid.stop", "STOP", customer(1)))
    conversation = Conversation.objects.get()
    Message.objects.filter(direction="out").delete()
    _queue(conversation, "hello", purpose=purpose)
    _work(graph := Graph())
    assert bool(graph.posts) is leaves


@pytest.mark.parametrize("source", ["answer", "model"])
def test_a_computed_answer_does_not_leave_when_the_customer_has_written_again(dairy, source):
    conversation = _conversation(dairy)
    message = _queue(conversation, "hello", source=source, seen_seq=conversation.last_inbound_seq)
    receive(text_body("wamid.again", "wait, another thing", customer(1)))
    _work(graph := Graph())
    assert graph.posts == []
    assert _end(message) == (Status.CANCELLED, "The customer has written again.")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (NotSent("no connection"), Status.QUEUED),
        (from_answer(400, {"error": {"code": 130429, "message": "Rate limit hit"}}), Status.QUEUED),
        (Ambiguous("read timed out"), Status.UNKNOWN),
        (from_answer(500, None), Status.UNKNOWN),
        (from_answer(400, {"error": {"code": 131026, "message": "Undeliverable"}}), Status.FAILED),
        (ZeroDivisionError("a fault of ours"), Status.UNKNOWN),
    ],
    ids=["not sent", "throttled", "timed out", "500", "refused", "fault"],
)
def test_the_end_of_a_post_depends_on_what_is_known_of_it(dairy, answer, status):
    message = _queue(_conversation(dairy), "hello")
    _work(Graph(*[answer] * 5))  # a pause may be so short that it is tried again at once
    assert _end(message)[0] == status


def test_a_throttled_message_is_tried_again_later_and_keeps_its_place(dairy):
    conversation = _conversation(dairy)
    first, second = _queue(conversation, "one"), _queue(conversation, "two")
    graph = Graph(from_answer(400, {"error": {"code": 130429, "message": "Rate limit hit"}}))
    _work(graph)
    assert graph.texts == ["one"]
    assert _end(first)[0] == Status.QUEUED
    assert not sending.has_work(timezone.now())  # the number is silent
    _work(graph, clock=lambda: timezone.now() + timedelta(minutes=10))
    assert graph.texts == ["one", "one", "two"]
    assert [graph.posts[1].attempt, _end(second)[0]] == [2, Status.ACCEPTED]


def test_a_message_is_not_tried_for_ever(dairy):
    message = _queue(_conversation(dairy), "hello", source="agent", turn=None)
    graph = Graph(*[NotSent("no connection")] * pacing.MOST_ATTEMPTS)
    for attempt in range(pacing.MOST_ATTEMPTS):  # a pause may be so short that one call tries twice
        later = timedelta(hours=attempt + 1)
        _work(graph, clock=lambda later=later: timezone.now() + later)
    assert _end(message) == (Status.FAILED, f"Tried {pacing.MOST_ATTEMPTS} times. no connection")
    assert message.attempt == pacing.MOST_ATTEMPTS


def test_a_dead_token_stops_the_number_and_what_waits_stays(dairy):
    first, second = (_queue(_conversation(dairy, who=customer(n)), f"hello {n}") for n in (1, 2))
    Pace.objects.update(tokens=1)
    dead = from_answer(401, {"error": {"code": 190, "message": "Session has expired"}})
    graph = Graph(dead)
    _work(graph)
    number = WhatsAppNumber.objects.get(business=dairy)
    assert number.stopped_at
    assert "Session has expired" in number.stopped_reason
    waiting = _queue(_conversation(dairy, who=customer(3)), "hello 3")
    assert _work(graph) == 0
    assert not sending.has_work(timezone.now())
    WhatsAppNumber.objects.update(stopped_at=None)
    assert _work(graph) >= 1
    assert _end(waiting)[0] == Status.ACCEPTED
    assert (_end(first)[0], _end(second)[0]) == (Status.ACCEPTED, Status.ACCEPTED)


def test_a_number_keeps_its_pace(dairy):
    WhatsAppNumber.objects.update(per_second=10)
    for place in range(12):
        _queue(_conversation(dairy, who=customer(place)), "hello")
    graph = Graph()
    started = time.monotonic()
    assert _work(graph, linger=0.5) == 12
    assert time.monotonic() - started > (12 - 3) / 10


def test_a_row_whose_worker_was_killed_becomes_unknown_and_its_conversation_goes_on(dairy):
    conversation = _conversation(dairy)
    lost, following = _queue(conversation, "one"), _queue(conversation, "two")
    sending._settle_and_claim([], 10, timezone.now())  # claimed and committed; then its worker dies
    assert _work(Graph()) == 0
    assert settling.release_lost(timezone.now()) == 0
    with transaction.atomic():
        assert settling.release_lost(timezone.now() + settling.LEASE + timedelta(seconds=1)) == 1
    assert _end(lost)[0] == Status.UNKNOWN
    assert _work(Graph()) == 0  # the order on the phone matters more than speed
    later = settling.HOLD + timedelta(seconds=1)
    _work(graph := Graph(), clock=lambda: timezone.now() + later)
    assert graph.texts == ["two"]
    assert _end(following)[0] == Status.ACCEPTED


def test_a_status_that_comes_before_the_graph_apis_answer_keeps_its_rank(dairy):
    message = _queue(_conversation(dairy), "hello")

    class Quick(Graph):
        def __call__(self, post):
            sent = super().__call__(post)
            with scopes_disabled():
                receive(status_body(sent.wamid, "delivered", callback=f"{post.message_id}.{post.attempt}"))
            connection.close()
            return sent

    _work(Quick())
    assert _end(message)[0] == Status.DELIVERED


def test_an_answer_to_an_earlier_attempt_does_not_touch_a_later_one(dairy):
    message = _queue(_conversation(dairy), "hello")
    [post], *_ = sending._settle_and_claim([], 10, timezone.now())
    Message.objects.filter(pk=message.pk).update(attempt=2)
    late = sending.Outcome(
        post, Sent(wamid="wamid.late", wa_id="", user_id="", message_status=""), None, timezone.now()
    )
    with transaction.atomic():
        sending.settle([late], timezone.now())
    assert _end(message)[0] == Status.SENDING
    assert message.wamid is None


def test_one_numbers_full_line_does_not_hold_anothers(dairy, masala):
    """The dairy's customers wait for its pace; the masala shop's may leave at once."""
    WhatsAppNumber.objects.filter(business=dairy).update(per_second=1)
    for place in range(sending.THREADS + 5):
        _queue(_conversation(dairy, who=customer(place)), "hello")
    receive(text_body("wamid.masala", "a question", MEERA, factories.MASALA_NUMBER))
    Message.objects.filter(business=masala, direction="out").delete()
    _queue(Conversation.objects.get(business=masala), "from the masala shop")
    now = timezone.now()
    posts = [post for _ in range(3) for post in sending._settle_and_claim([], sending.THREADS, now)[0]]
    assert "from the masala shop" in [post.body["text"]["body"] for post in posts]


def test_an_answer_that_comes_after_the_second_chance_was_given_takes_it_away(dairy, empty_cache):
    """The sender was frozen with Meta's answer in its hand."""
    message = _queue(_conversation(dairy), "hello")
    [post], *_ = sending._settle_and_claim([], 10, timezone.now())
    Message.objects.update(sending_since=timezone.now() - settling.UNHEARD - timedelta(seconds=5))
    cache.set("silence:heard", [timezone.now().timestamp() - 300, timezone.now().timestamp()], 300)
    with transaction.atomic():
        settling.release_lost(timezone.now())
        assert settling.settle_unknown(timezone.now()) == 1
    with transaction.atomic():
        sending.settle([_accepted(post)], timezone.now())
    _work(graph := Graph())
    assert graph.posts == []
    assert _end(message)[0] == Status.ACCEPTED


def test_an_answer_for_a_message_that_was_deleted_meanwhile_costs_no_other_its_own(dairy):
    """A person deletes the contact while its message is on the wire."""
    gone, stays = (_queue(_conversation(dairy, who=customer(place)), "hello") for place in (1, 2))
    Pace.objects.create(number_id=gone.number_id, tokens=100, filled_at=timezone.now())
    posts, *_ = sending._settle_and_claim([], 10, timezone.now())
    Message.objects.filter(pk=gone.pk).delete()
    sending._settle_and_claim([_accepted(post) for post in posts], 0, timezone.now())
    assert _end(stays)[0] == Status.ACCEPTED


def test_an_answer_that_cannot_be_stored_costs_no_other_its_own(dairy):
    """WhatsApp names one wamid for two messages of a number."""
    first, second, third = (_queue(_conversation(dairy, who=customer(place)), "hello") for place in (1, 2, 3))
    Pace.objects.create(number_id=first.number_id, tokens=100, filled_at=timezone.now())
    posts, *_ = sending._settle_and_claim([], 10, timezone.now())
    of = {post.message_id: post for post in posts}
    given = [_accepted(of[m.pk], wamid) for m, wamid in ((first, "wamid.a"), (second, "wamid.a"), (third, "wamid.b"))]
    assert sending._settle_and_claim(given, 0, timezone.now()) == ([], [], 0)
    assert [_end(m)[0] for m in (first, second, third)] == [Status.ACCEPTED] * 3
    assert [m.wamid for m in (first, second, third)] == ["wamid.a", None, "wamid.b"]


def _accepted(post: sending.Post, wamid: str = "") -> sending.Outcome:
    sent = Sent(wamid=wamid or f"wamid.sent.{post.message_id}", wa_id="", user_id="", message_status="")
    return sending.Outcome(post, sent, None, timezone.now())
