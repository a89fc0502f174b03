"""kill -9 of each process in mid-work: nothing is lost, nobody gets an answer twice."""

import pytest

ODD = (
    "how long does the ghee stay good",
    "is the shop near the lake",
    "do you deliver to sector 62",
    "I saw you at the market",
)


@pytest.mark.parametrize("process", ["web", "inbound", "send", "beat"])
def test_a_killed_process_loses_and_doubles_nothing(world, process):
    phones = [world.new_phone() for _ in range(60)]
    for place, phone in enumerate(phones):
        world.write(phone, "price?")
        if place == 30:
            world.kill(process)
    world.start_again(process)
    world.until(lambda: all(_settled(world, phone) for phone in phones), within=60)
    for phone in phones:
        assert len(world.answers(phone)) <= 1
    unknown = {row["phone"] for row in _unknown(world)}
    assert {phone for phone in phones if not world.answers(phone)} <= unknown
    assert len(unknown) <= 32  # as many as one sender has on the wire


def test_a_killed_bot_leaves_nobody_in_silence_and_answers_nobody_twice(world):
    """No rule answers what they ask. What it had in hand comes again when its lease is over."""
    phones = [world.new_phone() for _ in range(40)]
    for place, phone in enumerate(phones):
        world.write(phone, ODD[place % len(ODD)])
        if place == 25:
            world.kill("bot")
    world.start_again("bot")
    world.until(lambda: all(world.answers(phone) for phone in phones), within=120)
    world.calm()
    assert {len(world.answers(phone)) for phone in phones} == {1}


def _settled(world, phone: str) -> bool:
    """The customer's message is here, and its answer has an end: sent, or on the wire when its sender was killed."""
    rows = world.query(
        """
        SELECT m.status, m.sending_since < now() - interval '8 seconds' AS stuck FROM conversations_message m
        JOIN conversations_conversation c ON c.id = m.conversation_id JOIN conversations_contact p ON p.id = c.contact_id
        WHERE p.phone = %s AND m.direction = 'out'
        """,
        phone,
    )
    return len(rows) == 1 and (rows[0]["status"] >= 30 or (rows[0]["status"] == 10 and rows[0]["stuck"]))


def _unknown(world) -> list[dict]:
    return world.query(
        """
        SELECT p.phone FROM conversations_message m JOIN conversations_conversation c ON c.id = m.conversation_id
        JOIN conversations_contact p ON p.id = c.contact_id WHERE m.status IN (10, 20)
        """
    )


def test_a_send_that_was_on_the_wire_is_settled_by_its_status(world):
    """The Graph API took the message, its answer never came: the status webhook carries our id, and ends the doubt."""
    phone = world.new_phone()
    world.control("PUT", "/_sim/faults", {"graph": {"mode": "timeout_after", "times": 1, "hold_ms": 1000}})
    world.write(phone, "price?")
    world.until(lambda: _status(world, phone) == 60, within=30)
    assert len(world.answers(phone)) == 1


def test_a_refused_message_says_why(world):
    phone = world.new_phone()
    world.control("PUT", "/_sim/faults", {"graph": {"mode": "error", "code": 131026, "times": 1}})
    world.write(phone, "price?")
    world.until(lambda: _status(world, phone) == 50)
    [row] = world.query("SELECT error_code, error_text FROM conversations_message WHERE error_code = 131026")
    assert row["error_text"]


def test_a_throttled_message_is_sent_later(world):
    phone = world.new_phone()
    world.control("PUT", "/_sim/faults", {"graph": {"mode": "error", "code": 130429, "times": 2}})
    world.write(phone, "price?")
    world.until(lambda: _status(world, phone) == 60, within=90)  # the number is silent for longer each time
    assert len(world.answers(phone)) == 1


def _status(world, phone: str) -> int | None:
    rows = world.query(
        """
        SELECT m.status FROM conversations_message m JOIN conversations_conversation c ON c.id = m.conversation_id
        JOIN conversations_contact p ON p.id = c.contact_id WHERE p.phone = %s AND m.direction = 'out'
        """,
        phone,
    )
    return rows[0]["status"] if rows else None
