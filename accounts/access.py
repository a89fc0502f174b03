"""Who may do what: the current business of a request, and the role in it.

A person's permissions are their Membership's role in the current business. With several businesses the session holds
which one, after a new sign-in it is the one that was chosen last; the installation's owner may choose any.
``request.business`` and ``request.role`` are None where there is none.
"""

from django.utils import timezone
from django_scopes import scope

from .models import Business, Membership

SESSION_KEY = "business"
_RANK = {Membership.Role.VIEWER: 1, Membership.Role.AGENT: 2, Membership.Role.OWNER: 3}


def may(role: str | None, least: str) -> bool:
    """Whether a role is at least ``least`` (viewer < agent < owner)."""
    return _RANK.get(role, 0) >= _RANK[least]


def businesses_of(user) -> list[Business]:
    """The active businesses that a person may enter, the one that they joined first at the top: it is the current one
    until they choose for the first time. The installation's owner may enter all, by name.
    """
    if not user.is_authenticated or not user.is_active:
        return []
    rows = Business.objects.filter(active=True)
    return list(rows if user.is_superuser else rows.filter(memberships__user=user).order_by("memberships__created_at"))


def places_of(user) -> list[tuple[Business, str]]:
    """The businesses that a person may enter, in that order, with the role in each."""
    if not user.is_authenticated or not user.is_active:
        return []
    if user.is_superuser:
        return [(business, Membership.Role.OWNER) for business in businesses_of(user)]
    rows = Membership.objects.filter(user=user, business__active=True).select_related("business")
    return [(row.business, row.role) for row in rows.order_by("created_at")]


def choose_business(request, business_id) -> bool:
    """Make a business the session's current one. False where the person has no place in it."""
    chosen = next((b for b in businesses_of(request.user) if str(b.pk) == str(business_id)), None)
    if chosen is None:
        return False
    enter(request, chosen)
    return True


def enter(request, business: Business) -> None:
    """Make it the session's current business, and that of later sign-ins. The person has a place in it."""
    request.session[SESSION_KEY] = str(business.pk)
    if request.user.last_business != business.pk:
        request.user.last_business = business.pk
        request.user.save(update_fields=["last_business"])


def current(found: list[Business], *wanted) -> Business | None:
    """The business among ``found`` that is wanted: the first of the ids that is one of them; else the first at all."""
    by_id = {str(business.pk): business for business in found}
    chosen = (by_id[str(key)] for key in wanted if str(key) in by_id)
    return next(chosen, found[0] if found else None)


class CurrentBusiness:
    """Read the person's business and role from the database on each request, and open the scope of that business, in
    its time zone.

    Where there is none, no scope opens: a tenant's rows are then out of reach (ScopeError), never all of them.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.business = request.role = None
        if not hasattr(request, "user") or not request.user.is_authenticated:
            return self.get_response(request)
        places = dict(places_of(request.user))
        request.businesses = list(places)
        request.business = current(request.businesses, request.session.get(SESSION_KEY), request.user.last_business)
        if request.business is None:
            return self.get_response(request)
        request.role = places[request.business]
        with scope(business=request.business), timezone.override(request.business.zone):
            return self.get_response(request)
