"""Form fields for what our JSON columns hold, so that nobody has to write JSON."""

from datetime import time
from itertools import pairwise
from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.template.loader import render_to_string
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from unfold.widgets import BASE_CLASSES, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from .models import DAYS, LANGUAGE_NAMES, LANGUAGES


class LinesField(forms.Field):
    """A list of texts, one a line. Empty lines and repeated ones are dropped."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": 6}))
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value) -> list[str]:
        if not value:
            return []
        return list(dict.fromkeys(line for line in map(str.strip, value.splitlines()) if line))

    def has_changed(self, initial, data):
        return (initial or []) != self.to_python(data)


class TemplateWidget(forms.Widget):
    """A widget of several inputs whose template is among the project's: Django's form renderer looks into apps only."""

    template: ClassVar[str]

    def render(self, name, value, attrs=None, renderer=None):
        context = {"name": name, "id": (attrs or {}).get("id", ""), "classes": " ".join(BASE_CLASSES)}
        return render_to_string(self.template, {**context, **self.inputs(name, value)})

    def inputs(self, name: str, value) -> dict:
        """What the template needs beside the name, the id and the classes of an input."""
        raise NotImplementedError

    def value_omitted_from_data(self, data, files, name):
        return not any(key.startswith(f"{name}-") for key in data)


class HoursWidget(TemplateWidget):
    """A row for each day, with room for two spans of time."""

    template = "admin/accounts/_hours.html"

    def inputs(self, name, value):
        hours = value if isinstance(value, dict) else {}
        room = max([2, *(len(spans) for spans in hours.values())])
        return {
            "days": [
                {
                    "name": WEEKDAYS[place],
                    "spans": [
                        {
                            "number": number + 1,
                            "from_name": f"{name}-{day}-{number}-from",
                            "from": span[0],
                            "to_name": f"{name}-{day}-{number}-to",
                            "to": span[1],
                        }
                        for number, span in enumerate([*hours.get(day, []), *[["", ""]] * room][:room])
                    ],
                }
                for place, day in enumerate(DAYS)
            ]
        }

    def value_from_datadict(self, data, files, name):
        hours: dict[str, list[list[str]]] = {day: [] for day in DAYS}
        for day in DAYS:
            number = 0
            while f"{name}-{day}-{number}-from" in data:
                span = [data.get(f"{name}-{day}-{number}-{end}", "").strip()[:5] for end in ("from", "to")]
                if any(span):
                    hours[day].append(span)
                number += 1
        return hours


class HoursField(forms.Field):
    """Opening hours as Settings.hours keeps them: {"mon": [["09:00", "18:00"]], ...}; no span is closed."""

    widget = HoursWidget

    def to_python(self, value):
        wrong = [str(WEEKDAYS[place]) for place, day in enumerate(DAYS) if not _in_order(value.get(day, []))]
        if wrong:
            raise ValidationError(
                _("%(days)s: give both times, the earlier one first, and the spans one after the other."),
                params={"days": ", ".join(wrong)},
            )
        return value

    def has_changed(self, initial, data):
        return {day: (initial or {}).get(day, []) for day in DAYS} != data


def _in_order(spans: list[list[str]]) -> bool:
    try:
        times = [time.fromisoformat(text) for span in spans for text in span]
    except ValueError:
        return False
    return all(earlier < later for earlier, later in pairwise(times))


class ClockWidget(UnfoldAdminTextInputWidget):
    """A time of day, as the browser asks for one."""

    input_type = "time"

    def format_value(self, value):
        return value.strftime("%H:%M") if isinstance(value, time) else value


class HolidaysWidget(TemplateWidget):
    """A row for each date with its name, and some empty ones; a script adds more."""

    template = "admin/accounts/_holidays.html"
    EMPTY = 3

    class Media:
        js = (Script("owner/rows.js", type="module"),)

    def inputs(self, name, value):
        given = [day for day in value if isinstance(day, dict)] if isinstance(value, list) else []
        return {
            "rows": [
                {
                    "number": number + 1,
                    "date_name": f"{name}-{number}-date",
                    "date": day.get("date", ""),
                    "name_name": f"{name}-{number}-name",
                    "name": day.get("name", ""),
                }
                for number, day in enumerate([*given, *[{}] * self.EMPTY])
            ]
        }

    def value_from_datadict(self, data, files, name):
        days, number = [], 0
        while f"{name}-{number}-date" in data:
            day = {part: data.get(f"{name}-{number}-{part}", "").strip() for part in ("date", "name")}
            days += [day] if any(day.values()) else []
            number += 1
        return days


class HolidaysField(forms.Field):
    """Settings.holidays; models.valid_holidays checks them."""

    widget = HolidaysWidget

    def to_python(self, value):
        return value or []

    def has_changed(self, initial, data):
        return (initial or []) != (data or [])


class LanguagesWidget(TemplateWidget):
    """A box for each language."""

    template = "admin/accounts/_languages.html"

    def inputs(self, name, value):
        texts = value if isinstance(value, dict) else {}
        return {
            "languages": [
                {"code": code, "name": LANGUAGE_NAMES[code], "input": f"{name}-{code}", "text": texts.get(code, "")}
                for code in LANGUAGES
            ]
        }

    def value_from_datadict(self, data, files, name):
        return {code: data.get(f"{name}-{code}", "").replace("\r\n", "\n").strip() for code in LANGUAGES}


class LanguagesField(forms.Field):
    """One of Settings.texts: {"en": "...", "hi": "..."} of the languages that have a text. preferences checks it."""

    widget = LanguagesWidget

    def to_python(self, value):
        return {code: text for code, text in (value or {}).items() if text}

    def has_changed(self, initial, data):
        return (initial or {}) != self.to_python(data)
