"""What no rule answers is answered by the tiers above: at once where it is sure, else when the customer is quiet, else by a person."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from celery import current_app
from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import Settings
from aibot import automated, concluding, meant, tiers, traces, turns
from aibot.answering import give_up
from aibot.models import PendingTurn, Turn
from conversations import assignment, blocking, claiming, outbound, streaks
from conversations.models import Contact, Conversation, Message, Status
from leads.models import Proposal
from tests.factories import MASALA_NUMBER, Chat, customer, deliver, drain, text_body

from .above import DELIVERY, FRESH, RETURNS, SAYS, tiers_of

ODD = "my neighbour says it is the best"  # no rule, no answer


@pytest.fixture(autouse=True)
def all_businesses(dairy):
    with scopes_disabled():
        yield


@pytest.fixture
def above(dairy, monkeypatch):
    """The dairy has answers and a model."""
    monkeypatch.setattr(tiers, "INSTALLED", tiers_of(dairy))
    return tiers.INSTALLED


@pytest.fixture
def meera() -> Chat:
    return Chat()


def later(seconds: float = 2.6):
    return timezone.now() + timedelta(seconds=seconds)


def work(now=None) -> int:
    """One look of the worker, with the model's calls made in this thread."""
    return turns.one_pass(now or timezone.now(), tiers.INSTALLED, lambda act: act())


def said() -> list[Message]:
    return list(Message.objects.filter(direction="out").order_by("seq"))


def leave() -> None:
    """Everything that waits goes through the sender's check, and is taken by WhatsApp."""
    with transaction.atomic():
        claiming.claim(list(Conversation.objects.values_list("pk", flat=True)), timezone.now())
    Message.objects.filter(status=Status.SENDING).update(status=Status.ACCEPTED, settled_at=timezone.now())


def the_one() -> Conversation:
    return Conversation.objects.get()


# --- the drain ------------------------------------------------------------------------------------------------------------


def test_without_a_tier_above_a_person_gets_it_at_once(meera):
    assert [m.source_name for m in meera.says(ODD)] == ["fallback"]
    assert not PendingTurn.objects.exists()


def test_with_one_the_drain_only_notes_it(meera, above):
    assert meera.says(ODD) == []
    [pending] = PendingTurn.objects.all()
    assert pending.messages == [str(Message.objects.get().pk)]
    assert the_one().waiting_since is None
    assert above.answers.batches == [], "nothing is computed in the drain"


@pytest.mark.parametrize(
    "said", ["How much does delivery cost?", "delivery charges kitne hain", "डिलीवरी का चार्ज कितना है"]
)
def test_what_a_delivery_costs_is_asked_of_the_owners_answers_first(meera, above, said):
    assert meera.says(said) == []
    assert PendingTurn.objects.count() == 1


@pytest.mark.parametrize("said", ["price list, and do you have home delivery", "price of ghee and the delivery charge"])
def test_a_price_beside_a_delivery_is_the_rules(meera, above, said):
    assert [m.source for m in meera.says(said)] == ["rule"]


def test_without_answers_the_price_list_says_where_is_delivered(meera):
    assert [m.source for m in meera.says("How much does delivery cost?")] == ["rule"]


def test_what_a_rule_answers_makes_no_turn_and_asks_no_tier(meera, above):
    meera.says("price")
    assert not PendingTurn.objects.exists()
    above.answers.has_any = above.model.may_answer = None  # calling them would raise
    assert [m.source for m in meera.says("price of ghee")] == ["rule"]


def test_of_another_business_nothing_is_noted(above, masala_number):
    deliver(text_body("wamid.masala", ODD, number=MASALA_NUMBER), verified_by=masala_number.app_secret_mark)
    drain()
    assert [m.source_name for m in said()] == ["fallback"]


# --- an answer by meaning -------------------------------------------------------------------------------------------------


def test_a_sure_answer_is_said_at_once(meera, above):
    meera.says(DELIVERY)
    assert work() == 1
    [reply] = said()
    assert reply.text.startswith(SAYS[DELIVERY])
    assert (reply.source, reply.source_ref, reply.source_name) == ("answer", above.answers.ids[DELIVERY], DELIVERY)
    assert (reply.turn, reply.seen_seq) == (0, Message.objects.get(direction="in").seq)
    [turn] = Turn.objects.all()
    assert (turn.tier, turn.outcome, turn.reply_id, turn.answer) == ("answer", "queued", reply.pk, reply.source_ref)
    assert turn.ranked[0]["question"] == DELIVERY
    assert above.model.asks == []


def test_once_it_has_left_its_row_is_gone(meera, above):
    meera.says(DELIVERY)
    work()
    leave()
    work(later())
    assert not PendingTurn.objects.exists()
    assert len(said()) == 1


def test_texts_of_many_customers_are_looked_up_together(above):
    for place in range(5):
        deliver(text_body(f"wamid.many{place}", DELIVERY, sender=customer(place)))
    drain()
    assert work() == 5
    assert above.answers.batches == [[DELIVERY] * 5]
    assert len(said()) == 5


def test_one_text_that_breaks_the_matcher_stops_no_other(above):
    above.answers.break_on = ODD
    deliver(text_body("wamid.a", DELIVERY, sender=customer(1)))
    deliver(text_body("wamid.b", ODD, sender=customer(2)))
    drain()
    work()
    assert [m.text.split("\n")[0] for m in said()] == [SAYS[DELIVERY]]
    for _ in range(turns.ATTEMPTS + 1):
        PendingTurn.objects.update(look_at=timezone.now())
        work()
    assert said()[-1].source_name == "fallback"
    assert Turn.objects.order_by("pk").last().reason == "attempts"
    assert Conversation.objects.filter(waiting_since__isnull=False).count() == 1


def test_the_same_answer_is_not_given_twice_in_ten_minutes(meera, above):
    meera.says(DELIVERY)
    work()
    leave()
    meera.says(DELIVERY)
    work(later())
    assert [turn.tier for turn in Turn.objects.order_by("pk")] == ["answer", "model"]


# --- bursts and the model -------------------------------------------------------------------------------------------------


def test_nothing_unsure_is_said_before_the_customer_is_quiet(meera, above):
    meera.says(ODD)
    work()
    assert said() == []
    assert above.model.asks == []
    work(later())
    [reply] = said()
    assert (reply.source, reply.source_name) == ("model", "small-one")
    assert the_one().ai_call_count == 1


def test_what_was_looked_at_is_not_looked_up_again_when_the_customer_is_quiet(meera, above):
    meera.says(ODD)
    work()
    work(later())
    assert above.answers.batches == [[ODD]]
    assert len(above.model.asks) == 1


def test_a_burst_of_eight_gets_one_call_and_one_reply(meera, above):
    texts = [f"piece number {word}" for word in ["one", "two", "three", "four", "five", "six", "seven", "eight"]]
    start = timezone.now()
    for text in texts:
        meera.says(text)
        work()
    assert above.model.asks == []
    for _ in range(3):
        work(start + timedelta(seconds=13))
    assert [ask.texts for ask in above.model.asks] == [tuple(texts)]
    assert len(said()) == 1


def test_who_never_stops_is_answered_after_the_cap(meera, above):
    meera.says("piece one")
    work()
    pending = PendingTurn.objects.get()
    PendingTurn.objects.update(first_at=pending.first_at - timedelta(seconds=11))
    meera.says("piece two")
    pending.refresh_from_db()
    assert pending.due_at == pending.first_at + timedelta(seconds=12)
    work(pending.due_at + timedelta(seconds=0.01))
    assert len(above.model.asks) == 1


def test_a_word_that_a_rule_answers_keeps_the_customer_talking(meera, above):
    """The model is asked once they are quiet, whoever answered the last of their words."""
    meera.says(ODD)
    Message.objects.update(created_at=timezone.now() - timedelta(seconds=3))
    PendingTurn.objects.update(look_at=timezone.now(), due_at=timezone.now(), first_at=timezone.now())
    meera.says("thanks")
    work(timezone.now() + timedelta(seconds=1))
    assert above.model.asks == []
    work(later(3))
    assert len(above.model.asks) == 1


def test_the_customer_who_writes_while_the_model_thinks_is_answered_once_and_whole(meera, above):
    meera.says(ODD)
    above.model.before_it_answers = lambda: meera.says("and cheap") if len(above.model.asks) == 1 else None
    work(later())
    assert said() == []
    work(later(8))
    assert [ask.texts for ask in above.model.asks] == [(ODD,), (ODD, "and cheap")]
    assert len(said()) == 1
    assert the_one().ai_call_count == 2, "both calls are counted"
    assert [(t.tier, t.outcome) for t in Turn.objects.order_by("pk")] == [("model", "overtaken"), ("model", "queued")]


def test_what_the_outbox_cancels_since_the_customer_wrote_again_is_not_forgotten(meera, above):
    meera.says(ODD)
    work(later())
    meera.says("price")  # a rule answers this one: nothing would be scheduled
    leave()
    assert Message.objects.get(source="model").status == Status.CANCELLED
    work(later(4))  # it sees that, and answers what is left
    assert [m.status for m in Message.objects.filter(source="model").order_by("seq")] == [
        Status.CANCELLED,
        Status.QUEUED,
    ]
    assert above.model.asks[-1].texts == (ODD,)
    assert list(Turn.objects.order_by("pk").values_list("outcome", flat=True)) == ["overtaken", "queued"]


def test_words_after_an_answer_that_has_left_are_answered_alone(meera, above):
    meera.says(ODD)
    work(later())
    leave()
    meera.says("what else is good")
    work(later(6))
    assert [ask.texts for ask in above.model.asks] == [(ODD,), ("what else is good",)]


def test_a_call_of_the_model_shows_that_it_types_only_when_it_says_so(meera, above, sent_tasks):
    meera.says(ODD)
    work(later())
    leave()
    assert "conversations.tasks.show_typing" not in sent_tasks
    above.model.before_it_answers = lambda: above.model.asks[-1].reserved()
    meera.says("another thing")
    work(later(9))
    assert sent_tasks.count("conversations.tasks.show_typing") == 1


@pytest.fixture
def sent_tasks(monkeypatch):
    """The names of what is published to the broker."""
    names, really = [], current_app.send_task

    def noted(name, *args, **kwargs):
        names.append(name)
        return really(name, *args, **kwargs)

    monkeypatch.setattr(current_app, "send_task", noted)
    return names


def test_what_the_model_reads_about_the_lead_is_proposed_with_its_source(meera, above, bob):
    above.model.facts = {"city": "Noida"}
    above.model.before_it_answers = lambda: take_over(bob)  # nothing is said, and it was read all the same
    meera.says(ODD)
    work(later())
    [proposal] = Proposal.objects.all()
    assert (proposal.what, proposal.value, proposal.message_id) == ("city", "Noida", Message.objects.get().pk)


# --- a person -------------------------------------------------------------------------------------------------------------


def take_over(bob) -> None:
    with transaction.atomic():
        assignment.take_over(the_one(), by=bob, now=timezone.now())


@pytest.mark.parametrize("act", ["takes over", "writes", "takes over and returns"])
def test_a_person_who_acts_while_the_model_thinks_is_never_followed_by_the_bot(meera, above, bob, act):
    def acts():
        with transaction.atomic():
            if act == "writes":
                outbound.queue_text(the_one(), "I am here", by=bob)
            else:
                assignment.take_over(the_one(), by=bob, now=timezone.now())
            if act == "takes over and returns":
                assignment.return_to_bot(the_one(), by=bob)

    above.model.before_it_answers = acts
    meera.says(ODD)
    work(later())
    assert [m.source for m in said()] == (["agent"] if act == "writes" else [])
    assert Turn.objects.get().outcome == "taken_over"
    assert not PendingTurn.objects.exists()


def test_a_takeover_before_the_turn_costs_no_call(meera, above, bob):
    meera.says(ODD)
    take_over(bob)
    work(later())
    assert (said(), above.model.asks) == ([], [])
    assert not PendingTurn.objects.exists()


def test_who_is_blocked_meanwhile_hears_nothing(meera, above, alice):
    meera.says(ODD)
    blocking.block(Contact.objects.get(), by=alice, now=timezone.now())
    work(later())
    assert (said(), above.model.asks) == ([], [])


def test_who_asks_for_a_person_meanwhile_gets_one_and_no_answer(meera, above):
    meera.says(ODD)
    meera.says("agent")
    work(later())
    assert [m.source_name for m in said()] == ["handover: asked"]
    assert above.model.asks == []


def test_where_the_model_hands_over_the_owners_words_are_said_once_and_a_person_gets_it(meera, above):
    above.model.text, above.model.handover = "", "guard"
    meera.says(ODD)
    work(later())
    assert [(m.source, m.source_name) for m in said()] == [("system", "handover: model")]
    assert the_one().waiting_since
    turn = Turn.objects.get()
    assert (turn.tier, turn.reason, turn.guard, turn.cost) == ("handover", "guard", "price", Decimal("0.000123"))


def test_while_a_person_is_awaited_the_model_is_not_asked_but_an_answer_is_given(meera, above):
    above.model.text, above.model.handover = "", "guard"
    meera.says(ODD)
    work(later())
    meera.says("something else entirely")
    work(later(6))
    assert len(above.model.asks) == 1
    assert len(said()) == 1, "the fallback is said once"
    meera.says(FRESH)
    work(later(12))
    assert said()[-1].source == "answer"


def test_an_honest_word_of_the_model_tier_is_said_in_the_place_of_the_fallback(meera, above):
    above.model.text, above.model.handover = "Our team answers tomorrow.", "budget"
    meera.says(ODD)
    work(later())
    assert [(m.text, m.source) for m in said()] == [("Our team answers tomorrow.", "system")]
    assert the_one().waiting_since


def test_a_question_that_is_too_old_waits_for_a_person_without_a_word(meera, above):
    meera.says(ODD)
    work(later(16 * 60))
    assert said() == []
    assert the_one().waiting_since
    assert Turn.objects.get().reason == "too old"


def test_a_bot_that_was_switched_off_meanwhile_is_silent(meera, above):
    meera.says(ODD)
    Settings.objects.update(bot_on=False, updated_at=timezone.now())
    work(later())
    assert (said(), above.model.asks) == ([], [])
    assert the_one().waiting_since


def test_who_has_stopped_offers_is_still_answered(meera, above):
    meera.says("STOP", at=timezone.now() - timedelta(minutes=1))
    leave()
    meera.says(DELIVERY)
    work()
    leave()
    assert [m.status for m in Message.objects.filter(source="answer")] == [Status.ACCEPTED]


def test_a_message_that_was_deleted_meanwhile_is_not_answered(meera, above):
    meera.says(ODD)
    Message.objects.update(revoked_at=timezone.now(), text="")
    work(later())
    assert (said(), above.model.asks) == ([], [])
    assert not PendingTurn.objects.exists()


def edits(meera, text: str) -> None:
    meera.sends("edit", {"original_message_id": meera.wamids[0], "message": {"type": "text", "text": {"body": text}}})


@pytest.mark.parametrize("moment", ["while the customer is waited for", "while the model thinks"])
def test_what_the_customer_edits_meanwhile_is_answered_as_it_reads_now(meera, above, moment):
    now = "my sister says it is the best"
    meera.says(ODD)
    work()  # its words are looked at and kept in mind
    if moment == "while the model thinks":
        above.model.before_it_answers = lambda: edits(meera, now) if len(above.model.asks) == 1 else None
        work(later())
        assert said() == []
    else:
        edits(meera, now)
    work(later(6))
    assert above.model.asks[-1].texts == (now,)
    assert len(said()) == 1


def test_what_the_customer_deletes_while_the_model_thinks_is_not_answered(meera, above):
    above.model.before_it_answers = lambda: meera.sends("revoke", {"original_message_id": meera.wamids[0]})
    meera.says(ODD)
    work(later())
    work(later(6))
    assert (said(), len(above.model.asks)) == ([], 1)
    assert not PendingTurn.objects.exists()
    assert the_one().waiting_since is None


def test_the_bot_that_has_talked_alone_for_too_long_hands_over_and_is_silent(meera, above):
    meera.says(ODD)
    now = timezone.now()
    Conversation.objects.update(bot_streak=streaks.MOST, bot_streak_at=now)
    work(later())
    assert [m.source_name for m in said()] == ["handover: long"]
    assert the_one().bot_has_handed_over
    assert the_one().waiting_since


# --- a worker that dies ---------------------------------------------------------------------------------------------------


def test_a_turn_whose_worker_died_is_taken_again_after_the_lease(meera, above):
    meera.says(ODD)
    [one] = turns.take(later())
    assert turns.take(later()) == [], "nobody takes what is in hand"
    after = later() + turns.LEASE
    assert work(after) == 1
    assert len(said()) == 1
    assert concluding.conclude(one, give_up("late"), after) == "", "the first one has lost it"
    assert len(said()) == 1


def test_a_turn_that_kills_its_workers_gets_a_person_in_the_end(meera, above):
    meera.says(ODD)
    now = later()
    for _ in range(turns.ATTEMPTS):
        assert turns.take(now)
        now += turns.LEASE
    work(now)
    assert [m.source_name for m in said()] == ["fallback"]
    assert the_one().waiting_since
    assert above.model.asks == []


# --- did you mean ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(meera, above) -> Message:
    """She wrote what may mean two things, and was asked which."""
    above.answers.close["is it fresh or can I return it"] = (FRESH, RETURNS)
    meera.says("is it fresh or can I return it")
    work(later())
    [question] = said()
    leave()
    return question


def test_two_close_answers_are_asked_about(asked, above):
    assert asked.text.startswith(f"Did you mean:\n1. {FRESH}\n2. {RETURNS}")
    buttons = [b["reply"] for b in asked.payload["interactive"]["action"]["buttons"]]
    assert [b["id"] for b in buttons] == [
        f"answer:{above.answers.ids[FRESH]}",
        f"answer:{above.answers.ids[RETURNS]}",
        "answer:none",
    ]
    assert Turn.objects.get().tier == "ask"
    assert above.model.asks == []


def test_a_tap_on_one_is_answered_at_once(asked, meera, above):
    meera.taps(f"answer:{above.answers.ids[RETURNS]}", "2. Can I give it…")
    work()
    assert said()[-1].text == SAYS[RETURNS]


def test_none_of_these_asks_the_model_what_was_asked_first(asked, meera, above):
    meera.taps("answer:none", "None of these")
    work()
    assert [ask.texts for ask in above.model.asks] == [("is it fresh or can I return it",)]


def test_the_same_is_not_asked_twice(asked, meera, above):
    meera.says("is it fresh or can I return it")
    work(later(6))
    assert [turn.tier for turn in Turn.objects.order_by("pk")] == ["ask", "model"]


def test_three_close_answers_are_a_list():
    for language in ("en", "hi", "hi-Latn"):
        body, text = meant.question(
            [(uuid4(), "x" * 300)] * 1 + [(uuid4(), f"Question {n}?") for n in (2, 3)], language
        )
        rows = body["interactive"]["action"]["sections"][0]["rows"]
        assert len(rows) == 4
        assert rows[-1]["id"] == "answer:none"
        assert len(text) < 1024


@pytest.mark.parametrize("tap", ["answer:", "answer:nonsense", "answer:00000000-0000-0000-0000-000000000000"])
def test_a_tap_on_an_answer_that_is_not_there_gets_a_person_or_the_next_tier(meera, above, tap):
    meera.taps(tap, "Something")
    work(later())
    assert len(said()) == 1


# --- it says what it is ---------------------------------------------------------------------------------------------------


def test_the_first_answer_says_that_it_is_automated_and_the_second_does_not(meera, above):
    meera.says(DELIVERY)
    work()
    leave()
    meera.says(FRESH)
    work(later())
    first, second = said()
    assert first.text.endswith('This is an automated answer. Write "agent" to reach a person.')
    assert first.payload["text"]["body"] == first.text
    assert second.text == SAYS[FRESH]


def test_the_owner_words_it(meera, above):
    Settings.objects.update(texts={"automated": {"en": "{business} answers by machine."}}, updated_at=timezone.now())
    meera.says(DELIVERY)
    work()
    assert said()[0].text == f"{SAYS[DELIVERY]}\n\nShuddh Dairy answers by machine."


@pytest.mark.parametrize(("language", "word"), [("en", "agent"), ("hi", "एजेंट"), ("hi-Latn", "agent")])
def test_the_word_that_it_names_reaches_a_person(meera, above, language, word):
    assert f'"{word}"' in automated.TEXTS[language]
    meera.says(word)
    assert the_one().owner == "human"


# --- the whole worker -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_worker_waits_for_quiet_and_answers_in_threads_of_its_own(meera, above, settings):
    settings.TURN_QUIET = timedelta(milliseconds=300)
    for place in range(3):
        deliver(text_body(f"wamid.worker{place}", f"{ODD} {place}", sender=customer(place)))
    drain()
    assert turns.work(life=30, linger=0.6) >= 3
    assert sorted(m.source for m in said()) == ["model"] * 3
    assert turns._calls_in_hand() == 0


def test_old_turns_are_forgotten(meera, above):
    meera.says(DELIVERY)
    work()
    assert traces.prune(timezone.now() + timedelta(days=Turn.KEPT_DAYS - 1)) == 0
    assert traces.prune(timezone.now() + timedelta(days=Turn.KEPT_DAYS + 1)) == 1


def test_a_turn_goes_with_the_customers_message(meera, above):
    meera.says(DELIVERY)
    work()
    Message.objects.filter(direction="in").delete()
    assert not Turn.objects.exists()
