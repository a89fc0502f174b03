"""The bot says once in a conversation that it is one, and how a person is reached: with the first answer that no rule has given."""

from copy import deepcopy
from datetime import datetime

from cloud_api import messages

from .rules import Shop, render

TEXTS = {
    "en": 'This is an automated answer. Write "agent" to reach a person.',
    "hi": 'यह स्वचालित जवाब है। किसी व्यक्ति से बात करने के लिए "एजेंट" लिखें।',
    "hi-Latn": 'Yeh automatic jawab hai. Kisi vyakti se baat karne ke liye "agent" likhein.',
}


def line(shop: Shop, language: str, contact_name: str, now: datetime) -> str:
    """The owner's words for it, else ours."""
    language = language if language in TEXTS else "en"
    own = render(shop, shop.settings.says("automated", language), language, contact_name, now=now).strip()
    return own or TEXTS[language]


def told(body: dict, text: str, words: str) -> tuple[dict, str] | None:
    """The message with the line under its words; None where it has no room, or no words."""
    body, kind = deepcopy(body), body["type"]
    place, key, most = _words_of(body, kind)
    if place is None or not place.get(key) or len(whole := f"{place[key]}\n\n{words}") > most:
        return None
    place[key] = whole
    return body, f"{text}\n\n{words}"


def _words_of(body: dict, kind: str) -> tuple[dict | None, str, int]:
    """Where a message's words stand, and how long they may be."""
    if kind == "text":
        return body["text"], "body", messages.TEXT_BODY
    if kind == "interactive":
        is_list = body["interactive"]["type"] == "list"
        return body["interactive"]["body"], "text", messages.LIST_BODY if is_list else messages.BUTTONS_BODY
    if kind in ("image", "video", "document"):
        return body[kind], "caption", messages.CAPTION
    return None, "", 0
