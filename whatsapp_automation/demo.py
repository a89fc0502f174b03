"""The demo: two small shops, so that one can be tried and the isolation of both be seen."""

from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django_scopes import scope

from accounts import businesses, preferences
from accounts.models import Business, Membership, Product, User
from accounts.products import slug_for
from aibot import answer_files
from aibot.models import Answer

from . import onboarding

ANSWERS = Path(__file__).with_name("demo_answers.csv")
DAIRY = "shuddh-dairy"
MASALA = "masala-junction"

# name, Hindi, Hinglish, other names, unit, price
_DAIRY_PRODUCTS = [
    ("Cow ghee", "गाय का घी", "Gaay ka ghee", ["ghee", "ghi", "desi ghee", "घी", "देसी घी"], "1 kg", "750"),
    ("Cow ghee", "गाय का घी", "Gaay ka ghee", ["ghee", "ghi", "desi ghee", "घी", "देसी घी"], "500 g", "390"),
    ("Fresh paneer", "ताज़ा पनीर", "Taaza paneer", ["paneer", "panir", "panneer", "पनीर"], "1 kg", "420"),
    ("Fresh paneer", "ताज़ा पनीर", "Taaza paneer", ["paneer", "panir", "panneer", "पनीर"], "200 g", "90"),
    ("Cow milk", "गाय का दूध", "Gaay ka doodh", ["milk", "doodh", "dudh", "दूध"], "1 litre", "72"),
    ("Buffalo milk", "भैंस का दूध", "Bhains ka doodh", ["buffalo", "bhains", "भैंस"], "1 litre", "84"),
]
_MASALA_PRODUCTS = [
    ("Garam masala", "गरम मसाला", "Garam masala", ["masala", "गरम मसाला"], "100 g", "95"),
    ("Turmeric powder", "हल्दी पाउडर", "Haldi powder", ["haldi", "turmeric", "हल्दी"], "200 g", "60"),
]
_DAIRY_HOURS = {day: [["07:00", "13:00"], ["16:00", "21:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat")} | {
    "sun": [["07:00", "13:00"]]
}


@transaction.atomic
def fill(owner_email: str, password: str) -> list[User]:
    """Make what is missing of the demo; what is there stays. Returns its people, the installation's owner first."""
    encoded = cache(lambda: make_password(password))  # once for all: it takes a quarter of a second, as it should
    root = _person("admin@installation.example", "Installation owner", encoded, is_superuser=True)
    asha = _person(owner_email, "Asha Verma", encoded)
    bina = _person("bina@shuddh-dairy.example", "Bina Rao", encoded)
    chirag = _person("chirag@shuddh-dairy.example", "Chirag Shah", encoded)
    kavita = _person("owner@masala-junction.example", "Kavita Nair", encoded)

    dairy = _shop(
        "Shuddh Dairy", DAIRY, asha, _DAIRY_PRODUCTS, _DAIRY_HOURS, "Indiranagar, Koramangala and HSR Layout, Bengaluru"
    )
    for agent in (bina, chirag):
        if not Membership.objects.filter(user=agent, business=dairy).exists():
            businesses.add_member(dairy, agent, Membership.Role.AGENT, actor=asha)
    _answer_questions(dairy, asha)
    masala = _shop("Masala Junction", MASALA, kavita, _MASALA_PRODUCTS, None, "All of Mysuru")

    onboarding.refresh_first_number()
    _connect_second_number(masala)
    return [root, asha, bina, chirag, kavita]


def _person(email: str, name: str, encoded: Callable[[], str], **fields) -> User:
    """One who is there keeps their password."""
    email = email.lower()
    return User.objects.filter(email=email).first() or User.objects.create(
        email=email, name=name, password=encoded(), **fields
    )


def _shop(name: str, slug: str, owner: User, products: list, hours: dict | None, area: str) -> Business:
    known = Business.objects.filter(slug=slug).first()
    if known:
        return known
    business = onboarding.open_business(name, owner=owner, slug=slug)
    preferences.change(
        business,
        actor=owner,
        delivery_area=area,
        holidays=[{"date": _republic_day(timezone.now()), "name": "Republic Day"}],
        quiet_from=time(21),
        quiet_until=time(9),
        **({"hours": hours} if hours else {}),
    )
    taken: set[str] = set()
    with scope(business=business):
        for position, (title, hindi, roman, aliases, unit, price) in enumerate(products):
            product = Product(
                business=business, name=title, name_hi=hindi, name_roman=roman, aliases=aliases, unit=unit,
                price=Decimal(price), position=position,
            )  # fmt: skip
            product.full_clean()
            product.slug = slug_for(product, taken)
            taken.add(product.slug)
            product.save()
    return business


def _answer_questions(business: Business, owner: User) -> None:
    """The dairy's answers, as an owner would import them. One who has some already keeps those."""
    with scope(business=business):
        if Answer.objects.exists():
            return
        outcome = answer_files.take(business, answer_files.read(ANSWERS.read_bytes()), actor=owner, dry=False)
    if outcome.wrong:
        raise ValueError(f"{ANSWERS.name}: {outcome.wrong}")


def _republic_day(now: datetime) -> str:
    """The next one."""
    return f"{now.year + ((now.month, now.day) > (1, 26))}-01-26"


def _connect_second_number(business: Business) -> None:
    """The simulator's second number has an app secret of its own, as a number of another Meta app would."""
    for number in settings.SIMULATOR_NUMBERS:
        if number["phone_number_id"] != settings.WHATSAPP_PHONE_NUMBER_ID:
            businesses.connect_number(
                business,
                number["phone_number_id"],
                access_token=number["access_token"],
                app_secret=number["app_secret"],
                waba_id=number["waba_id"],
                display_phone_number=number["display_phone_number"],
            )
