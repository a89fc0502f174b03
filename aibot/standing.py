"""How it stands with a business's language model now: for the first page, the doctor and the mail to its owner."""

from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from django.conf import settings
from django.utils import translation

from accounts import allowance, mail
from accounts.models import Business

from . import budget

log = structlog.get_logger(__name__)

NO_KEY, NO_PRICE, NOT_GRANTED, OFF, USED_UP, ON = "no_key", "no_price", "not_granted", "off", "used_up", "on"


@dataclass(frozen=True, slots=True)
class Standing:
    state: str
    used: int = 0  # tokens of the business's day
    most: int = 0

    @property
    def per_cent(self) -> int:
        return self.used * 100 // self.most if self.most else 0


def of_installation(now: datetime) -> str:
    """NO_KEY, NO_PRICE (below a money cap), OFF, USED_UP or ON."""
    if not budget.is_set():
        return NO_KEY
    if (
        settings.AI_MONTHLY_MONEY_CAP is not None
        and budget.price_of(settings.AI_MODEL, now.astimezone(UTC).date()) is None
    ):
        return NO_PRICE
    rows = [row for row in (budget.today(None, now), budget.month(now)) if row]
    if any(row.off_at for row in rows):
        return OFF
    return USED_UP if any(row.full_at for row in rows) else ON


def of(business: Business, now: datetime) -> Standing:
    state = of_installation(now)
    limits = allowance.limits_of(business)
    row = budget.today(business, now)
    used = row.used if row else 0
    if state == ON and (limits.daily_tokens <= 0 or limits.calls_per_hour <= 0):
        state = NOT_GRANTED
    if state == ON and business.pk not in budget.may_call({business.pk}, now):
        state = USED_UP
    return Standing(state, used, limits.daily_tokens)


def tell(now: datetime) -> int:
    """Mail the owners what they should know of their budgets: each once. Returns of how many budgets."""
    news = budget.news(now)
    for one in news:
        log.info("model_budget_news", budget=str(one.budget.pk), level=one.level)
        for owner in budget.owners(one.budget):
            with translation.override(_language(one.budget.business)):
                mail.model_budget(owner, one.budget.business, one.level)
    return len(news)


def _language(business: Business | None) -> str:
    return "hi" if business and business.language == "hi" else "en"
