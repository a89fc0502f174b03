"""``script/chaos [NAME...] [--messages N] [--rate N]``: break everything, one after the other and in pairs, and count.

The product runs as script/server starts it, on services, ports and data of its own below ``.local/chaos``, with a language
model whose provider is this process. Each fault has its own customers. At the end the last leases run out, and everything
is checked once more. Exit code 1 where anything is lost, doubled, reordered or otherwise not as it must be (invariants.py).
"""

import argparse
import json
import sys
import time
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
import redis
from psycopg import sql

from bench.parts.figures import table
from tests.aibot.provider_server import OpenAi
from tests.e2e.thinking import settings_of
from tests.e2e.world import World
from tests.serving import serving
from whatsapp_automation.embedded import keys, lock
from whatsapp_automation.embedded.environment import Ports
from whatsapp_automation.embedded.paths import local_dir, shown
from whatsapp_automation.embedded.stack import Stack
from whatsapp_automation.embedded.supervisor import StartError
from whatsapp_automation.embedded.terminal import nothing, say, step

from .faults import FAULTS, MODEL, SCENES
from .invariants import Report, check
from .scene import Result, Scene

PORTS = Ports(web=28300, simulator=29390, postgres=25732, valkey=26679)  # far from script/server's and the tests'
LEASES_WITHIN = 300.0
SHOWN = 10  # findings of one fault
HEAD = ("fault", "messages", "lost", "doubled", "allowed", "unconfirmed", "reordered", "other", "calm after s")


def main() -> int:
    options = _options()
    local = local_dir() / "chaos"
    try:
        with (
            serving(OpenAi()) as model,
            Stack(local, settings_of(model), preferred=PORTS, say=nothing, step=step) as stack,
        ):
            stack.supervisor.signals.catch()
            stack.start_services()
            _forget_the_last_run(stack)
            for command in (("migrate", "--noinput"), ("demo",)):
                with step(f"manage.py {command[0]}"):
                    stack.manage(*command)
            stack.start_programs()
            with closing(World(stack)) as world:
                return _play(world, model, options)
    except lock.Busy as busy:
        say(f"Chaos runs here already ({busy}): it keeps its data in {shown(local)}.")
    except (StartError, keys.KeysError, OSError) as error:
        say(f"{error}")
    except KeyboardInterrupt:
        say("Stopped.")
    return 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/chaos", description="Break everything and count what is lost.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all, or some of: {', '.join(FAULTS)}")
    parser.add_argument("--messages", type=int, default=1_000, help="customers' messages for each fault")
    parser.add_argument("--rate", type=float, default=100.0, help="messages a second")
    options = parser.parse_args()
    if unknown := set(options.names) - set(FAULTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}")
    return options


def _forget_the_last_run(stack: Stack) -> None:
    """Another run's customers would be strangers to this one's simulator."""
    url = urlsplit(stack.env["DATABASE_URL"])
    name = sql.Identifier(url.path.lstrip("/"))
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    with redis.Redis.from_url(stack.env["REDIS_URL"]) as valkey:
        valkey.flushall()
    (stack.local / "simulator.json").unlink(missing_ok=True)


def _play(world: World, model: OpenAi, options: argparse.Namespace) -> int:
    started, results, scenes = time.monotonic(), [], []
    for name in options.names or FAULTS:
        settings = {"messages": options.messages, "rate": options.rate} | SCENES.get(name, {})
        scenes.append(Scene(world, model=model if name in MODEL else None, **settings))
        results.append(scenes[-1].play(name, FAULTS[name]))
        _tell(results[-1], time.monotonic() - started)
    _check_again(scenes, results)
    say()
    say(table(HEAD, [_row(result) for result in results]))
    for result in results:
        for finding in result.report.findings[:SHOWN]:
            say(f"{result.name}: {finding}")
    say(f"{time.monotonic() - started:.0f} s in all")
    totals = {name: sum(getattr(one.report, name) for one in results) for name in _COUNTED}
    say(json.dumps({"chaos": {"faults": len(results), **totals}}))
    return 0 if all(result.report.sound for result in results) else 1


_COUNTED = ("messages", "lost", "doubled", "reordered", "doubled_allowed", "unconfirmed", "other")


def _check_again(scenes: list[Scene], results: list[Result]) -> None:
    """When no lease runs any more: what was in doubt has its end by now, and nothing may have come twice since."""
    with step("Waiting for the last leases, then checking everything once more"):
        scenes[-1].until_quiet(leases_over=True, within=LEASES_WITHIN)
        for scene, result in zip(scenes, results, strict=True):
            before = result.report
            result.report = check(scene.world.query, scene.truth())
            for finding in before.findings:
                if finding not in result.report.findings:
                    result.report.note("other", f"at first: {finding}")


def _tell(result: Result, seconds: float) -> None:
    report: Report = result.report
    word = "ok" if report.sound else f"{len(report.findings)} FINDINGS: {report.findings[0]}"
    say(
        f"{seconds:5.0f} s  {result.name}: {report.messages} messages, calm after {result.seconds_to_calm:.1f} s, {word}"
    )


def _row(result: Result) -> tuple[str, ...]:
    r = result.report
    counts = (r.messages, r.lost, r.doubled, r.doubled_allowed, r.unconfirmed, r.reordered, r.other)
    return (result.name, *map(str, counts), f"{result.seconds_to_calm:.1f}")


if __name__ == "__main__":
    sys.exit(main())
