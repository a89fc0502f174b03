"""The API's addresses of this app, under /api/."""

from rest_framework.routers import SimpleRouter

from .rules import Rules

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("rules", Rules, basename="rules")

urlpatterns = router.urls
