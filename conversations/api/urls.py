"""The API's addresses of this app, under /api/. Conversations and their messages are in documents.api, which sends files."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from .contacts import Contacts
from .team import ConversationLabels, Labels, Notes, Replies

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("contacts", Contacts, basename="contacts")
router.register("labels", Labels, basename="labels")
router.register("replies", Replies, basename="replies")

_CHAT = "conversations/<uuid:conversation>"
_NOTE = {"patch": "partial_update", "delete": "destroy"}

urlpatterns = [
    path(f"{_CHAT}/notes", Notes.as_view({"get": "list", "post": "create"}), name="notes"),
    path(f"{_CHAT}/notes/<uuid:pk>", Notes.as_view(_NOTE, detail=True), name="note"),
    path(f"{_CHAT}/labels", ConversationLabels.as_view(), name="conversation-labels"),
    *router.urls,
]
