"""The disk of the database, that of its journal, that of the files and that of what is being sent are filled in turn, under acts:
refused in French, nothing is half-written, and all goes on once there is room.

`pytest -s` prints the table of docs/plusieurs-machines.md.
"""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from tests.resilience.disks import MEBIBYTE, SmallDisk, may_mount
from tests.resilience.nodes import Front, Nodes
from tests.resilience.pooler import PROGRAM
from tests.resilience.system import Hidden, until
from tests.sink import Sink
from tests.uploads import pdf

pytestmark = [
    pytest.mark.long,
    pytest.mark.turn(0),
    pytest.mark.timeout(900),
    pytest.mark.skipif(PROGRAM is None, reason="pgbouncer manque (Debian : apt-get install pgbouncer)."),
]
AT_ONCE = 3
PIECE = pdf(b"<< /Length %d >>\nstream\n%s\nendstream" % (3 * MEBIBYTE, b"x" * 3 * MEBIBYTE))
"""More than is kept in memory while it is sent."""
KEPT_SMALL = {"max_wal_size": "64MB", "min_wal_size": "32MB"}


@pytest.fixture
def disks(migrated_home: Path, tmp_path: Path) -> Iterator[dict[str, SmallDisk]]:
    if not may_mount(tmp_path):
        pytest.skip("Monter un petit disque en mémoire demande d’être root.")
    with (migrated_home / "postgresql" / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{name} = '{value}'\n" for name, value in KEPT_SMALL.items())
    for folder in ("media", "sent"):
        (migrated_home / folder).mkdir(exist_ok=True)
    folders = {"database": "postgresql", "log": "postgresql/pg_wal", "files": "media", "sent": "sent"}
    with ExitStack() as mounted:
        found = {}
        for name, folder in folders.items():
            found[name] = SmallDisk(migrated_home / folder, size=400 if "postgresql" in folder else 16)
            mounted.callback(found[name].unmount)
        yield found


@pytest.fixture
def nodes(disks: dict[str, SmallDisk], migrated_home: Path, sink: Sink) -> Iterator[Nodes]:
    found = Nodes(migrated_home, mail_port=sink.port)
    try:
        found.start_servers()
        found.environment["TMPDIR"] = str(migrated_home / "sent")
        found.start_pairs()
        yield found
    finally:
        found.end()


def test_a_full_disk_refuses_in_french_and_loses_nothing(nodes: Nodes, disks: dict[str, SmallDisk], sink: Sink):
    work = json.loads(nodes.run("-m", "tests.resilience.work", "prepare", str(3 * AT_ONCE)))
    for number, name in enumerate(["database", "log"]):
        fronts = fronts_of(nodes, work)
        pages = work["pages"][number * AT_ONCE : (number + 1) * AT_ONCE]
        fill(nodes, disks[name])
        threads = [
            threading.Thread(target=front.accept, args=(page,)) for front, page in zip(fronts, pages, strict=True)
        ]
        for thread in threads:
            thread.start()
        until(partial(is_refused, fronts), f"{name}: all is taken")
        disks[name].empty()
        if name == "log":
            nodes.start("database")
        for thread in threads:
            thread.join(200)
            assert not thread.is_alive(), f"{name}: a case is not accepted"
        say(name, fronts)
    send_pieces(nodes, disks, work)
    for front, page in zip(fronts_of(nodes, work), work["pages"][2 * AT_ONCE :], strict=True):
        front.accept(page)
    nodes.settle()

    told = json.loads(nodes.run("-m", "tests.resilience.work", "told"))
    assert len(told["accepted"]) == len(set(told["accepted"])) == 3 * AT_ONCE
    assert told["told of it"] == [work["worker"]] * 3 * AT_ONCE
    assert sink.times.keys() == set(told["mails"])
    nodes.run("manage.py", "check_invariants")


def fronts_of(nodes: Nodes, work: dict[str, Any]) -> list[Front]:
    ports = list(nodes.ports.values())
    return [Front(list(ports), session=work["session"], worker=work["worker"]) for _ in range(AT_ONCE)]


def say(name: str, fronts: list[Front]) -> None:
    answers = sum((front.answers for front in fronts[1:]), fronts[0].answers)
    assert answers["500"] == 0, answers
    sys.stdout.write(f"| {name} | {answers['well']} | {answers['cut']} | {answers['503']} | {answers['500']} |\n")


def is_refused(fronts: list[Front]) -> bool:
    return sum(front.answers["503"] for front in fronts) > 0


def fill(nodes: Nodes, disk: SmallDisk) -> None:
    disk.fill()
    if disk.folder.name == "pg_wal":
        until(partial(is_stopped, nodes, disk), "the database goes on")


def is_stopped(nodes: Nodes, disk: SmallDisk) -> bool:
    """It ends rather than say that something is written which is not, and may start again as long as it finds room for that."""
    disk.fill()
    with suppress(psycopg.OperationalError), nodes.database() as database:
        while True:
            database.execute("SELECT pg_logical_emit_message(true, 'test', repeat('x', 1000000))")
    return not (nodes.home / "postgresql" / "postmaster.pid").exists()


def send_pieces(nodes: Nodes, disks: dict[str, SmallDisk], work: dict[str, Any]) -> None:
    """While the files have no room, while what is sent has none, then with room."""
    path = work["pages"][0].partition("/etapes/")[0] + "/pieces/"
    for name, status, words in [
        ("files", 200, "Il n’y a plus de place là où sont gardés les fichiers"),
        ("sent", 503, "Son disque n’a plus de place"),
    ]:
        disks[name].fill()
        answer = send_piece(nodes, path, work)
        assert (answer.status_code, words in answer.text) == (status, True), answer.text
        disks[name].empty()
        until(lambda: kept(disks) == [], "something is left")
        sys.stdout.write(f"| {name} | {status} | {words} |\n")
    answer = send_piece(nodes, path, work)
    assert answer.status_code == 302, answer.text
    until(lambda: len(kept(disks)) == 1, "the piece is not kept once")


def send_piece(nodes: Nodes, path: str, work: dict[str, Any]) -> requests.Response:
    front = fronts_of(nodes, work)[0]
    fields = Hidden(front.ask(path)).fields
    today = datetime.now(UTC).date().isoformat()
    typed = {"kind": "judgment", "received_on": today, "visibility": "internal", "title": "octobre 2026"}
    return requests.post(
        f"http://127.0.0.1:{front.port}{path}",
        data=fields | typed,
        files={"pieces": ("jugement.pdf", PIECE, "application/pdf")},
        cookies=front.cookies,
        allow_redirects=False,
        timeout=60,
    )


def kept(disks: dict[str, SmallDisk]) -> list[Path]:
    return [
        each
        for name in ("files", "sent")
        for each in disks[name].folder.rglob("*")
        if each.suffix == ".pdf" or "upload" in each.name
    ]
