"""The API's addresses of this app, under /api/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from .products import Products
from .settings import BusinessSettings, ModelLimits

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("products", Products, basename="products")

urlpatterns = [
    path("settings", BusinessSettings.as_view(), name="settings"),
    path("settings/limits", ModelLimits.as_view(), name="settings-limits"),
    *router.urls,
]
