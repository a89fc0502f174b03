"""Whether a number or a day in a reply of the model is known: from the owner, from the customer where a customer's word will do, from a
slot beside it. Each of these holds one kind of sentence that good replies have, and no more: see docs/decisions/0020.
"""

import re
from collections.abc import Sequence

from . import amounts, claims, saying
from .grounds import Grounds

NUMBER, DATE = "number", "date"


def is_grounded(said: Sequence[str], at: int, why: str, grounds: Grounds) -> bool:
    """Whether the owner wrote it, with what stands around it, or the customer did, where a customer's word will do."""
    # What a number counts belongs to it: "in 2 days" is no ground for "in 2 weeks".
    latest = at - 1 if why == NUMBER and saying.token_at(said, at + 1) in claims.UNITS else at - 2
    runs = [tuple(said[first : first + 3]) for first in range(max(latest, 0), at + 1) if first + 3 <= len(said)]
    if any(run in grounds.owners and _says_of_what(run, said[at]) for run in runs) or tuple(said) in grounds.owners:
        return True
    if why == DATE:  # not the customer's: the day on which they would like it is no promise
        return _is_a_day_that_is_known(said, at, grounds)
    return why == NUMBER and _is_a_number_that_is_known(said, at, grounds)


def _says_of_what(run: Sequence[str], token: str) -> bool:
    """Beside the token stands a word: "₹500." alone would fit any sentence."""
    return any(other != token and other[0].isalpha() and not saying.is_promise(other) for other in run)


def _is_a_day_that_is_known(said: Sequence[str], at: int, grounds: Grounds) -> bool:
    """A part of the day or "each month" as in the owner's answer, in any language; a day beside the slot of its hours; "How can I help you
    today?"."""
    token = said[at]
    if token in claims.SPANS:
        return _is_a_time_that_is_known(said, at - 1, grounds)
    if token in claims.PARTS_OF_DAY:
        about = saying.about_nearest(said, at)
        known = grounds.times.get(claims.PART_OF_DAY[token], ())
        return bool(about) and any(about - {"ahead"} <= owners for owners in known)  # "before breakfast"
    if token in claims.TODAY:
        return _is_beside(said, at, saying.HOURS_TODAY) or _offers_help(said, at)
    return token in claims.TOMORROW and _is_beside(said, at, saying.HOURS_TOMORROW)


def _is_a_time_that_is_known(said: Sequence[str], at: int, grounds: Grounds) -> bool:
    """ "It keeps for a year" lets one say "lasts one year", not "pay in a year", and no price for a year."""
    sentence = saying.sentence(said, at)
    about = saying.about(sentence)
    known = grounds.times.get(amounts.at(said, at), ())
    return saying.SLOT_SIGN not in sentence and any(about <= owners and bool(about) == bool(owners) for owners in known)


def _is_beside(said: Sequence[str], at: int, slot: str) -> bool:
    """ "Today's hours are: {hours:today}": nothing but words of opening from the begin of the sentence to the slot and the day, and a sign
    after them."""
    for place in (place for place, word in enumerate(said) if word == slot):
        begin, last = max(saying.begin(said, at), saying.begin(said, place)), max(at, place)
        opening = set(said[begin:last]) - claims.TODAY - claims.TOMORROW - {saying.HOURS_TODAY, saying.HOURS_TOMORROW}
        ends = saying.token_at(said, last + 1) in claims.ENDS
        if (
            begin <= min(at, place)
            and ends
            and saying.token_at(said, begin - 1) != "?"
            and claims.OPENING.issuperset(opening)
            and not claims.OPEN.isdisjoint(opening)
        ):
            return saying.about(saying.sentence(said, at)) <= {"opening"}
    return False


def _offers_help(said: Sequence[str], at: int) -> bool:
    """A question that offers help: nothing else is said of the day."""
    sentence = saying.sentence(said, at)
    others = {word for word in sentence if word[0].isalnum()} - claims.OFFERING
    return sentence[-1] == "?" and not others and not claims.HELPING.isdisjoint(sentence)


def _is_a_number_that_is_known(said: Sequence[str], at: int, grounds: Grounds) -> bool:
    """An amount of the owner's in any language, a name that holds a number ("A2"), "two sizes"; the customer's own quantity or the
    number of their order. What the customer would like to pay is no price."""
    before, after = saying.token_at(said, at - 1), saying.token_at(said, at + 1)
    if sum(c.isdigit() for c in said[at]) > 6 or saying.is_money(before) or saying.is_money(after):
        return False
    counted = _is_an_amount_that_is_known(said, at, grounds)
    named = (said[at] in grounds.customers_numbers and _is_called(said, at)) or _is_a_reference(said, at, grounds)
    name = _NAME.fullmatch(said[at]) is not None and said[at] in grounds.owners_words
    return counted or named or name or (after in claims.KINDS and amounts.value(said[at]) in set("23456789"))


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
    return known and on_top.isdisjoint(saying.sentence(said, at))


def is_of_a_sum(said: Sequence[str], at: int, sums: set[str], grounds: Grounds) -> bool:
    """ "Three small jars: {total:...*3}", "for 12 dupattas: {total:...*12}": the sum says how many it is of, and nothing else stands
    between."""
    if amounts.value(said[at]) not in sums or saying.is_money(saying.token_at(said, at - 1)):
        return False
    slot = next((place for place in range(at, len(said)) if said[place] == saying.SLOT_SIGN), None)
    between = [word for word in said[at + 1 : slot] if not _is_sold(word, grounds)]
    counts = tuple(said[at + 1 : at + 3]) in claims.OF_THEM or any(
        word in claims.AMOUNTS or _is_sold(word, grounds) for word in said[at + 1 : at + 3]
    )
    return slot is not None and counts and claims.BEFORE_A_SUM.issuperset(between)


def _is_sold(word: str, grounds: Grounds) -> bool:
    """A word of a product's name, in any form of it: "dupattas", "कुर्तों"."""
    return word.isalpha() and any(name[:4] == word[:4] and len(name) > 3 for name in grounds.names)


def _is_called(said: Sequence[str], at: int) -> bool:
    """ "Order 4521", "order no. 4521": so the reply may. "Your order is 10" and "No. 10 for you" are prices."""
    number, after = said[at], saying.token_at(said, at + 1)
    if after in claims.NO_NUMBER_BEFORE or after in claims.UNITS or (after in claims.CASES and len(number) < 3):
        return False
    at -= saying.token_at(said, at - 1) == "#"
    at -= (saying.token_at(said, at - 2), saying.token_at(said, at - 1)) == ("no", ".") or (
        saying.token_at(said, at - 1) == ":" and saying.token_at(said, at - 2) in claims.SAYS_NUMBER
    )
    numbered = saying.token_at(said, at - 1) in claims.SAYS_NUMBER
    name = saying.token_at(said, at - 1 - numbered)
    if name in claims.ORDERS | claims.SUMS_UP and not number.isdecimal():
        return False
    return name in claims.NAMES_A_NUMBER - claims.SAYS_NUMBER and (numbered or name not in claims.SUMS_UP)
