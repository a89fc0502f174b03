"""A text of the model's, a customer's or an owner's as guard.py looks at it: tokens, sentences, and what they are about."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from conversations.wording import words

from . import claims
from .slots import SLOT

# They stand where a slot was: that of today's hours, of tomorrow's, and any other.
SLOT_SIGN, HOURS_TODAY, HOURS_TOMORROW = "\ue000", "\ue001", "\ue002"
NO_SLOTS = dict.fromkeys(map(ord, (SLOT_SIGN, HOURS_TODAY, HOURS_TOMORROW)))
_TOKEN = re.compile(
    r"[\ue000-\ue002]|[₹$€£%‰¢¥]|[^\W\d_][\u0900-\u0903\u093a-\u094f\u0951-\u0957\w]*|\d+(?:[.,:/\-]\d+)*|\S"
)


def stand_in(slot: re.Match) -> str:
    """For a match of slots.SLOT, the sign that stands for it."""
    hours = {"today": HOURS_TODAY, "tomorrow": HOURS_TOMORROW} if slot[1] == "hours" else {}
    return f" {hours.get(slot[2].strip(), SLOT_SIGN)} "


def sums(reply: str) -> set[str]:
    """How many of something a sum is of: {total:cow-ghee-1-kg*3} -> "3"."""
    counts = (inside.rpartition("*")[2].strip() for name, inside in SLOT.findall(reply) if name == "total")
    return {count for count in counts if count.isdecimal()}  # of whole things: "half of the bill" is none


def tokens(text: str) -> list[str]:
    """Words, numbers and signs in the form in which they are compared."""
    return [_token(found) for found in _TOKEN.findall(folded(text))]


def _token(found: str) -> str:
    return (words(found) or (found,))[0] if found[0].isalpha() else found


_FORMATTING = re.compile(r"(?<=[^\W\d_])[*_~`]+(?=[^\W\d_])")  # fr*ee* is shown without its stars


def folded(text: str) -> str:
    return _FORMATTING.sub("", "".join(map(_plain, unicodedata.normalize("NFKC", text).casefold())))


def _plain(c: str) -> str:
    """Digits of any script as 0 to 9, é as e; without signs that join letters and are not seen."""
    if c in "\u200c\u200d":
        return ""
    if c.isdecimal():
        return str(unicodedata.decimal(c))
    return unicodedata.normalize("NFD", c)[0] if "\u00c0" <= c <= "\u00ff" else c


def runs(of: Sequence[str], length: int) -> Iterable[tuple[str, ...]]:
    """Each run of so many tokens; the whole where there are fewer."""
    padded = list(of)
    if len(padded) < length:
        return [tuple(padded)]
    return [tuple(padded[at : at + length]) for at in range(len(padded) - length + 1)]


def token_at(said: Sequence[str], at: int) -> str:
    """Empty outside of the text."""
    return said[at] if 0 <= at < len(said) else ""


def sentence(said: Sequence[str], at: int) -> Sequence[str]:
    """The one that holds this token, with the sign that ends it."""
    return said[begin(said, at) : next((end for end in range(at, len(said)) if _ends(said, end)), len(said)) + 1]


def begin(said: Sequence[str], at: int) -> int:
    """Where the sentence of this token begins."""
    return next((before + 1 for before in range(at - 1, -1, -1) if _ends(said, before)), 0)


def _ends(said: Sequence[str], at: int) -> bool:
    """A sentence. The stops of "e.g." end none."""
    return said[at] in ".!?।" and not (
        said[at] == "." and len(token_at(said, at - 1)) == 1 and token_at(said, at - 1).isalpha()
    )


def clause(said: Sequence[str], at: int) -> Sequence[str]:
    first, last = at, at
    while first and said[first - 1] not in claims.CUTS:
        first -= 1
    while last < len(said) and said[last] not in claims.CUTS:
        last += 1
    return said[first:last]


def about(said: Sequence[str]) -> frozenset[str]:
    """ "coming", "paying" and so on: claims.ABOUT."""
    return frozenset(claims.ABOUT[word] for word in said if word in claims.ABOUT)


def about_nearest(said: Sequence[str], at: int) -> frozenset[str]:
    """What the clause is about, or the sentence where the clause does not tell: "milked at night and reaches you in the morning"."""
    return about(clause(said, at)) or about(sentence(said, at))


def follows_a_name(said: Sequence[str], at: int) -> bool:
    """ "order 4521", "order no. 4521", "my flat is 302": so customers write."""
    while token_at(said, at - 1) in claims.BEFORE_A_NUMBER - claims.NAMES_A_NUMBER:
        at -= 1
    return token_at(said, at - 1) in claims.NAMES_A_NUMBER


# A number with letters, as shops give to orders: "RB2217", "RB-318". "Rs500" is none.
REFERENCE = re.compile(r"(?<![^\W_])(?!rs|inr|usd)[a-z]{2,3}-?\d{3,6}(?![^\W_])")


def is_promise(token: str) -> bool:
    return (
        token in claims.PROMISES
        or _squeezed(token) in claims.PROMISES
        or (token.startswith(("rupee", "rupay", "रुप", "रूप", "discount", "cashback")) and token not in claims.HARMLESS)
    )


def _squeezed(token: str) -> str:
    """ "freeee" as "free"."""
    return re.sub(r"(.)\1{2,}", r"\1\1", token)


def is_money(token: str) -> bool:
    return token in claims.SIGNS or is_promise(token)
