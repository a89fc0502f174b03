"""Why the bot said what it said. Behind "Why?" at each of its messages; the words are aibot's."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from aibot import reasons
from conversations.models import Conversation, Message

from . import gate

SOURCES = frozenset({"rule", "answer", "model", "system"})


@gate.at_least(gate.VIEWER)
@require_GET
def why(request, conversation_id, message_id):
    conversation = gate.readable(request, conversation_id)
    message = _message(conversation, message_id)
    context = {
        "conversation": conversation,
        "message": message,
        "reason": reasons.of_message(message),
        "is_owner": request.role == gate.OWNER,
    }
    part = "inbox/_why.html" if request.htmx else "inbox/why.html"
    return render(request, part, context)


def _message(conversation: Conversation, message_id) -> Message:
    """A message that the bot has written there. Raises Http404."""
    rows = Message.objects.filter(conversation=conversation, direction=Message.Direction.OUT, source__in=SOURCES)
    found = rows.filter(pk=message_id).first()
    if found is None:
        raise Http404
    return found
