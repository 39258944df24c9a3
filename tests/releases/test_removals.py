"""What a version leaves in the database for the one that it replaces, and that the next release takes away (CONVENTIONS.md, « Data »)."""

import tomllib

import pytest
from django.db import connection

from tests.databases import ROOT

PENDING = {
    "cases_reading": (0, 3),
    # With `access_log.carry_readings`, its call by `forget_what_is_over`, and its rights.
}
"""Table → the release in which nobody reads or writes it any more, but the version before, while both run."""


@pytest.mark.django_db
def test_what_nobody_uses_is_dropped_by_the_second_release():
    version = tuple(
        int(part) for part in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"].split(".")
    )
    there = set(connection.introspection.table_names()) & PENDING.keys()
    late = {table for table, since in PENDING.items() if version[:2] > since}
    assert there & late == set(), "a RunSQL that drops it, marked « # safe: nobody reads it since X.Y.Z »"
    assert there == PENDING.keys(), "it is dropped: take it out of this list"
