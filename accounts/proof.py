"""Is this number theirs? Meta says so: it shows a number and an account to no token but their own.

Without the question, whoever entered a stranger's id first would get what that number's customers write, where both use
the installation's Meta app.
"""

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import gettext

from cloud_api.client import Client
from cloud_api.errors import GraphError

from .errors import DomainError

TOKEN_CODES = {0, 190}
SECONDS = 8.0  # for each of two questions, while a person waits


def prove(access_token: str, *, phone_number_id: str = "", waba_id: str = "") -> None:
    """Asks Meta for what is given. Raises DomainError: not_proven (400, with the field that is wrong) or
    meta_unreachable (503). Call it outside a transaction.
    """
    client = Client(settings.GRAPH_API_URL, settings.GRAPH_API_VERSION, access_token, read_timeout=SECONDS, pool_size=1)
    try:
        if phone_number_id:
            _ask(lambda: client.number(phone_number_id), "phoneNumberId")
        if waba_id:
            _ask(lambda: client.subscribed_apps(waba_id), "wabaId")
    finally:
        client.close()


def _ask(question: Callable, field: str) -> None:
    try:
        question()
    except GraphError as error:
        if error.retryable or error.maybe_sent:
            text = gettext("Meta does not answer, so nothing was changed. Try again in a few minutes.")
            raise DomainError("meta_unreachable", text, status=503) from None
        if error.code in TOKEN_CODES or error.http_status == 401:
            field, text = "accessToken", gettext("Meta does not take this access token.")
        elif field == "wabaId":
            text = gettext("This access token sees no WhatsApp account with this id.")
        else:
            text = gettext("This access token sees no number with this id (which is not the phone number itself).")
        message = gettext("Meta does not confirm that this is yours: %(why)s") % {"why": text}
        raise DomainError("not_proven", message, **{field: text}) from None
