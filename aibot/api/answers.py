"""/api/answers: what the owner answers to a question, however it is asked."""

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from accounts.doors.strict import Query, StrictSerializer
from accounts.doors.views import OWNER, SETTINGS, VIEWER, BusinessViewSet, actor
from documents import kept
from documents.api.media import DocumentOut

from .. import owner_answers
from ..models import ANSWERED, ASKED, MOST_PRODUCTS, MOST_ROWS, Answer, Example
from .rules import RuleButton, RuleButtonIn


class AnswerOut(serializers.ModelSerializer):
    ways = serializers.SerializerMethodField(help_text="More ways in which customers ask it.")
    textHi = serializers.CharField(source="text_hi")
    textRoman = serializers.CharField(source="text_roman")
    buttons = RuleButton(many=True)
    products = serializers.ListField(child=serializers.UUIDField(), help_text="Those that {prices} stands for.")
    document = DocumentOut(allow_null=True, help_text="The picture or document that goes with it.")
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = Answer
        fields = [
            "id",
            "question",
            "ways",
            "text",
            "textHi",
            "textRoman",
            "buttons",
            "products",
            "document",
            "enabled",
            "updatedAt",
        ]

    def get_ways(self, answer) -> list[str]:
        return [example.text for example in answer.examples.all() if example.place]


class AnswerIn(StrictSerializer):
    question = serializers.CharField(max_length=ASKED)
    ways = serializers.ListField(
        child=serializers.CharField(max_length=ASKED), max_length=owner_answers.MOST_WAYS, required=False
    )
    text = serializers.CharField(max_length=ANSWERED)
    textHi = serializers.CharField(source="text_hi", max_length=ANSWERED, required=False, allow_blank=True)
    textRoman = serializers.CharField(source="text_roman", max_length=ANSWERED, required=False, allow_blank=True)
    buttons = serializers.ListField(child=RuleButtonIn(), max_length=MOST_ROWS, required=False)
    products = serializers.ListField(
        child=serializers.CharField(max_length=36), max_length=MOST_PRODUCTS, required=False
    )
    documentId = serializers.UUIDField(
        required=False, allow_null=True, help_text="A file that was given to `/api/media`; null: none."
    )
    enabled = serializers.BooleanField(required=False)


class AnswerQuery(Query):
    enabled = serializers.BooleanField(required=False)


class Answers(BusinessViewSet):
    section = "rules"  # of a key: whoever may write what the bot says by rule may write this
    least = {"read": VIEWER, "write": OWNER}
    serializer_class = AnswerOut
    query = AnswerQuery
    body_limit = SETTINGS

    def get_queryset(self):
        rows = Answer.objects.filter(**{name: self.asked[name] for name in ("enabled",) if name in self.asked})
        return rows.select_related("document").prefetch_related(Prefetch("examples", Example.objects.order_by("place")))

    @extend_schema(operation_id="answers_list", summary="Answers")
    def list(self, request):
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(AnswerOut(page, many=True).data)

    @extend_schema(operation_id="answers_get", summary="One answer")
    def retrieve(self, request, pk):
        return Response(AnswerOut(self.get_object()).data)

    @extend_schema(
        operation_id="answers_create",
        summary="Add an answer",
        description=(
            "One for each question: 409 `answer_exists`. At most 500: 409 `too_many_answers`. With a picture or document (`documentId`) "
            "the text has at most 1,024 characters once it is filled, and there are three buttons at most."
        ),
        request=AnswerIn,
        responses={201: AnswerOut},
    )
    def create(self, request):
        answer = owner_answers.add(request.business, actor=actor(request), **self._given())
        return Response(AnswerOut(answer).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="answers_change",
        summary="Change an answer",
        description="`ways` is the whole list; `documentId` null takes the file away. It counts from the next message on.",
        request=AnswerIn,
        responses=AnswerOut,
    )
    def partial_update(self, request, pk):
        given = self._given(partial=True)
        answer = owner_answers.change(self.get_object(), actor=actor(request), **given)
        return Response(AnswerOut(answer).data)

    @extend_schema(operation_id="answers_delete", summary="Remove an answer")
    def destroy(self, request, pk):
        owner_answers.remove(self.get_object(), actor=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _given(self, *, partial: bool = False) -> dict:
        given = self.checked(AnswerIn, partial=partial)
        if "documentId" in given:
            document_id = given.pop("documentId")
            given["document"] = kept.named(document_id) if document_id else None
        return given
