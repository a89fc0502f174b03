"""/api/numbers/{id}/check and /subscribe: what the buttons on a number's page do, as JSON. Both ask Meta."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from accounts import audit
from accounts.doors.description import Error
from accounts.doors.strict import StrictSerializer
from accounts.doors.views import OWNER, BusinessView, actor
from accounts.errors import DomainError
from accounts.limits import Limit
from accounts.models import WhatsAppNumber
from accounts.secrets import SecretError
from cloud_api.errors import GraphError

from ..checkup import BAD, OK, WARN, numbers, worst

STATES = [OK, WARN, BAD]


class FindingOut(serializers.Serializer):
    key = serializers.CharField(help_text="The same in every language: token, number, subscription, callback ...")
    name = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    text = serializers.CharField(help_text="What was found.")
    advice = serializers.CharField(help_text='What to do about it; "" where nothing is.')


class CheckOut(serializers.Serializer):
    state = serializers.ChoiceField(STATES, help_text="The worst of the findings.")
    findings = FindingOut(many=True)


_FOUND = {
    "key": "subscription",
    "name": "Webhooks of the account",
    "state": "bad",
    "text": "Meta delivers them to no app.",
    "advice": "Subscribe the app.",
}


class _NumberAct(BusinessView):
    section = "numbers"
    least = {"read": OWNER, "write": OWNER}
    limit = Limit("api number checks", 20, 60)  # each asks Meta, and our own address

    def number(self, pk) -> WhatsAppNumber:
        self.checked(StrictSerializer)  # the body is empty
        return get_object_or_404(WhatsAppNumber.objects.select_related("business"), pk=pk)

    def told(self, number: WhatsAppNumber) -> Response:
        findings = numbers.look_at(number)
        self.record("tested", number, bad=[finding.key for finding in findings if finding.state == BAD])
        return Response(CheckOut({"state": worst(findings), "findings": findings}).data)

    def record(self, what: str, number: WhatsAppNumber, **details) -> None:
        by = actor(self.request)
        audit.record(f"number.{what}", business=number.business, actor=by, target=str(number.pk), **details)


class Check(_NumberAct):
    @extend_schema(
        operation_id="numbers_check",
        summary="Test the connection",
        description="Asks Meta by the number's token, and our own public address. Changes nothing, sends nothing.",
        request=None,
        responses={200: CheckOut},
        examples=[OpenApiExample("A finding", {"state": "bad", "findings": [_FOUND]}, response_only=True)],
    )
    def post(self, request, pk):
        return self.told(self.number(pk))


class Subscribe(_NumberAct):
    @extend_schema(
        operation_id="numbers_subscribe",
        summary="Have Meta deliver the account's webhooks to the token's app, then test",
        request=None,
        responses={200: CheckOut, 409: OpenApiResponse(Error, "`meta_refused`, in Meta's words.")},
    )
    def post(self, request, pk):
        number = self.number(pk)
        try:
            numbers.subscribe(number)
        except (GraphError, SecretError, ValueError) as error:
            self.record("subscribed", number, done=False)
            words = _("Meta did not subscribe the app: %(words)s") % {"words": error}
            raise DomainError("meta_refused", words, status=409) from error
        self.record("subscribed", number, done=True)
        return self.told(number)
