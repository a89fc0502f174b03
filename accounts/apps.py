from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Business"

    def ready(self):
        from . import checks  # noqa: F401 - registers them
