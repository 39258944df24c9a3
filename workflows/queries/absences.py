"""Absences: what a person away has to do meanwhile, who could do it instead, and who would by the deal proposed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, F

from cases import permissions
from cases.actions.absences import Piece, find_substitute_rights
from cases.models import Absence, Appointment, Assignment, Beneficiary, Case, Deadline, Structure, User
from cases.models.absences import ONE_DAY
from cases.models.appointments import midnight
from cases.queries import case_loads, people_of
from cases.rules.absences import CaseToLookAfter, deal_out_cases, in_order
from workflows.models import CaseTask
from workflows.queries.members import cases_held, cases_only_proposed
from workflows.queries.time_left import last_of_nearest, with_last_day


def find_pieces(user: User, structure: Structure, *, since: date, until: date) -> list[Piece]:
    """All that a person has to do on some days: what is his, then what he does for somebody else away; nothing of whom he is
    proposed to follow. Two queries."""
    own = cases_held(user, structure).exclude(pk__in=cases_only_proposed(user, structure)).order_by("pk")
    found = [Piece(case=case, replaces=user, since=since, until=until) for case in own]
    duties = Assignment.objects.substitutes().overlapping(since, until).filter(user=user, structure=structure)
    duties = duties.filter(case__closed_on=None).select_related("case", "replaces", "relays", "absence").order_by("pk")
    return found + [
        Piece(
            case=duty.case,
            replaces=duty.replaces,  # type: ignore[arg-type]  # a substitute’s says whom
            since=max(since, duty.since),
            until=min(until, duty.ends_on),
            relays=duty,
        )
        for duty in duties
    ]


@dataclass(kw_only=True)
class CaseToCover:
    """A case of a person away: what waits there, until when, and who does it meanwhile."""

    case: Case
    pieces: list[Piece]
    person: Beneficiary | None = None
    is_seen: bool = False
    """By the reader: else he knows the number of the case, and nothing more."""
    tasks: list[CaseTask] = field(default_factory=list)
    """Those of whoever is replaced, the nearest first; on a page, if its reader sees the case."""
    due_on: date | None = None
    """The nearest of their days, and of what the structure must do there without a step."""
    last_on: date | None = None
    """The last day, where that one keeps a margin before it."""
    deadline: Deadline | None = None
    """That one, where it comes before the steps."""
    appointments: int = 0
    """Of the person away, on the days of the absence."""
    to: User | None = None

    @property
    def key(self) -> str:
        return str(self.case.public_id)

    @property
    def display_name(self) -> str:
        """The person’s name where the reader may see it, else the reference of the case."""
        return self.person.full_name if self.person else f"dossier {self.case.reference}"

    @property
    def is_relayed(self) -> bool:
        """Does the person away do it for somebody else already?"""
        return self.pieces[0].relays is not None

    @property
    def charge(self) -> CaseToLookAfter:
        return CaseToLookAfter(case=self.case.pk, due_on=self.due_on)

    @property
    def replaces(self) -> User:
        return self.pieces[0].replaces


@dataclass(frozen=True, kw_only=True)
class SubstituteLoad:
    """A substitute, with what he has and what he would have."""

    user: User
    load: int
    added: int

    @property
    def total(self) -> int:
        return self.load + self.added


@dataclass(frozen=True, kw_only=True)
class Split:
    lines: list[CaseToCover]
    """The nearest date first."""
    shares: list[SubstituteLoad]

    @property
    def uncovered_count(self) -> int:
        return sum(line.to is None for line in self.lines)


def propose_split(
    found: Iterable[Piece],
    *,
    structure: Structure,
    substitutes: Iterable[User],
    chosen: Mapping[int, User | None] | None = None,
    on: date,
) -> Split:
    """Who would take what. `chosen` (by case; None: nobody) stands; the rest is dealt. A dry run: nothing is written."""
    lines: dict[int, CaseToCover] = {}
    for piece in found:
        lines.setdefault(piece.case.pk, CaseToCover(case=piece.case, pieces=[])).pieces.append(piece)
    people = {user.pk: user for user in [*substitutes, *(user for user in (chosen or {}).values() if user)]}
    fill_due_dates(lines, structure)
    held = case_loads(structure, on=on)
    dealt = deal_out_cases(
        (line.charge for line in lines.values()),
        loads={pk: held[pk] for pk in people},
        chosen={pk: user.pk if user else None for pk, user in (chosen or {}).items() if pk in lines},
    )
    for pk, person in dealt.items():
        lines[pk].to = people[person] if person else None
    shares = [
        SubstituteLoad(user=user, load=held[pk], added=sum(person == pk for person in dealt.values()))
        for pk, user in people.items()
    ]
    return Split(lines=[lines[pk] for pk in dealt], shares=shares)


def fill_due_dates(lines: Mapping[int, CaseToCover], structure: Structure) -> None:
    """What waits for the person on each case, and until when: neither a colleague’s step nor its delay. Two queries."""
    waiting = CaseTask.objects.open().filter(case__in=list(lines), structure=structure)
    for task in (
        with_last_day(waiting)
        .filter(owner__in={piece.replaces for line in lines.values() for piece in line.pieces})
        .order_by(F("nearest_on").asc(nulls_last=True), "pk")
    ):
        line = lines[task.case_id]
        if task.owner_id in {piece.replaces.pk for piece in line.pieces}:
            line.tasks.append(task)
            if line.due_on is None and task.nearest_on:
                line.due_on, line.last_on = task.nearest_on, last_of_nearest(task)
    running = Deadline.objects.running().without_step().filter(case__in=list(lines), structure=structure)
    first = running.order_by("case_id", "legal_date", "safe_date", "pk").distinct("case_id")
    for deadline in first.select_related("rule"):
        line = lines[deadline.case_id]
        if line.due_on is None or deadline.legal_date < line.due_on:
            line.due_on, line.last_on, line.deadline = deadline.legal_date, None, deadline


def fill_in(
    lines: list[CaseToCover], *, user: User, structure: Structure, reader: User, since: date, until: date, on: date
) -> None:
    """What a page says of each case, as far as its reader sees it. Three queries."""
    by_case = {line.case.pk: line for line in lines}
    seen = set(permissions.visible_cases(reader, at=on).filter(pk__in=by_case).values_list("pk", flat=True))
    people = people_of(by_case[pk].case for pk in seen)
    met = Appointment.objects.planned().filter(case__in=seen, professional=user, structure=structure)
    met = met.filter(starts_at__gte=midnight(since), starts_at__lt=midnight(until))
    counts = dict(met.order_by().values_list("case").annotate(number=Count("pk")))
    for line in lines:
        line.is_seen = line.case.pk in seen
        line.person = people.get(line.case.pk) if line.is_seen else None
        line.tasks = line.tasks if line.is_seen else []
        line.appointments = counts.get(line.case.pk, 0)


def standing_split(absence: Absence, *, reader: User, on: date) -> Split:
    """Who does what until the end of an absence, from that day on."""
    since = max(absence.since, on)
    rights = find_substitute_rights(absence, on=on).filter(is_open=True)
    rows = {(row.case_id, row.relays_id): row.user for row in rights}
    lines: dict[int, CaseToCover] = {}
    for piece in find_pieces(absence.user, absence.structure, since=since, until=absence.until):
        line = lines.setdefault(piece.case.pk, CaseToCover(case=piece.case, pieces=[]))
        line.pieces.append(piece)
        line.to = line.to or rows.get((piece.case.pk, piece.relays.pk if piece.relays else None))
    fill_due_dates(lines, absence.structure)
    ordered = [lines[charge.case] for charge in in_order(line.charge for line in lines.values())]
    fill_in(
        ordered,
        user=absence.user,
        structure=absence.structure,
        reader=reader,
        since=since,
        until=absence.until,
        on=on,
    )
    held = case_loads(absence.structure, on=on, but=absence)
    shares = [
        SubstituteLoad(user=user, load=held[user.pk], added=sum(line.to == user for line in ordered))
        for user in absence.substitutes.all()
    ]
    return Split(lines=ordered, shares=shares)


@dataclass(frozen=True, kw_only=True)
class Replaced:
    """A colleague whom a person replaces, or will."""

    user: User
    since: date
    last_day: date
    count: int


def replaced_by(user: User, structure: Structure, *, on: date) -> list[Replaced]:
    """Whom a person replaces that day or later. One query."""
    rows = Assignment.objects.substitutes().overlapping(on, date.max).filter(user=user, structure=structure)
    rows = rows.filter(case__closed_on=None).select_related("replaces").order_by("since", "until", "replaces", "pk")
    found: dict[tuple[int | None, date, date], list[Assignment]] = defaultdict(list)
    for row in rows:
        found[row.replaces_id, row.since, row.ends_on].append(row)
    return [
        Replaced(user=each[0].replaces, since=since, last_day=until - ONE_DAY, count=len(each))  # type: ignore[arg-type]
        for (_, since, until), each in found.items()
    ]
