"""The team's own things: notes in a thread, labels, canned replies."""

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status
from rest_framework.response import Response

from accounts.doors.strict import Query, StrictSerializer
from accounts.doors.views import AGENT, MESSAGE, VIEWER, BusinessView, BusinessViewSet, actor

from .. import canned, labels, notes
from ..models import CannedReply, Conversation, Label, Note
from .shapes import PersonBrief


def _conversation(pk) -> Conversation:
    found = Conversation.objects.select_related("business").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


# --- labels ---------------------------------------------------------------------------------------------------------------


class LabelOut(serializers.ModelSerializer):
    class Meta:
        model = Label
        fields = ["id", "name", "colour"]


class LabelIn(StrictSerializer):
    name = serializers.CharField(max_length=30)
    colour = serializers.ChoiceField(Label.Colour.values, required=False)


@extend_schema_view(
    list=extend_schema(operation_id="labels_list", summary="The team's labels, by name"),
    retrieve=extend_schema(operation_id="labels_get", summary="One label"),
    create=extend_schema(
        operation_id="labels_add",
        summary="Add a label",
        description="409 `taken` where there is one of this name.",
        request=LabelIn,
        responses={201: LabelOut},
        examples=[OpenApiExample("A label", {"name": "Wholesale", "colour": "accent"}, request_only=True)],
    ),
    partial_update=extend_schema(operation_id="labels_change", summary="Change a label", request=LabelIn),
    destroy=extend_schema(operation_id="labels_remove", summary="Remove a label, from all conversations too"),
)
class Labels(BusinessViewSet):
    section = "conversations"
    least = {"read": VIEWER, "write": AGENT}
    serializer_class = LabelOut
    query = Query
    ordering = "name"

    def get_queryset(self):
        return Label.objects.all()

    def list(self, request):
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(LabelOut(page, many=True).data)

    def retrieve(self, request, pk):
        return Response(LabelOut(self.get_object()).data)

    def create(self, request):
        label = labels.create(request.business, by=actor(request), **self.checked(LabelIn))
        return Response(LabelOut(label).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request, pk):
        given = self.checked(LabelIn, partial=True)
        return Response(LabelOut(labels.change(self.get_object(), by=actor(request), **given)).data)

    def destroy(self, request, pk):
        labels.delete(self.get_object(), by=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConversationLabelsIn(StrictSerializer):
    labels = serializers.ListField(child=serializers.UUIDField(), max_length=labels.MOST)


class ConversationLabelsOut(serializers.Serializer):
    labels = LabelOut(many=True)


class ConversationLabels(BusinessView):
    section = "conversations"
    least = {"read": VIEWER, "write": AGENT}

    @extend_schema(
        operation_id="conversations_labels", summary="A conversation's labels", responses=ConversationLabelsOut
    )
    def get(self, request, conversation):
        return self._answer(labels.of(_conversation(conversation)))

    @extend_schema(
        operation_id="conversations_labels_set",
        summary="Let a conversation have these labels and no others",
        request=ConversationLabelsIn,
        responses=ConversationLabelsOut,
    )
    def put(self, request, conversation):
        found = _conversation(conversation)
        wanted = self.checked(ConversationLabelsIn)["labels"]
        return self._answer(labels.replace(found, wanted, by=actor(request)))

    def _answer(self, rows):
        return Response({"labels": LabelOut(rows, many=True).data})


# --- canned replies -------------------------------------------------------------------------------------------------------


class ReplyOut(serializers.ModelSerializer):
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = CannedReply
        fields = ["id", "shortcut", "title", "text", "language", "updatedAt"]


class ReplyIn(StrictSerializer):
    shortcut = serializers.RegexField(r"^/?[-a-zA-Z0-9_]{1,30}\Z", help_text="Letters, digits, - and _.")
    title = serializers.CharField(max_length=80)
    text = serializers.CharField(
        max_length=4096, help_text="May hold {name}, {agent}, {business}, {number} and {delivery_area}."
    )
    language = serializers.ChoiceField(
        CannedReply._meta.get_field("language").choices, required=False, allow_blank=True, help_text="Empty: any."
    )


_HOURS = {"shortcut": "thanks", "title": "Thanks", "text": "Thank you, {name}! {agent} of {business}", "language": "en"}


@extend_schema_view(
    list=extend_schema(operation_id="replies_list", summary="Canned replies, by shortcut"),
    retrieve=extend_schema(operation_id="replies_get", summary="One canned reply"),
    create=extend_schema(
        operation_id="replies_add",
        summary="Add a canned reply",
        description="409 `taken` where there is one with this shortcut in this language.",
        request=ReplyIn,
        responses={201: ReplyOut},
        examples=[OpenApiExample("Thanks", _HOURS, request_only=True)],
    ),
    partial_update=extend_schema(operation_id="replies_change", summary="Change a canned reply", request=ReplyIn),
    destroy=extend_schema(operation_id="replies_remove", summary="Remove a canned reply"),
)
class Replies(BusinessViewSet):
    section = "conversations"
    least = {"read": VIEWER, "write": AGENT}
    serializer_class = ReplyOut
    query = Query
    ordering = "shortcut"
    body_limit = MESSAGE

    def get_queryset(self):
        return CannedReply.objects.all()

    def list(self, request):
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(ReplyOut(page, many=True).data)

    def retrieve(self, request, pk):
        return Response(ReplyOut(self.get_object()).data)

    def create(self, request):
        reply = canned.create(request.business, by=actor(request), **self.checked(ReplyIn))
        return Response(ReplyOut(reply).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request, pk):
        given = self.checked(ReplyIn, partial=True)
        return Response(ReplyOut(canned.change(self.get_object(), by=actor(request), **given)).data)

    def destroy(self, request, pk):
        canned.delete(self.get_object(), by=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


# --- notes ----------------------------------------------------------------------------------------------------------------


class NoteOut(serializers.ModelSerializer):
    author = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at")
    editedAt = serializers.DateTimeField(source="edited_at", allow_null=True)

    class Meta:
        model = Note
        fields = ["id", "seq", "author", "text", "createdAt", "editedAt"]

    @extend_schema_field(PersonBrief(allow_null=True))
    def get_author(self, note):
        return {"id": note.author_id, "name": note.author_name} if note.author_id else None


class NoteIn(StrictSerializer):
    text = serializers.CharField(max_length=notes.MOST)


class Notes(BusinessViewSet):
    section = "conversations"
    least = {"read": VIEWER, "write": AGENT}
    serializer_class = NoteOut
    query = Query
    body_limit = MESSAGE

    def get_queryset(self):
        return Note.objects.select_related("business").filter(conversation=_conversation(self.kwargs["conversation"]))

    @extend_schema(operation_id="notes_list", summary="A conversation's private notes, the newest first")
    def list(self, request, conversation):
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(NoteOut(page, many=True).data)

    @extend_schema(
        operation_id="notes_add",
        summary="Write a private note: the customer never gets it",
        request=NoteIn,
        responses={201: NoteOut},
    )
    def create(self, request, conversation):
        found = _conversation(conversation)
        name = request.auth.name if request.auth else ""
        note = notes.write(found, self.checked(NoteIn)["text"], by=actor(request), name=name)
        return Response(NoteOut(note).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="notes_change",
        summary="Change a note",
        description="403 `not_yours` for who neither wrote it nor owns the business.",
        request=NoteIn,
    )
    def partial_update(self, request, conversation, pk):
        note = self.get_object()
        text = self.checked(NoteIn, partial=True).get("text", note.text)
        return Response(NoteOut(notes.change(note, text, by=actor(request), role=request.role)).data)

    @extend_schema(
        operation_id="notes_remove",
        summary="Remove a note",
        description="403 `not_yours` for who neither wrote it nor owns the business.",
    )
    def destroy(self, request, conversation, pk):
        notes.delete(self.get_object(), by=actor(request), role=request.role)
        return Response(status=status.HTTP_204_NO_CONTENT)
