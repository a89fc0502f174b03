"""Is the shop open, and when does it open next? Opening hours are Settings.hours, in the business's own time zone;
``holidays`` are dates ("2027-01-26") on which it is closed all day.
"""

from collections.abc import Collection
from datetime import datetime, time, timedelta

from accounts.models import DAYS

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "hi": ("सोमवार", "मंगलवार", "बुधवार", "गुरुवार", "शुक्रवार", "शनिवार", "रविवार"),
    "hi-Latn": ("Somvar", "Mangalvar", "Budhvar", "Guruvar", "Shukravar", "Shanivar", "Ravivar"),
}
_SAYS = {  # now, today, tomorrow, later: on a weekday within the week, then on a date
    "en": ("now", "today at {}", "tomorrow at {}", "on {} at {}"),
    "hi": ("अभी", "आज {} बजे", "कल {} बजे", "{} को {} बजे"),
    "hi-Latn": ("abhi", "aaj {} baje", "kal {} baje", "{} ko {} baje"),
}
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTHS = {
    "en": _ENGLISH_MONTHS,
    "hi": ("जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"),
    "hi-Latn": _ENGLISH_MONTHS,
}
_LOOK_AHEAD = 370  # days: holidays may cover weeks


def is_open(hours: dict, at: datetime, holidays: Collection[str] = ()) -> bool:
    """``at`` is a local time. The minute of closing is closed. Hours that name no day at all are always open, but on
    holidays.
    """
    if at.date().isoformat() in holidays:
        return False
    if not any(hours.values()):
        return True
    return any(_of(start) <= at.time() < _of(end) for start, end in hours.get(DAYS[at.weekday()]) or [])


def next_opening(hours: dict, at: datetime, holidays: Collection[str] = ()) -> datetime | None:
    """The next time of opening after a local time; None where the shop never opens, or is always open."""
    always = not any(hours.values())
    if always and at.date().isoformat() not in holidays:
        return None
    for days in range(_LOOK_AHEAD):
        day = at + timedelta(days=days)
        if day.date().isoformat() in holidays:
            continue
        for start, _ in [("00:00", "")] if always else hours.get(DAYS[day.weekday()]) or []:
            opening = datetime.combine(day.date(), _of(start), tzinfo=at.tzinfo)
            if opening > at:
                return opening
    return None


def opens(hours: dict, at: datetime, language: str, holidays: Collection[str] = ()) -> str:
    """When somebody is there, in words: "now", "tomorrow at 9:00", "on 9 November at 9:00"; empty where nobody knows."""
    language = language if language in _SAYS else "en"
    now, today, tomorrow, later = _SAYS[language]
    if is_open(hours, at, holidays):
        return now
    opening = next_opening(hours, at, holidays)
    if opening is None:
        return ""
    clock = f"{opening.hour}:{opening.minute:02d}"
    away = (opening.date() - at.date()).days
    if away < 2:
        return (tomorrow if away else today).format(clock)
    date = f"{opening.day} {_MONTHS[language][opening.month - 1]}"
    return later.format(_DAYS[language][opening.weekday()] if away < 8 else date, clock)


def _of(clock: str) -> time:
    return time.fromisoformat(clock)
