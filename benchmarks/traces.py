"""Measures what the traces cost: what a row said before it was changed, and the line of whoever is shown a page.

By the processor, this process’s and its server’s together, in turn with and without: on the clock, what a busy machine does
else weighs more than what is measured.
"""

from collections.abc import Callable
from statistics import median

from django.core.management.base import CommandError
from django.db import connection, transaction
from django.utils import timezone

from benchmarks.measures import Measure, commits, first, ms, rows, spent
from cases.actions import access_log, people
from cases.models import AccessEntry, Beneficiary, Case, User

ROUNDS, WRITES = 15, 100
TRIGGERS = "ALTER TABLE cases_beneficiary {} TRIGGER keep_what_was_changed"
CHECK = "SET CONSTRAINTS ALL IMMEDIATE"
UPDATE = "UPDATE cases_beneficiary SET phone = %s, email = %s WHERE id = %s"
CASE = "SELECT id FROM cases_case ORDER BY id DESC LIMIT 1"
LINE = """
INSERT INTO cases_accessentry (user_id, case_id, structure_id, kind, page, "right", reason, criteria, day, at)
VALUES (%s, %s, %s, 'case', 'case', 'structure', '', '', %s, %s)
"""


def act_kept() -> Measure:
    """A write as the product makes it: a person corrected, in its transaction, with its line of the journal, committed.

    The floor is the same act while nothing is kept of what the row said.
    """
    by, at = User.objects.order_by("pk").first(), timezone.now()

    def correct(person: Beneficiary, number: int) -> None:
        changes = {"phone": f"06{number:08}", "email": f"p{number}@example.org"}
        people.correct_person(person=person, changes=changes, by=by, at=at)

    return _compare(correct, commit=commits(WRITES).wall / WRITES)


def update_kept() -> Measure:
    """The same two columns, changed by the shortest statement, in one transaction."""
    with connection.cursor() as cursor:

        def update(person: Beneficiary, number: int) -> None:
            cursor.execute(UPDATE, [f"06{number:08}", f"p{number}@example.org", person.pk])

        return _compare(update, commit=0.0)


def _compare(write: Callable[[Beneficiary, int], object], *, commit: float) -> Measure:
    kept: list[float] = []
    bare: list[float] = []
    for number in range(ROUNDS):
        turns = [(kept, "ENABLE"), (bare, "DISABLE")]
        for found, how in turns if number % 2 else reversed(turns):
            found.append(_write_undone(write, how))
    product, floor = median(kept) + commit, median(bare) + commit
    written = f", dont {ms(commit)} d’écriture sur disque" if commit else ""
    return Measure(
        rows=WRITES,
        product=product,
        floor=floor,
        details=f" l’écriture, {product / floor * 100 - 100:+.0f} %{written}",
    )


def _write_undone(write: Callable[[Beneficiary, int], object], how: str) -> float:
    """Milliseconds each, of many people: one row changed over and over would be found behind all that it was."""
    with transaction.atomic():
        rows(CHECK)
        rows(TRIGGERS.format(how))
        someone = list(Beneficiary.objects.filter(merged_into=None).order_by("pk")[: 2 * WRITES])
        if not someone:
            raise CommandError("Personne n’est là. Créer des données avec `manage.py multiply_cases N`.")
        for number, person in enumerate(someone[:WRITES]):  # plans, caches
            write(person, number)
        others = [someone[-1 - number % len(someone)] for number in range(WRITES)]
        cost = spent(lambda: [write(person, WRITES + number) for number, person in enumerate(others)])
        transaction.set_rollback(True)
    return cost.cpu / WRITES


def line_added() -> Measure:
    """What a page waits for its line: the line, and that it be on the disk. The floor is the same by hand."""
    case = Case.objects.get(pk=first(CASE, otherwise="Aucun dossier n’est là."))
    user, structure, at = User.objects.earliest("pk"), case.responsible_structure_id, timezone.now()
    kind, right = AccessEntry.Kind.CASE, AccessEntry.Right.STRUCTURE

    def note() -> None:
        access_log.note(user=user, kind=kind, case=case, structure=structure, right=right, page="case", at=at)

    with connection.cursor() as cursor:
        by_hand = lambda: cursor.execute(LINE, [user.pk, case.pk, structure, timezone.localdate(at), at])  # noqa: E731
        costs = [(_note_undone(note), _note_undone(by_hand)) for _ in range(ROUNDS)]
    commit = commits(WRITES).wall / WRITES
    return Measure(
        rows=1,
        product=median(noted for noted, _ in costs) + commit,
        floor=median(bare for _, bare in costs) + commit,
        details=f" par page, dont {ms(commit)} d’écriture sur disque",
    )


def _note_undone(work: Callable[[], object]) -> float:
    with transaction.atomic():
        cost = spent(lambda: [work() for _ in range(WRITES)])
        transaction.set_rollback(True)
    return cost.cpu / WRITES
