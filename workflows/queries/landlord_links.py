"""With whom a landlord stands. Nothing of it is declared: his own advisers are the service of his body, and who manages
for him is read from the leases, as his files name them."""

from django.db.models import QuerySet

from cases.models import Structure, StructureKind


def find_landlord_links(structure: Structure) -> list[tuple[str, str]]:
    """What is said of it, and the names. One or two queries."""
    services = Structure.objects.filter(is_active=True, territory=structure.territory)
    if structure.kind == StructureKind.RENT_MANAGER:
        owners = Structure.objects.filter(tenancies__manager=structure, tenancies__ended_on=None)
        return [("Bailleurs de ses baux", _names(owners))]
    advisers = services.filter(organisation=structure.organisation_id, kind=StructureKind.LANDLORD_SOCIAL)
    managers = services.filter(managed_tenancies__landlord=structure, managed_tenancies__ended_on=None)
    return [("Conseil social", _names(advisers)), ("Gestionnaires de ses baux", _names(managers))]


def _names(structures: QuerySet[Structure]) -> str:
    return ", ".join(structures.order_by("name").distinct().values_list("name", flat=True)) or "aucun"
