"""How Meta says that a number and its account are: quality, limits, the display name, warnings, and bans.

Events come late and in any order, so each aspect keeps the time of its last news (WhatsAppNumber.health_times) and an
older one changes nothing. A ban stops the numbers as an error on sending does; it is lifted by Meta's own word, or by
the owner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db.models import QuerySet
from django_scopes import scopes_disabled

from . import audit
from .models import WhatsAppNumber

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """What Meta says of one number, or of all of a WABA. An empty field says nothing of that aspect.

    ``phone_number_id``, else ``display`` (digits), else every number of ``waba_id`` is meant. A ban is the account's,
    whichever number it names.
    """

    business_id: UUID
    at: datetime
    waba_id: str = ""
    phone_number_id: str = ""
    display: str = ""
    stops: bool | None = None
    quality: str = ""
    messaging_limit: str = ""
    name: str = ""
    name_decision: str = ""
    warning: str = ""


def note_many(news: Sequence[News]) -> None:
    """Bring the numbers up to date, in the caller's transaction."""
    with scopes_disabled():  # every query names the business
        for one in news:
            for number in _meant(one):
                _note(number, one)


def _meant(news: News) -> list[WhatsAppNumber]:
    mine = WhatsAppNumber.objects.filter(business=news.business_id)
    if news.phone_number_id:
        return _locked(mine.filter(phone_number_id=news.phone_number_id))
    of_account = _locked(mine.filter(waba_id=news.waba_id)) if news.waba_id else []
    named = [n for n in of_account if _digits(n.display_phone_number) == news.display] if news.display else []
    if named or not news.display or news.stops is not None:
        return named or of_account
    return [
        n for n in of_account if not n.display_phone_number
    ]  # else it is another one of the account, not connected here


def _locked(numbers: QuerySet) -> list[WhatsAppNumber]:
    return list(numbers.select_for_update(no_key=True).order_by("pk"))


def _note(number: WhatsAppNumber, news: News) -> None:
    changed: dict = {}
    known = dict(number.health_times)
    if _is_news(number, "quality", news.quality, news.at):
        changed["quality"] = news.quality[:20]
    if _is_news(number, "limit", news.messaging_limit, news.at):
        changed["messaging_limit"] = news.messaging_limit[:40]
    if _is_news(number, "name", news.name_decision, news.at):
        changed["name_decision"] = news.name_decision[:20]
        if news.name_decision == "APPROVED" and news.name:
            changed["verified_name"] = news.name[:100]
    if _is_news(number, "warning", news.warning, news.at):
        changed |= {"warning": news.warning[:300], "warned_at": news.at}
    if news.stops is not None and _is_news(number, "stops", "said", news.at):
        changed |= _stop(number, news) if news.stops else _go_on(number)
    if changed or number.health_times != known:  # what changes nothing now still makes older news old
        for name, value in changed.items():
            setattr(number, name, value)
        number.save(update_fields=[*changed, "health_times", "updated_at"])


def _is_news(number: WhatsAppNumber, aspect: str, value: str, at: datetime) -> bool:
    if not value or number.health_times.get(aspect, "") > at.isoformat():
        return False
    number.health_times[aspect] = at.isoformat()
    return True


def _stop(number: WhatsAppNumber, news: News) -> dict:
    audit.record("number.stopped", business=number.business, actor=None, target=str(number.pk), by="account event")
    log.error("number_stopped_by_account", number=str(number.pk))
    return {
        "stopped_at": number.stopped_at or news.at,
        "stopped_reason": news.warning[:300] or number.stopped_reason,
        "stopped_by_account": True,
    }


def _go_on(number: WhatsAppNumber) -> dict:
    """Only what an account event stopped: a refused token is not mended by a lifted ban."""
    if not number.stopped_by_account:
        return {}
    return {"stopped_at": None, "stopped_reason": "", "stopped_by_account": False}


def _digits(display: str) -> str:
    return "".join(c for c in display if c.isascii() and c.isdigit())
