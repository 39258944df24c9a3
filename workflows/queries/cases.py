"""The list of situations: what the reader may see, narrowed by what he types and chooses. Newest first, by keyset."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import phonenumbers
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    Case as Choice,
    Exists,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    When,
)
from django.db.models.lookups import LessThanOrEqual

from cases import permissions
from cases.acting import Away, away_of, full_name, with_away
from cases.models import Assignment, Beneficiary, Case, CaseLabel, HouseholdMember, Structure, Tenancy, User
from cases.queries import label_words, name_of, of_person
from cases.rules.names import normalise_text
from cases.rules.parameters import read_day, read_number, read_reference
from cases.written_once import read_written
from workflows.models import CaseTask
from workflows.queries.time_left import COUNTED, count_to_bound, late_condition, with_last_day
from workflows.queries.waiting_time import since_words, with_closures

PAGE_SIZE = 25
COMMON = 5_000
"""People: when more are called so, one looks among the cases that the reader sees."""
GATHERED = 10_000
"""Cases that a text finds, gathered before a page of them is read."""


class CaseStateFilter(TextChoices):
    """The values are in addresses."""

    OPEN = "ouvertes", "Ouvertes"
    CLOSED = "closes", "Closes"
    ALL = "toutes", "Toutes"


@dataclass(frozen=True, kw_only=True)
class CaseCriteria:
    text: str = ""
    state: CaseStateFilter = CaseStateFilter.OPEN
    step: str = ""
    structure: Structure | None = None
    """Responsible for the case, or having the ball."""
    late: bool = False
    mine: bool = False
    label: int | None = None
    """One that the reader may read."""

    @property
    def is_open(self) -> bool | None:
        return None if self.state is CaseStateFilter.ALL else self.state is CaseStateFilter.OPEN

    @property
    def is_plain(self) -> bool:
        """Nothing is asked but the state."""
        return not (self.text or self.step or self.structure or self.late or self.mine or self.label)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An open step: who has the ball, since when, until when."""

    title: str
    who: str
    since: str
    due_on: date | None
    last_on: date | None
    legal_on: date | None
    """The last day of a right that runs in the case."""


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    case: Case
    person: str
    steps: list[Waiting]
    """One, unless the procedure has branches."""
    professional: str
    away: Away | None = None
    """Of the professional, if he is away."""
    labels: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class FoundCases:
    cases: QuerySet[Case]
    total: int
    """Up to `COUNTED`, and one more to say that there are others."""
    is_similar: bool = False
    """Nobody’s name is written as it was typed: these are the names a letter or two apart."""


@dataclass(frozen=True, kw_only=True)
class FoundPage:
    shown: list[Case]
    """And one case more, which tells whether another page follows."""
    total: int
    is_similar: bool = False


def find_cases(user: User, criteria: CaseCriteria, *, today: date) -> FoundCases:
    """One query or two, besides the reader’s rights, and one for a text. None of them grows with what others do."""
    held = permissions.rights(user, at=today)
    if criteria.is_plain and permissions.sees_many(held, at=today, is_open=criteria.is_open):
        cases = _apply_criteria(_row_by_row(user, at=today, held=held), user, criteria, today=today)
        return FoundCases(cases=cases, total=COUNTED + 1)
    if not criteria.text:
        cases = find_matching_cases(user, criteria, today=today)
        return FoundCases(cases=cases, total=count_to_bound(cases))
    cases, total = _gather_named_cases(user, _find_called(user, criteria, today=today))
    if total:
        return FoundCases(cases=cases, total=total)
    return FoundCases(cases=find_similar_cases(user, criteria, today=today), total=0, is_similar=True)


def find_page(user: User, criteria: CaseCriteria, *, today: date, after: str = "") -> FoundPage:
    """A page of what `find_cases` finds, with the labels that the reader reads. Two queries at most, besides his rights and
    what many cases ask. That of the first page of a list without filters is written once."""
    held = permissions.rights(user, at=today)
    if after or not criteria.is_plain:
        found = find_cases(user, criteria, today=today)
        shown = page(found.cases, today=today, after=after, labelling=permissions.labelling_structure_ids(held))
        return FoundPage(shown=shown, total=found.total, is_similar=found.is_similar)
    many = permissions.sees_many(held, at=today, is_open=criteria.is_open)
    write = _write_first_page_of_many if many else _write_first_page
    # How it reads best depends on how many cases these rights open: it is planned for each reader.
    shown = read_written(write, user, today, held, criteria, plan_once=False)
    if len(shown) <= PAGE_SIZE:
        return FoundPage(shown=shown, total=len(shown))
    return FoundPage(
        shown=shown, total=COUNTED + 1 if many else count_to_bound(find_matching_cases(user, criteria, today=today))
    )


def _write_first_page(user: User, today: date, held: permissions.Rights, criteria: CaseCriteria) -> QuerySet[Case]:
    seen = permissions.visible_cases(user, at=today, held=held, is_open=criteria.is_open)
    cases = _apply_criteria(seen, user, criteria, today=today)
    return _in_page(cases, today=today, labelling=permissions.labelling_structure_ids(held))


def _write_first_page_of_many(
    user: User, today: date, held: permissions.Rights, criteria: CaseCriteria
) -> QuerySet[Case]:
    cases = _apply_criteria(_row_by_row(user, at=today, held=held), user, criteria, today=today)
    return _in_page(cases, today=today, labelling=permissions.labelling_structure_ids(held))


def _row_by_row(user: User, *, at: date, held: permissions.Rights) -> QuerySet[Case]:
    """The same cases as `visible_cases`."""
    return Case.objects.filter(permissions.sees_case(user, "pk", at=at, held=held))


def find_matching_cases(user: User, criteria: CaseCriteria, *, today: date) -> QuerySet[Case]:
    """Of a text: what a name, a number or a reference of a case says."""
    if criteria.text:
        return _gather_named_cases(user, _find_called(user, criteria, today=today))[0]
    held = permissions.rights(user, at=today)
    return _apply_criteria(
        permissions.visible_cases(user, at=today, held=held, is_open=criteria.is_open), user, criteria, today=today
    )


def find_similar_cases(user: User, criteria: CaseCriteria, *, today: date) -> QuerySet[Case]:
    """Of people whose names are a letter or two apart from a text."""
    if not normalise_text(criteria.text):
        return Case.objects.none()
    return _gather_named_cases(user, _find_named(user, criteria, _is_called_nearly, (), today=today))[0]


@dataclass(frozen=True, kw_only=True)
class CalledCases:
    """The cases of those whom a text names, in two ways."""

    people: QuerySet[Beneficiary]
    of_few: QuerySet[Case]
    """Each is asked whether the reader sees it."""
    of_many: QuerySet[Case]
    """Among those that he sees, which are gathered first."""


def _find_called(user: User, criteria: CaseCriteria, *, today: date) -> CalledCases:
    return _find_named(user, criteria, _is_called, _find_by_reference(criteria.text), today=today)


def _find_named(
    user: User,
    criteria: CaseCriteria,
    is_named: Callable[..., Q],
    beside: Iterable[QuerySet[Case, object]],
    *,
    today: date,
) -> CalledCases:
    """`beside`: what the text names too, that is no name."""
    held, text = permissions.rights(user, at=today), criteria.text
    people = Beneficiary.objects.order_by().filter(is_named(text))
    members = HouseholdMember.objects.order_by().filter(beneficiary__in=people.values("pk"))
    theirs = Case.objects.order_by().filter(household__in=members.values("household_id")).values("pk").union(*beside)
    of_few = Case.objects.filter(permissions.sees_case(user, "pk", at=today, held=held), pk__in=theirs)
    living_there = HouseholdMember.objects.filter(is_named(text, of="beneficiary__"), household=OuterRef("household"))
    is_found = Q(Exists(living_there))
    for others in beside:
        is_found |= Q(pk__in=others)
    of_many = permissions.visible_cases(user, at=today, held=held, is_open=criteria.is_open).filter(is_found)
    return CalledCases(
        people=people,
        of_few=_apply_criteria(of_few, user, criteria, today=today),
        of_many=_apply_criteria(of_many, user, criteria, today=today),
    )


def _gather_named_cases(user: User, called: CalledCases) -> tuple[QuerySet[Case], int]:
    """These cases, looked for once, and how many: in the order of a page, PostgreSQL may compare each case of the base with each
    of those. One query; one more where many are called so."""
    few = _first_keys(called.people, COMMON + 1)
    are_few = When(
        LessThanOrEqual(Func(few, function="cardinality", output_field=IntegerField()), COMMON),
        then=_first_keys(called.of_few, GATHERED + 1),
    )
    found = User.objects.filter(pk=user.pk).values_list(Choice(are_few, default=None), flat=True).get()
    if found is None:
        found = list(called.of_many.order_by().values_list("pk", flat=True)[: GATHERED + 1])
    cases = called.of_many if len(found) > GATHERED else Case.objects.filter(pk__in=found)
    return cases, min(len(found), COUNTED + 1)


def _first_keys(rows: QuerySet[Any], most: int) -> ArraySubquery:
    return ArraySubquery(rows.order_by().values("pk")[:most], output_field=ArrayField(BigIntegerField()))


def position_of(case: Case) -> str:
    """Where a page ends, for an address."""
    return f"{case.opened_on}.{case.pk}"


def page(cases: QuerySet[Case], *, today: date, after: str = "", labelling: Iterable[int] = ()) -> list[Case]:
    """A page and one case more, which tells whether another page follows. A position that cannot be read is none.

    `labelling`: the structures whose labels the reader reads, with each case: no query more.
    """
    asked_day, _, number = after.partition(".")
    day, pk = read_day(asked_day), read_number(number)
    if day and pk is not None:
        cases = cases.filter(Q(opened_on__lt=day) | Q(opened_on=day, pk__lt=pk))
    return list(_in_page(cases, today=today, labelling=labelling))


def _in_page(cases: QuerySet[Case], *, today: date, labelling: Iterable[int]) -> QuerySet[Case]:
    cases = with_names(cases).annotate(label_words=label_words("pk", structures=labelling))
    cases = with_away(cases, user="professional_id", case="pk", structure="responsible_structure", on=today)
    return cases.select_related("responsible_structure").order_by("-opened_on", "-pk")[: PAGE_SIZE + 1]


def named_professionals(case: str, structure: str) -> QuerySet[Any]:
    """For a query on rows that have a case and the structure that answers for it (their fields): who follows it there,
    with his `name`."""
    followed = {"case": OuterRef(case), "structure": OuterRef(structure), "kind": Assignment.Kind.RESPONSIBLE}
    return Assignment.objects.filter(**followed, until=None).annotate(name=full_name("user__"))


def with_names(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Read with each case the holder of the lease, and the professional who follows it: no query more."""
    named = named_professionals("pk", "responsible_structure")
    return cases.annotate(
        professional=Subquery(named.values("name")[:1]),
        professional_id=Subquery(named.values("user")[:1]),
        **of_person(),
    )


def build_rows(cases: Sequence[Case], *, today: date) -> list[CaseRow]:
    """Of a page: one query, however many cases."""
    steps = defaultdict(list)
    tasks = CaseTask.objects.open().filter(case__in=cases).select_related("structure", "owner")
    for task in with_closures(with_last_day(tasks)):
        steps[task.case_id].append(_build_waiting(task, today=today))
    return [
        CaseRow(
            case=case,
            person=name_of(case) or case.reference,
            steps=steps[case.pk],
            professional=case.professional or "",  # type: ignore[attr-defined]  # annotated by `page`
            away=away_of(case),
            labels=case.label_words or (),  # type: ignore[attr-defined]  # annotated by `page`
        )
        for case in cases
    ]


def _build_waiting(task: CaseTask, *, today: date) -> Waiting:
    return Waiting(
        title=task.full_title,
        who=str(task.owner or task.structure),
        since=since_words(task, today=today),
        due_on=task.due_on,
        last_on=task.last_on,
        legal_on=task.legal_on,
    )


def _apply_criteria(cases: QuerySet[Case], user: User, criteria: CaseCriteria, *, today: date) -> QuerySet[Case]:
    if criteria.is_open is not None:
        cases = cases.filter(closed_on__isnull=criteria.is_open)
    if criteria.mine:
        mine = Assignment.objects.active(today).filter(user=user, case=OuterRef("pk"))
        cases = cases.filter(Exists(mine))
    if criteria.label:
        cases = cases.filter(Exists(CaseLabel.objects.filter(case=OuterRef("pk"), label=criteria.label)))
    waiting = CaseTask.objects.open().filter(case=OuterRef("pk"))
    if criteria.structure:
        its_turn = Exists(waiting.filter(structure=criteria.structure))
        cases = cases.filter(Q(responsible_structure=criteria.structure) | its_turn)
    if criteria.step:
        waiting = waiting.filter(node=criteria.step)
    if criteria.late:
        waiting = waiting.filter(late_condition(today))
    return cases.filter(Exists(waiting)) if criteria.step or criteria.late else cases


def _find_by_reference(text: str) -> tuple[QuerySet[Case, object], ...]:
    """The cases of the lease that a landlord calls so, and that of this number."""
    text = text.strip()
    cases = Case.objects.order_by()
    leases = Tenancy.objects.order_by().filter(reference__in={text, text.upper()})
    reference = read_reference(text)
    numbered = cases.filter(opened_on__year=reference.year, pk=reference.number) if reference else cases.none()
    return cases.filter(tenancy__in=leases).values("pk"), numbered.values("pk")


def _is_called(text: str, *, of: str = "") -> Q:
    """Of a person (`of`: of the one to whom this leads): a text is in her name, or is her CAF number or her phone."""
    words = normalise_text(text).split()
    if not any(letter.isalpha() for letter in text):
        numbers = {"caf_number": "".join(words), "phone": _phone(text)}
        by_caf, by_phone = (Q(**{f"{of}{name}": number, f"{of}{name}__gt": ""}) for name, number in numbers.items())
        return by_caf | by_phone
    named = Q()
    for word in words:
        named &= Q(**{f"{of}name_key__contains": word})
    return named


def _is_called_nearly(text: str, *, of: str = "") -> Q:
    return Q(**{f"{of}name_key__trigram_word_similar": normalise_text(text)})


def _phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
