"""Who may open a page of the inbox, and the one way in which its views get a conversation.

Viewers see, agents and owners act. A conversation of another business is as absent as one that never was.
"""

from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import redirect

from accounts.access import may
from accounts.models import Membership
from conversations.models import Conversation

VIEWER, AGENT, OWNER = Membership.Role.VIEWER, Membership.Role.AGENT, Membership.Role.OWNER


def at_least(role: str):
    """A view for people whose role in the current business is at least this. Who has not signed in is led to it, who has no
    business to the page where one is chosen; who has less of a role gets 403.
    """

    def gate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.business is None:
                return redirect("account_businesses")
            if not may(request.role, role):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return gate


def acts(request) -> bool:
    """Whether this person may answer and change things."""
    return may(request.role, AGENT)


def readable(request, conversation_id) -> Conversation:
    """Raises Http404 for what is not there and for what is another business's."""
    rows: QuerySet[Conversation] = Conversation.objects.select_related("contact", "number", "assignee", "business")
    found = rows.filter(pk=conversation_id).first()
    if found is None:
        raise Http404
    return found


def writable(request, conversation_id) -> Conversation:
    """The same for who may act; raises PermissionDenied for a viewer."""
    if not acts(request):
        raise PermissionDenied
    return readable(request, conversation_id)
