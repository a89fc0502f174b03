"""The one address of a file."""

from django.urls import path

from . import pages

app_name = "documents"
urlpatterns = [path("<uuid:document>", pages.file, name="file")]
