"""Where a structure receives people, and when: said by its manager, or by an administrator of its territory."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.models import Structure, User
from cases.refusals import Refusal
from cases.rules.opening_hours import Day

SAID = ("address", "opening_hours", "opening_note")


class CannotSayHours(Refusal):
    """The hours of a structure are not said so."""


@transaction.atomic
def say_opening_hours(
    *, structure: Structure, address: str, hours: Mapping[str, Day], note: str, by: User, at: datetime
) -> list[str]:
    """Say them anew. `hours`: by the number of the weekday, as `rules.opening_hours.read_day` reads them; a closed day is
    absent. No delay changes. Returns what of `SAID` changed.

    Refuses (`CannotSayHours`) who neither manages its members nor administers its territory.
    """
    structure = Structure.objects.select_for_update(of=("self",)).get(pk=structure.pk)
    if not permissions.described_structures(by, at=localdate(at)).filter(pk=structure.pk).exists():
        raise CannotSayHours("Seul un responsable de la structure, ou un administrateur, en dit les horaires.")
    said = {"address": address, "opening_hours": dict(hours), "opening_note": note}
    changed = [field for field in SAID if getattr(structure, field) != said[field]]
    if not changed:
        return []
    for field in changed:
        setattr(structure, field, said[field])
    structure.save(update_fields=changed)
    journal.record("hours.said", at=at, by=by, structure=structure, fields=changed)
    return changed
