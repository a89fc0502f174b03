"""A webhook in Django as most are written: ORM insert, then a Celery task for each event."""

from .celery import app

__all__ = ["app"]
