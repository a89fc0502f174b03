"""The API's addresses of this app, under /api/."""

from rest_framework.routers import SimpleRouter

from .conversations import Conversations
from .leads import Leads

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("conversations", Conversations, basename="conversations")
router.register("leads", Leads, basename="leads")

urlpatterns = router.urls
