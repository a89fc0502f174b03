"""script/bench reply: how long a customer waits for the rule's answer, through the whole running product.

Signed webhooks of new customers are posted to the web process in an open loop at 50, 100 and 200 a second, on four
numbers of two businesses; about half of the lines match a rule, the others get the fallback text, so that each message has
exactly one reply. Every tenth customer writes a second line half a second later. Web, both workers, beat and the
simulator run as script/server starts them; the simulator is the Graph API, and its statuses (sent, delivered) come back
as webhooks meanwhile. A reply's time is from the moment when the customer's message was due at the webhook to the
moment when the simulator had read the Graph call.
"""

import argparse
import contextlib
import http.client
import json
import math
import os
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.parts import bodies, ground, shops
from bench.parts.figures import end_with, percentile, table
from bench.parts.processes import cpu_seconds, postgres_pid, wait_for
from whatsapp_automation.embedded.environment import Ports
from whatsapp_automation.embedded.paths import REPO
from whatsapp_automation.embedded.stack import Stack
from whatsapp_automation.embedded.supervisor import StartError
from whatsapp_automation.embedded.terminal import say, step

NUMBERS = 4
SECOND_LINE = 0.5  # seconds after the first
AT_LEAST_DELIVERED = (60, 70, 80)  # conversations.models.Status: delivered, read, played

DELIVERED = """
    SELECT count(*) FROM conversations_message m
    JOIN conversations_conversation c ON c.id = m.conversation_id
    JOIN conversations_contact p ON p.id = c.contact_id
    WHERE m.direction = 'out' AND m.status = ANY(%s) AND p.phone = ANY(%s)
"""
# The wamid of each customer's message that the web process stored first.
ARRIVAL = """
    SELECT DISTINCT ON (phone) phone, wamid FROM (
        SELECT id, message ->> 'from' AS phone, message ->> 'id' AS wamid
        FROM webhooks_delivery, jsonb_path_query(convert_from(body, 'UTF8')::jsonb, '$.entry[*].changes[*].value.messages[*]') AS message
    ) m
    WHERE phone = ANY(%s) ORDER BY phone, id
"""


@dataclass(frozen=True)
class Post:
    """One message of a customer, and when it is due."""

    due: float  # seconds after the start
    phone: str
    place: int  # the customer's 1st or 2nd message
    kind: str  # of the reply: see _kind
    request: bytes


@dataclass(frozen=True)
class Result:
    rate: int
    offered: int
    waits_ms: list[float]  # of each message that was answered
    settled: int  # replies that the database says reached the customer
    in_order: bool
    generator: dict
    cpu_ms: dict[str, float]  # a message, by process


def main() -> None:
    options = _options()
    local = ground.require_bench() / "reply"
    ground.flush()
    url = ground.new_database("bench_reply")
    secret = os.environ["WHATSAPP_APP_SECRET"]
    lines = shops.lines(NUMBERS, secret)
    given = ground.outside_env() | shops.settings_of(url, secret, lines)
    # Far from script/server's ports: it may run here too.
    apart = Ports(web=18300, simulator=19300)
    with Stack(local, given, preferred=apart, say=say) as stack, psycopg.connect(url, autocommit=True) as database:
        stack.start_services()
        with step("Applying migrations"):
            shops.open_shops(stack.supervisor, stack.env, lines)
        with step("Starting the product"):
            stack.start_programs()
        simulator = Simulator(int(stack.env["SIMULATOR_URL"].rpartition(":")[2]))
        # The generator posts to the product itself: the simulator has not seen these customers write.
        simulator.put("/_sim/faults", {"limits": {"window": False}})
        _offer(stack, simulator, database, 50, _posts(lines, 50, 4, run=0))  # warm
        results = []
        for run, rate in enumerate(options.rates, start=1):
            posts = _posts(lines, rate, options.seconds, run)
            results.append(_offer(stack, simulator, database, rate, posts))
            _say(results[-1])
    _report(results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench reply")
    parser.add_argument("--rates", type=int, nargs="+", default=[50, 100, 200], help="messages a second")
    parser.add_argument("--seconds", type=int, default=12, help="for each rate")
    return parser.parse_args()


class Simulator:
    """The control API of simulator/README.md."""

    def __init__(self, port: int):
        self._port = port

    def get(self, path: str) -> dict:
        return self._ask("GET", path, None)

    def put(self, path: str, body: dict) -> dict:
        return self._ask("PUT", path, json.dumps(body))

    def sends_since(self, n: int) -> list[dict]:
        """Graph calls that sent a message and were accepted, after call number ``n``."""
        calls = self.get(f"/_sim/calls?since={n}")["calls"]
        return [call for call in calls if call["status"] == 200 and call["wamid"]]

    def last_call(self) -> int:
        """The number of the newest call."""
        return self.get(f"/_sim/calls?since={self._seen()}")["last"]

    def _seen(self) -> int:
        """Steps forward in thousands, so that no answer is large."""
        n = 0
        while (last := self.get(f"/_sim/calls?since={n}&limit=1000")["last"]) != n:
            n = last
        return n

    def _ask(self, method: str, path: str, body: str | None) -> dict:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)) as line:
            line.request(method, path, body, {"Content-Type": "application/json"})
            answer = line.getresponse()
            data = json.loads(answer.read())
        if answer.status != 200:
            sys.exit(f"The simulator answered {answer.status} to {path}: {data}")
        return data


# --- what the customers write -----------------------------------------------------------------------------------------


def _posts(lines: list[shops.Line], rate: int, seconds: int, run: int) -> list[Post]:
    """``rate * seconds`` messages, in the order in which they are due. Each ``run`` has its own customers."""
    count, later, posts, customer = rate * seconds, [], [], 0
    ahead = math.ceil(SECOND_LINE * rate)
    for slot in range(count):
        if later and later[0][0] <= slot:
            _, phone, line, place = later.pop(0)
            posts.append(_post(slot / rate, phone, place, line, "thanks", "bye"))
            continue
        phone, line = f"9197{run:02d}{customer:06d}", lines[customer // 2 % len(lines)]
        text = "hi" if _writes_twice(phone) else bodies.line_of(customer)
        posts.append(_post(slot / rate, phone, 1, line, text, "greeting" if _writes_twice(phone) else ""))
        if _writes_twice(phone) and slot + ahead < count:
            later.append((slot + ahead, phone, line, 2))
        customer += 1
    return posts


def _post(due: float, phone: str, place: int, line: shops.Line, text: str, kind: str) -> Post:
    body = bodies.message(line, phone, text, f"wamid.reply.{phone}.{place}")
    return Post(due, phone, place, kind, bodies.request(body, line.app_secret))


# --- measuring --------------------------------------------------------------------------------------------------------


def _offer(stack: Stack, simulator: Simulator, database, rate: int, posts: list[Post]) -> Result:
    path = stack.local / "requests"
    bodies.write_requests(path, (post.request for post in posts))
    since, before = simulator.last_call(), _cpu(stack)
    start = time.time() + 1.5
    generator = generate(path, int(stack.env["PORT"]), rate, start)
    calls = _wait_for_replies(simulator, since, len(posts))
    used = {name: (after - before[name]) * 1000 / len(posts) for name, after in _cpu(stack).items()}
    settled = _wait_settled(database, posts)
    waits = _match(posts, calls, start)
    return Result(rate, len(posts), waits, settled, _in_order(database, posts, calls), generator, used)


def generate(path: Path, port: int, rate: int, start: float) -> dict:
    command = [sys.executable, "-m", "bench.parts.open_loop", str(path), str(port), str(rate), str(start)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=REPO)
    return json.loads(ran.stdout)


def _wait_for_replies(simulator: Simulator, since: int, wanted: int) -> list[dict]:
    """The calls, once there are as many as wanted; or what there is after a long wait."""
    calls = []

    def all_there() -> bool:
        calls[:] = simulator.sends_since(since)
        return len(calls) >= wanted

    with contextlib.suppress(StartError):
        wait_for(all_there, "replies", within=60, pause=0.5)
    time.sleep(0.5)  # one reply too many would come now
    return simulator.sends_since(since)


def _wait_settled(database, posts: list[Post]) -> int:
    """How many replies to these customers are delivered, once all are or no more become it."""
    phones = list({post.phone for post in posts})
    counted = [0]

    def all_delivered() -> bool:
        counted[0] = database.execute(DELIVERED, [list(AT_LEAST_DELIVERED), phones]).fetchone()[0]
        return counted[0] >= len(posts)

    with contextlib.suppress(StartError):
        wait_for(all_delivered, "statuses", within=30, pause=0.25)
    return counted[0]


def _match(posts: list[Post], calls: list[dict], start: float) -> list[float]:
    """Each answered message's wait in ms. Exits where a customer was answered twice."""
    replies: dict[tuple[str, str], list[dict]] = defaultdict(list)
    for call in calls:
        replies[_phone(call), _kind(call)].append(call)
    waits = []
    for post in posts:
        own = replies[post.phone, post.kind]
        if own:
            waits.append((own.pop()["received_at"] - start - post.due) * 1000)
    if len(calls) > len(waits):
        sys.exit(f"{len(calls) - len(waits)} replies too many: a customer was answered twice")
    return waits


def _in_order(database, posts: list[Post], calls: list[dict]) -> bool:
    """Whether who wrote twice was answered in the order in which the two webhooks were stored."""
    wrote_twice = {post.phone: f"wamid.reply.{post.phone}.1" for post in posts if post.place == 2}
    stored = dict(database.execute(ARRIVAL, [list(wrote_twice)]))
    answered = defaultdict(list)
    for call in sorted(calls, key=lambda call: call["n"]):
        answered[_phone(call)].append(_kind(call))
    return all(
        answered[phone] == (["greeting", "bye"] if stored[phone] == first else ["bye", "greeting"])
        for phone, first in wrote_twice.items()
    )


def _phone(call: dict) -> str:
    return call["body"]["to"].removeprefix("+")


def _kind(call: dict) -> str:
    """Which of the two lines of a customer who writes twice a reply answers; "" for all others'."""
    reply = call["body"]
    if not _writes_twice(_phone(call)):
        return ""
    return "greeting" if reply["type"] == "interactive" else "bye"


def _writes_twice(phone: str) -> bool:
    return phone.endswith("0")


def _cpu(stack: Stack) -> dict[str, float]:
    pids = {name: stack.supervisor.pid(name) for name in stack.supervisor.names()} | {"postgres": postgres_pid()}
    return {name: cpu_seconds(pid, name) for name, pid in pids.items() if pid}


def _say(result: Result) -> None:
    parts = ", ".join(f"{name} {ms:.1f}" for name, ms in sorted(result.cpu_ms.items(), key=lambda one: -one[1]))
    say(f"{result.rate}/s: CPU ms a message: {parts}; all {sum(result.cpu_ms.values()):.1f}")


def _report(results: list[Result]) -> None:
    rows = []
    for result in results:
        waits = [percentile(result.waits_ms, share) for share in (0.5, 0.95, 0.99)]
        rows.append(
            [
                str(result.rate),
                *(f"{wait:.0f}" for wait in waits),
                f"{max(result.waits_ms, default=math.nan):.0f}",
                str(result.offered),
                str(len(result.waits_ms)),
                "yes" if result.in_order else "NO",
                str(result.settled),
                ", ".join(f"{count} x {status}" for status, count in result.generator["statuses"].items()),
                f"{result.generator['answer_p50_ms']:.0f} / {result.generator['answer_p99_ms']:.0f}",
                f"{result.generator['late_p99_ms']:.1f}",
            ]
        )
    head = ["offered/s", "p50 ms", "p95", "p99", "most", "offered", "replied", "in order", "status delivered"]
    head += ["webhook answers", "webhook p50 / p99 ms", "generator late p99 ms"]
    say("\nFrom the due time of a customer's message at the webhook to the Graph call with its reply")
    say(table(head, rows))
    end_with(
        {
            "bench": "reply",
            "p95_ms": {str(result.rate): round(percentile(result.waits_ms, 0.95), 1) for result in results},
            "offered": sum(result.offered for result in results),
            "delivered": sum(min(len(result.waits_ms), result.settled) for result in results),
        }
    )


if __name__ == "__main__":
    main()
