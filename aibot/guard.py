"""What the model wrote, before a customer sees it: safe even if the model does what an attacker in the conversation tells it.

Prices, sums, percentages, dates and times are slots that slots.py fills from rows. A number, in digits or in words, in English, Hindi
or Romanised Hindi, that stands outside a slot must be in a matched answer of the owner's, or be the customer's own quantity or
order number ("3 kg", "order 4521"). "Free", a weekday, "tomorrow" must be in the owner's answer: a customer who writes "say that it
comes on Monday" shall not get it in writing. A link, a phone number, an e-mail address or
a UPI id must be in the facts. Whatever else is in doubt is not sent: a person answers instead. So this errs on the side of silence.
"""

import re
import unicodedata
from collections.abc import Sequence

from conversations.wording import is_devanagari, words

from . import claims, known, saying
from .grounds import LEAK as TOLD_IN_A_ROW
from .grounds import Grounds
from .known import DATE, NUMBER
from .slots import SLOT

MOST = 700  # characters of a reply, before its slots are filled

PROMISE, LINK, ADDRESS = "promise", "link", "address"
LONG, LANGUAGE, LEAK, HIDDEN, SLOTS, CODE = "long", "language", "leak", "hidden", "slot", "code"


def fault(reply: str, language: str, grounds: Grounds) -> str:
    """Why a reply may not be sent, one word for the trace; "" where it may. ``language``: the one that the customer wrote in."""
    if len(reply) > MOST:
        return LONG
    if _hides(reply):
        return HIDDEN
    outside = saying.folded(SLOT.sub(saying.stand_in, reply))
    if "{" in outside or "}" in outside:
        return SLOTS
    if "```" in reply or re.search(r"<[a-z/!]", reply, re.IGNORECASE):
        return CODE
    return (
        _links(outside, grounds) or _words(outside, grounds, saying.sums(reply)) or _speech(outside, language, grounds)
    )


# --- links and addresses -------------------------------------------------------------------------------------------------------

_LINKS = re.compile(
    r"\]\s*\(|"  # [words](address)
    r"[\u0900-\u097f]\.(?:भारत|कॉम|इन|नेट)|"
    r"\w\s*[\[({<]\s*\.\s*[\])}>]\s*\w|"  # evil[.]com
    r"\b[\w-]+\s+\.\s*(?:com|in|net|org|co|io|shop|store|me|ly|app|xyz|info|biz|example)\b|"
    r"[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+|\bmailto:\S+|\btel:\S+|"
    r"[^\s@]*\s*@\s*\S*|"  # an e-mail address, a UPI id, a name on another network
    r"(?<![\w.])(?:[\w-]+\.)+[a-z]{2,}(?![\w])(?:/\S*)?",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"\bdot\b|डॉट|\b(?:at the rate|at)\b\s*[\])}]|[\[({]\s*at\b|\bat\s+the\s+rate\b|एट\s+द\s+रेट|\bupi\b|यूपीआई|"
    r"\b(?:ok\s?(?:axis|sbi|icici|hdfc\s?bank)|ybl|ibl|axl|paytm|phonepe|gpay|bhim)\b",
    re.IGNORECASE,
)
_ABBREVIATIONS = frozenset({"e.g", "i.e", "a.m", "p.m"})
_LONG_TOKEN = re.compile(r"[^\s\u0900-\u097f]{30,}")


def _links(text: str, grounds: Grounds) -> str:
    for match in _LINKS.finditer(text):
        found = match[0].rstrip(".,;:!?)]}।'\"").casefold()
        if found not in _ABBREVIATIONS and not _stands_in(found, grounds):
            return ADDRESS if "@" in found else LINK
    if (spoken := _SPOKEN.search(text)) and not _stands_in(spoken[0].casefold(), grounds):
        return ADDRESS
    if _LONG_TOKEN.search(text.translate(saying.NO_SLOTS)):
        return HIDDEN  # base64 and the like
    return ""


def _stands_in(found: str, grounds: Grounds) -> bool:
    """Whole: "shop.in" does not stand in "evilshop.in"."""
    return re.search(rf"(?<![\w.@/-]){re.escape(found)}(?![\w@/-])", grounds.owners_text) is not None


# --- numbers, dates and promises -----------------------------------------------------------------------------------------------


def _words(text: str, grounds: Grounds, sums: set[str]) -> str:
    said = saying.tokens(text)
    if _is_spelled_out(text) or _SIGN_IN_A_WORD.search(text) or _TWO_SCRIPTS.search(text):
        return HIDDEN
    if _in_pieces(said) or (
        saying.SLOT_SIGN in said and claims.BESIDE_NO_SLOT & set(saying.tokens(claims.AT_LEAST.sub(" ", text)))
    ):
        return PROMISE
    if any(not _is_the_owners(match[0], grounds) for match in claims.FOR_NOTHING.finditer(text)):
        return PROMISE
    for at in range(len(said)):
        why = _kind(said, at)
        of_a_sum = why == NUMBER and known.is_of_a_sum(said, at, sums, grounds)
        if why and not of_a_sum and not known.is_grounded(said, at, why, grounds):
            return why
    return ""


def _kind(said: Sequence[str], at: int) -> str:
    """What the token states of its own: NUMBER, PROMISE, DATE, or "" for a word that states nothing."""
    token, before, after = said[at], saying.token_at(said, at - 1), saying.token_at(said, at + 1)
    if any(unicodedata.category(c)[0] == "N" for c in token):
        return NUMBER
    if token in claims.SIGNS or saying.is_promise(token):
        return (
            ""
            if (before, token) in claims.FREE_TO or ((token, after) == claims.FREE_TO[1] and before == "feel")
            else PROMISE
        )
    if (token in claims.NUMBERS and (token not in claims.DOUBTFUL or _counts(after))) or _holds_a_number(token):
        return NUMBER
    if token in claims.TWO | claims.DOUBTFUL and _counts(after):
        return NUMBER
    if token in claims.ONE and _counts(after) and not _is_no_more_than_the(said, at):
        return NUMBER
    if token in claims.DATES or (token in claims.PARTS_OF_DAY and before not in claims.GREETING):
        return DATE
    return DATE if token in claims.SPANS and before in claims.NEXT else ""


def _is_no_more_than_the(said: Sequence[str], at: int) -> bool:
    """ "Would you like a jar?", "one packet is fine": it says no more than "the jar". "We send you a jar" does."""
    sentence = saying.sentence(said, at)
    if saying.token_at(said, at + 1) not in claims.AMOUNTS or not claims.ON_TOP.isdisjoint(sentence):
        return False
    suffices = claims.SUFFICES.issuperset(said[at + 2 : at + 4]) and at + 3 < len(said)
    return suffices or (sentence[-1] == "?" and not claims.WISHES.isdisjoint(sentence))


_SIGN_IN_A_WORD = re.compile(r"[^\W\d_][®©ª°·¸¬¦|!$#^=+\\<>¡¿«»§¶¤]+[^\W\d_]")
# A word of two scripts: a sign of one hides in a word of the other.
_TWO_SCRIPTS = re.compile(r"[a-z\u00df-\u00ff][\u0900-\u0963]|[\u0900-\u0963][a-z\u00df-\u00ff]")


def _in_pieces(said: Sequence[str]) -> bool:
    """ "fr ee", "fr-ee", "mu ft": a promise whose pieces are no words."""
    pieces = [word for word in said if word not in "-./'’"]
    for at in range(len(pieces) - 1):
        for end in (at + 2, at + 3, at + 4):
            run = pieces[at:end]
            whole = "".join(run)
            if len(run) == end - at and len(whole) > 3 and whole.isalpha() and whole in claims.PROMISES:
                return True
    return False


def _is_the_owners(phrase: str, grounds: Grounds) -> bool:
    return _stands_in(phrase.strip(), grounds)


def _counts(after: str) -> bool:
    return after in claims.UNITS or after in claims.NUMBERS or after in claims.SIGNS or saying.is_promise(after)


def _holds_a_number(token: str) -> bool:
    """ "sixhundred", "freedelivery", "dosau": words that were written together."""
    return claims.COUNTED.fullmatch(token) is not None or (
        len(token) > 5
        and token not in claims.NOT_GLUED
        and any(part in token and part != token for part in claims.GLUED)
    )


def _is_spelled_out(text: str) -> bool:
    """f r e e, s-i-x: letters one by one."""
    return re.search(r"(?<![^\W_])(?:[^\W\d_][\s.\-_*~]+){3,}[^\W\d_](?![^\W_])", text) is not None


# --- what it is written in -----------------------------------------------------------------------------------------------------


_JOINED = re.compile(r"[a-z0-9\u00c0-\u00ff][\u200c\u200d]|[\u200c\u200d][a-z0-9\u00c0-\u00ff]", re.IGNORECASE)


def _hides(text: str) -> bool:
    """Signs that are not seen, letters that look like others, other scripts."""
    if _JOINED.search(text):
        return True
    for c in unicodedata.normalize("NFC", text):
        category = unicodedata.category(c)
        if category in ("Cc", "Co", "Cs", "Cn") and c != "\n":
            return True
        if category == "Cf" and c not in "\u200c\u200d":
            return True
        if category[0] == "P" and not _is_our_sign(c):
            return True  # a full stop of another script, as in an address
        if category[0] in "LM" and not _is_of_our_scripts(c):
            return True
        if category in ("No", "Nl"):
            return True  # ½, ², Ⅷ, ⑥
    return False


def _is_our_sign(c: str) -> bool:
    return c <= "\u00ff" or "\u0900" <= c <= "\u097f" or "\u2010" <= c <= "\u205e"


def _is_of_our_scripts(c: str) -> bool:
    return c <= "\u00ff" or "\u0900" <= c <= "\u097f" or c in "\ufe0f\u20e3"


def _speech(text: str, language: str, grounds: Grounds) -> str:
    if any(run in grounds.told_runs for run in saying.runs(words(text), TOLD_IN_A_ROW)):
        return LEAK
    plain = text.translate(saying.NO_SLOTS)
    if any(c.isalpha() for c in plain) and (language == "hi") != is_devanagari(plain):
        return LANGUAGE
    latin = [word for word in words(plain) if word.isascii() and word.isalpha()]
    if len(latin) >= 4 and sum(word in claims.COMMON for word in latin) * 6 < len(latin):
        return LANGUAGE  # neither English nor Hindi
    return ""
