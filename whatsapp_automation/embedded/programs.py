"""The product's processes: the one list of them."""

import sys
from collections.abc import Mapping

from .environment import uses_simulator
from .supervisor import Program

# Queue -> how its worker runs. A new queue is one more line here.
WORKERS = {
    "inbound": ("-P", "threads", "-c", "2"),
    "send": ("-P", "threads", "-c", "2"),
    "media": ("-P", "threads", "-c", "1"),
    "bot": ("-P", "threads", "-c", "2"),
}


def programs(env: Mapping[str, str], given: Mapping[str, str]) -> list[Program]:
    """Every process of the product in the order of starting. ``given`` decides whether the simulator is one of them.

    Run as modules of this Python: a script's first line cannot name an interpreter in a deep folder or one with spaces.
    """
    simulator = [_simulator(env)] if uses_simulator(given) else []
    return [*simulator, _web(env), *(_worker(queue, how, env) for queue, how in WORKERS.items()), _beat(env)]


def manage(arguments: tuple[str, ...], env: Mapping[str, str]) -> Program:
    """A management command that runs to its end; its log has the command's name."""
    return Program(name=arguments[0], command=(sys.executable, "manage.py", *arguments), env=env, stage=0)


def _web(env: Mapping[str, str]) -> Program:
    options = (
        "--interface",
        "asgi",
        "--host",
        "127.0.0.1",
        "--port",
        env["PORT"],
        "--workers",
        "1",
        "--loop",
        "uvloop",
    )
    # --workers-kill-timeout: below our own patience, so that Granian ends its worker itself and nothing is left behind.
    limits = ("--no-access-log", "--no-ws", "--workers-kill-timeout", "8")
    command = _python("granian", *options, *limits, "whatsapp_automation.asgi:application")
    return Program(name="web", command=command, env=env, stage=0, forked=True)


def _worker(queue: str, how: tuple[str, ...], env: Mapping[str, str]) -> Program:
    # Gossip and mingle only make workers talk to each other.
    options = ("-Q", queue, "-n", f"{queue}@%h", *how, "--without-gossip", "--without-mingle")
    command = _python("celery", "-q", "-A", "whatsapp_automation", "worker", *options)
    return Program(name=queue, command=command, env=env, stage=2, stop_seconds=15.0, forked=True)


def _beat(env: Mapping[str, str]) -> Program:
    command = _python("celery", "-q", "-A", "whatsapp_automation", "beat")
    return Program(name="beat", command=command, env=env, stage=1, forked=True)


def _simulator(env: Mapping[str, str]) -> Program:
    port = env["SIMULATOR_URL"].rpartition(":")[2]
    webhook = f"http://127.0.0.1:{env['PORT']}/webhook"
    state = f"{env['LOCAL_DIR']}/simulator.json"  # customers and their 24-hour windows outlive a restart, as ours do
    command = _python("simulator", "--port", port, "--webhook-url", webhook, "--state", state)
    return Program(name="simulator", command=command, env=env, stage=3, stop_seconds=5.0)


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)
