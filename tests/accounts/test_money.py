"""Prices as people read them."""

from decimal import Decimal

import pytest

from accounts.money import amount, exact


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


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        ("0", "USD", "$0.00"),
        ("0.000001", "USD", "$0.000001"),
        ("0.0020", "EUR", "€0.002"),
        ("0.1000000", "INR", "₹0.10"),
        ("1234567.5", "INR", "₹12,34,567.50"),
        ("-0.25", "NPR", "-NPR 0.25"),
    ],
)
def test_what_costs_less_than_a_coin_is_told_all_the_same(value, currency, shown):
    assert exact(Decimal(value), currency) == shown
