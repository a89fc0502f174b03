"""How much of the language model a business may use: the installation's limits, the grant of its owner (Business), and
what the business's own owner has set tighter (Settings)."""

from dataclasses import dataclass

from django.conf import settings

from .models import Business, Settings


@dataclass(frozen=True, slots=True)
class Allowance:
    """What holds, and the most that the business's owner may set. 0 daily tokens: the model is off."""

    daily_tokens: int
    calls_per_hour: int  # of one customer
    most_daily_tokens: int
    most_calls_per_hour: int


def limits_of(business: Business) -> Allowance:
    """Read from the database, in one statement."""
    granted, tokens, calls = (
        Settings._base_manager.filter(business=business)
        .values_list("business__ai_daily_tokens", "ai_daily_tokens", "ai_calls_per_hour")
        .get()
    )
    most = _least(settings.AI_DAILY_TOKEN_BUDGET, granted)
    most_calls = settings.AI_MAX_CALLS_PER_USER_PER_HOUR
    return Allowance(_least(most, tokens), _least(most_calls, calls), most, most_calls)


def _least(most: int, wanted: int | None) -> int:
    return most if wanted is None else min(most, wanted)
