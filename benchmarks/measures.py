"""What every measure shares: time on the clock and on the processor, what is undone, and how it is said.

On a machine that others use too, the time on the clock says little: that of the processor is printed beside it.
"""

import os
import statistics
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from django.core.management.base import CommandError
from django.db import connection, connections, transaction

RUNS = 5
TICKS = os.sysconf("SC_CLK_TCK")
COMMITTED = "SELECT pg_logical_emit_message(true, 'bench', '')"

BUSIEST_MANAGER = """
SELECT m.user_id FROM cases_membership m
JOIN cases_participation p ON p.structure_id = m.structure_id AND p.until IS NULL AND p.is_open
WHERE m.role = 'manager' AND m.until IS NULL GROUP BY m.user_id ORDER BY count(*) DESC LIMIT 1
"""


@dataclass
class Clock:
    """Counts and times the queries that go through it."""

    queries: int = 0
    seconds: float = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.queries += 1
            self.seconds += perf_counter() - began

    def running(self) -> AbstractContextManager[None]:
        return connection.execute_wrapper(self)


@dataclass
class Measure:
    rows: int
    product: float
    """Milliseconds: of SQL for a page, of everything for a batch."""
    floor: float
    details: str = field(default="")
    beside: str = "plancher"
    """What the floor is."""

    def __str__(self) -> str:
        ratio = self.product / self.floor
        return (
            f"{self.rows} lignes ; produit {ms(self.product)}{self.details} ; {self.beside} {ms(self.floor)} ; "
            f"rapport {ratio:.1f}".replace(".", ",")
        )


@dataclass
class Spent:
    """Milliseconds, on the clock and on the processors (this process and its server of PostgreSQL)."""

    wall: float
    cpu: float

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(wall=self.wall + other.wall, cpu=self.cpu + other.cpu)

    def per_second(self, number: int) -> str:
        return f"{number / self.wall * 1000:.0f} par seconde, {number / self.cpu * 1000:.0f} par seconde de processeur"


def ms(value: float) -> str:
    return f"{value:.2f} ms"


def rows(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def first(sql: str, *params: Any, otherwise: str) -> Any:
    found = rows(sql, *params)
    if not found:
        raise CommandError(f"{otherwise} Créer des données avec `manage.py multiply_cases N`.")
    return found[0][0]


def median(run: Callable[[], float]) -> float:
    run()  # warms caches
    return statistics.median(run() for _ in range(RUNS))


def timed(work: Callable[[], object]) -> float:
    return spent(work).wall


def spent(work: Callable[[], object]) -> Spent:
    cpu, began = _cpu(), perf_counter()
    work()
    return Spent(wall=(perf_counter() - began) * 1000, cpu=(_cpu() - cpu) * 1000)


def undone(work: Callable[[], object]) -> tuple[Spent, Spent]:
    """The time of some work, which is then undone; and of the checks that a commit would have made of its rows."""
    with transaction.atomic():
        found = spent(work), spent(lambda: rows("SET CONSTRAINTS ALL IMMEDIATE"))
        transaction.set_rollback(True)
    return found


def commits(number: int) -> Spent:
    """What writing on disk costs, so many times: a commit that leaves nothing behind."""
    beside = connections.create_connection("default")
    try:
        with beside.cursor() as cursor:
            return spent(lambda: [cursor.execute(COMMITTED) for _ in range(number)])
    finally:
        beside.close()


def _cpu() -> float:
    return process_time() + server_seconds()


def server_seconds() -> float:
    """Of processor, that the server of this connection has spent; 0 where it is on another machine."""
    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}")
    if not server.exists():
        return 0
    if (schedstat := server / "schedstat").exists():  # in nanoseconds
        return int(schedstat.read_text().split()[0]) / 1e9
    fields = (server / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
