"""The virus scanner of an installation, when it has one: clamd, asked in its own few words over a socket.

Written here rather than taken from a library: three messages, and only the exact words « OK » may open a file.
"""

import socket
import struct
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings

SECONDS_TO_CONNECT = 2
SECONDS_TO_ANSWER = 20
CHUNK = 64 * 1024
SIGNED = "%a %b %d %H:%M:%S %Y"
"""As in « ClamAV 1.4.3/27826/Tue Nov 24 09:26:15 2026 »."""
MOST = 1024
"""Bytes read of an answer of the scanner, at most."""


class NoAnswer(Exception):
    """Nobody is there, or it takes too long: to be asked again later."""


class CannotScan(Exception):
    """The scanner answers, and could not read this file: its own words."""


def is_configured() -> bool:
    return bool(settings.CLAMD_URL)


def is_answering() -> bool:
    """Does the scanner answer to PING?"""
    try:
        return _send_command(b"zPING\0", seconds=SECONDS_TO_CONNECT) == "PONG"
    except NoAnswer:
        return False


def read_signatures_date() -> datetime | None:
    """Of the viruses that it knows, to the day. None when it does not say, or does not answer."""
    try:
        version = _send_command(b"zVERSION\0", seconds=SECONDS_TO_CONNECT)
        return datetime.strptime(version.split("/")[2], SIGNED).replace(tzinfo=UTC)
    except (NoAnswer, IndexError, ValueError):
        return None


def scan(content: bytes) -> str:
    """The name of what the scanner finds in a file; empty when the file is clean.

    Refuses to conclude (`NoAnswer`, `CannotScan`) from anything but a whole verdict.
    """
    parts = (content[start : start + CHUNK] for start in range(0, len(content), CHUNK))
    stream = b"".join(struct.pack("!L", len(part)) + part for part in parts)
    verdict = _send_command(b"zINSTREAM\0" + stream + struct.pack("!L", 0), seconds=SECONDS_TO_ANSWER)
    if verdict == "stream: OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removeprefix("stream: ").removesuffix(" FOUND")
    raise CannotScan(verdict)


def _send_command(words: bytes, *, seconds: float) -> str:
    try:
        with _open_connection() as connection:
            connection.settimeout(seconds)
            connection.sendall(words)
            said = b""
            while not said.endswith(b"\0") and len(said) < MOST and (more := connection.recv(MOST)):
                said += more
    except OSError as error:
        raise NoAnswer(type(error).__name__) from error
    if not said.endswith(b"\0"):
        raise NoAnswer("cut short")
    return said[:-1].decode(errors="replace")


def _open_connection() -> socket.socket:
    where = urlsplit(settings.CLAMD_URL)
    if where.scheme != "unix":
        return socket.create_connection((where.hostname, where.port), timeout=SECONDS_TO_CONNECT)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(SECONDS_TO_CONNECT)
    try:
        connection.connect(where.path)
    except OSError:
        connection.close()
        raise
    return connection
