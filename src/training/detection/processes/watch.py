"""Ends every process of a run as soon as one of them ends, with the message of that one."""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

from detection.errors import TrainingError

_SETTLE_SECONDS = 2.0  # in which a process that fails for the same reason as another says so itself
_CONNECT_SECONDS = 60.0
_CLOSE_SECONDS = 5.0
_MOST_CHARACTERS = 20_000  # of a message
_MOST_BYTES = 8 * _MOST_CHARACTERS


class Watch:
    """A connection between the first process and each other one, which lives as long as both.

    The kernel closes the connection of a process that ends, however it ends, so that the first process knows at once.
    It tells the others, and each ends with exit code 1 although it waits for a collective operation. A machine that is
    gone closes nothing: keep-alive probes find it within 25 s.

    Args:
        rank: Number of this process.
        size: Processes of the run.
        before_end: Called before this process is ended; at most 5 s are waited for it.
        end: Ends this process at once; called from a thread with the message.
    """

    def __init__(
        self,
        rank: int,
        size: int,
        before_end: Callable[[], None] = lambda: None,
        end: Callable[[str], None] | None = None,
    ) -> None:
        self._rank, self._size = rank, size
        self._before_end = before_end
        self._end = end if end is not None else _end_process
        self._lock = threading.Lock()
        self._peers: dict[int, socket.socket] = {}
        self._verdict = ""  # why the run fails
        self._over = threading.Event()  # this process ends by itself
        self._done = threading.Event()  # the first process is done
        self._complete = threading.Event()  # every process is connected
        self._listener: socket.socket | None = None

    def listen(self, token: str) -> int:
        """Accepts the other processes; returns the TCP port. Called in the first process.

        Args:
            token: What each of them must send first.
        """
        listener = socket.socket(socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(("", 0))
        listener.listen(self._size)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener, token), name="watch", daemon=True).start()
        return int(listener.getsockname()[1])

    def connect(self, address: str, port: int, token: str) -> None:
        """Connects to the first process. Called in every other one.

        Raises:
            TrainingError: The first process is not reached.
        """
        try:
            connection = socket.create_connection((address, port), timeout=_CONNECT_SECONDS)
        except OSError as error:
            raise TrainingError(f"the first process at {address}:{port} is not reached: {error}") from error
        connection.settimeout(None)
        _keep_alive(connection)
        self._peers[0] = connection
        _send(connection, {"token": token, "rank": self._rank})
        threading.Thread(target=self._read, args=(0, connection), name="watch", daemon=True).start()

    def wait_until_complete(self, seconds: float) -> bool:
        """Waits in the first process until every other one is connected; returns False when the time is over."""
        return self._size == 1 or self._complete.wait(seconds)

    def fail(self, message: str) -> None:
        """Tells the other processes that this one fails. It ends by itself, with its own message."""
        self._over.set()
        text = f"process {self._rank} of {self._size}: {message[:_MOST_CHARACTERS]}"
        with self._lock:
            peers = list(self._peers.values()) if not self._verdict else []
            self._verdict = self._verdict or text
        for peer in peers:
            _send(peer, {"failed": text})

    def await_verdict(self) -> None:
        """Waits for the failure of another process, of which an error of a collective operation is the consequence.

        It returns when no other process has failed.
        """
        self._over.wait(2 * _SETTLE_SECONDS)

    def finish(self) -> None:
        """Tells in the first process that the run is complete; waits for that in every other one."""
        if self._rank == 0:
            self._over.set()
            for peer in list(self._peers.values()):
                _send(peer, {"done": True})
            if self._listener is not None:
                self._listener.close()
        else:
            self._done.wait()
            self._over.set()

    def _accept(self, listener: socket.socket, token: str) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return  # closed: the run is complete
            _keep_alive(connection)
            threading.Thread(target=self._welcome, args=(connection, token), name="watch", daemon=True).start()

    def _welcome(self, connection: socket.socket, token: str) -> None:
        connection.settimeout(_CONNECT_SECONDS)
        greeting = _receive(connection, bytearray())
        rank = greeting.get("rank") if greeting is not None else None
        known = greeting is not None and hmac.compare_digest(str(greeting.get("token")), token)
        if not known or not isinstance(rank, int) or not 0 < rank < self._size:
            connection.close()
            return
        connection.settimeout(None)
        with self._lock:
            self._peers[rank] = connection
            if len(self._peers) == self._size - 1:
                self._complete.set()
        self._read(rank, connection)

    def _read(self, rank: int, connection: socket.socket) -> None:
        rest = bytearray()
        while True:
            message = _receive(connection, rest)
            if message is None:
                self._decide(
                    f"process {rank} of {self._size} ended without a message; it was killed, or its machine is gone. "
                    "A machine that runs out of memory kills processes: see its log and the system's."
                )
                return
            if message.get("done"):
                self._done.set()
                return
            if isinstance(message.get("failed"), str):
                self._decide(message["failed"])
                return

    def _decide(self, text: str) -> None:
        with self._lock:
            if self._verdict or self._over.is_set():
                return
            self._verdict = text
            peers = list(self._peers.values()) if self._rank == 0 else []
        for peer in peers:
            _send(peer, {"failed": text})
        # The same fault of the data fails every process: its own message is better than another's.
        if not self._over.wait(_SETTLE_SECONDS):
            closing = threading.Thread(target=self._before_end, daemon=True)
            closing.start()
            closing.join(_CLOSE_SECONDS)
            self._end(text)


def _end_process(text: str) -> None:
    """Ends the process without waiting for its threads, which can hang in an operation with a process that is gone."""
    print(f"error: {text}", file=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(1)


def _keep_alive(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _send(connection: socket.socket, message: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):  # who is gone needs no message
        connection.sendall(json.dumps(message).encode() + b"\n")


def _receive(connection: socket.socket, rest: bytearray) -> dict[str, Any] | None:
    """Returns the next line of a connection as an object; None at its end."""
    while b"\n" not in rest:
        try:
            part = connection.recv(65536)
        except OSError:
            return None
        if not part or len(rest) > _MOST_BYTES:
            return None
        rest += part
    line, _, after = bytes(rest).partition(b"\n")
    rest[:] = after
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
