"""The addresses of the pages. ``/webhook`` is not among them: see asgi.py."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from . import health, metrics

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("language", set_language, name="set_language"),
    path("health", health.live),
    path("health/ready", health.ready),
    path("metrics", metrics.page),
]
