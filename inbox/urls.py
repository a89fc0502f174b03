"""The agents' pages, under /inbox/."""

from django.urls import include, path

urlpatterns = [path("", include("inbox.live_urls"))]
