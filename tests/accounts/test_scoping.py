"""No query reaches a tenant's row without saying whose it is.

Every way that Django has is tried: a method that a new Django adds fails ``test_every_method_...`` until somebody has
thought of it.
"""

import inspect

import pytest
from asgiref.sync import async_to_sync
from django.db.models import Exists, Prefetch, QuerySet, Subquery
from django_scopes import scope, scopes_disabled
from django_scopes.exceptions import ScopeError

from accounts.models import Business, Product, Settings, WhatsAppNumber
from conversations.models import Contact

# What reads or writes nothing by itself.
HARMLESS = {"none", "using", "as_manager"}
ARGUMENTS = {
    "abulk_create": ([],),
    "abulk_update": ([], ["name"]),
    "acontains": (Product(),),
    "bulk_create": ([],),
    "bulk_update": ([], ["name"]),
    "complex_filter": ({},),
    "contains": (Product(),),
    "dates": ("updated_at", "day"),
    "datetimes": ("updated_at", "day"),
    "difference": (Business.objects.all(),),
    "intersection": (Business.objects.all(),),
    "raw": ("SELECT 1 AS id",),
    "union": (Business.objects.all(),),
}
METHODS = sorted(
    name
    for name in dir(QuerySet)
    if not name.startswith("_") and callable(getattr(QuerySet, name)) and name not in HARMLESS
)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_of_a_query_raises_without_a_scope(name):
    with pytest.raises(ScopeError):
        reach(getattr(Product.objects.get_queryset(), name)(*ARGUMENTS.get(name, ())))


def reach(made):
    """Go on until the database is reached: await a coroutine, run through an iterator."""
    if inspect.isawaitable(made):
        made = async_to_sync(_awaited)(made)
    if hasattr(made, "__aiter__"):
        return async_to_sync(_all_of)(made)
    return list(made) if hasattr(made, "__iter__") else made


async def _awaited(made):
    return await made


async def _all_of(made):
    return [row async for row in made]


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(lambda: list(Product.objects.all()), id="a loop"),
        pytest.param(lambda: async_to_sync(_all_of)(Product.objects.all()), id="an asynchronous loop"),
        pytest.param(lambda: bool(Product.objects.all()), id="a truth"),
        pytest.param(lambda: len(Product.objects.all()), id="a length"),
        pytest.param(lambda: Product.objects.all()[0], id="an index"),
        pytest.param(lambda: Product.objects.all()[:2], id="a slice"),
        pytest.param(lambda: Product() in Product.objects.all(), id="in"),
        pytest.param(lambda: list(Product.objects.using("default")), id="using"),
        pytest.param(lambda: list(Product.objects.all() | Product.objects.all()), id="or"),
        pytest.param(lambda: list(Business.objects.filter(pk__in=Product.objects.values("business"))), id="values in"),
        pytest.param(lambda: list(Business.objects.filter(pk__in=Product.objects.all())), id="a query in"),
        pytest.param(lambda: list(Business.objects.filter(Exists(Product.objects.all()))), id="exists"),
        pytest.param(lambda: list(Business.objects.annotate(p=Subquery(Product.objects.all()))), id="a subquery"),
        pytest.param(lambda: list(Business.objects.values("pk").union(Product.objects.all())), id="a union"),
        pytest.param(lambda: Product.objects.count(), id="the manager itself"),
        pytest.param(lambda: Settings.objects.get(), id="another model"),
    ],
)
def test_every_other_way_raises_without_a_scope(look):
    with pytest.raises(ScopeError):
        look()


def test_a_contacts_rows_are_out_of_reach_without_a_scope(dairy):
    with scope(business=dairy):
        contact = Contact.objects.create(business=dairy, phone="919876500001")
    with pytest.raises(ScopeError):
        contact.conversations.exists()
    with scopes_disabled():
        contacts = Contact.objects.prefetch_related("conversations")
        explicit = Contact.objects.prefetch_related(Prefetch("conversations"))
    for query in (contacts, explicit):
        with pytest.raises(ScopeError):
            list(query)


def test_nothing_can_be_written_without_a_scope(dairy, masala):
    new = {"business": dairy, "name": "Curd", "unit": "1 kg", "price": 80}
    for write in (
        lambda: Product(**new).save(),
        lambda: Product.objects.create(**new),
        lambda: Product.objects.bulk_create([Product(**new)]),
        lambda: Product.objects.get_or_create(**new),
        lambda: Product.objects.update_or_create(name="Curd", defaults=new),
        lambda: Product.objects.update(price=0),
        lambda: Product.objects.all().delete(),
    ):
        with pytest.raises(ScopeError):
            write()
    with scopes_disabled():
        assert Product.objects.count() == 4
        assert not Product.objects.filter(price=0).exists()


def test_inside_a_scope_only_its_own_rows_are_there(dairy, masala):
    with scope(business=dairy):
        assert {p.name for p in Product.objects.all()} == {"Cow ghee", "Fresh paneer", "Cow milk"}
        assert Product.objects.count() == 3
        assert not Product.objects.filter(name="Garam masala").exists()
        assert Product.objects.update(price=1) == 3
        assert WhatsAppNumber.objects.get().business == dairy
        assert async_to_sync(_names)() == {"Cow ghee", "Fresh paneer", "Cow milk"}
        with scope(business=masala):
            assert [p.name for p in Product.objects.all()] == ["Garam masala"]
        assert Product.objects.count() == 3
        assert Product.objects.all().delete()[0] == 3
    with scope(business=masala):
        assert Product.objects.get().price == 95


async def _names():
    return {product.name async for product in Product.objects.all()}


def test_a_scope_over_no_business_is_no_scope():
    with scope(business=None), pytest.raises(ScopeError):
        Product.objects.exists()


def test_a_row_of_another_business_cannot_be_made_inside_a_scope(dairy, masala):
    theirs = {"business": masala, "name": "Saffron", "unit": "1 g", "price": 300}
    with scope(business=dairy):
        for write in (
            lambda: Product(**theirs).save(),
            lambda: Product.objects.create(**theirs),
            lambda: Product.objects.bulk_create([Product(**theirs)]),
            lambda: Product.objects.get_or_create(**theirs),
            lambda: Product.objects.update_or_create(name="Saffron", defaults=theirs),
        ):
            with pytest.raises(ScopeError):
                write()
    with scope(business=masala):
        assert Product.objects.count() == 1


def test_a_row_cannot_be_moved_to_another_business(dairy, masala):
    with scope(business=dairy):
        ghee = Product.objects.get(name="Cow ghee")
        ghee.business = masala
        with pytest.raises(ScopeError):
            ghee.save()
    with scope(business=masala):
        assert Product.objects.count() == 1


def test_code_that_serves_all_businesses_says_so(dairy, masala):
    with scopes_disabled():
        assert Product.objects.count() == 4
        assert Product.objects.filter(name__in=["Cow milk", "Garam masala"]).count() == 2
    with pytest.raises(ScopeError):
        Product.objects.count()
