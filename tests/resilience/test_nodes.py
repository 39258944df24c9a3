"""Two nodes of each behind a pooler, each killed in turn under load: no act is lost, none is done or told twice, nobody reads
a 500, and what fails was in flight, or was sent while what all rest on was away.

`pytest -s` prints the table of docs/plusieurs-machines.md.
"""

import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.resilience.nodes import PAIRS, Front, Nodes
from tests.resilience.pooler import PROGRAM
from tests.sink import Sink

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(PROGRAM is None, reason="pgbouncer manque (Debian : apt-get install pgbouncer)."),
    pytest.mark.turn(4),
]
ALONE = ("queue", "pooler", "database")
"""What there is one of: while it is away, a page may say that it comes back."""
AT_ONCE = 3


@pytest.fixture
def nodes(migrated_home: Path, sink: Sink) -> Iterator[Nodes]:
    found = Nodes(migrated_home, mail_port=sink.port)
    try:
        found.start_servers()
        found.start_pairs()
        yield found
    finally:
        found.end()


def test_each_node_killed_in_turn_under_load_loses_nothing_and_does_nothing_twice(nodes: Nodes, sink: Sink):
    victims = [*PAIRS, *ALONE]
    count = AT_ONCE * len(victims)
    work = json.loads(nodes.run("-m", "tests.resilience.work", "prepare", str(count)))
    rows = []
    for number, victim in enumerate(victims):
        pages = work["pages"][number * AT_ONCE : (number + 1) * AT_ONCE]
        fronts = [Front(list(nodes.ports.values()), session=work["session"], worker=work["worker"]) for _ in pages]
        threads = [
            threading.Thread(target=front.accept, args=(page,)) for front, page in zip(fronts, pages, strict=True)
        ]
        for thread in threads:
            thread.start()
        nodes.kill(victim)
        if victim in PAIRS:
            # Of the other alone.
            for thread in threads:
                thread.join(200)
        nodes.start(victim)
        for thread in threads:
            thread.join(200)
            assert not thread.is_alive(), f"a case is not accepted after {victim}"
        answers = sum((front.answers for front in fronts), Counter())
        rows.append((victim, answers))
        assert answers["500"] == 0, rows
        if victim in PAIRS:
            assert answers["503"] == 0, rows
            assert answers["cut"] <= (AT_ONCE if victim.startswith("web") else 0), rows
    nodes.settle()

    told = json.loads(nodes.run("-m", "tests.resilience.work", "told"))
    assert len(told["accepted"]) == len(set(told["accepted"])) == count
    assert told["assigned"] == count
    assert told["told of it"] == [work["worker"]] * count
    assert sink.times.keys() == set(told["mails"])
    nodes.run("manage.py", "check_invariants")
    for victim, answers in rows:
        sys.stdout.write(
            f"| {victim} | {AT_ONCE} | {answers['well']} | {answers['cut']} | {answers['503']} | {answers['500']} |\n"
        )
