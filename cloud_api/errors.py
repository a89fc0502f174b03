"""What can go wrong with a call to the Graph API.

    GraphError
    ├── InvalidMessage   our own check before the wire: nothing left
    ├── NotSent          no connection: DNS, refused, TLS, connect time-out; nothing left
    ├── Refused          Meta answered with an error and did not take the message
    └── Ambiguous        it may have been taken: maybe_sent is True for this class and for no other

`maybe_sent` is True exactly when a connection stood and
    - the answer timed out, or the connection broke while we sent or while we waited;
    - HTTP 5xx or 408 came, without a Graph code that CODES names otherwise;
    - a Graph code came that CODES names MAYBE (Meta failed on its side, at an unknown point), whatever the HTTP status;
    - HTTP 2xx came without the promised content (broken JSON, no wamid, too long, cut off).
The Graph API has no idempotency key, so such a message is sent again only after reconciliation; a read may simply be
repeated.

`retryable` is True when the same request may be repeated by itself after a pause; it is never True with `maybe_sent`.
`stops_number` is True when every further message of this number would fail alike until a person acts.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


class Verdict(NamedTuple):
    retryable: bool = False
    maybe_sent: bool = False
    stops_number: bool = False


RETRY = Verdict(retryable=True)
MAYBE = Verdict(maybe_sent=True)
STOP = Verdict(stops_number=True)
FINAL = Verdict()

# Meta's error codes as published for the Cloud API; the code decides, not the title, the subcode or the HTTP status.
CODES: dict[int, Verdict] = {
    # Refused before processing: a limit was hit.
    4: RETRY,  # calls of the app
    80007: RETRY,  # calls of the WABA
    130429: RETRY,  # messages a second of the number
    131056: RETRY,  # messages to one user: wait 4^attempt seconds for that pair
    # Meta's side failed: the message may be out.
    1: MAYBE,
    2: MAYBE,
    131000: MAYBE,
    131016: MAYBE,
    131057: MAYBE,
    133004: MAYBE,
    2494100: MAYBE,
    # Every message of the number would fail: token, permission, restriction, country, payment, registration, name.
    190: STOP,
    0: STOP,
    3: STOP,
    10: STOP,
    **dict.fromkeys(range(200, 300), STOP),
    131005: STOP,
    368: STOP,
    131031: STOP,
    130497: STOP,
    131042: STOP,
    131045: STOP,
    133010: STOP,
    131037: STOP,
    # This message will not go, now or later.
    100: FINAL,  # a parameter is wrong: our bug
    131008: FINAL,
    131009: FINAL,
    130403: FINAL,  # the business blocked this user
    130472: FINAL,  # marketing holdout
    131021: FINAL,  # to ourselves
    131026: FINAL,  # undeliverable
    131030: FINAL,  # not in the test number's allowed list
    131047: FINAL,  # outside the 24-hour window: needs a template
    131048: FINAL,  # spam limit
    131049: FINAL,  # marketing cap of this user: not within 24 hours
    131050: FINAL,  # the user opted out of marketing
    131051: FINAL,
    131052: FINAL,
    131053: FINAL,  # media
    131062: FINAL,  # this template needs a phone number, a BSUID is not enough
    131063: FINAL,
    131064: FINAL,
    132000: FINAL,
    132001: FINAL,
    132005: FINAL,
    132007: FINAL,
    132012: FINAL,
    132015: FINAL,
    132016: FINAL,
    132018: FINAL,
    132068: FINAL,
    132069: FINAL,
    137000: FINAL,  # identity hash
}

_WITHOUT_A_KNOWN_CODE = {401: STOP, 408: MAYBE, 429: RETRY}


def classify(code: int | None, http_status: int | None, is_transient: bool = False) -> Verdict:
    """What an error answer means for the message.

    A code of CODES decides over the HTTP status. Meta's `is_transient` flag makes a refusal retryable, but unsays
    neither "may be out" nor "the number is stopped".
    """
    verdict = CODES.get(code) if code is not None else None
    if verdict is None:
        verdict = _by_status(http_status)
    return RETRY if is_transient and verdict == FINAL else verdict


def from_answer(http_status: int, body: Any, retry_after: float | None = None, hide: str = "") -> "Refused | Ambiguous":
    """The exception for an HTTP answer that is an error. `body` is its JSON, or None where it was none.

    `hide` is the access token, which Meta repeats in some messages ("Malformed access token ...").
    """
    error = body.get("error") if isinstance(body, dict) else None
    error = error if isinstance(error, dict) else {}
    code = _code(error.get("code"))
    verdict = classify(code, http_status, error.get("is_transient") is True)
    family = Ambiguous if verdict.maybe_sent else Refused
    return family(
        _text(error.get("message"), hide) or f"HTTP {http_status} without a Graph error",
        code=code,
        details=_details(error, hide),
        fbtrace_id=_text(error.get("fbtrace_id")),
        http_status=http_status,
        retry_after=retry_after,
        verdict=verdict,
    )


class GraphError(Exception):
    """Base of the family. `code`, `message`, `details`, `fbtrace_id` are Meta's, None or "" where there was no answer.

    `retry_after` is seconds from the Retry-After header; None leaves the pause to the caller.
    """

    default_verdict = FINAL

    def __init__(
        self,
        message: str,
        *,
        code: int | None = None,
        details: str = "",
        fbtrace_id: str = "",
        http_status: int | None = None,
        retry_after: float | None = None,
        verdict: Verdict | None = None,
    ):
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = details
        self.fbtrace_id = fbtrace_id
        self.http_status = http_status
        self.retry_after = retry_after
        self.retryable, self.maybe_sent, self.stops_number = verdict or self.default_verdict

    def __str__(self) -> str:
        code = f"({self.code}) " if self.code is not None else ""
        details = f": {self.details}" if self.details else ""
        trace = f" [HTTP {self.http_status}, fbtrace_id {self.fbtrace_id or 'none'}]" if self.http_status else ""
        return f"{code}{self.message}{details}{trace}"


class InvalidMessage(GraphError):
    """The message breaks a limit of Meta's, or names nobody. Found before the wire. ``field`` says in words which part of
    it, such as "button title"; "" where it is no single one.

    ``sentence``, with %(names)s, and ``values`` are what a message is made of that a person may have caused: so that it can be
    said in another language. Else they are empty.
    """

    sentence = ""
    values: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, message: str, *, field: str = ""):
        super().__init__(message)
        self.field = field

    @classmethod
    def of(cls, sentence: str, **values: Any) -> "InvalidMessage":
        error = cls(sentence % values, field=values.get("field", ""))
        error.sentence, error.values = sentence, values
        return error


class NotSent(GraphError):
    """No connection was made, so nothing of the request left this machine."""

    default_verdict = RETRY


class Refused(GraphError):
    """Meta answered that it did not take the request; the flags follow the code."""

    def __init__(self, message: str, *, verdict: Verdict | None = None, **fields: Any):
        verdict = verdict or classify(fields.get("code"), fields.get("http_status"))
        super().__init__(message, verdict=verdict, **fields)


class Ambiguous(GraphError):
    """Nobody knows whether Meta took the request."""

    default_verdict = MAYBE


def _by_status(http_status: int | None) -> Verdict:
    if http_status is not None and http_status >= 500:
        return MAYBE
    return _WITHOUT_A_KNOWN_CODE.get(http_status, FINAL)


def _code(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31 else None


def _details(error: dict, hide: str) -> str:
    data = error.get("error_data")
    return _text(data.get("details") if isinstance(data, dict) else data, hide)


def _text(value: Any, hide: str = "") -> str:
    text = value if isinstance(value, str) else ""
    return (text.replace(hide, "[token]") if hide else text)[:1000]
