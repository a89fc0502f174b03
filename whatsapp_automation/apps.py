import gc

from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "whatsapp_automation"
    verbose_name = "Installation"

    def ready(self):
        from . import celery  # noqa: F401 - whoever wakes a queue needs the application

        gc.freeze()  # nor is it looked through later
        gc.enable()
