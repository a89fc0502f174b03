"""What a conversation, a message and a contact look like to a program.

A nested serializer of one row describes the shape; where a list would make thousands of them, the value is a plain
dict.
"""

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from .. import thread, window
from ..models import Contact, Conversation, Message, Status

_OF_THE_BOT = (Message.Source.RULE, Message.Source.ANSWER, Message.Source.MODEL)
STATUSES = [status.name.lower() for status in Status]
_time = serializers.DateTimeField().to_representation  # in the active zone, as all times of the API


class ContactOut(serializers.ModelSerializer):
    profileName = serializers.CharField(source="profile_name")
    displayName = serializers.CharField(source="display_name")
    optedOutAt = serializers.DateTimeField(source="opted_out_at", allow_null=True)
    blockedAt = serializers.DateTimeField(source="blocked_at", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Contact
        fields = [
            "id",
            "name",
            "profileName",
            "displayName",
            "username",
            "phone",
            "email",
            "optedOutAt",
            "blockedAt",
            "createdAt",
        ]


class ContactBrief(serializers.ModelSerializer):
    name = serializers.CharField(source="display_name")
    optedOut = serializers.SerializerMethodField()

    class Meta:
        model = Contact
        fields = ["id", "name", "phone", "username", "optedOut"]

    def get_optedOut(self, contact) -> bool:
        return contact.opted_out_at is not None


class NumberBrief(serializers.Serializer):
    id = serializers.UUIDField()
    phone = serializers.CharField(source="display_phone_number")


class PersonBrief(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class WindowOut(serializers.Serializer):
    """The 24-hour window: while it is open, everything may be sent; else templates alone."""

    open = serializers.BooleanField()
    closesAt = serializers.DateTimeField(allow_null=True)


class LastMessageOut(serializers.Serializer):
    content = serializers.CharField()
    direction = serializers.ChoiceField(Message.Direction.values)
    at = serializers.DateTimeField(allow_null=True)


class ConversationOut(serializers.ModelSerializer):
    sessionId = serializers.UUIDField(source="id", help_text="The same as id.")
    status = serializers.ChoiceField(Conversation.State.values, source="state")
    phone = serializers.CharField(source="contact.phone", help_text="Digits; empty for a customer with a username.")
    contact = ContactBrief()
    number = NumberBrief()
    assignee = PersonBrief(allow_null=True)
    botIsSilent = serializers.BooleanField(
        source="bot_has_handed_over", help_text="The bot has answered too often in a row and waits for a person."
    )
    aiCallCount = serializers.IntegerField(source="ai_call_count")
    waitingSince = serializers.DateTimeField(source="waiting_since", allow_null=True)
    window = serializers.SerializerMethodField()
    lastMessage = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at")
    closedAt = serializers.DateTimeField(source="closed_at", allow_null=True)

    class Meta:
        model = Conversation
        fields = [
            "id",
            "sessionId",
            "status",
            "owner",
            "phone",
            "contact",
            "number",
            "assignee",
            "botIsSilent",
            "aiCallCount",
            "unread",
            "waitingSince",
            "window",
            "lastMessage",
            "createdAt",
            "closedAt",
        ]

    @extend_schema_field(WindowOut)
    def get_window(self, conversation):
        refused = conversation.window_closed_seq > conversation.last_inbound_seq
        is_open = window.is_open(conversation.last_inbound_at, timezone.now(), refused=refused)
        return {"open": is_open, "closesAt": _time(window.closes_at(conversation.last_inbound_at))}

    @extend_schema_field(LastMessageOut(allow_null=True))
    def get_lastMessage(self, conversation):
        if conversation.last_message_at is None:
            return None
        direction = Message.Direction.IN if conversation.last_message_inbound else Message.Direction.OUT
        return {
            "content": conversation.last_message_text,
            "direction": direction.value,
            "at": _time(conversation.last_message_at),
        }


class SenderOut(serializers.Serializer):
    """Who or what wrote it: ``id`` is the rule's, the person's or the API key's."""

    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()


class TroubleOut(serializers.Serializer):
    code = serializers.IntegerField(allow_null=True, help_text="Meta's code.")
    text = serializers.CharField()
    whatToDo = serializers.CharField()


class AnsweredOut(serializers.Serializer):
    id = serializers.UUIDField(allow_null=True, help_text="Null where the message is not known here.")
    wamid = serializers.CharField()


class ReactionsOut(serializers.Serializer):
    customer = serializers.CharField(allow_null=True)
    business = serializers.CharField(allow_null=True)


class MessageOut(serializers.ModelSerializer):
    """``context["quoted"]``: wamid -> the message that is answered; ``context["read"]``: message -> what a machine read in its file."""

    content = serializers.CharField(source="text")
    payload = serializers.SerializerMethodField()
    machineRead = serializers.SerializerMethodField()
    aiSource = serializers.SerializerMethodField()
    sentBy = serializers.SerializerMethodField()
    status = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    replyTo = serializers.SerializerMethodField()
    reactions = serializers.SerializerMethodField()
    editedAt = serializers.DateTimeField(source="edited_at", allow_null=True)
    originalContent = serializers.CharField(source="original_text", allow_null=True)
    deletedAt = serializers.DateTimeField(source="revoked_at", allow_null=True)
    at = serializers.DateTimeField(source="wa_timestamp", help_text="WhatsApp's time of it.")
    createdAt = serializers.DateTimeField(source="created_at")
    sentAt = serializers.DateTimeField(source="sent_at", allow_null=True)
    deliveredAt = serializers.DateTimeField(source="delivered_at", allow_null=True)
    readAt = serializers.DateTimeField(source="read_at", allow_null=True)

    class Meta:
        model = Message
        fields = [
            "id",
            "seq",
            "direction",
            "kind",
            "content",
            "payload",
            "machineRead",
            "source",
            "aiSource",
            "sentBy",
            "purpose",
            "status",
            "error",
            "wamid",
            "replyTo",
            "reactions",
            "editedAt",
            "originalContent",
            "deletedAt",
            "at",
            "createdAt",
            "sentAt",
            "deliveredAt",
            "readAt",
        ]

    @extend_schema_field({"type": "object", "nullable": True, "description": "As WhatsApp has it; null for a text."})
    def get_payload(self, message):
        return None if message.kind == "text" else message.payload

    @extend_schema_field(
        {
            "type": "string",
            "nullable": True,
            "description": "What a machine read in its file: the words of a voice note, the beginning of a text file. It may be wrong.",
        }
    )
    def get_machineRead(self, message):
        return self.context.get("read", {}).get(message.pk)

    @extend_schema_field(serializers.ChoiceField(["rule", "answer", "model"], allow_null=True))
    def get_aiSource(self, message):
        return message.source if message.source in _OF_THE_BOT else None

    @extend_schema_field(SenderOut(allow_null=True))
    def get_sentBy(self, message):
        if not (message.source_ref or message.source_name):
            return None
        return {"id": message.source_ref, "name": message.source_name}

    @extend_schema_field(serializers.ChoiceField(STATUSES))
    def get_status(self, message):
        return Status(message.status).name.lower()

    @extend_schema_field(TroubleOut(allow_null=True))
    def get_error(self, message):
        told = thread.trouble_of(message)
        if told is None:
            return None
        return {"code": message.error_code, "text": told.what, "whatToDo": told.do}

    @extend_schema_field(AnsweredOut(allow_null=True))
    def get_replyTo(self, message):
        if not message.reply_to:
            return None
        quoted = self.context["quoted"].get(message.reply_to)
        return {"id": quoted and quoted.pk, "wamid": message.reply_to}

    @extend_schema_field(ReactionsOut)
    def get_reactions(self, message):
        return {"customer": message.reactions.get("in"), "business": message.reactions.get("out")}
