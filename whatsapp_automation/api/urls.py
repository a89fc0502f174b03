"""The API's addresses that need more than one app, under /api/."""

from django.urls import path

from .description import Document, docs
from .number_check import Check, Subscribe
from .registration import Register

urlpatterns = [
    path("auth/register", Register.as_view()),
    path("numbers/<uuid:pk>/check", Check.as_view()),
    path("numbers/<uuid:pk>/subscribe", Subscribe.as_view()),
    path("schema", Document.as_view()),
    path("docs", docs),
]
