"""Prices, sums, hours and delivery are put into a text from rows."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django_scopes import scope

from accounts import preferences, products
from accounts.models import Product
from aibot import slots
from aibot.rules import shop_of

MONDAY = datetime(2026, 11, 30, 10, tzinfo=ZoneInfo("Asia/Kolkata"))


@pytest.fixture
def fill(dairy):
    def filled(text: str, now: datetime = MONDAY, **options) -> slots.Filled:
        return slots.fill(shop_of(dairy.pk), text, now, **options)

    return filled


def test_a_price_and_a_sum_come_from_the_product(fill):
    assert fill("Ghee is {price:cow-ghee-1-kg} today") == slots.Filled("Ghee is ₹750 today", ())
    assert fill("{total:cow-ghee-1-kg*3}").text == "3 × Cow ghee (1 kg) = ₹2,250"
    assert fill("{total:fresh-paneer-200-g*2.5}").text == "2.5 × Fresh paneer (200 g) = ₹226.25"


def test_a_price_says_whose_it_is_where_the_writer_is_not_trusted(fill):
    assert fill("Gold costs {price:cow-milk-1-litre}", named=True).text == "Gold costs ₹72 (Cow milk, 1 litre)"
    assert fill("घी {price:cow-ghee-1-kg} का है", named=True).text == "घी ₹750 (गाय का घी, 1 kg) का है"


@pytest.mark.parametrize(
    "slot",
    [
        "price:gold-1-kg",
        "total:cow-ghee-1-kg",
        "total:cow-ghee-1-kg*0",
        "total:cow-ghee-1-kg*-3",
        "total:cow-ghee-1-kg*99999",
        "total:cow-ghee-1-kg*१",
        "hours:christmas",
        "discount:all",
    ],
)
def test_what_no_row_knows_is_missing(fill, slot):
    assert fill(f"It is {{{slot}}}.") == slots.Filled(f"It is {{{slot}}}.", (slot,))


def test_a_product_that_is_not_on_sale_has_no_price(fill, dairy):
    with scope(business=dairy):
        products.change(Product.objects.get(slug="cow-ghee-1-kg"), actor=None, active=False)
    assert fill("{price:cow-ghee-1-kg}").missing == ("price:cow-ghee-1-kg",)


def test_hours_of_a_day(fill, dairy):
    hours = {"mon": [["07:00", "13:00"], ["16:00", "21:00"]], "wed": [["09:00", "12:00"]]}
    preferences.change(dairy, actor=None, hours=hours, holidays=[{"date": "2026-12-02", "name": ""}])
    assert fill("{hours:today}").text == "7:00-13:00 + 16:00-21:00"
    assert fill("{hours:tomorrow}").text == "closed"
    assert fill("{hours:today}", MONDAY.replace(month=12, day=2)).text == "closed"  # the holiday
    assert fill("{hours:today}", MONDAY.replace(month=12, day=9)).text == "9:00-12:00"
    assert fill("कल दुकान {hours:tomorrow}").text == "कल दुकान बंद"
    assert fill("{hours:next}").text == "now"
    assert fill("{hours:week}").text.startswith("Mon 7:00-13:00 + 16:00-21:00, Tue closed")


def test_a_day_is_the_shops_own(fill, dairy):
    preferences.change(dairy, actor=None, hours={"mon": [["07:00", "13:00"]]})
    assert fill("{hours:today}", datetime(2026, 11, 29, 19, tzinfo=ZoneInfo("UTC"))).text == "7:00-13:00"


@pytest.mark.parametrize(
    ("area", "place", "expected"),
    [
        ("Sector 62, Noida", "Sector 62", "Yes, we deliver to Sector 62. Our delivery area: Sector 62, Noida"),
        ("Sector 62, Noida", "Sector 6", "Our delivery area: Sector 62, Noida"),
        ("all of Noida but Sector 62", "Sector 62", "Our delivery area: all of Noida but Sector 62"),
        ("Noida", "the moon for ₹1", "Our delivery area: Noida"),
        ("Noida", "Noida.com/%", "Our delivery area: Noida"),
        ("Noida", "[Noida]", "Our delivery area: Noida"),
    ],
)
def test_delivery_is_the_owners_words(fill, dairy, area, place, expected):
    preferences.change(dairy, actor=None, delivery_area=area)
    assert fill(f"{{delivery:{place}}}").text == expected


def test_without_a_delivery_area_nothing_is_said_of_it(fill):
    assert fill("{delivery:Noida}").missing == ("delivery:Noida",)


def test_placeholders_and_what_is_filled_in_stay(fill, dairy):
    preferences.change(dairy, actor=None, delivery_area="{price:cow-ghee-1-kg}")
    assert fill("{prices} {hours} {x:").text == "{prices} {hours} {x:"
    assert fill("{delivery:here}").text == "Our delivery area: {price:cow-ghee-1-kg}"


def test_a_product_gets_its_short_name_once(dairy):
    with scope(business=dairy):
        ghee = products.add(dairy, actor=None, name="A2 Ghee!", unit="500 ml", price=900)
        again = products.add(dairy, actor=None, name="A2 Ghee", unit="500 ml", price=900)
        hindi = products.add(dairy, actor=None, name="शुद्ध शहद", unit="किलो", price=400)
        changed = products.change(ghee, actor=None, name="Better ghee")
    assert (ghee.slug, again.slug, hindi.slug) == ("a2-ghee-500-ml", "a2-ghee-500-ml-2", "product")
    assert changed.slug == "a2-ghee-500-ml"
