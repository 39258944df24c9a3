"""The copy of the database is late, silent, dead, then back, under acts: what it serves is read from the database meanwhile, and
nobody reads a 500.

`pytest -s` prints the table of docs/plusieurs-machines.md.
"""

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.resilience.nodes import Front, Nodes, Replica, let_it_stream
from tests.resilience.pooler import PROGRAM
from tests.resilience.system import until
from tests.sink import Sink

pytestmark = [
    pytest.mark.long,
    pytest.mark.turn(2),
    pytest.mark.timeout(900),
    pytest.mark.skipif(PROGRAM is None, reason="pgbouncer manque (Debian : apt-get install pgbouncer)."),
]
AT_ONCE = 2
NEAR = "Lu sur la réplique de la base : chiffres d’il y a "
LATE = "s de retard : lu sur la base elle-même."
AWAY = "La réplique de la base ne répond pas : lu sur la base elle-même."
SECONDS = 300
"""To count figures and write an export, on a slow machine."""


@pytest.fixture
def nodes(migrated_home: Path, sink: Sink) -> Iterator[Nodes]:
    let_it_stream(migrated_home)
    found = Nodes(migrated_home, mail_port=sink.port)
    try:
        found.start_servers()
        yield found
    finally:
        found.end()


@pytest.fixture
def replica(nodes: Nodes) -> Iterator[Replica]:
    """Behind the pooler, too."""
    found = Replica(nodes, port=nodes.replica_port)
    found.start()
    nodes.environment |= {
        "DATABASE_REPLICA_URL": f"postgresql://postgres@127.0.0.1:{nodes.pooler_port}/relais_replica",
        "DATABASE_REPLICA_MOST_SECONDS": "2",
    }
    nodes.start_pairs()
    try:
        yield found
    finally:
        found.stop()


def follows(nodes: Nodes, replica: Replica) -> bool:
    """It has all that was written."""
    with nodes.database() as database:
        [(written,)] = database.execute("SELECT pg_current_wal_lsn()").fetchall()
    return replica.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'") == (True,)


def send(replica: Replica, what: int) -> None:
    for each in replica.processes():
        # A connection may end while they are counted, and the others with the first.
        with suppress(psutil.NoSuchProcess):
            each.send_signal(what)


def kill(replica: Replica) -> None:
    send(replica, signal.SIGCONT)
    send(replica, signal.SIGKILL)


STATES: list[tuple[str, Callable[[Replica], object], str]] = [
    ("à jour", lambda replica: None, NEAR),
    ("en retard", lambda replica: replica.ask("SELECT pg_wal_replay_pause()"), LATE),
    ("muette", lambda replica: send(replica, signal.SIGSTOP), AWAY),
    ("tuée", kill, AWAY),
    ("revenue", Replica.start, NEAR),
]


def test_a_replica_that_is_late_silent_or_dead_is_left_and_nobody_reads_a_500(
    nodes: Nodes, replica: Replica, sink: Sink
):
    work = json.loads(nodes.run("-m", "tests.resilience.work", "prepare", str(AT_ONCE * len(STATES))))
    nodes.run("-m", "tests.resilience.importing", "count-figures")
    until(lambda: follows(nodes, replica), "nothing is copied")
    for number, (state, change, said) in enumerate(STATES):
        change(replica)
        pages = work["pages"][number * AT_ONCE : (number + 1) * AT_ONCE]
        fronts = [Front(list(nodes.ports.values()), session=work["session"], worker=work["worker"]) for _ in pages]
        threads = [
            threading.Thread(target=front.accept, args=(page,)) for front, page in zip(fronts, pages, strict=True)
        ]
        for thread in threads:
            thread.start()
        pilot = Front(list(nodes.ports.values()), session=work["pilot"], worker=0)
        until(partial(reads, pilot, work["indicators"], said), f"{state}: the page does not say so")
        asked = json.loads(nodes.run("-m", "tests.resilience.work", "ask-what-is-long"))
        until(partial(is_done, nodes, asked), f"{state}: not written", seconds=SECONDS)
        for thread in threads:
            thread.join(200)
            assert not thread.is_alive(), f"{state}: a case is not accepted"
        answers = sum((front.answers for front in fronts), pilot.answers)
        assert answers.keys() == {"well"}, (state, answers)
        sys.stdout.write(f"| {state} | {AT_ONCE} | {answers['well']} | {answers['500']} | « …{said.strip()}… » |\n")
    nodes.settle()

    told = json.loads(nodes.run("-m", "tests.resilience.work", "told"))
    assert len(told["accepted"]) == len(set(told["accepted"])) == AT_ONCE * len(STATES)
    nodes.run("manage.py", "check_invariants")


def reads(pilot: Front, path: str, said: str) -> bool:
    return said in pilot.ask(path)


def is_done(nodes: Nodes, asked: dict[str, str]) -> bool:
    """The export is written, and all figures were counted since, but for those that are as old as what they were read from."""
    with nodes.database() as database:
        [(state, is_counted)] = database.execute(
            "SELECT state, (SELECT min(computed_at) > %(at)s::timestamptz - interval '2 s' FROM workflows_indicatorfigures)"
            " FROM workflows_export WHERE id = %(export)s",
            asked,
        ).fetchall()
    assert state != "failed"
    return bool(state == "done" and is_counted)
