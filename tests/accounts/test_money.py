"""Prices as people read them."""

from decimal import Decimal

import pytest

from accounts.money import amount


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        ("0", "INR", "₹0"),
        ("72", "INR", "₹72"),
        ("90.50", "INR", "₹90.50"),
        ("90.05", "INR", "₹90.05"),
        ("999", "INR", "₹999"),
        ("1000", "INR", "₹1,000"),
        ("99999", "INR", "₹99,999"),
        ("100000", "INR", "₹1,00,000"),
        ("1234567.89", "INR", "₹12,34,567.89"),
        ("123456789", "INR", "₹12,34,56,789"),
        ("-1250", "INR", "-₹1,250"),
        ("1250.5", "USD", "$1,250.50"),
        ("1234567", "EUR", "€1,234,567"),
        ("3", "GBP", "£3"),
        ("1500", "NPR", "NPR 1,500"),
        ("0.005", "INR", "₹0"),
    ],
)
def test_an_amount_has_its_sign_and_its_grouping(value, currency, shown):
    assert amount(Decimal(value), currency) == shown
