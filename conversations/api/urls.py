"""The API's addresses of this app, under /api/. Those of a conversation itself are in
leads.api, which shows the lead; those of its messages in documents.api, which sends files."""

from rest_framework.routers import SimpleRouter

from .contacts import Contacts

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("contacts", Contacts, basename="contacts")

urlpatterns = router.urls
