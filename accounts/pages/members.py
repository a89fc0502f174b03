"""/account/members: who works in the business. For its owners; what is done here, members.py and invitations.py do."""

from functools import wraps

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from .. import invitations, keys, mail, members
from ..access import may
from ..errors import DomainError
from ..models import Membership
from ..signin.forms import email_field

OWNER = Membership.Role.OWNER


class InviteForm(forms.Form):
    email = email_field(autocomplete="off")
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Membership.Role.choices, initial=Membership.Role.AGENT)


def for_owners(view):
    @wraps(view)
    @login_required
    def gate(request, *args, **kwargs):
        if request.business is None or not may(request.role, OWNER):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return gate


@for_owners
@require_http_methods(["GET", "POST"])
def index(request):
    """POST invites. The link is shown in the answer alone, and stored nowhere: a new invitation makes a new one."""
    form, made = InviteForm(request.POST or None), None
    if form.is_valid():
        try:
            row, token = invitations.invite(
                request.business, form.cleaned_data["email"], form.cleaned_data["role"], actor=request.user
            )
        except DomainError as error:
            form.add_error(_field(form, error), error.message)
        else:
            made, form = {"email": row.email, "link": invitations.link(token)}, InviteForm()
    context = {
        "form": form,
        "made": made,
        "mail_is_set_up": mail.is_set_up(),
        "members": list(members.of(request.business)),
        "pending": list(invitations.pending(request.business)),
        "roles": Membership.Role.choices,
    }
    return render(request, "account/members.html", context, status=422 if form.errors else 200)


@for_owners
@require_POST
def role(request, key):
    return _done(
        request,
        lambda: members.set_role(_member(request, key), request.POST.get("role", ""), actor=request.user),
        _("The role has been changed."),
    )


@for_owners
@require_http_methods(["GET", "POST"])
def remove(request, key):
    """GET asks."""
    member = _member(request, key)
    if request.method == "GET":
        theirs = keys.in_force(request.business).filter(created_by=member.user_id)
        return render(request, "account/member_remove.html", {"member": member, "keys": theirs})
    mine = member.user_id == request.user.pk and not request.user.is_superuser
    answer = _done(request, lambda: members.remove(member, actor=request.user), _("The member has been removed."))
    still_there = Membership.objects.filter(pk=member.pk).exists()
    return redirect("account_home") if mine and not still_there else answer


@for_owners
@require_POST
def withdraw(request, key):
    row = invitations.pending(request.business).filter(pk=key).first()
    if row is None:
        raise Http404
    return _done(
        request, lambda: invitations.withdraw(row, actor=request.user), _("The invitation has been withdrawn.")
    )


def _member(request, key) -> Membership:
    member = members.of(request.business).filter(pk=key).first()
    if member is None:
        raise Http404
    return member


def _done(request, act, words: str):
    try:
        act()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, words)
    return redirect("account_members")


def _field(form, error: DomainError) -> str | None:
    return next((name for name in error.fields if name in form.fields), None)
