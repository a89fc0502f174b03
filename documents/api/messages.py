"""/api/conversations/{id}/messages, where a file may be one that was given to /api/media."""

from dataclasses import replace

from conversations import writing
from conversations.api import messages
from conversations.models import Conversation, Message

from .. import outgoing, queries


class Messages(messages.Messages):
    def read_in(self, rows) -> dict:
        return queries.read_in([row.pk for row in rows])

    def send(self, conversation: Conversation, draft: writing.Draft, **options) -> tuple[Message, bool]:
        """The file goes to Meta first: a question over the network, which no transaction is open for."""
        if "documentId" in draft.media:
            made, document = outgoing.resolve(conversation.number, draft.media, kind=draft.kind)
            draft = replace(draft, media=made)
        else:
            draft, document = outgoing.in_header(conversation.number, draft)
        documents = {document.pk: document} if document is not None else {}
        return outgoing.send_draft(conversation, draft, documents, **options)
