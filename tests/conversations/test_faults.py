"""Every class of error, at once and as a later status: what the message becomes, and how often it reached the phone.

The Graph API is the simulator, over HTTP; its webhooks come to a small server and go through the drain.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts.models import AuditEvent, WhatsAppNumber
from cloud_api import messages
from conversations import claiming, outbound, sending, settling, silence, window
from conversations.models import ConsentEvent, Contact, Conversation, Message, Pace, Status
from tests import factories
from tests.factories import MEERA, deliver, drain
from tests.simulator.conftest import DAIRY, Product, Simulator, eventually, start_simulator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("dairy")]

NUMBER = {**DAIRY, "phone_number_id": factories.DAIRY_NUMBER, "waba_id": factories.DAIRY_WABA}
NUMBER["access_token"] = "token-of-the-dairy-0001"
PHONE = MEERA.phone


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield
