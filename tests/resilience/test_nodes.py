"""Two nodes of each behind a pooler, each killed in turn under load: no act is lost, none is done or told twice, nobody reads
a 500, and what fails was in flight, or was sent while what all rest on was away.

`pytest -s` prints the table of docs/plusieurs-machines.md.
"""

import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from config import embedded
from tests.resilience.pooler import CONFIGURATION, PROGRAM
from tests.resilience.system import Manager, System, free_port, until
from tests.sink import Sink

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(PROGRAM is None, reason="pgbouncer manque (Debian : apt-get install pgbouncer)."),
]
TWICE = ("web", "web b", "worker", "worker b", "beat", "other beat")
ALONE = ("queue", "pooler", "database")
"""What there is one of: while it is away, a page may say that it comes back."""
AT_ONCE = 3


class Nodes(System):
    """Each pair as on two machines: of one database, one queue, one pooler."""

    def __init__(self, home: Path, *, mail_port: int) -> None:
        super().__init__(home, mail_port=mail_port, web_port=free_port())
        self.ports = {"web": self.web_port, "web b": free_port()}
        self.pooler_port = free_port()

    def command(self, name: str) -> list[str]:
        if name == "pooler":
            return [str(PROGRAM), "-u", embedded.ACCOUNT, str(self.home / "pgbouncer.ini")]
        return super().command(name.removesuffix(" b"))

    def start(self, name: str) -> None:
        self.environment["BIND"] = f"127.0.0.1:{self.ports.get(name, self.web_port)}"
        pooled = self.environment.get("DATABASE_URL", "")
        if name == "database":  # it starts none that has an address
            del self.environment["DATABASE_URL"]
        super().start(name)
        if pooled:
            self.environment["DATABASE_URL"] = pooled

    def go_through_pooler(self) -> None:
        sockets = self.home / "run"
        said = CONFIGURATION.format(sockets=sockets, database=embedded.DATABASE, port=self.pooler_port)
        (self.home / "pgbouncer.ini").write_text(said, encoding="utf-8")
        (self.home / "pgbouncer.ini").chmod(0o644)
        self.start("pooler")
        address = f"postgresql://postgres@127.0.0.1:{self.pooler_port}/{embedded.DATABASE}"
        self.environment |= {"DATABASE_URL": address, "CONN_MAX_AGE": "0"}


class Front(Manager):
    """As the front does, asks the other node when one takes no connection; keeps what people were answered."""

    def __init__(self, ports: list[int], **signed_in: Any) -> None:
        super().__init__(ports[0], **signed_in)
        self.ports = ports
        self.answers: Counter[str] = Counter()

    def ask(self, path: str, typed: dict[str, str] | None = None) -> str:
        try:
            return self.ask_one(path, typed)
        except ConnectionRefusedError:
            self.ports.reverse()
            self.port = self.ports[0]
            return self.ask_one(path, typed)

    def ask_one(self, path: str, typed: dict[str, str] | None) -> str:
        try:
            page = super().ask(path, typed)
        except ConnectionRefusedError:
            raise
        except (OSError, HTTPException) as error:
            said = str(error)
            self.answers[said if said in ("500", "502", "503") else "cut"] += 1
            raise
        self.answers["well"] += 1
        return page


@pytest.fixture
def nodes(migrated_home: Path, sink: Sink) -> Iterator[Nodes]:
    found = Nodes(migrated_home, mail_port=sink.port)
    try:
        found.start("servers")
        until((migrated_home / "run" / "valkey.sock").exists, "the servers do not start")
        found.go_through_pooler()
        for name in TWICE:
            found.start(name)
        yield found
    finally:
        found.end()


def test_each_node_killed_in_turn_under_load_loses_nothing_and_does_nothing_twice(nodes: Nodes, sink: Sink):
    victims = [*TWICE, *ALONE]
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
        if victim in TWICE:
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
        if victim in TWICE:
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
