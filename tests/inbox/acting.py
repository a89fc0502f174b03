"""How tests of the inbox look at a conversation and act in it."""

from django.test import Client
from django_scopes import scopes_disabled

from conversations.models import Conversation, Message


def again(conversation: Conversation) -> Conversation:
    with scopes_disabled():
        return Conversation.objects.select_related("assignee").get(pk=conversation.pk)


def page(client: Client, conversation: Conversation, path: str = "") -> str:
    answer = client.get(f"/inbox/{conversation.pk}{path}")
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def act(client: Client, conversation: Conversation, path: str, status: int = 302, part: str = "", **sent):
    headers = {"X-Part": part} if part else {}
    answer = client.post(f"/inbox/{conversation.pk}/{path}", sent, headers=headers)
    assert answer.status_code == status, (answer.status_code, answer.content[:300])
    return answer


def written(conversation: Conversation) -> list[Message]:
    with scopes_disabled():
        return list(Message.objects.filter(conversation=conversation, source="agent").order_by("seq"))
