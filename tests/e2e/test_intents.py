"""Six intents in three languages: a customer writes on the phone, the right answer comes out of the Graph API."""

import pytest

LINES = [
    ("greeting", "en", "Hello", "Welcome to Shuddh Dairy"),
    ("greeting", "hi", "नमस्ते 🙏", "Shuddh Dairy में आपका स्वागत है"),
    ("greeting", "hi-Latn", "namaste", "Shuddh Dairy mein aapka swagat hai"),
    ("pricing", "en", "Hi, what's the price of ghee?", "Cow ghee (1 kg): ₹750"),
    ("pricing", "hi", "घी कितने का है?", "गाय का घी (1 kg): ₹750"),
    ("pricing", "hi-Latn", "ghee kitne ka hai", "Gaay ka ghee (1 kg): ₹750"),
    ("demo", "en", "Can I get a free sample?", "free sample"),
    ("demo", "hi", "मुझे डेमो चाहिए", "मुफ़्त सैंपल"),
    ("demo", "hi-Latn", "demo chahiye", "free sample bhejenge"),
    ("support", "en", "thanks but I have an issue", "sorry for the trouble"),
    ("support", "hi", "मेरा ऑर्डर नहीं आया", "असुविधा के लिए खेद है"),
    ("support", "hi-Latn", "mera order nahi aaya", "Asuvidha ke liye"),
    ("opt_out", "en", "STOP", "no more offers from Shuddh Dairy"),
    ("opt_out", "hi", "मैसेज मत करो", "Shuddh Dairy से कोई ऑफ़र नहीं"),
    ("opt_out", "hi-Latn", "message mat karo", "Shuddh Dairy se koi offer nahi"),
    ("bye", "en", "ok thanks", "Have a good day"),
    ("bye", "hi", "धन्यवाद", "आपका दिन शुभ हो"),
    ("bye", "hi-Latn", "shukriya", "Aapka din shubh ho"),
]


@pytest.mark.parametrize(("intent", "language", "text", "expected"), LINES, ids=lambda value: value[:24])
def test_the_right_answer_comes_and_is_recorded_with_its_rule(world, intent, language, text, expected):
    phone = world.new_phone()
    answer = world.answer(phone, text)
    assert expected in answer["text"]
    [row] = world.until(  # the customer has the answer some milliseconds before we have stored that it was taken
        lambda: world.query(
            """
            SELECT r.intent, r.language, m.source FROM conversations_message m JOIN aibot_rule r ON r.id = m.source_ref
            WHERE m.wamid = %s
            """,
            answer["wamid"],
        )
    )
    assert row == {"intent": intent, "language": language, "source": "rule"}


def test_the_menus_taps_lead_to_the_other_answers(world):
    phone = world.new_phone()
    menu = world.answer(phone, "hello")
    assert [button["title"] for button in menu["buttons"]] == ["Prices", "Free sample", "Talk to us"]
    for count, (button, expected) in enumerate(
        zip(menu["buttons"], ["Our prices today", "free sample", "sorry for the trouble"], strict=True), start=2
    ):
        answer = world.answer(phone, "", count=count, type="button_reply", id=button["id"])
        assert expected in answer["text"]


def test_what_no_rule_answers_gets_the_fallback_once_and_waits_for_a_person(world):
    phone = world.new_phone()
    assert "person from our team" in world.answer(phone, "the moon was lovely last night", within=20)["text"]
    world.write(phone, "and so was mars")
    world.until(world.quiet)
    assert len(world.answers(phone)) == 1
    [row] = world.query(
        """
        SELECT c.waiting_since, c.unread FROM conversations_conversation c JOIN conversations_contact p ON p.id = c.contact_id
        WHERE p.phone = %s
        """,
        phone,
    )
    assert row["waiting_since"] is not None
    assert row["unread"] == 2


def test_a_username_user_without_a_phone_number_is_answered_too(world):
    ravi = world.control("POST", "/_sim/customers", {"name": "Ravi", "username": f"ravi{world.new_phone()}"})
    answer = world.answer(ravi["id"], "namaste")
    assert answer["text"].startswith("Namaste Ravi!")
    world.until(lambda: world.answers(ravi["id"])[0]["status"] == "delivered")
    [row] = world.query("SELECT phone FROM conversations_contact WHERE username = %s", ravi["username"].lstrip("@"))
    assert row["phone"] == ""


def test_a_message_older_than_fifteen_minutes_is_shown_and_not_answered(world):
    import time

    phone = world.new_phone()
    wamid = world.write(phone, "hello", timestamp=int(time.time()) - 16 * 60)
    world.until(world.quiet)
    assert world.query("SELECT text FROM conversations_message WHERE wamid = %s", wamid) == [{"text": "hello"}]
    assert world.answers(phone) == []


def test_the_other_business_answers_on_its_own_number_with_its_own_prices(world):
    phone = world.new_phone()
    answer = world.answer(phone, "price list", phone_number_id="109876543210002")
    assert "Turmeric powder (200 g): ₹60" in answer["text"]
    assert "ghee" not in answer["text"]


def test_ticks_come_back_and_are_recorded(world):
    phone = world.new_phone()
    answer = world.answer(phone, "hello")

    def status_is(name):
        labels = {"delivered": 60, "read": 70}
        return world.query(
            "SELECT 1 FROM conversations_message WHERE wamid = %s AND status = %s", answer["wamid"], labels[name]
        )

    world.until(lambda: status_is("delivered"))
    world.control("POST", f"/_sim/customers/{phone}/read")
    world.until(lambda: status_is("read"))
    [row] = world.query(
        "SELECT sent_at, delivered_at, read_at, pricing FROM conversations_message WHERE wamid = %s", answer["wamid"]
    )
    assert row["sent_at"] <= row["delivered_at"] <= row["read_at"]
    assert row["pricing"]["category"] == "service"
