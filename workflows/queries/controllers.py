"""Who decides of the data of each structure that works with Relais, as « Données personnelles » shows it to everybody."""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate

from cases.models import DataController, Membership, Structure


@dataclass(frozen=True, kw_only=True)
class ShownController:
    controller: DataController
    structure: Structure
    """The first of its services, by which it is said."""
    services: list[str] = field(default_factory=list)


def find_controllers(among: QuerySet[Structure] | None = None) -> list[ShownController]:
    """Of the structures in service where somebody works, by name; each with its services. One query.

    `among`: of these structures only.
    """
    works_there = Membership.objects.active(localdate()).filter(structure=OuterRef("pk"))
    structures = (
        (Structure.objects.all() if among is None else among)
        .filter(Exists(works_there), is_active=True)
        .select_related("controller", "organisation__controller")
    )
    found: dict[tuple[str, int], ShownController] = {}
    for structure in structures.order_by("name"):
        own: DataController | None = getattr(structure, "controller", None)
        body: DataController | None = getattr(structure.organisation, "controller", None)
        key = ("service", structure.pk) if own else ("body", structure.organisation_id)
        controller = own or body or DataController(name=structure.organisation.name)
        shown = found.setdefault(key, ShownController(controller=controller, structure=structure))
        shown.services.append(structure.name)
    return sorted(found.values(), key=lambda each: each.controller.name)
