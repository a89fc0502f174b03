"""/events/ without a server: who may listen and for how long, and what a reader is told who is slow."""

import asyncio
import json

import pytest
from django.conf import settings
from django.db import connection
from django_scopes import scopes_disabled

from accounts import entering, members
from accounts.models import Membership, Settings
from inbox.events import Door, Limits
from inbox.pokes import MANY, MOST, Hub, Poke

from .conftest import in_thread

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
QUICK = Limits(heartbeat=0.2, check=0.3, life=60, apart=0.01)
CHAT = "01939c4e-0000-7000-8000-000000000001"


class Asking:
    """One request at the door, as the server makes it."""

    def __init__(self, door: Door, cookie: str = "", method: str = "GET"):
        self.status, self.headers, self.heard, self.beats = 0, {}, [], 0
        self._gone = asyncio.Event()
        self._begun = asyncio.Event()
        headers = [(b"cookie", cookie.encode("latin-1"))] if cookie else []
        scope = {"type": "http", "method": method, "path": "/events/", "headers": headers}
        self.task = asyncio.get_running_loop().create_task(door(scope, self._receive, self._send))

    async def begun(self) -> "Asking":
        async with asyncio.timeout(5):
            await self._begun.wait()
        return self

    async def ended(self, within: float = 5) -> "Asking":
        async with asyncio.timeout(within):
            await self.task
        return self

    def leave(self) -> None:
        self._gone.set()

    async def _receive(self) -> dict:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
            return
        for part in message["body"].split(b"\n\n"):
            self.heard += [json.loads(part[6:])] if part.startswith(b"data: ") else []
            self.beats += part.startswith(b"event: beat\n")
        self._begun.set()


def at_the_door(act, limits: Limits = QUICK):
    async def whole():
        door = Door(limits)
        await door.start()
        try:
            return await act(door)
        finally:
            await door.stop()

    return asyncio.run(whole())


@pytest.fixture
def cookie_of(session_of):
    return lambda person: f"{settings.SESSION_COOKIE_NAME}={session_of(person)}"


def status_of(cookie: str, method: str = "GET", limits: Limits = QUICK) -> int:
    async def act(door):
        asking = await Asking(door, cookie, method).begun()
        asking.leave()
        return (await asking.ended()).status

    return at_the_door(act, limits)


def test_whoever_may_read_may_listen(cookie_of, dairy, alice, bob, vera):
    assert [status_of(cookie_of(person)) for person in (alice, bob, vera)] == [200, 200, 200]


def test_whoever_may_not_is_told_so(cookie_of, dairy, alice, bob, charlie):
    name = settings.SESSION_COOKIE_NAME
    assert status_of("") == 401
    assert status_of(f"{name}=abcdefghijklmnopqrstuvwxyz012345") == 401
    assert status_of(f'{name}="\\000"') == 401
    assert status_of(f"{name}=é") == 401
    assert status_of(cookie_of(charlie)) == 403  # of no business
    assert status_of(cookie_of(bob), "POST") == 405
    Settings._base_manager.filter(business=dairy).update(two_factor_required=True)
    assert status_of(cookie_of(bob)) == 403


def leaves(dairy, bob):
    with scopes_disabled():
        members.remove(Membership.objects.get(business=dairy, user=bob), actor=None)


def signs_out(dairy, bob):
    entering.end_all(bob)


def is_switched_off(dairy, bob):
    bob.is_active = False
    bob.save(update_fields=["is_active"])


def shop_is_switched_off(dairy, bob):
    dairy.active = False
    dairy.save(update_fields=["active"])


def two_factor_is_asked_for(dairy, bob):
    Settings._base_manager.filter(business=dairy).update(two_factor_required=True)


@pytest.mark.parametrize("end", [leaves, signs_out, is_switched_off, shop_is_switched_off, two_factor_is_asked_for])
def test_a_stream_ends_within_the_check_period_once_they_may_not_listen(cookie_of, dairy, bob, end):
    async def act(door):
        asking = await Asking(door, cookie).begun()
        await asyncio.sleep(2 * QUICK.check)
        assert not asking.task.done(), "two checks have been passed"
        await in_thread(end, dairy, bob)
        await asking.ended(within=QUICK.check + 3)
        assert asking.status == 200
        assert door.hub.streams == set()

    cookie = cookie_of(bob)
    at_the_door(act)


def test_a_stream_beats_and_ends_at_the_end_of_its_life(cookie_of, dairy, bob):
    async def act(door):
        return await (await Asking(door, cookie).begun()).ended(within=3)

    cookie = cookie_of(bob)
    asking = at_the_door(act, Limits(heartbeat=0.2, check=60, life=1.1, apart=0.01))
    assert 2 <= asking.beats <= 7


def test_a_reader_who_leaves_is_forgotten(cookie_of, dairy, bob):
    async def act(door):
        asking = await Asking(door, cookie).begun()
        assert len(door.hub.streams) == 1
        asking.leave()
        await asking.ended()
        assert door.hub.streams == set()

    cookie = cookie_of(bob)
    at_the_door(act, Limits())


def test_there_is_room_for_so_many_of_a_person_and_of_all(cookie_of, dairy, alice, bob):
    async def act(door):
        two = [await Asking(door, bobs).begun() for _ in range(2)]
        third = await (await Asking(door, bobs).begun()).ended()
        assert (third.status, third.headers[b"retry-after"]) == (429, b"15")
        await Asking(door, alices).begun()
        fourth = await (await Asking(door, alices).begun()).ended()
        assert (fourth.status, fourth.headers[b"retry-after"]) == (503, b"15")
        two[0].leave()
        await two[0].ended()
        assert (await Asking(door, alices).begun()).status == 200
        door.end()

    bobs, alices = cookie_of(bob), cookie_of(alice)
    at_the_door(act, Limits(streams=3, of_person=2))


def test_a_door_that_closes_ends_its_streams_and_opens_no_more(cookie_of, dairy, bob):
    async def act(door):
        asking = await Asking(door, cookie).begun()
        door.end()
        await asking.ended(within=1)
        assert (await (await Asking(door, cookie).begun()).ended()).status == 503

    cookie = cookie_of(bob)
    at_the_door(act, Limits())


def test_pokes_that_pause_are_told_and_that_they_go_on(cookie_of, dairy, bob):
    """The listening connection is killed by the database's own hand."""

    async def act(door):
        async with asyncio.timeout(20):
            while door.hub.paused:
                await asyncio.sleep(0.01)
            asking = await Asking(door, cookie).begun()
            await in_thread(_kill_listener)
            while asking.heard != [{"kind": "paused"}, {"kind": "resumed"}]:
                await asyncio.sleep(0.01)
            await in_thread(_poke, dairy)
            while asking.heard[2:] != [{"conversation": CHAT, "seq": 0, "kind": "typing"}]:
                await asyncio.sleep(0.01)

    cookie = cookie_of(bob)
    at_the_door(act, Limits())


def _kill_listener() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE application_name = 'whatsapp-automation events' AND datname = current_database()"
        )
        assert cursor.fetchone() == (1,)


def _poke(dairy) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('pokes', %s)", [f"{dairy.pk}|typing|{CHAT}:0"])


def test_a_slow_reader_holds_a_hundred_pokes_and_then_one_for_all():
    async def act():
        hub = Hub()
        hub.resume()
        stream = hub.open("shop", "bob")
        for place in range(MOST):
            for seq in range(3):
                hub.tell(f"shop|message|{place}:{seq}")
        hub.tell("another|message|1:1")
        told = await stream.take(1)
        assert told == [Poke("message", str(place), 2) for place in range(MOST)]
        for place in range(10_000):
            hub.tell(f"shop|message|{place}:1")
        hub.pause()
        assert await stream.take(1) == [Poke(MANY), Poke("paused")]
        hub.tell("shop|message|7:9")
        assert await stream.take(1) == [Poke("message", "7", 9)]

    asyncio.run(act())
