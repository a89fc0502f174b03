"""Wiring: settings, addresses, Celery, the embedded services. It may import every app; no app imports it."""
