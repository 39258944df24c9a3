"""A real streaming copy of the database: read when it is near enough, left when it is late, cut, or gives a query up."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.resilience.nodes import Replica, let_it_stream
from tests.resilience.system import System, free_port, serving, until
from tests.resilience.test_leases import LINES

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
READ = """
import json, django
django.setup()
from django.db import connections
from django.utils import timezone
from cases.models import Household, User
from cases.permissions import reading_as
from cases.replica import READ_FROM, describe_lag, read_late
from workflows.actions import indicators
from workflows.models import IndicatorFigures

def end_own_query():
    with connections[READ_FROM.get()].cursor() as cursor:
        if READ_FROM.get() == "replica":
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return Household.objects.count()

def ask_for_whom():
    with reading_as(User(pk=7), at=timezone.localdate()), connections[READ_FROM.get()].cursor() as cursor:
        cursor.execute("SELECT current_setting('relais.reader', true), pg_is_in_recovery()")
        return cursor.fetchone()

count, age = read_late(Household.objects.count)
now = timezone.now()
indicators.refresh_figures(at=now)
print(json.dumps({
    "households": count,
    "is_old": age.total_seconds() > 0,
    "is_said": describe_lag(),
    "ended": read_late(end_own_query)[0],
    "reader": read_late(ask_for_whom)[0],
    "figures_are_old": IndicatorFigures.objects.filter(computed_at__lt=now).exists(),
}))
"""


@pytest.fixture
def system(migrated_home: Path) -> Iterator[System]:
    let_it_stream(migrated_home)
    with serving(migrated_home) as found:
        yield found


@pytest.fixture
def replica(system: System) -> Iterator[Replica]:
    found = Replica(system, port=free_port())
    found.start()
    try:
        yield found
    finally:
        found.stop()


def read(system: System, **environment: str) -> dict[str, Any]:
    system.environment |= environment
    found: dict[str, Any] = json.loads(system.run("-c", READ))
    return found


def test_what_may_be_late_is_read_on_the_replica_as_long_as_it_is_near(system: System, replica: Replica):
    with system.database() as database:
        database.execute("ANALYZE cases_household")
    until(lambda: replica.ask("SELECT pg_last_xact_replay_timestamp() IS NOT NULL") == (True,), "nothing is copied")
    replica.ask("SELECT pg_wal_replay_pause()")
    system.run("-m", "tests.resilience.importing", "deposit", str(LINES))
    system.run("-m", "tests.resilience.importing", "go-on")

    late = read(system, DATABASE_REPLICA_MOST_SECONDS="86400")
    assert (late["households"], late["is_old"], late["figures_are_old"]) == (0, True, True)
    assert late["is_said"].startswith("Lu sur la réplique de la base : chiffres d’il y a ")
    assert late["ended"] == LINES, "the query that the replica ended is read from the database"
    reader, is_replica = late["reader"]
    assert (reader.split()[0], is_replica) == ("7", True)

    too_late = read(system, DATABASE_REPLICA_MOST_SECONDS="0")
    assert (too_late["households"], too_late["is_old"], too_late["figures_are_old"]) == (LINES, False, False)
    assert too_late["is_said"].endswith("s de retard : lu sur la base elle-même.")

    replica.ask("SELECT pg_wal_replay_resume()")
    until(lambda: replica.ask("SELECT count(*) FROM cases_household") == (LINES,), "the replica does not follow")
    near = read(system, DATABASE_REPLICA_MOST_SECONDS="30")
    assert (near["households"], near["reader"][1]) == (LINES, True)

    replica.stop()
    cut = read(system)
    assert (cut["households"], cut["reader"][1]) == (LINES, False)
    assert cut["is_said"] == "La réplique de la base ne répond pas : lu sur la base elle-même."
