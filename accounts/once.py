"""A row that may be there once only: the database says whether it is."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from .errors import DomainError


@contextmanager
def once(code: str, field: str, words: str) -> Iterator[None]:
    """Raises DomainError (409), at ``field``, where a constraint refuses what is written within; that alone is rolled back then."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise DomainError(code, words, status=409, **{field: words}) from None
