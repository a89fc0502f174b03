"""docs/bot.md says what becomes of each kind of message in each tier. Each line of its table is tried."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from django_scopes import scopes_disabled

from aibot import tiers, turns
from conversations.models import Message
from documents.models import Document
from tests.factories import Chat

from .above import DELIVERY, tiers_of

pytestmark = pytest.mark.slow

PRICE, ODD = "price", "my neighbour says it is the best"
FILE = {"id": "77", "mime_type": "application/octet-stream"}
CARD = {"name": {"formatted_name": "Asha"}, "phones": [{"phone": "+91 98765 00009"}]}
ITEM = {"product_retailer_id": "ghee", "quantity": "2", "item_price": "750", "currency": "INR"}


def _read(_answers, **what) -> None:
    """Its file has come."""
    Document.objects.update(state="stored", **what)


# What a customer does, given the words.
SENT = {
    "text": lambda chat, words: chat.says(words),
    "text about a product of the catalog": lambda chat, words: chat.says(
        words, context={"referred_product": {"catalog_id": "1", "product_retailer_id": "ghee"}}
    ),
    "tap on a button of the menu": lambda chat, words: chat.taps("menu:pricing:en", "Prices"),
    "tap on another button": lambda chat, words: chat.taps("something", words),
    "tap on a template's button": lambda chat, words: chat.sends("button", {"payload": "p", "text": words}),
    "picture with a caption": lambda chat, words: chat.sends("image", {**FILE, "caption": words}),
    "picture without a caption": lambda chat, words: chat.sends("image", FILE),
    "video with a caption": lambda chat, words: chat.sends("video", {**FILE, "caption": words}),
    "document with a caption": lambda chat, words: chat.sends("document", {**FILE, "caption": words}),
    "document without a caption": lambda chat, words: chat.sends("document", FILE),
    "plain-text file with a caption": lambda chat, words: _read(
        chat.sends("document", {**FILE, "mime_type": "text/plain", "caption": words}), text="2 kg ghee, please"
    ),
    "voice note that is written down": lambda chat, words: _read(chat.sends("audio", {**FILE, "voice": True})),
    "recording that is no voice note": lambda chat, words: chat.sends("audio", FILE),
    "voice note": lambda chat, words: chat.sends("audio", {**FILE, "voice": True}),
    "location": lambda chat, words: chat.sends("location", {"latitude": 28.6, "longitude": 77.3, "name": words}),
    "contact card": lambda chat, words: chat.sends("contacts", [CARD]),
    "order": lambda chat, words: chat.sends("order", {"catalog_id": "1", "text": words, "product_items": [ITEM]}),
    "sticker": lambda chat, words: chat.sends("sticker", FILE),
    "reaction": lambda chat, words: chat.sends("reaction", {"message_id": "wamid.unknown", "emoji": "👍"}),
    "edit of an earlier message": lambda chat, words: chat.sends("unsupported", {"type": "edit"}),
}


def table() -> dict[str, list[str]]:
    lines = Path(settings.BASE_DIR, "docs", "bot.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return {row[0]: row[1:] for row in rows[1:] if not row[0].startswith("---")}


@pytest.fixture(autouse=True)
def all_businesses(dairy):
    with scopes_disabled():
        yield


def answered_by(dairy, monkeypatch, message: str, words: str, **which: bool) -> str:
    """Which tier answers: the source of what is said, "person" for the fallback, "nothing"."""
    hears = "" if message == "voice note" else words
    monkeypatch.setattr(tiers, "INSTALLED", tiers_of(dairy, **which, hears=hears))
    SENT[message](Chat(), words)
    for seconds in (3, 6):
        turns.one_pass(timezone.now() + timedelta(seconds=seconds), tiers.INSTALLED, lambda act: act())
    said = list(Message.objects.filter(direction="out"))
    if not said:
        return "nothing"
    [reply] = said
    return "person" if reply.source_name == "fallback" else reply.source


def test_the_table_names_each_kind():
    assert table().keys() == SENT.keys()


@pytest.mark.parametrize("message", SENT)
@pytest.mark.parametrize(
    ("column", "tier", "words", "which"),
    [
        (0, "rule", PRICE, {"answers": True, "model": True}),
        (1, "answer", DELIVERY, {"answers": True, "model": False}),
        (2, "model", ODD, {"answers": True, "model": True}),
    ],
    ids=["rule", "answer", "model"],
)
def test_each_tier_answers_what_the_table_says(dairy, monkeypatch, message, column, tier, words, which):
    expected = table()[message][column]
    assert expected in ("yes", "no")
    assert (answered_by(dairy, monkeypatch, message, words, **which) == tier) == (expected == "yes")


@pytest.mark.parametrize("message", [name for name in SENT if name != "tap on a button of the menu"])
def test_where_no_tier_answers_it_is_as_the_table_says(dairy, monkeypatch, message):
    expected = table()[message][3]
    assert answered_by(dairy, monkeypatch, message, ODD, answers=True, model=False) == expected
