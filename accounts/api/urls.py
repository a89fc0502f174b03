"""The API's addresses of this app, under /api/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from .auth import Login, Logout, Me, Password, Refresh
from .keys import Keys
from .numbers import Numbers
from .products import Products
from .settings import BusinessSettings, ModelLimits
from .users import Invitations, Users

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("products", Products, basename="products")
router.register("keys", Keys, basename="keys")
router.register("users/invitations", Invitations, basename="invitations")
router.register("users", Users, basename="users")
router.register("numbers", Numbers, basename="numbers")

urlpatterns = [
    path("auth/login", Login.as_view()),
    path("auth/refresh", Refresh.as_view()),
    path("auth/logout", Logout.as_view()),
    path("auth/me", Me.as_view()),
    path("auth/password", Password.as_view()),
    path("settings", BusinessSettings.as_view(), name="settings"),
    path("settings/limits", ModelLimits.as_view(), name="settings-limits"),
    *router.urls,
]
