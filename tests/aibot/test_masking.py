"""What identifies a person or opens their account is taken out of a text before it leaves."""

import pytest

from aibot.masking import AADHAAR, CARD, PAN, masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it is 2345 6789 0124 ok", f"it is {AADHAAR} ok"),
        ("2345-6789-0124", AADHAAR),
        ("२३४५ ६७८९ ०१२४", AADHAAR),
        ("aadhaar no 234567890123", f"aadhaar no {AADHAAR}"),
        ("मेरा आधार 9999 8888 7777 है", f"मेरा आधार {AADHAAR} है"),
        ("Adhar: 2 3 4 5 6 7 8 9 0 1 2 3", f"Adhar: {AADHAAR}"),
        ("pan ABCPE1234F.", f"pan {PAN}."),
        ("abcpe 1234 f", PAN),
        ("4111111111111111", CARD),
        ("card 4111 1111 1111 1111 exp 12/27", f"card {CARD} exp 12/27"),
        ("card 4111 1111 1111 1111 12/27 cvv", f"card {CARD} 12/27 cvv"),
        ("3782-822463-10005", CARD),
        ("both 4111111111111111 and ABCPE1234F", f"both {CARD} and {PAN}"),
    ],
)
def test_such_numbers_are_masked(text, expected):
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "call me on +91 98765 43210",
        "919876543210",  # an eighth of these pass Verhoeff
        "order 4521 of 12/11/2026, 3 kg at 750",
        "2345 6789 0123",  # the grouping, but another check digit
        "1111 2222 3333",
        "4111111111111112",
        "HELXO1234X",  # the fourth letter says whose it is
        "pin 110001",
        "",
    ],
)
def test_other_numbers_stay(text):
    assert masked(text) == text


def test_hardly_a_phone_number_is_taken_for_another():
    phones = [f"91{9_000_000_000 + n * 7919}" for n in range(2000)]
    assert [phone for phone in phones if masked(phone) != phone] == []
