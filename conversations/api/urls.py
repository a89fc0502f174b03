"""The API's addresses of this app, under /api/. Those of a conversation itself are in leads.api: it shows the lead."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from .contacts import Contacts
from .messages import Messages

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("contacts", Contacts, basename="contacts")

_OF_A_CONVERSATION = "conversations/<uuid:conversation>/messages"

urlpatterns = [
    path(_OF_A_CONVERSATION, Messages.as_view({"get": "list", "post": "create"}), name="messages"),
    path(f"{_OF_A_CONVERSATION}/<uuid:pk>", Messages.as_view({"get": "retrieve"}, detail=True), name="message"),
    *router.urls,
]
