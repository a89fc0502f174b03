"""The API's addresses of this app, under /api/."""

from rest_framework.routers import SimpleRouter

from .answers import Answers
from .rules import Rules

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("answers", Answers, basename="answers")
router.register("rules", Rules, basename="rules")

urlpatterns = router.urls
