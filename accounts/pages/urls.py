"""/account/..."""

from django.urls import include, path

from . import home, join, members

urlpatterns = [
    path("", home.home, name="account_home"),
    path("businesses", home.businesses, name="account_businesses"),
    path("members", members.index, name="account_members"),
    path("members/<uuid:key>/role", members.role, name="account_member_role"),
    path("members/<uuid:key>/remove", members.remove, name="account_member_remove"),
    path("invitations/<uuid:key>/withdraw", members.withdraw, name="account_invitation_withdraw"),
    path("join/<str:token>", join.join, name="account_join"),
    path("", include("accounts.signin.urls")),
]
