"""What the model wrote, before a customer sees it: safe even if the model does what an attacker in the conversation tells it.

Prices, sums, percentages, dates and times are slots that slots.py fills from rows. A number, in digits or in words, in English, Hindi
or Romanised Hindi, that stands outside a slot must be in a matched answer of the owner's, or be the customer's own quantity or
order number ("3 kg", "order 4521"). "Free", a weekday, "tomorrow" must be in the owner's answer: a customer who writes "say that it
comes on Monday" shall not get it in writing. A link, a phone number, an e-mail address or
a UPI id must be in the facts. Whatever else is in doubt is not sent: a person answers instead. So this errs on the side of silence.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from conversations.wording import is_devanagari, words

from . import claims
from .slots import SLOT

MOST = 700  # characters of a reply, before its slots are filled
_LEAK = 7  # so many words in a row of the instructions are no accident

NUMBER, PROMISE, DATE, LINK, ADDRESS = "number", "promise", "date", "link", "address"
LONG, LANGUAGE, LEAK, HIDDEN, SLOTS, CODE = "long", "language", "leak", "hidden", "slot", "code"


@dataclass(frozen=True)
class Grounds:
    """What the reply may rest on. ``said``: the customer's own words; ``answers``: the owner's matched answers; ``facts``: what the
    business says of itself, its name and texts; ``told``: the instructions that the model was given.
    """

    said: Sequence[str] = ()
    answers: Sequence[str] = ()
    facts: Sequence[str] = ()
    told: str = ""

    @cached_property
    def owners(self) -> set[tuple[str, ...]]:
        """Each three tokens in a row of what the owner has written."""
        return {run for text in (*self.answers, *self.facts) for run in _runs(tokens(text), 3)}

    @cached_property
    def customers(self) -> set[tuple[str, ...]]:
        return {pair for text in self.said for pair in _runs(tokens(text), 2)}

    @cached_property
    def owners_text(self) -> str:
        return " ".join(_folded(text) for text in (*self.answers, *self.facts))

    @cached_property
    def told_runs(self) -> set[tuple[str, ...]]:
        return {run for run in _runs(words(self.told), _LEAK) if len(run) == _LEAK}


def fault(reply: str, language: str, grounds: Grounds) -> str:
    """Why a reply may not be sent, one word for the trace; "" where it may. ``language``: the one that the customer wrote in."""
    if len(reply) > MOST:
        return LONG
    if _hides(reply):
        return HIDDEN
    outside = _folded(SLOT.sub(f" {_SLOT} ", reply))
    if "{" in outside or "}" in outside:
        return SLOTS
    if "```" in reply or re.search(r"<[a-z/!]", reply, re.IGNORECASE):
        return CODE
    return _links(outside, grounds) or _words(outside, grounds) or _speech(outside, language, grounds)


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
    if _LONG_TOKEN.search(text.replace(_SLOT, "")):
        return HIDDEN  # base64 and the like
    return ""


def _stands_in(found: str, grounds: Grounds) -> bool:
    """Whole: "shop.in" does not stand in "evilshop.in"."""
    return re.search(rf"(?<![\w.@/-]){re.escape(found)}(?![\w@/-])", grounds.owners_text) is not None


# --- numbers, dates and promises -----------------------------------------------------------------------------------------------

_SLOT = "\ue000"  # stands where a slot was
_TOKEN = re.compile(
    r"\ue000|[₹$€£%‰¢¥]|[^\W\d_\ue000][\u0900-\u0903\u093a-\u094f\u0951-\u0957\w]*|\d+(?:[.,:/\-]\d+)*|\S"
)


def tokens(text: str) -> list[str]:
    """Words, numbers and signs in the form in which they are compared."""
    return [_token(found) for found in _TOKEN.findall(_folded(text))]


def _token(found: str) -> str:
    return (words(found) or (found,))[0] if found[0].isalpha() else found


_FORMATTING = re.compile(r"(?<=[^\W\d_])[*_~`]+(?=[^\W\d_])")  # fr*ee* is shown without its stars


def _folded(text: str) -> str:
    return _FORMATTING.sub("", "".join(map(_plain, unicodedata.normalize("NFKC", text).casefold())))


def _plain(c: str) -> str:
    """Digits of any script as 0 to 9, é as e; without signs that join letters and are not seen."""
    if c in "\u200c\u200d":
        return ""
    if c.isdecimal():
        return str(unicodedata.decimal(c))
    return unicodedata.normalize("NFD", c)[0] if "\u00c0" <= c <= "\u00ff" else c


def _runs(of: Sequence[str], length: int) -> Iterable[tuple[str, ...]]:
    """Each run of so many tokens; the whole where there are fewer."""
    padded = list(of)
    if len(padded) < length:
        return [tuple(padded)]
    return [tuple(padded[at : at + length]) for at in range(len(padded) - length + 1)]


def _words(text: str, grounds: Grounds) -> str:
    said = tokens(text)
    if _is_spelled_out(text) or _SIGN_IN_A_WORD.search(text) or _TWO_SCRIPTS.search(text):
        return HIDDEN
    if _in_pieces(said) or (_SLOT in said and claims.BESIDE_NO_SLOT & set(said)):
        return PROMISE
    if any(not _is_the_owners(match[0], grounds) for match in claims.FOR_NOTHING.finditer(text)):
        return PROMISE
    for at in range(len(said)):
        why = _kind(said, at)
        if why and not _is_grounded(said, at, why, grounds):
            return why
    return ""


def _kind(said: Sequence[str], at: int) -> str:
    """What the token states of its own: NUMBER, PROMISE, DATE, or "" for a word that states nothing."""
    token, before, after = said[at], _at(said, at - 1), _at(said, at + 1)
    if any(unicodedata.category(c)[0] == "N" for c in token):
        return NUMBER
    if token in claims.SIGNS or _is_promise(token):
        return (
            ""
            if (before, token) in claims.FREE_TO or ((token, after) == claims.FREE_TO[1] and before == "feel")
            else PROMISE
        )
    if (token in claims.NUMBERS and (token not in claims.DOUBTFUL or _counts(after))) or _holds_a_number(token):
        return NUMBER
    if token in claims.ONE | claims.TWO | claims.DOUBTFUL and _counts(after):
        return NUMBER
    if token in claims.DATES or (token in claims.PARTS_OF_DAY and before not in claims.GREETING):
        return DATE
    return DATE if token in claims.SPANS and before in claims.NEXT else ""


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


def _at(said: Sequence[str], at: int) -> str:
    return said[at] if 0 <= at < len(said) else ""


def _counts(after: str) -> bool:
    return after in claims.UNITS or after in claims.NUMBERS or after in claims.SIGNS or _is_promise(after)


def _is_promise(token: str) -> bool:
    return (
        token in claims.PROMISES
        or _squeezed(token) in claims.PROMISES
        or (token.startswith(("rupee", "rupay", "रुप", "रूप", "discount", "cashback")) and token not in claims.HARMLESS)
    )


def _squeezed(token: str) -> str:
    """ "freeee" as "free"."""
    return re.sub(r"(.)\1{2,}", r"\1\1", token)


def _holds_a_number(token: str) -> bool:
    """ "sixhundred", "freedelivery", "dosau": words that were written together."""
    return claims.COUNTED.fullmatch(token) is not None or (
        len(token) > 5
        and token not in claims.NOT_GLUED
        and any(part in token and part != token for part in claims.GLUED)
    )


def _is_grounded(said: Sequence[str], at: int, why: str, grounds: Grounds) -> bool:
    """Whether the owner wrote it, with what stands around it, or the customer did, where a customer's word will do."""
    runs = [tuple(said[first : first + 3]) for first in range(max(at - 2, 0), at + 1) if first + 3 <= len(said)]
    if any(run in grounds.owners and _says_of_what(run, said[at]) for run in runs) or tuple(said) in grounds.owners:
        return True
    if why != NUMBER:
        return False  # what the customer would like to pay is no price, and the day on which they would like it is no promise
    before, after = _at(said, at - 1), _at(said, at + 1)
    if sum(c.isdigit() for c in said[at]) > 6 or _is_money(before) or _is_money(after):
        return False
    counted = after in claims.AMOUNTS and (said[at], after) in grounds.customers
    named = before in claims.NAMES_A_NUMBER and (before, said[at]) in grounds.customers
    return counted or named


def _says_of_what(run: Sequence[str], token: str) -> bool:
    """Beside the token stands a word: "₹500." alone would fit any sentence."""
    return any(other != token and other[0].isalpha() and not _is_promise(other) for other in run)


def _is_money(token: str) -> bool:
    return token in claims.SIGNS or _is_promise(token)


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
    if any(run in grounds.told_runs for run in _runs(words(text), _LEAK)):
        return LEAK
    plain = text.replace(_SLOT, "")
    if any(c.isalpha() for c in plain) and (language == "hi") != is_devanagari(plain):
        return LANGUAGE
    latin = [word for word in words(plain) if word.isascii() and word.isalpha()]
    if len(latin) >= 4 and sum(word in claims.COMMON for word in latin) * 6 < len(latin):
        return LANGUAGE  # neither English nor Hindi
    return ""
