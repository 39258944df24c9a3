"""The scanner, asked for real; and what is believed of one that is away, slow, cut short or confused."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from cases import antivirus
from tests import clamd
from tests.uploads import pdf, photo


@pytest.fixture(scope="module")
def scanner() -> Iterator[clamd.Clamd]:
    with clamd.running() as found:
        yield found


@contextmanager
def pretending(said: bytes) -> Iterator[str]:
    """A scanner that listens to what it is asked, says this, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                while not connection.recv(65536).endswith((b"\0\0\0\0", b"PING\0", b"VERSION\0")):
                    pass
                connection.sendall(said)
                if not said:
                    done.wait(10)

        threading.Thread(target=serve, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        done.set()


@pytest.mark.parametrize("way", ["tcp", "unix"])
def test_a_clean_file_is_clean_and_a_dangerous_one_is_named(scanner, settings, way):
    settings.CLAMD_URL = getattr(scanner, way)
    assert antivirus.is_configured()
    assert antivirus.is_answering()
    assert antivirus.scan(pdf()) == ""
    assert antivirus.scan(photo()) == ""
    assert antivirus.scan(clamd.EICAR) == "Relais.Test.EICAR.UNOFFICIAL"
    assert antivirus.scan(clamd.dangerous_pdf()) == "Relais.Test.EICAR.UNOFFICIAL"


def test_the_largest_file_that_a_case_takes_is_read_to_its_end(scanner, settings):
    settings.CLAMD_URL = scanner.tcp
    ten_megabytes = b"\0" * (10 * 1024 * 1024 - len(clamd.EICAR))
    assert antivirus.scan(ten_megabytes) == ""
    assert antivirus.scan(ten_megabytes + clamd.EICAR) == "Relais.Test.EICAR.UNOFFICIAL"


def test_a_file_that_the_scanner_finds_too_large_is_not_clean(scanner, settings):
    settings.CLAMD_URL = scanner.tcp
    with pytest.raises((antivirus.CannotScan, antivirus.NoAnswer)):
        antivirus.scan(b"\0" * 12 * 1024 * 1024)


@pytest.mark.parametrize(
    ("said", "date"),
    [
        (b"ClamAV 1.4.3/27826/Tue Nov 24 09:26:15 2026\0", datetime(2026, 11, 24, 9, 26, 15, tzinfo=UTC)),
        (b"ClamAV 1.4.3/27826/hier\0", None),
        (b"ClamAV 1.4.3\0", None),
        (b"ClamAV 1.4", None),
    ],
)
def test_the_date_of_what_it_knows_is_read_or_is_unknown(settings, said, date):
    with pretending(said) as settings.CLAMD_URL:
        assert antivirus.read_signatures_date() == date


def test_a_scanner_with_signatures_written_by_hand_says_no_date(scanner, settings):
    settings.CLAMD_URL = scanner.tcp
    assert antivirus.read_signatures_date() is None


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "unix:///nulle/part/clamd.sock"])
def test_nobody_there_is_no_answer(settings, url):
    settings.CLAMD_URL = url
    assert not antivirus.is_answering()
    with pytest.raises(antivirus.NoAnswer):
        antivirus.scan(pdf())


def test_a_scanner_that_keeps_silent_is_not_waited_for_forever(settings, monkeypatch):
    monkeypatch.setattr(antivirus, "SECONDS_TO_ANSWER", 0.2)
    with pretending(b"") as settings.CLAMD_URL, pytest.raises(antivirus.NoAnswer):
        antivirus.scan(pdf())


@pytest.mark.parametrize("said", [b"stream: OK", b"stream: O", b"stream: OK\nstream: Virus FOU"])
def test_an_answer_that_is_cut_short_proves_nothing(settings, said):
    with pretending(said) as settings.CLAMD_URL, pytest.raises(antivirus.NoAnswer):
        antivirus.scan(pdf())


@pytest.mark.parametrize("said", [b"\0", b"INSTREAM size limit exceeded. ERROR\0", b"stream: not OK\0", b"OK\0"])
def test_only_the_exact_words_open_a_file(settings, said):
    with pretending(said) as settings.CLAMD_URL, pytest.raises(antivirus.CannotScan):
        antivirus.scan(pdf())


def test_without_an_address_there_is_no_scanner(settings):
    settings.CLAMD_URL = ""
    assert not antivirus.is_configured()
