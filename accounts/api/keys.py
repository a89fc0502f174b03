"""/api/keys: API keys of the business. An owner's alone: no key makes or ends one."""

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.response import Response

from .. import keys
from ..doors.strict import Query, StrictSerializer
from ..doors.views import OWNER, BusinessViewSet
from ..models import ApiKey


class KeyOut(serializers.ModelSerializer):
    scopes = serializers.ListField(child=serializers.ChoiceField(keys.SCOPES))
    createdBy = serializers.UUIDField(source="created_by_id", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")
    lastUsedAt = serializers.DateTimeField(source="last_used_at", allow_null=True, help_text="To the minute.")
    expiresAt = serializers.DateTimeField(source="expires_at", allow_null=True)
    revokedAt = serializers.DateTimeField(source="revoked_at", allow_null=True)

    class Meta:
        model = ApiKey
        fields = ["id", "name", "prefix", "scopes", "createdBy", "createdAt", "lastUsedAt", "expiresAt", "revokedAt"]


class NewKeyOut(KeyOut):
    key = serializers.CharField(help_text="The key itself. It is shown this once.")

    class Meta(KeyOut.Meta):
        fields = [*KeyOut.Meta.fields, "key"]


class KeyIn(StrictSerializer):
    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(child=serializers.ChoiceField(keys.SCOPES), min_length=1, max_length=100)
    expiresAt = serializers.DateTimeField(source="expires_at", required=False, allow_null=True)

    def validate_expiresAt(self, value):
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError(_("This time has passed."))
        return value


@extend_schema_view(
    list=extend_schema(operation_id="keys_list", summary="API keys, the newest first", responses=KeyOut(many=True)),
    retrieve=extend_schema(operation_id="keys_one", summary="One API key"),
    create=extend_schema(
        operation_id="keys_create",
        summary="Make an API key",
        description="The answer holds the key, once: it is stored as a hash.",
        responses={201: NewKeyOut},
        examples=[
            OpenApiExample(
                "A key for a website",
                {"name": "Website", "scopes": ["conversations:write", "leads:read"]},
                request_only=True,
            )
        ],
    ),
    destroy=extend_schema(
        operation_id="keys_revoke",
        summary="Revoke an API key",
        description="It ends at once and for good, and stays in the list. A revoked one is no error.",
    ),
)
class Keys(BusinessViewSet):
    section = None
    least = {"read": OWNER, "write": OWNER}
    serializer_class = KeyOut
    input_class = KeyIn
    query = Query
    ordering = "-created_at"

    def get_queryset(self):
        return ApiKey.objects.all()

    def list(self, request):
        return self.get_paginated_response(KeyOut(self.paginate_queryset(self.get_queryset()), many=True).data)

    def retrieve(self, request, pk):
        return Response(KeyOut(self.get_object()).data)

    def create(self, request):
        key, text = keys.create(request.business, **self.checked(KeyIn), actor=request.user)
        key.key = text
        return Response(NewKeyOut(key).data, status=status.HTTP_201_CREATED)

    def destroy(self, request, pk):
        keys.revoke(self.get_object(), actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
