"""What pilots read of the référents: numbers by structure. Plain for who may open the lists, else none small enough to say
something of somebody.

The pilot of the référents opens those of every structure; a manager, those of his own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from cases.calendar import working_days_between
from cases.models import Referent, Structure, Vacancy
from cases.rules.questions import load_question_limits
from cases.rules.small_counts import mask_counts
from workflows.queries.referents import StructureReferents

PERIOD = timedelta(days=365)
AGES = (("moins de 15 jours", 15), ("15 à 29 jours", 30), ("30 jours et plus", None))
"""Words, and the first age that is beyond."""


@dataclass(frozen=True, kw_only=True)
class StructurePlaces:
    """One structure. None: too small a number to be shown."""

    structure: Structure
    is_own: bool
    """Its reader opens the lists of which these are the lengths."""
    followed: int | None
    places: int | None
    ages: list[tuple[str, int | None]]
    coordinations: int | None
    proposals: int | None
    answered_in: str
    """Working days that half of the answers took; empty when too few answered."""


class ReferentFigures:
    def __init__(self, *, own: Iterable[Structure], territory: str, on: date, is_plain: bool = False) -> None:
        """`is_plain`: its reader pilots the référents (`permissions.reads_plain`)."""
        here = Q(case__territory=territory)
        self.is_plain = is_plain
        self.on = on
        self.shown_from = load_question_limits().shown_from
        self.own = {each.pk: StructureReferents(each, on=on) for each in own}
        self._vacant = _ages_by_structure(Vacancy.objects.open().filter(here), on=on)
        self._followed = _by_structure(Referent.objects.current().filter(here))
        self._alone = _by_structure(_without_coordinator().filter(here))
        self._proposed = _by_structure(Referent.objects.proposed().filter(here))
        self._answered = _answers(since=on - PERIOD)

    @property
    def rows(self) -> list[StructurePlaces]:
        vacant = {pk for pk in self._vacant if pk is not None}
        found = vacant | self._followed.keys() | self._proposed.keys() | self.own.keys()
        return [self._row(each) for each in Structure.objects.filter(pk__in=found).order_by("name", "pk")]

    @property
    def uncoordinated_ages(self) -> tuple[list[tuple[str, int | None]], int | None]:
        """The people followed by two structures at least, whom nobody coordinates: how long since, and how many."""
        return self._visible_ages(self._vacant.get(None, Counter()))

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
        cells, total = self._visible_ages(self._vacant.get(pk, Counter()))
        return StructurePlaces(
            structure=structure,
            is_own=False,
            followed=self._visible_number(self._followed[pk]),
            places=total,
            ages=cells,
            coordinations=self._visible_number(self._alone[pk]),
            proposals=self._visible_number(self._proposed[pk]),
            answered_in=self._median_answer_days(pk),
        )

    def _visible_number(self, number: int) -> int | None:
        return None if 0 < number < self.shown_from and not self.is_plain else number

    def _visible_ages(self, ages: Mapping[str, int]) -> tuple[list[tuple[str, int | None]], int | None]:
        if self.is_plain:
            return [(words, ages.get(words, 0)) for words, _ in AGES], sum(ages.values())
        cells, total = mask_counts({words: ages.get(words, 0) for words, _ in AGES}, shown_from=self.shown_from)
        return [(words, cells[words]) for words, _ in AGES], total

    def _median_answer_days(self, structure: int) -> str:
        days = self._answered.get(structure, [])
        few = not days or (len(days) < self.shown_from and not self.is_plain)
        return "" if few else f"{median(days):.1f}".replace(".", ",").removesuffix(",0")


def _without_coordinator() -> QuerySet[Referent]:
    """Those who follow somebody whose coordinator’s place is vacant."""
    vacant = Vacancy.objects.open().filter(case=OuterRef("case"), structure=None)
    return Referent.objects.current().filter(Exists(vacant))


def _by_structure(rows: QuerySet[Referent]) -> Counter[int]:
    return Counter(dict(rows.order_by().values_list("structure").annotate(number=Count("pk"))))


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
