"""An agent writes: the composer's message, once however often it is sent."""

from uuid import UUID

from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.errors import DomainError
from conversations import outbound, writing
from conversations.models import Conversation

from . import gate
from .answers import Done, by_script, done, refused
from .views import page

BUTTONS = ("button1", "button2", "button3")


@gate.at_least(gate.AGENT)
@require_POST
def send(request, conversation_id):
    conversation = gate.writable(request, conversation_id)
    try:
        _send(request, conversation)
    except DomainError as error:
        if by_script(request):
            return refused(request, conversation, error)
        written = {"text": request.POST.get("text", ""), "error": words_of(error)}
        return page(request, conversation, status=error.status, written=written)
    return done(request, conversation, Done())


def _send(request, conversation: Conversation) -> None:
    key = _uuid(request.POST.get("client_ref", ""))
    if key is None:
        raise DomainError("invalid", _("Send it once more."), status=422)
    try:
        writing.send(
            conversation, draft_of(request.POST), author=outbound.Author.of_person(request.user), key=f"inbox:{key}"
        )
    except DomainError as error:
        if error.code != "idempotency_conflict":
            raise
        words = _(
            "This message was sent already, as it was before your last change. Look at the thread, then send again."
        )
        raise DomainError("sent_already", words, status=409) from None


def draft_of(post) -> writing.Draft:
    text = post.get("text", "").replace("\r\n", "\n").replace("\0", "").strip()
    titles = [title for name in BUTTONS if (title := post.get(name, "").strip())]
    reply_to = _uuid(post.get("reply_to", ""))
    if titles:
        buttons = tuple({"id": f"agent:{place}", "title": title} for place, title in enumerate(titles, 1))
        return writing.Draft("buttons", text=text, buttons=buttons, reply_to=reply_to)
    return writing.Draft("text", text=text, preview_url="://" in text, reply_to=reply_to)


def words_of(error: DomainError) -> str:
    """What is told at the composer: the sentence about the field, where there is one."""
    return next((str(words) for words in error.fields.values() if words), str(error.message))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
