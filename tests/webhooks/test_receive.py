"""The webhook's door: what is signed is stored before it is answered; what is not leaves no trace."""

import asyncio
import time

import psycopg
import pytest
from django.db import connection
from django_scopes import scopes_disabled

from accounts import businesses
from cloud_api import signature
from conversations import silence
from tests import database, factories
from webhooks import receive
from webhooks.models import Delivery
from webhooks.signers import INSTALLATION, lane

SECRET = "the-installations-app-secret"
BODY = factories.text_body("wamid.door", "hello")


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.WHATSAPP_APP_SECRET = [SECRET]
    settings.WHATSAPP_VERIFY_TOKEN = "our-verify-token"


def test_a_signed_body_is_stored_as_it_came(at_the_door):
    answer = at_the_door(lambda client: client.post(BODY, secret=SECRET))
    assert answer.status == 200
    [row] = Delivery.objects.all()
    assert bytes(row.body) == BODY
    assert (row.size, row.verified_by, row.lane) == (len(BODY), INSTALLATION, lane(factories.DAIRY_NUMBER))
    assert row.processed_at is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": signature.sign(BODY, "another-secret")},
        {"x-hub-signature-256": signature.sign(BODY + b" ", SECRET)},
        {"x-hub-signature-256": signature.sign(BODY, SECRET).removeprefix("sha256=")},
        {"x-hub-signature-256": "sha256=" + "é" * 64},
        {"x-hub-signature": signature.sign(BODY, SECRET).replace("sha256", "sha1")},
    ],
    ids=["none", "empty", "another secret", "other bytes", "no prefix", "no hex", "sha1"],
)
def test_a_body_that_nobody_we_know_signed_is_refused_and_not_stored(at_the_door, headers):
    answer = at_the_door(lambda client: client.post(BODY, headers=headers))
    assert answer.status == 401
    assert not Delivery.objects.exists()


def test_without_any_secret_nothing_is_believed(at_the_door, settings):
    settings.WHATSAPP_APP_SECRET = []
    assert at_the_door(lambda client: client.post(BODY, secret=SECRET)).status == 503
    assert at_the_door(lambda client: client.post(BODY)).status == 503
    assert not Delivery.objects.exists()


def test_two_secrets_are_taken_while_one_is_being_rotated(at_the_door, settings):
    settings.WHATSAPP_APP_SECRET = ["the-new-one", SECRET]
    assert at_the_door(lambda client: client.post(BODY, secret=SECRET)).status == 200
    assert at_the_door(lambda client: client.post(BODY, secret="the-new-one")).status == 200


def test_a_numbers_own_secret_signs_for_it_and_says_so(at_the_door, masala_number):
    body = factories.text_body("wamid.own", "hello", number=factories.MASALA_NUMBER)
    assert at_the_door(lambda client: client.post(body, secret=factories.MASALA_APP_SECRET)).status == 200
    assert Delivery.objects.get().verified_by == masala_number.app_secret_mark


def test_a_numbers_own_secret_signs_for_no_other_number(at_the_door, dairy, masala):
    assert at_the_door(lambda client: client.post(BODY, secret=factories.MASALA_APP_SECRET)).status == 401


def test_account_events_are_signed_by_the_secret_of_their_waba(at_the_door, masala):
    body = factories.entries_body(
        [{"id": factories.MASALA_WABA, "changes": [{"field": "account_update", "value": {}}]}]
    )
    assert at_the_door(lambda client: client.post(body, secret=factories.MASALA_APP_SECRET)).status == 200


def test_a_partners_events_are_signed_by_the_secret_of_the_waba_that_they_name(at_the_door, masala_number):
    """Their entry's id is the business portfolio's."""
    value = {"event": "PARTNER_REMOVED", "waba_info": {"waba_id": factories.MASALA_WABA, "owner_business_id": "77"}}
    body = factories.entries_body([{"id": "77", "time": 1, "changes": [{"field": "account_update", "value": value}]}])
    answer = at_the_door(lambda client: client.post(body, secret=factories.MASALA_APP_SECRET))
    assert answer.status == 200
    with scopes_disabled():
        factories.drain()
        masala_number.refresh_from_db()
    assert masala_number.stopped_at


def test_a_secret_that_was_entered_a_moment_ago_counts_at_once(at_the_door, dairy):
    async def act(client):
        before = await client.post(BODY, secret="brand-new-secret")
        await asyncio.to_thread(_enter_secret, dairy)
        await asyncio.sleep(
            1.1
        )  # what is known of a number is asked again after a second, when a signature does not fit
        return before.status, (await client.post(BODY, secret="brand-new-secret")).status

    assert at_the_door(act) == (401, 200)


def _enter_secret(business):
    businesses.connect_number(business, factories.DAIRY_NUMBER, app_secret="brand-new-secret")
    connection.close()


@pytest.mark.parametrize("parts", [1, 50])
def test_three_megabytes_are_taken_and_more_than_four_are_not(at_the_door, parts):
    large = b'{"object":"whatsapp_business_account","entry":[],"pad":"%s"}' % (b"x" * 3_000_000)
    too_large = large + b" " * 1_300_000
    assert at_the_door(lambda client: client.post(large, secret=SECRET, parts=parts)).status == 200
    assert at_the_door(lambda client: client.post(too_large, secret=SECRET, parts=parts)).status == 413
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("body", [b"", b"{nope", b"null", b"[]", b'"text"', b"\x00\xff", b'{"entry": 7}'], ids=repr)
def test_what_is_signed_is_taken_whatever_it_is(at_the_door, body):
    assert at_the_door(lambda client: client.post(body, secret=SECRET)).status == 200
    assert bytes(Delivery.objects.get().body) == body


def test_requests_at_the_same_time_are_all_stored_in_few_commits(at_the_door):
    bodies = [factories.text_body(f"wamid.{n}", "hello") for n in range(200)]

    async def act(client):
        return await asyncio.gather(*(client.post(body, secret=SECRET) for body in bodies))

    assert {answer.status for answer in at_the_door(act)} == {200}
    assert {bytes(row) for row in Delivery.objects.values_list("body", flat=True)} == set(bodies)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM webhooks_delivery")
        assert cursor.fetchone()[0] < 50


def test_a_connection_that_died_is_opened_again(at_the_door):
    async def act(client):
        first = await client.post(BODY, secret=SECRET)
        await asyncio.to_thread(_end_the_doors_connections)
        statuses = [(await client.post(BODY, secret=SECRET)).status for _ in range(2)]
        return first.status, statuses

    first, statuses = at_the_door(act)
    assert first == 200
    assert statuses[-1] == 200
    assert Delivery.objects.count() == 1 + statuses.count(200)


def _end_the_doors_connections():
    params = connection.get_connection_params()
    wanted = {key: params[key] for key in ("dbname", "user", "password", "host", "port")}
    with psycopg.connect(**wanted) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'whatsapp-automation webhook' AND datname = current_database()"
        )


def test_without_the_database_the_answer_is_503(at_the_door):
    port = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = 1  # nobody listens there
    try:
        answer = at_the_door(lambda client: client.post(BODY, secret=SECRET))
    finally:
        connection.settings_dict["PORT"] = port
    assert answer.status == 503
    assert "retry-after" in answer.headers


def test_metas_verification_is_echoed_as_plain_text(at_the_door):
    query = "hub.mode=subscribe&hub.challenge=%3Cb%3E115&hub.verify_token=our-verify-token"
    answer = at_the_door(lambda client: client.get(query))
    assert (answer.status, answer.body) == (200, "<b>115")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "hub.mode=subscribe&hub.challenge=1",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=%C3%A9",
        "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=our-verify-token",
    ],
)
def test_a_wrong_verification_is_refused(at_the_door, query):
    assert at_the_door(lambda client: client.get(query)).status == 403


def test_a_blank_verify_token_matches_nothing(at_the_door, settings, dairy):
    settings.WHATSAPP_VERIFY_TOKEN = ""
    assert at_the_door(lambda client: client.get("hub.mode=subscribe&hub.challenge=1&hub.verify_token=")).status == 403


def test_a_numbers_own_verify_token_is_known(at_the_door, dairy):
    businesses.connect_number(dairy, factories.DAIRY_NUMBER, verify_token="of-the-dairy")
    answer = at_the_door(lambda client: client.get("hub.mode=subscribe&hub.challenge=7&hub.verify_token=of-the-dairy"))
    assert (answer.status, answer.body) == (200, "7")


def test_the_whole_batch_is_bounded_in_bytes(monkeypatch):
    monkeypatch.setattr(receive, "LARGEST_COMMIT", 1000)

    async def act():
        intake = receive.Intake()
        loop = asyncio.get_running_loop()
        intake._waiting = [(0, b"x" * 400, "", None, loop.create_future()) for _ in range(7)]
        sizes = []
        while intake._waiting:
            sizes.append(len(intake._next_batch()))
        intake._waker.stop()
        return sizes

    assert asyncio.run(act()) == [3, 3, 1]


def test_the_open_door_says_since_when_it_has_refused_nothing(at_the_door, empty_cache):
    """What nobody knows of a message is settled only where a word of it would have been heard."""

    async def act(client):
        while silence.cache.get("silence:web") is None:
            await asyncio.sleep(0.01)
        before = client.door._intake.well_since
        await client.post(BODY, secret=SECRET)
        assert client.door._intake.well_since == before
        return before

    since = at_the_door(act)
    assert silence.cache.get("silence:web")[0] == since


def test_a_door_counts_from_its_start():
    """It may have been made long before, in the process that the web server was forked from."""

    async def act() -> bool:
        door = receive.Door()
        await asyncio.sleep(0.02)
        started = time.time()
        await door.start()
        since = door._intake.well_since
        await door.stop()
        return since >= started

    assert asyncio.run(act())


def test_a_webhook_that_was_refused_starts_that_time_anew(at_the_door):
    async def act(client):
        before = client.door._intake.well_since
        await client.post(BODY, secret=SECRET)
        return client.door._intake.well_since > before

    assert at_the_door(act) is False
    port = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = 1  # nobody listens there
    try:
        assert at_the_door(act) is True
    finally:
        connection.settings_dict["PORT"] = port


def test_a_server_that_stops_answers_what_it_is_just_storing(at_the_door):
    """The commit waits for a lock when the server is told to stop."""

    async def act(client):
        async with await receive._connect() as holder, await receive._connect() as watcher:
            await holder.execute("BEGIN; LOCK TABLE webhooks_delivery IN ACCESS EXCLUSIVE MODE")
            posting = asyncio.create_task(client.post(BODY, secret=SECRET))
            async with asyncio.timeout(5):
                while not await _somebody_waits(watcher):
                    await asyncio.sleep(0.01)
            stopping = asyncio.create_task(client.door.stop())
            await asyncio.sleep(0)
            await holder.execute("ROLLBACK")
            answer = await asyncio.wait_for(posting, 5)
            await stopping
            return answer

    assert at_the_door(act).status == 200
    assert Delivery.objects.count() == 1


async def _somebody_waits(other) -> bool:
    found = await other.execute(database.WAITS)
    return await found.fetchone() is not None
