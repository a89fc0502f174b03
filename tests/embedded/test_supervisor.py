"""The supervisor, with small Python programs as its children."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from whatsapp_automation.embedded import orphans
from whatsapp_automation.embedded.supervisor import Program, StartError, Supervisor

pytestmark = pytest.mark.slow

SLEEP = "import time; time.sleep(300)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEP}"
PARENT = f"import subprocess, sys; c = subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); print(c.pid, flush=True); c.wait()"


def program(name: str, code: str, **options) -> Program:
    return Program(name, (sys.executable, "-c", code), {"PATH": os.environ["PATH"]}, **options)


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(tmp_path, said):
    made = Supervisor(tmp_path, said.append)
    yield made
    made.stop_all()


def printed(tmp_path, name: str) -> str:
    return (tmp_path / "log" / f"{name}.log").read_text()


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_what_dies_is_started_again_and_that_is_said(supervisor, said, eventually):
    supervisor.start(program("web", SLEEP))
    first = supervisor.pid("web")
    os.kill(first, signal.SIGKILL)

    def restarted() -> bool:
        supervisor.tick()
        return supervisor.pid("web") not in (None, first)

    eventually(restarted)
    assert said == [
        line for line in said if line.startswith("web ended (by SIGKILL) after 0 s; it starts again in 0.5 s.")
    ]


def test_what_dies_again_and_again_is_started_ever_more_slowly(supervisor, said, eventually):
    supervisor.start(program("web", "raise SystemExit(3)"))

    def died_three_times() -> bool:
        supervisor.tick()
        return len(said) >= 3

    eventually(died_three_times)
    pauses = [line.partition("starts again in ")[2].partition(" ")[0] for line in said[:3]]
    assert pauses == ["0.5", "1", "2"]
    assert "(exit code 3)" in said[0]


def test_a_dead_leader_takes_its_children_with_it(supervisor, tmp_path, eventually):
    supervisor.start(program("web", PARENT))
    eventually(lambda: printed(tmp_path, "web").endswith("\n"))
    child = int(printed(tmp_path, "web"))
    os.kill(supervisor.pid("web"), signal.SIGKILL)
    assert is_running(child)

    def gone() -> bool:
        supervisor.tick()
        return not is_running(child)

    eventually(gone)


def test_a_program_that_is_killed_on_purpose_stays_down_until_it_is_started(supervisor):
    supervisor.start(program("web", SLEEP))
    supervisor.kill("web")
    supervisor.pause(0.7)
    assert supervisor.pid("web") is None
    supervisor.start_again("web")
    assert is_running(supervisor.pid("web"))


def test_all_are_stopped_stage_by_stage(supervisor, tmp_path, eventually):
    say_when = (
        "import signal, sys, time\n"
        f"signal.signal(signal.SIGTERM, lambda *_: (open({str(tmp_path / 'order')!r}, 'a').write(sys.argv[1] + ' '), sys.exit()))\n"
        "print('up', flush=True); time.sleep(300)"
    )
    for name, stage in (("postgres", 9), ("worker", 2), ("web", 0)):
        command = (sys.executable, "-c", say_when, name)
        supervisor.start(Program(name, command, {}, stage=stage))
    eventually(lambda: all(printed(tmp_path, name) for name in ("postgres", "worker", "web")))
    supervisor.stop_all()
    assert (tmp_path / "order").read_text().split() == ["web", "worker", "postgres"]
    assert all(supervisor.pid(name) is None for name in supervisor.names())


def test_who_does_not_stop_in_time_is_killed(supervisor, said, tmp_path, eventually):
    supervisor.start(program("web", STUBBORN, stop_seconds=0.3))
    eventually(lambda: printed(tmp_path, "web"))
    pid = supervisor.pid("web")
    supervisor.stop("web")
    assert not is_running(pid)
    assert said == ["web did not stop in 0 s and was killed."]


def test_a_second_signal_ends_the_waiting(supervisor, tmp_path, eventually):
    supervisor.start(program("web", STUBBORN, stop_seconds=60))
    eventually(lambda: printed(tmp_path, "web"))
    before = signal.getsignal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, supervisor.signals._note)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        begun = time.monotonic()
        supervisor.stop_all()
    finally:
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - begun < 10


def test_a_program_that_does_not_get_ready_is_an_error_with_its_last_words(supervisor):
    silent = program("web", f"print('port is busy', flush=True); {SLEEP}", ready=lambda: False)
    with pytest.raises(StartError, match=r"web did not start:\nport is busy"):
        supervisor.start(silent, within=1.5)


def test_running_to_the_end_returns_or_raises_with_the_last_lines(supervisor):
    supervisor.run(program("migrate", "print('done')"))
    with pytest.raises(StartError, match=r"(?s)migrate failed \(exit code 1\).*ZeroDivisionError"):
        supervisor.run(program("migrate", "1/0"))
    assert supervisor.names() == []


def test_warnings_reach_the_terminal_unless_the_program_is_a_quiet_one(supervisor, said, tmp_path, eventually):
    supervisor.start(program("web", f"print('ERROR: loud', flush=True); {SLEEP}"))
    supervisor.start(program("postgres", f"print('ERROR: duplicate', flush=True); {SLEEP}", shows=False))
    eventually(lambda: printed(tmp_path, "web") and printed(tmp_path, "postgres"))
    supervisor.tick()
    assert said == ["web       | ERROR: loud"]


# --- a supervisor that is killed itself ------------------------------------------------------------------------------------

OWNER = """
import sys, time
from pathlib import Path
from whatsapp_automation.embedded.supervisor import Program, Supervisor
supervisor = Supervisor(Path(sys.argv[1]))
supervisor.signals.catch()
for number, code in enumerate(sys.argv[2:]):
    supervisor.start(Program(f"p{number}", (sys.executable, "-c", code), {}, stage=number, stop_seconds=0.5))
print(*(supervisor.pid(name) for name in supervisor.names()), flush=True)
try:
    while True:
        supervisor.pause()
except KeyboardInterrupt:
    supervisor.stop_all()
    print("stopped", flush=True)
"""


@pytest.fixture
def owner(tmp_path):
    """Start a supervisor in a process of its own; gives the process and its children's pids."""
    started = []

    def start(*codes: str) -> tuple[subprocess.Popen, list[int]]:
        process = subprocess.Popen(
            [sys.executable, "-c", OWNER, str(tmp_path), *codes],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process, [int(pid) for pid in process.stdout.readline().split()]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
    orphans.stop(tmp_path, lambda text: None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_and_its_kin_stop_everything(owner, number):
    process, pids = owner(SLEEP, SLEEP)
    process.send_signal(number)
    assert process.stdout.readline() == "stopped\n"
    assert process.wait(10) == 0
    assert not any(is_running(pid) for pid in pids)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_children_end_when_the_supervisor_is_killed(owner, eventually):
    process, pids = owner(SLEEP, SLEEP)
    process.kill()
    eventually(lambda: not any(is_running(pid) for pid in pids))


def test_the_next_start_stops_what_a_killed_supervisor_left(owner, tmp_path, eventually):
    process, (deaf, parent) = owner(STUBBORN, PARENT)
    eventually(lambda: printed(tmp_path, "p0") and printed(tmp_path, "p1"))
    grandchild = int(printed(tmp_path, "p1"))
    process.kill()
    process.wait()
    os.kill(parent, signal.SIGKILL)  # its child is an orphan without a leader now
    assert is_running(deaf)
    assert is_running(grandchild)
    said = []
    assert orphans.stop(tmp_path, said.append) == ["p0", "p1"]
    assert not is_running(deaf)
    assert not is_running(grandchild)
    assert said[0] == "Stopping p0, left over from a server that was killed."
    assert orphans.stop(tmp_path, said.append) == []


def test_a_strangers_process_with_a_recorded_number_is_left_alone(tmp_path):
    stranger = subprocess.Popen([sys.executable, "-c", SLEEP], start_new_session=True)
    try:
        born = orphans.created(stranger.pid)
        other = orphans.Started("web", stranger.pid, born, (sys.executable, "-m", "granian"), signal.SIGTERM, 1)
        older = orphans.Started("web", stranger.pid, born - 1000, (sys.executable, "-c", SLEEP), signal.SIGTERM, 1)
        orphans.record(tmp_path, [other, older])
        assert orphans.stop(tmp_path, lambda text: None) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("broken", ["", "{", "[1]", '[{"name": "web"}]', "{}"])
def test_a_broken_record_stops_nothing(tmp_path, broken):
    (tmp_path / "processes.json").write_text(broken)
    assert orphans.stop(tmp_path, lambda text: None) == []
