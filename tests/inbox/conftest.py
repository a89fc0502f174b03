"""A web server of its own on the test's database, and readers of its streams."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django_scopes import scopes_disabled

from conversations.models import Conversation

from .. import factories

GONE = ": gone"


@dataclass
class Reader:
    """One who listens. ``heard`` is every event; GONE stands at its end when the server has closed the stream."""

    status: int
    headers: dict[str, str]
    _input: asyncio.StreamReader
    _output: asyncio.StreamWriter
    heard: list = field(default_factory=list)

    async def until(self, fits, *, within: float = 20) -> object:
        """The first event that fits, of those that were heard and those that come."""
        async with asyncio.timeout(within):
            while not (found := [event for event in self.heard if fits(event)]):
                self.heard += await self._next()
        return found[0]

    async def pokes(self, *, seconds: float) -> list:
        """All that is heard in a time."""
        try:
            async with asyncio.timeout(seconds):
                while GONE not in self.heard:
                    self.heard += await self._next()
        except TimeoutError:
            pass
        return [event for event in self.heard if event != GONE]

    async def _next(self) -> list:
        line = await self._input.readline()
        if not line:
            return [GONE]
        return [json.loads(line[6:])] if line.startswith(b"data: {") else []

    async def close(self) -> None:
        self._output.close()
        with contextlib.suppress(OSError):
            await self._output.wait_closed()


class Server:
    """The product's web server, as script/server starts it, on the test's database."""

    def __init__(self, port: int):
        self.port = port
        self._readers: list[Reader] = []

    def start(self) -> None:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"]).geturl()
        env = os.environ | {"DATABASE_URL": url, "PORT": str(self.port)}
        place = ("--interface", "asgi", "--host", "127.0.0.1", "--port", str(self.port))
        options = ("--workers", "1", "--loop", "uvloop", "--no-ws", "--workers-kill-timeout", "8")
        command = (sys.executable, "-m", "granian", *place, *options, "whatsapp_automation.asgi:application")
        self.process = subprocess.Popen(command, env=env)
        _wait_for(self.port)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(15)

    def run(self, act) -> object:
        """What the coroutine function returns. All that it opened is closed after it."""

        async def whole():
            try:
                return await act()
            finally:
                await asyncio.gather(*(reader.close() for reader in self._readers))

        return asyncio.run(whole())

    async def listen(self, session: str = "", *, method: str = "GET") -> Reader:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        cookie = f"Cookie: a=b; {settings.SESSION_COOKIE_NAME}={session}\r\n" if session else ""
        writer.write(f"{method} /events/ HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n".encode())
        status = int((await reader.readline()).split()[1])
        headers = {}
        while (line := await reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value.strip()
        self._readers.append(Reader(status, headers, reader, writer))
        return self._readers[-1]

    @property
    def worker(self) -> int:
        """The process that serves: the child of the one that we started."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(path) as file:
            return int(file.read().split()[0])


@pytest.fixture
def server(transactional_db):
    server = Server(_free_port())
    server.start()
    yield server
    server.stop()


def in_thread(act, *args):
    """Django's ORM, beside an event loop."""

    def whole():
        try:
            return act(*args)
        finally:
            connection.close()

    return asyncio.to_thread(whole)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("The server does not answer.")


@pytest.fixture
def session_of():
    """The session of a person who has signed in."""

    def enter(person) -> str:
        client = Client()
        client.force_login(person)
        return client.cookies[settings.SESSION_COOKIE_NAME].value

    return enter


@pytest.fixture
def visit():
    def enter(person=None) -> Client:
        client = Client()
        if person:
            client.force_login(person)
        return client

    return enter


@pytest.fixture
def chat(dairy) -> factories.Chat:
    return factories.Chat()


@pytest.fixture
def conversation(chat) -> Conversation:
    """Meera has said hello and was greeted."""
    chat.says("hello")
    with scopes_disabled():
        return Conversation.objects.select_related("contact").get()
