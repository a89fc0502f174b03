"""The drain's work as one Celery task for each message, with plain ORM, on the product's own tables."""
