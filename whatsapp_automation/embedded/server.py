"""``script/server``: the whole product on this machine, until Ctrl-C."""

import os
import sys

from . import environment, keys, lock
from .paths import local_dir, shown
from .stack import Stack
from .supervisor import StartError
from .terminal import say, step


def main() -> int:
    """Run until Ctrl-C, SIGTERM or SIGHUP. Exit code 0 after such an end, 1 when it did not start."""
    local = local_dir()
    stack = Stack(local, environment.outside(), say=say, step=step)
    stack.supervisor.signals.catch()
    try:
        with stack:
            try:
                stack.start()
                stack.lock.write(f"{stack.web_url} (process {os.getpid()})")
                environment.remember(local, stack.env)
                _welcome(stack)
                while True:
                    stack.supervisor.pause()
            except KeyboardInterrupt:
                say("\nStopping ... (Ctrl-C again: at once)")
        say("Stopped.")
    except lock.Busy as busy:
        say(f"It is running already: {busy}. Its folder is {shown(local)}.")
        return 1
    except PermissionError as error:
        say(f"{error.filename} belongs to another user: start this as the user who started it first, or remove it.")
        return 1
    except (StartError, keys.KeysError, ValueError, OSError) as error:
        say(f"{error}")
        return 1
    return 0


def _welcome(stack: Stack) -> None:
    """The addresses; the first time the password too."""
    say()
    say(f"  The owner's dashboard   {stack.web_url}/admin/")
    say(f"  The agents' inbox       {stack.web_url}/inbox/")
    if stack.simulator_url:
        say(f"  The customer's phone    {stack.simulator_url}/")
    else:
        number, graph_api = stack.env["WHATSAPP_DISPLAY_PHONE_NUMBER"], stack.env["GRAPH_API_URL"]
        say(f"  Customers write to      {number} (through {graph_api})")
    say()
    welcomed = stack.local / "welcomed"
    if not welcomed.exists():
        say(f"  Sign in as {stack.env['DEMO_OWNER_EMAIL']} with the password {stack.env['DEMO_OWNER_PASSWORD']}")
        welcomed.touch()
    say("  The password again:     .venv/bin/python manage.py demo --password")
    if not stack.env.get("EMAIL_HOST"):
        say(f"  Mails (invitations, new passwords) are files in {shown(stack.local / 'mail')}")
    say(f"  Ctrl-C stops everything. Logs: {shown(stack.local / 'log')}")


if __name__ == "__main__":
    sys.exit(main())
