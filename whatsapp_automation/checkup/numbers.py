"""One WhatsApp number: may it send, does Meta know it by this token, do its webhooks reach us?

Asks Meta twice and our own public address once; each has seconds, so the caller holds no transaction. Nothing is
changed, nothing is sent to a customer.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlencode, urlsplit

import requests
from django.conf import settings
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import reading
from accounts.models import WhatsAppNumber
from accounts.secrets import SecretError
from cloud_api.client import Client
from cloud_api.errors import Ambiguous, GraphError, NotSent
from cloud_api.transport import shared_session
from conversations import stopping
from webhooks.models import Tally

from . import BAD, OK, WARN, Finding

GRAPH_SECONDS = 8.0
CALLBACK_SECONDS = 6.0
QUIET = timedelta(days=7)  # a shop to which nobody has written for so long should look
_PERMISSION = {3, 10, 131005, *range(200, 300)}
_STANDARD_PORT = {None, 443}


def look_at(number: WhatsAppNumber) -> list[Finding]:
    """All findings of a number, in the order in which they are mended. Call it in its business's scope."""
    findings = [_sending(number)]
    client, token = _client(number)
    if client is None:
        findings.append(token)
    else:
        try:
            findings += _known_to_meta(client, number)
            findings.append(_subscription(client, number))
        finally:
            client.close()
    return [*findings, _app_secret(number), _callback(number), _deliveries(number)]


def subscribe(number: WhatsAppNumber) -> None:
    """Let the token's app receive the webhooks of the number's account. Raises GraphError, SecretError, ValueError."""
    client = Client(
        settings.GRAPH_API_URL,
        settings.GRAPH_API_VERSION,
        number.access_token.reveal(),
        read_timeout=GRAPH_SECONDS,
        pool_size=1,
    )
    try:
        client.subscribe_app(number.waba_id)
    finally:
        client.close()


# --- ours ---------------------------------------------------------------------------------------------------------------------


def _sending(number: WhatsAppNumber) -> Finding:
    name = _("Sending")
    if number.stopped_at:
        advice = _("Mend it, then enter a new access token or choose “Start sending again” on the number's page.")
        return Finding("sending", name, BAD, stopping.in_words(number), advice)
    if not number.active:
        return Finding("sending", name, WARN, _("The number is switched off."), _("Switch it on to send."))
    return Finding("sending", name, OK, _("The number is on."))


def _client(number: WhatsAppNumber) -> tuple[Client | None, Finding | None]:
    name, again = _("Access token"), _("Enter the access token again on the number's page.")
    try:
        token = number.access_token.reveal()
    except SecretError as error:
        return None, Finding("token", name, BAD, str(error), again)
    if not token:
        return None, Finding("token", name, BAD, _("No access token is stored."), _new_token())
    try:
        client = Client(
            settings.GRAPH_API_URL, settings.GRAPH_API_VERSION, token, read_timeout=GRAPH_SECONDS, pool_size=1
        )
    except ValueError as error:
        return None, Finding("token", name, BAD, str(error), again)
    return client, None


def _new_token() -> str:
    return _(
        "In Meta's Business settings, under System users, make a token that does not expire, with the permissions "
        "whatsapp_business_messaging and whatsapp_business_management, and enter it on the number's page."
    )


# --- Meta's answers -----------------------------------------------------------------------------------------------------------


def _known_to_meta(client: Client, number: WhatsAppNumber) -> list[Finding]:
    """The token and the number: one call tells both."""
    told, error = _asked(lambda: client.number(number.phone_number_id))
    name = _("Access token")
    if error is None:
        token = Finding("token", name, OK, _("Meta takes the access token."))
        return [token, _number(number, told)]
    if isinstance(error, NotSent | Ambiguous):
        return [_unreached("token", name, error)]
    if error.code in (0, 190) or error.http_status == 401:
        text = _("Meta does not take the access token: %(words)s") % {"words": error.message}
        return [Finding("token", name, BAD, text, _new_token())]
    if error.code in _PERMISSION:
        text = _("The access token may not use this number: %(words)s") % {"words": error.message}
        return [Finding("token", name, BAD, text, _new_token())]
    token = Finding("token", name, OK, _("Meta knows the access token."))
    if error.code == 100:
        text = _("This token sees no number with the id %(id)s.") % {"id": number.phone_number_id}
        advice = _(
            "Compare the phone number id with WhatsApp, API setup in Meta's App Dashboard (it is not the phone number), "
            "and give the token's system user access to this WhatsApp account."
        )
        return [token, Finding("number", _("Number"), BAD, text, advice)]
    return [_said(Finding("number", _("Number"), BAD, "", ""), error)]


def _number(number: WhatsAppNumber, told: dict) -> Finding:
    name, shown = _("Number"), str(told.get("display_phone_number") or number.phone_number_id)
    if number.display_phone_number and _digits(shown) != _digits(number.display_phone_number):
        text = _("Meta says that this id is the number %(number)s.") % {"number": shown}
        return Finding("number", name, WARN, text, _("Correct the phone number on the number's page."))
    if told.get("platform_type") not in (None, "CLOUD_API"):
        text = _("%(number)s is not registered for the Cloud API.") % {"number": shown}
        return Finding("number", name, BAD, text, _("Register it in Meta's App Dashboard under WhatsApp, API setup."))
    if told.get("name_status") in ("DECLINED", "EXPIRED"):
        text = _("WhatsApp has refused the display name of %(number)s.") % {"number": shown}
        return Finding("number", name, BAD, text, _("Choose another display name in WhatsApp Manager."))
    if told.get("quality_rating") == "RED":
        text = _("WhatsApp rates the quality of %(number)s as low: customers have blocked or reported it.")
        advice = _("Send fewer offers. A number that stays there gets a lower limit of messages.")
        return Finding("number", name, WARN, text % {"number": shown}, advice)
    text = _("%(number)s, known to customers as %(name)s.") % {"number": shown, "name": told.get("verified_name", "-")}
    return Finding("number", name, OK, text)


def _subscription(client: Client, number: WhatsAppNumber) -> Finding:
    name = _("Subscription")
    if not number.waba_id:
        text = _("The WABA id is missing: nobody can see whether this account's webhooks are subscribed.")
        advice = _("Enter it on the number's page: it stands in Meta's App Dashboard under WhatsApp, API setup.")
        return Finding("subscription", name, WARN, text, advice)
    apps, error = _asked(lambda: client.subscribed_apps(number.waba_id))
    if isinstance(error, NotSent | Ambiguous):
        return _unreached("subscription", name, error)
    if error is not None and error.code == 100:
        text = _("This token sees no WhatsApp account with the id %(id)s.") % {"id": number.waba_id}
        return Finding("subscription", name, BAD, text, _("Correct the WABA id, or give the system user access to it."))
    if error is not None:
        return _said(Finding("subscription", name, BAD, "", _new_token()), error)
    if not apps:
        text = _("No app is subscribed to this WhatsApp account: customers write, and nothing arrives here.")
        return Finding(
            "subscription", name, BAD, text, _("Choose “Subscribe” on the number's page, under Test connection.")
        )
    return Finding("subscription", name, OK, _("Webhooks of this account go to: %(apps)s.") % {"apps": _names(apps)})


def _names(apps: list[dict]) -> str:
    told = [app.get("whatsapp_business_api_data") for app in apps]
    return ", ".join(str(one.get("name") or one.get("id")) for one in told if isinstance(one, dict)) or str(len(apps))


def _asked(question: Callable) -> tuple:
    """(answer, None) or (None, why not)."""
    try:
        return question(), None
    except GraphError as error:
        return None, error


def _unreached(key: str, name: str, error: GraphError) -> Finding:
    host = urlsplit(settings.GRAPH_API_URL).hostname
    text = _("Meta (%(host)s) gave no answer: %(words)s") % {"host": host, "words": error.message}
    advice = _(
        "Look at this machine's network, then try again. Meta's own troubles: metastatus.com/whatsapp-business-api"
    )
    return Finding(key, name, BAD, text, advice)


def _said(finding: Finding, error: GraphError) -> Finding:
    text = _("Meta says: %(words)s") % {"words": str(error)}
    return Finding(finding.key, finding.name, finding.state, text, finding.advice)


# --- the way from Meta to us --------------------------------------------------------------------------------------------------


def _app_secret(number: WhatsAppNumber) -> Finding:
    name = _("App secret")
    try:
        own = number.app_secret.reveal()
    except SecretError as error:
        return Finding("app_secret", name, BAD, str(error), _("Enter the app secret again on the number's page."))
    if own or settings.WHATSAPP_APP_SECRET:
        text = _("The number's own signs its webhooks.") if own else _("The installation's signs its webhooks.")
        return Finding("app_secret", name, OK, text)
    text = _("No app secret is known: every webhook is refused.")
    return Finding(
        "app_secret", name, BAD, text, _("Set WHATSAPP_APP_SECRET: App settings, Basic in Meta's App Dashboard.")
    )


def _callback(number: WhatsAppNumber) -> Finding:
    """Does our public address answer as Meta would ask it? A question from here: it proves the name, the certificate and
    the proxy, not that Meta's network reaches them.
    """
    name, address = _("Callback"), f"{settings.FRONTEND_URL}/webhook"
    words = {"address": address}
    token = number.verify_token or settings.WHATSAPP_VERIFY_TOKEN
    if not token:
        text = _("There is no verify token: Meta cannot be told this address.")
        return Finding("callback", name, BAD, text, _("Set WHATSAPP_VERIFY_TOKEN, or one on the number's page."))
    problem = _unlike_the_challenge(address, token)
    if problem:
        text = _("%(address)s does not answer as Meta expects: %(problem)s") % {**words, "problem": problem}
        advice = _(
            "Start the web server and the proxy or tunnel before it; FRONTEND_URL must be the address that leads to it."
        )
        return Finding("callback", name, BAD, text, advice)
    if settings.SIMULATOR_URL:
        return Finding("callback", name, OK, _("%(address)s answers; the simulator reaches it.") % words)
    if not _public(address):
        text = _("%(address)s answers here, but Meta cannot reach it.") % words
        advice = _(
            "Meta needs https on port 443 with a certificate that browsers trust. Set FRONTEND_URL to such an address."
        )
        return Finding("callback", name, WARN, text, advice)
    return Finding("callback", name, OK, _("%(address)s answers as Meta expects.") % words)


def _unlike_the_challenge(address: str, token: str) -> str:
    """What is wrong with the answer to Meta's verification (GET with hub.challenge); "" where nothing is."""
    challenge = secrets.token_hex(8)
    query = urlencode({"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": challenge})
    with shared_session(1) as session:
        try:
            answer = session.get(f"{address}?{query}", timeout=CALLBACK_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            return type(error).__name__  # its text holds the address, and that the verify token
    if answer.status_code != 200:
        return f"HTTP {answer.status_code}"
    if not hmac.compare_digest(answer.content[:100].strip(), challenge.encode()):
        return _("another page answers there")
    return ""


def _public(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme != "https" or parts.port not in _STANDARD_PORT or "." not in parts.hostname:
        return False
    try:
        return ip_address(parts.hostname).is_global
    except ValueError:
        return not parts.hostname.endswith((".local", ".internal", ".localhost"))


def _deliveries(number: WhatsAppNumber) -> Finding:
    """When Meta last delivered something for the number that was worked off, to the quarter of an hour (webhooks.counts)."""
    name = _("Last delivery")
    last = Tally.objects.filter(number=number.pk).aggregate(last=Max("slot"))["last"]
    if last is None:
        text = _("Meta has never delivered anything for this number.")
        advice = _(
            "Send it a message from a phone. If nothing arrives: in Meta's App Dashboard under WhatsApp, Configuration, "
            "enter the callback and the verify token, and subscribe the field “messages”."
        )
        return Finding("deliveries", name, WARN, text, advice)
    text = _("Meta last delivered something for this number in the quarter of an hour from %(time)s.")
    text %= {"time": reading.moment(last)}
    if timezone.now() - last > QUIET:
        return Finding("deliveries", name, WARN, text, _("Send it a message from a phone to see whether it arrives."))
    return Finding("deliveries", name, OK, text)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isdigit())
