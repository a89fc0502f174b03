"""Customers who have written, for the tests of conversations by the API."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts.models import WhatsAppNumber
from conversations.models import Contact, Conversation, Message, Template
from tests.factories import DAIRY_NUMBER, DAIRY_WABA, MASALA_NUMBER, MEERA, RAVI, Chat, new_wamid, receive, text_body

NOWHERE = "01939c4e-0000-7000-8000-000000000000"


def written(text: str = "hello", sender=MEERA, number: str = DAIRY_NUMBER) -> Conversation:
    """A customer has written to the dairy, and a rule's answer is queued."""
    Chat(sender, number).says(text)
    return conversation_of(sender)


def written_to_masala(text: str = "hello", sender=RAVI) -> Conversation:
    with scopes_disabled():
        mark = WhatsAppNumber.objects.get(phone_number_id=MASALA_NUMBER).app_secret_mark
    receive(text_body(new_wamid(), text, sender, MASALA_NUMBER), verified_by=mark)
    return conversation_of(sender)


def conversation_of(sender) -> Conversation:
    with scopes_disabled():
        return Conversation.objects.select_related("contact", "number").get(
            contact__identities__value=sender.user_id, state="open"
        )


def messages_of(conversation: Conversation, **filters) -> list[Message]:
    with scopes_disabled():
        return list(Message.objects.filter(conversation=conversation, **filters).order_by("seq"))


def fresh(row):
    with scopes_disabled():
        return type(row).objects.get(pk=row.pk)


def let_time_pass(conversation: Conversation, **delta) -> None:
    with scopes_disabled():
        Conversation.objects.filter(pk=conversation.pk).update(last_inbound_at=timezone.now() - timedelta(**delta))


def opt_out(conversation: Conversation) -> None:
    with scopes_disabled():
        Contact.objects.filter(pk=conversation.contact_id).update(opted_out_at=timezone.now())


def template(business, name: str, *components: dict, waba: str = DAIRY_WABA, **fields) -> Template:
    given = {"language": "en", "status": "APPROVED", "category": "UTILITY", **fields}
    with scope(business=business):
        return Template.objects.create(business=business, waba_id=waba, name=name, components=list(components), **given)


def at(conversation, *rest) -> str:
    return "/".join(["/api/conversations", str(getattr(conversation, "pk", conversation)), *map(str, rest)])


def send(client, conversation, key: str | None = None, **body):
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return client.post(at(conversation, "messages"), body, format="json", **headers)


def new_key() -> str:
    return str(uuid4())


def without_id(answer) -> dict:
    return answer.json() | {"requestId": ""}
