"""The API's addresses of this app, under /api/. A conversation's messages are here: they may send a document of
ours."""

from django.urls import path

from .media import MediaUpload
from .messages import Messages

_OF_A_CONVERSATION = "conversations/<uuid:conversation>/messages"

urlpatterns = [
    path("media", MediaUpload.as_view(), name="media"),
    path(_OF_A_CONVERSATION, Messages.as_view({"get": "list", "post": "create"}), name="messages"),
    path(f"{_OF_A_CONVERSATION}/<uuid:pk>", Messages.as_view({"get": "retrieve"}, detail=True), name="message"),
]
