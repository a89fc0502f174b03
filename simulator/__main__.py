"""python -m simulator --host 127.0.0.1 --port 9090 --webhook-url http://127.0.0.1:8000/webhook

Every flag has an environment variable (SIMULATOR_HOST and so on); the numbers come from SIMULATOR_NUMBERS.
"""

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from . import memory
from .app import make_app
from .business import numbers_from
from .webhooks import Clock
from .world import World

try:
    from uvloop import new_event_loop
except ImportError:  # not on every platform; slower, not different
    from asyncio import new_event_loop

logger = logging.getLogger("simulator")


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    options = parse(sys.argv[1:])
    try:
        numbers = numbers_from(os.environ.get("SIMULATOR_NUMBERS", ""))
    except ValueError as error:
        logger.error("SIMULATOR_NUMBERS: %s", error)
        return 2
    gc.set_threshold(50_000, 20, 100)  # 200,000 kept calls and messages: the default walks them far too often
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(serve(options, numbers))


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="A Graph API that is not Meta's.")
    flags = [
        ("--host", str, "127.0.0.1", "address to listen on"),
        ("--port", int, 9090, "port to listen on"),
        ("--webhook-url", str, "http://127.0.0.1:8000/webhook", "where webhooks are delivered"),
        ("--public-url", str, "", "how the product reaches it, for the addresses of files in webhooks"),
        ("--retry-first", float, Clock.first, "seconds to the first retry of a webhook; doubles"),
        ("--retry-max", float, Clock.longest, "longest pause between retries, in seconds"),
        ("--retry-for", float, Clock.give_up, "seconds until a webhook is given up"),
        ("--webhook-timeout", float, Clock.timeout, "seconds that one delivery may take"),
        ("--state", Path, "", "file that lets customers and windows outlive a restart"),
    ]
    for flag, kind, default, text in flags:
        variable = "SIMULATOR_" + flag.strip("-").replace("-", "_").upper()
        given = os.environ.get(variable) or default
        parser.add_argument(flag, type=kind, default=given, help=f"{text} ({variable}, default {default})")
    return parser.parse_args(arguments)


async def serve(options: argparse.Namespace, numbers: list) -> int:
    """Serves until SIGINT or SIGTERM. Returns the exit code: 1 if the port is taken."""
    clock = Clock(options.retry_first, options.retry_max, options.retry_for, options.webhook_timeout)
    world = World(options.webhook_url, clock)
    world.base_url = options.public_url or f"http://{options.host}:{options.port}"
    for number in numbers:
        world.add_number(number)
    runner = web.AppRunner(make_app(world), access_log=None, shutdown_timeout=1)
    async with memory.kept(world, options.state if options.state.name else None):
        await runner.setup()
        try:
            await web.TCPSite(runner, options.host, options.port, backlog=1024).start()
            logger.info("the customer's phone: http://%s:%s/", options.host, options.port)
            await _until_signalled()
        except OSError as error:
            logger.error("cannot listen on %s:%s: %s", options.host, options.port, error.strerror)
            return 1
        finally:
            await runner.cleanup()
    return 0


async def _until_signalled() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()


if __name__ == "__main__":
    sys.exit(main())
