"""The lists that came to the services of a controller, or that they sent: what became of them, and whom they reached."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from cases.models import LegalBasis, Participation, Structure
from workflows.models import ImportJob, ImportRow
from workflows.queries.accesses import Place, roles_of

State, Outcome = ImportJob.State, ImportRow.Outcome

WRITTEN = (State.RUNNING, State.DONE, State.UNDOING, State.UNDONE)
"""A file that is only checked says what would become of its lines."""

OTHERS = "autres services du partenariat"
"""A landlord knows that its list reached social services, never which ones: nor does its officer."""


@dataclass(frozen=True, kw_only=True)
class ReachedService:
    """A service that takes part in cases which the list opened or completed, and on what basis."""

    name: str
    code: str
    """Empty when the officer may not read more of it."""
    basis: str
    basis_code: str
    count: int
    """Cases, each counted once for a service."""


@dataclass(kw_only=True)
class ReceivedList:
    """A list, as far as it concerns the reader’s services."""

    job: ImportJob
    is_sent: bool
    """By one of them: the whole of it is told; of another’s, what reached them."""
    role: str
    lines: int
    outcomes: list[tuple[str, int]] = field(default_factory=list)
    reached: list[ReachedService] = field(default_factory=list)


def find_lists(mine: Collection[int]) -> QuerySet[ImportJob]:
    """The newest first."""
    came = lines_with_case().filter(_takes_part(), job=OuterRef("pk"), case__participations__structure__in=mine)
    found = ImportJob.objects.filter(Q(structure__in=mine) | Exists(came))
    return found.select_related("structure", "basis").order_by("-pk")


def lines_with_case() -> QuerySet[ImportRow]:
    """The lines that opened or completed a case."""
    told = Q(outcome=Outcome.CREATED) | Q(outcome=Outcome.UPDATED, job__state__in=WRITTEN)
    return ImportRow.objects.filter(told, case__isnull=False).order_by()


def describe_lists(found: list[ImportJob], *, mine: Mapping[int, Structure]) -> list[ReceivedList]:
    """Three queries, however many lists."""
    parts, reached = _count_reaching_lines(found, mine=mine), _reached_services(found, mine=mine)
    roles = roles_of([_place(job) for job in found if job.by_id])
    return [
        ReceivedList(
            job=job,
            is_sent=(is_sent := job.structure_id in mine),
            role=roles.get(_place(job), ""),
            lines=job.total_rows if is_sent else parts[job.pk].total(),
            outcomes=_outcome_words(job.counts if is_sent else parts[job.pk]),
            reached=reached[job.pk],
        )
        for job in found
    ]


def count_routed(job: ImportJob, *, mine: Mapping[int, Structure]) -> list[tuple[str, int]]:
    """Whom the routing named while the list was imported."""
    rows = ImportRow.objects.filter(job=job, decision__structure__isnull=False).order_by()
    by = ("decision__structure", "decision__structure__name")
    found: Counter[str] = Counter()
    for structure, name, count in rows.values(*by).annotate(count=Count("pk")).values_list(*by, "count"):
        if structure in mine or job.structure_id in mine:
            found[_name(job, structure, name, mine=mine)] += count
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def kept_lines(job: ImportJob) -> int:
    """Those of which the content is kept, for someone to correct them or to say of whom they are."""
    return ImportRow.objects.filter(job=job).exclude(values={}, refused={}).count()


def _takes_part() -> Q:
    """The case is seen by a service that took part on the day of the list, or since."""
    after = Q(case__participations__until__gte=F("job__created_at__date"))
    return Q(case__participations__isnull=False) & (Q(case__participations__until=None) | after)


def _count_reaching_lines(found: Iterable[ImportJob], *, mine: Mapping[int, Structure]) -> dict[int, Counter[str]]:
    """Of the lists of others: their lines that reached the reader’s services, by outcome."""
    others = [job.pk for job in found if job.structure_id not in mine]
    part = Participation.objects.filter(
        Q(until=None) | Q(until__gte=OuterRef("job__created_at__date")), case=OuterRef("case"), structure__in=mine
    )
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    rows = lines_with_case().filter(Exists(part), job__in=others).values("job", "outcome").annotate(count=Count("pk"))
    for row in rows:
        counts[row["job"]][row["outcome"]] = row["count"]
    return counts


def _reached_services(found: Iterable[ImportJob], *, mine: Mapping[int, Structure]) -> dict[int, list[ReachedService]]:
    by_id = {job.pk: job for job in found}
    place = "case__participations__structure"
    by = ("job", place, f"{place}__name", "case__participations__basis")
    rows = (
        lines_with_case().filter(_takes_part(), job__in=by_id).values(*by).annotate(count=Count("case", distinct=True))
    )
    counts: dict[int, Counter[tuple[str, str, str]]] = defaultdict(Counter)
    for pk, structure, name, basis, count in rows.values_list(*by, "count"):
        job = by_id[pk]
        if structure in mine or job.structure_id in mine:
            code = mine[structure].code if structure in mine else ""
            counts[pk][_name(job, structure, name, mine=mine), code, basis] += count
    return {
        pk: [
            ReachedService(name=name, code=code, basis=str(LegalBasis(basis).label), basis_code=basis, count=count)
            for (name, code, basis), count in sorted(of_job.items(), key=lambda each: (-each[1], each[0]))
        ]
        for pk, of_job in defaultdict(Counter, counts).items()
    } | {pk: [] for pk in by_id if pk not in counts}


def _name(job: ImportJob, structure: int, name: str, *, mine: Mapping[int, Structure]) -> str:
    return OTHERS if job.structure.is_claimant and structure not in mine else name


def _place(job: ImportJob) -> Place:
    """Who deposited the list, for the structure that sends it, that day."""
    return job.by_id or 0, job.structure_id, localdate(job.created_at)


SAID = {
    Outcome.CREATED: ("dossier ouvert", "dossiers ouverts"),
    Outcome.UPDATED: ("dossier complété", "dossiers complétés"),
    Outcome.UNCHANGED: ("sans changement", "sans changement"),
    Outcome.WATCHED: ("en veille", "en veille"),
    Outcome.IGNORED: ("ignorée", "ignorées"),
    Outcome.TO_CHECK: ("à vérifier", "à vérifier"),
    Outcome.REJECTED: ("refusée", "refusées"),
}


def _outcome_words(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """What became of the lines, in words; what happened to none is left out."""
    found = [(words, counts.get(outcome, 0)) for outcome, words in SAID.items()]
    return [(many if count > 1 else one, count) for (one, many), count in found if count]
