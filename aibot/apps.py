from django.apps import AppConfig


class AibotConfig(AppConfig):
    name = "aibot"
    verbose_name = "Bot"

    def ready(self):
        from . import model, tiers

        tiers.INSTALLED = tiers.Tiers(model=model)
