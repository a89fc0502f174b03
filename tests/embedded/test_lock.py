import subprocess
import sys

import pytest

from whatsapp_automation.embedded import lock

HOLDER = """
import sys, time
from pathlib import Path
from whatsapp_automation.embedded import lock
with lock.hold(Path(sys.argv[1])) as held:
    held.write("http://127.0.0.1:8000 (process 1)")
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_learns_who_holds_it_and_a_killed_holder_holds_nothing(tmp_path):
    file = tmp_path / "server.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(file)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(lock.Busy, match=r"http://127\.0\.0\.1:8000 \(process 1\)"), lock.hold(file):
            pass
        holder.kill()
        holder.wait()
        with lock.hold(file):
            pass


def test_children_do_not_keep_the_lock(tmp_path):
    code = "print('up', flush=True); import time; time.sleep(60)"
    with lock.hold(tmp_path / "server.lock"):
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, close_fds=False)
    with child:
        assert child.stdout.readline() == "up\n"
        with lock.hold(tmp_path / "server.lock"):
            pass
        child.kill()
