"""/api/users: who belongs to the business, and who is invited. Whoever may enter it reads the names; an owner sees and
does the rest.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from .. import access, invitations, members
from ..doors.description import Error
from ..doors.strict import Query, StrictSerializer
from ..doors.views import OWNER, VIEWER, BusinessViewSet, actor
from ..models import Invitation, Membership

ROLES = Membership.Role.choices


class NameOut(serializers.ModelSerializer):
    """What everybody in the business may know of the others."""

    id = serializers.UUIDField(source="user_id")
    name = serializers.CharField(source="user.name")

    class Meta:
        model = Membership
        fields = ["id", "name", "role"]


class MemberOut(NameOut):
    """An owner, and a key with users:read, see all of it; agents and viewers id, name and role."""

    email = serializers.EmailField(source="user.email", required=False)
    phone = serializers.CharField(source="user.phone", required=False)
    twoFactor = serializers.BooleanField(
        source="two_factor", required=False, help_text="Whether two-factor sign-in is on."
    )
    lastSignInAt = serializers.DateTimeField(source="user.last_login", allow_null=True, required=False)
    memberSince = serializers.DateTimeField(source="created_at", required=False)

    class Meta(NameOut.Meta):
        fields = [*NameOut.Meta.fields, "email", "phone", "twoFactor", "lastSignInAt", "memberSince"]


class RoleIn(StrictSerializer):
    role = serializers.ChoiceField(ROLES)


class InvitationOut(serializers.ModelSerializer):
    invitedBy = serializers.UUIDField(source="invited_by_id", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")
    expiresAt = serializers.DateTimeField(source="expires_at")

    class Meta:
        model = Invitation
        fields = ["id", "email", "role", "invitedBy", "createdAt", "expiresAt"]


class NewInvitationOut(InvitationOut):
    link = serializers.URLField(help_text="Where the person accepts. It is shown this once.")

    class Meta(InvitationOut.Meta):
        fields = [*InvitationOut.Meta.fields, "link"]


class InvitationIn(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(ROLES)


_LAST_OWNER = OpenApiResponse(Error, "`last_owner`: the business would have none. Make somebody else an owner first.")


@extend_schema_view(
    list=extend_schema(
        operation_id="users_list",
        summary="Members, in the order in which they joined",
        description="An owner, and an API key, see all of it; agents and viewers see id, name and role.",
        responses=MemberOut(many=True),
    ),
    retrieve=extend_schema(operation_id="users_one", summary="One member"),
    partial_update=extend_schema(
        operation_id="users_role",
        summary="Change a member's role",
        description=(
            "It counts from the next request on. Only a person makes or unmakes an owner, no API key. An owner who becomes "
            "less loses the API keys that they made."
        ),
        responses={200: MemberOut, 409: _LAST_OWNER},
        examples=[OpenApiExample("An agent", {"role": "agent"}, request_only=True)],
    ),
    destroy=extend_schema(
        operation_id="users_remove",
        summary="Remove a member",
        description="The person keeps their account, and what they did keeps their name. The API keys that they made end.",
        responses={204: None, 409: _LAST_OWNER},
    ),
)
class Users(BusinessViewSet):
    section = "users"
    least = {"read": VIEWER, "write": OWNER}
    serializer_class = MemberOut
    input_class = RoleIn
    query = Query
    ordering = "created_at"
    lookup_field = "user_id"
    lookup_url_kwarg = "pk"

    def get_queryset(self):
        return members.of(self.request.business)

    def list(self, request):
        return self.get_paginated_response(self._told(self.paginate_queryset(self.get_queryset())))

    def retrieve(self, request, pk):
        return Response(self._told([self.get_object()])[0])

    def partial_update(self, request, pk):
        member = self.get_object()
        role = self.checked(RoleIn, partial=True).get("role", member.role)
        if OWNER in (role, member.role):
            persons_only(request)
        members.set_role(member, role, actor=actor(request))
        return Response(self._told([self.get_object()])[0])

    def destroy(self, request, pk):
        member = self.get_object()
        if member.role == OWNER:
            persons_only(request)
        members.remove(member, actor=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _told(self, rows: Sequence[Membership]):
        if not (self.request.auth or access.may(self.request.role, OWNER)):
            return NameOut(rows, many=True).data
        return MemberOut(rows, many=True).data


@extend_schema_view(
    list=extend_schema(
        operation_id="invitations_list", summary="Invitations that wait", responses=InvitationOut(many=True)
    ),
    create=extend_schema(
        operation_id="invitations_create",
        summary="Invite a person by e-mail",
        description=(
            "The link is good for seven days and once. It is in the answer, and is mailed where mail is set up. "
            "Only a person invites an owner, no API key."
        ),
        responses={201: NewInvitationOut, 409: OpenApiResponse(Error, "`already_a_member`.")},
        examples=[OpenApiExample("An agent", {"email": "bina@shop.example", "role": "agent"}, request_only=True)],
    ),
    destroy=extend_schema(operation_id="invitations_withdraw", summary="Withdraw an invitation"),
)
class Invitations(BusinessViewSet):
    section = "users"
    least = {"read": OWNER, "write": OWNER}
    serializer_class = InvitationOut
    input_class = InvitationIn
    query = Query
    ordering = "-created_at"

    def get_queryset(self):
        return invitations.pending(self.request.business)

    def list(self, request):
        return self.get_paginated_response(InvitationOut(self.paginate_queryset(self.get_queryset()), many=True).data)

    def create(self, request):
        given = self.checked(InvitationIn)
        if given["role"] == OWNER:
            persons_only(request)
        invitation, token = invitations.invite(request.business, **given, actor=actor(request))
        invitation.link = invitations.link(token)
        return Response(NewInvitationOut(invitation).data, status=status.HTTP_201_CREATED)

    def destroy(self, request, pk):
        invitations.withdraw(self.get_object(), actor=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def persons_only(request) -> None:
    """A key that makes owners would make itself one: whoever held it could keep the business."""
    if request.auth:
        raise PermissionDenied(_("A person must do this, not an API key."), code="person_needed")
