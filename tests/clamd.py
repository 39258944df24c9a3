"""A real clamd, started for the tests with one signature written by hand: that of the EICAR test file."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.uploads import pdf

CLAMD = shutil.which("clamd", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/sbin")
# In two halves: a scanner of the machine would take this very file away.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SECONDS_TO_START = 30


@dataclass(frozen=True, kw_only=True)
class Clamd:
    tcp: str
    unix: str
    """Its two addresses, as CLAMD_URL takes them."""


def dangerous_pdf() -> bytes:
    """A plain PDF in every other respect, with the test file in one of its streams."""
    return pdf(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(EICAR), EICAR))


@contextmanager
def running() -> Iterator[Clamd]:
    """Skips what asks for it where clamd is not installed."""
    if CLAMD is None:
        pytest.skip("clamd n’est pas installé sur cette machine : installer le paquet clamav-daemon.")
    # Not under tmp_path: the path of a socket is short.
    home = Path(tempfile.mkdtemp(prefix="relais-clamd-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (home / "signatures").mkdir()
    (home / "signatures" / "test.ndb").write_text(f"Relais.Test.EICAR:0:*:{EICAR.hex()}\n")
    (home / "clamd.conf").write_text(
        f"Foreground yes\nDatabaseDirectory {home / 'signatures'}\nLocalSocket {home / 'clamd.sock'}\n"
        f"TCPSocket {port}\nTCPAddr 127.0.0.1\nTemporaryDirectory {home}\nStreamMaxLength 11M\nMaxThreads 2\n"
    )
    with (home / "clamd.log").open("w") as log:
        process = subprocess.Popen([CLAMD, "--config-file", str(home / "clamd.conf")], stdout=log, stderr=log)
    try:
        _wait(process, home)
        yield Clamd(tcp=f"tcp://127.0.0.1:{port}", unix=f"unix://{home / 'clamd.sock'}")
    finally:
        process.terminate()
        process.wait(timeout=60)
        shutil.rmtree(home)


def _wait(process: "subprocess.Popen[bytes]", home: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while not (home / "clamd.sock").exists():
        if process.poll() is not None or time.monotonic() > end:
            pytest.fail(f"clamd did not start: {(home / 'clamd.log').read_text()}")
        time.sleep(0.05)
