"""A mail server that keeps what it is given. It may refuse an address, be slow, or not answer at all."""

import re
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message


class MailSink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.received: list[Message] = []
        self.refused: set[str] = set()
        self.seconds_to_answer = 0.0
        self.is_away = False

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def times(self) -> Counter[str]:
        """Message-ID → how many times it came."""
        return Counter(str(message["Message-ID"]) for message in self.received)


class Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a client needs to hand over a message."""

    server: MailSink

    def handle(self) -> None:
        if self.server.is_away:
            return None  # the line is cut
        self.say("220 sink")
        for line in self.rfile:
            order = line.decode().strip()
            verb = order.partition(" ")[0].upper()
            if verb == "QUIT":
                return self.say("221 bye")
            if verb == "DATA":
                self.take()
            elif verb == "RCPT" and self.address(order) in self.server.refused:
                self.say("550 unknown")
            else:
                self.say("250 ok")
        return None

    def address(self, order: str) -> str:
        found = re.search(r"<(.*?)>", order)
        return found[1] if found else ""

    def take(self) -> None:
        self.say("354 go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b"."))
        time.sleep(self.server.seconds_to_answer)
        self.server.received.append(message_from_bytes(b"".join(lines)))
        self.say("250 taken")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        threading.Thread(target=sink.serve_forever, daemon=True).start()
        try:
            yield sink
        finally:
            sink.shutdown()
