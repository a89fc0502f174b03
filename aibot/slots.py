"""Slots: what a text says of prices, sums, hours and delivery is put in from rows, never written.

    {price:cow-ghee-1-kg}    ₹750
    {total:cow-ghee-1-kg*3}  3 × Cow ghee (1 kg) = ₹2,250
    {hours:today}            9:00-21:00; also tomorrow, week, next (when the shop opens)
    {delivery:Indiranagar}   the owner's words on the delivery area

The name before the star is the product's short name (Product.slug). Names without a colon, such as {prices}, are
placeholders.py's and stay.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import DAYS, Product
from accounts.money import amount
from conversations.wording import language_of, words

from .placeholders import closed_word, opening_hours, product_name, spans

SLOT = re.compile(r"\{([a-z]+):([^{}\n]{1,100})\}")
_TOTAL = re.compile(r"([a-z0-9-]+)\s*\*\s*([0-9]{1,4}(?:\.[0-9]{1,2})?)")
_LEFT_OUT = frozenset(
    ["not", "no", "except", "but", "without", "नहीं", "छोड़कर", "अलावा", "nahi", "nahin", "chhodkar", "chodkar", "alawa"]
)
_NO_PLACE = re.compile(
    r"[^\w\s,'()\u0900-\u097f-]"
)  # signs that words() does not see: the place is repeated as it stands
_AREA = {"en": "Our delivery area: {}", "hi": "हमारा डिलीवरी क्षेत्र: {}", "hi-Latn": "Hamara delivery area: {}"}
_YES = {
    "en": "Yes, we deliver to {}.",
    "hi": "हाँ, हम {} में डिलीवरी करते हैं।",
    "hi-Latn": "Haan, hum {} mein delivery karte hain.",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """``missing``: the slots for which there is no row. Then the text is not to be said."""

    text: str
    missing: tuple[str, ...]


def fill(shop, text: str, now: datetime, *, named: bool = False) -> Filled:
    """The text with its slots filled from a rules.Shop, in the language of the text.

    ``named``: a price says whose it is, "₹750 (Cow ghee, 1 kg)": for a writer who might set it beside another product.
    """
    missing: list[str] = []
    filler = _Filler(shop, language_of(SLOT.sub(" ", text)), now, named)

    def put(match: re.Match) -> str:
        value = filler.value(match[1], match[2].strip())
        if not value:
            missing.append(f"{match[1]}:{match[2]}")
        return value or match[0]

    return Filled(SLOT.sub(put, text), tuple(missing))


@dataclass(frozen=True, slots=True)
class _Filler:
    shop: object  # rules.Shop, which imports placeholders as this does
    language: str
    now: datetime
    named: bool

    def value(self, kind: str, of: str) -> str:
        """ "" where nothing is known."""
        known = {"price": self._price, "total": self._total, "hours": self._hours, "delivery": self._delivery}
        return known[kind](of) if kind in known else ""

    def _price(self, slug: str) -> str:
        product = self._product(slug)
        if product is None:
            return ""
        price = amount(product.price, self.shop.currency)
        return f"{price} ({product_name(product, self.language)}, {product.unit})" if self.named else price

    def _total(self, of: str) -> str:
        match = _TOTAL.fullmatch(of)
        product = self._product(match[1]) if match else None
        if match is None or product is None or not Decimal(match[2]):
            return ""
        total = amount(product.price * Decimal(match[2]), self.shop.currency)
        return f"{match[2]} × {product_name(product, self.language)} ({product.unit}) = {total}"

    def _product(self, slug: str) -> Product | None:
        return next((p for p in self.shop.products if p.slug and p.slug == slug.lower()), None)

    def _hours(self, of: str) -> str:
        if of == "week":
            return opening_hours(self.shop.settings.hours, self.language)
        if of == "next":
            return self.shop.opens(self.now, self.language)
        if of not in ("today", "tomorrow"):
            return ""
        day = self.now.astimezone(self.shop.zone) + timedelta(days=of == "tomorrow")
        hours = self.shop.settings.hours
        if day.date().isoformat() in self.shop.holidays:
            return closed_word(self.language)
        return spans(hours.get(DAYS[day.weekday()]) or []) or (
            closed_word(self.language) if any(hours.values()) else ""
        )

    def _delivery(self, place: str) -> str:
        area = self.shop.settings.delivery_area.strip()
        if not area:
            return ""
        told = _AREA[self.language].format(area)
        return f"{_YES[self.language].format(place)} {told}" if _lies_in(place, area) else told


def _lies_in(place: str, area: str) -> bool:
    """Whether the area names the place word for word, and leaves nothing out."""
    wanted, known = list(words(place)), list(words(area))
    if _NO_PLACE.search(place) or not wanted or _LEFT_OUT & set(known):
        return False
    return any(known[at : at + len(wanted)] == wanted for at in range(len(known)))
