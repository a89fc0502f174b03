"""/api/rules: what the bot answers by itself, and what it would answer to a text."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.doors.strict import Query, StrictSerializer
from accounts.doors.views import OWNER, SETTINGS, VIEWER, BusinessViewSet, actor

from .. import owner_rules
from ..models import MOST_ROWS, PHRASE, Rule
from ..rules import shop_of
from ..trying import try_message

_MOST_PHRASES = 2000


class RuleButton(serializers.Serializer):
    intent = serializers.ChoiceField(Rule.Intent.choices)
    title = serializers.CharField()


class RuleButtonIn(StrictSerializer):
    intent = serializers.ChoiceField(Rule.Intent.choices)
    title = serializers.CharField(max_length=20)


class RuleOut(serializers.ModelSerializer):
    wholePhrases = serializers.ListField(child=serializers.CharField(), source="whole_phrases")
    unlessPhrases = serializers.ListField(child=serializers.CharField(), source="unless_phrases")
    phrases = serializers.ListField(child=serializers.CharField())
    awayReply = serializers.CharField(source="away_reply")
    buttons = RuleButton(many=True)
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = Rule
        fields = [
            "id",
            "intent",
            "language",
            "phrases",
            "wholePhrases",
            "unlessPhrases",
            "reply",
            "awayReply",
            "asks",
            "buttons",
            "priority",
            "enabled",
            "updatedAt",
        ]


class TestLineOut(serializers.Serializer):
    text = serializers.CharField(source="trap.text")
    wanted = serializers.CharField(source="trap.intent", help_text="The intent that it should have; empty: none.")
    got = serializers.CharField(help_text="The intent that it has; empty: none.")


class SavedRuleOut(RuleOut):
    """``context["failing"]``: the test lines that the rules do not understand now."""

    failingTestLines = serializers.SerializerMethodField()

    class Meta(RuleOut.Meta):
        fields = [*RuleOut.Meta.fields, "failingTestLines"]

    def get_failingTestLines(self, rule) -> TestLineOut(many=True):
        return TestLineOut(self.context["failing"], many=True).data


def phrase_list(source: str | None = None) -> serializers.ListField:
    child = serializers.CharField(max_length=PHRASE, trim_whitespace=False)
    return serializers.ListField(child=child, source=source, max_length=_MOST_PHRASES, required=False)


class RuleIn(StrictSerializer):
    intent = serializers.ChoiceField(Rule.Intent.choices)
    language = serializers.ChoiceField(Rule.Language.choices)
    phrases = phrase_list()
    wholePhrases = phrase_list("whole_phrases")
    unlessPhrases = phrase_list("unless_phrases")
    reply = serializers.CharField(max_length=1000)
    awayReply = serializers.CharField(source="away_reply", max_length=1000, required=False, allow_blank=True)
    asks = serializers.ChoiceField(Rule.Asks.choices, required=False, allow_blank=True)
    buttons = serializers.ListField(child=RuleButtonIn(), max_length=MOST_ROWS, required=False)
    priority = serializers.IntegerField(min_value=-32768, max_value=32767, required=False)
    enabled = serializers.BooleanField(required=False)
    saveAnyway = serializers.BooleanField(
        source="save_anyway", required=False, help_text="Also where test lines are understood otherwise then."
    )


class RuleQuery(Query):
    intent = serializers.ChoiceField(Rule.Intent.choices, required=False)
    language = serializers.ChoiceField(Rule.Language.choices, required=False)
    enabled = serializers.BooleanField(required=False)


class TryIn(StrictSerializer):
    text = serializers.CharField(max_length=4096)


class RuleBrief(serializers.ModelSerializer):
    class Meta:
        model = Rule
        fields = ["id", "intent", "language"]


class NearOut(serializers.Serializer):
    rule = RuleBrief()
    phrase = serializers.CharField()
    why = serializers.ChoiceField(["outranked", "forbidden", "not alone"])


class TriedOut(serializers.Serializer):
    rule = RuleBrief(allow_null=True, help_text="Null: no rule answers, and the conversation waits for a person.")
    phrase = serializers.CharField(allow_null=True)
    text = serializers.CharField(help_text="What the customer gets.")
    buttons = RuleButton(many=True)
    products = serializers.ListField(child=serializers.CharField(), help_text="Those that the text names.")
    near = NearOut(many=True)


class Rules(BusinessViewSet):
    section = "rules"
    least = {"read": VIEWER, "write": OWNER}
    only_read = frozenset({"try_text"})
    serializer_class = RuleOut
    query = RuleQuery
    body_limit = SETTINGS

    def get_queryset(self):
        return Rule.objects.filter(**self.asked_columns())

    def asked_columns(self) -> dict:
        return {name: self.asked[name] for name in ("intent", "language", "enabled") if name in self.asked}

    @extend_schema(operation_id="rules_list", summary="Rules")
    def list(self, request):
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(RuleOut(page, many=True).data)

    @extend_schema(operation_id="rules_get", summary="One rule")
    def retrieve(self, request, pk):
        return Response(RuleOut(self.get_object()).data)

    @extend_schema(
        operation_id="rules_create",
        summary="Add a rule",
        description="One for each intent and language: 409 `rule_exists`. 409 `test_lines_fail` where a test line would lose its meaning.",
        request=RuleIn,
        responses={201: SavedRuleOut},
    )
    def create(self, request):
        rule = owner_rules.add(request.business, actor=actor(request), **self.checked(RuleIn))
        return self._saved(rule, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="rules_change",
        summary="Change a rule",
        description="409 `test_lines_fail` where a test line would lose its meaning, unless `saveAnyway` is true.",
        request=RuleIn,
        responses=SavedRuleOut,
    )
    def partial_update(self, request, pk):
        given = self.checked(RuleIn, partial=True)
        return self._saved(owner_rules.change(self.get_object(), actor=actor(request), **given))

    @extend_schema(operation_id="rules_delete", summary="Remove a rule")
    def destroy(self, request, pk):
        owner_rules.remove(self.get_object(), actor=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="rules_try",
        summary="What a new customer's text would get",
        description="Nothing is sent, and nothing stored.",
        request=TryIn,
        responses=TriedOut,
    )
    @action(detail=False, methods=["post"], url_path="try")
    def try_text(self, request):
        text = self.checked(TryIn)["text"]
        tried = try_message(shop_of(request.business.pk), text, timezone.now())
        return Response(
            TriedOut(
                {
                    "rule": tried.rule,
                    "phrase": tried.match.phrase if tried.match else None,
                    "text": tried.text,
                    "buttons": tried.rule.buttons if tried.rule else [],
                    "products": [str(product) for product in tried.products],
                    "near": [{"rule": rule, "phrase": near.phrase, "why": near.why} for near, rule in tried.near],
                }
            ).data
        )

    def _saved(self, rule: Rule, code: int = status.HTTP_200_OK):
        context = {"failing": owner_rules.failing_now(self.request.business)}
        return Response(SavedRuleOut(rule, context=context).data, status=code)
