"""python -m bench.parts.open_shops LINES: the businesses and numbers of shops.lines, with default rules and products.

A program of its own: a benchmark measures the product's processes and is none of them.
"""

import json
import os
import sys
from decimal import Decimal

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "whatsapp_automation.settings"
django.setup()

from django_scopes import scope  # noqa: E402 - models need Django to be ready

from accounts import businesses  # noqa: E402
from accounts.models import Business, Product  # noqa: E402
from aibot import defaults  # noqa: E402

PRODUCTS = (("Cow ghee", "1 kg", "750"), ("Fresh paneer", "1 kg", "420"), ("Cow milk", "1 litre", "72"))


def main() -> None:
    made: dict[str, Business] = {}
    for line in json.loads(sys.argv[1]):
        business = made.get(line["name"]) or made.setdefault(line["name"], _open(line["name"]))
        businesses.connect_number(
            business,
            line["phone_number_id"],
            access_token=line["access_token"],
            waba_id=line["waba_id"],
            display_phone_number=line["display_phone_number"],
        )


def _open(name: str) -> Business:
    business = businesses.create(name)
    defaults.install(business)
    with scope(business=business):
        for title, unit, price in PRODUCTS:
            Product.objects.create(business=business, name=title, unit=unit, price=Decimal(price))
    return business


if __name__ == "__main__":
    main()
