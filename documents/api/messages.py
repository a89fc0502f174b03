"""/api/conversations/{id}/messages, where a file may be one that was given to /api/media."""

from dataclasses import replace

from conversations import writing
from conversations.api import messages
from conversations.models import Conversation, Message

from .. import outgoing


class Messages(messages.Messages):
    def send(self, conversation: Conversation, draft: writing.Draft, **options) -> tuple[Message, bool]:
        """The file goes to Meta first: a question over the network, which no transaction is open for."""
        given, header = draft.media, draft.template.get("parameters", {}).get("headerMedia", {})
        documents = {}
        if "documentId" in given:
            made, document = outgoing.resolve(conversation, given, kind=draft.kind)
            draft, documents = replace(draft, media=made), {document.pk: document}
        elif "documentId" in header:
            made, document = outgoing.resolve(conversation, header, field="template.parameters.headerMedia.documentId")
            made = {name: value for name, value in made.items() if name != "voice"}
            parameters = {**draft.template["parameters"], "headerMedia": made}
            draft = replace(draft, template={**draft.template, "parameters": parameters})
            documents = {document.pk: document}
        return outgoing.send_draft(conversation, draft, documents, **options)
