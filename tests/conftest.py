"""The common ground of the tests: two shops and their people, on the real PostgreSQL and Valkey.

Alice owns the dairy, Bob is an agent of hers, Vera may only look. Charlie owns the masala shop and must never see what
is the dairy's.
"""

import contextlib
import faulthandler
import gc
import importlib
import os
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import TransactionTestCase, override_settings
from django.utils import translation
from django.utils.text import slugify
from django_redis.exceptions import ConnectionInterrupted
from django_scopes import scope
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

from accounts import businesses, preferences
from accounts.models import Business, Membership, Product, User, WhatsAppNumber
from conversations import wake
from whatsapp_automation import onboarding
from whatsapp_automation.celery import app as celery_app

from . import database, factories

hypothesis_settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("ours")

# Whole folders share one running product, or one server and browser. A file of them that is named has a product, or a shop
# full of its own rows, for itself.
TOGETHER = ("tests/e2e/model", "tests/e2e", "tests/browser", "tests/together")
# What is begun first, since it takes longest: what waits much and what computes much in turn, so that no core is idle.
FIRST = (
    "tests/e2e",
    "tests/e2e/test_schema.py",
    "tests/browser",
    "tests/e2e/model",
    "tests/e2e/test_chaos.py",
    "tests/browser/test_hostile.py",
    "tests/together",
    "tests/e2e/test_canaries.py",
)
NOT_QUICK = ("e2e", "browser", "slow")
HERE = Path(__file__).parent
LAST_WORDS_AFTER = 600  # seconds: it may have run its last test long before the others have


def pytest_sessionstart(session):
    """Each process of a whole run reads other files first: in a new clone they compile the tests for each other, which costs ten
    seconds of a processor, instead of each the same ones for itself.
    """
    given = getattr(session.config, "workerinput", None)
    if not given or session.config.args != session.config.getini("testpaths"):
        return
    files = sorted(HERE.rglob("test_*.py"))
    start = len(files) * int(given["workerid"].removeprefix("gw")) // given["workercount"]
    for path in files[start:] + files[:start]:
        with contextlib.suppress(Exception, pytest.skip.Exception):  # collection tells of it
            importlib.import_module(".".join(path.relative_to(HERE.parent).with_suffix("").parts))


@pytest.hookimpl(trylast=True)  # the folders' own conftest marks their items before
def pytest_collection_modifyitems(items):
    rank = {name: place for place, name in enumerate(FIRST)}
    slow, quick = len(rank), len(rank) + 1
    items.sort(key=lambda item: rank.get(_group(item.nodeid), quick if _is_quick(item) else slow))


def _is_quick(item) -> bool:
    return not any(item.get_closest_marker(name) for name in NOT_QUICK)


def pytest_collection_finish():
    """What the tests are made of stays to the end: the garbage collector need not walk through it again and again. What they
    leave is looked for more seldom: a process of tests has the memory.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_sessionfinish(session):
    """A process of several that has run its tests and does not end says what each of its threads waits for, and ends. What is
    left is looked through once: pytest would do so five times more, and Python at its end.
    """
    if hasattr(session.config, "workerinput"):
        faulthandler.dump_traceback_later(LAST_WORDS_AFTER, exit=True)
    gc.collect()
    gc.freeze()


def pytest_xdist_make_scheduler(config, log):
    return Groups(config, log)


class Groups(LoadScopeScheduling):
    """Of the processes of a run, which one gets what: a file's tests share its fixtures and stay in one. (xdist's own mark
    for it, xdist_group, does nothing under this pytest.)"""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


def _group(nodeid: str) -> str:
    path = nodeid.partition("::")[0]
    return path if path in FIRST else next((folder for folder in TOGETHER if path.startswith(f"{folder}/")), path)


@pytest.fixture(autouse=True, scope="session")
def own_keys_in_valkey():
    """Keys of this run alone: a server that is being developed beside it keeps its own, and loses none."""
    mine = f"test-{os.getpid()}"
    options = celery_app.conf.broker_transport_options
    celery_app.conf.broker_transport_options = {**options, "global_keyprefix": f"{mine}:"}
    with override_settings(CACHES={"default": {**settings.CACHES["default"], "KEY_PREFIX": mine}}):
        yield
        with contextlib.suppress(*wake.BROKEN):  # tests that need no Valkey run without one
            _forget(mine)


def _forget(prefix: str) -> None:
    cache.delete_pattern("*")
    with celery_app.connection_for_write() as connection, connection.channel() as channel:
        for key in channel.client.scan_iter(f"{prefix}:*"):
            channel.client.delete(key.decode().removeprefix(f"{prefix}:"))


@pytest.fixture(autouse=True, scope="session")
def quick_settings():
    """A cheap hash for passwords; the static files are looked up when they are asked for, not listed for every client."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(autouse=True, scope="session")
def own_media_folder(tmp_path_factory):
    with override_settings(MEDIA_FOLDER=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture(autouse=True, scope="session")
def quick_emptying():
    """And the connection stays: a new one costs PostgreSQL a process, and that one the whole catalogue, read anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: database.empty())
        patch.setattr(TransactionTestCase, "_should_reload_connections", lambda case: False)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """In the place of pytest-django's own, which migrates a database for each process."""
    with contextlib.ExitStack() as stack:
        with django_db_blocker.unblock():
            stack.enter_context(database.copied())
        yield
        with django_db_blocker.unblock():
            stack.close()


@pytest.fixture(autouse=True)
def own_language():
    """A page that was asked for in Hindi leaves the thread in Hindi: not for the next test."""
    yield
    translation.deactivate()


@pytest.fixture
def empty_cache():
    """For tests of what the cache holds: nothing of an earlier test's is in it."""
    _empty_cache()
    yield
    _empty_cache()


def _empty_cache(tries: int = 4) -> None:
    """On a crowded machine Valkey may answer later than the product waits for it."""
    for _ in range(tries - 1):
        with contextlib.suppress(ConnectionInterrupted):
            cache.delete_pattern("*")
            return
    cache.delete_pattern("*")


@pytest.fixture
def alice(db) -> User:
    return User.objects.create_user("alice@shuddh-dairy.example", name="Alice")


@pytest.fixture
def bob(db) -> User:
    return User.objects.create_user("bob@shuddh-dairy.example", name="Bob")


@pytest.fixture
def vera(db) -> User:
    return User.objects.create_user("vera@shuddh-dairy.example", name="Vera")


@pytest.fixture
def charlie(db) -> User:
    return User.objects.create_user("charlie@masala-junction.example", name="Charlie")


@pytest.fixture
def dairy(alice, bob, vera) -> Business:
    """Alice's: with its default rules, three products and a number that the installation's secret signs for."""
    business = onboarding.open_business("Shuddh Dairy", owner=alice)
    businesses.add_member(business, bob, Membership.Role.AGENT, actor=alice)
    businesses.add_member(business, vera, Membership.Role.VIEWER, actor=alice)
    businesses.connect_number(
        business,
        factories.DAIRY_NUMBER,
        access_token="token-of-the-dairy-0001",
        waba_id=factories.DAIRY_WABA,
        display_phone_number="+91 80 4718 0011",
        actor=alice,
    )
    _products(
        business,
        [
            ("Cow ghee", "गाय का घी", "Gaay ka ghee", "1 kg", "750"),
            ("Fresh paneer", "ताज़ा पनीर", "Taaza paneer", "200 g", "90.50"),
            ("Cow milk", "गाय का दूध", "Gaay ka doodh", "1 litre", "72"),
        ],
    )
    return business


@pytest.fixture
def masala(charlie) -> Business:
    """Charlie's: its number belongs to a Meta app of its own."""
    business = onboarding.open_business("Masala Junction", owner=charlie)
    businesses.connect_number(
        business,
        factories.MASALA_NUMBER,
        access_token="token-of-the-masala-0002",
        app_secret=factories.MASALA_APP_SECRET,
        waba_id=factories.MASALA_WABA,
        display_phone_number="+91 80 4718 0022",
        actor=charlie,
    )
    _products(business, [("Garam masala", "गरम मसाला", "Garam masala", "100 g", "95")])
    return business


@pytest.fixture
def always_open(dairy) -> None:
    """For what is said by day, whenever the tests run."""
    preferences.change(dairy, actor=None, hours={})


@pytest.fixture
def dairy_number(dairy) -> WhatsAppNumber:
    with scope(business=dairy):
        return WhatsAppNumber.objects.get()


@pytest.fixture
def masala_number(masala) -> WhatsAppNumber:
    with scope(business=masala):
        return WhatsAppNumber.objects.get()


def _products(business: Business, rows: list[tuple]) -> None:
    with scope(business=business):
        Product.objects.bulk_create(
            Product(
                business=business,
                name=name,
                name_hi=hindi,
                name_roman=roman,
                unit=unit,
                slug=slugify(f"{name} {unit}"),
                price=Decimal(price),
                position=place,
            )
            for place, (name, hindi, roman, unit, price) in enumerate(rows)
        )
