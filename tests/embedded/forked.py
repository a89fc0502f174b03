"""What a test has forked: tells of itself, then does as it is told."""

import gc
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

if __name__ == "__main__":
    say, *act = sys.argv[1:]
    told = {
        "argv0": sys.argv[0],
        "pid": os.getpid(),
        "parent": os.getppid(),
        "session": os.getsid(0),
        "name": Path("/proc/self/comm").read_text().strip(),
        "threads": threading.active_count(),
        "read": sys.stdin.read(),
        "gc": gc.isenabled(),
        "django": "django" in sys.modules,
        "descriptors": sorted(os.readlink(f"/proc/self/fd/{one}") for one in (0, 1, 2)),
        "sockets": sum(os.path.realpath(one).find("socket:") >= 0 for one in Path("/proc/self/fd").iterdir()),
        "sigterm": signal.getsignal(signal.SIGTERM) is signal.SIG_DFL,
    }
    sys.stdout.write(f"{say} {json.dumps(told)}\n")
    sys.stdout.flush()
    if act == ["deaf"]:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    elif act == ["slow"]:
        signal.signal(signal.SIGTERM, lambda *_: (time.sleep(2), sys.exit()))
    elif act:
        sys.exit(int(act[0]))
    time.sleep(300)
