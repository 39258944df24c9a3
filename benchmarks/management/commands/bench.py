"""Measures a path of the product against hand-written SQL that yields the same rows, on whatever data is there.

Everything runs in a transaction that is undone: nothing is kept, nothing is sent.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from benchmarks import backlog, figures, letter, peers, telling, traces
from benchmarks.export import LINES as EXPORTED, list_exported
from benchmarks.handover import PEOPLE, portfolio_handed_over
from benchmarks.import_file import LINES, dry_run
from benchmarks.measures import BUSIEST_MANAGER, Clock, Measure, first, median, ms, rows, timed, undone
from benchmarks.simulation import DECISIONS, draft_simulated
from cases.models import User
from config.garbage import spare_loaded_code
from notifications.fanout import drain_outbox
from workflows.sweep import sweep_deadlines

PAGE = 50
BATCH = 200
ROWS = 2000
MAILS = 200


class Command(BaseCommand):
    help = "Mesure un chemin du produit et le compare à son plancher, du SQL écrit à la main. Ne garde rien."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=list(BENCHES), metavar="NOM", help=", ".join(BENCHES))
        parser.add_argument(
            "--rows", type=int, default=ROWS, metavar="N", help="échéances de « reminders » et de « tick »"
        )
        parser.add_argument("--mails", type=int, default=MAILS, metavar="N", help="courriels de « mails »")
        parser.add_argument(
            "--people", type=int, default=PEOPLE, metavar="N", help="personnes suivies de « handover »"
        )
        parser.add_argument(
            "--decisions", type=int, default=DECISIONS, metavar="N", help="orientations passées de « simulation »"
        )
        parser.add_argument("--lines", type=int, default=LINES, metavar="N", help="lignes du fichier de « import »")
        parser.add_argument("--exported", type=int, default=EXPORTED, metavar="N", help="lignes de « export » au plus")

    def handle(
        self,
        *args: Any,
        name: str,
        lines: int,
        rows: int,
        mails: int,
        people: int,
        decisions: int,
        exported: int,
        **options: Any,
    ) -> None:
        spare_loaded_code()  # as where pages are served
        sized = {
            "import": lambda: _import(lines),
            "reminders": lambda: telling.reminders_due(rows),
            "tick": lambda: telling.nothing_due(rows),
            "mails": lambda: telling.mails_sent(mails),
            "handover": lambda: portfolio_handed_over(people),
            "export": lambda: list_exported(exported),
            "simulation": lambda: draft_simulated(decisions),
        }
        with transaction.atomic():
            measure = (BENCHES | sized)[name]()
            transaction.set_rollback(True)
        self.stdout.write(f"{name} : {measure}")


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

    sql = median(open_page)
    whole = median(lambda: timed(open_page))
    return Measure(
        rows=len(rows(floor_sql, *params)),
        product=sql,
        floor=median(lambda: timed(lambda: rows(floor_sql, *params))),
        details=f" de SQL en {clock.queries} requêtes, page entière {ms(whole)}",
    )


BUSIEST = """
SELECT owner_id FROM workflows_casetask WHERE status IN ('NEW', 'STARTED') AND is_human AND owner_id IS NOT NULL
GROUP BY owner_id ORDER BY count(*) DESC LIMIT 1
"""
INBOX = """
SELECT t.id, t.public_id, t.node, t.due_on, t.legal_on, c.public_id, c.opened_on, s.name, b.usual_name, b.first_names
FROM workflows_casetask t
JOIN cases_case c ON c.id = t.case_id
JOIN cases_structure s ON s.id = t.structure_id
LEFT JOIN cases_householdmember m ON m.household_id = c.household_id AND m.position = 'holder' AND m.until IS NULL
LEFT JOIN cases_beneficiary b ON b.id = m.beneficiary_id
WHERE t.status IN ('NEW', 'STARTED') AND t.is_human AND t.owner_id = %s
ORDER BY t.comes_first DESC, t.nearest_on, t.id LIMIT %s
"""


def _inbox() -> Measure:
    owner = first(BUSIEST, otherwise="Personne n’a de tâche.")
    return _page("inbox", User.objects.get(pk=owner), INBOX, owner, PAGE)


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
    manager = first(BUSIEST_MANAGER, otherwise="Aucun responsable n’a de dossier.")
    return _page("cases", User.objects.get(pk=manager), CASES, manager, PAGE)


# Batches


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
    ids = [pk for (pk,) in rows(SOON_EXPIRED, BATCH)]
    if not ids:
        raise CommandError("Aucune échéance ne court. Créer des données avec `manage.py multiply_cases N`.")
    later = timezone.now() + timedelta(days=3650)

    def by_hand() -> None:
        for pk in ids:
            with transaction.atomic():
                rows(EXPIRE, pk)

    product = sum(each.wall for each in undone(lambda: sweep_deadlines(at=later, limit=BATCH)))
    return Measure(
        rows=len(ids),
        product=product,
        floor=sum(each.wall for each in undone(by_hand)),
        details=" avec les actes des règles",
    )


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
    entries = [pk for (pk,) in rows(LATEST, BATCH)]
    if not entries:
        raise CommandError("Le journal est vide. Créer des données avec `manage.py multiply_cases N`.")
    for sql in FORGET:
        rows(sql, *([entries] if "%s" in sql else []))
    pairs: list[Any] = []

    def by_product() -> None:
        drain_outbox(at=timezone.now())

    def note_pairs() -> None:
        by_product()
        pairs.extend(rows("SELECT user_id, entry_id FROM notifications_notice WHERE entry_id = ANY(%s)", entries))

    undone(note_pairs)
    users, told = [user for user, _ in pairs], [entry for _, entry in pairs]
    return Measure(
        rows=len(entries),
        product=sum(each.wall for each in undone(by_product)),
        floor=sum(each.wall for each in undone(lambda: rows(TELL, users, told))),
        details=f" pour {len(pairs)} notifications",
    )


def _import(lines: int = LINES) -> Measure:
    """The dry run of a file, in a process that does nothing else: as in the worker."""
    product, floor, memory = dry_run(lines=lines)
    return Measure(rows=lines, product=product, floor=floor, details=f", mémoire {memory} Mo au plus")


BENCHES: dict[str, Callable[[], Measure]] = {
    "inbox": _inbox,
    "cases": _cases,
    "backlog": lambda: backlog.figures(_page),
    "backlog_list": lambda: backlog.listed(_page),
    "backlogs": lambda: backlog.of_all(_page),
    "sweep": _sweep,
    "outbox": _outbox,
    "reminders": lambda: telling.reminders_due(ROWS),
    "tick": lambda: telling.nothing_due(ROWS),
    "mails": lambda: telling.mails_sent(MAILS),
    "import": _import,
    "letter": letter.letter_made,
    "handover": portfolio_handed_over,
    "export": list_exported,
    "simulation": draft_simulated,
    "indicators": lambda: figures.page(_page),
    "figures": figures.counted,
    "report": figures.reported,
    "peer_queue": lambda: peers.queue(_page),
    "peer_rights": lambda: peers.rights(_page),
    "peer_admin": lambda: peers.administration(_page),
    "history": traces.act_kept,
    "history_update": traces.update_kept,
    "access": traces.line_added,
}
