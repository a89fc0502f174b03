"""The gate of every API view: who asks, for which business, and may they?

    class Products(BusinessViewSet):
        section = "products"                     # of an API key's scopes: products:read, products:write
        least = {"read": VIEWER, "write": OWNER} # of a person's role; an action of its own by name: {"close": AGENT}
        serializer_class, input_class, query

A person's business is the one that the header ``X-Business`` names (its id), else the one that they joined first; a
key's is its own. Business and role are read from the database on each request: a membership that was removed counts at
once. The business's scope is open while the view runs, in its time zone. A business that the person has no place in is
404, as one that does not exist.
"""

from contextlib import ExitStack
from typing import ClassVar
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scope
from rest_framework import viewsets
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.views import APIView

from .. import access, twofactor
from ..models import Membership, User
from . import paging, strict, throttling
from .authentication import Bearer
from .errors import CHALLENGE, LengthRequired, TooLarge

VIEWER, AGENT, OWNER = Membership.Role.VIEWER, Membership.Role.AGENT, Membership.Role.OWNER
BODY, MESSAGE, SETTINGS, UPLOAD = 10_000, 32_000, 64_000, 16_000_000  # bytes


class Door:
    """What all API views share: how one signs in, what a body and a query may hold, how often."""

    authentication_classes = [Bearer]
    parser_classes = [strict.StrictJSONParser]
    throttle_classes = [throttling.Throttle]
    pagination_class = paging.Pages
    body_limit = BODY
    query: ClassVar[type | None] = None  # the parameters of a GET; none: it takes none
    metadata_class = None  # OPTIONS tells nothing: the description does

    @property
    def allowed_methods(self):
        return [method for method in super().allowed_methods if method != "OPTIONS"]

    def initial(self, request, *args, **kwargs):
        if self.action_needed() is None:
            raise MethodNotAllowed(request.method)
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length and request.META.get("HTTP_TRANSFER_ENCODING"):
            raise LengthRequired
        if length.isdecimal() and int(length) > self.body_limit:
            raise TooLarge(self.body_limit)
        super().initial(request, *args, **kwargs)
        self.asked = strict.read_query(request, self._query())

    def checked(self, serializer_class, **options) -> dict:
        """The body, validated. Raises ValidationError."""
        serializer = serializer_class(data=self.request.data, **options)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def _query(self):
        if (
            self.request.method in ("GET", "HEAD")
            and self.query is not None
            and getattr(self, "detail", None) is not True
        ):
            return self.query
        return strict.Known

    def action_needed(self) -> str | None:
        """The name of what is to be done: a viewset's action, else the method. None where the address does not take the method."""
        method = self.request.method.lower()
        if hasattr(self, "action_map"):
            return self.action_map.get("get" if method == "head" else method)
        return method if method in self.http_method_names and hasattr(self, method) and method != "options" else None


class Allowed(BasePermission):
    """A person's role or a key's scope, as the view's ``section`` and ``least`` say."""

    def has_permission(self, request, view):
        if not request.user.is_authenticated:
            raise NotAuthenticated
        if request.auth:
            return self._key_may(request, view)
        if not access.may(request.role, view.least_role()):
            raise PermissionDenied
        return True

    def _key_may(self, request, view) -> bool:
        verb = "read" if view.only_reads() else "write"
        wanted = f"{view.section}:{verb}"
        if view.section is None:
            raise PermissionDenied(_("A person must do this, not an API key."), code="person_needed")
        if wanted not in request.auth.scopes:
            raise PermissionDenied(_("This API key may not do that: it needs %s.") % wanted, code="scope_missing")
        return True


class BusinessDoor(Door):
    """A view of one business. ``request.business`` and ``request.role`` (None for a key) are set."""

    permission_classes = [Allowed]
    section: ClassVar[str | None] = None  # None: not for API keys
    least: ClassVar[dict[str, str]] = {"read": VIEWER, "write": OWNER}
    only_read: ClassVar[frozenset[str]] = frozenset()  # actions that change nothing, though they are posted

    def dispatch(self, request, *args, **kwargs):
        with ExitStack() as self._opened:
            return super().dispatch(request, *args, **kwargs)

    def perform_authentication(self, request):
        super().perform_authentication(request)
        request.business = request.role = None
        if not request.user.is_authenticated:
            return
        request.business, request.role = _place(request)
        self._opened.enter_context(scope(business=request.business))
        self._opened.enter_context(timezone.override(request.business.zone))

    def least_role(self) -> str:
        named = self.least.get(self.action_needed())
        return named or self.least["read" if self.only_reads() else "write"]

    def only_reads(self) -> bool:
        return self.request.method in SAFE_METHODS or self.action_needed() in self.only_read


def _place(request) -> tuple:
    """The business, and the person's role in it."""
    wanted = request.headers.get("X-Business")
    if request.auth:
        if wanted is not None and _uuid(wanted) != str(request.auth.business_id):
            raise Http404
        return request.auth.business, None
    places = dict(access.places_of(request.user))
    found = list(places)
    if wanted is not None:
        business = next((b for b in found if str(b.pk) == _uuid(wanted)), None)
        if business is None:
            raise Http404
    elif found:
        business = found[0]
    else:
        raise PermissionDenied(_("You are not a member of any business."), code="no_business")
    if twofactor.is_missing(request.user, business):
        raise PermissionDenied(
            _("This business asks for two-factor sign-in. Set it up first."), code="two_factor_required"
        )
    return business, places[business]


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


class IsPerson(BasePermission):
    """Signed in, and not by an API key."""

    def has_permission(self, request, view):
        if not request.user.is_authenticated:
            raise NotAuthenticated
        if request.auth:
            raise PermissionDenied(_("A person must do this, not an API key."), code="person_needed")
        return True


class PersonView(Door, APIView):
    """A view of the person who asks, whatever business they are in, and of none."""

    permission_classes = [IsPerson]


class BusinessView(BusinessDoor, APIView):
    """A view that is no list of rows."""


class BusinessViewSet(BusinessDoor, viewsets.GenericViewSet):
    """Rows of one business: ``get_queryset`` names the model's scoped manager, so that a foreign id is 404."""

    lookup_value_converter = "uuid"
    ordering = "-id"


def actor(request) -> User | None:
    """The person who asks, for the audit log; None for an API key, which the log names by itself."""
    return None if request.auth else request.user


class OpenDoor(Door, APIView):
    """A view for who has not signed in: sign-in itself. Strictly limited."""

    authentication_classes: ClassVar[list] = []
    permission_classes: ClassVar[list] = []
    limit = throttling.AUTH

    def get_authenticate_header(self, request):
        """Without one DRF makes a 403 of every 401."""
        return CHALLENGE["WWW-Authenticate"]
