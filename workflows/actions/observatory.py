"""Open the published figures of a territory to all, on a page without sign-in; close that page; say their licence."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.models import JournalEntry, Structure, Territory, User
from cases.refusals import Refusal


class CannotOpenObservatory(Refusal):
    """The page is so already."""


class CannotSetLicence(Refusal):
    """The licence of open figures is not noted so."""


@transaction.atomic
def open_observatory(*, by: User, structure: Structure, at: datetime) -> JournalEntry:
    """From now on anybody reads what its published reports say to all; what is published later, too."""
    _switch(structure.territory, at, refusal="La page publique est déjà ouverte.")
    return journal.record("observatory.opened", at=at, by=by, structure=structure)


@transaction.atomic
def close_observatory(*, by: User, structure: Structure, at: datetime) -> JournalEntry:
    """The page is not found any more. What was read, or taken away as a file, stays with its readers."""
    _switch(structure.territory, None, refusal="La page publique est déjà fermée.")
    return journal.record("observatory.closed", at=at, by=by, structure=structure)


@transaction.atomic
def set_licence(
    *, name: str, source: str, checked_on: date | None, by: User, structure: Structure, at: datetime
) -> JournalEntry:
    """Say under which licence all that is open may be used again, and on which day somebody read that it is so.

    Refuses (`CannotSetLicence`) a day to come.
    """
    if checked_on and checked_on > localdate(at):
        raise CannotSetLicence(
            "Cette date est à venir : saisir le jour où la licence a été vérifiée.", field="checked_on"
        )
    said = {"licence": name, "licence_source": source, "licence_checked_on": checked_on}
    Territory.objects.filter(code=structure.territory).update(**said)
    return journal.record("observatory.licence_set", at=at, by=by, structure=structure)


def _switch(territory: str, since: datetime | None, *, refusal: str) -> None:
    """One statement: of two who press at once, one is told."""
    changed = Territory.objects.filter(code=territory, figures_open_since__isnull=since is not None)
    if not changed.update(figures_open_since=since):
        raise CannotOpenObservatory(refusal)
