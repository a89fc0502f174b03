"""A line between browser and server that a test can cut: as a proxy of a company does, or a network that is weak."""

import socket
import threading
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Line:
    """Passes on what comes to ``url``. ``cut`` ends the connections on which ``path`` was asked for, and each new one where it
    is, until ``mend``.
    """

    def __init__(self, server: str, path: str):
        self._server = urlsplit(server).hostname, urlsplit(server).port
        self._asks = f"GET {path} ".encode()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._through: set[socket.socket] = set()  # browsers' ends that asked for the path
        self._is_cut = False
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        self._is_cut = True
        for browser in list(self._through):
            _end(browser)

    def mend(self) -> None:
        self._is_cut = False

    def run(self) -> None:
        """Until ``close``."""
        while True:
            try:
                browser, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(browser,), daemon=True).start()

    def close(self) -> None:
        _end(self._listener)

    def _carry(self, browser: socket.socket) -> None:
        try:
            server = socket.create_connection(self._server)
        except OSError:
            _end(browser)
            return
        threading.Thread(target=_pump, args=(server, browser), daemon=True).start()
        _pump(browser, server, self._look(browser))
        self._through.discard(browser)

    def _look(self, browser: socket.socket):
        def allows(data: bytes) -> bool:
            if data.startswith(self._asks):
                self._through.add(browser)
                return not self._is_cut
            return True

        return allows


@contextmanager
def line(server: str, path: str):
    made = Line(server, path)
    threading.Thread(target=made.run, daemon=True).start()
    try:
        yield made
    finally:
        made.close()


def _pump(source: socket.socket, target: socket.socket, allows=lambda data: True) -> None:
    """From one to the other until either ends; both are ended then."""
    with suppress(OSError):
        while (data := source.recv(65_536)) and allows(data):
            target.sendall(data)
    _end(source)
    _end(target)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
