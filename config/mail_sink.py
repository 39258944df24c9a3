"""A mail server of a few lines, in a process of its own: it takes everything and keeps nothing. For measures only."""

import multiprocessing
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 ici\r\n")
        while verb := self.rfile.readline()[:4].upper():
            if verb == b"DATA":
                self.wfile.write(b"354 lire\r\n")
                while self.rfile.readline() != b".\r\n":
                    pass
            self.wfile.write(b"221 au revoir\r\n" if verb == b"QUIT" else b"250 oui\r\n")


def _serve(ready: Connection) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Conversation) as server:
        ready.send(server.server_address[1])
        server.serve_forever()


@contextmanager
def run_mail_sink() -> Iterator[int]:
    """Runs a sink in a process of its own; gives the port on which it listens."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_serve, args=[there], daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()
