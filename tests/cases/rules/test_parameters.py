"""What an address asks for is read as our own links write it, or not at all."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from cases.rules.parameters import read_day, read_moment, read_number, read_reference, read_uuid


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("42", 42),
        ("9223372036854775807", 9223372036854775807),
        ("9223372036854775808", None),
        ("9" * 4301, None),
        ("-1", None),
        ("+1", None),
        (" 1", None),
        ("1\n", None),
        ("1e3", None),
        ("1_0", None),
        ("²", None),
        ("٣", None),
        ("", None),
    ],
)
def test_a_number(text: str, expected: int | None):
    assert read_number(text) == expected


def test_a_number_of_few():
    assert read_number("7", most=7) == 7
    assert read_number("8", most=7) is None
    assert read_number("0", most=-1) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24", date(2026, 11, 24)),
        ("1900-01-01", date(1900, 1, 1)),
        ("2199-12-31", date(2199, 12, 31)),
        ("1899-12-31", None),
        ("9999-12-31", None),
        ("0000-01-01", None),
        ("2026-02-30", None),
        ("2026-99-99", None),
        ("20261124", None),
        ("2026-W48-2", None),
        ("٢٠٢٦-١١-٢٤", None),
        ("2026-11-24\n", None),
        ("", None),
    ],
)
def test_a_day(text: str, expected: date | None):
    assert read_day(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24T12:00:00+00:00", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("2026-11-24T12:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("hier", None),
    ],
)
def test_a_moment(text: str, expected: datetime | None):
    assert read_moment(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-00042", (2026, 42)),
        ("2026-42", (2026, 42)),
        ("0000-5", None),
        ("9999-1", None),
        ("2026-", None),
        ("2026", None),
        ("2026-4-2", None),
    ],
)
def test_the_number_of_a_case(text: str, expected: tuple[int, int] | None):
    found = read_reference(text)
    assert (found and (found.year, found.number)) == expected


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("d0cde2c5-8b2d-4f3a-9d55-0c2a6a2f8a01", True),
        ("D0CDE2C5-8B2D-4F3A-9D55-0C2A6A2F8A01", False),
        ("{d0cde2c5-8b2d-4f3a-9d55-0c2a6a2f8a01}", False),
        ("d0cde2c58b2d4f3a9d550c2a6a2f8a01", False),
        ("un\n", False),
        ("", False),
    ],
)
def test_an_identifier(text: str, is_read: bool):
    assert read_uuid(text) == (UUID(text) if is_read else None)
