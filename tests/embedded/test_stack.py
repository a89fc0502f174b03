"""The services and the stack as script/server, the end-to-end tests and the benchmarks use them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from whatsapp_automation.embedded import environment, keys, lock
from whatsapp_automation.embedded.stack import Stack, services
from whatsapp_automation.embedded.supervisor import StartError

pytestmark = pytest.mark.slow

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def outside(folder):
    """Somebody else's PostgreSQL and Valkey."""
    with services(folder.parent / "outside", durable=False) as urls:
        yield urls


def test_services_are_up_inside_the_block_and_gone_after_it(folder):
    with services(folder) as urls:
        with psycopg.connect(urls["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("whatsapp_automation",)
        with redis.Redis.from_url(urls["REDIS_URL"]) as client:
            assert client.ping()
        with pytest.raises(lock.Busy), services(folder):
            pass
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(urls["DATABASE_URL"])


def test_services_that_are_given_are_used_and_none_is_started(folder, outside):
    with Stack(folder, outside) as stack:
        stack.start_services()
        assert stack.supervisor.names() == []
        assert {name: stack.env[name] for name in outside} == outside
        stack.manage("check", "--database", "default")


def test_a_failed_command_tells_its_last_words(folder, outside):
    with Stack(folder, outside) as stack:
        stack.start_services()
        with pytest.raises(StartError, match=r"(?s)no_such_command failed \(exit code 1\).*Unknown command"):
            stack.manage("no_such_command")


@pytest.mark.parametrize("port", ["0", "65536", "http", "８000"])
def test_a_port_that_is_none_is_refused_by_name(folder, outside, port):
    with Stack(folder, outside | {"PORT": port}) as stack, pytest.raises(StartError, match="PORT must be a port"):
        stack.start_services()


def test_a_broken_secrets_file_stops_the_start(tmp_path, outside):
    keys.secrets_file(tmp_path).write_text("{")
    with Stack(tmp_path, outside) as stack, pytest.raises(keys.KeysError):
        stack.start_services()


# --- script/server ----------------------------------------------------------------------------------------------------


@pytest.fixture
def server(folder, outside):
    """Start script/server's main; gives the process and what it printed until it was up or had ended."""
    local, started = folder.parent / "server", []
    wanted = {"PORT": "28000", "SIMULATOR_PORT": "29090", "LOCAL_DIR": str(local)}

    def start() -> tuple[subprocess.Popen, str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "whatsapp_automation.embedded.server"],
            env=environment.without_settings(os.environ) | outside | wanted,
            cwd=REPO,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        printed = ""
        for line in process.stdout:
            printed += line
            if "Ctrl-C stops everything" in line:
                break
        return process, printed

    yield start
    for process in started:
        process.kill()
        process.communicate()
    with Stack(local):  # stops what a failed test left
        pass


@pytest.mark.e2e
@pytest.mark.timeout(300)  # three starts of the whole product
def test_the_server_tells_the_password_once_runs_once_and_stops_clean(server):
    process, printed = server()
    assert "The customer's phone    http://127.0.0.1:" in printed
    assert "Sign in as owner@shuddh-dairy.example with the password " in printed
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) >= 5

    second, refused = server()
    assert second.wait(10) == 1
    assert refused.startswith(f"It is running already: {printed.partition('dashboard   ')[2].partition('/admin')[0]} (")

    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert rest.endswith("Stopped.\n")
    assert process.returncode == 0
    assert not any(child.is_running() for child in children)

    _, again = server()
    assert "Ctrl-C stops everything" in again
    assert "with the password" not in again
