"""Is the shop open, and when does it open next? Opening hours are Settings.hours, in the business's own time zone."""

from datetime import datetime, time, timedelta

from accounts.models import DAYS

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "hi": ("सोमवार", "मंगलवार", "बुधवार", "गुरुवार", "शुक्रवार", "शनिवार", "रविवार"),
    "hi-Latn": ("Somvar", "Mangalvar", "Budhvar", "Guruvar", "Shukravar", "Shanivar", "Ravivar"),
}
_SAYS = {
    "en": ("now", "today at {}", "tomorrow at {}", "on {} at {}"),
    "hi": ("अभी", "आज {} बजे", "कल {} बजे", "{} को {} बजे"),
    "hi-Latn": ("abhi", "aaj {} baje", "kal {} baje", "{} ko {} baje"),
}


def is_open(hours: dict, at: datetime) -> bool:
    """``at`` is a local time. The minute of closing is closed. Hours that name no day at all are always open."""
    if not any(hours.values()):
        return True
    return any(_of(start) <= at.time() < _of(end) for start, end in hours.get(DAYS[at.weekday()]) or [])


def next_opening(hours: dict, at: datetime) -> datetime | None:
    """The next time of opening after a local time, within a week; None where the shop never opens."""
    for days in range(8):
        day = at + timedelta(days=days)
        for start, _ in hours.get(DAYS[day.weekday()]) or []:
            opening = datetime.combine(day.date(), _of(start), tzinfo=at.tzinfo)
            if opening > at:
                return opening
    return None


def opens(hours: dict, at: datetime, language: str) -> str:
    """When somebody is there, in words: "now", "tomorrow at 9:00"; empty where nobody knows."""
    now, today, tomorrow, later = _SAYS.get(language, _SAYS["en"])
    if is_open(hours, at):
        return now
    opening = next_opening(hours, at)
    if opening is None:
        return ""
    clock = f"{opening.hour}:{opening.minute:02d}"
    away = (opening.date() - at.date()).days
    if away < 2:
        return (tomorrow if away else today).format(clock)
    return later.format(_DAYS.get(language, _DAYS["en"])[opening.weekday()], clock)


def _of(clock: str) -> time:
    return time.fromisoformat(clock)
