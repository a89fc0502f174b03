"""What happens while the model thinks: whoever acts in between, the bot says nothing that is too late, and forgets nobody."""

import contextlib
import threading
import time

import pytest

from tests.aibot.provider_server import chat, result

from ..thinking import HELD_UP, ODD, held_up, new_messages, reservations_of, turns_of, workers_with
from ..world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]  # the first one starts the whole product
MOON = "The moon is in good hands."


@pytest.fixture
def server(model, world):
    model.usual = chat(result(MOON))
    model.requests.clear()
    yield model
    model.usual = chat(result(MOON))


@pytest.fixture
def thoughts(server):
    """The model thinks until ``go`` is set."""
    go = threading.Event()

    def answer(request):
        go.wait(15)
        return chat(result(MOON))

    server.usual = answer
    yield go
    go.set()


@pytest.fixture(scope="module")
def owner(stack):
    return World(stack).owner()


def conversation_of(world, phone: str) -> str:
    [row] = world.query(
        "SELECT c.id FROM conversations_conversation c JOIN conversations_contact p ON p.id = c.contact_id WHERE p.phone = %s",
        phone,
    )
    return str(row["id"])


def settle(world) -> None:
    world.until(world.quiet, within=90)


def texts(world, phone: str, number: str = "") -> list[str]:
    """What the business has said, the line about the machine left out."""
    return [one["text"].partition("\n\n")[0] for one in world.answers(phone) if number in ("", one["phone_number_id"])]


# --- one reply to a burst -----------------------------------------------------------------------------------------------------


def test_a_burst_of_eight_in_three_seconds_gets_one_call_and_one_reply(world, server):
    phone, pieces = (
        world.new_phone(),
        [f"{ODD} and the {word}" for word in ["barn", "lake", "hill", "wood", "path", "wall", "gate", "tree"]],
    )
    for place, piece in enumerate(pieces):
        world.write(phone, piece)
        if place < len(pieces) - 1:
            time.sleep(3 / len(pieces))
    world.until(lambda: world.answers(phone), within=60)
    settle(world)
    assert texts(world, phone) == [MOON]
    assert [new_messages(request) for request in server.requests] == [pieces]


# --- a person -----------------------------------------------------------------------------------------------------------------


def answers(owner, world, phone: str) -> None:
    path = f"{world.web}/api/conversations/{conversation_of(world, phone)}/messages"
    told = owner.post(path, json={"type": "text", "text": "I am here."}, timeout=30)
    assert told.status_code == 201, told.text


def takes_over(owner, world, phone: str) -> None:
    path = f"{world.web}/api/conversations/{conversation_of(world, phone)}/takeover"
    told = owner.post(path, timeout=30)
    assert told.status_code == 200, told.text


@contextlib.contextmanager
def before_the_call(world, server, thoughts, phone):
    world.write(phone, ODD)
    world.until(lambda: world.query("SELECT 1 FROM aibot_pendingturn"))
    assert server.requests == []
    yield


@contextlib.contextmanager
def while_it_thinks(world, server, thoughts, phone):
    world.write(phone, ODD)
    world.until(lambda: server.requests)
    yield
    thoughts.set()


@contextlib.contextmanager
def after_its_answer(world, server, thoughts, phone):
    """The provider has answered, and nothing is charged yet, nor queued."""
    thoughts.set()
    with held_up(world, "UPDATE ON aibot_reservation"):
        world.write(phone, ODD)
        world.until(lambda: world.query(HELD_UP))
        yield


@contextlib.contextmanager
def queued_and_not_sent(world, server, thoughts, phone):
    thoughts.set()
    with world.frozen("send"):
        world.write(phone, ODD)
        world.until(lambda: world.query("SELECT 1 FROM conversations_message WHERE source = 'model' AND status = 0"))
        yield


MOMENTS = (before_the_call, while_it_thinks, after_its_answer, queued_and_not_sent)


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
@pytest.mark.parametrize(("act", "shown"), [(answers, ["I am here."]), (takes_over, [])], ids=["answers", "takes over"])
def test_a_person_is_never_followed_by_the_bot(world, server, thoughts, owner, moment, act, shown):
    phone = world.new_phone()
    with moment(world, server, thoughts, phone):
        act(owner, world, phone)
    settle(world)
    assert texts(world, phone) == shown
    assert len(server.requests) == (0 if moment is before_the_call else 1)
    assert "open" not in {one["state"] for one in reservations_of(world, phone)}


# --- the customer -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "intent"), [("price?", "pricing"), ("STOP", "opt_out")])
def test_a_rule_answers_in_between_at_once_and_the_question_is_not_forgotten(world, server, thoughts, word, intent):
    phone = world.new_phone()
    world.write(phone, ODD)
    world.until(lambda: server.requests)
    world.write(phone, word)
    world.until(lambda: len(world.answers(phone)) == 1, within=30)
    thoughts.set()
    world.until(lambda: len(world.answers(phone)) == 2, within=60)
    settle(world)
    by_rule, by_model = texts(world, phone)
    assert by_model == MOON
    [row] = world.query(
        "SELECT r.intent FROM conversations_message m JOIN aibot_rule r ON r.id = m.source_ref WHERE m.conversation_id = %s",
        conversation_of(world, phone),
    )
    assert (row["intent"], bool(by_rule)) == (intent, True)
    assert [new_messages(request) for request in server.requests] == [[ODD], [ODD]]
    assert [turn["outcome"] for turn in turns_of(world, phone)] == ["overtaken", "queued"]


def test_what_the_customer_deletes_meanwhile_is_not_answered(world, server, thoughts):
    phone = world.new_phone()
    wamid = world.write(phone, ODD)
    world.until(lambda: server.requests)
    world.write(phone, "", type="revoke", message_id=wamid)
    world.until(
        lambda: world.query("SELECT 1 FROM conversations_message WHERE wamid = %s AND revoked_at IS NOT NULL", wamid)
    )
    thoughts.set()
    settle(world)
    assert (texts(world, phone), len(server.requests)) == ([], 1)


def test_what_the_customer_edits_meanwhile_is_answered_as_it_reads_now(world, server, thoughts):
    phone, now = world.new_phone(), f"{ODD} and the lake"
    wamid = world.write(phone, ODD)
    world.until(lambda: server.requests)
    world.write(phone, now, type="edit", message_id=wamid)
    world.until(lambda: world.query("SELECT 1 FROM conversations_message WHERE wamid = %s AND text = %s", wamid, now))
    thoughts.set()
    world.until(lambda: world.answers(phone), within=60)
    settle(world)
    assert texts(world, phone) == [MOON]
    assert [new_messages(request) for request in server.requests] == [[ODD], [now]]


def test_two_businesses_at_once_answer_each_for_itself(world, server, thoughts):
    phone = world.new_phone()
    numbers = [one["phone_number_id"] for one in world.control("GET", "/_sim/numbers")["numbers"]]
    for number in numbers:
        world.write(phone, ODD, phone_number_id=number)
    world.until(lambda: len(server.requests) == 2)
    thoughts.set()
    world.until(lambda: len(world.answers(phone)) == 2, within=60)
    settle(world)
    assert [texts(world, phone, number) for number in numbers] == [[MOON], [MOON]]
    names = {
        request["json"]["messages"][-1]["content"].partition('"name": "')[2].partition('"')[0]
        for request in server.requests
    }
    assert names == {"Shuddh Dairy", "Masala Junction"}
    charged = world.query(
        "SELECT count(DISTINCT r.business_id) AS shops, count(*) AS calls FROM aibot_reservation r"
        " JOIN conversations_contact p ON p.id = r.contact_id WHERE p.phone = %s AND r.state = 'settled'",
        phone,
    )
    assert charged == [{"shops": 2, "calls": 2}]


# --- the sign of typing -------------------------------------------------------------------------------------------------------


def typing(world, since: int) -> list[dict]:
    """The Graph calls that show it. They turn the customer's messages blue too."""
    calls = world.control("GET", f"/_sim/calls?since={since}&limit=1000")["calls"]
    return [call for call in calls if isinstance(call["body"], dict) and call["body"].get("status") == "read"]


@pytest.fixture
def since(world) -> int:
    number = 0
    while (last := world.control("GET", f"/_sim/calls?since={number}&limit=1000")["last"]) != number:
        number = last
    return number


def test_the_customer_sees_typing_once_the_budget_is_reserved_and_before_the_answer(world, server, thoughts, since):
    phone = world.new_phone()
    wamid = world.write(phone, ODD)
    world.until(lambda: typing(world, since))
    [reserved] = reservations_of(world, phone)
    assert reserved["state"] == "open"
    thoughts.set()
    world.until(lambda: world.answers(phone))
    settle(world)
    [shown] = typing(world, since)
    assert (shown["body"]["message_id"], shown["body"]["typing_indicator"]) == (wamid, {"type": "text"})
    assert reserved["at"] <= shown["received_at"] <= world.answers(phone)[0]["at"]


def test_who_has_switched_ticks_off_shows_none(world, server, owner, since):
    path = f"{world.web}/api/settings"
    assert owner.patch(path, json={"inbox": {"blueTicks": False}}, timeout=30).status_code == 200
    try:
        phone = world.new_phone()
        world.answer(phone, ODD, within=60)
        settle(world)
        assert (texts(world, phone), typing(world, since)) == ([MOON], [])
    finally:
        assert owner.patch(path, json={"inbox": {"blueTicks": True}}, timeout=30).status_code == 200


def test_on_the_way_to_a_handover_there_is_none(world, server, owner, since):
    """Of this customer's hour one call is left, and it is made: the next question finds none."""
    path = f"{world.web}/api/settings"
    assert owner.patch(path, json={"model": {"callsPerHour": 1}}, timeout=30).status_code == 200
    try:
        phone = world.new_phone()
        world.answer(phone, ODD, within=60)
        settle(world)
        assert len(server.requests) == 1
        shown = len(typing(world, since))  # none where the answer was quicker than the sign
        assert shown <= 1
        world.answer(phone, f"{ODD} again", count=2, within=60)
        settle(world)
        assert turns_of(world, phone)[-1]["reason"] == "budget:too_many_calls"
        assert (len(server.requests), len(typing(world, since))) == (1, shown)
    finally:
        assert owner.patch(path, json={"model": {"callsPerHour": None}}, timeout=30).status_code == 200


def test_where_the_provider_is_left_alone_there_is_none(world, server, since):
    """Four failures in a row: two customers see typing, and a third one is handed over at once."""
    with workers_with(world.stack, "bot", AI_BASE_URL="http://127.0.0.1:9/v1"):
        for count in (1, 2, 2):
            phone = world.new_phone()
            world.answer(phone, ODD, within=60)
            settle(world)
            assert len(typing(world, since)) == count
        assert turns_of(world, phone)[-1]["reason"] == "provider:circuit_open"
