"""The API's addresses of this app, under /api/. Conversations and their messages are in documents.api, which sends files."""

from rest_framework.routers import SimpleRouter

from .contacts import Contacts

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("contacts", Contacts, basename="contacts")

urlpatterns = router.urls
