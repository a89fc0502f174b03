"""What makes the inbox live: who types, notes to browsers, one's own preferences. ``/events/`` is a door: see asgi.py."""

from django.urls import path

from . import installing, preferring, presence

urlpatterns = [
    path("<uuid:conversation>/typing", presence.typing, name="inbox_typing"),
    path("preferences", preferring.preferences, name="inbox_preferences"),
    path("push/key", preferring.push_key, name="inbox_push_key"),
    path("push/subscribe", preferring.push_subscribe, name="inbox_push_subscribe"),
    path("push/unsubscribe", preferring.push_unsubscribe, name="inbox_push_unsubscribe"),
    path("manifest.webmanifest", installing.manifest, name="inbox_manifest"),
    path("sw.js", installing.worker, name="inbox_worker"),
]
