"""One's own inbox: who types, preferences, the browser's subscription, the manifest."""

import json
import time
import uuid
from io import BytesIO

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from django_scopes import scope
from PIL import Image

from conversations.models import Conversation
from inbox import preferring, presence
from inbox.models import Preference, PushSubscription
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


@pytest.fixture
def chat(dairy, dairy_number) -> Conversation:
    factories.receive(factories.text_body(factories.new_wamid(), "hello", factories.MEERA))
    with scope(business=dairy):
        return Conversation.objects.get()


@pytest.fixture
def signed_in(client):
    def enter(person):
        client.force_login(person)
        return client

    return enter


# --- who types ----------------------------------------------------------------------------------------------------------------


def test_others_see_who_types_and_one_sees_not_oneself(signed_in, chat, alice, bob):
    for person in (bob, alice):
        assert signed_in(person).post(f"/inbox/{chat.pk}/typing").status_code == 204
    assert presence.typing_in(chat, but=alice) == ["Bob"]
    assert presence.typing_in(chat, but=bob) == ["Alice"]


def test_it_is_over_after_a_moment(monkeypatch, chat, alice, bob):
    monkeypatch.setattr(presence, "SECONDS", 1)
    presence.note(chat, bob)
    assert presence.typing_in(chat, but=alice) == ["Bob"]
    time.sleep(1.1)
    assert presence.typing_in(chat, but=alice) == []


def test_a_viewer_may_not_and_a_stranger_finds_nothing(signed_in, chat, vera, charlie, masala, bob):
    assert signed_in(vera).post(f"/inbox/{chat.pk}/typing").status_code == 403
    assert signed_in(charlie).post(f"/inbox/{chat.pk}/typing").status_code == 404
    assert signed_in(bob).post(f"/inbox/{uuid.uuid4()}/typing").status_code == 404
    assert signed_in(bob).get(f"/inbox/{chat.pk}/typing").status_code == 405
    assert presence.typing_in(chat, but=bob) == []


def test_without_valkey_nobody_seems_to_type(settings, signed_in, chat, alice, bob, monkeypatch):
    away = {"default": {**cache_settings(), "LOCATION": "redis://127.0.0.1:1/1"}}
    settings.CACHES = away
    monkeypatch.setattr(presence, "_paused_until", 0.0)
    assert signed_in(bob).post(f"/inbox/{chat.pk}/typing").status_code == 204
    assert presence.typing_in(chat, but=alice) == []
    presence._paused_until = 0.0


def cache_settings() -> dict:
    return django_settings.CACHES["default"]


# --- preferences --------------------------------------------------------------------------------------------------------------


def test_without_a_choice_the_defaults_hold(bob):
    row = preferring.of(bob)
    assert (row.push, row.sound, row.keys, row.theme) == (True, False, True, "system")
    assert not Preference.objects.exists()


def test_they_are_ones_own(signed_in, dairy, alice, bob):
    answer = signed_in(bob).post("/inbox/preferences", {"sound": "on", "theme": "dark"})
    assert (answer.status_code, answer["Location"]) == (302, "/inbox/preferences")
    row = preferring.of(bob)
    assert (row.push, row.sound, row.keys, row.theme) == (False, True, False, "dark")
    assert preferring.of(alice).theme == "system"
    page = signed_in(bob).get("/inbox/preferences")
    assert page.context["form"].initial["theme"] == "dark"


def test_what_is_no_theme_is_refused(signed_in, dairy, bob):
    assert signed_in(bob).post("/inbox/preferences", {"theme": "pink"}).status_code == 422
    assert not Preference.objects.exists()


# --- the browser's subscription -----------------------------------------------------------------------------------------------


def test_a_browser_subscribes_and_takes_it_back(signed_in, dairy, bob):
    client = signed_in(bob)
    key = client.get("/inbox/push/key").json()["key"]
    assert len(key) == 87
    assert client.post("/inbox/push/subscribe", {"endpoint": ENDPOINT, **KEYS}).status_code == 204
    assert PushSubscription.objects.get().user == bob
    assert client.post("/inbox/push/unsubscribe", {"endpoint": ENDPOINT}).status_code == 204
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "https://shop.example/x"},
        {"p256dh": "AAAA"},
        {"p256dh": "é" * 88},
        {"p256dh": KEYS["p256dh"][:-4] + "AAAA"},
        {"auth": "AAAA"},
        {"auth": ""},
    ],
)
def test_what_is_no_subscription_is_refused(signed_in, dairy, bob, wrong):
    answer = signed_in(bob).post("/inbox/push/subscribe", {"endpoint": ENDPOINT, **KEYS, **wrong})
    assert (answer.status_code, answer.json()["code"]) == (400, "not_a_subscription")
    assert not PushSubscription.objects.exists()


def test_an_installation_without_a_key_says_so(signed_in, settings, dairy, bob):
    settings.VAPID_PRIVATE_KEY = ""
    client = signed_in(bob)
    assert client.get("/inbox/push/key").status_code == 404
    assert "VAPID_PRIVATE_KEY" in client.get("/inbox/preferences").content.decode()


# --- on the home screen -------------------------------------------------------------------------------------------------------


def test_the_manifest_names_icons_that_are_there(client):
    answer = client.get("/inbox/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = json.loads(answer.content)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/inbox/", "/inbox/", "standalone")
    assert len(manifest["icons"]) == 3
    for icon in manifest["icons"]:
        path = finders.find(icon["src"].removeprefix("/static/"))
        with open(path, "rb") as file:
            picture = Image.open(BytesIO(file.read()))
        assert f"{picture.width}x{picture.height}" == icon["sizes"]


def test_the_service_worker_stands_where_its_pages_are(client):
    answer = client.get("/inbox/sw.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert b"showNotification" in answer.content
