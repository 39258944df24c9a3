"""An installation with a mail server of its own."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.resilience.system import System, until
from tests.sink import Sink, listening


@pytest.fixture
def sink() -> Iterator[Sink]:
    with listening() as found:
        yield found


@pytest.fixture
def system(migrated_home: Path, sink: Sink) -> Iterator[System]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    system = System(migrated_home, mail_port=sink.port, web_port=port)
    try:
        system.start("servers")
        until((migrated_home / "run" / "valkey.sock").exists, "the servers do not start")
        for name in ("web", "worker", "beat", "other beat"):
            system.start(name)
        yield system
    finally:
        system.end()
