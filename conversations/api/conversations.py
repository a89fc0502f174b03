"""/api/conversations: the threads of a business, and what a person or a program does with one."""

import re
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.doors import throttling
from accounts.doors.paging import MOST, USUAL
from accounts.doors.strict import Query, StrictSerializer
from accounts.doors.views import AGENT, MESSAGE, VIEWER, BusinessViewSet, actor
from accounts.errors import DomainError
from accounts.models import User, WhatsAppNumber

from .. import assignment, search, starting, writing
from ..models import Contact, Conversation, ConversationLabel, Identity
from .messages import KEY, TemplateIn, author_of, idempotency_key
from .shapes import ConversationOut


def whose(text: str, request, parameter: str = "assignee") -> UUID | None:
    """``none``, ``me`` or a person's id, as filters take them. Raises ValidationError."""
    if text == "none":
        return None
    if text == "me":
        if request.auth:
            raise ValidationError({parameter: [_("An API key is nobody: give a person's id.")]})
        return request.user.pk
    try:
        return UUID(text)
    except ValueError:
        raise ValidationError({parameter: [_("Give a person's id, me or none.")]}) from None


def digits_of(phone: str) -> str:
    return re.sub(r"[^0-9]", "", phone)


@extend_schema_field({"oneOf": [{"type": "string", "format": "uuid"}, {"type": "string", "enum": ["me", "none"]}]})
class Whose(serializers.CharField):
    """What ``whose`` reads."""

    def __init__(self, **options):
        super().__init__(max_length=40, help_text="A person's id, me or none.", **options)


class ConversationQuery(Query):
    status = serializers.ChoiceField(Conversation.State.values, required=False)
    owner = serializers.ChoiceField(Conversation.Owner.values, required=False)
    assignee = Whose(required=False)
    label = serializers.UUIDField(required=False)
    waiting = serializers.BooleanField(required=False, help_text="Waits for a person.")
    unread = serializers.BooleanField(required=False)
    phone = serializers.CharField(required=False, max_length=40, help_text="The whole number, with its country code.")
    contact = serializers.UUIDField(required=False)
    number = serializers.UUIDField(required=False)
    search = serializers.CharField(
        required=False,
        max_length=200,
        help_text="Words of a message, or of the contact's name or number, in either script of Hindi.",
    )
    updatedAfter = serializers.DateTimeField(required=False, help_text="The last message is later than that.")


class AssignIn(StrictSerializer):
    userId = serializers.UUIDField(allow_null=True, help_text="An agent's or owner's; null: nobody's.")


class ReadIn(StrictSerializer):
    upTo = serializers.IntegerField(
        min_value=0, max_value=2**63 - 1, help_text="The seq of the last message that was shown."
    )


class StartIn(StrictSerializer):
    to = serializers.CharField(
        required=False,
        max_length=40,
        help_text="A phone number, with + and its country code or as in the number's country.",
    )
    contactId = serializers.UUIDField(required=False, help_text="In place of to.")
    numberId = serializers.UUIDField(help_text="The number of the business that writes.")
    template = TemplateIn()
    optIn = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="How the customer allowed offers. Of a marketing template to somebody who has not allowed any yet.",
    )

    def validate(self, attrs):
        if ("to" in attrs) == ("contactId" in attrs):
            raise ValidationError({"to": [_("Give to or contactId, and not both.")]})
        return attrs


class Conversations(BusinessViewSet):
    section = "conversations"
    least = {"read": VIEWER, "write": AGENT}
    serializer_class = ConversationOut
    query = ConversationQuery
    body_limit = MESSAGE

    @property
    def limit(self):
        return throttling.SENDS if self.action_needed() == "create" else None

    ordering = "-last_message_at"
    related = ("contact", "number", "assignee")

    def get_queryset(self):
        return self._filtered(Conversation.objects.select_related(*self.related))

    def _filtered(self, rows):
        asked = self.asked
        same = {"status": "state", "owner": "owner", "contact": "contact", "number": "number"}
        rows = rows.filter(**{column: asked[name] for name, column in same.items() if name in asked})
        if "assignee" in asked:
            rows = rows.filter(assignee=whose(asked["assignee"], self.request))
        if "label" in asked:
            rows = rows.filter(pk__in=ConversationLabel.objects.filter(label=asked["label"]).values("conversation"))
        if "waiting" in asked:
            rows = rows.filter(waiting_since__isnull=not asked["waiting"])
        if "unread" in asked:
            rows = rows.filter(unread__gt=0) if asked["unread"] else rows.filter(unread=0)
        if "updatedAfter" in asked:
            rows = rows.filter(last_message_at__gt=asked["updatedAfter"])
        if "phone" in asked:
            known = Identity.objects.filter(kind=Identity.Kind.PHONE, value=digits_of(asked["phone"]))
            rows = rows.filter(contact__in=known.values("contact"))
        return rows

    @extend_schema(
        operation_id="conversations_list",
        summary="Conversations, the latest message first",
        description=(
            "With `search`: first those whose contact has all words in the name or number, then those with a message that has "
            "them, the newest such message first."
        ),
    )
    def list(self, request):
        if "search" in self.asked:
            return self._found()
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def _found(self):
        try:
            page = search.search(
                self.asked["search"],
                within=self._filtered(Conversation.objects.all()) if self._is_filtered() else None,
                before=self.asked.get("cursor", ""),
                most=min(self.asked.get("limit") or USUAL, MOST),
            )
        except search.BadCursor:
            raise ValidationError({"cursor": [_("This cursor is not one of this list.")]}) from None
        found = {hit.conversation.pk: None for hit in page.hits}
        rows = Conversation.objects.select_related(*self.related).in_bulk(found)
        shown = self.get_serializer([rows[pk] for pk in found if pk in rows], many=True).data
        return Response({"results": shown, "next": page.next})

    def _is_filtered(self) -> bool:
        return bool(self.asked.keys() - {"search", "limit", "cursor"})

    @extend_schema(operation_id="conversations_get", summary="One conversation")
    def retrieve(self, request, pk):
        return self._answer(self.get_object())

    @extend_schema(
        operation_id="conversations_start",
        summary="Write first, with a template",
        description=(
            "The customer's open conversation with the number is used, or a new one begins (201). A person answers it from here "
            "on; an API key leaves the bot at it. How the customer allowed offers is recorded. Whether the number is on WhatsApp "
            "is not known before: where it is not, the message fails. 200 where the same Idempotency-Key has sent it before."
        ),
        parameters=[KEY],
        request=StartIn,
    )
    def create(self, request):
        given = self.checked(StartIn)
        draft = writing.Draft(kind="template", template=given["template"], takes_over=not request.auth)
        started = self.begin(
            _number(given["numberId"]),
            given["to"] if "to" in given else _contact(given["contactId"]),
            draft,
            author=author_of(request),
            opt_in=given.get("optIn", ""),
            key=idempotency_key(request),
        )
        shown = self.get_serializer(self.get_queryset().get(pk=started.conversation.pk))
        return Response(shown.data, status=201 if started.is_new else 200)

    def begin(self, number: WhatsAppNumber, to: str | Contact, draft: writing.Draft, **options) -> starting.Started:
        """documents.api puts a file of ours in its place first."""
        return starting.start(number, to, draft, **options)

    @extend_schema(
        operation_id="conversations_takeover",
        summary="A person answers from here on",
        description="What the bot has not sent yet is not sent. A person becomes the assignee; an API key does not.",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def takeover(self, request, pk):
        return self._act(lambda c: assignment.take_over(c, by=actor(request), now=timezone.now()))

    @extend_schema(
        operation_id="conversations_return",
        summary="The bot answers from here on, beginning with the customer's next message",
        request=None,
    )
    @action(detail=True, methods=["post"], url_path="return")
    def return_to_bot(self, request, pk):
        return self._act(lambda c: assignment.return_to_bot(c, by=actor(request)))

    @extend_schema(
        operation_id="conversations_assign",
        summary="Say whose conversation it is",
        description="The bot goes on where it answers; to silence it, take over.",
        request=AssignIn,
    )
    @action(detail=True, methods=["post"])
    def assign(self, request, pk):
        to = _person(self.checked(AssignIn)["userId"])
        return self._act(lambda c: assignment.assign(c, to, by=actor(request)), takes_body=True)

    @extend_schema(
        operation_id="conversations_close",
        summary="End a conversation",
        description="The customer's next message opens a new one, which the bot answers. A closed one stays as it is.",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def close(self, request, pk):
        return self._act(lambda c: assignment.close(c, by=actor(request), now=timezone.now()))

    @extend_schema(
        operation_id="conversations_reopen",
        summary="Go on with a closed conversation",
        description="409 `another_is_open` where the customer has an open one with the same number.",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def reopen(self, request, pk):
        return self._act(lambda c: assignment.reopen(c, by=actor(request)))

    @extend_schema(
        operation_id="conversations_read",
        summary="A person has seen the messages",
        description=(
            "Nothing changes where the customer has written since `upTo`. A person's look is shown to the customer as blue ticks, "
            "unless the settings say otherwise; a program's is not."
        ),
        request=ReadIn,
    )
    @action(detail=True, methods=["post"], url_path="read")
    def mark_read(self, request, pk):
        up_to = self.checked(ReadIn)["upTo"]
        return self._act(lambda c: assignment.mark_read(c, up_to=up_to, by=actor(request)), takes_body=True)

    @extend_schema(
        operation_id="conversations_unread",
        summary="Mark as unread for the whole team",
        description="One that is unread already stays as it is. 409 `conversation_closed` for a closed one.",
        request=None,
    )
    @action(detail=True, methods=["post"], url_path="unread")
    def mark_unread(self, request, pk):
        return self._act(assignment.mark_unread)

    def _act(self, act, *, takes_body: bool = False):
        if not takes_body:
            self.checked(StrictSerializer)
        conversation = self.get_object()
        with transaction.atomic():
            act(conversation)
        return self._answer(self.get_object())

    def _answer(self, conversation: Conversation):
        return Response(self.get_serializer(conversation).data)


def _person(user_id) -> User | None:
    """Who is nobody's agent here is refused by ``assignment.assign``, with the same words as an id of nobody's."""
    if user_id is None:
        return None
    person = User.objects.filter(pk=user_id).first()
    if person is None:
        raise assignment.no_such_member()
    return person


def _number(number_id: UUID) -> WhatsAppNumber:
    return _found(WhatsAppNumber, number_id, "numberId", _("The business has no number with this id."))


def _contact(contact_id: UUID) -> Contact:
    return _found(Contact, contact_id, "contactId", _("The business has no contact with this id."))


def _found(model, key: UUID, field: str, words: str):
    row = model.objects.filter(pk=key).first()
    if row is None:
        raise DomainError("not_found", _("There is nothing here."), status=404, **{field: words})
    return row
