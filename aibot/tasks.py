"""Celery's doors to the bot: its turns, and what it tidies up. None takes arguments: what is to be done stands in the rows."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from conversations import wake

from . import answers, budget, hits, standing, traces, trials, turns


@shared_task(name="aibot.tasks.answer")
def answer() -> int:
    """Answer what is due. Awake while it runs; a last look after it says that it sleeps, so that no wake-up falls between."""
    wake.stay_awake("bot")
    try:
        total = turns.work()
    finally:
        wake.fall_asleep("bot")
    if turns.has_work(timezone.now()):
        turns.wake_up()
    return total


@shared_task(name="aibot.tasks.answer_trials")
def answer_trials() -> int:
    """Answer who tries the bot. As ``answer``: a last look after it says that it sleeps."""
    wake.stay_awake("trials")
    try:
        total = trials.work()
    finally:
        wake.fall_asleep("trials")
    if trials.has_work(timezone.now()):
        trials.wake_up()
    return total


@shared_task(name="aibot.tasks.sweep")
def sweep() -> None:
    """Start what a lost wake-up forgot, and what a worker had in hand that has died."""
    wake.beat_heart("bot")
    if trials.has_work(timezone.now()):
        answer_trials()
    if turns.has_work(timezone.now()):
        answer()


@shared_task(name="aibot.tasks.keep_books")
def keep_books() -> int:
    """Charge the calls of workers that have ended, forget old ones, tell owners of their budgets. Two at once do no harm."""
    now = timezone.now()
    budget.prune(now)
    standing.tell(now)
    return budget.expire(now)


@shared_task(name="aibot.tasks.prune")
def prune() -> int:
    """Forget old matches of rules, turns and trials, one step; the next beat takes the next one."""
    now = timezone.now()
    with transaction.atomic():
        return hits.prune(now) + traces.prune(now) + trials.prune(now)


@shared_task(name="aibot.tasks.read_examples")
def read_examples() -> int:
    """Make the vectors of examples that are new, one step: in the process that answers, which holds the model."""
    return answers.fill_vectors()
