"""A mail server of a few lines: it speaks SMTP on a real socket, keeps what it gets, and refuses what it is told to."""

import re
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Sink:
    refused: dict[str, str]
    """Address → the answer it gets."""
    port: int = 0
    got: list[tuple[str, str]] = field(default_factory=list)
    """To whom, and the whole message."""
    conversations: int = 0
    seconds_to_answer: float = 0
    answers: dict[str, str] = field(default_factory=dict)
    """Verb → what it is answered, whoever it is for."""
    is_away: bool = False
    """It takes the line, and cuts it."""

    @property
    def people(self) -> list[str]:
        return [to for to, _ in self.got]

    @property
    def times(self) -> Counter[str]:
        """The name in each Message-ID → how many times it came."""
        return Counter(re.findall(r"^Message-ID:\s*<([^@>]+)@", text, re.MULTILINE)[0] for _, text in self.got)


class _Conversation(socketserver.StreamRequestHandler):
    sink: Sink

    def handle(self) -> None:
        self.sink.conversations += 1
        if self.sink.is_away:
            return
        self._say("220 ici")
        to = ""
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb in self.sink.answers:
                self._say(self.sink.answers[verb])
            elif verb == "RCPT":
                to = line.partition("<")[2].partition(">")[0]
                self._say(self.sink.refused.get(to, "250 oui"))
            elif verb == "DATA":
                self._say("354 j’écoute")
                text = self._text()
                time.sleep(self.sink.seconds_to_answer)
                self.sink.got.append((to, text))
                self._say("250 gardé")
            elif verb == "QUIT":
                self._say("221 au revoir")
                return
            else:
                self._say("250 oui")

    def _text(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        return "\n".join(lines)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def listening(refused: Mapping[str, str] | None = None, *, host: str = "127.0.0.1") -> Iterator[Sink]:
    sink = Sink(dict(refused or {}))
    handler = type("Conversation", (_Conversation,), {"sink": sink})
    with socketserver.ThreadingTCPServer((host, 0), handler) as server:
        server.daemon_threads = True
        sink.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield sink
        server.shutdown()
