"""Fill an owner's text with the shop's facts. Only the known names are filled; any other brace stays as it was
written.
"""

import re
from datetime import time

from accounts.models import DAYS
from accounts.money import amount
from accounts.placeholders import KNOWN

_NAME = re.compile(r"(,? )?\{(" + "|".join(sorted(KNOWN)) + r")\}")
# A label and its value, perhaps in bold or italics, perhaps with a full stop: "*Delivery:* {delivery_area}."
_LABELLED = re.compile(r"[^{}:]+:[\s*_~]*\{(" + "|".join(sorted(KNOWN)) + r")\}[\s*_~.।]*")
_DAY_NAMES = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "hi": ("सोम", "मंगल", "बुध", "गुरु", "शुक्र", "शनि", "रवि"),
    "hi-Latn": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_CLOSED = {"en": "closed", "hi": "बंद", "hi-Latn": "band"}


def fill(
    text: str,
    *,
    language: str,
    business: str,
    name: str,
    products,
    hours: dict,
    delivery_area: str,
    currency: str,
    opens: str = "",
) -> str:
    """The text with its placeholders filled. An empty value takes the space before it along: "Hello {name}!" ->
    "Hello!"; a line that is a label and an empty value, "Delivery: {delivery_area}", is left out.
    """
    values = {
        "business": lambda: business,
        "name": lambda: name,
        "prices": lambda: price_list(products, language, currency),
        "hours": lambda: opening_hours(hours, language),
        "opens": lambda: opens,
        "delivery_area": lambda: delivery_area,
    }

    def put(match: re.Match) -> str:
        value = values[match[2]]()
        return (match[1] or "") + value if value else ""

    lines = [line for line in text.split("\n") if not _says_nothing(line, values)]
    return _NAME.sub(put, "\n".join(lines)).rstrip("\r\n")


def _says_nothing(line: str, values: dict) -> bool:
    """A label without its value: "Delivery: {delivery_area}" where no area is set."""
    label = _LABELLED.fullmatch(line)
    return bool(label) and not values[label[1]]()


def price_list(products, language: str, currency: str) -> str:
    """A line for each product on sale, from the product rows: "Cow ghee (1 kg): ₹650"."""
    return "\n".join(f"{product_name(p, language)} ({p.unit}): {amount(p.price, currency)}" for p in products)


def product_name(product, language: str) -> str:
    return {"hi": product.name_hi, "hi-Latn": product.name_roman}.get(language) or product.name


def opening_hours(hours: dict, language: str) -> str:
    """Days with the same hours together: "Mon-Sat 9:00-21:00, Sun closed"."""
    names = _DAY_NAMES.get(language, _DAY_NAMES["en"])
    runs: list[list] = []
    for place, day in enumerate(DAYS):
        of_day = hours.get(day) or []
        if runs and runs[-1][2] == of_day:
            runs[-1][1] = place
        else:
            runs.append([place, place, of_day])
    return ", ".join(
        f"{names[first]}{'' if first == last else '-' + names[last]} {spans(of_day) or closed_word(language)}"
        for first, last, of_day in runs
    )


def spans(of_day: list) -> str:
    """A day's hours, "9:00-13:00 + 16:00-21:00"; "" where it has none."""
    return " + ".join(f"{_clock(start)}-{_clock(end)}" for start, end in of_day)


def closed_word(language: str) -> str:
    return _CLOSED.get(language, _CLOSED["en"])


def _clock(value: str) -> str:
    at = time.fromisoformat(value)
    return f"{at.hour}:{at.minute:02d}"
