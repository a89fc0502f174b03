"""What the language model may cost: reserved before a call, settled after it, in PostgreSQL.

    reserve  the worst case of a call, by one conditional UPDATE of each budget: the installation's tokens of the UTC day, the
             business's tokens of its own day, the installation's money of the UTC month. All or none, in one short transaction.
    settle   charge what the provider says was used; what it does not say is charged as reserved.
    expire   a worker that ended never settles: its reservation is charged as it stands.

Charged never passes a limit but by what a provider reports beyond a reservation. That much is recorded in full, and the model is
off for the rest of the installation's day, or until its owner switches it on again. Valkey holds none of this.
"""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django_scopes import scopes_disabled

from accounts import allowance, audit
from accounts.ids import uuid7
from accounts.models import Business, User
from accounts.money import exact
from conversations import sets

from .models import Budget, Price, Reservation

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=90)  # a call and its settling take 25 s at most
KEPT = timedelta(days=30)
MICRO = 1_000_000  # money is counted in millionths
WARN_AT, FULL_AT = 80, 100  # per cent at which the owner is told
NOT_SET, OFF, USED_UP, BUSY, TOO_MANY = "not_set", "off", "used_up", "busy", "too_many_calls"


@dataclass(frozen=True, slots=True)
class Worst:
    """The most that a call can use."""

    tokens_in: int
    tokens_out: int
    minutes: Decimal = Decimal(0)  # of speech

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


@dataclass(frozen=True, slots=True)
class Usage:
    """What the provider says was used."""

    tokens_in: int
    tokens_out: int
    minutes: Decimal = Decimal(0)

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


@dataclass(frozen=True, slots=True)
class Charged:
    tokens: int
    money: int | None  # millionths; None where no price is known
    over: int = 0  # tokens that the provider reported beyond the reservation


class Refused(Exception):
    """The call may not be made. ``reason``: NOT_SET, OFF, USED_UP, BUSY (others' calls have reserved the rest) or TOO_MANY (calls
    of this customer in an hour).
    """

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


# --- one call ------------------------------------------------------------------------------------------------------------------


def reserve(business_id: UUID, contact_id: UUID | None, model: str, worst: Worst, now: datetime) -> UUID:
    """The reservation's id, committed. Raises Refused; nothing is reserved then. No transaction may be open: the call follows.
    ``contact_id`` None: the business's own people try the bot; together they count as one customer.
    """
    business = Business.objects.select_related("settings").get(pk=business_id)
    limits = allowance.limits_of(business)
    price = price_of(model, now.date())
    if settings.AI_MONTHLY_MONEY_CAP is not None and price is None:
        raise Refused(NOT_SET)  # what has no price cannot be kept below a cap
    if limits.daily_tokens <= 0 or limits.calls_per_hour <= 0:
        raise Refused(OFF)
    money = cost_of(price, worst)
    spans = _spans(business, limits.daily_tokens, worst.tokens, money or 0, now)
    try:
        with scopes_disabled(), transaction.atomic(durable=True):
            taken = {(span.business_id, span.kind): _taken(span) for span in spans}
            # Who reserves holds the installation's row by now, so that this count is of all who came before.
            if _calls_in_the_last_hour(business_id, contact_id, now) >= limits.calls_per_hour:
                raise Refused(TOO_MANY)
            return Reservation.objects.create(
                business_id=business_id,
                contact_id=contact_id,
                model=model[:120],
                tokens=worst.tokens,
                money=money or 0,
                of_installation_id=taken[None, Budget.Kind.TOKENS],
                of_business_id=taken[business_id, Budget.Kind.TOKENS],
                of_month_id=taken.get((None, Budget.Kind.MONEY)),
                at=now,
                expires_at=now + LEASE,
            ).pk
    except _NotTaken as error:
        raise Refused(_why_not(error.span, now)) from None


@dataclass(frozen=True, slots=True)
class _Span:
    """A budget that a call is reserved from."""

    business_id: UUID | None
    kind: str
    starts_on: date
    most: int
    amount: int


class _NotTaken(Exception):
    def __init__(self, span: _Span):
        self.span = span
        super().__init__()


def _spans(business: Business, daily_tokens: int, tokens: int, money: int, now: datetime) -> list[_Span]:
    """In the order in which they are locked, by everybody: the installation's first."""
    utc = now.astimezone(UTC).date()
    spans = [_Span(None, Budget.Kind.TOKENS, utc, settings.AI_DAILY_TOKEN_BUDGET, tokens)]
    if settings.AI_MONTHLY_MONEY_CAP is not None:
        cap = int(settings.AI_MONTHLY_MONEY_CAP * MICRO)
        spans.append(_Span(None, Budget.Kind.MONEY, utc.replace(day=1), cap, money))
    today = now.astimezone(business.zone).date()
    return [*spans, _Span(business.pk, Budget.Kind.TOKENS, today, daily_tokens, tokens)]


_BEGIN_SQL = """
    INSERT INTO aibot_budget AS b (id, business_id, kind, starts_on, most, reserved, used, over, calls, told)
    VALUES (%(id)s, %(business)s, %(kind)s, %(starts_on)s, %(most)s, 0, 0, 0, 0, 0)
    ON CONFLICT ON CONSTRAINT budget_of_a_span DO NOTHING
"""
# The one statement that lets a call go ahead: who waits here for another's commit looks at the row as that one has left it.
_RESERVE_SQL = """
    UPDATE aibot_budget SET reserved = reserved + %(amount)s, most = %(most)s
    WHERE business_id IS NOT DISTINCT FROM %(business)s AND kind = %(kind)s AND starts_on = %(starts_on)s
      AND off_at IS NULL AND used + reserved + %(amount)s <= %(most)s
    RETURNING id
"""


def _taken(span: _Span) -> UUID:
    """Raises _NotTaken."""
    of = {"business": span.business_id, "kind": span.kind, "starts_on": span.starts_on, "most": span.most}
    rows = sets.fetch(_RESERVE_SQL, **of, amount=span.amount)
    if not rows:
        sets.run(_BEGIN_SQL, **of, id=uuid7())
        rows = sets.fetch(_RESERVE_SQL, **of, amount=span.amount)
    if not rows:
        raise _NotTaken(span)
    return rows[0].id


def _why_not(span: _Span, now: datetime) -> str:
    """Looked at after the refusal, to say it in words: another call may have ended meanwhile. What is used up is noted, outside of
    the transaction that was rolled back.
    """
    rows = Budget.objects.filter(business=span.business_id, kind=span.kind, starts_on=span.starts_on)
    row = rows.first()
    if row is None:  # the first call of a day is larger than the whole budget
        return USED_UP
    if row.off_at:
        return OFF
    if row.used + span.amount <= span.most:
        return BUSY
    if rows.filter(full_at=None).update(full_at=now):
        log.info("model_budget_used_up", budget=str(row.pk))
    return USED_UP


def _calls_in_the_last_hour(business_id: UUID, contact_id: UUID | None, now: datetime) -> int:
    since = now - timedelta(hours=1)
    rows = Reservation.objects.filter(business=business_id, contact=contact_id, at__gt=since)
    return rows.exclude(state=Reservation.State.RELEASED).count()


def settle(reservation_id: UUID, usage: Usage | None, now: datetime) -> Charged:
    """Charge a call. ``usage`` None: the provider said none, so all that was reserved. Once: a second time changes nothing. One that
    was given up for lost in between is charged by its usage after all.
    """
    state = Reservation.State.ASSUMED if usage is None else Reservation.State.SETTLED
    return _end(reservation_id, state, usage, now)


def release(reservation_id: UUID, now: datetime) -> None:
    """Nothing was called: nothing is charged."""
    _end(reservation_id, Reservation.State.RELEASED, Usage(0, 0), now)


_FINAL = (Reservation.State.SETTLED, Reservation.State.ASSUMED, Reservation.State.RELEASED)


def _end(reservation_id: UUID, state: Reservation.State, usage: Usage | None, now: datetime) -> Charged:
    with transaction.atomic(durable=True), scopes_disabled():
        row = Reservation.objects.select_for_update().get(pk=reservation_id)
        price = price_of(row.model, row.at.date())
        if row.state in _FINAL:
            return Charged(row.charged, row.charged_money if price else None)
        tokens = row.tokens if usage is None else usage.tokens
        # A month's budget that began without a price was reserved 0 of: what has no price then costs 0.
        money = row.money if usage is None else (cost_of(price, usage) or 0)
        over = max(tokens - row.tokens, 0)
        _charge(row, tokens, money, over, now)
        row.state, row.charged, row.charged_money, row.ended_at = state, tokens, money, now
        row.tokens_in, row.tokens_out = (usage.tokens_in, usage.tokens_out) if usage else (None, None)
        row.save(update_fields=["state", "charged", "charged_money", "ended_at", "tokens_in", "tokens_out"])
    if over:
        log.warning("model_usage_over_reservation", reservation=str(reservation_id), over=over)
    return Charged(tokens, money if price else None, over)


def _charge(row: Reservation, tokens: int, money: int, over: int, now: datetime) -> None:
    """Move a reservation from reserved to used, the installation's budget first as in ``reserve``."""
    was_open = row.state == Reservation.State.OPEN
    of_tokens = {"reserved": row.tokens if was_open else 0, "used": tokens - row.charged, "over": over}
    over_money = max(money - row.money, 0)
    _move(row.of_installation_id, calls=was_open, off_at=now if over or over_money else None, **of_tokens)
    if row.of_month_id:
        of_money = {"reserved": row.money if was_open else 0, "used": money - row.charged_money, "over": over_money}
        _move(row.of_month_id, calls=was_open, **of_money)
    _move(row.of_business_id, calls=was_open, **of_tokens)


def _move(budget: UUID, *, reserved: int, used: int, over: int, calls: bool, off_at: datetime | None = None) -> None:
    changes = {
        "reserved": F("reserved") - reserved,
        "used": F("used") + used,
        "over": F("over") + over,
        "calls": F("calls") + int(calls),
    }
    Budget.objects.filter(pk=budget).update(**changes, **({"off_at": off_at} if off_at else {}))


# --- those that nobody settles -------------------------------------------------------------------------------------------------


def expire(now: datetime) -> int:
    """Charge the reservations of workers that have ended as they were reserved: the call may have been made. Returns how many."""
    with scopes_disabled():
        keys = Reservation.objects.filter(state=Reservation.State.OPEN, expires_at__lt=now).order_by("expires_at")
        lost = list(keys.values_list("pk", flat=True)[:500])
    return sum(_lose(key, now) for key in lost)


def _lose(key: UUID, now: datetime) -> bool:
    with transaction.atomic(durable=True), scopes_disabled():
        row = Reservation.objects.select_for_update().get(pk=key)
        if row.state != Reservation.State.OPEN:
            return False  # it was settled at this moment
        _charge(row, row.tokens, row.money, 0, now)
        row.state, row.charged, row.charged_money, row.ended_at = Reservation.State.LOST, row.tokens, row.money, now
        row.save(update_fields=["state", "charged", "charged_money", "ended_at"])
    return True


def prune(now: datetime) -> int:
    """Delete calls older than KEPT; the budgets, which hold no customer's data, stay. Returns how many."""
    with scopes_disabled():
        old = Reservation.objects.filter(at__lt=now - KEPT).exclude(state=Reservation.State.OPEN)
        return old._raw_delete(old.db)


# --- what may be asked of it ---------------------------------------------------------------------------------------------------


def is_set() -> bool:
    """Whether the installation has a model at all."""
    return bool(settings.AI_BASE_URL and settings.AI_MODEL and settings.AI_API_KEY)


_MAY_SQL = """
    SELECT b.id FROM accounts_business b JOIN accounts_settings s ON s.business_id = b.id
    WHERE b.id = ANY(%(ids)s) AND b.active
      AND least(%(budget)s, b.ai_daily_tokens, s.ai_daily_tokens) > 0
      AND least(%(calls)s, s.ai_calls_per_hour) > 0
      AND NOT EXISTS (
          SELECT FROM aibot_budget u
          WHERE (u.business_id IS NULL AND u.starts_on = CASE u.kind WHEN 'money' THEN %(month)s::date ELSE %(today)s::date END
                 OR u.business_id = b.id AND u.starts_on = (%(now)s AT TIME ZONE b.time_zone)::date)
            AND (u.off_at IS NOT NULL OR u.full_at IS NOT NULL AND u.most >= CASE
                WHEN u.business_id IS NOT NULL THEN least(%(budget)s, b.ai_daily_tokens, s.ai_daily_tokens)
                WHEN u.kind = 'money' THEN %(cap)s ELSE %(budget)s END)
      )
"""


def may_call(business_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """The businesses whose model is on and whose budget is not used up. One statement. A limit that was raised since lets it go on."""
    if not business_ids or not is_set() or not _is_priced(now.date()):
        return set()
    utc = now.astimezone(UTC).date()
    cap = settings.AI_MONTHLY_MONEY_CAP
    rows = sets.fetch(
        _MAY_SQL,
        ids=list(business_ids),
        budget=settings.AI_DAILY_TOKEN_BUDGET,
        calls=settings.AI_MAX_CALLS_PER_USER_PER_HOUR,
        cap=0 if cap is None else int(cap * MICRO),
        today=utc,
        month=utc.replace(day=1),
        now=now,
    )
    return {row.id for row in rows}


def _is_priced(day: date) -> bool:
    return settings.AI_MONTHLY_MONEY_CAP is None or price_of(settings.AI_MODEL, day) is not None


def today(business: Business | None, now: datetime) -> Budget | None:
    """The tokens of the day that is now, of a business or of the installation; None where nothing was called yet."""
    day = now.astimezone(business.zone if business else UTC).date()
    return Budget.objects.filter(business=business, kind=Budget.Kind.TOKENS, starts_on=day).first()


def month(now: datetime) -> Budget | None:
    """The money of the month that is now."""
    return Budget.objects.filter(business=None, kind=Budget.Kind.MONEY, starts_on=_first(now)).first()


def _first(now: datetime) -> date:
    return now.astimezone(UTC).date().replace(day=1)


def switch_on(budget: Budget, *, actor: User) -> bool:
    """After a provider reported more than was reserved. False where it was on."""
    with transaction.atomic():
        done = Budget.objects.filter(pk=budget.pk, off_at__isnull=False).update(off_at=None)
        if done:
            audit.record("budget.on", business=budget.business, actor=actor, target=str(budget.pk))
    return bool(done)


# --- money ---------------------------------------------------------------------------------------------------------------------


def price_of(model: str, day: date) -> Price | None:
    """The price that holds on a day."""
    return Price.objects.filter(model=model, valid_from__lte=day).order_by("-valid_from").first()


def cost_of(price: Price | None, of: Worst | Usage) -> int | None:
    """In millionths of the table's currency, rounded up; None without a price. A million tokens at 1 cost a million millionths."""
    if price is None:
        return None
    tokens = of.tokens_in * price.per_million_in + of.tokens_out * price.per_million_out
    return math.ceil(tokens + of.minutes * price.per_minute * MICRO)


def as_money(money: int | None) -> Decimal | None:
    """In the table's currency; None where no price is known."""
    return None if money is None else Decimal(money) / MICRO


def shown(cost: Decimal | None) -> str:
    """What a call costs, as people read it; "" where no price is known."""
    return "" if cost is None else exact(cost, settings.AI_CURRENCY)


# --- who is to be told ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class News:
    """A budget of which its owner is to be told: 80, 100 (per cent used), or 0 where the model was switched off."""

    budget: Budget
    level: int


def news(now: datetime) -> list[News]:
    """What the owners are to be told, each once: the row is marked, and committed, before anybody is. Of the spans that are on now."""
    since = now.astimezone(UTC).date() - timedelta(days=1)
    now_on = Q(kind=Budget.Kind.TOKENS, starts_on__gte=since) | Q(kind=Budget.Kind.MONEY, starts_on=_first(now))
    telling = Q(off_at__isnull=False) | Q(full_at__isnull=False) | Q(used__gte=F("most") * WARN_AT / 100)
    rows = Budget.objects.filter(now_on, telling, told__lt=_OFF_TOLD).select_related("business")
    return [News(row, level) for row in rows if (level := _level(row)) is not None and _mark(row, level)]


_OFF_TOLD = 101  # beside the per cents: nothing more is told of it


def _level(row: Budget) -> int | None:
    if row.off_at:
        return 0
    per_cent = row.used * 100 // row.most if row.most else 0
    if row.told < FULL_AT and (row.full_at or per_cent >= FULL_AT):
        return FULL_AT
    return WARN_AT if row.told < WARN_AT and per_cent >= WARN_AT else None


def _mark(row: Budget, level: int) -> bool:
    """False: another beat tells of it."""
    return bool(Budget.objects.filter(pk=row.pk, told=row.told).update(told=level or _OFF_TOLD))


def owners(budget: Budget) -> Iterable[User]:
    """Who is told: the business's owners, or the installation's."""
    if budget.business_id is None:
        return User.objects.filter(is_superuser=True, is_active=True)
    return User.objects.filter(
        memberships__business=budget.business_id, memberships__role="owner", is_active=True
    ).distinct()
