"""Files both ways, with the workers as script/server runs them."""

import io

import pytest

from ..documents import files


@pytest.fixture
def api(world):
    with world.owner() as session:
        yield session


def document_of(world, wamid: str) -> dict | None:
    rows = world.query(
        "SELECT d.* FROM documents_document d JOIN conversations_message m ON m.id = d.message_id WHERE m.wamid = %s",
        wamid,
    )
    return rows[0] if rows else None


@pytest.mark.parametrize("kind", ["image", "audio", "document"])
def test_a_file_that_a_phone_sends_is_stored_within_seconds(world, kind):
    wamid = world.write(world.new_phone(), "", type=kind)
    document = world.until(
        lambda: (found := document_of(world, wamid)) and found["state"] == "stored" and found, within=15
    )
    assert (document["attempts"], document["why"]) == (1, "")


def test_a_picture_that_a_program_gives_reaches_the_phone(world, api):
    phone = world.new_phone()
    world.answer(phone, "hello")
    [row] = world.query(
        "SELECT c.id FROM conversations_conversation c JOIN conversations_contact p ON p.id = c.contact_id WHERE p.phone = %s",
        phone,
    )
    given = api.post(
        f"{world.web}/api/media",
        files={"file": ("shop.png", io.BytesIO(files.picture("PNG")), "image/png")},
        timeout=20,
    )
    assert given.status_code == 201, given.text
    sent = api.post(
        f"{world.web}/api/conversations/{row['id']}/messages",
        json={"type": "image", "media": {"documentId": given.json()["id"], "caption": "Our shop"}},
        timeout=20,
    )
    assert sent.status_code == 201, sent.text
    shown = world.until(lambda: [one for one in world.answers(phone) if one["kind"] == "image"])
    assert (shown[0]["text"], shown[0]["media"]["mime_type"]) == ("Our shop", "image/png")
