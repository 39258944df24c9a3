"""An import is undone as a whole: what it wrote is voided, what it changed is put back, and the journal keeps both.

All of it in one transaction, and only until someone has acted on a case that it opened or completed.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from cases import journal
from cases.actions import case as cases
from cases.actions.retention.anonymise import note_erased
from cases.actions.retention.limits import kept_for
from cases.actions.rows import restore
from cases.locks import lock_case
from cases.models import (
    Case,
    DebtStatement,
    HouseholdFact,
    HouseholdMember,
    JournalEntry,
    Milestone,
    Report,
    Tenancy,
    User,
    Watch,
)
from cases.queries import court_position
from cases.refusals import Refusal
from workflows import engine
from workflows.actions import milestones
from workflows.actions.watching import forget_tenancy
from workflows.imports.records import forget_lines
from workflows.imports.trace import last_entry
from workflows.models import CaseTask, IdentityDecision, ImportJob, ImportRow

NAMED = 10
State = ImportJob.State


class CannotUndo(Refusal):
    """An import is not undone."""


class AlreadyUndone(CannotUndo):
    """What is asked for is done, or being done."""


@transaction.atomic
def ask_undo(job: ImportJob, *, by: User, at: datetime) -> None:
    """Have the worker undo an import. Refuses (`CannotUndo`) as `undo_import` would."""
    job = ImportJob.objects.select_for_update().get(pk=job.pk)
    refuse_unless_possible(job, at=at)
    job.state, job.undone_by, job.message = State.UNDOING, by, ""
    job.save(update_fields=["state", "undone_by", "message"])


def refuse_unless_possible(job: ImportJob, *, at: datetime) -> None:
    """Refuses (`CannotUndo`) an import that is not done, too old, followed by another, or acted on."""
    if job.state in (State.UNDOING, State.UNDONE):
        raise AlreadyUndone(
            f"Cet import est {'déjà annulé' if job.state == State.UNDONE else 'en cours d’annulation'}."
        )
    if job.state != State.DONE:
        raise CannotUndo("Seul un import terminé peut être annulé : recharger la page.")
    kept = kept_for("import_file", on=localdate(at))
    if job.finished_at is None or job.finished_at < at - kept:
        raise CannotUndo(
            f"Cet import a plus de {kept.days} jours : il ne peut plus être annulé. Déposer un fichier corrigé."
        )
    if not written_rows(job).exists():
        raise CannotUndo("Cet import n’a rien enregistré : il n’y a rien à annuler.")
    refuse_if_followed(job)
    refuse_if_acted_on(job)


@transaction.atomic
def undo_import(job: ImportJob, *, at: datetime) -> int:
    """Undo an import; the caller holds the lock of imports. Returns how many lines were undone.

    1. Every case that it wrote to is locked (`Busy`), so that nobody acts on one meanwhile.
    2. Refuses (`CannotUndo`) if a later import wrote about the same households, or if someone acted on a case.
    3. Lines are undone from the last to the first, so that each finds what it left.
    """
    job = ImportJob.objects.select_for_update().get(pk=job.pk)
    if job.state != State.UNDOING:
        raise CannotUndo("Cet import n’est pas à annuler.")
    for case in Case.objects.filter(pk__in=written_rows(job).values("case")).order_by("pk"):
        lock_case(case.pk)
    refuse_if_followed(job)
    refuse_if_acted_on(job)
    entry = journal.record("import.undone", at=at, by=job.undone_by, structure=job.structure, job=job.pk)
    rows = list(written_rows(job).select_related("case", "tenancy", "job__structure").order_by("-pk"))
    for row in rows:
        Undoing(row, by=job.undone_by, at=at, cause=entry).undo()
    job.state, job.undone_at, job.message = State.UNDONE, at, ""
    job.save(update_fields=["state", "undone_at", "message"])
    return len(rows)


def written_rows(job: ImportJob) -> QuerySet[ImportRow]:
    return ImportRow.objects.filter(job=job).exclude(written={})


def forget_traces(*, at: datetime) -> int:
    """What old imports wrote, and what nobody corrected of them, is no longer kept with their lines; nor what was decided of
    an identity that no household came of."""
    before = at - kept_for("import_file", on=localdate(at))
    _forget_vain_decisions(before=before)
    kept = ~Q(written={}) | ~Q(values={}) | ~Q(refused={})
    return forget_lines(ImportRow.objects.filter(kept, job__finished_at__lt=before))


@transaction.atomic
def _forget_vain_decisions(*, before: datetime) -> None:
    vain = list(IdentityDecision.objects.filter(household=None, decided_at__lt=before).values_list("pk", flat=True))
    note_erased(IdentityDecision, vain, home=None)
    IdentityDecision.objects.filter(pk__in=vain).delete()


# What forbids it


def refuse_if_followed(job: ImportJob) -> None:
    """Imports are undone from the last to the first: a later one counts with what an earlier one wrote."""
    found = find_follower(job)
    if found is None:
        return
    if found.job.structure_id != job.structure_id:
        raise CannotUndo(
            "Un import plus récent d’un autre expéditeur a complété les mêmes ménages : celui-ci ne peut plus être"
            " annulé. Demander au pilote de l’action de corriger les dossiers concernés."
        )
    if find_follower(found.job, among=job):
        raise CannotUndo(
            f"Cet import et « {found.job.file_name} » ont complété tour à tour les mêmes ménages : ni l’un ni l’autre"
            " ne peut plus être annulé. Déposer un fichier corrigé."
        )
    raise CannotUndo(f"L’import « {found.job.file_name} », plus récent, parle des mêmes ménages : l’annuler d’abord.")


def find_follower(job: ImportJob, *, among: ImportJob | None = None) -> ImportRow | None:
    """The last line of another import (of `among` alone) that was written after one of this import, of the same household.
    A line is inserted when it is written, once and for all, were it long after the rest of its file: its key says the
    order."""
    mine = written_rows(job).exclude(household=None)
    others = ImportRow.objects.exclude(job=job).exclude(written={}).exclude(job__state=State.UNDONE)
    if among:
        others = others.filter(job=among)
    before = mine.filter(household=OuterRef("household"), pk__lt=OuterRef("pk"))
    later = others.filter(Exists(before), household__in=mine.values("household"))
    return later.select_related("job").order_by("-pk").first()


def refuse_if_acted_on(job: ImportJob) -> None:
    names = [case.reference for case in acted_on(job)]
    if not names:
        return
    others = f" et {len(names) - NAMED} autres" if len(names) > NAMED else ""
    raise CannotUndo(
        f"Quelqu’un a déjà agi sur {'le dossier' if len(names) == 1 else 'les dossiers'}"
        f" {', '.join(names[:NAMED])}{others} : l’import ne peut plus être annulé. Corriger ces dossiers un par un,"
        " ou déposer un fichier corrigé."
    )


def acted_on(job: ImportJob) -> list[Case]:
    """The cases on which a person has written in the journal since the import did."""
    marks: dict[int, int] = {}
    for row in written_rows(job).exclude(case=None):
        marks[row.case_id] = max(marks.get(row.case_id, 0), row.written["entries"][1])  # type: ignore[index, arg-type]
    if not marks:
        return []
    withdrawn = of_undone_imports(marks)
    acts = JournalEntry.objects.filter(case__in=marks, actor__isnull=False, pk__gt=min(marks.values()))
    touched = {
        case
        for case, pk in acts.values_list("case_id", "pk")
        if pk > marks[case] and not any(first < pk <= last for first, last in withdrawn[case])
    }
    return list(Case.objects.filter(pk__in=touched).order_by("pk"))


def of_undone_imports(cases_: Iterable[int]) -> dict[int, list[list[int]]]:
    """Case → the stretches of its journal that imports wrote which are undone, and their undoing."""
    found: dict[int, list[list[int]]] = defaultdict(list)
    for row in ImportRow.objects.filter(case__in=cases_, job__state=State.UNDONE).exclude(written={}):
        found[row.case_id] += [row.written["entries"], row.written["undone"]]  # type: ignore[index]
    return found


# A line


class Undoing:
    """What a line wrote, undone: cases first, so that nothing waits on what disappears."""

    def __init__(self, row: ImportRow, *, by: User | None, at: datetime, cause: JournalEntry) -> None:
        self.row, self.by, self.at, self.cause = row, by, at, cause
        self.made = row.written.get("made", {})
        self.today = localdate(at)

    def undo(self) -> None:
        before = last_entry(self.row.case)
        self.undo_case()
        self.void_debt_records()
        self.give_back_number()
        for change in self.row.written.get("changed", []):
            restore(*change)
        self.restore_facts()
        self.undo_milestones()
        HouseholdMember.objects.filter(pk__in=self.made.get("cases.householdmember", ())).update(until=self.today)
        self.restore_watch()
        if self.row.case:
            self.row.written["undone"] = [before, last_entry(self.row.case)]
            self.row.save(update_fields=["written"])
        self.forget_unused_tenancy()

    def undo_case(self) -> None:
        case = self.row.case
        if case is None:
            return
        told = journal.record(
            "import.undone",
            at=self.at,
            case=case,
            by=self.by,
            structure=self.row.job.structure,
            cause=self.cause,
            job=self.row.job_id,
        )
        if "cases.case" in self.made:
            engine.stop(case, by=self.by, at=self.at, cause=told)
            cases.void_case(case=case, at=self.at, by=self.by, cause=told)
        elif self.row.written.get("routed"):
            self.qualify_again(case, told)

    def qualify_again(self, case: Case, told: JournalEntry) -> None:
        """The case had been routed by what the import told: it waits again at the desk that qualifies."""
        task = CaseTask.objects.open().of_case(case).first()
        if task is None:
            return
        engine.redirect(engine.reload_open_task(task), to="qualify", by=self.by, at=self.at, cause=told)
        case.refresh_from_db()

    def void_debt_records(self) -> None:
        for model in (DebtStatement, Report):
            pks = self.made.get(model._meta.label_lower, ())  # noqa: SLF001 - Django’s documented API
            model.objects.filter(pk__in=pks).update(voided_at=self.at)

    def undo_milestones(self) -> None:
        """What they had corrected is true again, and what followed from them is undone with them."""
        made = self.made.get("cases.milestone", ())
        case = self.row.case
        if case is None or not made:
            return
        before = court_position(case, on=self.today)
        kinds = set(Milestone.objects.filter(pk__in=made).values_list("kind", flat=True))
        Milestone.objects.filter(pk__in=made).update(voided_at=self.at)
        Milestone.everything.filter(replaced_by__in=made).update(replaced_by=None)
        case.refresh_from_db()
        if case.is_open:
            milestones.count_again(
                case, kinds, before=before, structure=self.row.job.structure, by=self.by, at=self.at, cause=self.cause
            )

    def give_back_number(self) -> None:
        """The lease that was left is not left any more: it has its landlord’s number again."""
        changed = self.row.written.get("changed", [])
        if any(table == "cases.tenancy" and name == "ended_on" for table, _pk, name, *_values in changed):
            Tenancy.objects.filter(pk__in=self.made.get("cases.tenancy", ())).update(ended_on=self.today)

    def restore_facts(self) -> None:
        household = self.row.household
        if household is None:
            return
        for name, (before, after) in self.row.written.get("facts", {}).items():
            current = HouseholdFact.objects.filter(household=household, name=name).first()
            if after and (current is None or [current.value, current.source] != after[:2]):
                continue
            if before is None:
                HouseholdFact.objects.filter(household=household, name=name).delete()
                continue
            value, source, known_on = before
            HouseholdFact.objects.update_or_create(
                household=household, name=name, defaults={"value": value, "source": source, "known_on": known_on}
            )

    def restore_watch(self) -> None:
        Watch.objects.filter(pk__in=self.made.get("cases.watch", ())).delete()
        days = self.row.written.get("unwatched")
        if days and self.row.tenancy:
            first, last = map(date.fromisoformat, days)
            Watch.objects.get_or_create(
                tenancy=self.row.tenancy,
                defaults={"structure": self.row.job.structure, "first_seen_on": first, "last_seen_on": last},
            )

    def forget_unused_tenancy(self) -> None:
        """Of a lease that the line alone told of, and that no case needs, nothing is kept."""
        tenancy = Tenancy.objects.filter(pk__in=self.made.get("cases.tenancy", ())).first()
        if tenancy and not tenancy.cases.exists() and not is_watched(tenancy):
            forget_tenancy(tenancy)


def is_watched(tenancy: Tenancy) -> bool:
    return Watch.objects.filter(tenancy=tenancy).exists()
