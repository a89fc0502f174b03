from django.apps import AppConfig


class AibotConfig(AppConfig):
    name = "aibot"
    verbose_name = "Bot"

    def ready(self):
        from . import answers, model, tiers

        tiers.INSTALLED = tiers.Tiers(answers=answers, model=model, ears=model)
