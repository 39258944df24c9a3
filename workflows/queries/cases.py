"""The list of situations: what the reader may see, narrowed by what he types and chooses. Newest first, by keyset."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import phonenumbers
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from cases import permissions
from cases.models import Assignment, Beneficiary, Case, HouseholdMember, Structure, Tenancy, User
from cases.queries import holders
from cases.rules.names import normalised
from workflows.models import CaseTask

PAGE_SIZE = 25
COUNTED = 1000
"""Beyond, a count costs more than it tells."""


class State(StrEnum):
    """The values are in addresses."""

    OPEN = "ouvertes"
    CLOSED = "closes"
    ALL = "toutes"


@dataclass(frozen=True, kw_only=True)
class Criteria:
    text: str = ""
    state: State = State.OPEN
    step: str = ""
    structure: Structure | None = None
    """Responsible for the case, or having the ball."""
    late: bool = False
    mine: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    case: Case
    person: Beneficiary | None
    tasks: list[CaseTask]
    """The open steps: one, unless the procedure has branches."""
    professional: str


def found(user: User, criteria: Criteria, *, today: date) -> QuerySet[Case]:
    cases = _chosen(user, criteria, today=today)
    return cases.filter(_called(criteria.text)) if criteria.text else cases


def similar(user: User, criteria: Criteria, *, today: date) -> QuerySet[Case]:
    """For when nobody’s name is written as it was typed: the names a letter or two apart."""
    key = normalised(criteria.text)
    if not key:
        return Case.objects.none()
    people = Beneficiary.objects.filter(name_key__trigram_word_similar=key)
    return _chosen(user, criteria, today=today).filter(_of(people))


def count(cases: QuerySet[Case]) -> int:
    """Up to `COUNTED`, and one more to say that there are others."""
    return cases[: COUNTED + 1].count()


def position(case: Case) -> str:
    """Where a page ends, for an address."""
    return f"{case.opened_on}.{case.pk}"


def page(cases: QuerySet[Case], *, after: str = "") -> list[Case]:
    """A page and one case more, which tells whether another page follows. A position that cannot be read is none."""
    place = re.fullmatch(r"(\d{4}-\d\d-\d\d)\.(\d{1,18})", after)
    if place:
        day, pk = place.groups()
        cases = cases.filter(Q(opened_on__lt=day) | Q(opened_on=day, pk__lt=int(pk)))
    named = Assignment.objects.filter(
        case=OuterRef("pk"),
        structure=OuterRef("responsible_structure"),
        kind=Assignment.Kind.RESPONSIBLE,
        until=None,
    ).annotate(name=Concat("user__first_name", Value(" "), "user__last_name"))
    cases = cases.annotate(professional=Subquery(named.values("name")[:1]))
    return list(cases.select_related("responsible_structure").order_by("-opened_on", "-pk")[: PAGE_SIZE + 1])


def lines(cases: Sequence[Case]) -> list[Line]:
    """Two queries, however many cases."""
    people = holders(case.household_id for case in cases)
    tasks = defaultdict(list)
    for task in CaseTask.objects.open().filter(case__in=cases).select_related("structure", "owner"):
        tasks[task.case_id].append(task)
    return [
        Line(
            case=case,
            person=people.get(case.household_id),
            tasks=tasks[case.pk],
            professional=case.professional or "",  # type: ignore[attr-defined]  # annotated by `page`
        )
        for case in cases
    ]


def _chosen(user: User, criteria: Criteria, *, today: date) -> QuerySet[Case]:
    cases = permissions.visible_cases(user, at=today)
    if criteria.state is not State.ALL:
        cases = cases.filter(closed_on__isnull=criteria.state is State.OPEN)
    if criteria.mine:
        mine = Assignment.objects.active(today).filter(user=user, case=OuterRef("pk"))
        cases = cases.filter(Exists(mine))
    waiting = CaseTask.objects.open().filter(case=OuterRef("pk"))
    if criteria.structure:
        its_turn = Exists(waiting.filter(structure=criteria.structure))
        cases = cases.filter(Q(responsible_structure=criteria.structure) | its_turn)
    if criteria.step:
        waiting = waiting.filter(node=criteria.step)
    if criteria.late:
        waiting = waiting.filter(due_on__lt=today)
    return cases.filter(Exists(waiting)) if criteria.step or criteria.late else cases


def _called(text: str) -> Q:
    """A name, a case’s reference, the landlord’s, a CAF number, a phone number: whichever it can be."""
    text = text.strip()
    wanted = Q(tenancy__in=Tenancy.objects.filter(reference__in={text, text.upper()}).values("pk"))
    reference = re.fullmatch(r"(\d{4})-(\d{1,18})", text)
    if reference:
        wanted |= Q(pk=int(reference[2]), opened_on__year=int(reference[1]))
    return wanted | _of(_people(text))


def _people(text: str) -> QuerySet[Beneficiary]:
    words = normalised(text).split()
    if not words:
        return Beneficiary.objects.none()
    if any(letter.isalpha() for letter in text):
        named = Q()
        for word in words:
            named &= Q(name_key__contains=word)
        return Beneficiary.objects.filter(named)
    return Beneficiary.objects.filter(Q(caf_number="".join(words)) | Q(phone=_phone(text), phone__gt=""))


def _phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _of(people: QuerySet[Beneficiary]) -> Q:
    return Q(household__in=HouseholdMember.objects.filter(beneficiary__in=people).values("household_id"))
