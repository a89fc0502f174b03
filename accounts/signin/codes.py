"""allauth's hook for the second factor."""

from allauth.account.adapter import get_adapter as account_adapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy

from .. import secrets, twofactor

SEALED_FOR = "two-factor"
_SECRETS = ("secret", "seed")  # of the app, of the recovery codes


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


def reseal_all() -> tuple[int, list[str]]:
    """Encrypt every stored secret with today's first key: how many there were, and the names of those that no key opens."""
    count, lost = 0, []
    for key in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update(no_key=True).filter(pk=key).first()
            for name in _SECRETS if row else ():
                if name not in row.data:
                    continue
                try:
                    row.data[name] = secrets.reseal(row.data[name], SEALED_FOR)
                except secrets.SecretError:
                    lost.append(f"{name} of the two-factor sign-in of {row.user_id}")
                else:
                    row.save(update_fields=["data"])
                    count += 1
    return count, lost
