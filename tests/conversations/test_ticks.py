"""Blue ticks: the customer sees that an agent has opened the conversation, once for each of their messages, and no more."""

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts import preferences
from accounts.models import WhatsAppNumber
from conversations import assignment, ticks
from conversations.models import Conversation, Message
from tests.api.asking import as_key, as_person
from tests.cloud_api.conftest import Answer, GraphServer
from tests.factories import Chat, deliver, drain, new_wamid, value_body
from tests.serving import serving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dairy")]


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


@pytest.fixture
def meera() -> Chat:
    chat = Chat()
    chat.says("price")
    return chat


@pytest.fixture
def asked(monkeypatch) -> list:
    """The jobs that were put into the queue: what Celery is given, in the place of the broker."""
    jobs = []
    monkeypatch.setattr(ticks.current_app, "send_task", lambda name, args, **options: jobs.append((name, *args)))
    return jobs


def opened(conversation: Conversation | None = None, *, by) -> bool:
    conversation = conversation or Conversation.objects.get()
    return assignment.mark_read(conversation, up_to=conversation.last_inbound_seq, by=by)


@pytest.fixture
def opening(django_capture_on_commit_callbacks):
    """Opens the conversation as a page does, and lets the transaction end."""

    def open_it(by, **more):
        with django_capture_on_commit_callbacks(execute=True):
            return opened(by=by, **more)

    return open_it


def test_an_agents_look_asks_once_for_each_message(meera, bob, asked, opening):
    assert opening(bob)
    assert opening(bob)
    assert asked == [(ticks.TASK, str(Conversation.objects.get().pk))]
    meera.says("and the milk?")
    opening(bob)
    assert len(asked) == 2


def test_not_of_a_program_nor_where_the_owner_does_not_want_it(meera, bob, dairy, asked, opening):
    opening(None)
    preferences.change(dairy, actor=None, blue_ticks=False)
    opening(bob)
    assert asked == []
    preferences.change(dairy, actor=None, blue_ticks=True)
    opening(bob)
    assert len(asked) == 1


def test_not_of_a_stopped_number_nor_of_a_thread_of_metas_agent(meera, bob, asked, opening):
    WhatsAppNumber.objects.update(stopped_at=timezone.now())
    opening(bob)
    WhatsAppNumber.objects.update(stopped_at=None)
    Conversation.objects.update(owner="meta")
    opening(bob)
    assert asked == []


def test_not_of_what_came_after_the_agent_looked(meera, bob, asked, django_capture_on_commit_callbacks):
    before = Conversation.objects.get().last_inbound_seq
    meera.says("one more")
    with django_capture_on_commit_callbacks(execute=True):
        assert not assignment.mark_read(Conversation.objects.get(), up_to=before, by=bob)
    assert asked == []


def test_the_api_and_who_may_only_look(meera, alice, bob, vera, dairy, asked, django_capture_on_commit_callbacks):
    conversation = Conversation.objects.get()
    address = f"/api/conversations/{conversation.pk}/read"
    body = {"upTo": conversation.last_inbound_seq}
    for client, status in (
        (as_person(vera), 403),
        (as_key(dairy, "conversations:write", by=alice), 200),
        (as_person(bob), 200),
    ):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(address, body, format="json").status_code == status
    assert len(asked) == 1


def test_without_a_broker_nothing_breaks(meera, bob, monkeypatch, opening):
    def away(*args, **options):
        raise ConnectionRefusedError

    monkeypatch.setattr(ticks.current_app, "send_task", away)
    assert opening(bob)


def test_the_job_tells_whatsapp_of_the_customers_last_message(meera, settings):
    echo = {"from": "918047180011", "to": meera.sender.phone, "id": new_wamid(), "type": "text", "text": {"body": "Hi"}}
    echo["timestamp"] = str(int(timezone.now().timestamp()))
    deliver(value_body({"message_echoes": [echo]}, field="smb_message_echoes"))
    drain()
    with serving(GraphServer()) as graph:
        settings.GRAPH_API_URL = graph.url
        graph.answers.append(Answer(body={"success": True}))
        assert ticks.send(Conversation.objects.get().pk)
        [request] = graph.requests
    assert request["json"]["status"] == "read"
    assert request["json"]["message_id"] == meera.wamids[-1]


def test_what_whatsapp_refuses_is_logged_and_left(meera, settings):
    with serving(GraphServer()) as graph:
        settings.GRAPH_API_URL = graph.url
        graph.answers.append(Answer(400, {"error": {"code": 131009, "message": "No."}}))
        assert not ticks.send(Conversation.objects.get().pk)
    Message.objects.all().delete()
    assert not ticks.send(Conversation.objects.get().pk)


@pytest.mark.parametrize(
    ("late", "told"),
    [
        ({}, True),
        ({"waiting_since": timezone.now()}, False),
        ({"owner": "human"}, False),
    ],
    ids=["in time", "a person is awaited", "a person has it"],
)
def test_the_sign_of_typing_is_left_where_it_comes_late(meera, settings, late, told):
    Conversation.objects.update(**late)
    assert _types(settings) is told


def test_after_an_answer_there_is_no_sign_of_typing_any_more(meera, settings):
    Message.objects.filter(direction="out").update(source="model")
    assert not _types(settings)


def _types(settings) -> bool:
    """Whether WhatsApp was told, which is also what the job says."""
    with serving(GraphServer()) as graph:
        settings.GRAPH_API_URL = graph.url
        graph.answers.append(Answer(body={"success": True}))
        done = ticks.send(Conversation.objects.get().pk, typing=True)
        assert [request["json"]["typing_indicator"] for request in graph.requests] == [{"type": "text"}] * done
    return done
