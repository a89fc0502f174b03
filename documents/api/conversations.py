"""POST /api/conversations, where the file in a template's header may be one that was given to /api/media."""

from django.db import transaction

from accounts.models import WhatsAppNumber
from conversations import starting, writing
from leads.api import conversations

from .. import outgoing


class Conversations(conversations.Conversations):
    def begin(self, number: WhatsAppNumber, to, draft: writing.Draft, **options) -> starting.Started:
        """The file goes to Meta first: a question over the network, which no transaction is open for."""
        draft, document = outgoing.in_header(number, draft)
        with transaction.atomic():
            started = super().begin(number, to, draft, **options)
            if started.is_new and document is not None:
                outgoing.attach(document, started.message)
        return started
