import socket
import subprocess
import sys

import pytest

from whatsapp_automation.embedded import ports
from whatsapp_automation.settings import BASE_DIR


@pytest.fixture
def taken():
    """A port that somebody listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_the_preferred_port_is_taken_without_a_word_when_it_is_free(taken):
    free = ports.take("the web server", taken + 1, lambda text: None)
    said = []
    assert ports.take("the web server", free, said.append) == free
    assert said == []


def test_a_busy_port_gives_the_next_free_one_and_says_so(taken):
    said = []
    port = ports.take("the web server", taken, said.append)
    assert port > taken
    assert said == [f"Port {taken} is taken by another program: the web server uses {port} instead."]


def test_a_server_on_all_addresses_makes_a_port_busy():
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))
        server.listen()
        assert not ports.is_free(server.getsockname()[1])


def test_connections_that_linger_from_an_earlier_server_do_not_make_a_port_busy():
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            accepted.close()  # the server closes first: its side lingers in TIME_WAIT
            assert client.recv(1) == b""
    assert ports.is_free(port)


def test_no_free_port_in_the_range_is_an_error():
    with pytest.raises(OSError, match="no free port for the web server"):
        ports.take("the web server", 65536, lambda text: None)


def test_of_two_processes_that_start_at_the_same_moment_each_takes_its_own(taken):
    ask = f"from whatsapp_automation.embedded import ports; print(ports.take('it', {taken + 1}, lambda text: None), flush=True); input()"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", ask], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=BASE_DIR
        )
        for _ in range(4)
    ]
    got = [int(process.stdout.readline()) for process in started]
    for process in started:
        process.communicate("\n", timeout=10)
    assert len(set(got)) == 4
    assert ports.take("the web server", min(got), lambda text: None) == min(got)  # the dead claim nothing
