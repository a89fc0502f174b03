"""The agents' pages, under /inbox/."""

urlpatterns = []
