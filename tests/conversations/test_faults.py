"""Every class of error, at once and as a later status: what the message becomes, and how often it reached the phone.

The Graph API is the simulator, over HTTP; its webhooks come to a small server and go through the drain.
"""

import pytest
from django_scopes import scopes_disabled

from tests import factories
from tests.factories import MEERA
from tests.simulator.conftest import DAIRY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("dairy")]

NUMBER = {**DAIRY, "phone_number_id": factories.DAIRY_NUMBER, "waba_id": factories.DAIRY_WABA}
NUMBER["access_token"] = "token-of-the-dairy-0001"
PHONE = MEERA.phone


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield
