"""/api/conversations/{id}/messages: what was said, and the way to say something."""

from collections.abc import Sequence

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.doors import throttling
from accounts.doors.paging import MOST, USUAL
from accounts.doors.strict import SAYS_SOMETHING, Known, StrictSerializer
from accounts.doors.views import AGENT, MESSAGE, VIEWER, BusinessViewSet
from accounts.errors import DomainError
from cloud_api import messages

from .. import outbound, queries, writing
from ..models import Conversation, Message
from .shapes import MessageOut

_SEQ = {"min_value": 0, "max_value": 2**63 - 1}


def plain(**options) -> serializers.CharField:
    """Words that leave as they are; WhatsApp's limits are checked by cloud_api.messages."""
    return serializers.CharField(trim_whitespace=False, allow_blank=True, **options)


class MessageQuery(Known):
    after = serializers.IntegerField(
        required=False, help_text="A seq: the messages after it, the oldest first.", **_SEQ
    )
    before = serializers.IntegerField(required=False, help_text="A seq: the newest messages before it.", **_SEQ)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST)

    def validate(self, attrs):
        if "after" in attrs and "before" in attrs:
            raise ValidationError({"before": [_("Give after or before, not both.")]})
        return attrs


@extend_schema_field(
    {
        "oneOf": [
            {"type": "array", "items": {"type": "string"}, "maxItems": 50},
            {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 50},
        ]
    }
)
class Values(serializers.Field):
    """The values of a template's blanks: a list by place, or an object by name."""

    # Doubled braces: DRF fills its messages in.
    default_error_messages = {"invalid": 'Give a list of texts, or an object such as {{"name": "Asha"}}.'}

    def to_internal_value(self, data):
        rows = data.values() if isinstance(data, dict) else data if isinstance(data, list) else None
        if rows is None or len(rows) > 50 or any(not isinstance(one, str) for one in rows):
            self.fail("invalid")
        return data

    def to_representation(self, value):
        return value


_DOCUMENT = "Of a file that was given to POST /api/media."


class HeaderMediaIn(StrictSerializer):
    documentId = serializers.UUIDField(required=False, help_text=_DOCUMENT)
    id = plain(required=False, max_length=200)
    link = plain(required=False)


class ParametersIn(StrictSerializer):
    header = Values(required=False)
    headerMedia = HeaderMediaIn(required=False)
    body = Values(required=False)
    buttons = Values(required=False)


class TemplateIn(StrictSerializer):
    name = serializers.CharField(max_length=512)
    language = serializers.CharField(max_length=20)
    parameters = ParametersIn(required=False)
    components = serializers.ListField(
        child=serializers.DictField(), max_length=20, required=False, help_text="In place of parameters: Meta's shape."
    )

    def validate(self, attrs):
        if "parameters" in attrs and "components" in attrs:
            raise ValidationError({"components": [_("Give parameters or components, not both.")]})
        return attrs


class MediaIn(StrictSerializer):
    documentId = serializers.UUIDField(required=False, help_text=_DOCUMENT)
    id = plain(required=False, max_length=200, help_text="Meta's id of a file that was uploaded there.")
    link = plain(required=False, help_text="Where WhatsApp fetches the file.")
    caption = plain(required=False, help_text="Of an image, video or document.")
    filename = plain(required=False, help_text="Of a document.")
    voice = serializers.BooleanField(required=False, help_text="Of an audio: shown as a voice message.")


class ReplyButtonIn(StrictSerializer):
    id = plain()
    title = plain()


class MenuRowIn(StrictSerializer):
    id = plain()
    title = plain()
    description = plain(required=False)


class MenuSectionIn(StrictSerializer):
    title = plain(required=False)
    rows = serializers.ListField(child=MenuRowIn(), max_length=50)


class MenuIn(StrictSerializer):
    button = plain()
    sections = serializers.ListField(child=MenuSectionIn(), max_length=50)


_OF_KIND = {
    "text": {"text", "previewUrl"},
    "template": {"template"},
    **{kind: {"media"} for kind in writing.MEDIA},
    "buttons": {"text", "header", "footer", "buttons"},
    "list": {"text", "header", "footer", "list"},
}
_NEEDED = {
    "text": {"text"},
    "template": {"template"},
    **{kind: {"media"} for kind in writing.MEDIA},
    "buttons": {"text", "buttons"},
    "list": {"text", "list"},
}
_OF_MEDIA = {"image": {"caption"}, "video": {"caption"}, "document": {"caption", "filename"}, "audio": {"voice"}}


_SOURCES = frozenset({"documentId", "id", "link"})  # which file
_FIELDS = frozenset({"type", "replyTo", "takeOver"})  # of every kind
_LONGEST = {"text": messages.TEXT_BODY, "buttons": messages.BUTTONS_BODY, "list": messages.LIST_BODY}
_LIMITS = {"header": messages.HEADER, "footer": messages.FOOTER}


def _described(kind: str) -> tuple[frozenset[str], frozenset[str], dict]:
    """A kind for strict.StrictSerializer.kinds, with WhatsApp's limits, which cloud_api.messages holds."""
    needed = _NEEDED[kind] | ({"type"} if kind != "text" else set())
    more = {name: {"maxLength": most} for name, most in _LIMITS.items() if name in _OF_KIND[kind]}
    if kind in _LONGEST:
        more["text"] = {"maxLength": _LONGEST[kind], "minLength": 1, "pattern": SAYS_SOMETHING}
    if kind == "buttons":
        more["buttons"] = {"minItems": 1, "maxItems": messages.MAX_BUTTONS}
    return frozenset(needed), frozenset(_OF_KIND[kind] | _FIELDS), more


class MessageIn(StrictSerializer):
    """One kind of message; each kind has its own fields, and no others are taken."""

    kinds = {kind: _described(kind) for kind in writing.KINDS}

    type = serializers.ChoiceField(writing.KINDS, default="text")
    text = plain(required=False, help_text="Of a text, of buttons and of a list.")
    previewUrl = serializers.BooleanField(required=False)
    template = TemplateIn(required=False)
    media = MediaIn(required=False, help_text="Of an image, document, audio, video or sticker: documentId, id or link.")
    buttons = serializers.ListField(child=ReplyButtonIn(), max_length=20, required=False)
    list = MenuIn(required=False)
    header = plain(required=False)
    footer = plain(required=False)
    replyTo = serializers.UUIDField(required=False, help_text="The id of the message that this one answers.")
    takeOver = serializers.BooleanField(
        required=False,
        help_text="Whether a person answers from here on. Of an API key: false unless given. A person always takes over.",
    )

    def validate(self, attrs):
        kind = attrs["type"]
        given = set(attrs) - _FIELDS
        wrong = {name: [_("A message of the type %s has no such field.") % kind] for name in given - _OF_KIND[kind]}
        wrong |= {name: [_("This field is required.")] for name in _NEEDED[kind] - given}
        for name in set(attrs.get("media", ())) - _SOURCES - _OF_MEDIA.get(kind, set()):
            wrong[f"media.{name}"] = [_("A message of the type %s has no such field.") % kind]
        media = attrs.get("media", {})
        if "documentId" in media and len(_SOURCES & set(media)) > 1:
            wrong["media"] = [_("Give a documentId, an id or a link: one of them.")]
        if wrong:
            raise ValidationError(wrong)
        return attrs


@extend_schema_serializer(many=False)  # it holds the list
class MessagePage(serializers.Serializer):
    results = MessageOut(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="Give it as ?after= for newer ones; null: none now.")
    previous = serializers.IntegerField(allow_null=True, help_text="Give it as ?before= for older ones; null: none.")


KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "Any text of up to 200 characters, one for each message. The same key again answers 200 with the first message "
        "and sends nothing; with another body it is 409 `idempotency_conflict`. Kept as long as the message."
    ),
)
_EXAMPLES = [
    OpenApiExample("A text", {"text": "Your order is on its way. धन्यवाद!"}, request_only=True),
    OpenApiExample(
        "A template",
        {
            "type": "template",
            "template": {"name": "order_ready", "language": "en", "parameters": {"body": ["Asha", "17"]}},
        },
        request_only=True,
    ),
    OpenApiExample(
        "A document by link",
        {"type": "document", "media": {"link": "https://shop.example/bill.pdf", "filename": "bill.pdf"}},
        request_only=True,
    ),
    OpenApiExample(
        "Buttons",
        {"type": "buttons", "text": "Shall we deliver today?", "buttons": [{"id": "yes", "title": "Yes"}]},
        request_only=True,
    ),
]


class Messages(BusinessViewSet):
    section = "conversations"
    least = {"read": VIEWER, "write": AGENT}
    serializer_class = MessageOut
    query = MessageQuery
    limit = throttling.SENDS
    body_limit = MESSAGE
    pagination_class = None  # by seq: see MessagePage

    @property
    def conversation(self) -> Conversation:
        found = Conversation.objects.filter(pk=self.kwargs["conversation"]).first()
        if found is None:
            raise Http404
        return found

    def get_queryset(self):
        return Message.objects.filter(conversation=self.conversation)

    @extend_schema(
        operation_id="messages_list",
        summary="A conversation's messages, in the order of their seq",
        description=(
            "Without `after` or `before`: the newest. Poll with `after`, the last seq that you have; the states of messages "
            "that you have already are at `GET .../messages/{id}`. Limit: 50, at most 200."
        ),
        parameters=[MessageQuery],
        responses=MessagePage,
    )
    def list(self, request, conversation):
        rows, more = queries.page_of(
            self.conversation,
            after=self.asked.get("after"),
            before=self.asked.get("before"),
            most=self.asked.get("limit", USUAL),
        )
        is_forward = "after" in self.asked
        return Response(
            {
                "results": self._shown(rows),
                "next": rows[-1].seq if rows and (more if is_forward else "before" in self.asked) else None,
                "previous": rows[0].seq if rows and (is_forward or more) else None,
            }
        )

    @extend_schema(operation_id="messages_get", summary="One message, with how far it got")
    def retrieve(self, request, conversation, pk):
        return Response(self._shown([self.get_object()])[0])

    @extend_schema(
        operation_id="messages_send",
        summary="Send a message",
        description=(
            "It is queued (201) and leaves within moments; how far it got is at `GET .../messages/{id}`. Outside of the "
            "24-hour window WhatsApp takes only templates (409 `window_closed`); a marketing template does not go to who has "
            "stopped marketing (409 `opted_out`). Files are named by the id that `POST /api/media` gave, by a link that WhatsApp "
            "fetches, or by Meta's id of an upload."
        ),
        parameters=[KEY],
        request=MessageIn,
        responses={201: MessageOut, 200: MessageOut},
        examples=_EXAMPLES,
    )
    def create(self, request, conversation):
        draft = _draft(request, self.checked(MessageIn))
        message, is_new = self.send(self.conversation, draft, author=author_of(request), key=idempotency_key(request))
        return Response(self._shown([message])[0], status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    def send(self, conversation: Conversation, draft: writing.Draft, **options) -> tuple[Message, bool]:
        """documents.api puts a file of ours in its place first."""
        return writing.send(conversation, draft, **options)

    def _shown(self, rows: Sequence[Message]):
        more = {"quoted": queries.quoted_in(rows), "read": self.read_in(rows)}
        return MessageOut(rows, many=True, context={**self.get_serializer_context(), **more}).data

    def read_in(self, rows: Sequence[Message]) -> dict:
        """documents.api knows what machines read in files."""
        return {}


def author_of(request) -> outbound.Author:
    return outbound.Author.of_key(request.auth) if request.auth else outbound.Author.of_person(request.user)


def _draft(request, given: dict) -> writing.Draft:
    if not request.auth and given.get("takeOver") is False:
        words = _("A person's message always takes over. Only an API key can leave the bot at it.")
        raise ValidationError({"takeOver": [words]})
    return writing.Draft(
        kind=given["type"],
        text=given.get("text", ""),
        preview_url=given.get("previewUrl", False),
        header=given.get("header", ""),
        footer=given.get("footer", ""),
        template=given.get("template", {}),
        media=given.get("media", {}),
        buttons=tuple(given.get("buttons", ())),
        list=given.get("list", {}),
        reply_to=given.get("replyTo"),
        takes_over=given.get("takeOver", not request.auth),
    )


def idempotency_key(request) -> str:
    if "Idempotency-Key" not in request.headers:
        return ""
    key = request.headers["Idempotency-Key"]
    if not key.strip() or len(key) > writing.KEY:
        words = _("An Idempotency-Key has 1 to %s characters.") % writing.KEY
        raise DomainError("invalid", words, **{"Idempotency-Key": words})
    return key
