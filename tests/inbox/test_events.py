"""/events/ by a real server: what is heard, by whom, and what 300 streams cost."""

import asyncio
import re
import signal
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django_scopes import scope

from accounts import businesses
from accounts.models import Membership, User
from conversations.models import Conversation, Message
from inbox import pokes
from tests import factories

from .conftest import GONE, Server, in_thread

pytestmark = pytest.mark.slow
STREAMS = 300
tell = print


def write(text: str = "hello", number: str = factories.DAIRY_NUMBER, mark: str = factories.INSTALLATION) -> None:
    factories.receive(factories.text_body(factories.new_wamid(), text, factories.MEERA, number), verified_by=mark)


def of_kind(kind: str):
    return lambda event: event != GONE and event["kind"] == kind


def test_a_customers_message_is_heard_and_nothing_of_it(server, session_of, alice, dairy, dairy_number):
    async def act():
        reader = await server.listen(alices)
        assert reader.status == 200
        assert reader.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert reader.headers["x-accel-buffering"] == "no"
        assert "no-store" in reader.headers["cache-control"]
        assert reader.headers["x-content-type-options"] == "nosniff"
        await in_thread(write, "a secret of Meera's")
        return await reader.until(of_kind("message"))

    alices = session_of(alice)
    poke = server.run(act)
    assert set(poke) == {"conversation", "seq", "kind"}
    with scope(business=dairy):
        assert poke["conversation"] == str(Conversation.objects.get().pk)
        assert poke["seq"] in Message.objects.values_list("seq", flat=True)


def test_another_business_hears_nothing_and_nobody_gets_in_unasked(
    server, session_of, alice, vera, charlie, dairy_number, masala_number
):
    """The same moment is heard by a viewer of the dairy's, and Charlie hears what is his."""

    async def act():
        assert (await server.listen()).status == 401
        assert (await server.listen("0" * 32)).status == 401
        assert (await server.listen(sessions[0], method="POST")).status == 405
        veras, charlies = [await server.listen(session) for session in sessions]
        await in_thread(write)
        await veras.until(of_kind("message"))
        assert [poke for poke in await charlies.pokes(seconds=0.5) if "conversation" in poke] == []
        await in_thread(write, "hi", factories.MASALA_NUMBER, masala_number.app_secret_mark)
        await charlies.until(of_kind("message"))
        return {poke.get("conversation") for reader in (veras, charlies) for poke in await reader.pokes(seconds=0.5)}

    sessions = [session_of(vera), session_of(charlie)]
    heard = server.run(act) - {None}
    assert heard == {str(pk) for pk in Conversation._base_manager.values_list("pk", flat=True)}
    assert len(heard) == 2


def test_the_server_stops_at_once_with_streams_open(server, session_of, bob, dairy):
    async def act():
        readers = [await server.listen(bobs) for _ in range(5)]
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        for reader in readers:
            await reader.until(lambda event: event == GONE)
        await asyncio.to_thread(server.process.wait, 10)
        return time.monotonic() - started

    bobs = session_of(bob)
    seconds = server.run(act)
    tell(f"events: stopped in {seconds:.1f} s")
    assert seconds < 7  # --workers-kill-timeout is 8


def test_300_streams_cost_no_thread_and_no_connection(server, dairy):
    """Thirty people with ten tabs each. One more is asked to come later."""

    async def act():
        assert await in_thread(counted, server) == 0  # and the thread that answers pages is there
        figures = {"before": await in_thread(figures_of, server)}
        readers = []
        for session in sessions * 10:
            readers.append(await server.listen(session))
        assert {reader.status for reader in readers} == {200}
        one_more = await server.listen(extra)
        assert (one_more.status, one_more.headers["retry-after"]) == (503, "15")
        figures["open"] = await in_thread(figures_of, server)
        assert await in_thread(counted, server) == STREAMS
        started = time.monotonic()
        await in_thread(pokes.tell, dairy.pk, "typing", dairy.pk)
        await asyncio.gather(*(reader.until(of_kind("typing")) for reader in readers))
        seconds = time.monotonic() - started
        for reader in readers:
            await reader.close()
        for _ in range(100):
            if (await server.listen(extra)).status == 200:
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(1)
        figures["after"] = await in_thread(figures_of, server)
        return figures, seconds

    *sessions, extra = [session_of_new(dairy, place) for place in range(STREAMS // 10 + 1)]
    figures, seconds = server.run(act)
    for when, (memory, threads, connections) in figures.items():
        tell(f"events: {when}: {memory:.0f} MiB, {threads} threads, {connections} connections")
    tell(f"events: one poke to {STREAMS} streams in {seconds * 1000:.0f} ms")
    before, during = figures["before"], figures["open"]
    assert during[0] - before[0] < 40
    assert during[1] <= before[1] + 2  # those that ask who listens
    assert during[2] <= 2 + before[2]
    assert figures["after"][1] <= during[1]
    assert figures["after"][2] <= during[2]
    assert seconds < 20


def test_a_reader_who_reads_nothing_costs_no_memory(server, session_of, bob, dairy):
    """Twenty seconds of pokes as fast as they come, each of another conversation."""

    async def act():
        await server.listen(bobs)
        await in_thread(flood, dairy, 2_000)  # as much as is normal has been asked for
        before = (await in_thread(figures_of, server))[0]
        told = await in_thread(flood, dairy, 150_000)
        grown = (await in_thread(figures_of, server))[0] - before
        return told, grown

    bobs = session_of(bob)
    told, grown = server.run(act)
    tell(f"events: {told} pokes to a reader who does not read: {grown:+.1f} MiB")
    assert grown < 8


def flood(dairy, count: int) -> int:
    """Pokes in transactions of a hundred."""
    with connection.cursor() as cursor:
        for part in range(count // 100):
            cursor.execute(
                "SELECT pg_notify('pokes', concat(%s::text, '|message|', md5(n::text)::uuid, ':', n))"
                " FROM generate_series(%s::int, %s::int) AS n",
                [str(dairy.pk), part * 100, part * 100 + 99],
            )
    return count


def figures_of(server: Server) -> tuple[float, int, int]:
    """Memory in MiB, threads, and connections to this database that are not the test's own."""
    status = Path(f"/proc/{server.worker}/status").read_text()
    lines = dict(line.split(":", 1) for line in status.splitlines())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        (connections,) = cursor.fetchone()
    return int(lines["VmRSS"].split()[0]) / 1024, int(lines["Threads"]), connections


def counted(server: Server) -> float:
    """The open streams, as /metrics tells them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=10) as answer:
        return float(re.search(rb"^whatsapp_event_streams (\S+)$", answer.read(), re.MULTILINE)[1])


def session_of_new(dairy, place: int) -> str:
    """The session of one more member of the dairy's."""
    person = User.objects.create_user(f"agent{place}@shuddh-dairy.example", name=f"Agent {place}")
    businesses.add_member(dairy, person, Membership.Role.AGENT)
    session = SessionStore()
    session["_auth_user_id"] = str(person.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = person.get_session_auth_hash()
    session.create()
    return session.session_key
