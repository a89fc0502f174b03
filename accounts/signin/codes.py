"""allauth's hook for the second factor."""

from allauth.account.adapter import get_adapter as account_adapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.utils.translation import gettext_lazy

from .. import secrets, twofactor

SEALED_FOR = "two-factor"


class CodesAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code is not right, or it was used before."),
        "cannot_delete_authenticator": gettext_lazy("A business of yours asks for two-factor sign-in: it stays on."),
        "cannot_generate_recovery_codes": gettext_lazy("Switch two-factor sign-in on first."),
    }

    def encrypt(self, text: str) -> str:
        return secrets.seal(text, SEALED_FOR)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.open_sealed(encrypted_text, SEALED_FOR)

    def get_totp_issuer(self) -> str:
        return settings.UNFOLD["SITE_HEADER"]

    def can_delete_authenticator(self, authenticator) -> bool:
        return not twofactor.is_required_of(authenticator.user)

    def send_notification_mail(self, *args, **kwargs) -> None:
        account_adapter().send_notification_mail(*args, **kwargs)
