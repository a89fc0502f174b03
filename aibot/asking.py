"""The bot has asked for something (Conversation.pending_ask): what does the customer's next message say to that?

Pure functions. An ask is ``what:language``: "email:hi", "email_again:en", "problem:hi-Latn". A question in between is a
question: it gets its own answer, and the ask stays.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

EMAIL, EMAIL_AGAIN, PROBLEM = "email", "email_again", "problem"
_NEEDS_ANSWER = frozenset({"pricing", "demo", "opt_out", "opt_in"})
_COURTESY = frozenset({"greeting", "bye"})
_CANDIDATE = re.compile(r"[^\s<>,;:()\[\]\"|]+@[^\s<>,;:()\[\]\"|]+")


@dataclass(frozen=True, slots=True)
class Heard:
    """``what``: "question" (nothing to do with the ask), "email", "again" (an address that is none), "give_up" or
    "problem".
    """

    what: str
    email: str = ""


QUESTION = Heard("question")


def heard(ask: str, text: str, kind: str, tapped: bool, intent: str) -> Heard:
    """``intent`` is that of the rule which the message means; "" where it means none."""
    if tapped:
        return QUESTION
    if ask == PROBLEM:
        return QUESTION if intent in _NEEDS_ANSWER | _COURTESY else Heard("problem")
    if kind != "text":
        return QUESTION
    if email := find_email(text):
        return Heard("email", email)
    if intent or "?" in text:
        return QUESTION
    return Heard("again" if ask == EMAIL else "give_up")


def find_email(text: str) -> str:
    """The first valid address in a text, its domain in small letters; "" where there is none."""
    for candidate in _CANDIDATE.findall(unicodedata.normalize("NFKC", text)):
        name, _, domain = candidate.strip(".!?'*_~").rpartition("@")
        address = f"{name}@{domain.lower()}"
        try:
            validate_email(address)
        except ValidationError:
            continue
        if len(address) <= 254:
            return address
    return ""


TEXTS = {
    "thanks": {
        "en": "Thank you! We have noted {email} and will write to you there.",
        "hi": "धन्यवाद! हमने {email} लिख लिया है, हम आपको वहीं लिखेंगे।",
        "hi-Latn": "Dhanyawad! Humne {email} likh liya hai, hum aapko wahin likhenge.",
    },
    "again": {
        "en": "That does not look like an e-mail address. Please write it once more, for example name@gmail.com.",
        "hi": "यह ई-मेल पता सही नहीं लगता। कृपया एक बार फिर लिखें, जैसे name@gmail.com।",
        "hi-Latn": "Yeh e-mail pata sahi nahi lagta. Kripya ek baar phir likhein, jaise name@gmail.com.",
    },
    "problem": {
        "en": "Thank you, we have noted it. A person from our team will answer you here soon.",
        "hi": "धन्यवाद, हमने लिख लिया है। हमारी टीम जल्द ही आपको यहीं जवाब देगी।",
        "hi-Latn": "Dhanyawad, humne likh liya hai. Hamari team jald hi aapko yahin jawab degi.",
    },
    "problem_closed": {
        "en": "Thank you, we have noted it. We are closed now and open again {opens}; a person from our team will answer you then.",
        "hi": "धन्यवाद, हमने लिख लिया है। अभी हम बंद हैं, {opens} फिर खुलेंगे; तब हमारी टीम आपको जवाब देगी।",
        "hi-Latn": "Dhanyawad, humne likh liya hai. Abhi hum band hain, {opens} phir khulenge; tab hamari team aapko jawab degi.",
    },
}
