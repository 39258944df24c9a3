"""Of a catalogue, the edition in force of each territory: for what looks at several, or at a reader’s."""

from datetime import date

from django.db.models import QuerySet

from cases.actions.rules_in_force import begun_last
from cases.models import DeadlineRule, Edition, Structure


def edition_for(catalogue: str, structures: QuerySet[Structure], *, on: date) -> Edition | None:
    """The edition in force where these structures are; of the first territory, when they are in several. One query."""
    found = Edition.objects.filter(state=Edition.State.PUBLISHED, catalogue=catalogue)
    here = found.filter(territory__in=structures.order_by().values("territory"))
    return here.order_by("territory", *begun_last(on)).first()


def editions_by_territory(catalogue: str, *, on: date) -> dict[str, Edition]:
    """The edition in force of each territory. One query."""
    found = Edition.objects.filter(state=Edition.State.PUBLISHED, catalogue=catalogue)
    ordered = found.order_by("territory", *begun_last(on)).distinct("territory")
    return {edition.territory: edition for edition in ordered}


def territories_with_rule(*, fact: str, on: date) -> list[str]:
    """Those whose edition in force counts from a dated fact."""
    editions = editions_by_territory(Edition.Catalogue.DEADLINES, on=on)
    found = DeadlineRule.objects.filter(edition__in=editions.values(), start=fact)
    return sorted(set(found.values_list("edition__territory", flat=True)))
