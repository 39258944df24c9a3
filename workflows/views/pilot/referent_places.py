"""What the pilot of the référents reads of them: numbers by structure, each the length of a list that he opens."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from cases.calendar import working_days_between
from cases.models import Referent, Structure, Vacancy
from workflows.queries.referents import StructureReferents

PERIOD = timedelta(days=365)
AGES = (("moins de 15 jours", 15), ("15 à 29 jours", 30), ("30 jours et plus", None))
"""Words, and the first age that is beyond."""


@dataclass(frozen=True, kw_only=True)
class StructurePlaces:
    """One structure."""

    structure: Structure
    is_own: bool
    """Its reader opens the lists of which these are the lengths."""
    followed: int
    places: int
    ages: list[tuple[str, int]]
    coordinations: int
    proposals: int
    answered_in: str
    """Working days that half of the answers took; empty when nobody answered."""


class ReferentFigures:
    def __init__(self, *, own: Iterable[Structure], territory: str, on: date) -> None:
        here = Q(case__territory=territory)
        self.on = on
        self.own = {each.pk: StructureReferents(each, on=on) for each in own}
        self._vacant = _ages_by_structure(Vacancy.objects.open().filter(here), on=on)
        held = _by_structure(Referent.objects.current().filter(here))
        self._followed = Counter({structure: number for structure, (number, _) in held.items()})
        self._alone = Counter({structure: alone for structure, (_, alone) in held.items()})
        proposed = _by_structure(Referent.objects.proposed().filter(here))
        self._proposed = Counter({structure: number for structure, (number, _) in proposed.items()})
        self._answered = _answers(since=on - PERIOD)

    @property
    def rows(self) -> list[StructurePlaces]:
        vacant = {pk for pk in self._vacant if pk is not None}
        found = vacant | self._followed.keys() | self._proposed.keys() | self.own.keys()
        return [self._row(each) for each in Structure.objects.filter(pk__in=found).order_by("name", "pk")]

    @property
    def uncoordinated_ages(self) -> tuple[list[tuple[str, int]], int]:
        """The people followed by two structures at least, whom nobody coordinates: how long since, and how many."""
        return _count_ages(self._vacant.get(None, Counter()))

    def _row(self, structure: Structure) -> StructurePlaces:
        pk, lists = structure.pk, self.own.get(structure.pk)
        if lists:
            ages = Counter(_age_of(vacancy.age_in_days(self.on)) for vacancy in lists.vacant_places)
            return StructurePlaces(
                structure=structure,
                is_own=True,
                followed=self._followed[pk],
                places=len(lists.vacant_places),
                ages=[(words, ages[words]) for words, _ in AGES],
                coordinations=len(lists.missing_coordinations),
                proposals=len(lists.proposals),
                answered_in=self._median_answer_days(pk),
            )
        cells, total = _count_ages(self._vacant.get(pk, Counter()))
        return StructurePlaces(
            structure=structure,
            is_own=False,
            followed=self._followed[pk],
            places=total,
            ages=cells,
            coordinations=self._alone[pk],
            proposals=self._proposed[pk],
            answered_in=self._median_answer_days(pk),
        )

    def _median_answer_days(self, structure: int) -> str:
        days = self._answered.get(structure, [])
        return f"{median(days):.1f}".replace(".", ",").removesuffix(",0") if days else ""


def _count_ages(ages: Mapping[str, int]) -> tuple[list[tuple[str, int]], int]:
    """Of each age, and of all."""
    return [(words, ages.get(words, 0)) for words, _ in AGES], sum(ages.values())


def _by_structure(rows: QuerySet[Referent]) -> dict[int, tuple[int, int]]:
    """How many, and of how many people the coordinator’s place is vacant."""
    alone = Exists(Vacancy.objects.open().filter(case=OuterRef("case"), structure=None))
    counted = rows.order_by().values("structure").annotate(number=Count("pk"), alone=Count("pk", filter=alone))
    found = counted.values_list("structure", "number", "alone")
    return {structure: (number, without) for structure, number, without in found}


def _ages_by_structure(rows: QuerySet[Vacancy], *, on: date) -> dict[int | None, Counter[str]]:
    """The coordinator’s place has no structure."""
    found: dict[int | None, Counter[str]] = defaultdict(Counter)
    for structure, since, number in rows.order_by().values_list("structure", "since").annotate(number=Count("pk")):
        found[structure][_age_of((on - since).days)] += number
    return found


def _age_of(days: int) -> str:
    return next(words for words, beyond in AGES if beyond is None or days < beyond)


def _answers(*, since: date) -> dict[int, list[int]]:
    """Structure → the working days of each answer. Whoever proposes himself or is given a portfolio answers nothing."""
    answered = Referent.objects.exclude(user=F("proposed_by")).filter(
        proposed_at__date__gte=since, answered_at__gt=F("proposed_at")
    )
    answered = answered.exclude(state=Referent.State.WITHDRAWN)
    days = answered.annotate(asked=TruncDate("proposed_at"), said=TruncDate("answered_at")).order_by()
    found: dict[int, list[int]] = defaultdict(list)
    for structure, asked, said, number in days.values_list("structure", "asked", "said").annotate(number=Count("pk")):
        found[structure] += [working_days_between(asked, said)] * number
    return found
