"""script/bench tiers: most of what customers write no rule answers. How long for an answer by meaning, and how long for a rule meanwhile?

Signed webhooks of new customers are posted to the web process in an open loop at 20 a second, on four numbers of two businesses that
have the demo's answers. Of 100 lines 92 are answered by no rule: bench.parts.unruled has left out those that one would, and the rows
of what rules answered must say the same afterwards. They are asked as the owner has written them, in other words, and about nothing that
an answer is about.
The product runs as script/server starts it, with the matcher that this machine has; no model is set up, so what no answer is surely
meant by gets a question back or the fallback, once the customer is quiet. A wait is from the moment when the message was due at
the webhook to the moment when the simulator had read the Graph call; those of answers alone are the answers' figure.
"""

import argparse
import contextlib
import json
import os
import sys
import time
from collections import defaultdict
from dataclasses import dataclass

import psycopg

from bench.parts import bodies, ground, shops
from bench.parts.figures import end_with, percentile, table
from bench.parts.processes import cpu_seconds, wait_for
from bench.reply import Simulator, generate
from whatsapp_automation.embedded.environment import Ports
from whatsapp_automation.embedded.stack import Stack
from whatsapp_automation.embedded.supervisor import Program, StartError
from whatsapp_automation.embedded.terminal import say, step

NUMBERS = 4
APART = Ports(web=18500, simulator=19500)
ROUND, RULED = 25, (6, 18)  # of so many messages those at these places are for a rule: 8 of 100
AS_WRITTEN, REWORDED, ELSE, BY_RULE = "as the owner wrote it", "in other words", "no answer is about it", "for a rule"

# What became of each customer's message: the source of what was queued for it.
REPLIES = """
    SELECT p.phone, m.source, m.source_name FROM conversations_message m
    JOIN conversations_conversation c ON c.id = m.conversation_id JOIN conversations_contact p ON p.id = c.contact_id
    WHERE m.direction = 'out' AND p.phone = ANY(%s)
"""
# Which messages rules have answered, and which have a turn of the tiers above.
ANSWERED = """
    SELECT p.phone, EXISTS (SELECT FROM aibot_rulematch r WHERE r.message_id = m.id) AS by_rule,
           EXISTS (SELECT FROM aibot_turn t WHERE t.message_id = m.id) AS has_turn
    FROM conversations_message m
    JOIN conversations_conversation c ON c.id = m.conversation_id JOIN conversations_contact p ON p.id = c.contact_id
    WHERE m.direction = 'in' AND p.phone = ANY(%s)
"""
QUESTIONS = """
    SELECT e.text FROM aibot_example e JOIN aibot_answer a ON a.id = e.answer_id AND a.enabled GROUP BY e.text ORDER BY e.text
"""


@dataclass(frozen=True)
class Post:
    due: float
    phone: str
    kind: str  # of its line
    request: bytes


def main() -> None:
    options = _options()
    local = ground.require_bench() / "tiers"
    ground.flush()
    url = ground.new_database("bench_tiers")
    secret = os.environ["WHATSAPP_APP_SECRET"]
    lines = shops.lines(NUMBERS, secret)
    given = ground.outside_env() | shops.settings_of(url, secret, lines)
    with Stack(local, given, preferred=APART, say=say) as stack, psycopg.connect(url, autocommit=True) as database:
        stack.start_services()
        with step("Applying migrations"):
            shops.open_shops(stack.supervisor, stack.env, lines)
        with step("The demo's answers"):
            command = (sys.executable, "-m", "bench.parts.write_answers")
            stack.supervisor.run(Program(name="write-answers", command=command, env=stack.env))
        with step("Starting the product"):
            stack.start_programs()
        simulator = Simulator(int(stack.env["SIMULATOR_URL"].rpartition(":")[2]))
        simulator.put("/_sim/faults", {"limits": {"window": False}})
        said = _unruled(stack, [row[0] for row in database.execute(QUESTIONS)])
        _offer(stack, simulator, database, _posts(lines, said, 10, 10, run=0), 10)  # warm
        posts = _posts(lines, said, options.rate, options.seconds, run=1)
        waits, used = _offer(stack, simulator, database, posts, options.rate)
        without = _without_a_rule(database, posts)
    _report(waits, used, len(posts), *without)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench tiers")
    parser.add_argument("--rate", type=int, default=20, help="messages a second")
    parser.add_argument("--seconds", type=int, default=60)
    return parser.parse_args()


def _unruled(stack: Stack, questions: list[str]) -> dict[str, list[str]]:
    """The lines of each kind that no rule answers, in the order in which they are said."""
    reworded = [f"please tell me, {asked[:1].lower()}{asked[1:]}" for asked in questions]
    path = stack.local / "unruled.json"
    path.write_text(json.dumps({AS_WRITTEN: questions, REWORDED: reworded, ELSE: bodies.OTHER}))
    with step("Leaving out what a rule would answer"):
        command = (sys.executable, "-m", "bench.parts.unruled", str(path))
        stack.supervisor.run(Program(name="unruled", command=command, env=stack.env))
    return json.loads(path.read_text())


def _posts(lines: list[shops.Line], said: dict[str, list[str]], rate: int, seconds: int, run: int) -> list[Post]:
    """``rate * seconds`` messages, each of a customer of its own; of what no rule answers the kinds take turns."""
    posts = []
    for place in range(rate * seconds):
        kind = BY_RULE if place % ROUND in RULED else list(said)[place % len(said)]
        texts = bodies.RULED if kind == BY_RULE else said[kind]
        phone, line = f"9195{run:02d}{place:06d}", lines[place % len(lines)]
        body = bodies.message(line, phone, texts[place % len(texts)], f"wamid.tiers.{phone}")
        posts.append(Post(place / rate, phone, kind, bodies.request(body, line.app_secret)))
    return posts


def _without_a_rule(database, posts: list[Post]) -> tuple[float, int]:
    """The share of what was offered, and how many of them have a turn, by the rows. Exits where a message went another way than it
    was meant to.
    """
    told = database.execute(ANSWERED, [[post.phone for post in posts]])
    rows = {phone: (by_rule, has_turn) for phone, by_rule, has_turn in told}
    meant = {post.phone: post.kind == BY_RULE for post in posts}
    wrong = [phone for phone, (by_rule, has_turn) in rows.items() if by_rule != meant[phone] or (by_rule and has_turn)]
    if wrong or len(rows) < len(posts):
        sys.exit(f"{len(rows)} of {len(posts)} lines have come, {len(wrong)} of them went another way: {wrong[:3]}")
    return sum(not by_rule for by_rule, _ in rows.values()) / len(rows), sum(has_turn for _, has_turn in rows.values())


def _offer(stack: Stack, simulator: Simulator, database, posts: list[Post], rate: int) -> tuple[dict, dict]:
    """((kind of the line, tier) -> the waits in ms, process -> ms of CPU a message). Exits where a customer was answered twice."""
    path = stack.local / "requests"
    bodies.write_requests(path, (post.request for post in posts))
    since, before = simulator.last_call(), _cpu(stack)
    start = time.time() + 1.5
    generate(path, int(stack.env["PORT"]), rate, start)
    calls = _wait_for_replies(simulator, since, len(posts))
    used = {name: (after - before[name]) * 1000 / len(posts) for name, after in _cpu(stack).items()}
    arrived = defaultdict(list)
    for call in calls:
        arrived[call["body"]["to"].removeprefix("+")].append(call["received_at"])
    tiers = {
        phone: _tier(source, name) for phone, source, name in database.execute(REPLIES, [[p.phone for p in posts]])
    }
    waits = defaultdict(list)
    for post in posts:
        if len(arrived[post.phone]) > 1:
            sys.exit(f"{post.phone} was answered {len(arrived[post.phone])} times")
        for at in arrived[post.phone]:
            waits[post.kind, tiers.get(post.phone, "none")].append((at - start - post.due) * 1000)
    return waits, used


def _tier(source: str, name: str) -> str:
    return "asked" if source == "answer" and name == "Did you mean ...?" else source


def _wait_for_replies(simulator: Simulator, since: int, wanted: int) -> list[dict]:
    calls = []

    def all_there() -> bool:
        calls[:] = simulator.sends_since(since)
        return len(calls) >= wanted

    with contextlib.suppress(StartError):
        wait_for(all_there, "replies", within=60, pause=0.5)
    time.sleep(0.5)  # one reply too many would come now
    return simulator.sends_since(since)


def _cpu(stack: Stack) -> dict[str, float]:
    pids = {name: stack.supervisor.pid(name) for name in stack.supervisor.names()}
    return {name: cpu_seconds(pid, name) for name, pid in pids.items() if pid}


def _report(waits: dict, used: dict, offered: int, share: float, turns: int) -> None:
    tiers = defaultdict(list)
    for (_, tier), of in waits.items():
        tiers[tier] += of
    say("\nFrom the due time of a customer's message at the webhook to the Graph call with its reply")
    say(
        table(
            ["line", "tier", "messages", "p50 ms", "p95", "p99", "most"],
            [_row(*key, of) for key, of in sorted(waits.items())],
        )
    )
    say(
        table(
            ["", "tier", "messages", "p50 ms", "p95", "p99", "most"],
            [_row("all", *key_of) for key_of in sorted(tiers.items())],
        )
    )
    say(
        f"{share:.1%} of {offered} lines were answered by no rule, by the rows of rules' matches; {turns} of them have a turn"
    )
    parts = ", ".join(f"{name} {ms:.1f}" for name, ms in sorted(used.items(), key=lambda one: -one[1]))
    say(f"CPU ms a message: {parts}; all {sum(used.values()):.1f}")
    figures = {f"{tier}_p95_ms": round(percentile(tiers[tier], 0.95), 1) for tier in ("answer", "rule")}
    end_with({"bench": "tiers", **figures, "offered": offered, "handled": sum(len(of) for of in waits.values())})


def _row(line: str, tier: str, of: list[float]) -> list[str]:
    return [
        line,
        tier,
        str(len(of)),
        *(f"{percentile(of, share):.0f}" for share in (0.5, 0.95, 0.99)),
        f"{max(of):.0f}",
    ]


if __name__ == "__main__":
    main()
