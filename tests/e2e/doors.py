"""A person and a program go through every door of sign-in, with what opens it and with what does not; and what Valkey
heard meanwhile. For test_canaries.py: which of the secrets can be read where they have no place?
"""

import base64
import contextlib
import re
import threading
import time
from contextlib import contextmanager

import redis
import requests
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from .world import World

OWNER = "owner@shuddh-dairy.example"  # the demo's
NEW = "mynahnewpassword84"
WRONG = "mynahwrongpassword85"
JOINED = "mynahjoined86"


class Walk:
    """``secrets``: what the product itself made up, by name. ``refused``: the bodies of all that was refused."""

    def __init__(self, world: World, password: str):
        self.web, self.world, self.password = world.web, world, password
        self.secrets: dict[str, str] = {}
        self.refused: list[str] = []
        self._api = requests.Session()

    def through_all(self, reset_link: str) -> None:
        self._tokens()
        self._keys()
        self._invitation()
        with requests.Session() as browser:
            self._second_factor(browser)
        self._recovery_code()
        self._reset(reset_link)

    # --- the API ---

    def _tokens(self) -> None:
        self._ask(401, "POST", "/auth/login", {"email": OWNER, "password": WRONG})
        first = self._ask(200, "POST", "/auth/login", {"email": OWNER, "password": self.password})
        self.secrets |= {"access token": first["access"], "refresh token": first["refresh"]}
        self._ask(200, "GET", "/auth/me", token=first["access"])
        self._ask(400, "GET", f"/products?token={first['access']}", token=first["access"])
        self._ask(401, "GET", "/auth/me", token=first["access"] + "x")
        self._ask(400, "POST", "/auth/password", {"old": WRONG, "new": NEW}, token=first["access"])
        self._ask(400, "POST", "/auth/password", {"old": self.password, "new": "1" * 12}, token=first["access"])
        self._ask(400, "POST", "/auth/login", {"email": OWNER, "password": self.password, "x": first["refresh"]})
        second = self._ask(200, "POST", "/auth/refresh", {"refresh": first["refresh"]})
        self._ask(401, "POST", "/auth/refresh", {"refresh": first["refresh"]})
        self.token = second["access"]
        self.secrets |= {"second access token": second["access"], "second refresh token": second["refresh"]}

    def _keys(self) -> None:
        made = self._ask(201, "POST", "/keys", {"name": "Website", "scopes": ["products:read"]}, token=self.token)
        self.secrets["API key"] = made["key"]
        self._ask(200, "GET", "/products", token=made["key"])
        self._ask(403, "GET", "/leads", token=made["key"])
        self._ask(401, "GET", "/products", token=made["key"] + "x")
        self._ask(204, "DELETE", f"/keys/{made['id']}", token=self.token)
        self._ask(401, "GET", "/products", token=made["key"])

    def _invitation(self) -> None:
        body = {"email": "mynahguest87@shop.example", "role": "agent"}
        made = self._ask(201, "POST", "/users/invitations", body, token=self.token)
        link = self.web + re.search(r"/account/join/.+", made["link"])[0]
        self.secrets["invitation"] = link.rpartition("/")[2]
        with requests.Session() as guest:
            self._page(guest, 404, "GET", link + "x")
            self._page(guest, 422, "POST", link, {"name": "Guest", "password1": "1" * 12})
            self._page(guest, 302, "POST", link, {"name": "Guest", "password1": JOINED})
        with requests.Session() as other:
            self._page(other, 410, "GET", link)

    def _ask(self, status: int, method: str, path: str, body=None, *, token: str = ""):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self._api.request(method, f"{self.web}/api{path}", json=body, headers=headers, timeout=30)
        return self._kept(answer, status).json() if answer.content else None

    # --- the pages ---

    def _second_factor(self, browser: requests.Session) -> None:
        self._sign_in(browser, 422, WRONG)
        self._sign_in(browser, 302, self.password)
        again = f"{self.web}/account/reauthenticate"
        self._page(browser, 422, "POST", again, {"password": WRONG})
        self._page(browser, 302, "POST", again, {"password": self.password})
        page = f"{self.web}/account/two-factor/on"
        key = re.search(r'<p class="key"><code>(.+?)</code>', self._page(browser, 200, "GET", page))[1]
        self.secrets["TOTP secret"] = "".join(re.findall(r"<span>(\w+)</span>", key))
        self._page(browser, 422, "POST", page, {"code": "000000"})
        self._page(browser, 302, "POST", page, {"code": self._code()})
        shown = self._page(browser, 200, "GET", f"{self.web}/account/two-factor/recovery-codes")
        self.codes = re.findall(r"<code>(\d{8})</code>", shown)
        assert len(self.codes) == 10
        self.secrets |= {f"recovery code {n}": code for n, code in enumerate(self.codes)}

    def _code(self) -> str:
        return format_hotp_value(hotp_value(self.secrets["TOTP secret"], int(time.time()) // 30))

    def _recovery_code(self) -> None:
        code = f"{self.web}/account/two-factor/code"
        with requests.Session() as browser:
            self._sign_in(browser, 302, self.password)
            self._page(browser, 422, "POST", code, {"code": self.codes[0][::-1] + "0"})
            self._page(browser, 302, "POST", code, {"code": self.codes[0]})
        asked = {"email": OWNER, "password": self.password}
        self._ask(401, "POST", "/auth/login", asked)
        self._ask(401, "POST", "/auth/login", asked | {"code": self.codes[0]})  # it was used before
        self._ask(200, "POST", "/auth/login", asked | {"code": self.codes[1]})

    def _reset(self, link: str) -> None:
        self.secrets["reset link"] = link.rpartition("-")[2]
        with requests.Session() as browser:
            form = browser.get(link, timeout=20).url
            self._page(browser, 422, "POST", form, {"password1": NEW, "password2": WRONG})
            self._page(browser, 302, "POST", form, {"password1": NEW, "password2": NEW})
        with requests.Session() as other:
            other.get(link, timeout=20)

    def _sign_in(self, browser: requests.Session, status: int, password: str) -> None:
        self._page(browser, status, "POST", f"{self.web}/account/login", {"login": OWNER, "password": password})

    def _page(self, browser: requests.Session, status: int, method: str, url: str, form: dict | None = None) -> str:
        if form is not None:
            if "csrftoken" not in browser.cookies:
                browser.get(url, timeout=20)
            form = {**form, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        answer = browser.request(method, url, data=form, allow_redirects=False, timeout=30)
        return self._kept(answer, status).text

    def _kept(self, answer: requests.Response, status: int) -> requests.Response:
        assert answer.status_code == status, (answer.request.method, answer.url, answer.status_code, answer.text[:2000])
        if status >= 400:
            self.refused.append(answer.text)
        return answer


@contextmanager
def overheard(redis_url: str):
    """A list that holds, once the block has ended, every command that Valkey got meanwhile, with its keys and values;
    Celery's messages also as what stands in them."""
    heard: list[str] = []
    listener = redis.Redis.from_url(redis_url).connection_pool.get_connection()
    listener.send_command("MONITOR")
    assert listener.read_response() == b"OK"
    done = threading.Event()

    def listen() -> None:
        while not done.is_set():
            with contextlib.suppress(redis.TimeoutError):
                # Half a second of silence must not end the connection.
                heard.append(listener.read_response(timeout=0.5, disconnect_on_error=False).decode(errors="replace"))

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield heard
    finally:
        done.set()
        thread.join()
        listener.disconnect()
    bodies = [found for line in heard for found in re.findall(r'\\"body\\": \\"([\w+/=]+)\\"', line)]
    heard += [base64.b64decode(body).decode(errors="replace") for body in bodies]
