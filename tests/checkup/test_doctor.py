"""manage.py doctor: the work, the machine and every number; exit code 0 or 1."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from io import StringIO

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts import limits
from accounts.models import WhatsAppNumber
from cloud_api import versions
from conversations import wake
from conversations.models import Message
from tests.cloud_api.conftest import Answer
from tests.factories import MASALA_NUMBER, Chat, deliver, drain, new_wamid, text_body
from tests.meta import NUMBER
from whatsapp_automation.checkup import BAD, OK, WARN, installation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def well(empty_cache, meta, settings):
    """Workers that have just swept, and a Meta whose clock is ours."""
    settings.WHATSAPP_APP_SECRET = ["the-installations"]
    for queue in settings.QUEUES:
        wake.beat_heart(queue)


def doctor(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def found() -> dict:
    """{key: finding} of the installation."""
    return {finding.key: finding for finding in installation.look_at_all(timezone.now())}


def test_a_well_installation_ends_with_0_and_says_each_line(dairy):
    code, text = doctor()
    assert code == 0, text
    assert re.search(r"ok    Worker inbound: It was heard of \d s ago\.", text)
    assert "\nShuddh Dairy: +91 80 4718 0011 (id 109876543210011)\n" in text
    assert "BAD" not in text


def test_it_says_where_something_is_bad_what_to_do_and_ends_with_1(dairy):
    cache.delete("heart:send")
    code, text = doctor()
    assert code == 1
    line = "BAD   Worker send: It has not been heard of in the last hour.\n      -> Start it: celery "
    assert line in text


def test_as_json_it_is_one_line(dairy, masala):
    cache.delete("heart:send")
    code, text = doctor("--json")
    told = json.loads(text)
    assert text.count("\n") == 1
    assert (code, told["state"]) == (1, BAD)
    of = {finding["of"] for finding in told["findings"]}
    assert {name.partition(":")[0] for name in of} == {"", "Shuddh Dairy", "Masala Junction"}
    assert all(set(one) == {"of", "key", "name", "state", "text", "advice"} for one in told["findings"])


def test_one_number_alone_can_be_looked_at(dairy, masala, meta):
    meta.number = Answer(body=NUMBER | {"display_phone_number": "+91 80 4718 0022"})
    code, text = doctor("--number", MASALA_NUMBER)
    assert code == 0, text
    assert "Masala Junction" in text
    assert "Shuddh Dairy: " not in text
    assert "Worker" not in text
    with pytest.raises(CommandError, match="no WhatsApp number with the phone number id 42"):
        doctor("--number", "42")


def test_without_a_number_it_says_so(db):
    code, text = doctor()
    assert code == 0
    assert "warn  Numbers: No WhatsApp number is connected." in text


def test_a_worker_that_is_silent_is_bad(well):
    cache.set("heart:inbound", timezone.now().timestamp() - 600)
    assert (found()["worker_inbound"].state, found()["worker_send"].state) == (BAD, OK)
    assert found()["worker_inbound"].text == "It was last heard of 10 min ago."


def test_a_webhook_that_nobody_works_off_is_bad(dairy):
    deliver(text_body(new_wamid(), "hi"), at=timezone.now() - timedelta(seconds=90))
    assert found()["inbound"].state == BAD
    drain()
    assert found()["inbound"].state == OK


def test_a_message_that_could_leave_and_does_not_is_bad_but_one_of_a_stopped_number_waits_by_intent(dairy):
    Chat().says("hello")
    assert (found()["outbound"].state, found()["outbound"].text[:16]) == (OK, "1 may leave now;")
    with scopes_disabled():
        earlier = timezone.now() - timedelta(minutes=3)
        Message.objects.filter(direction="out").update(created_at=earlier, send_after=earlier)
        assert (found()["outbound"].state, found()["outbound"].text[:16]) == (BAD, "1 may leave now;")
        Message.objects.filter(direction="out").update(send_after=timezone.now() + timedelta(minutes=1))
        assert found()["outbound"].state == OK
        Message.objects.filter(direction="out").update(send_after=earlier)
        WhatsAppNumber.objects.update(stopped_at=timezone.now())
        assert (found()["outbound"].state, found()["outbound"].text[:16]) == (OK, "0 may leave now;")


def test_what_failed_is_a_warning(dairy):
    deliver(b"{nope")
    drain()
    assert (found()["failed"].state, found()["failed"].text[:2]) == (WARN, "1 ")


@pytest.mark.parametrize(("minutes", "state"), [(0, OK), (1, OK), (3, BAD), (-3, BAD)])
def test_a_clock_that_is_more_than_two_minutes_off_is_bad(meta, minutes, state):
    at = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    head = f"HTTP/1.1 404 Not Found\r\nDate: {at}\r\nContent-Length: 0\r\n\r\n".encode()
    meta.number = Answer(act=lambda handler: handler.wfile.write(head))
    assert found()["clock"].state == state
    if state == BAD:
        assert ("behind" if minutes > 0 else "ahead of") in found()["clock"].text


def test_a_valkey_that_is_away_is_bad_and_nothing_raises(dairy, monkeypatch):
    monkeypatch.setattr(limits, "_local", limits._Local())  # which else rests for the tests that follow
    nowhere = {**settings.CACHES["default"], "LOCATION": "redis://:pass-word@127.0.0.1:1/1"}
    with override_settings(CACHES={"default": nowhere}):
        told = found()
        code, text = doctor()
    assert {key for key, finding in told.items() if finding.state == BAD} == {
        "valkey",
        "worker_inbound",
        "worker_send",
        "worker_media",
        "worker_bot",
    }
    assert told["limits"].state == WARN
    assert code == 1
    assert "pass-word" not in text


def test_the_database_its_locale_and_the_versions_are_told():
    told = found()
    assert {told[key].state for key in ("database", "migrations", "hindi", "valkey", "python", "packages")} == {OK}
    assert told["hindi"].text == "UTF8, builtin, C.UTF-8; search sees Hindi."
    assert "noeviction" in told["valkey"].text


@pytest.mark.parametrize(
    ("version", "today", "state"),
    [
        ("v26.0", date(2026, 11, 25), OK),
        ("v25.0", date(2026, 11, 25), OK),
        ("v21.0", date(2026, 11, 25), WARN),
        ("v21.0", date(2027, 1, 21), BAD),
        ("v20.0", date(2026, 11, 25), BAD),
        ("v9.0", date(2026, 11, 25), BAD),
        ("v31.0", date(2026, 11, 25), OK),
    ],
)
def test_a_graph_api_version_is_warned_of_before_it_ends(settings, version, today, state):
    settings.GRAPH_API_VERSION = version
    told = installation.graph_version(today)
    assert told.state == state
    assert (told.advice == f"Set GRAPH_API_VERSION={versions.NEWEST}.") == (state != OK)
