"""What Meta says of numbers and accounts: in any order, and of the number that it names."""

from datetime import UTC, datetime, timedelta

import pytest
from django_scopes import scopes_disabled

from accounts import health
from accounts.models import WhatsAppNumber
from tests import factories

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


def _news(business, minute: int = 0, **said) -> health.News:
    return health.News(business.pk, NOON + timedelta(minutes=minute), waba_id=factories.DAIRY_WABA, **said)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_ban_and_its_end_in_any_order_end_the_same(dairy, order):
    news = [_news(dairy, 1, stops=True, warning="Disabled."), _news(dairy, 2, stops=False)]
    for place in order:
        health.note_many([news[place]])
    assert WhatsAppNumber.objects.get().stopped_at is None


@pytest.mark.parametrize(
    "said", [{"quality": "RED"}, {"name_decision": "REJECTED"}, {"warning": "The PIN was changed."}], ids=str
)
def test_what_is_said_of_another_number_of_the_account_is_not_ours(dairy, said):
    """The account has a number that is not connected here."""
    health.note_many([_news(dairy, display="918047189999", **said)])
    number = WhatsAppNumber.objects.get()
    assert (number.quality, number.name_decision, number.warning) == ("", "", "")
    health.note_many([_news(dairy, display="918047180011", **said)])
    number.refresh_from_db()
    assert (number.quality, number.name_decision, number.warning) != ("", "", "")


def test_a_number_whose_own_digits_are_not_known_may_be_the_one_that_is_meant(dairy):
    WhatsAppNumber.objects.update(display_phone_number="")
    health.note_many([_news(dairy, display="918047180011", quality="RED")])
    assert WhatsAppNumber.objects.get().quality == "RED"
