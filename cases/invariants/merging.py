"""Records and households that were merged."""

from datetime import date

from cases.actions.merging.relations import relations_to
from cases.invariants.register import Found, invariant
from cases.models import Beneficiary, Household, Merge

Merged = type[Beneficiary] | type[Household]


@invariant("Rien ne se rattache à une fiche réunie à une autre.", of="bénéficiaires")
def merged_person_is_alone(on: date) -> Found:
    return _still_pointed_to(Beneficiary)


@invariant("Rien ne se rattache à un ménage réuni à un autre.", of="ménages")
def merged_household_is_alone(on: date) -> Found:
    return _still_pointed_to(Household)


@invariant("De fusion en fusion, une fiche mène à une fiche qui demeure.", of="bénéficiaires")
def merged_people_end_somewhere(on: date) -> Found:
    return _merged_in_a_circle(Beneficiary)


@invariant("De fusion en fusion, un ménage mène à un ménage qui demeure.", of="ménages")
def merged_households_end_somewhere(on: date) -> Found:
    return _merged_in_a_circle(Household)


@invariant("Une fiche est réunie à une autre tant que sa fusion n’est pas défaite.", of="bénéficiaires")
def merged_person_as_told(on: date) -> Found:
    return _merged_without_a_merge("person", Beneficiary)


@invariant("Un ménage est réuni à un autre tant que sa fusion n’est pas défaite.", of="ménages")
def merged_household_as_told(on: date) -> Found:
    return _merged_without_a_merge("household", Household)


def _still_pointed_to(model: Merged) -> set[int]:
    absorbed = model.objects.exclude(merged_into=None).values("pk")
    found: set[int] = set()
    for relation in relations_to(model):
        rows = relation.every_row.filter(**{f"{relation.field}__in": absorbed})
        found.update(rows.values_list(f"{relation.field}_id", flat=True))
    return found


def _merged_in_a_circle(model: Merged) -> list[int]:
    into = _merged_into(model)
    return [pk for pk in into if _comes_back(pk, into)]


def _comes_back(start: int, into: dict[int, int | None]) -> bool:
    seen: set[int] = set()
    pk: int | None = start
    while pk is not None and pk not in seen:
        seen.add(pk)
        pk = into.get(pk)
    return pk == start


def _merged_without_a_merge(kind: str, model: Merged) -> list[int]:
    """A record says what it has become as long as its merge stands, and no longer."""
    standing = Merge.objects.filter(undone_at=None).exclude(**{f"absorbed_{kind}": None})
    told = dict(standing.values_list(f"absorbed_{kind}", f"kept_{kind}"))
    into = _merged_into(model)
    return [pk for pk in told.keys() | into.keys() if told.get(pk) != into.get(pk)]


def _merged_into(model: Merged) -> dict[int, int | None]:
    return dict(model.objects.exclude(merged_into=None).values_list("pk", "merged_into"))
