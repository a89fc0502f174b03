"""Times, spans, phone numbers and names as people read them, in the active language and time zone."""

from datetime import datetime, timedelta

import phonenumbers
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


def ago(at: datetime, now: datetime) -> str:
    """Near times relative, far ones as a date: "now", "3 min", "5 h", "21 Nov", "21 Nov 2024"."""
    passed = now - at
    if passed < timedelta(minutes=1):
        return _("now")
    if passed < timedelta(hours=24):
        return _short(passed)
    day = timezone.localtime(at)
    return date_format(day, "j M" if day.year == timezone.localtime(now).year else "j M Y")


def span(length: timedelta) -> str:
    """How long: "2 days", "3 h 12 min", "12 min", "less than a minute"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return _("less than a minute")
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return _("%(days)s days") % {"days": hours // 24}
    if not hours:
        return _("%(minutes)s min") % {"minutes": minutes}
    if not minutes:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}


def _short(passed: timedelta) -> str:
    minutes = int(passed.total_seconds() // 60)
    if minutes < 60:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(hours)s h") % {"hours": minutes // 60}


def clock(at: datetime) -> str:
    return date_format(timezone.localtime(at), "H:i")


def day(at: datetime, now: datetime) -> str:
    """The day as a thread's day line says it: "Today", "Yesterday", "Friday, 21 November"."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    days = (today.date() - local.date()).days
    if days == 0:
        return _("Today")
    if days == 1:
        return _("Yesterday")
    return date_format(local, "l, j F" if local.year == today.year else "l, j F Y")


def moment(at: datetime) -> str:
    """The full time: "21 Nov 2025, 14:05"."""
    return date_format(timezone.localtime(at), "j M Y, H:i")


def day_of(at: datetime) -> str:
    """The date alone: "21 Nov 2025"."""
    return date_format(timezone.localtime(at), "j M Y")


def time_tag(at: datetime | None, now: datetime) -> SafeString | str:
    """``ago`` for a page, with the full time on hovering; empty where there is none."""
    if at is None:
        return ""
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), moment(at), ago(at, now))


def phone(digits: str) -> str:
    """A phone number in groups: "+91 98765 00001". What is no valid number keeps its digits."""
    if not digits:
        return ""
    try:
        parsed = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return f"+{digits}"
    if not phonenumbers.is_possible_number(parsed):
        return f"+{digits}"
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def initials(name: str) -> str:
    """At most two letters for an avatar; "#" where the name has none (a phone number)."""
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "#"
