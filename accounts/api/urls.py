"""The API's addresses of this app, under /api/."""

from rest_framework.routers import SimpleRouter

from .products import Products

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("products", Products, basename="products")

urlpatterns = router.urls
