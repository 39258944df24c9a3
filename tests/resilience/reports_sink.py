"""A server of the Sentry protocol, of a few lines: it keeps the events of the envelopes that it gets."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ReportsSink(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.said: list[str] = []
        """Each request whole: its headers and what was sent with it."""
        self.events: list[dict[str, Any]] = []
        self.kinds: set[str] = set()

    @property
    def loggers(self) -> set[str]:
        return {event["logger"] for event in self.events}

    @property
    def dsn(self) -> str:
        return f"http://cle@127.0.0.1:{self.server_port}/7"


class _Conversation(BaseHTTPRequestHandler):
    server: ReportsSink

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        text = gzip.decompress(sent) if self.headers["Content-Encoding"] == "gzip" else sent
        self.server.said.append(f"{self.path}\n{self.headers}\n{text.decode()}")
        for kind, content in _items(text):
            self.server.kinds.add(kind)
            if kind == "event":
                self.server.events.append(json.loads(content))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


def _items(envelope: bytes) -> Iterator[tuple[str, bytes]]:
    """A line of headers, then for each item: a line of its headers, and as many bytes as it says."""
    _, rest = envelope.split(b"\n", 1)
    while rest:
        line, rest = rest.split(b"\n", 1)
        header = json.loads(line)
        yield header["type"], rest[: header["length"]]
        rest = rest[header["length"] :].removeprefix(b"\n")


@contextmanager
def listening() -> Iterator[ReportsSink]:
    with ReportsSink() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
