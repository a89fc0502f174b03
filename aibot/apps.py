from django.apps import AppConfig


class AibotConfig(AppConfig):
    name = "aibot"
    verbose_name = "Bot"
