"""celery -A bench.rivals.task_per_message.worker: the product's Celery application with this rival's task in it."""

from whatsapp_automation.celery import app

app.autodiscover_tasks(["bench.rivals.task_per_message"])

QUEUE = "task_per_message"
TASK = "bench.rivals.task_per_message.take"
