"""Open the published figures of a territory to all, on a page without sign-in; close that page."""

from datetime import datetime

from django.db import transaction

from cases import journal
from cases.models import JournalEntry, Structure, Territory, User
from cases.refusals import Refusal


class CannotOpenObservatory(Refusal):
    """The page is so already."""


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


def _switch(territory: str, since: datetime | None, *, refusal: str) -> None:
    """One statement: of two who press at once, one is told."""
    changed = Territory.objects.filter(code=territory, figures_open_since__isnull=since is not None)
    if not changed.update(figures_open_since=since):
        raise CannotOpenObservatory(refusal)
