"""/account/join/TOKEN: the link of an invitation. Opening it changes nothing; the button does."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from .. import access, invitations, limits
from ..address import network
from ..errors import DomainError
from ..limits import Limit
from ..models import Invitation, User
from ..signin.adapter import remember_device
from ..signin.forms import check_new, password_field

OPENED = Limit("invitation links from a network", 60, 15 * 60)


class JoinForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password1 = password_field(gettext_lazy("Password"), new=True)

    def __init__(self, *args, email: str, **kwargs):
        self.email = email
        super().__init__(*args, **kwargs)

    def clean(self):
        cleaned = super().clean()
        check_new(self, cleaned, User(email=self.email, name=cleaned.get("name", "")))
        return cleaned


@sensitive_post_parameters("password1")
@never_cache
@require_http_methods(["GET", "POST"])
def join(request, token: str):
    if limits.take(OPENED, network(request.address)).refused:
        return render(request, "account/join_ended.html", {"reason": "too_many"}, status=429)
    row = invitations.find(token)
    if row is None:
        return render(request, "account/join_ended.html", {"reason": "unknown"}, status=404)
    if not invitations.is_open(row):
        return _ended(request)
    if request.user.is_authenticated:
        return _for_who_is_signed_in(request, row, token)
    if User.objects.filter(email=row.email).exists():
        return render(request, "account/join.html", {"invitation": row, "state": "sign_in"})
    return _for_somebody_new(request, row, token)


def _for_who_is_signed_in(request, row: Invitation, token: str):
    if request.user.email != row.email:
        status = 403 if request.method == "POST" else 200
        return render(request, "account/join.html", {"invitation": row, "state": "wrong_person"}, status=status)
    if request.method == "GET":
        return render(request, "account/join.html", {"invitation": row, "state": "accept"})
    try:
        invitations.accept(token, request.user)
    except DomainError:
        return _ended(request)
    return _welcome(request, row)


def _for_somebody_new(request, row: Invitation, token: str):
    form = JoinForm(request.POST or None, email=row.email)
    if not form.is_valid():
        context = {"invitation": row, "state": "new", "form": form}
        return render(request, "account/join.html", context, status=422 if form.errors else 200)
    try:
        user = invitations.join(token, form.cleaned_data["name"], form.cleaned_data["password1"])
    except DomainError as error:
        if error.code == "has_account":
            return render(request, "account/join.html", {"invitation": row, "state": "sign_in"}, status=409)
        return _ended(request)
    record_authentication(request, user, method="password", email=user.email)
    perform_login(request, Login(user=user, email=user.email))
    return _welcome(request, row)


def _welcome(request, row: Invitation):
    access.enter(request, row.business)
    messages.success(request, _("You are a member of %(business)s now.") % {"business": row.business})
    return remember_device(request, redirect("admin:index"))


def _ended(request):
    return render(request, "account/join_ended.html", {"reason": "ended"}, status=410)
