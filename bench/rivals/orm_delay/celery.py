"""The rival's Celery application. Its worker is not run: intake alone is measured, as for the others."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.rivals.orm_delay.settings")

app = Celery("orm_delay")
app.config_from_object("django.conf:settings", namespace="CELERY")
