"""The API's addresses of this app, under /api/. Conversations with their leads are in documents.api, which sends files."""

from rest_framework.routers import SimpleRouter

from .leads import Leads

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("leads", Leads, basename="leads")

urlpatterns = router.urls
