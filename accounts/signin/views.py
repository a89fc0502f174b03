"""allauth's views, where we do something more: a status that tells the truth, audit rows, the device's cookie."""

from allauth.account import views as account
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.base import views as codes
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from .. import audit, entering, mail, throttle, twofactor
from .adapter import device_of, is_still_half_way, remember_device


class Told:
    """A form that is not right is answered with 422, too many attempts with 429 and when to come again. The device's
    cookie is set where a password or a code was right."""

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        if getattr(request, "retry_after", None):
            response.status_code = 429
            response["Retry-After"] = str(request.retry_after)
        elif request.method == "POST" and response.status_code == 200:
            response.status_code = 422
        return remember_device(request, response)


class SignIn(Told, account.LoginView):
    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, open_registration=settings.OPEN_REGISTRATION)


class SignOut(account.LogoutView):
    """GET asks, POST does it."""


@method_decorator(login_required, name="dispatch")
class Reauthenticate(Told, account.ReauthenticateView):
    pass


@method_decorator(login_required, name="dispatch")
class ChangePassword(Told, account.PasswordChangeView):
    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_usable_password():
            return redirect("account_reset_password")
        return super().dispatch(request, *args, **kwargs)


class AskForReset(Told, account.PasswordResetView):
    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, mail_is_set_up=mail.is_set_up())


class ResetFromKey(Told, account.PasswordResetFromKeyView):
    def form_valid(self, form):
        """Who reads the mailbox is the person: this browser is known from here on, and not held by others' guesses."""
        response = super().form_valid(form)
        self.request.device = throttle.known_from_here(self.reset_user, self.request.address, device_of(self.request))
        return response


class GiveCode(Told, codes.AuthenticateView):
    def dispatch(self, request, *args, **kwargs):
        """Back at the beginning, nothing is half way any more: sign-in would lead here again, and here back to it,
        where the second factor was switched off meanwhile. Nor is it where the password has been changed since."""
        if not is_still_half_way(request):
            clear_login(request)
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code == 302 and response["Location"] == reverse("account_login"):
            clear_login(request)
        return response


class GiveCodeAgain(Told, codes.ReauthenticateView):
    pass


class SwitchOn(Told, totp.ActivateTOTPView):
    @transaction.atomic
    def form_valid(self, form):
        """Who signed in by the password alone, perhaps not the person, is out: this browser stays."""
        response, user = super().form_valid(form), self.request.user
        twofactor.take(user, form.cleaned_data["code"])  # it is used up
        audit.record("two_factor.on", business=None, actor=user, target=str(user.pk))
        entering.end_all(user)
        update_session_auth_hash(self.request, user)
        return response

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return context | {"groups": [secret[at : at + 4] for at in range(0, len(secret), 4)]}


class SwitchOff(Told, totp.DeactivateTOTPView):
    @transaction.atomic
    def form_valid(self, form):
        response = super().form_valid(form)
        audit.record("two_factor.off", business=None, actor=self.request.user, target=str(self.request.user.pk))
        return response


class NewRecoveryCodes(Told, recovery.GenerateRecoveryCodesView):
    @transaction.atomic
    def form_valid(self, form):
        response = super().form_valid(form)
        audit.record("recovery_codes.made", business=None, actor=self.request.user, target=str(self.request.user.pk))
        return response


# --- in the place of the admin's own ------------------------------------------------------------------------------------------


def admin_login(request, extra_context=None):
    """The admin has no sign-in of its own: a second door would need a second lock. Whoever is signed in and may not
    enter the admin is a member of no business: their own page says so."""
    if request.user.is_authenticated:
        return redirect("admin:index" if request.user.is_staff else "account_home")
    wanted = request.GET.get("next", "")
    response = HttpResponseRedirect(reverse("account_login"))
    if wanted:
        response["Location"] += "?" + request.GET.urlencode()
    return response


@require_POST
def admin_logout(request, extra_context=None):
    return SignOut.as_view()(request)


def admin_password_change(request, extra_context=None):
    return redirect("account_change_password")
