"""The Graph API of one WhatsApp number's token: send, mark as read, move files, look at number and templates."""

import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError

from cloud_api import media, storable, templates, waits
from cloud_api.errors import Ambiguous, GraphError, InvalidMessage, NotSent, from_answer
from cloud_api.media import Fetched, Media, Unfinished
from cloud_api.messages import CALLBACK_DATA, check_length
from cloud_api.templates import Template
from cloud_api.transport import never_connected, shared_session

MAX_ANSWER_BYTES = 256 * 1024
NUMBER_FIELDS = (
    "display_phone_number,verified_name,quality_rating,code_verification_status,name_status,throughput,platform_type"
)

_CHUNK = 16 * 1024
_BASE_URL = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~/\-]*)?")
_TOKEN = re.compile(r"[!-~]+")
_ID = re.compile(r"[A-Za-z0-9_]+")
_VERSION = re.compile(r"v\d+\.\d+")


class Recipient(Protocol):
    """Whom a message goes to; `events.Person` is one. The phone (digits) is preferred where both are known."""

    @property
    def phone(self) -> str: ...

    @property
    def bsuid(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Sent:
    """Meta took the message, which is not yet delivery. Ids that the answer leaves out are ""."""

    wamid: str
    wa_id: str
    user_id: str
    message_status: str  # templates only: accepted, held_for_quality_assessment, paused


class Client:
    """Calls with one access token. Every method raises a GraphError or returns what Meta promised.

    Any number of threads may use one client at once. Clients of many numbers share connections by
    `session=shared_session()`; without it a client has its own, on `transport` if given.

    In seconds: `connect_timeout` bounds the TCP connection, each step of the TLS handshake and each piece of the
    request, `read_timeout` the whole answer, head and body, however slowly it comes; name resolution has the resolver's
    own limit. Redirects are not followed. Nothing is logged, and no repr, exception or cause of an exception holds the
    token.

    Files are fetched from the host of `base_url` and from Meta's lookaside.fbsbx.com; `media_hosts` adds others, as
    "https://host" or "http://127.0.0.1:9090". The token goes to no other host.
    """

    def __init__(
        self,
        base_url: str,
        version: str,
        access_token: str,
        *,
        transport: BaseAdapter | None = None,
        session: requests.Session | None = None,
        connect_timeout: float = 3.05,
        read_timeout: float = 20,
        pool_size: int = 64,
        media_hosts: Iterable[str] = (),
    ):
        if session is not None and transport is not None:
            raise ValueError("Give a session or a transport, not both: a session has its transport.")
        if not _BASE_URL.fullmatch(base_url):
            raise ValueError(f"The Graph API address {base_url!r} is not of the form https://graph.facebook.com.")
        if not _VERSION.fullmatch(version):
            raise ValueError(f"The Graph API version {version!r} is not of the form v25.0.")
        if not _TOKEN.fullmatch(access_token):
            raise ValueError("The access token is empty or holds a character that no HTTP header may carry.")
        self._root = f"{base_url.rstrip('/')}/{version}/"
        self._media_origins = media.origins(base_url, tuple(media_hosts))
        self._token = access_token
        self._own_session = session is None
        self._session = session or shared_session(pool_size, transport)
        self._timeouts = (connect_timeout, read_timeout)
        self._headers = {
            "Authorization": f"Bearer {access_token}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "whatsapp-automation",
        }

    def __repr__(self) -> str:
        return f"Client({self._root!r})"

    def close(self) -> None:
        """Closes this client's idle connections; a session that was given stays open."""
        if self._own_session:
            self._session.close()

    def send(
        self,
        phone_number_id: str,
        to: Recipient,
        message: dict[str, Any],
        *,
        reply_to: str = "",
        callback_data: str = "",
    ) -> Sent:
        """Sends one message of `messages`. `reply_to` is a wamid to quote; `callback_data` comes back in the statuses.

        A phone goes out with a plus: without it Meta takes the digits for a number of the business's own country.
        """
        check_length("callback data", callback_data, CALLBACK_DATA, needed=False)
        body = {"messaging_product": "whatsapp", "recipient_type": "individual", **_address(to), **message}
        if reply_to:
            body["context"] = {"message_id": reply_to}
        if callback_data:
            body["biz_opaque_callback_data"] = callback_data
        return _sent(self._call("POST", phone_number_id, "/messages", body))

    def mark_read(self, phone_number_id: str, wamid: str, typing: bool = False) -> None:
        """Gives the message and all before it blue ticks; `typing` also shows "typing" for 25 s or until the answer."""
        body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        if typing:
            body["typing_indicator"] = {"type": "text"}
        self._call("POST", phone_number_id, "/messages", body)

    def number(self, phone_number_id: str) -> dict[str, Any]:
        """What Meta says about the number: those of NUMBER_FIELDS that it has, and `id`."""
        return self._call("GET", phone_number_id, f"?fields={NUMBER_FIELDS}")

    def subscribe_app(self, waba_id: str) -> None:
        """Lets this token's app receive the account's webhooks; without it the verified callback hears nothing."""
        self._call("POST", waba_id, "/subscribed_apps", {})

    def subscribed_apps(self, waba_id: str) -> list[dict[str, Any]]:
        """The apps that receive the account's webhooks, as Meta lists them."""
        data = self._call("GET", waba_id, "/subscribed_apps").get("data")
        if not isinstance(data, list):
            raise Ambiguous("The answer holds no list of subscribed apps", http_status=200)
        return [app for app in data if isinstance(app, dict)]

    def templates(self, waba_id: str, name: str = "") -> list[Template]:
        """The account's templates, or those of one name (one for each language), in Meta's order; all pages."""
        found, after, seen = [], "", set()
        for _ in range(templates.MAX_PAGES):
            answer = self._call("GET", waba_id, "/message_templates" + templates.page_query(name, after))
            page, after = templates.page_from(answer)
            found += page
            if not after:
                return [one for one in found if name in ("", one.name)]  # Meta also lists names that contain it
            if after in seen:
                break
            seen.add(after)
        raise Ambiguous("The list of templates does not end", http_status=200)

    def template(self, template_id: str) -> Template:
        """One template as it is now; Refused with code 100 where there is none."""
        return templates.template_from(self._call("GET", template_id, f"?fields={templates.FIELDS}"))

    def upload(self, phone_number_id: str, file: BinaryIO, mime_type: str, *, seconds: float = 120) -> str:
        """Gives Meta a file; its media id, which lives 30 days, for `messages.image` and its like.

        The file must be seekable and is read from its beginning. Its type and size are checked first (`media.KINDS`,
        `media.SIZES`): InvalidMessage. An upload that did not end in `seconds` is Ambiguous; it may be repeated, as a
        file that is not sent is seen by nobody. The name that the customer sees is given to `messages.document`.
        """
        size = media.check_upload(file, mime_type)
        form = media.Form(file, size, mime_type)
        request = self._request("POST", phone_number_id, "/media")
        request.body = form.pieces(time.monotonic() + seconds)
        request.headers["Content-Type"] = form.content_type
        request.headers["Content-Length"] = str(form.length)
        media_id = storable.string(self._answer(request).get("id"))
        if not media_id:
            raise Ambiguous("The answer holds no media id", http_status=200)
        return media_id

    def media(self, media_id: str, phone_number_id: str = "") -> Media:
        """Where a file can be fetched for the next 5 minutes, and what Meta says of it.

        With `phone_number_id` Meta answers only if the file belongs to this number. An id of a webhook lives 7 days.
        """
        if phone_number_id and not _ID.fullmatch(phone_number_id):
            raise InvalidMessage("The id of the number is no id of Meta's.")
        edge = f"?phone_number_id={phone_number_id}" if phone_number_id else ""
        return media.media_from(self._call("GET", media_id, edge), media_id)

    def download(self, url: str, into: BinaryIO, *, max_bytes: int, seconds: float = 60) -> Fetched:
        """Writes the file at an address of `media` to `into`, in pieces; `seconds` is for all of it.

        Nothing is sent to a host that is not Meta's or one of `media_hosts`: InvalidMessage. TooLarge holds whatever
        Content-Length says. Refused: Meta gives no such file, for 404 the address may have expired, ask `media` anew.
        NotSent and Unfinished may be repeated. After an error `into` holds a part of the file; its own OSErrors pass.
        """
        media.check_address(url, self._media_origins)
        deadline = time.monotonic() + seconds
        request = _request("GET", url, {**self._headers, "Accept": "*/*"}, None)
        try:
            response = self._response(request, (self._timeouts[0], seconds))
            return self._fetch(response, into, max_bytes, deadline)
        except Ambiguous as error:
            unfinished = Unfinished(error.message, code=error.code, http_status=error.http_status)
        raise unfinished

    def _fetch(self, response: requests.Response, into: BinaryIO, max_bytes: int, deadline: float) -> Fetched:
        try:
            if response.status_code != 200:
                raise self._error(response, _json_of(response, deadline))
            if _length(response) > max_bytes:
                raise media.too_large(max_bytes)
            size, sha256 = media.receive(_whole(response), into, max_bytes, deadline)
        finally:
            response.close()
        return Fetched(size, sha256, response.headers.get("Content-Type", "").strip()[:200])

    def _call(self, method: str, node_id: str, edge: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer's JSON object; `edge` is what follows the node's id in the URL."""
        return self._answer(self._request(method, node_id, edge, body))

    def _request(
        self, method: str, node_id: str, edge: str, body: dict[str, Any] | None = None
    ) -> requests.PreparedRequest:
        if not _ID.fullmatch(node_id):
            raise InvalidMessage("The id of the number, account, file or template is empty or no id of Meta's.")
        return _request(method, self._root + node_id + edge, self._headers, body)

    def _answer(self, request: requests.PreparedRequest) -> dict[str, Any]:
        response = self._response(request, self._timeouts)
        answer = _json_of(response, time.monotonic() + self._timeouts[1])
        has_error = isinstance(answer, dict) and isinstance(answer.get("error"), dict)
        if has_error or not 200 <= response.status_code < 300:
            raise self._error(response, answer)
        if not isinstance(answer, dict):
            raise Ambiguous("The answer is no JSON object that could be read whole", http_status=response.status_code)
        return answer

    def _error(self, response: requests.Response, answer: Any) -> GraphError:
        return from_answer(
            response.status_code, answer, waits.seconds(response.headers.get("Retry-After", "")), hide=self._token
        )

    def _response(self, request: requests.PreparedRequest, timeouts: tuple[float, float]) -> requests.Response:
        """The answer's head. Goes to the session's adapter directly: no redirects, no cookies, no netrc."""
        adapter = self._session.get_adapter(request.url)
        try:
            return adapter.send(request, stream=True, timeout=timeouts, verify=True, proxies={})
        except (requests.RequestException, HTTPError) as error:
            failure = _unanswered(error)
        # Raised here and not inside the block: the exception of requests holds the token and must not be its context.
        raise failure


def _request(method: str, url: str, headers: dict[str, str], body: dict | None) -> requests.PreparedRequest:
    """Prepared by hand: requests' own way asks the environment and merges cookies for nearly twice the CPU."""
    request = requests.PreparedRequest()
    request.method = method
    request.url = url
    request.headers = CaseInsensitiveDict(headers)
    if body is not None:
        request.body = _encoded(body)
        request.headers["Content-Type"] = "application/json"
        request.headers["Content-Length"] = str(len(request.body))
    return request


def _encoded(body: dict[str, Any]) -> bytes:
    try:
        return json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise InvalidMessage(f"The message is no JSON: {type(error).__name__}.") from None


def _address(to: Recipient) -> dict[str, str]:
    phone = to.phone.removeprefix("+")
    if phone.isascii() and phone.isdigit():
        return {"to": "+" + phone}
    if phone or not to.bsuid:
        raise InvalidMessage("The recipient has neither a phone number of digits nor a BSUID.")
    return {"recipient": to.bsuid}


def _unanswered(error: Exception) -> NotSent | Ambiguous:
    cause = _innermost(error)
    text = f"{type(cause).__name__}: {cause}"[:300]
    if never_connected(error):
        return NotSent(f"No connection to the Graph API ({text})")
    return Ambiguous(f"The connection failed before an answer came ({text})")


def _innermost(error: BaseException) -> BaseException:
    """requests and urllib3 wrap the telling exception in up to three others."""
    for nested in (*error.args, getattr(error, "reason", None)):
        if isinstance(nested, BaseException):
            return _innermost(nested)
    return error


def _json_of(response: requests.Response, deadline: float) -> Any:
    """The body's JSON value; None where it is none, is cut off, is too long or comes after `deadline`."""
    body = _read(response, deadline)
    if body is None:
        return None
    try:
        return storable.loads(body)
    except ValueError:
        return None


def _read(response: requests.Response, deadline: float) -> bytes | None:
    body = bytearray()
    try:
        for chunk in _chunks(response):
            body += chunk
            if len(body) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
                return None
    except (requests.RequestException, HTTPError):
        return None
    finally:
        response.close()  # gives the connection back to the pool if the body was read to its end, else drops it
    return bytes(body)


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """The body as it comes in. iter_content would wait for a full chunk, so that one byte a second never ends."""
    if not isinstance(response.raw, HTTPResponse):
        yield from response.iter_content(_CHUNK)
        return
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        yield chunk


def _whole(response: requests.Response) -> Iterator[bytes]:
    """The chunks of a file; a body that breaks off is Unfinished."""
    try:
        yield from _chunks(response)
        return
    except (requests.RequestException, HTTPError) as error:
        failure = Unfinished(f"The file broke off ({type(_innermost(error)).__name__})", http_status=200)
    raise failure


def _length(response: requests.Response) -> int:
    header = response.headers.get("Content-Length", "")
    return int(header) if header.isascii() and header.isdigit() and len(header) < 16 else 0


def _sent(answer: dict[str, Any]) -> Sent:
    message, contact = _first(answer, "messages"), _first(answer, "contacts")
    wamid = storable.string(message.get("id"))
    if not wamid:
        raise Ambiguous("The answer holds no wamid", http_status=200)
    return Sent(
        wamid=wamid,
        wa_id=storable.string(contact.get("wa_id")),
        user_id=storable.string(contact.get("user_id")),
        message_status=storable.string(message.get("message_status")),
    )


def _first(answer: dict[str, Any], key: str) -> dict[str, Any]:
    items = answer.get(key)
    return items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
