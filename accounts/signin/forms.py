"""allauth's forms with our words, and every attempt counted."""

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as codes
from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal import auth
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .. import audit, passwords, throttle, twofactor
from .adapter import count_attempt, refusal

LONGEST = 1000  # of a password: longer ones only cost time
PASSWORD = _("Password")


def email_field(**attrs) -> forms.EmailField:
    widget = forms.EmailInput(
        attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", **attrs}
    )
    return forms.EmailField(label=_("E-mail"), max_length=254, widget=widget)


def password_field(label=PASSWORD, *, new: bool = False) -> forms.CharField:
    """A new one is told the rules, and validated by the form (``check_new``)."""
    autocomplete = "new-password" if new else "current-password"
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST,
        help_text=_("At least 12 characters, not only digits, nothing that everybody uses.") if new else "",
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


def code_field(help_text) -> forms.CharField:
    widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none", "spellcheck": "false"}
    )
    return forms.CharField(label=_("Code"), max_length=20, help_text=help_text, widget=widget)


class SignInForm(account.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {"login": email_field(), "password": password_field()}


class ReauthenticateForm(account.ReauthenticateForm):
    password = password_field()


class ResetForm(forms.Form):
    email = email_field(autocomplete="email")

    def save(self, request) -> None:
        passwords.ask_for_reset(self.cleaned_data["email"], request.address)


class NewPassword(forms.Form):
    """Two inputs for a new password of ``self.user``."""

    password1 = password_field(_("New password"), new=True)
    password2 = password_field(_("New password, again"), new=True)
    user = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password2"].help_text = ""

    def clean(self):
        cleaned = super().clean()
        check_new(self, cleaned, self.user)
        return cleaned


def check_new(form: forms.Form, cleaned: dict, user) -> None:
    """Validate ``password1`` and, where the form asks twice, ``password2``."""
    first = cleaned.get("password1")
    if first and "password2" in form.fields and cleaned.get("password2") not in (None, first):
        form.add_error("password2", _("The two passwords differ."))
    if first:
        try:
            validate_password(first, user)
        except ValidationError as error:
            form.add_error("password1", error)


class ChangePasswordForm(NewPassword):
    oldpassword = password_field(_("Password until now"))
    field_order = ("oldpassword", "password1", "password2")

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_oldpassword(self) -> str:
        given = self.cleaned_data["oldpassword"]
        count_attempt(context.request, self.user.email)
        if not self.user.check_password(given):
            audit.record("sign_in_failed", business=None, actor=self.user, target=str(self.user.pk), again=True)
            raise ValidationError(_("The password is not right."), code="incorrect_password")
        return given

    def save(self) -> None:
        passwords.change(self.user, self.cleaned_data["password1"], actor=self.user)


class ResetKeyForm(NewPassword):
    def __init__(self, *args, user, temp_key, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def save(self) -> None:
        passwords.change(self.user, self.cleaned_data["password1"], actor=self.user, by_mail=True)


class CountedCode:
    """A code of the app or of recovery, counted before it is looked at."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(help_text=_("The six digits that your app shows now, or a recovery code."))

    def clean_code(self) -> str:
        count_code(self.user)
        self.authenticator = twofactor.take(self.user, self.cleaned_data["code"])
        if self.authenticator is None:
            audit.record("sign_in_failed", business=None, actor=None, target=str(self.user.pk), code=True)
            raise ValidationError(_("This code is not right, or it was used before."), code="wrong_code")
        return self.cleaned_data["code"]


class CodeForm(CountedCode, codes.AuthenticateForm):
    pass


class CodeAgainForm(CountedCode, codes.ReauthenticateForm):
    pass


class ActivateForm(totp.ActivateTOTPForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(help_text=_("The six digits that the app shows for this account now."))

    def clean_code(self) -> str:
        validate_can_add_authenticator(self.user)
        count_code(self.user)
        code = "".join(self.cleaned_data["code"].split())
        if not auth.validate_totp_code(self.secret, code):
            raise ValidationError(_("This code is not right. Look at the app again: it changes every half minute."))
        return code


def count_code(user) -> None:
    try:
        throttle.attempt_code(user)
    except throttle.TooManyAttempts as error:
        raise refusal(context.request, error) from None
