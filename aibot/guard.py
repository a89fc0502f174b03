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

from . import amounts, claims
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
    def owners_amounts(self) -> set[amounts.Amount]:
        return {amount for text in (*self.answers, *self.facts) for amount in amounts.of(tokens(text))}

    @cached_property
    def owners_words(self) -> set[str]:
        return {token for text in (*self.answers, *self.facts) for token in tokens(text)}

    @cached_property
    def names(self) -> set[str]:
        return {token for text in self.facts for token in tokens(text)}

    @cached_property
    def references(self) -> set[str]:
        """Of the customer's orders: "RB2217"."""
        return {found for text in self.said for found in _REFERENCE.findall(_folded(text))}

    @cached_property
    def times(self) -> dict[amounts.Amount | str, set[frozenset[str]]]:
        """Each amount of time and part of the day of the owner's -> what the sentences and clauses that hold it are about."""
        found: dict[amounts.Amount | str, set[frozenset[str]]] = {}
        for text in (*self.answers, *self.facts):
            written = tokens(text)
            for at in range(len(written)):
                if (amount := amounts.at(written, at)) and amount[1] in amounts.TIMES:
                    found.setdefault(amount, set()).update({_about(_sentence(written, at)), _about(written)})
                if written[at] in claims.PARTS_OF_DAY:
                    found.setdefault(claims.PART_OF_DAY[written[at]], set()).add(_about_nearest(written, at))
        return found

    @cached_property
    def customers_amounts(self) -> set[amounts.Amount]:
        return {amount for text in self.said for amount in amounts.of(tokens(text))}

    @cached_property
    def customers_numbers(self) -> set[str]:
        """Of orders, houses and the like: "order 4521", "my flat is 302"."""
        return {number for text in self.said for number in _named(tokens(text))}

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
    outside = _folded(SLOT.sub(_stand_in, reply))
    if "{" in outside or "}" in outside:
        return SLOTS
    if "```" in reply or re.search(r"<[a-z/!]", reply, re.IGNORECASE):
        return CODE
    return _links(outside, grounds) or _words(outside, grounds, _sums(reply)) or _speech(outside, language, grounds)


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
    if _LONG_TOKEN.search(text.translate(_NO_SLOTS)):
        return HIDDEN  # base64 and the like
    return ""


def _stands_in(found: str, grounds: Grounds) -> bool:
    """Whole: "shop.in" does not stand in "evilshop.in"."""
    return re.search(rf"(?<![\w.@/-]){re.escape(found)}(?![\w@/-])", grounds.owners_text) is not None


# --- numbers, dates and promises -----------------------------------------------------------------------------------------------

# They stand where a slot was: that of today's hours, of tomorrow's, and any other.
_SLOT, _HOURS_TODAY, _HOURS_TOMORROW = "\ue000", "\ue001", "\ue002"
_NO_SLOTS = dict.fromkeys(map(ord, (_SLOT, _HOURS_TODAY, _HOURS_TOMORROW)))
_TOKEN = re.compile(
    r"[\ue000-\ue002]|[₹$€£%‰¢¥]|[^\W\d_][\u0900-\u0903\u093a-\u094f\u0951-\u0957\w]*|\d+(?:[.,:/\-]\d+)*|\S"
)


def _stand_in(slot: re.Match) -> str:
    hours = {"today": _HOURS_TODAY, "tomorrow": _HOURS_TOMORROW} if slot[1] == "hours" else {}
    return f" {hours.get(slot[2].strip(), _SLOT)} "


def _sums(reply: str) -> set[str]:
    """How many of something a sum is of: {total:cow-ghee-1-kg*3} -> "3"."""
    counts = (inside.rpartition("*")[2].strip() for name, inside in SLOT.findall(reply) if name == "total")
    return {count for count in counts if count.isdecimal()}  # of whole things: "half of the bill" is none


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


def _words(text: str, grounds: Grounds, sums: set[str]) -> str:
    said = tokens(text)
    if _is_spelled_out(text) or _SIGN_IN_A_WORD.search(text) or _TWO_SCRIPTS.search(text):
        return HIDDEN
    if _in_pieces(said) or (_SLOT in said and claims.BESIDE_NO_SLOT & set(tokens(claims.AT_LEAST.sub(" ", text)))):
        return PROMISE
    if any(not _is_the_owners(match[0], grounds) for match in claims.FOR_NOTHING.finditer(text)):
        return PROMISE
    for at in range(len(said)):
        why = _kind(said, at)
        of_a_sum = why == NUMBER and _is_of_a_sum(said, at, sums, grounds)
        if why and not of_a_sum and not _is_grounded(said, at, why, grounds):
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
    if token in claims.TWO | claims.DOUBTFUL and _counts(after):
        return NUMBER
    if token in claims.ONE and _counts(after) and not _is_no_more_than_the(said, at):
        return NUMBER
    if token in claims.DATES or (token in claims.PARTS_OF_DAY and before not in claims.GREETING):
        return DATE
    return DATE if token in claims.SPANS and before in claims.NEXT else ""


def _is_no_more_than_the(said: Sequence[str], at: int) -> bool:
    """ "Would you like a jar?", "one packet is fine": it says no more than "the jar". "We send you a jar" does."""
    sentence = _sentence(said, at)
    if _at(said, at + 1) not in claims.AMOUNTS or not claims.ON_TOP.isdisjoint(sentence):
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
    # What a number counts belongs to it: "in 2 days" is no ground for "in 2 weeks".
    latest = at - 1 if why == NUMBER and _at(said, at + 1) in claims.UNITS else at - 2
    runs = [tuple(said[first : first + 3]) for first in range(max(latest, 0), at + 1) if first + 3 <= len(said)]
    if any(run in grounds.owners and _says_of_what(run, said[at]) for run in runs) or tuple(said) in grounds.owners:
        return True
    if why == DATE:  # not the customer's: the day on which they would like it is no promise
        return _is_a_day_that_is_known(said, at, grounds)
    return why == NUMBER and _is_a_number_that_is_known(said, at, grounds)


def _is_a_day_that_is_known(said: Sequence[str], at: int, grounds: Grounds) -> bool:
    """A part of the day or "each month" as in the owner's answer, in any language; a day beside the slot of its hours; "How can I help you
    today?"."""
    token = said[at]
    if token in claims.SPANS:
        return _is_a_time_that_is_known(said, at - 1, grounds)
    if token in claims.PARTS_OF_DAY:
        about = _about_nearest(said, at)
        known = grounds.times.get(claims.PART_OF_DAY[token], ())
        return bool(about) and any(about - {"ahead"} <= owners for owners in known)  # "before breakfast"
    if token in claims.TODAY:
        return _is_beside(said, at, _HOURS_TODAY) or _offers_help(said, at)
    return token in claims.TOMORROW and _is_beside(said, at, _HOURS_TOMORROW)


def _is_a_time_that_is_known(said: Sequence[str], at: int, grounds: Grounds) -> bool:
    """ "It keeps for a year" lets one say "lasts one year", not "pay in a year", and no price for a year."""
    sentence = _sentence(said, at)
    about = _about(sentence)
    known = grounds.times.get(amounts.at(said, at), ())
    return _SLOT not in sentence and any(about <= owners and bool(about) == bool(owners) for owners in known)


def _about(sentence: Sequence[str]) -> frozenset[str]:
    return frozenset(claims.ABOUT[word] for word in sentence if word in claims.ABOUT)


def _about_nearest(said: Sequence[str], at: int) -> frozenset[str]:
    """What the clause is about, or the sentence where the clause does not tell: "milked at night and reaches you in the morning"."""
    return _about(_clause(said, at)) or _about(_sentence(said, at))


def _is_beside(said: Sequence[str], at: int, slot: str) -> bool:
    """ "Today's hours are: {hours:today}": nothing but words of opening from the begin of the sentence to the slot and the day, and a sign
    after them."""
    for place in (place for place, word in enumerate(said) if word == slot):
        begin, last = max(_begin(said, at), _begin(said, place)), max(at, place)
        opening = set(said[begin:last]) - claims.TODAY - claims.TOMORROW - {_HOURS_TODAY, _HOURS_TOMORROW}
        ends = _at(said, last + 1) in claims.ENDS
        if (
            begin <= min(at, place)
            and ends
            and _at(said, begin - 1) != "?"
            and claims.OPENING.issuperset(opening)
            and not claims.OPEN.isdisjoint(opening)
        ):
            return _about(_sentence(said, at)) <= {"opening"}
    return False


def _offers_help(said: Sequence[str], at: int) -> bool:
    """A question that offers help: nothing else is said of the day."""
    sentence = _sentence(said, at)
    others = {word for word in sentence if word[0].isalnum()} - claims.OFFERING
    return sentence[-1] == "?" and not others and not claims.HELPING.isdisjoint(sentence)


def _sentence(said: Sequence[str], at: int) -> Sequence[str]:
    """The one that holds this token, with the sign that ends it."""
    return said[_begin(said, at) : next((end for end in range(at, len(said)) if _ends(said, end)), len(said)) + 1]


def _begin(said: Sequence[str], at: int) -> int:
    return next((before + 1 for before in range(at - 1, -1, -1) if _ends(said, before)), 0)


def _ends(said: Sequence[str], at: int) -> bool:
    """A sentence. The stops of "e.g." end none."""
    return said[at] in ".!?।" and not (said[at] == "." and len(_at(said, at - 1)) == 1 and _at(said, at - 1).isalpha())


def _clause(said: Sequence[str], at: int) -> Sequence[str]:
    first, last = at, at
    while first and said[first - 1] not in claims.CUTS:
        first -= 1
    while last < len(said) and said[last] not in claims.CUTS:
        last += 1
    return said[first:last]


def _is_a_number_that_is_known(said: Sequence[str], at: int, grounds: Grounds) -> bool:
    """An amount of the owner's in any language, a name that holds a number ("A2"), "two sizes"; the customer's own quantity or the
    number of their order. What the customer would like to pay is no price."""
    before, after = _at(said, at - 1), _at(said, at + 1)
    if sum(c.isdigit() for c in said[at]) > 6 or _is_money(before) or _is_money(after):
        return False
    counted = _is_an_amount_that_is_known(said, at, grounds)
    named = (said[at] in grounds.customers_numbers and _is_called(said, at)) or _is_a_reference(said, at, grounds)
    name = _NAME.fullmatch(said[at]) is not None and said[at] in grounds.owners_words
    return counted or named or name or (after in claims.KINDS and amounts.value(said[at]) in set("23456789"))


_REFERENCE = re.compile(r"(?<![^\W_])(?!rs|inr|usd)[a-z]{2,3}-?\d{3,6}(?![^\W_])")


def _is_a_reference(said: Sequence[str], at: int, grounds: Grounds) -> bool:
    """ "RB2217", "RB-318": letters and digits, as the customer wrote them."""
    return said[at] in grounds.references or "".join(said[max(at - 2, 0) : at + 1]) in grounds.references


_NAME = re.compile(r"[^\W\d_]\d{1,2}")  # "A2"; "Rs500" and "SAVE20" are none


def _is_an_amount_that_is_known(said: Sequence[str], at: int, grounds: Grounds) -> bool:
    amount = amounts.at(said, at)
    if amount is None or amount[1] in amounts.TIMES:
        return amount is not None and _is_a_time_that_is_known(said, at, grounds)
    known = amount in grounds.owners_amounts or amount in grounds.customers_amounts
    on_top = claims.ON_TOP if said[at] in claims.ONE else claims.TREATS
    return known and on_top.isdisjoint(_sentence(said, at))


def _is_of_a_sum(said: Sequence[str], at: int, sums: set[str], grounds: Grounds) -> bool:
    """ "Three small jars: {total:...*3}", "for 12 dupattas: {total:...*12}": the sum says how many it is of, and nothing else stands
    between."""
    if amounts.value(said[at]) not in sums or _is_money(_at(said, at - 1)):
        return False
    slot = next((place for place in range(at, len(said)) if said[place] == _SLOT), None)
    between = [word for word in said[at + 1 : slot] if not _is_sold(word, grounds)]
    counts = tuple(said[at + 1 : at + 3]) in claims.OF_THEM or any(
        word in claims.AMOUNTS or _is_sold(word, grounds) for word in said[at + 1 : at + 3]
    )
    return slot is not None and counts and claims.BEFORE_A_SUM.issuperset(between)


def _is_sold(word: str, grounds: Grounds) -> bool:
    """A word of a product's name, in any form of it: "dupattas", "कुर्तों"."""
    return word.isalpha() and any(name[:4] == word[:4] and len(name) > 3 for name in grounds.names)


def _named(said: Sequence[str]) -> Iterable[str]:
    return (token for at, token in enumerate(said) if token[0].isdigit() and _follows_a_name(said, at))


def _follows_a_name(said: Sequence[str], at: int) -> bool:
    """ "order 4521", "order no. 4521", "my flat is 302": so customers write."""
    while _at(said, at - 1) in claims.BEFORE_A_NUMBER - claims.NAMES_A_NUMBER:
        at -= 1
    return _at(said, at - 1) in claims.NAMES_A_NUMBER


def _is_called(said: Sequence[str], at: int) -> bool:
    """ "Order 4521", "order no. 4521": so the reply may. "Your order is 10" and "No. 10 for you" are prices."""
    number, after = said[at], _at(said, at + 1)
    if after in claims.NO_NUMBER_BEFORE or after in claims.UNITS or (after in claims.CASES and len(number) < 3):
        return False
    at -= _at(said, at - 1) == "#"
    at -= (_at(said, at - 2), _at(said, at - 1)) == ("no", ".") or (
        _at(said, at - 1) == ":" and _at(said, at - 2) in claims.SAYS_NUMBER
    )
    numbered = _at(said, at - 1) in claims.SAYS_NUMBER
    name = _at(said, at - 1 - numbered)
    if name in claims.ORDERS | claims.SUMS_UP and not number.isdecimal():
        return False
    return name in claims.NAMES_A_NUMBER - claims.SAYS_NUMBER and (numbered or name not in claims.SUMS_UP)


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
    plain = text.translate(_NO_SLOTS)
    if any(c.isalpha() for c in plain) and (language == "hi") != is_devanagari(plain):
        return LANGUAGE
    latin = [word for word in words(plain) if word.isascii() and word.isalpha()]
    if len(latin) >= 4 and sum(word in claims.COMMON for word in latin) * 6 < len(latin):
        return LANGUAGE  # neither English nor Hindi
    return ""
