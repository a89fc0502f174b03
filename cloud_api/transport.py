"""The HTTP session that clients share: one connection pool for all numbers of an installation, no state of its own."""

import functools
import http.client
import io
import math
import socket
import ssl
import time
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, LocationValueError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context


def shared_session(pool_size: int = 64, transport: BaseAdapter | None = None) -> requests.Session:
    """A session for any number of clients and threads; it keeps up to `pool_size` idle connections per host.

    It reads no netrc and no proxy from the environment (a netrc would replace the token), keeps no cookies, and carries
    no token: each request brings its own. `transport` replaces the network in tests.
    """
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = transport or GraphAdapter(pool_maxsize=pool_size)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def never_connected(error: Exception) -> bool:
    """Whether this exception of requests says that no connection stood, so that nothing of the request left."""
    if isinstance(error, _BEFORE_THE_CONNECTION):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, _BEFORE_THE_CONNECTION)


_BEFORE_THE_CONNECTION = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.InvalidURL,
    ConnectTimeoutError,
    NewConnectionError,
    LocationValueError,  # a host name that no resolver takes
)


class GraphAdapter(HTTPAdapter):
    """requests' adapter with three changes. The read time-out holds for the whole answer, head and body, where
    requests starts it again with each byte. A failed TLS handshake counts as not connected. The certificate
    authorities are loaded once a process; requests loads them for each connection, at 20 ms CPU."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=_tls_context(), **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


class _AnswerInTime(io.RawIOBase):
    """The bytes of one answer; each wait for more is what is left of the answer's time."""

    def __init__(self, sock: socket.socket, seconds: float):
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._ends = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left if left < math.inf else None)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Socket:
    """What http.client's answer asks of a socket."""

    def __init__(self, sock: socket.socket, seconds: float):
        self._parts = sock, seconds

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_AnswerInTime(*self._parts))


class _WholeAnswer:
    """A connection whose time-out, set by urllib3 before it waits for the answer, bounds all of the answer."""

    def response_class(self, sock: socket.socket, *args: Any, **options: Any) -> http.client.HTTPResponse:
        seconds = math.inf if self.timeout is None else self.timeout
        return http.client.HTTPResponse(_Socket(sock, seconds), *args, **options)


class _HTTPConnection(_WholeAnswer, HTTPConnection):
    pass


class _HTTPSConnection(_WholeAnswer, HTTPSConnection):
    def connect(self) -> None:
        """urllib3 reports a time-out or an error inside the handshake as if the request had been sent."""
        try:
            super().connect()
        except ConnectTimeoutError:
            raise
        except (OSError, ValueError, HTTPError) as error:
            raise NewConnectionError(self, type(error).__name__) from error


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


@functools.cache
def _tls_context() -> ssl.SSLContext:
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    context.load_verify_locations(requests.certs.where())
    return context
