"""An owner's text with the shop's facts in it."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from accounts.models import default_hours
from aibot.placeholders import fill, opening_hours, price_list


@dataclass
class Product:
    name: str
    name_hi: str
    name_roman: str
    unit: str
    price: Decimal


GHEE = Product("Cow ghee", "गाय का घी", "Gaay ka ghee", "1 kg", Decimal("1250"))
MILK = Product("Cow milk", "", "", "1 litre", Decimal("72.50"))
WORKDAYS = {day: [["09:00", "18:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def filled(text: str, **facts) -> str:
    known = {
        "language": "en",
        "business": "Shuddh Dairy",
        "name": "Meera",
        "products": [GHEE, MILK],
        "hours": default_hours(),
        "delivery_area": "Indiranagar",
        "currency": "INR",
    }
    return fill(text, **{**known, **facts})


def test_each_name_is_filled():
    assert filled("{name} at {business}: {delivery_area}") == "Meera at Shuddh Dairy: Indiranagar"
    assert filled("{prices}") == "Cow ghee (1 kg): ₹1,250\nCow milk (1 litre): ₹72.50"
    assert filled("Open {hours}.") == "Open Mon-Sun 9:00-21:00."
    assert filled("We answer {opens}.", opens="tomorrow at 9:00") == "We answer tomorrow at 9:00."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello {name}!", "Hello!"),
        ("नमस्ते {name}! स्वागत है।", "नमस्ते! स्वागत है।"),
        ("Thank you, {name}!", "Thank you!"),
        ("We send it, {name}. Bye", "We send it. Bye"),
        ("{name}", ""),
        ("Hi{name}", "Hi"),
    ],
)
def test_an_empty_value_takes_the_space_before_it_along(text, expected):
    assert filled(text, name="") == expected


@pytest.mark.parametrize(
    "text", ["{price}", "{Name}", "{ name }", "{}", "{{", "}", "{name", "50% {off}", "{name!r}", "{0}"]
)
def test_any_other_brace_stays_as_it_was_written(text):
    assert filled(text) == text


def test_a_label_without_its_value_is_left_out():
    text = "Our prices:\n{prices}\n\nDelivery: {delivery_area}"
    assert filled(text, delivery_area="").endswith("₹72.50")
    assert filled(text).endswith("\n\nDelivery: Indiranagar")
    assert filled("Note: we deliver in {delivery_area} now", delivery_area="") == "Note: we deliver in now"


@pytest.mark.parametrize(
    "label", ["*Delivery:* {delivery_area}", "Delivery: {delivery_area}.", "_डिलीवरी_: {delivery_area}।"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])  # as a browser's form sends it
def test_a_label_in_bold_or_in_a_sentence_is_left_out_as_well(label, end):
    assert filled(f"Hello{end}{end}{label}{end}", delivery_area="") == "Hello"
    assert "Indiranagar" in filled(label)


def test_what_is_filled_in_is_not_filled_again():
    assert filled("Hello {name}", name="{prices}") == "Hello {prices}"
    assert filled("{business}", business="\\1 {hours} {business.__class__}") == "\\1 {hours} {business.__class__}"


def test_products_have_their_names_in_the_language_of_the_text():
    assert price_list([GHEE], "hi", "INR") == "गाय का घी (1 kg): ₹1,250"
    assert price_list([GHEE], "hi-Latn", "INR") == "Gaay ka ghee (1 kg): ₹1,250"
    assert price_list([MILK], "hi", "INR") == "Cow milk (1 litre): ₹72.50"
    assert price_list([], "en", "INR") == ""
    assert price_list([MILK], "en", "USD") == "Cow milk (1 litre): $72.50"


@pytest.mark.parametrize(
    ("hours", "language", "expected"),
    [
        (default_hours(), "en", "Mon-Sun 9:00-21:00"),
        (WORKDAYS, "en", "Mon-Fri 9:00-18:30, Sat-Sun closed"),
        (WORKDAYS, "hi", "सोम-शुक्र 9:00-18:30, शनि-रवि बंद"),
        (WORKDAYS, "hi-Latn", "Mon-Fri 9:00-18:30, Sat-Sun band"),
        ({}, "en", "Mon-Sun closed"),
        (
            {**WORKDAYS, "wed": [], "sat": [["07:00", "13:00"], ["16:00", "21:05"]]},
            "en",
            "Mon-Tue 9:00-18:30, Wed closed, Thu-Fri 9:00-18:30, Sat 7:00-13:00 + 16:00-21:05, Sun closed",
        ),
    ],
)
def test_days_with_the_same_hours_stand_together(hours, language, expected):
    assert opening_hours(hours, language) == expected
