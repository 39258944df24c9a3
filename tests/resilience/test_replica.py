"""A real streaming copy of the database: read when it is near enough, left when it is late, cut, or gives a query up."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import embedded
from tests.resilience.system import System, free_port, serving, until
from tests.resilience.test_leases import LINES

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
STREAMS = {"wal_level": "replica", "max_wal_senders": "4", "hot_standby": "on"}
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
    with (migrated_home / "postgresql" / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{name} = '{value}'\n" for name, value in STREAMS.items())
    with serving(migrated_home) as found:
        yield found


class Replica:
    """Of the database of this installation, on a port of its own."""

    def __init__(self, system: System) -> None:
        self.data, self.port = system.home / "replica", free_port()
        self.address = f"postgresql://postgres@127.0.0.1:{self.port}/{embedded.DATABASE}"
        self.data.mkdir(mode=0o700)
        embedded._give_to_postgres(self.data)
        embedded._run_postgres_tool(
            "pg_basebackup", "-h", str(system.home / "run"), "-U", "postgres", "-D", str(self.data), "-R", "--no-sync", "-c", "fast"
        )  # fmt: skip
        system.environment["DATABASE_REPLICA_URL"] = self.address

    def start(self) -> None:
        listens = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories=''"
        embedded._run_postgres_tool(
            "pg_ctl", "start", "-w", "-D", str(self.data), "-l", str(self.data / "server.log"), "-o", listens
        )  # fmt: skip

    def stop(self) -> None:
        embedded._run_postgres_tool("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(self.data), check=False)

    def ask(self, query: str) -> Any:
        with psycopg.connect(self.address, autocommit=True) as connection:
            return connection.execute(query).fetchone()


@pytest.fixture
def replica(system: System) -> Iterator[Replica]:
    found = Replica(system)
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
