"""Middleware: a business may ask its members for a second factor; who has none then sees nothing of it."""

from django.shortcuts import redirect

from .. import twofactor

# To set it up, to go elsewhere, to leave, to read it in one's language.
ALLOWED = {
    "mfa_index",
    "mfa_activate_totp",
    "account_reauthenticate",
    "account_businesses",
    "account_logout",
    "admin:logout",
    "set_language",
}
_NO_PAGES = ("/api/", "/health", "/metrics")


class TwoFactorRequired:
    """After access.CurrentBusiness. Leads every page of the business to the one where the second factor is set up."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        business = getattr(request, "business", None)
        request.two_factor_missing = False
        if business is None or request.path_info.startswith(_NO_PAGES):
            return None
        request.two_factor_missing = twofactor.is_missing(request.user, business)
        if request.two_factor_missing and request.resolver_match.view_name not in ALLOWED:
            return redirect("mfa_index")
        return None
