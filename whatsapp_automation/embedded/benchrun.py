"""``script/bench NAME [ARGUMENTS]``: run ``bench/NAME.py`` on durable PostgreSQL and Valkey below ``.local/bench``."""

import os
import sys

from . import environment, keys, lock, ports
from .environment import Ports
from .foreground import run_python
from .paths import REPO, local_dir, shown
from .stack import services
from .supervisor import Signals, StartError
from .terminal import nothing, say, step


def main() -> int:
    """The benchmark's own exit code; 1 when its services did not start, 2 when there is no such benchmark."""
    known = sorted(path.stem for path in (REPO / "bench").glob("*.py") if not path.stem.startswith("_"))
    if len(sys.argv) < 2 or sys.argv[1] not in known:
        say(f"script/bench NAME [ARGUMENTS], where NAME is one of: {', '.join(known)}")
        return 2
    local, signals = local_dir() / "bench", Signals()
    signals.catch()
    try:
        with services(local, say=say, step=step) as urls:
            given = environment.without_settings(os.environ) | urls
            web = ports.take("the web server", Ports().web, nothing)
            simulator = ports.take("the simulator", Ports().simulator, nothing)
            env = environment.build(local, keys.load(local), given, web, simulator)
            env["PYTHONPATH"] = str(REPO)
            return run_python(("-m", f"bench.{sys.argv[1]}", *sys.argv[2:]), env, signals)
    except lock.Busy as busy:
        say(f"A benchmark runs here already ({busy}): they share {shown(local)}.")
    except (StartError, keys.KeysError, OSError) as error:
        say(f"{error}")
    except KeyboardInterrupt:
        say("Stopped.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
