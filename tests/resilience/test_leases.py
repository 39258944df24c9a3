"""Imports and figures by real processes, straight and through a pooler that sends each transaction elsewhere."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from tests.resilience.pooler import PROGRAM, pooling
from tests.resilience.system import ROOT, Manager, System, free_port, serving, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
LINES = 350
"""Of which a hundred are written together."""
needs_pooler = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer manque (Debian : apt-get install pgbouncer).")


@pytest.fixture
def servers(migrated_home: Path) -> Iterator[System]:
    with serving(migrated_home) as system:
        yield system


@pytest.fixture
def pooled(servers: System) -> Iterator[System]:
    """Whatever starts from now on goes through the pooler."""
    with pooling(servers.home, port=free_port()) as address:
        servers.environment |= {"DATABASE_URL": address, "CONN_MAX_AGE": "0"}
        yield servers


@pytest.fixture(params=["straight", pytest.param("pooled", marks=needs_pooler)])
def system(request: pytest.FixtureRequest, servers: System) -> System:
    return request.getfixturevalue("pooled") if request.param == "pooled" else servers


def begin(system: System, what: str = "go-on") -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.resilience.importing", what]
    return subprocess.Popen(
        command, cwd=ROOT, env=system.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def end(process: subprocess.Popen[str]) -> int:
    said, refused = process.communicate(timeout=300)
    assert process.returncode == 0, refused
    return int(json.loads(said))


def count(system: System, query: str) -> int:
    with system.database() as database:
        row = database.execute(query).fetchone()
    assert row
    return int(row[0])


def written(system: System) -> int:
    return count(system, "SELECT count(*) FROM workflows_importrow")


def test_two_workers_at_once_write_each_line_of_a_file_once(system: System):
    system.run("-m", "tests.resilience.importing", "deposit", str(LINES))
    done = [end(process) for process in [begin(system), begin(system)]]
    assert sorted(done) == [0, LINES]
    assert count(system, "SELECT count(*) FROM workflows_importrow WHERE outcome = 'created'") == LINES
    assert count(system, "SELECT count(*) FROM cases_household") == LINES
    assert count(system, "SELECT count(*) FROM workflows_lease WHERE until IS NOT NULL") == 0


def test_what_a_killed_worker_left_is_taken_up_once_its_lease_has_ended(system: System):
    system.run("-m", "tests.resilience.importing", "deposit", str(LINES))
    killed = begin(system)
    until(lambda: written(system) > 0, "nothing is written")
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=60)
    left = written(system)
    assert 0 < left < LINES
    assert end(begin(system)) == 0, "its lease holds"
    with system.database() as database:
        ((lasts,),) = database.execute("SELECT until - now() FROM workflows_lease").fetchall()
        assert timedelta(0) < lasts <= timedelta(minutes=3)
        database.execute("UPDATE workflows_lease SET until = until - %s", [lasts])
    assert end(begin(system)) == LINES - left
    assert written(system) == LINES
    assert count(system, "SELECT count(*) FROM cases_household") == LINES
    system.run("manage.py", "check_invariants")


def test_figures_are_counted_by_one_process_at_a_time(system: System):
    done = [end(process) for process in [begin(system, "count-figures"), begin(system, "count-figures")]]
    assert sum(done) >= 1
    once = "SELECT count(*) FROM workflows_indicatorfigures"
    assert count(system, once) > 0
    twice = "SELECT count(*) FROM (SELECT FROM workflows_indicatorfigures GROUP BY indicator, quarter, by HAVING count(*) > 1) s"
    assert count(system, twice) == 0


READ_IN_PIECES = """
import django
django.setup()
from cases.models import Structure
assert len(list(Structure.objects.iterator(chunk_size=3))) == Structure.objects.count() > 10
"""


@needs_pooler
def test_rows_read_in_pieces_as_the_choices_of_a_form_are_go_through_a_pooler(pooled: System):
    pooled.run("-c", READ_IN_PIECES)


@needs_pooler
def test_pages_and_worker_go_through_a_pooler(pooled: System):
    for name in ("web", "worker", "beat"):
        pooled.start(name)
    work = json.loads(pooled.run("-m", "tests.resilience.work", "prepare", "6"))
    manager = Manager(pooled.web_port, session=work["session"], worker=work["worker"])
    threads = [threading.Thread(target=manager.accept, args=(path,)) for path in work["pages"]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(200)
    pooled.run("-m", "tests.resilience.importing", "deposit", str(LINES))
    until(lambda: written(pooled) == LINES, "the worker imports nothing", seconds=200)
    until(lambda: count(pooled, "SELECT count(*) FROM cases_outbox") == 0, "something is not told", seconds=200)
    told = json.loads(pooled.run("-m", "tests.resilience.work", "told"))
    assert len(told["accepted"]) == 6
    assert servers_used(pooled) > 1
    pooled.run("manage.py", "check_invariants")


def servers_used(system: System) -> int:
    """How many connections of the server one client used, a transaction after the other."""
    with psycopg.connect(system.environment["DATABASE_URL"], autocommit=True, prepare_threshold=None) as client:
        return len({client.execute("SELECT pg_backend_pid()").fetchone() for _ in range(8)})
