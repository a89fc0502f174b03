"""The agents' pages, under /inbox/."""

from django.urls import path

from . import picker, starting, template_list

urlpatterns = [
    path("new", starting.new, name="inbox_new"),
    path("templates", template_list.index, name="inbox_templates"),
    path("templates/<uuid:number_id>/fetch", template_list.fetch, name="inbox_templates_fetch"),
    path("templates/<uuid:template_id>/preview", picker.preview, name="inbox_template_preview"),
    path("<uuid:conversation_id>/templates", picker.picker, name="inbox_picker"),
]
