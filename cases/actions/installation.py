"""What the installation says of itself, corrected by an administrator."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.models import Installation, User
from cases.refusals import Refusal

NOT_SAID = frozenset({"id", "real_data_since"})
DESCRIBED = tuple(field.name for field in Installation._meta.fields if field.name not in NOT_SAID)  # noqa: SLF001 - Django’s documented API


class CannotDescribeInstallation(Refusal):
    """What the installation says of itself is not changed so."""


@transaction.atomic
def describe_installation(*, said: Mapping[str, str], by: User, at: datetime) -> list[str]:
    """Say anew what every page says of the installation. `said`: each field of `DESCRIBED`. Returns those that changed.

    It holds for all territories. Refuses (`CannotDescribeInstallation`) who does not administer the first, and an empty name.
    """
    if not permissions.administers_installation(by, at=localdate(at)):
        raise CannotDescribeInstallation("Vous n’administrez plus Relais : le demander à un administrateur.")
    if not said["name"]:
        raise CannotDescribeInstallation("Donner un nom à l’installation.", field="name")
    initial = Installation.initial()
    Installation.objects.get_or_create(pk=1, defaults={field: getattr(initial, field) for field in DESCRIBED})
    installation = Installation.objects.select_for_update().get(pk=1)
    changed = [field for field in DESCRIBED if getattr(installation, field) != said[field]]
    if not changed:
        return []
    for field in changed:
        setattr(installation, field, said[field])
    installation.save(update_fields=changed)
    journal.record("installation.described", at=at, by=by, fields=changed)
    transaction.on_commit(Installation.forget)
    return changed
