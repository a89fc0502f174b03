"""Try it: a conversation that somebody has with their own bot. One row for each person; nothing is sent, no contact and no lead is made.

The web process asks the rules, as it holds them anyway (``say``). What is left to a tier above them waits in the row for the worker of
the queue `bot`, which holds the model that finds answers (``work``); the page looks at the row until the answer is there. A call of
the language model is a real one, and counts.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from accounts.errors import DomainError
from accounts.models import Business, User
from conversations import wake

from . import answering, made_up, standing, tiers, turns
from .answering import Decision, Taken
from .made_up import News
from .models import Trial, Turn
from .rules import shop_of

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=45)  # then another worker takes it: longer than a model may take
GIVE_UP = timedelta(seconds=90)  # then nobody waits for it any more
LEFT_OUT, PROMISED = "left_out", "promised"  # why the model was not asked, beside standing's


def of(business: Business, user: User) -> Trial | None:
    return Trial.objects.filter(business=business, user=user).first()


def is_thinking(trial: Trial | None, now: datetime) -> bool:
    return trial is not None and trial.waiting_since is not None and trial.waiting_since > now - GIVE_UP


def say(
    business: Business,
    user: User,
    *,
    text: str = "",
    tap: str = "",
    said_at: datetime,
    with_model: bool,
    now: datetime,
    above: tiers.Tiers | None = None,
) -> Trial:
    """A message of the made-up customer's, written at ``said_at``; ``tap``: the id of a button of the bot's. Raises DomainError:
    thinking (409), too_long (409), no_button (400).
    """
    with transaction.atomic():
        trial = _held(business, user, now)
        if is_thinking(trial, now):
            raise DomainError("thinking", _("The bot is still thinking."), status=409)
        if len(trial.lines) >= made_up.MOST_LINES:
            raise DomainError("too_long", _("This conversation is long enough. Start over."), status=409)
        trial.said_at, trial.with_model = said_at, with_model
        trial.lines.append(_line(business, trial, text, tap))
        _ask_the_rules(trial, above or tiers.INSTALLED, now)
        trial.touched_at = now
        trial.save()
    if trial.waiting_since is not None:
        wake_up()
    return trial


def start_over(business: Business, user: User) -> None:
    """An answer that is on its way finds nothing any more."""
    Trial.objects.filter(business=business, user=user).delete()


def _held(business: Business, user: User, now: datetime) -> Trial:
    fresh = {"said_at": now, "touched_at": now}
    Trial.objects.get_or_create(business=business, user=user, defaults=fresh)
    return Trial.objects.select_for_update().get(business=business, user=user)


def _line(business: Business, trial: Trial, text: str, tap: str) -> dict:
    if tap:
        text = made_up.taps_of(trial.lines).get(tap, "")
        if not text:
            raise DomainError("no_button", _("There is no such button."), status=400)
    return made_up.said(shop_of(business.pk), text, tap, trial.said_at)


def _ask_the_rules(trial: Trial, above: tiers.Tiers, now: datetime) -> None:
    """Their answer is noted; or the row waits for the worker."""
    there = tiers.above({trial.business_id}, _chosen(trial, above))
    news = made_up.by_rules(trial, shop_of(trial.business_id), trial.said_at, there)
    if any(line.get("name") == "fallback" for line in news.lines):
        news.happened("no_model", _why_no_model(trial, now))
    _add(trial, news)
    trial.waiting_since, trial.ticket, trial.taken_at = (now, uuid4(), None) if news.is_due else (None, None, None)


def _chosen(trial: Trial, above: tiers.Tiers) -> tiers.Tiers:
    return above if trial.with_model else replace(above, model=None)


def _why_no_model(trial: Trial, now: datetime) -> str:
    if not trial.with_model:
        return LEFT_OUT
    state = standing.of(Business.objects.get(pk=trial.business_id), now).state
    return PROMISED if state == standing.ON else state


def _add(trial: Trial, news: News) -> None:
    trial.lines.extend(news.lines)
    trial.state |= news.state


# --- the worker ----------------------------------------------------------------------------------------------------------------


def wake_up() -> bool:
    return wake.wake("trials")


def has_work(now: datetime) -> bool:
    with scopes_disabled():
        return _waiting(now).exists()


def work(
    *,
    above: tiers.Tiers | None = None,
    clock: Callable[[], datetime] = timezone.now,
    spawn: turns.Spawn | None = None,
) -> int:
    """Answer the trials that wait; returns how many. Calls of the model go on in threads of their own. Raises the database's errors."""
    total = 0
    with scopes_disabled():
        while (trial := _take(clock())) is not None:
            _guarded(
                trial, lambda trial=trial: _answer(trial, above or tiers.INSTALLED, spawn or turns.in_a_thread, clock)
            )
            total += 1
    return total


def _waiting(now: datetime):
    """Not those that a worker has in hand."""
    waiting = Trial.objects.filter(waiting_since__gt=now - GIVE_UP)
    return waiting.exclude(taken_at__gt=now - LEASE)


def _take(now: datetime) -> Trial | None:
    with transaction.atomic():
        trial = _waiting(now).select_for_update(skip_locked=True, of=("self",)).order_by("waiting_since").first()
        if trial is not None:
            trial.taken_at = now
            trial.save(update_fields=["taken_at"])
        return trial


def _answer(trial: Trial, above: tiers.Tiers, spawn: turns.Spawn, clock: Callable[[], datetime]) -> None:
    """In the order of a real turn (turns.py), but that nothing waits until the customer is quiet."""
    above = _chosen(trial, above)
    one = made_up.taken(trial, clock())
    looked = answering.look([one], above).get(one.id, answering.Looked())
    decision = answering.at_once(one, looked, above, trial.said_at) or answering.when_quiet(one, looked, above)
    if decision is not None:
        _write(trial, _news(trial, one, decision, clock()))
    else:
        spawn(lambda: _guarded(trial, lambda: _call(trial, one, looked, above, clock)))


def _call(
    trial: Trial, one: Taken, looked: answering.Looked, above: tiers.Tiers, clock: Callable[[], datetime]
) -> None:
    with scopes_disabled():
        business = Business.objects.get(pk=trial.business_id)
        before = standing.of(business, clock())
        decision = answering.by_model(one, looked, above, trial.said_at)
        after = standing.of(business, clock())
        news = _news(trial, one, decision, clock())
        news.happened("tokens", before=before.used, after=after.used, most=after.most)
        _write(trial, news)


def _news(trial: Trial, one: Taken, decision: Decision, now: datetime) -> News:
    news = made_up.by_tiers(trial, one, decision)
    if decision.tier == Turn.Tier.FALLBACK:
        why = PROMISED if one.waits and trial.with_model else _why_no_model(trial, now)
        news.happened("no_model", why)
    return news


def _write(trial: Trial, news: News) -> None:
    """Unless somebody has started over meanwhile."""
    with transaction.atomic():
        held = Trial.objects.select_for_update().filter(pk=trial.pk, ticket=trial.ticket).first()
        if held is None:
            return
        _add(held, news)
        held.waiting_since = held.ticket = held.taken_at = None
        held.save(update_fields=["lines", "state", "waiting_since", "ticket", "taken_at"])


def _guarded(trial: Trial, act: Callable[[], None]) -> None:
    """What fails is told on the page, by its kind alone."""
    try:
        act()
    except (InterfaceError, OperationalError) as error:
        connection.close()
        log.warning("trial_left", trial=str(trial.pk), error=type(error).__name__)
    except Exception as error:  # noqa: BLE001 - its text may hold what somebody has written: it stays out of the log
        log.error("trial_failed", trial=str(trial.pk), error=type(error).__name__)
        news = News()
        news.happened("failed", type(error).__name__)
        with scopes_disabled():
            _write(trial, news)


def prune(now: datetime) -> int:
    """Forget what nobody has touched for Trial.KEPT. Returns how many."""
    with scopes_disabled():
        old = Trial.objects.filter(touched_at__lt=now - Trial.KEPT)
        return old.delete()[0]
