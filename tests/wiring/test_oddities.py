"""Requests that no browser makes are answered like others: none of them is a fault of ours."""

from io import BytesIO
from wsgiref.util import setup_testing_defaults

import pytest

from whatsapp_automation.oddities import Pages

NUL = 'sessionid="aaaaaaaaaaaa\\000bbbb"; csrftoken="a\\000"; messages="\\000"; django_language="\\000"; device="\\000"'
CODECS = ["hex", "zlib", "idna", "punycode", "undefined", "rot13", "utf-16", "no-such", "é"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/account/login", "/account/", "/admin/"])
def test_a_cookie_with_nul_is_not_there(client, path):
    plain = client.get(path)
    odd = client.get(path, HTTP_COOKIE=NUL)
    assert (odd.status_code, odd.headers.get("Location")) == (plain.status_code, plain.headers.get("Location"))


@pytest.mark.parametrize("charset", CODECS)
def test_a_query_and_a_form_are_utf_8_whatever_the_content_type_says(charset, dairy, bob):
    assert asked("GET", "/account/login", f"text/html; charset={charset}", query="next=%2Faccount%2F")[0] == 200
    answered = asked("POST", "/account/login", f"application/x-www-form-urlencoded; charset={charset}", b"login=%41")
    assert answered[0] == 403  # for want of a CSRF token
    assert "content-security-policy" in answered[1]


@pytest.mark.parametrize("charset", CODECS)
def test_json_in_another_charset_is_refused(charset):
    kind = f"application/json; charset={charset}"
    assert asked("POST", "/api/auth/login", kind, b"{}", query="a=%41")[0] == 400


def asked(method: str, path: str, kind: str, body: bytes = b"", query: str = "") -> tuple[int, dict]:
    """By WSGI, as the server asks: Django's test client makes requests of Django's own class."""
    told = {}

    def start_response(status, headers):
        told[int(status[:3])] = {name.lower(): value for name, value in headers}

    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": kind.encode().decode("latin-1"),
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "wsgi.input": BytesIO(body),
    }
    setup_testing_defaults(environ)
    Pages()(environ, start_response).close()
    return next(iter(told.items()))
