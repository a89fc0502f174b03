"""Write products: the page, the API and the admin all come here. Each change is in the audit log."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from . import audit
from .errors import DomainError
from .models import Business, Product, User
from .once import once

MOST = 1000  # of a business: a rule that looks for a product looks at all of them
LEAST_PRICE = Decimal("0.01")
FIELDS = ("name", "name_hi", "name_roman", "aliases", "unit", "price", "active", "position")


def valid_price(value: Decimal) -> None:
    """What costs nothing is nearly always a slip, and each customer who asks would be told so. Raises ValidationError."""
    if value < LEAST_PRICE:
        raise ValidationError(_("A price is %s at least.") % LEAST_PRICE)


@transaction.atomic
def add(business: Business, *, actor: User | None, **fields) -> Product:
    """Raises ValidationError, with the field's name as its key; DomainError: product_exists (409) where there is one of this
    name and unit, too_many_products (409).
    """
    Business.objects.select_for_update(no_key=True).get(pk=business.pk)  # one at a time: the count is right
    if Product.objects.filter(business=business).count() >= MOST:
        raise DomainError("too_many_products", _("A business has %s products at most.") % MOST, status=409)
    product = Product(business=business, **fields)
    product.full_clean(validate_constraints=False)
    _check_price(product)
    product.slug = slug_for(product, set(Product.objects.filter(business=business).values_list("slug", flat=True)))
    with _once():
        product.save()
    audit.record("product.added", business=business, actor=actor, target=str(product.pk), after=_told(product, fields))
    return product


def slug_for(product: Product, taken: Collection[str]) -> str:
    """What texts call a new product: "cow-ghee-1-kg". Small Latin letters and digits alone, so that it can be typed; of a name
    that has none, "product".
    """
    name = next((made for made in map(slugify, (product.name, product.name_roman)) if made), "product")
    wanted = "-".join(filter(None, (name[:40].strip("-"), slugify(product.unit))))
    number = 1
    slug = wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug


@transaction.atomic
def change(product: Product, *, actor: User | None, **fields) -> Product:
    """Change the named fields alone. Raises as ``add`` does."""
    held = Product.objects.select_for_update().get(pk=product.pk)
    before = _told(held, fields)
    for name, value in fields.items():
        setattr(held, name, value)
    after = _told(held, fields)
    changed = [name for name in fields if before[name] != after[name]]
    held.clean_fields(exclude={f.name for f in held._meta.fields} - set(changed))  # the rest may have been right once
    if "price" in changed:
        _check_price(held)
    if changed:
        with _once():
            held.save(update_fields=[*changed, "updated_at"])
        _record("product.changed", held, actor, {n: before[n] for n in changed}, {n: after[n] for n in changed})
    return held


@transaction.atomic
def remove(product: Product, *, actor: User | None) -> None:
    """Of several at once one removes it. Raises Product.DoesNotExist for the others."""
    held = Product.objects.select_for_update().get(pk=product.pk)
    _record("product.removed", held, actor, _told(held, FIELDS), {})
    held.delete()


def _check_price(product: Product) -> None:
    try:
        valid_price(product.price)
    except ValidationError as error:
        raise ValidationError({"price": error}) from None


def _once() -> AbstractContextManager[None]:
    return once("product_exists", "name", _("There is a product of this name and unit already."))


def _record(action: str, product: Product, actor: User | None, before: dict, after: dict) -> None:
    audit.record(action, business=product.business, actor=actor, target=str(product.pk), before=before, after=after)


def _told(product: Product, names) -> dict:
    """Values as JSON holds them."""
    values = {name: getattr(product, name) for name in names if name in FIELDS}
    return values | ({"price": str(values["price"])} if "price" in values else {})
