"""/account/register: whoever comes may open a business, where OPEN_REGISTRATION says so."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.errors import DomainError
from accounts.signin.forms import email_field, password_field

from . import registration


def _text(label, autocomplete: str, longest: int = 120, **options) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=longest, widget=widget, **options)


class RegisterForm(forms.Form):
    business_name = _text(_("Name of the business"), "organization")
    name = _text(_("Your name"), "name")
    email = email_field()
    phone = _text(_("Phone"), "tel", 20, required=False)
    password = password_field(new=True)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def register(request):
    """The same answer whether the e-mail had an account or not: docs/decisions/0011-registration.md."""
    if not settings.OPEN_REGISTRATION:
        raise Http404
    if request.user.is_authenticated:
        return redirect("account_home")
    form = RegisterForm(request.POST or None)
    status = 200
    if form.is_valid():
        try:
            registration.register(**form.cleaned_data)
        except registration.EmailKnown:
            return redirect("account_registered")
        except ValidationError as error:
            form.add_error(None, error)
        except DomainError as error:
            form.add_error(None, error.message)
            status = error.status
        else:
            return redirect("account_registered")
    return render(request, "account/register.html", {"form": form}, status=max(status, 422 if form.errors else 200))


def registered(request):
    if not settings.OPEN_REGISTRATION:
        raise Http404
    return render(request, "account/registered.html")
