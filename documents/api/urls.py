"""The API's addresses of this app, under /api/. Conversations and their messages are here: they may send a document of
ours.
"""

from django.urls import path
from rest_framework.routers import SimpleRouter

from .conversations import Conversations
from .media import MediaUpload
from .messages import Messages

_OF_A_CONVERSATION = "conversations/<uuid:conversation>/messages"

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("conversations", Conversations, basename="conversations")

urlpatterns = [
    *router.urls,
    path("media", MediaUpload.as_view(), name="media"),
    path(_OF_A_CONVERSATION, Messages.as_view({"get": "list", "post": "create"}), name="messages"),
    path(f"{_OF_A_CONVERSATION}/<uuid:pk>", Messages.as_view({"get": "retrieve"}, detail=True), name="message"),
]
