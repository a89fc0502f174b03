"""What the model costs never passes what was set, whoever calls at once, whatever the provider says, whoever is killed."""

import json
import random
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts import preferences
from accounts.models import AuditEvent, Business
from aibot import budget
from aibot.budget import Refused, Usage, Worst
from aibot.models import Budget, Price, Reservation
from conversations.models import Contact

from ..children import Child
from ..cloud_api.conftest import Answer, hang_up
from .conversing import converse
from .provider_server import chat, openai_at
from .provider_server import result as said

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SMALL = Worst(900, 100)


@pytest.fixture(autouse=True)
def limits(settings):
    settings.AI_DAILY_TOKEN_BUDGET, settings.AI_MAX_CALLS_PER_USER_PER_HOUR = 10_000, 1000
    settings.AI_MONTHLY_MONEY_CAP = None
    settings.AI_BASE_URL, settings.AI_MODEL, settings.AI_API_KEY = "http://127.0.0.1:9/v1", "m", "k"


def contact_of(business: Business, name: str = "Meera") -> UUID:
    with scope(business=business):
        return Contact.objects.create(business=business, profile_name=name, phone="").pk


@pytest.fixture
def meera(dairy) -> UUID:
    return contact_of(dairy)


def take(business, contact, worst=SMALL, now=NOON) -> UUID:
    return budget.reserve(business.pk, contact, "m", worst, now)


def refusal(business, contact, worst=SMALL, now=NOON) -> str:
    with pytest.raises(Refused) as refused:
        take(business, contact, worst, now)
    return refused.value.reason


def row(business=None, kind="tokens", day: date | None = None) -> Budget:
    rows = Budget.objects.filter(business=business, kind=kind)
    return (rows.filter(starts_on=day) if day else rows).get()


def numbers(of: Budget) -> tuple[int, int, int]:
    return of.reserved, of.used, of.over


# --- one call ------------------------------------------------------------------------------------------------------------------


def test_a_call_is_reserved_from_installation_and_business_and_settled_by_its_usage(dairy, meera):
    key = take(dairy, meera)
    assert numbers(row()) == numbers(row(dairy)) == (1000, 0, 0)
    assert budget.settle(key, Usage(300, 50), NOON) == budget.Charged(350, None)
    assert numbers(row()) == numbers(row(dairy)) == (0, 350, 0)
    budget.settle(key, Usage(9000, 50), NOON)  # a second time
    assert numbers(row()) == (0, 350, 0)


def test_without_a_usage_all_is_charged_that_was_reserved(dairy, meera):
    assert budget.settle(take(dairy, meera), None, NOON).tokens == 1000
    assert numbers(row()) == (0, 1000, 0)


def test_what_was_not_called_costs_nothing(dairy, meera):
    budget.release(take(dairy, meera), NOON)
    assert numbers(row()) == numbers(row(dairy)) == (0, 0, 0)


def test_what_is_reserved_cannot_be_reserved_again(dairy, meera):
    keys = [take(dairy, meera) for _ in range(10)]
    assert refusal(dairy, meera) == budget.BUSY
    budget.settle(keys[0], Usage(300, 50), NOON)
    assert refusal(dairy, meera, Worst(1000, 100)) == budget.BUSY
    assert take(dairy, meera, Worst(600, 50))


def test_what_is_used_up_is_noted_and_the_model_is_off_until_the_next_day(dairy, meera):
    for _ in range(10):
        budget.settle(take(dairy, meera), None, NOON)
    assert budget.may_call({dairy.pk}, NOON) == {dairy.pk}  # nobody has been refused yet
    assert refusal(dairy, meera) == budget.USED_UP
    assert row().full_at == NOON
    assert budget.may_call({dairy.pk}, NOON) == set()
    tomorrow = NOON + timedelta(days=1)
    assert budget.may_call({dairy.pk}, tomorrow) == {dairy.pk}
    assert take(dairy, meera, now=tomorrow)


def test_a_limit_that_is_raised_switches_it_on_again(dairy, meera, settings):
    budget.settle(take(dairy, meera, Worst(9000, 1000)), None, NOON)
    assert refusal(dairy, meera) == budget.USED_UP
    settings.AI_DAILY_TOKEN_BUDGET = 20_000
    assert budget.may_call({dairy.pk}, NOON) == {dairy.pk}
    assert take(dairy, meera)
    assert row().most == 20_000


def test_a_prompt_that_is_larger_than_the_budget_is_refused_and_leaves_nothing(dairy, meera):
    assert refusal(dairy, meera, Worst(20_000, 100)) == budget.USED_UP
    assert sum(of.reserved for of in Budget.objects.all()) == 0
    with scopes_disabled():
        assert not Reservation.objects.exists()


def test_a_business_has_its_own_limit_within_the_installations(dairy, masala, meera):
    preferences.change(dairy, actor=None, ai_daily_tokens=1500)
    ravi = contact_of(masala)
    take(dairy, meera)
    assert refusal(dairy, meera) == budget.BUSY
    assert numbers(row()) == (1000, 0, 0)  # what the business refused is not left reserved at the installation
    assert take(masala, ravi)


@pytest.mark.parametrize("change", [{"ai_daily_tokens": 0}, {"ai_calls_per_hour": 0}])
def test_an_owner_switches_it_off(dairy, meera, change):
    preferences.change(dairy, actor=None, **change)
    assert budget.may_call({dairy.pk}, NOON) == set()
    assert refusal(dairy, meera) == budget.OFF


def test_what_was_not_granted_is_off(dairy, masala, meera):
    Business.objects.filter(pk=dairy.pk).update(ai_daily_tokens=0)
    assert budget.may_call({dairy.pk, masala.pk}, NOON) == {masala.pk}
    assert refusal(dairy, meera) == budget.OFF


def test_a_customer_has_so_many_calls_an_hour(dairy, meera, settings):
    settings.AI_MAX_CALLS_PER_USER_PER_HOUR = 3
    budget.release(take(dairy, meera), NOON)  # was none
    for minute in range(3):
        budget.settle(take(dairy, meera, now=NOON + timedelta(minutes=minute)), Usage(10, 1), NOON)
    assert refusal(dairy, meera, now=NOON + timedelta(minutes=5)) == budget.TOO_MANY
    assert numbers(row()) == (0, 33, 0)
    assert take(dairy, contact_of(dairy, "Ravi"), now=NOON + timedelta(minutes=5))
    assert take(dairy, meera, now=NOON + timedelta(hours=1, seconds=1))


def test_days_begin_at_midnight_here_and_in_utc_for_the_installation(dairy, meera):
    late = datetime(2026, 11, 25, 19, tzinfo=UTC)  # half past midnight in India
    key = take(dairy, meera, now=late)
    assert row().starts_on == date(2026, 11, 25)
    assert row(dairy).starts_on == date(2026, 11, 26)
    after = late + timedelta(hours=6)
    budget.settle(key, Usage(10, 1), after)  # charged to the day on which it began
    assert numbers(row(day=date(2026, 11, 25))) == (0, 11, 0)


def test_a_flushed_valkey_resets_nothing(dairy, meera, empty_cache):
    from django.core.cache import cache

    budget.settle(take(dairy, meera, Worst(9000, 1000)), None, NOON)
    cache.delete_pattern("*")
    assert refusal(dairy, meera) == budget.USED_UP


# --- what the provider says ----------------------------------------------------------------------------------------------------


def test_a_usage_beyond_the_reservation_is_recorded_in_full_and_the_model_is_off(dairy, masala, meera, alice):
    charged = budget.settle(take(dairy, meera), Usage(5000, 100), NOON)
    assert (charged.tokens, charged.over) == (5100, 4100)
    assert numbers(row()) == numbers(row(dairy)) == (0, 5100, 4100)
    assert budget.may_call({dairy.pk, masala.pk}, NOON) == set()
    assert refusal(dairy, meera) == budget.OFF
    assert budget.switch_on(row(), actor=alice)
    assert budget.may_call({dairy.pk, masala.pk}, NOON) == {dairy.pk, masala.pk}
    assert take(dairy, meera)
    assert AuditEvent.objects.get(action="budget.on").actor == alice


# --- money ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def priced(settings):
    settings.AI_MONTHLY_MONEY_CAP = Decimal("0.01")
    Price.objects.create(model="m", valid_from="2026-01-01", per_million_in=9, per_million_out=99)
    return Price.objects.create(model="m", valid_from="2026-11-01", per_million_in=1, per_million_out=2)


def test_a_call_costs_what_the_table_says_of_its_day(dairy, meera, priced):
    charged = budget.settle(take(dairy, meera), Usage(300, 50), NOON)
    assert budget.as_money(charged.money) == Decimal("0.0004")
    assert numbers(row(kind="money")) == (0, 400, 0)
    assert row(kind="money").starts_on == date(2026, 11, 1)
    assert budget.cost_of(budget.price_of("m", date(2026, 10, 31)), Usage(1, 1)) == 108
    assert budget.price_of("m", date(2025, 1, 1)) is None


def test_the_months_cap_holds_before_the_days_tokens_do(dairy, meera, priced, settings):
    settings.AI_DAILY_TOKEN_BUDGET = 10**9
    for _ in range(9):
        budget.settle(take(dairy, meera), None, NOON)  # 1,100 millionths each
    assert numbers(row(kind="money")) == (0, 9900, 0)
    assert refusal(dairy, meera) == budget.USED_UP
    assert numbers(row()) == (0, 9000, 0)
    assert budget.may_call({dairy.pk}, NOON) == set()
    assert budget.may_call({dairy.pk}, NOON + timedelta(days=10)) == {dairy.pk}


def test_without_a_price_there_is_no_model_below_a_cap(dairy, meera, settings):
    settings.AI_MONTHLY_MONEY_CAP = Decimal(5)
    assert budget.may_call({dairy.pk}, NOON) == set()
    assert refusal(dairy, meera) == budget.NOT_SET


def test_a_price_of_zero_is_a_price(dairy, meera, settings):
    settings.AI_MONTHLY_MONEY_CAP = Decimal(5)
    Price.objects.create(model="m", valid_from="2026-01-01", per_million_in=0, per_million_out=0)
    assert budget.settle(take(dairy, meera), None, NOON).money == 0


# --- workers that end ----------------------------------------------------------------------------------------------------------


def test_a_reservation_that_nobody_settles_is_charged_as_it_stands(dairy, meera):
    key = take(dairy, meera)
    assert budget.expire(NOON + timedelta(seconds=60)) == 0  # it may still be called
    assert budget.expire(NOON + timedelta(minutes=5)) == 1
    assert numbers(row()) == numbers(row(dairy)) == (0, 1000, 0)
    assert budget.expire(NOON + timedelta(minutes=6)) == 0
    budget.settle(key, Usage(300, 50), NOON + timedelta(minutes=7))  # it was only slow
    assert numbers(row()) == numbers(row(dairy)) == (0, 350, 0)
    assert row().calls == 1


def test_calls_are_forgotten_after_a_month_and_budgets_are_not(dairy, meera):
    budget.settle(take(dairy, meera), None, NOON)
    assert budget.prune(NOON + timedelta(days=29)) == 0
    assert budget.prune(NOON + timedelta(days=31)) == 1
    assert row().used == 1000


# --- who is told ---------------------------------------------------------------------------------------------------------------


def test_owners_are_told_once_of_each_step(dairy, meera, alice):
    def told():
        return {(of.budget.business_id, of.level) for of in budget.news(NOON)}

    preferences.change(dairy, actor=None, ai_daily_tokens=1250)
    assert told() == set()
    budget.settle(take(dairy, meera), None, NOON)
    assert told() == {(dairy.pk, 80)}
    assert told() == set()
    assert refusal(dairy, meera) == budget.USED_UP
    assert told() == {(dairy.pk, 100)}
    budget.settle(take(dairy, meera, Worst(100, 50)), Usage(50_000, 1), NOON)
    assert told() == {(None, 0)}  # the installation's: it was switched off
    assert told() == set()
    assert list(budget.owners(row(dairy))) == [alice]


# --- all at once ---------------------------------------------------------------------------------------------------------------

PROCESSES, EACH = 5, 40
DOOMED = (1, 3)  # of the processes: killed in mid-work
SERVED = 10  # the call that costs too much, of those processes that live


class Moody:
    """A slow provider that tells a random usage, or none, and fails in every way. The first call of each doomed process it never
    answers. ``much``: once it tells far more than a call can use.
    """

    def __init__(self, server, seed: int, *, much: bool):
        self.server, self.draw, self.much = server, random.Random(seed), much
        self.hung: set[int] = set()
        self.served = 0
        self.lock = threading.Lock()

    def __call__(self, request) -> Answer:
        content = request["json"]["messages"][-1]["content"]
        process = int(json.loads(content)["new_messages"][0].split()[-1]) // EACH
        with self.lock:
            hangs = process in DOOMED and process not in self.hung
            self.hung |= {process} if hangs else set()
            self.served += process not in DOOMED
            much = self.much and process not in DOOMED and self.served == SERVED
            kind = self.draw.choices(["usage", "none", "fails", "cut", "many", "empty"], [60, 10, 8, 6, 8, 7])[0]
            wait, tokens = self.draw.random() * 0.3, self.draw.randint(100, 6000)
        self.server.over.wait(600 if hangs else wait)
        sent = len(json.dumps(request["json"]["messages"], ensure_ascii=False).encode())
        usage = {"prompt_tokens": 150_000 if much else min(tokens, sent), "completion_tokens": 40}
        if much:
            return chat(said("Happy to help."), usage=usage)
        match kind:
            case "fails":
                return Answer(503, b"")
            case "many":
                return Answer(429, b"{}")
            case "cut":
                return Answer(act=hang_up)
        return chat("" if kind == "empty" else said("Happy to help."), usage={} if kind == "none" else usage)


@pytest.mark.slow
@pytest.mark.timeout(500)  # five processes start, and the machine may be busy
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("much", [False, True], ids=["as reserved", "more than reserved"])
def test_two_hundred_conversations_at_once_never_pass_the_budget(dairy, masala, settings, much):
    """In real processes, of which some are killed with calls in hand."""
    shops = [dairy, masala]
    people = [contact_of(shops[place % 2], f"Customer {place}") for place in range(PROCESSES * EACH)]
    with openai_at(settings) as server:
        settings.AI_DAILY_TOKEN_BUDGET = 500_000
        preferences.change(dairy, actor=None, ai_daily_tokens=200_000)
        server.usual = mood = Moody(server, 7, much=much)
        asks = [(str(shops[place % 2].pk), str(person), place) for place, person in enumerate(people)]
        workers = [
            _worker(asks[place * EACH : (place + 1) * EACH], server.url, budget=500_000) for place in range(PROCESSES)
        ]
        ends = _played(workers, mood)

    assert not [end for end in ends if end.startswith("failed")]
    assert "said" in ends
    with scopes_disabled():
        lost = Reservation.objects.filter(state=Reservation.State.OPEN).count()
        assert budget.expire(timezone.now() + timedelta(minutes=5)) == lost >= 1
        rows = list(Reservation.objects.all())
    budgets = list(Budget.objects.all())
    assert {of.reserved for of in budgets} == {0}
    assert not [of for of in rows if of.state == Reservation.State.OPEN]
    for of in budgets:
        assert of.used <= of.most + of.over, (of.business_id, of.used, of.most, of.over)
    whole = next(of for of in budgets if of.business_id is None)
    assert whole.used == sum(of.charged for of in rows)
    assert whole.over == sum(max(of.charged - of.tokens, 0) for of in rows)
    assert sum(of.used for of in budgets if of.business_id) == whole.used
    assert (whole.over > 0, whole.off_at is not None) == (much, much)
    if much:
        assert budget.may_call({dairy.pk, masala.pk}, timezone.now()) == set()


def _played(workers: list[Child], mood: Moody) -> list[str]:
    """How the conversations of those ended that were not killed. Each doomed one dies as soon as it has a call in hand; they begin, so
    that the others cannot have used up everything before.
    """
    doomed = {place: workers[place] for place in DOOMED}
    others = [worker for worker in workers if worker not in doomed.values()]
    try:
        for worker in workers:
            assert worker.told() == "ready"
        for worker in doomed.values():
            worker.pipe.send("go")
        while not mood.hung:
            assert all(worker.is_alive for worker in workers)
            mood.server.over.wait(0.02)
        for worker in others:
            worker.pipe.send("go")
        while doomed and any(worker.is_alive for worker in others):
            for place in mood.hung & doomed.keys():
                doomed.pop(place).kill()
            mood.server.over.wait(0.02)
        return [end for worker in others for end in worker.told()]
    finally:
        for worker in workers:
            worker.kill()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_while_the_model_thinks_leaves_nothing_reserved(dairy, settings):
    meera = contact_of(dairy)
    with openai_at(settings) as server:
        server.usual = lambda request: server.over.wait(60) and chat(said("Never heard."))
        worker = _worker([(str(dairy.pk), str(meera), 0)], server.url, budget=100_000)
        try:
            assert worker.told() == "ready"
            worker.pipe.send("go")
            while not server.requests:
                assert worker.is_alive
                server.over.wait(0.05)
            assert row().reserved > 0
        finally:
            worker.kill()
    reserved = row().reserved
    assert budget.expire(timezone.now() + timedelta(minutes=5)) == 1
    assert numbers(row()) == numbers(row(dairy)) == (0, reserved, 0)


def _worker(asks: list[tuple[str, str, int]], url: str, *, budget: int) -> Child:
    """A process that asks the model for these conversations at once, after a word of ours."""
    given = {
        "AI_BASE_URL": url,
        "AI_MODEL": "m",
        "AI_API_KEY": "k",
        "AI_DAILY_TOKEN_BUDGET": budget,
        "AI_MAX_CALLS_PER_USER_PER_HOUR": 1000,
    }
    return Child(converse, asks, given=given)
