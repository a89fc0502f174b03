"""The addresses of the pages. ``/webhook`` is not among them: see asgi.py."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from . import errors, health, metrics, register_page

admin.autodiscover()  # a worker has not done it (settings.INSTALLED_APPS)

handler400, handler403, handler404, handler500 = errors.bad_request, errors.forbidden, errors.not_found, errors.broken

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("account/register", register_page.register, name="account_register"),
    path("account/registered", register_page.registered, name="account_registered"),
    path("account/", include("accounts.pages.urls")),
    path("inbox/", include("inbox.urls")),
    path("media/", include("documents.urls")),
    path("language", set_language, name="set_language"),
    path("health", health.live),
    path("health/ready", health.ready),
    path("metrics", metrics.page),
    path("api/", include("accounts.api.urls")),
    path("api/", include("conversations.api.urls")),
    path("api/", include("leads.api.urls")),
    path("api/", include("documents.api.urls")),
    path("api/", include("aibot.api.urls")),
    path("api/", include("whatsapp_automation.api.urls")),
]
