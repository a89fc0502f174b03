"""Every row of a tenant belongs to one business, and no query reaches it without saying which.

``django_scopes.scope(business=...)`` opens a scope, ``scopes_disabled()`` lifts it (for code that serves all
businesses). The plain library lets ``exists()``, async iteration, sub-queries and creation through without a scope;
``ScopedManager`` does not:

    Product.objects.exists()                               -> ScopeError
    Business.objects.filter(id__in=Product.objects.values("business"))  -> ScopeError
    with scope(business=alices): Product.objects.create(business=bobs)   -> ScopeError
"""

from django.db import models
from django_scopes import get_scope
from django_scopes.exceptions import ScopeError
from django_scopes.manager import DisabledQuerySet

from .ids import uuid7


class _Refused(DisabledQuerySet):
    """What a manager hands out when no scope is open: whatever would reach the database raises ScopeError."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("missing_scopes", ["business"])
        super().__init__(*args, **kwargs)

    def _refuse(self, *args, **kwargs):
        raise ScopeError("Open a scope first: with scope(business=...). This query names no business.")

    __aiter__ = __contains__ = _refuse
    _fetch_all = exists = contains = _refuse
    aexists = acount = aget = afirst = alast = aiterator = acontains = _refuse
    exclude = distinct = alias = in_bulk = explain = select_related = prefetch_related = defer = _refuse
    intersection = difference = extra = bulk_update = bulk_create = _refuse
    create = get_or_create = update_or_create = _refuse
    resolve_expression = as_manager = _refuse
    query = property(_refuse)  # what Subquery, Exists and a union take

    def none(self):
        return models.QuerySet(self.model, using=self._db).none()

    def using(self, alias):
        return type(self)(self.model, using=alias)


class _Owned(models.QuerySet):
    """Rows of one business, which may only create rows of that business."""

    def bulk_create(self, objs, *args, **kwargs):
        objs = list(objs)
        for row in objs:
            check_business(row)
        return super().bulk_create(objs, *args, **kwargs)


class ScopedManager(models.Manager.from_queryset(_Owned)):
    """The manager of a model with ``business``: the rows of the scope's business, or ScopeError."""

    def get_queryset(self):
        current = get_scope()
        if not current.get("_enabled", True):
            return super().get_queryset()
        if current.get("business") is None:
            return _Refused(self.model, using=self._db)
        return super().get_queryset().filter(business=current["business"])


def check_business(row: models.Model) -> None:
    """Refuse to write a row without an open scope, or for another business than the scope's."""
    current = get_scope()
    if not current.get("_enabled", True):
        return
    business = current.get("business")
    if business is None:
        raise ScopeError(f"Open a scope before you save a {type(row).__name__}.")
    if row.business_id != business.pk:
        raise ScopeError(f"This {type(row).__name__} belongs to another business than the open scope.")


class OwnedModel(models.Model):
    """A row of one business, with a public id. Its indexes and constraints begin with ``business``: it needs none of
    its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    business = models.ForeignKey("accounts.Business", on_delete=models.CASCADE, db_index=False, related_name="+")

    objects = ScopedManager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        check_business(self)
        super().save(*args, **kwargs)


class TiedModel(OwnedModel):
    """A row whose parent is of the same business by a composite key (see the migrations): that key says that the
    business is there, and the database need not look it up once more for each row.
    """

    business = models.ForeignKey(
        "accounts.Business", on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )

    class Meta:
        abstract = True
