"""/api/conversations, each with its contact's lead."""

from drf_spectacular.utils import extend_schema, extend_schema_view

from conversations.api import conversations

from .shapes import ConversationWithLead


@extend_schema_view(create=extend_schema(responses={201: ConversationWithLead, 200: ConversationWithLead}))
class Conversations(conversations.Conversations):
    serializer_class = ConversationWithLead
    related = (*conversations.Conversations.related, "contact__lead")
