"""Who decides of the data of a structure, and how to reach his officer: said by an administrator of its territory."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.models import DataController, Organisation, Structure, User
from cases.refusals import Refusal

SAID = (
    "name", "address", "email", "phone", "officer", "officer_address", "officer_email", "officer_phone",
)  # fmt: skip


class CannotSayController(Refusal):
    """The controller of a structure is not said so."""


@transaction.atomic
def say_controller(*, structure: Structure, alone: bool, said: Mapping[str, str], by: User, at: datetime) -> list[str]:
    """For all the services of its body, or for this one alone (`alone`). Returns the fields of `SAID` that changed.

    Said for the body, the service that had its own goes back under it. Refuses (`CannotSayController`) who does not
    administer the territory, a body that serves another one for all of its services, and a controller without a name.
    """
    Organisation.objects.select_for_update().get(pk=structure.organisation_id)
    administered = permissions.administered_structures(by, at=localdate(at))
    if not administered.filter(territory=structure.territory).exists():
        raise CannotSayController("Vous n’administrez pas ce territoire.")
    of_body = Structure.objects.filter(organisation=structure.organisation_id, is_active=True)
    if not alone and of_body.exclude(pk__in=administered.values("pk")).exists():
        raise CannotSayController(
            "Cet organisme sert aussi un territoire que vous n’administrez pas : le dire pour ce service seul.",
            field="scope",
        )
    if not said["name"]:
        raise CannotSayController("Nommer l’organisme responsable des données.", field="name")
    whose = {"structure": structure} if alone else {"organisation": structure.organisation}
    found = DataController.objects.filter(**whose).first() or DataController(**whose)
    left = 0 if alone else DataController.objects.filter(structure=structure).delete()[0]
    changed = [field for field in SAID if getattr(found, field) != said[field]]
    if not changed and not left:
        return []
    for field in changed:
        setattr(found, field, said[field])
    found.save()
    journal.record("controller.said", at=at, by=by, structure=structure, alone=alone, fields=changed)
    return changed
