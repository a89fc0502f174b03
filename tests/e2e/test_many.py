"""Many customers at once, and Meta's ways of sending things twice, late, in another order and many in one body."""

import pytest


def _customers_write(world, count: int) -> list[str]:
    phones = [world.new_phone() for _ in range(count)]
    for phone in phones:
        world.write(phone, "price?")
    return phones


def test_two_hundred_customers_at_once_get_one_answer_each(world):
    phones = _customers_write(world, 200)
    world.until(lambda: all(len(world.answers(phone)) == 1 for phone in phones), within=60)
    world.until(world.quiet)
    assert [len(world.answers(phone)) for phone in phones] == [1] * 200
    rows = world.query(
        """
        SELECT count(DISTINCT c.id) AS conversations, count(DISTINCT l.id) AS leads
        FROM conversations_contact p JOIN conversations_conversation c ON c.contact_id = p.id JOIN leads_lead l ON l.contact_id = p.id
        WHERE p.phone = ANY(%s)
        """,
        phones,
    )
    assert rows == [{"conversations": 200, "leads": 200}]


@pytest.mark.parametrize(
    "fault", [{"duplicate": True}, {"reorder": True}, {"batch": 20}, {"duplicate": True, "batch": 7}], ids=str
)
def test_webhooks_twice_reordered_or_many_in_one_body_change_nothing(world, fault):
    world.control("PUT", "/_sim/faults", {"webhook": fault})
    phones = _customers_write(world, 20)
    world.until(lambda: all(len(world.answers(phone)) >= 1 for phone in phones), within=30)
    world.until(world.quiet)
    assert [len(world.answers(phone)) for phone in phones] == [1] * 20
    world.until(lambda: all(world.answers(phone)[0]["status"] == "delivered" for phone in phones))
    world.until(world.quiet)
    wamids = [world.answers(phone)[0]["wamid"] for phone in phones]
    rows = world.query("SELECT DISTINCT status FROM conversations_message WHERE wamid = ANY(%s)", wamids)
    assert rows == [{"status": 60}]


def test_one_customers_burst_is_one_conversation_with_its_messages_in_order(world):
    phone = world.new_phone()
    texts = [f"line {n}" for n in range(20)]
    for text in texts:
        world.write(phone, text)
    world.until(world.quiet)
    rows = world.query(
        """
        SELECT m.text, m.conversation_id FROM conversations_message m JOIN conversations_conversation c ON c.id = m.conversation_id
        JOIN conversations_contact p ON p.id = c.contact_id WHERE p.phone = %s AND m.direction = 'in'
        ORDER BY m.wa_timestamp, m.seq
        """,
        phone,
    )
    assert sorted(row["text"] for row in rows) == sorted(texts)
    assert len({row["conversation_id"] for row in rows}) == 1
