"""Which of allauth's pages there are, under the names by which it asks for them."""

from allauth.account import views as account
from allauth.mfa.base import views as codes
from allauth.mfa.recovery_codes import views as recovery
from django.urls import path, re_path
from django.views.decorators.cache import never_cache

from . import views

urlpatterns = [
    path("login", views.SignIn.as_view(), name="account_login"),
    path("logout", views.SignOut.as_view(), name="account_logout"),
    path("reauthenticate", views.Reauthenticate.as_view(), name="account_reauthenticate"),
    path("password", views.ChangePassword.as_view(), name="account_change_password"),
    path("password/reset", views.AskForReset.as_view(), name="account_reset_password"),
    path("password/reset/done", account.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        never_cache(views.ResetFromKey.as_view()),
        name="account_reset_password_from_key",
    ),
    path("two-factor", codes.index, name="mfa_index"),
    path("two-factor/code", views.GiveCode.as_view(), name="mfa_authenticate"),
    path("two-factor/code-again", views.GiveCodeAgain.as_view(), name="mfa_reauthenticate"),
    path("two-factor/on", views.SwitchOn.as_view(), name="mfa_activate_totp"),
    path("two-factor/off", views.SwitchOff.as_view(), name="mfa_deactivate_totp"),
    path("two-factor/recovery-codes", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("two-factor/recovery-codes/new", views.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("two-factor/recovery-codes/download", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
]
