from django.db import models


class WebhookEvent(models.Model):
    body = models.BinaryField()
    received_at = models.DateTimeField(auto_now_add=True)
    processed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "orm_delay"
        db_table = "webhook_event"
