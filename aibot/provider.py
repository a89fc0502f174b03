"""One call of an OpenAI-compatible server, with an end in sight.

The ``openai`` package is imported at the first call (it costs a second and 40 MB). Its own retries are off: each attempt is reserved
and settled by itself (model.py). The answer is read in pieces, so that its size and its time are bounded whatever the server does.

    ProviderError
    ├── NotReached    no connection, or refused before work began (429, 4xx, an open circuit): nothing was used
    └── Uncertain     5xx, a time-out, a cut answer, one that cannot be read: it may have been used
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from django.conf import settings

from cloud_api import waits

from .budget import Usage

MOST_BYTES = 128 * 1024  # of an answer
CONNECTING = PIECE = 0.1  # of a call's time: to reach the server; between two pieces of an answer that has begun
_MOST_TOKENS = 10**9  # a usage beyond it is no number of tokens
_WRONG_REQUEST = ("http_400", "http_422")


class ProviderError(Exception):
    """``code``: a word for logs and traces. ``retryable``: a second attempt may succeed."""

    def __init__(self, code: str, *, retryable: bool = False, wait: float = 0.0):
        self.code, self.retryable, self.wait = code, retryable, wait
        super().__init__(code)


class NotReached(ProviderError):
    pass


class Uncertain(ProviderError):
    """``usage``: what the server said was used all the same."""

    def __init__(self, code: str, *, retryable: bool = False, usage: Usage | None = None):
        super().__init__(code, retryable=retryable)
        self.usage = usage


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    usage: Usage | None  # None: the server has told none


# --- the circuit breaker -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Breaker:
    """After so many failures in a row nobody is asked for a while; then one at a time, until one succeeds. Of this process."""

    failures: int = 4
    seconds: float = 30.0
    clock: Callable[[], float] = time.monotonic
    _row: int = 0
    _until: float = 0.0
    _lock: Any = field(default_factory=threading.Lock)

    def allows(self) -> bool:
        with self._lock:
            if self._row < self.failures:
                return True
            if self.clock() < self._until:
                return False
            self._until = self.clock() + self.seconds  # this one tries; the others wait for what becomes of it
            return True

    def note(self, *, well: bool) -> None:
        with self._lock:
            self._row = 0 if well else self._row + 1
            if self._row >= self.failures:
                self._until = self.clock() + self.seconds


# --- the server ----------------------------------------------------------------------------------------------------------------


def _nothing() -> None:
    pass


class Provider:
    """One server, by its address and key. Any number of threads may use it."""

    def __init__(self, base_url: str, key: str, *, breaker: Breaker | None = None):
        self._base_url, self._key = base_url, key
        self._breaker = breaker or Breaker()
        self._client = None
        self._lock = threading.Lock()
        self._takes_schema: bool | None = None  # None: nobody knows yet
        self._doubts_schema = False  # a server that knows no schema may answer 500, as one that is broken does

    def complete(
        self,
        model: str,
        messages: list[dict],
        schema: dict,
        *,
        max_tokens: int,
        seconds: float,
        begins: Callable[[], None] = _nothing,
    ) -> Answer:
        """What the model says, as text that should be JSON of the schema. ``begins`` is called where the server is asked at all. Takes
        ``seconds`` at most. Raises ProviderError.
        """
        with_schema = self._takes_schema is not False and not self._doubts_schema
        shape = {"response_format": {"type": "json_schema", "json_schema": schema}} if with_schema else {}
        try:
            body = self._call(
                lambda client: client.chat.completions.with_streaming_response.create(
                    model=model, messages=messages, max_tokens=max_tokens, temperature=0.2,
                    timeout=_timeout(seconds), **shape,
                ),
                seconds,
                begins,
            )  # fmt: skip
        except NotReached as error:
            if with_schema and error.code in _WRONG_REQUEST:
                self._takes_schema = False
                raise NotReached("no_schema", retryable=True) from None
            raise
        except Uncertain as error:
            self._doubts_schema = with_schema and self._takes_schema is None and error.code == "http_500"
            raise
        self._takes_schema, self._doubts_schema = with_schema, False
        return _read_answer(body)

    def transcribe(self, model: str, name: str, file: BinaryIO, *, seconds: float) -> Answer:
        """What is said in a recording. Raises ProviderError."""
        body = self._call(
            lambda client: client.audio.transcriptions.with_streaming_response.create(
                model=model, file=(name, file), timeout=_timeout(seconds)
            ),
            seconds,
        )
        told = _json(body)
        if not isinstance(told.get("text"), str):
            raise Uncertain("unreadable", usage=usage_of(told))
        return Answer(told["text"], usage_of(told))

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _call(self, ask: Callable, seconds: float, begins: Callable[[], None] = _nothing) -> bytes:
        if not self._breaker.allows():
            raise NotReached("circuit_open")
        begins()
        until = time.monotonic() + seconds
        try:
            body = _in_pieces(ask, self._ready(), until, piece=seconds * PIECE)
        except ProviderError as error:
            self._breaker.note(well=error.code in _WRONG_REQUEST)  # it answers: only this request was wrong
            raise
        self._breaker.note(well=True)
        return body

    def _ready(self):
        with self._lock:
            if self._client is None:
                import httpx2
                import openai

                self._client = openai.OpenAI(
                    base_url=self._base_url,
                    api_key=self._key,
                    max_retries=0,
                    # Unpacked, since a packed answer could be of any size. The key stays with the host that was named.
                    default_headers={"Accept-Encoding": "identity"},
                    http_client=httpx2.Client(follow_redirects=False),
                )
            return self._client


def _timeout(seconds: float):
    import httpx2

    connect = max(seconds * CONNECTING, 0.05)
    head = max(seconds * (1 - CONNECTING - PIECE), 0.05)
    return httpx2.Timeout(connect=connect, write=connect, pool=connect, read=head)


def _in_pieces(ask: Callable, client, until: float, *, piece: float) -> bytes:
    """The body of an answer with status 2xx, MOST_BYTES at most, at ``until`` at the latest; ``piece`` seconds are waited for the next
    of it.
    """
    import httpx2
    import openai

    try:
        with ask(client) as response:
            # What has begun comes at once: the time-out of the head would let each piece take as long again.
            response.http_response.request.extensions["timeout"]["read"] = piece
            return _gathered(response.http_response.iter_raw(), until - piece)
    except openai.APITimeoutError as error:
        connecting = isinstance(error.__cause__, (httpx2.ConnectTimeout, httpx2.PoolTimeout))
        raise (NotReached("no_connection", retryable=True) if connecting else Uncertain("timeout")) from None
    except openai.APIConnectionError as error:
        refused = isinstance(error.__cause__, httpx2.ConnectError)
        code = "no_connection" if refused else "cut"
        raise (NotReached if refused else Uncertain)(code, retryable=True) from None
    except openai.APIStatusError as error:
        raise _of_status(error.status_code, error.response.headers.get("retry-after", "")) from None
    except httpx2.TimeoutException:
        raise Uncertain("timeout") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, openai.OpenAIError):
        raise Uncertain("cut", retryable=True) from None


def _gathered(pieces, until: float) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > MOST_BYTES:
            raise Uncertain("too_large")
        if time.monotonic() > until:
            raise Uncertain("timeout")
    return bytes(body)


def _of_status(status: int, retry_after: str) -> ProviderError:
    code = f"http_{status}"
    if status == 429:
        return NotReached(code, retryable=True, wait=waits.seconds(retry_after) or 0.0)
    return Uncertain(code, retryable=True) if status >= 500 or status < 400 else NotReached(code)


# --- what it says --------------------------------------------------------------------------------------------------------------


def _read_answer(body: bytes) -> Answer:
    told = _json(body)
    usage = usage_of(told)
    try:
        choice = told["choices"][0]
        text, refusal = choice["message"].get("content"), choice["message"].get("refusal")
        finish = choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise Uncertain("unreadable", usage=usage) from None
    if refusal or finish == "content_filter":
        raise Uncertain("refused", usage=usage)
    if not isinstance(text, str) or not text.strip():
        raise Uncertain("empty", usage=usage)
    if finish == "length":
        raise Uncertain("cut_off", usage=usage)
    return Answer(text, usage)


def _json(body: bytes) -> dict:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Uncertain("unreadable") from None
    if not isinstance(told, dict):
        raise Uncertain("unreadable")
    return told


def usage_of(told: dict) -> Usage | None:
    """What an answer says was used; None where it says nothing that can be believed: negative, no number, or no tokens for words that
    were read and written.
    """
    usage = told.get("usage")
    if not isinstance(usage, dict):
        return None
    if usage.get("type") == "duration":
        return _of_duration(usage.get("seconds"))
    came = _tokens(usage, "prompt_tokens", "input_tokens")
    left = _tokens(usage, "completion_tokens", "output_tokens")
    if came is None or left is None or not came:
        return None
    total = _tokens(usage, "total_tokens")
    hidden = max((total or 0) - came - left, 0)  # what is billed and stands in the sum alone
    return Usage(came, left + hidden)


def _tokens(usage: dict, *names: str) -> int | None:
    value = next((usage[name] for name in names if name in usage), None)
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_TOKENS
    return value if good else None


def _of_duration(seconds) -> Usage | None:
    try:
        minutes = Decimal(str(seconds)) / 60
    except InvalidOperation:
        return None
    return Usage(0, 0, minutes) if minutes.is_finite() and 0 < minutes < 10_000 else None


# --- the installation's --------------------------------------------------------------------------------------------------------

_shared: dict[tuple[str, str], Provider] = {}
_sharing = threading.Lock()


def installed() -> Provider:
    """The server of the settings. One for all threads: its connections and its circuit are shared."""
    of = (settings.AI_BASE_URL, settings.AI_API_KEY)
    with _sharing:
        if of not in _shared:
            _shared[of] = Provider(*of)
        return _shared[of]
