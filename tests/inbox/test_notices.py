"""A customer waits: who is told by push and by e-mail, what it says, and that it is told once."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core import mail as outbox
from django.db import connection, transaction
from django.utils import timezone
from django_scopes import scope

from accounts import mail, members, preferences
from accounts.models import Membership
from conversations import assignment
from conversations.models import Conversation
from inbox import notifying, preferring, push
from inbox.models import PushSubscription, WaitNotice
from tests import factories
from tests.serving import serving
from whatsapp_automation.celery import app as celery_app

KEY = base64.urlsafe_b64encode(bytes(range(1, 33))).rstrip(b"=").decode()


class Browser:
    """A browser that has allowed notes: it has the keys, and its push service is a server here."""

    def __init__(self, service, place: str = "one"):
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._auth = bytes(range(16))
        self.endpoint = f"http://127.0.0.1:{service.server_port}/{place}"
        point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.p256dh, self.auth = _base64(point), _base64(self._auth)

    @property
    def keys(self) -> tuple[str, str, str]:
        return self.endpoint, self.p256dh, self.auth

    def read(self, body: bytes) -> dict:
        return json.loads(http_ece.decrypt(body, private_key=self._private, auth_secret=self._auth))


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


class Service(ThreadingHTTPServer):
    """Stands where a push service is. ``got``: [(path, headers, body)]."""

    def __init__(self):
        self.got, self.status = [], 201
        super().__init__(("127.0.0.1", 0), Posted)


class Posted(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((self.path, self.headers, body))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Nothing."""


@pytest.fixture
def service(settings):
    settings.VAPID_PRIVATE_KEY = KEY
    settings.WEB_PUSH_HOSTS = ["127.0.0.1"]
    settings.EMAIL_FROM = "Shop <shop@example.com>"
    with serving(Service()) as service:
        yield service


@pytest.fixture
def waits(transactional_db, dairy_number):
    """A conversation that waits for a person since a moment."""
    factories.receive(factories.text_body(factories.new_wamid(), "a word of Meera's", factories.MEERA))
    return wait(Conversation._base_manager.get(), timezone.now())


def wait(conversation: Conversation, since) -> Conversation:
    Conversation._base_manager.filter(pk=conversation.pk).update(waiting_since=since)
    conversation.refresh_from_db()
    return conversation


def tell(at=None) -> tuple[int, int]:
    told = notifying.tell(at or timezone.now())
    push.settle()
    mail.settle()
    return told


def test_beat_asks_for_it_of_a_worker_that_knows_it():
    entry = settings.CELERY_BEAT_SCHEDULE["tell who waits"]
    celery_app.loader.import_default_modules()
    assert entry["task"] in celery_app.tasks
    assert entry["options"]["queue"] in settings.QUEUES
    assert entry["options"]["expires"] == settings.TELL_SECONDS == 15


# --- push ---------------------------------------------------------------------------------------------------------------------


def test_a_note_reaches_the_browser_and_names_nobody(service, waits, bob):
    browser = Browser(service)
    push.subscribe(bob, *browser.keys)
    assert tell()[0] == 1
    [(path, headers, body)] = service.got
    assert path == "/one"
    assert browser.read(body) == {
        "title": "A customer waits",
        "url": f"/inbox/{waits.pk}",
        "tag": str(waits.pk),
    }
    assert (headers["content-encoding"], headers["ttl"], headers["urgency"]) == ("aes128gcm", "3600", "high")
    scheme, _, fields = headers["authorization"].partition(" ")
    named = dict(field.strip().split("=", 1) for field in fields.split(","))
    assert (scheme, named["k"]) == ("vapid", push.public_key())
    point = base64.urlsafe_b64decode(named["k"] + "=")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    audience = f"http://127.0.0.1:{service.server_port}"
    claims = jwt.decode(named["t"], key, algorithms=["ES256"], audience=audience)
    assert claims["sub"] == "mailto:shop@example.com"


def test_a_wait_is_told_once_and_the_next_wait_again(service, waits, bob):
    push.subscribe(bob, *Browser(service).keys)
    assert [tell()[0] for _ in range(3)] == [1, 0, 0]
    wait(waits, None)
    assert tell()[0] == 0
    wait(waits, timezone.now())
    assert tell()[0] == 1
    assert len(service.got) == 2


def test_eight_workers_at_once_tell_it_once(service, waits, bob, dairy):
    push.subscribe(bob, *Browser(service).keys)
    late = timezone.now() + timedelta(minutes=11)

    def once(_place):
        try:
            return notifying.tell(late)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(once, range(8)))
    push.settle()
    mail.settle()
    assert sum(new for new, _late in told) == 1
    tell(late)
    assert len(service.got) == 1
    assert sorted(message.to[0] for message in outbox.outbox) == [
        "alice@shuddh-dairy.example",
        "bob@shuddh-dairy.example",
    ]


def test_who_is_told(service, waits, alice, bob, vera, charlie, masala, dairy):
    """All who answer; the assignee alone, where there is one; nobody of another business, no viewer, nobody who has said no."""
    for person in (alice, bob, vera, charlie):
        push.subscribe(person, *Browser(service, person.name).keys)

    def heard_of_a_wait() -> set[str]:
        service.got.clear()
        wait(waits, timezone.now())
        tell()
        return {path.strip("/") for path, _headers, _body in service.got}

    assert heard_of_a_wait() == {"Alice", "Bob"}
    with scope(business=dairy), transaction.atomic():
        assignment.assign(waits, bob, by=alice)
    assert heard_of_a_wait() == {"Bob"}
    preferring.change(bob, push=False)
    assert heard_of_a_wait() == set()
    with scope(business=dairy):
        members.remove(Membership.objects.get(user=bob, business=dairy), actor=alice)
    assert heard_of_a_wait() == {"Alice"}
    dairy.active = False
    dairy.save()
    assert heard_of_a_wait() == set()


def test_many_at_once_are_one_note(service, waits, bob, dairy):
    for place in range(3):
        factories.receive(factories.text_body(factories.new_wamid(), "hi", factories.customer(place)))
    Conversation._base_manager.update(waiting_since=timezone.now())
    browser = Browser(service)
    push.subscribe(bob, *browser.keys)
    assert tell()[0] == 4
    [(_path, _headers, body)] = service.got
    assert browser.read(body)["title"] == "4 customers wait"
    assert browser.read(body)["url"] == "/inbox/?tab=unassigned"


@pytest.mark.parametrize(("status", "left"), [(404, 0), (410, 0), (500, 1), (429, 1), (302, 1)])
def test_a_browser_that_is_gone_is_forgotten(service, waits, bob, status, left):
    push.subscribe(bob, *Browser(service).keys)
    service.status = status
    tell()
    assert len(service.got) == 1, "a redirect is not followed"
    assert PushSubscription.objects.count() == left


def test_a_service_that_is_away_stops_nothing(service, waits, alice, bob):
    push.subscribe(alice, *Browser(service, "alice").keys)
    push.subscribe(bob, *Browser(service, "bob").keys)
    PushSubscription.objects.filter(user=alice).update(endpoint="http://127.0.0.1:1/nobody")
    tell()
    assert [path for path, *_rest in service.got] == ["/bob"]


def test_a_browser_belongs_to_who_signed_in_last_and_a_person_has_ten(service, db, alice, bob):
    browser = Browser(service)
    push.subscribe(alice, *browser.keys)
    push.subscribe(bob, *browser.keys)
    assert PushSubscription.objects.get().user == bob
    push.unsubscribe(alice, browser.endpoint)
    assert PushSubscription.objects.count() == 1
    for place in range(12):
        push.subscribe(alice, *Browser(service, f"tab{place}").keys)
    kept = PushSubscription.objects.filter(user=alice).values_list("endpoint", flat=True)
    assert {endpoint.rpartition("/")[2] for endpoint in kept} == {f"tab{place}" for place in range(2, 12)}


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://web.push.apple.com/abc", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=abc", True),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://evilfcm.googleapis.com.example/x", False),
        ("https://x@fcm.googleapis.com/x", False),
        ("https://169.254.169.254/latest", False),
        ("http://127.0.0.1:5432/", False),
        ("ftp://fcm.googleapis.com/x", False),
        ("https://[fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com/" + "x" * 1000, False),
        ("", False),
    ],
)
def test_only_known_push_services_are_posted_to(endpoint, allowed):
    assert push.is_allowed(endpoint) is allowed


def test_in_production_only_over_tls(settings):
    assert push.is_allowed("http://fcm.googleapis.com/x")
    settings.PRODUCTION = True
    assert not push.is_allowed("http://fcm.googleapis.com/x")


# --- e-mail -------------------------------------------------------------------------------------------------------------------


def test_a_mail_comes_once_after_the_owners_minutes(waits, dairy, alice, bob):
    preferences.change(dairy, actor=alice, notify_after_minutes=7)
    now = waits.waiting_since
    assert tell(now + timedelta(minutes=6, seconds=59))[1] == 0
    assert [tell(now + timedelta(minutes=7, seconds=s))[1] for s in (0, 15, 30)] == [1, 0, 0]
    assert sorted(message.to for message in outbox.outbox) == [[alice.email], [bob.email]]
    message = outbox.outbox[0]
    assert message.subject == "A customer waits (Shuddh Dairy)"
    assert f"/inbox/{waits.pk}" in message.body
    assert "Meera" not in message.body + message.subject
    assert "9198765" not in message.body + message.subject


def test_the_assignee_alone_gets_it(waits, dairy, alice, bob):
    with scope(business=dairy), transaction.atomic():
        assignment.assign(waits, bob, by=alice)
    tell(timezone.now() + timedelta(minutes=11))
    assert [message.to for message in outbox.outbox] == [[bob.email]]


def test_no_mail_comes_where_somebody_has_answered_or_the_owner_wants_none(waits, dairy, alice, bob):
    tell()
    late = timezone.now() + timedelta(minutes=11)
    preferences.change(dairy, actor=alice, notify_after_minutes=0)
    assert tell(late)[1] == 0
    preferences.change(dairy, actor=alice, notify_after_minutes=10)
    with scope(business=dairy), transaction.atomic():
        assignment.take_over(waits, by=bob, now=timezone.now())
    assert tell(late) == (0, 0)
    assert outbox.outbox == []


def test_many_who_wait_are_one_mail(waits, dairy, bob):
    factories.receive(factories.text_body(factories.new_wamid(), "hi", factories.RAVI))
    Conversation._base_manager.update(waiting_since=timezone.now(), assignee=bob)
    tell(timezone.now() + timedelta(minutes=11))
    [message] = outbox.outbox
    assert message.subject == "2 customers wait (Shuddh Dairy)"
    assert "/inbox/?tab=unassigned" in message.body


def test_old_waits_are_no_news_and_their_notices_go(waits, dairy):
    tell()
    assert WaitNotice._base_manager.count() == 1
    assert tell(timezone.now() + timedelta(days=3)) == (0, 0)
    assert WaitNotice._base_manager.count() == 0


def test_a_conversation_that_is_deleted_takes_its_notices_along(waits, dairy):
    tell()
    with connection.cursor() as cursor:
        for table in ("aibot_rulematch", "aibot_turn", "conversations_message", "conversations_conversation"):
            cursor.execute(f"DELETE FROM {table}")
    assert WaitNotice._base_manager.count() == 0
