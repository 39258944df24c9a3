"""Organisations: an administrator of all the territories that one serves says its name in law anew."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.models import Organisation, Structure, User
from cases.refusals import Refusal


class CannotRenameOrganisation(Refusal):
    """An organisation is not renamed so."""


@transaction.atomic
def rename_organisation(*, organisation: Organisation, name: str, by: User, at: datetime) -> None:
    """Its code stays, and the names of its services. Nothing is written when nothing changes.

    Refuses (`CannotRenameOrganisation`) who administers none of its services, a body that serves another territory too,
    and a name that is taken.
    """
    found = Organisation.objects.select_for_update().get(pk=organisation.pk)
    administered = permissions.administered_structures(by, at=localdate(at)).values("territory")
    services = Structure.objects.filter(organisation=found)
    if not services.filter(territory__in=administered).exists():
        raise CannotRenameOrganisation("Vous n’administrez aucun territoire de cette organisation.")
    if services.filter(is_active=True).exclude(territory__in=administered).exists():
        raise CannotRenameOrganisation(
            "Cette organisation sert aussi un territoire que vous n’administrez pas : seul qui administre tous ses "
            "territoires la renomme. Le nom de chaque service, lui, se corrige ici.",
            field="name",
        )
    if found.name == name:
        return
    if Organisation.objects.filter(name__iexact=name).exclude(pk=found.pk).exists():
        raise CannotRenameOrganisation("Une organisation porte déjà ce nom : le préciser.", field="name")
    found.name = name
    found.save(update_fields=["name"])
    journal.record("organisation.renamed", at=at, by=by, organisation=found.pk)
