"""A picture that goes with an owner's answer, from /api/answers to the customer's phone, with the workers as script/server runs them."""

import io

import pytest

from ..documents import files

ASKED = "May I see the leaflet about your calf adoption programme?"
WORDS = "Here is our leaflet."


@pytest.fixture
def answer(world):
    """The dairy's answer with a picture, for the time of a test."""
    with world.owner() as api:
        file = {"file": ("leaflet.png", io.BytesIO(files.picture("PNG")), "image/png")}
        given = api.post(f"{world.web}/api/media", files=file, timeout=20)
        assert given.status_code == 201, given.text
        body = {"question": ASKED, "text": WORDS, "documentId": given.json()["id"]}
        made = api.post(f"{world.web}/api/answers", json=body, timeout=20)
        assert made.status_code == 201, made.text
        yield made.json()
        world.calm()
        assert api.delete(f"{world.web}/api/answers/{made.json()['id']}", timeout=20).status_code == 204


def media_ids(world, answer: dict) -> list[str]:
    sql = "SELECT media_id FROM documents_upload WHERE document_id = %s AND media_id <> ''"
    return [row["media_id"] for row in world.query(sql, answer["document"]["id"])]


def test_it_reaches_the_phone_with_its_words_and_one_that_has_ended_is_uploaded_anew(world, answer):
    phone = world.new_phone()
    bubble = world.answer(phone, ASKED, within=30)
    assert (bubble["kind"], bubble["media"]["mime_type"]) == ("image", "image/png")
    assert bubble["text"].startswith(WORDS)
    before = media_ids(world, answer)
    world.query("UPDATE documents_upload SET until = now() WHERE document_id = %s", answer["document"]["id"])
    again = world.answer(world.new_phone(), ASKED, within=30)
    assert again["kind"] == "image"
    world.until(lambda: set(media_ids(world, answer)) - set(before))
    world.calm()
    assert len(world.answers(phone)) == 1


def test_a_bot_that_is_killed_while_whatsapp_gets_the_file_answers_everybody_once(world, answer):
    """Uploads are slow; what it had in hand comes again when its lease is over."""
    world.control("PUT", "/_sim/faults", {"graph": {"delay_ms": 1500, "only": "all"}})
    world.query("DELETE FROM documents_upload WHERE document_id = %s", answer["document"]["id"])
    phones = [world.new_phone() for _ in range(8)]
    for phone in phones:
        world.write(phone, ASKED)
    begun = "SELECT 1 FROM documents_upload WHERE document_id = %s"
    world.until(lambda: world.query(begun, answer["document"]["id"]))
    world.kill("bot")
    world.start_again("bot")
    world.until(lambda: all(world.answers(phone) for phone in phones), within=150)
    world.calm()
    for phone in phones:
        [bubble] = world.answers(phone)
        assert WORDS in bubble["text"]
