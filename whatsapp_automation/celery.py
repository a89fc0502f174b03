"""The Celery application. Its tasks are wake-ups: what is to be done stands in PostgreSQL."""

import os

from celery import Celery
from celery.signals import setup_logging, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whatsapp_automation.settings")
# `migrate` and `check` look at everything before a worker starts; a worker that did it too would load every page for it.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("whatsapp_automation")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _keep_our_logging(**kwargs) -> None:
    """Celery leaves the loggers alone where somebody listens here: settings have set them up."""


@worker_ready.connect
def _first_heartbeat(sender, **kwargs) -> None:
    """A worker that has just started is well: /health/ready need not wait for its first sweep."""
    from conversations import wake

    for queue in sender.app.amqp.queues.consume_from:
        wake.beat_heart(queue)
