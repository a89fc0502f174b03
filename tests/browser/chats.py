"""A conversation of one test, and what was written in it."""

from itertools import count

from django_scopes import scopes_disabled

from conversations.models import Conversation, Message

from .. import factories

_PLACES = count(200)


def begun(*texts: str) -> factories.Chat:
    """A customer of one test alone, who has written these texts, or hello."""
    place = next(_PLACES)
    chat = factories.Chat(factories.Customer(f"Lata {place}", f"919876500{place}", f"IN.1{place}"))
    for text in texts or ("hello",):
        chat.says(text)
    return chat


def the_conversation(chat: factories.Chat) -> Conversation:
    with scopes_disabled():
        return Conversation.objects.get(contact__phone=chat.sender.phone)


def change(chat: factories.Chat, **fields) -> None:
    with scopes_disabled():
        Conversation.objects.filter(contact__phone=chat.sender.phone).update(**fields)


def written(chat: factories.Chat) -> list[str]:
    with scopes_disabled():
        rows = Message.objects.filter(conversation__contact__phone=chat.sender.phone, source="agent")
        return list(rows.order_by("seq").values_list("text", flat=True))
