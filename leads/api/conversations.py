"""/api/conversations, each with its contact's lead."""

from conversations.api import conversations

from .shapes import ConversationWithLead


class Conversations(conversations.Conversations):
    serializer_class = ConversationWithLead
    related = (*conversations.Conversations.related, "contact__lead")
