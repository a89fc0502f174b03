"""script/bench inbox: what the agents' pages and the search cost in a small business and in a large one.

Two businesses of one database: 1,000 conversations, and 100,000 with 1,000,000 messages, both by manage.py make_history. The pages
are asked for by Django's test client, signed in as an agent, so that all but the network is in it; each answer must be 200.
A page that is missing ends the benchmark with 1. Search is asked for by kind, in the large business.
"""

import argparse
import logging
import os
import random
import sys
import time
from collections.abc import Callable

import django

from bench.parts import ground
from bench.parts.figures import end_with, percentile, spread, table
from bench.parts.processes import supervised
from whatsapp_automation.embedded.programs import manage
from whatsapp_automation.embedded.terminal import say, step

# What is timed: where it is asked for. {id} is a conversation, {after} the seq of its third message from the end.
INBOX = {
    "list": "/inbox/",
    "thread": "/inbox/{id}",
    "live": "/inbox/{id}/live?after={after}",
    "search": "/inbox/?q={words}",
}
ADMIN = {
    "list": "/admin/conversations/conversation/",
    "thread": "/admin/conversations/conversation/{id}/change/",
    "live": "/admin/conversations/conversation/{id}/thread/",
}
SIZES = {"small": (1_000, 10_000), "large": (100_000, 1_000_000)}  # conversations, messages
KINDS = {
    "rare": "kumkumadi",  # in one of 100,000 messages
    "tenth": "delivery",  # in 10 % of them
    "two_words": "delivery halwa",  # both frequent, together in 0.13 %
    "never_together": "kumkumadi delivery",
    "two_letters": "pa",
    "hindi": "केसर",
    "romanised": "kesar",
    "phone": "034567",
    "name": "kavita iyer",
    "frequent_name": "kumar",
    "name_and_word": "kavita iyer delivery",
    "frequent_name_and_word": "kumar delivery",
    "frequent_name_and_rare": "kumar kumkumadi",
}


class Missing(Exception):
    """A page that is not there, or does not answer with 200."""


def main() -> None:
    options = _options()
    local = ground.require_bench() / "inbox"
    sizes = {**SIZES, "large": (options.conversations, options.messages)}
    with supervised(local) as supervisor:
        ground.flush()
        url = _database("bench_inbox", options.keep)
        os.environ["DATABASE_URL"] = url
        with step("Applying migrations"):
            supervisor.run(manage(("migrate", "--noinput"), dict(os.environ)))
        _set_up_django()
        businesses = {name: _business(name) for name in sizes}
        made = {name: _history(supervisor, name, *size) for name, size in sizes.items()}
    _settle()
    try:
        times = {name: _pages(businesses[name], options) for name in sizes}
        found = _searches(businesses["large"], options)
    except Missing as missing:
        sys.exit(str(missing))
    _report(times, found, made["large"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench inbox")
    parser.add_argument("--conversations", type=int, default=SIZES["large"][0])
    parser.add_argument("--messages", type=int, default=SIZES["large"][1])
    parser.add_argument("--rounds", type=int, default=40, help="times that each page is asked for")
    parser.add_argument("--keep", action="store_true", help="take the last run's database, where it is there")
    parser.add_argument("--admin", action="store_true", help="the admin's pages in the place of the inbox's")
    return parser.parse_args()


# --- what there is --------------------------------------------------------------------------------------------------------


def _database(name: str, keep: bool) -> str:
    url = ground.existing_database(name) if keep else None
    return url or ground.new_database(name)


def _set_up_django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "whatsapp_automation.settings"
    django.setup()
    logging.disable(logging.INFO)  # a line for each request


def _business(name: str):
    """The business and its agent, who is signed in by the client."""
    from accounts import businesses
    from accounts.models import Business, Membership, User

    business = Business.objects.filter(slug=name).first()
    if business is None:
        business = businesses.create(name.capitalize(), slug=name)
        agent = User.objects.create_user(f"agent@{name}.example", name="Agent")
        businesses.add_member(business, agent, Membership.Role.AGENT)
    return business


def _history(supervisor, name: str, conversations: int, messages: int) -> float:
    """Seconds that make_history took; 0 where its rows are there from the last run."""
    from django_scopes import scope

    from accounts.models import Business
    from conversations.models import Conversation

    with scope(business=Business.objects.get(slug=name)):
        if Conversation.objects.exists():
            return 0.0
    begun = time.monotonic()
    arguments = ("--business", name, "--conversations", str(conversations), "--messages", str(messages))
    with step(f"Making {messages} messages in {conversations} conversations"):
        supervisor.run(manage(("make_history", *arguments), dict(os.environ)))
    return time.monotonic() - begun


def _settle() -> None:
    """What PostgreSQL does by itself within a minute of such a load, done before the clock runs."""
    from django.db import connection

    with connection.cursor() as cursor, step("VACUUM ANALYZE"):
        cursor.execute("VACUUM ANALYZE")


# --- measuring ------------------------------------------------------------------------------------------------------------


def _pages(business, options) -> dict[str, list[float]]:
    """Page -> milliseconds of each round, of other conversations each time."""
    addresses = ADMIN if options.admin else INBOX
    get, times = _client(business), {}
    conversations = _some_conversations(business, options.rounds)
    for name in ("list", "thread", "live"):
        get(addresses[name].format(id=conversations[0][0], after=0))  # imports, templates, prepared plans
        times[name] = [get(addresses[name].format(id=pk, after=after)) for pk, after in conversations]
    return times


def _some_conversations(business, count: int) -> list[tuple]:
    """(id, seq of the third message from its end), at random."""
    from django_scopes import scope

    from conversations.models import Conversation, Message

    with scope(business=business):
        ids = list(Conversation.objects.order_by("-last_message_at").values_list("pk", flat=True)[:1_000])
        picked = random.Random(6).sample(ids, min(count, len(ids)))
        seqs = {
            pk: list(Message.objects.filter(conversation=pk).order_by("-seq").values_list("seq", flat=True)[:3])
            for pk in picked
        }
    return [(pk, seqs[pk][-1]) for pk in picked]


def _client(business) -> Callable[[str], float]:
    """Ask for an address; the milliseconds until its whole answer was there. Raises Missing."""
    from django.test import Client

    from accounts.models import Membership

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(Membership.objects.get(business=business).user)

    def get(address: str) -> float:
        begun = time.perf_counter()
        answer = client.get(address)
        body = b"".join(answer) if answer.streaming else answer.content
        took = (time.perf_counter() - begun) * 1000
        if answer.status_code != 200 or not body:
            raise Missing(f"{address} answered {answer.status_code}")
        return took

    return get


def _searches(business, options) -> dict[str, tuple[list[float], int]]:
    """Kind -> milliseconds of each round, and how many hits the first page has."""
    from urllib.parse import quote

    from django_scopes import scope

    from conversations import search

    get = None if options.admin else _client(business)
    found = {}
    for kind, words in KINDS.items():
        with scope(business=business):
            hits = len(search.search(words).hits)

            def ask(words=words) -> float:
                if get:
                    return get(INBOX["search"].format(words=quote(words)))
                begun = time.perf_counter()
                search.search(words)
                return (time.perf_counter() - begun) * 1000

            found[kind] = [ask() for _ in range(max(options.rounds // 4, 3))], hits
    return found


def _report(times: dict, found: dict, made: float) -> None:
    middle = {size: {name: percentile(ms, 0.5) for name, ms in pages.items()} for size, pages in times.items()}
    growth = {name: round(middle["large"][name] / middle["small"][name], 2) for name in middle["large"]}
    say("\nMilliseconds, median [least..most]")
    rows = [[name, *(spread(times[size][name], "{:.1f}") for size in times), f"{growth[name]:.2f}"] for name in growth]
    say(table(["page", *times, "large is x"], rows))
    say("")
    rows = [[kind, KINDS[kind], str(hits), spread(ms, "{:.1f}")] for kind, (ms, hits) in found.items()]
    say(table(["search", "words", "hits", "ms"], rows))
    kinds = {kind: round(percentile(ms, 0.5), 1) for kind, (ms, _) in found.items()}
    say(f"median of the kinds {percentile(list(kinds.values()), 0.5):.1f} ms, the worst {max(kinds.values()):.1f} ms")
    ms = {name: round(value, 1) for name, value in middle["large"].items()}
    end_with({"bench": "inbox", "ms": {**ms, "search": kinds}, "growth": growth, "make_history_s": round(made)})


if __name__ == "__main__":
    main()
