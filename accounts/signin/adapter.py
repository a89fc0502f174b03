"""allauth's hook for sign-in, sign-out, passwords and mails."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import unstash_login
from django.contrib import messages
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.shortcuts import resolve_url
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy

from .. import access, audit, mail, passwords, throttle
from ..models import Membership, User

# What allauth would say by templates of its own. What is missing here is not said.
_SAYS = {
    "account/messages/logged_out.txt": gettext_lazy("You are signed out."),
    "account/messages/password_changed.txt": gettext_lazy("The new password counts from now on."),
    "mfa/messages/totp_activated.txt": gettext_lazy("Two-factor sign-in is on."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("Two-factor sign-in is off."),
    "mfa/messages/recovery_codes_generated.txt": gettext_lazy(
        "You have new recovery codes. Keep them in a safe place."
    ),
}
_HALF_WAY = "half_way"  # of the session: what the password was when it was right


class Adapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("E-mail or password is not right."),
        "incorrect_password": gettext_lazy("The password is not right."),
        "enter_current_password": gettext_lazy("The password is not right."),
        "invalid_password_reset": gettext_lazy("This link has been used or has ended."),
    }

    # --- signing in -----------------------------------------------------------------------------------

    def authenticate(self, request, **credentials) -> User | None:
        """Of an unknown person a password is hashed as well (ModelBackend), and an inactive one counts as a wrong
        password: it takes as long, and says the same."""
        email = credentials["email"].strip().lower()
        count_attempt(request, email)
        user = authenticate(request, email=email, password=credentials["password"])
        if user is None:
            known = User.objects.filter(email=email).values_list("pk", flat=True).first()
            audit.record("sign_in_failed", business=None, actor=None, target=str(known or ""))
        return user

    def reauthenticate(self, user: User, password: str) -> bool:
        count_attempt(self.request, user.email)
        if not user.check_password(password):
            audit.record("sign_in_failed", business=None, actor=user, target=str(user.pk), again=True)
            return False
        self.request.device = throttle.known_from_here(user, self.request.address, device_of(self.request))
        return True

    def pre_login(self, request, user: User, **kwargs):
        request.session[_HALF_WAY] = user.get_session_auth_hash()
        return super().pre_login(request, user, **kwargs)

    def login(self, request, user: User) -> None:
        super().login(request, user)  # the session's key changes
        request.session.pop(_HALF_WAY, None)
        request.device = throttle.succeeded(user, request.address, device_of(request))
        business = access.current(access.businesses_of(user), user.last_business)
        audit.record("sign_in", business=business, actor=user, target=str(user.pk))

    def post_login(self, request, user: User, **kwargs):
        return remember_device(request, super().post_login(request, user, **kwargs))

    def logout(self, request) -> None:
        user, business = request.user, getattr(request, "business", None)
        super().logout(request)
        audit.record("sign_out", business=business, actor=user, target=str(user.pk))

    def get_login_redirect_url(self, request) -> str:
        """Who answers lands in the inbox, who owns in the admin."""
        business = access.current(access.businesses_of(request.user), request.user.last_business)
        role = dict(access.places_of(request.user)).get(business)
        if access.may(role, Membership.Role.OWNER) or (request.user.is_staff and business is None):
            return resolve_url("admin:index")
        return resolve_url("inbox" if business else "account_home")

    def get_logout_redirect_url(self, request) -> str:
        return resolve_url("account_login")

    def get_password_change_redirect_url(self, request) -> str:
        return resolve_url("account_home")

    def is_safe_url(self, url: str) -> bool:
        """Only a path of this host: never another one's name, whatever ALLOWED_HOSTS holds."""
        return bool(url) and url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request) -> str:
        return request.address or ""

    def is_ajax(self, request) -> bool:
        return False  # pages are pages; programs have the API

    def is_open_for_signup(self, request) -> bool:
        return False

    # --- passwords and mails --------------------------------------------------------------------------

    def set_password(self, user: User, password: str) -> None:
        passwords.change(user, password, actor=user)

    def send_notification_mail(self, template_prefix: str, user: User, context=None, email=None) -> None:
        """The change of a password is mailed by passwords.py, at every door."""
        if template_prefix in ("mfa/email/totp_activated", "mfa/email/totp_deactivated"):
            mail.two_factor(user, on=template_prefix.endswith("_activated"))
        elif template_prefix == "mfa/email/recovery_codes_generated":
            mail.recovery_codes(user)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        raise NotImplementedError(f"{template_prefix}: accounts.mail has the words of all our mails")

    def add_message(self, request, level, message_template=None, message_context=None, extra_tags="", message=None):
        text = message or _SAYS.get(message_template)
        if text:
            messages.add_message(request, level, str(text), extra_tags=extra_tags)


def is_still_half_way(request) -> bool:
    """Whether the password that was given is still the person's, while their code is awaited."""
    pending = unstash_login(request, peek=True)
    user = pending and pending.user
    if not user or not user.is_active:
        return False
    return constant_time_compare(request.session.get(_HALF_WAY, ""), user.get_session_auth_hash())


def count_attempt(request, email: str) -> None:
    """Raises ValidationError where there were too many."""
    try:
        throttle.attempt(email, request.address, device_of(request))
    except throttle.TooManyAttempts as error:
        raise refusal(request, error) from None


def refusal(request, error: throttle.TooManyAttempts) -> ValidationError:
    """For the form; the answer's status is then 429 (views.Told)."""
    request.retry_after = error.retry_after
    return ValidationError(error.message, code=error.code)


def device_of(request) -> str:
    return request.COOKIES.get(throttle.DEVICE_COOKIE, "")


def remember_device(request, response):
    """Where a password or a code was right (``request.device``): guesses from elsewhere do not lock this browser out."""
    if getattr(request, "device", ""):
        throttle.keep_device(response, request.device)
    return response
