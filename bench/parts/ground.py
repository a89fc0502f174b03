"""What every benchmark stands on: new databases of its own and an empty broker."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis
from psycopg import sql

from whatsapp_automation.embedded.environment import without_settings
from whatsapp_automation.embedded.paths import local_dir


def require_bench() -> Path:
    """The benchmarks' own folder. Exits where script/bench has not prepared it: we drop databases and flush."""
    if local_dir().name != "bench" or not os.environ.get("DATABASE_URL"):
        sys.exit("Run it with script/bench NAME: it makes a database of its own.")
    return local_dir()


def new_database(name: str) -> str:
    """Make the database anew, empty; its URL."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def existing_database(name: str) -> str | None:
    """Its URL, where an earlier run left one."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    return urlsplit(url)._replace(path=f"/{name}").geturl() if found else None


def redis_url(database: int) -> str:
    return urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{database}").geturl()


def flush(database: int | None = None) -> None:
    """Empty one database of the broker, or all of them."""
    with redis.Redis.from_url(os.environ["REDIS_URL"] if database is None else redis_url(database)) as broker:
        broker.flushall() if database is None else broker.flushdb()


def outside_env() -> dict[str, str]:
    """This process's environment without the product's settings: for rivals, and for a Stack of its own."""
    return without_settings(os.environ)
