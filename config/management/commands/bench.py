"""Measures a path of the product against hand-written SQL that yields the same rows, on whatever data is there.

Everything runs in a transaction that is undone: nothing is kept, nothing is sent.
"""

import statistics
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.timezone import localdate

from cases.models import DeadlineRule, User
from cases.rules.counting import Unit
from config.bench_import import LINES, dry_run
from notifications import reminders
from notifications.fanout import drain_outbox
from notifications.reminder_rules import Anchor
from workflows.models import HELD
from workflows.sweep import sweep

RUNS = 5
PAGE = 50
BATCH = 200
ROWS = 2000


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

    def __str__(self) -> str:
        ratio = self.product / self.floor
        return (
            f"{self.rows} lignes ; produit {_ms(self.product)}{self.details} ; plancher {_ms(self.floor)} ; "
            f"rapport {ratio:.1f}".replace(".", ",")
        )


class Command(BaseCommand):
    help = "Mesure un chemin du produit et le compare à son plancher, du SQL écrit à la main. Ne garde rien."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=list(BENCHES), metavar="NOM", help=", ".join(BENCHES))
        parser.add_argument("--rows", type=int, default=ROWS, metavar="N", help="échéances de « reminders »")
        parser.add_argument("--lines", type=int, default=LINES, metavar="N", help="lignes du fichier de « import »")

    def handle(self, *args: Any, name: str, lines: int, rows: int, **options: Any) -> None:
        sized = {"import": lambda: _import(lines), "reminders": lambda: _reminders(rows)}
        with transaction.atomic():
            measure = (BENCHES | sized)[name]()
            transaction.set_rollback(True)
        self.stdout.write(f"{name} : {measure}")


def _ms(value: float) -> str:
    return f"{value:.2f} ms"


def _rows(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def _first(sql: str, *, otherwise: str) -> Any:
    found = _rows(sql)
    if not found:
        raise CommandError(f"{otherwise} Créer des données avec `manage.py seed_demo --scale N`.")
    return found[0][0]


def _median(run: Callable[[], float]) -> float:
    run()  # warms caches
    return statistics.median(run() for _ in range(RUNS))


def _timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


# Pages


def _page(url_name: str, user: User, floor_sql: str, *params: Any) -> Measure:
    host = next(iter(settings.ALLOWED_HOSTS), "localhost").strip(".*") or "localhost"
    client = Client(SERVER_NAME=host)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    try:
        address = reverse(url_name)
    except NoReverseMatch as error:
        raise CommandError(f"La page « {url_name} » n’existe pas dans cette version.") from error
    clock = Clock()

    def open_page() -> float:
        clock.queries, clock.seconds = 0, 0.0
        with clock.running():
            answer = client.get(address, secure=settings.SECURE_SSL_REDIRECT)
        if answer.status_code != 200:
            raise CommandError(f"La page « {url_name} » répond {answer.status_code}.")
        return clock.seconds * 1000

    sql = _median(open_page)
    whole = _median(lambda: _timed(open_page))
    return Measure(
        rows=len(_rows(floor_sql, *params)),
        product=sql,
        floor=_median(lambda: _timed(lambda: _rows(floor_sql, *params))),
        details=f" de SQL en {clock.queries} requêtes, page entière {_ms(whole)}",
    )


BUSIEST = """
SELECT owner_id FROM workflows_casetask WHERE status IN ('NEW', 'STARTED') AND is_human AND owner_id IS NOT NULL
GROUP BY owner_id ORDER BY count(*) DESC LIMIT 1
"""
INBOX = """
SELECT t.id, t.public_id, t.node, t.due_on, c.public_id, c.opened_on, s.name, b.usual_name, b.first_names
FROM workflows_casetask t
JOIN cases_case c ON c.id = t.case_id
JOIN cases_structure s ON s.id = t.structure_id
LEFT JOIN cases_householdmember m ON m.household_id = c.household_id AND m.position = 'holder' AND m.until IS NULL
LEFT JOIN cases_beneficiary b ON b.id = m.beneficiary_id
WHERE t.status IN ('NEW', 'STARTED') AND t.is_human AND t.owner_id = %s
ORDER BY t.comes_first DESC, t.due_on, t.id LIMIT %s
"""


def _inbox() -> Measure:
    owner = _first(BUSIEST, otherwise="Personne n’a de tâche.")
    return _page("inbox", User.objects.get(pk=owner), INBOX, owner, PAGE)


BUSIEST_MANAGER = """
SELECT m.user_id FROM cases_membership m
JOIN cases_participation p ON p.structure_id = m.structure_id AND p.until IS NULL AND p.is_open
WHERE m.role = 'manager' AND m.until IS NULL GROUP BY m.user_id ORDER BY count(*) DESC LIMIT 1
"""
CASES = """
SELECT c.id, c.public_id, c.opened_on, p.next_due_on, s.name, b.usual_name, b.first_names
FROM cases_participation p
JOIN cases_case c ON c.id = p.case_id
JOIN cases_structure s ON s.id = c.responsible_structure_id
LEFT JOIN cases_householdmember m ON m.household_id = c.household_id AND m.position = 'holder' AND m.until IS NULL
LEFT JOIN cases_beneficiary b ON b.id = m.beneficiary_id
WHERE p.is_open AND p.until IS NULL
  AND p.structure_id IN (SELECT structure_id FROM cases_membership WHERE user_id = %s AND until IS NULL)
ORDER BY p.next_due_on, c.id LIMIT %s
"""


def _cases() -> Measure:
    manager = _first(BUSIEST_MANAGER, otherwise="Aucun responsable n’a de dossier.")
    return _page("cases", User.objects.get(pk=manager), CASES, manager, PAGE)


# Batches


def _undone(work: Callable[[], object]) -> float:
    """The time of some work, which is then undone."""
    with transaction.atomic():
        spent = _timed(work)
        transaction.set_rollback(True)
    return spent


SOON_EXPIRED = "SELECT id FROM cases_deadline WHERE state = 'running' ORDER BY legal_date, id LIMIT %s"
EXPIRE = """
WITH missed AS (
  UPDATE cases_deadline SET state = 'missed', ended_at = now() WHERE id = %s AND state = 'running'
  RETURNING id, case_id, structure_id
), line AS (
  INSERT INTO cases_journalentry (kind, case_id, structure_id, happened_at, data)
  SELECT 'deadline.missed', case_id, structure_id, now(), jsonb_build_object('deadline', id) FROM missed RETURNING id
)
INSERT INTO cases_outbox (entry_id) SELECT id FROM line
"""


def _sweep() -> Measure:
    """Every running deadline, as if its day were over."""
    ids = [pk for (pk,) in _rows(SOON_EXPIRED, BATCH)]
    if not ids:
        raise CommandError("Aucune échéance ne court. Créer des données avec `manage.py seed_demo --scale N`.")
    later = timezone.now() + timedelta(days=3650)

    def by_hand() -> None:
        for pk in ids:
            with transaction.atomic():
                _rows(EXPIRE, pk)

    product = _undone(lambda: sweep(at=later, limit=BATCH))
    return Measure(rows=len(ids), product=product, floor=_undone(by_hand), details=" avec les actes des règles")


LATEST = "SELECT id FROM cases_journalentry ORDER BY id DESC LIMIT %s"
FORGET = (
    "DELETE FROM cases_outbox",
    "DELETE FROM notifications_delivery d USING notifications_notice n WHERE n.id = d.notice_id AND n.entry_id = ANY(%s)",
    "DELETE FROM notifications_notice WHERE entry_id = ANY(%s)",
    "INSERT INTO cases_outbox (entry_id) SELECT unnest(%s::bigint[])",
)
TELL = """
WITH told AS (
  INSERT INTO notifications_notice (public_id, user_id, entry_id, case_id, created_at)
  SELECT gen_random_uuid(), u, e, j.case_id, now()
  FROM unnest(%s::bigint[], %s::bigint[]) AS pair(u, e) JOIN cases_journalentry j ON j.id = e RETURNING id, user_id
), sent AS (
  INSERT INTO notifications_delivery (public_id, user_id, notice_id, state, attempts, next_try_at)
  SELECT gen_random_uuid(), user_id, id, 'waiting', 0, now() FROM told
)
DELETE FROM cases_outbox
"""


def _outbox() -> Measure:
    """The latest lines of the journal, as if nobody had been told yet."""
    entries = [pk for (pk,) in _rows(LATEST, BATCH)]
    if not entries:
        raise CommandError("Le journal est vide. Créer des données avec `manage.py seed_demo --scale N`.")
    for sql in FORGET:
        _rows(sql, *([entries] if "%s" in sql else []))
    pairs: list[Any] = []

    def by_product() -> None:
        drain_outbox(at=timezone.now())

    def note_pairs() -> None:
        by_product()
        pairs.extend(_rows("SELECT user_id, entry_id FROM notifications_notice WHERE entry_id = ANY(%s)", entries))

    _undone(note_pairs)
    users, told = [user for user, _ in pairs], [entry for _, entry in pairs]
    return Measure(
        rows=len(entries),
        product=_undone(by_product),
        floor=_undone(lambda: _rows(TELL, users, told)),
        details=f" pour {len(pairs)} notifications",
    )


SOME_CASES = """
SELECT c.id, c.responsible_structure_id FROM cases_case c
WHERE c.closed_on IS NULL AND NOT EXISTS (
  SELECT FROM workflows_casetask t WHERE t.case_id = c.id AND t.node = %s AND t.status IN ('NEW', 'STARTED')
)
ORDER BY c.id LIMIT 5000
"""
ARM = """
WITH known AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS s (case_id, structure_id, number))
INSERT INTO cases_deadline (
  public_id, case_id, rule_id, structure_id, started_on, legal_date, safe_date, steps, state, remind_on, created_at
)
SELECT gen_random_uuid(), s.case_id, %s, s.structure_id, %s, %s, %s, '[]', 'running', %s, now()
FROM generate_series(1, %s) AS n JOIN known s ON s.number = 1 + n %% %s
RETURNING id
"""
DUE = "UPDATE cases_deadline SET remind_on = %s WHERE id = ANY(%s)"
REMIND = """
WITH due AS (
  SELECT id, case_id, structure_id FROM cases_deadline WHERE state = 'running' AND remind_on <= %s
), made AS (
  INSERT INTO notifications_reminder (rule_id, deadline_id, due_on, day, rank, escalates, made_at)
  SELECT %s, id, %s, %s, 0, false, now() FROM due ON CONFLICT DO NOTHING RETURNING id, deadline_id
), line AS (
  INSERT INTO cases_journalentry (kind, case_id, structure_id, happened_at, data)
  SELECT 'reminder.due', case_id, structure_id, now(), jsonb_build_object('reminder', made.id, 'deadline', due.id)
  FROM made JOIN due ON due.id = made.deadline_id RETURNING id
), told AS (
  INSERT INTO cases_outbox (entry_id) SELECT id FROM line
)
UPDATE cases_deadline SET remind_on = NULL FROM due WHERE cases_deadline.id = due.id
"""


def _reminders(rows: int = ROWS) -> Measure:
    """Many delays of which nothing is to be said today, then of which all is."""
    now = timezone.now()
    on = localdate(now)
    cases = _rows(SOME_CASES, HELD)
    if not cases:
        raise CommandError("Aucun dossier n’est ouvert. Créer des données avec `manage.py seed_demo --scale N`.")
    reminders.scan(at=now)
    row, delay, last_day = _said_in_calendar_days(on)
    dates = [on - timedelta(days=90), last_day, last_day, on + timedelta(days=1)]
    ids, structures = [case for case, _ in cases], [structure for _, structure in cases]
    armed = [pk for (pk,) in _rows(ARM, ids, structures, delay, *dates, rows, len(cases))]
    _rows("ANALYZE cases_deadline")
    idle = _median(lambda: _timed(lambda: reminders.scan(at=now)))
    _rows(DUE, on, armed)
    product = _undone(lambda: reminders.scan(at=now))
    floor = _undone(lambda: _rows(REMIND, on, row, last_day, on))
    told = f", {rows / product * 1000:.0f} par seconde ; quand rien n’est dû {_ms(idle)}"
    return Measure(rows=rows, product=product, floor=floor, details=told)


def _said_in_calendar_days(on: date) -> tuple[int, int, date]:
    """A rule of reminders, a delay that it alone follows, and the last day of which it speaks today."""
    rules = reminders.rules_in_force(on)
    for delay in DeadlineRule.objects.order_by("pk"):
        followed = [(pk, rule) for pk, rule in rules.items() if rule.names(delay.code)]
        if len(followed) == 1 and followed[0][1].counted_from is Anchor.LEGAL and followed[0][1].unit is Unit.DAY:
            pk, rule = followed[0]
            return pk, delay.pk, on - timedelta(days=rule.days[-1])
    raise CommandError("Aucune règle de rappel ne compte en jours depuis le dernier jour d’un délai.")


def _import(lines: int = LINES) -> Measure:
    """The dry run of a file, in a process that does nothing else: as in the worker."""
    product, floor, memory = dry_run(lines=lines)
    return Measure(rows=lines, product=product, floor=floor, details=f", mémoire {memory} Mo au plus")


BENCHES: dict[str, Callable[[], Measure]] = {
    "inbox": _inbox,
    "cases": _cases,
    "sweep": _sweep,
    "outbox": _outbox,
    "reminders": _reminders,
    "import": _import,
}
