"""Aadhaar, PAN and card numbers are taken out of a text before it leaves for the provider, or is kept for it.

A check digit alone does not make an Aadhaar number (one in ten phone numbers with 91 passes Verhoeff's): its own grouping of 4-4-4
with a good check digit does, or twelve digits in a text that speaks of Aadhaar. Digits of any script count.
"""

import re
import unicodedata

AADHAAR, PAN, CARD = "[Aadhaar number]", "[PAN]", "[card number]"

_SEPARATED = r"[ \t\u00a0.\-–/]{0,2}"
_TWELVE = re.compile(rf"(?<![0-9])[0-9]{{4}}({_SEPARATED})[0-9]{{4}}({_SEPARATED})[0-9]{{4}}(?![0-9])")
_ANY_TWELVE = re.compile(r"(?<![0-9])[0-9](?:[ \t\u00a0.\-–/]{0,2}[0-9]){11}(?![0-9])")
_ABOUT_AADHAAR = re.compile(r"a+dh?a+r|uidai|\buid\b|आधार|यूआईडी", re.IGNORECASE)
_PAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{3}[PCHFATBLJGpchfatbljg][A-Za-z][\s\-]?[0-9]{4}[\s\-]?[A-Za-z](?![A-Za-z0-9])"
)
_RUN = re.compile(r"(?<![0-9])[0-9](?:[ \t\u00a0.\-–/]{0,2}[0-9]){12,}(?![0-9])")
_GROUP = re.compile(r"[0-9]+")


def masked(text: str) -> str:
    """The text with a word in the place of each such number.

    >>> masked("my card is 4111 1111 1111 1111")
    'my card is [card number]'
    """
    plain = "".join(map(_ascii_digit, text))  # of the same length, so that places are the same
    spans = [(*span, CARD) for run in _RUN.finditer(plain) for span in _cards(plain, *run.span())]
    about = bool(_ABOUT_AADHAAR.search(plain))
    spans += [
        (*m.span(), AADHAAR) for m in (_ANY_TWELVE if about else _TWELVE).finditer(plain) if about or _is_aadhaar(m)
    ]
    spans += [(*match.span(), PAN) for match in _PAN.finditer(plain)]
    return _cut(text, spans)


def _cards(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """The card numbers in a run of digits and what stands between them: an expiry date may follow one in the same breath."""
    groups = [match.span() for match in _GROUP.finditer(plain, start, end)]
    found: list[tuple[int, int]] = []
    for first, (begins, _) in enumerate(groups):
        if found and begins < found[-1][1]:
            continue
        ends = (last for _, last in groups[first : first + 19])
        card = next((last for last in ends if _is_card(plain[begins:last])), None)
        if card:
            found.append((begins, card))
    return found


def _is_card(text: str) -> bool:
    digits = _digits(text)
    return 13 <= len(digits) <= 19 and _luhn(digits)


def _cut(text: str, spans: list[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, word in sorted(spans):
        if start >= at:
            parts += [text[at:start], word]
            at = end
        at = max(at, end)
    return "".join([*parts, text[at:]])


def _ascii_digit(c: str) -> str:
    return str(unicodedata.decimal(c)) if not c.isascii() and c.isdecimal() else c


def _digits(text: str) -> list[int]:
    return [int(c) for c in text if c.isdigit()]


def _is_aadhaar(match: re.Match) -> bool:
    grouped = bool(match[1]) and bool(match[2])
    return grouped and match[0][0] not in "01" and _verhoeff(_digits(match[0]))


def _luhn(digits: list[int]) -> bool:
    doubled = [d if place % 2 == 0 else d * 2 - 9 * (d > 4) for place, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0 and any(digits)


_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)  # Verhoeff's permutation


def _verhoeff(digits: list[int]) -> bool:
    """Verhoeff's check digit: the digits, each turned as often as its place says, multiplied in the dihedral group of ten."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        for _ in range(place % 8):
            digit = _TURN[digit]
        check = _product(check, digit)
    return check == 0


def _product(a: int, b: int) -> int:
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5
