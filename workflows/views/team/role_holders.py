"""What an administrator reads: who holds the roles that are granted, what waits to be confirmed, what is to be done first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from cases.models import (
    AccessRequest,
    Installation,
    Invitation,
    Membership,
    Nomination,
    Role,
    Structure,
    StructureKind,
)
from cases.rules.rights import CLAIMANTS, GRANTED
from workflows.queries.controllers import find_controllers

NAMED = 3
"""Names that a sentence holds."""


@dataclass(frozen=True, kw_only=True)
class FirstStep:
    """Something without which nobody works."""

    text: str
    role: str = ""
    """To name somebody for it on these pages; empty where only the server can."""
    url: str = ""
    """Where it is done, when it is nobody’s role."""
    action: str = "Compléter"
    """Words of the link that leads there."""
    command: str = ""
    """What is typed on the server, where only the server can."""


@dataclass(frozen=True, kw_only=True)
class Administered:
    holders: list[Membership]
    waiting: list[Nomination]
    invited: list[Invitation]
    """To a granted role, or as the first manager."""
    first_steps: list[FirstStep]
    """The most necessary first."""
    without_manager: list[Structure]
    """Where nobody can invite colleagues yet, nor is invited to."""
    asking: int
    """How many people, whom nobody invited, ask for access."""


def find_role_holders(
    structures: QuerySet[Structure], *, of_installation: bool, asking: QuerySet[AccessRequest], on: date
) -> Administered:
    """Six queries. `of_installation`: the reader administers it, and says its name and contacts. He is one of the holders,
    with whom those who ask (`asking`) are counted."""
    counted = asking.order_by().annotate(all=Value(1)).values("all").annotate(count=Count("pk")).values("count")
    held = Membership.objects.not_over(on).filter(structure__in=structures, role__in=GRANTED, user__is_active=True)
    held = held.annotate(asking=Coalesce(Subquery(counted), 0))
    holders = list(
        held.select_related("user", "structure").order_by("role", "structure__name", "user__last_name", "pk")
    )
    waiting = Nomination.objects.waiting().filter(structure__in=structures)
    asked = Invitation.objects.waiting().filter(structure__in=structures, role__in=[*GRANTED, Role.MANAGER])
    invited = list(asked.select_related("user", "structure"))
    without_manager = _without_manager(structures, on=on)
    first_steps = _first_steps(holders, invited, without_manager)
    first_steps += _said_of_installation() if of_installation else []
    return Administered(
        holders=holders,
        waiting=list(waiting.select_related("user", "structure", "asked_by")),
        invited=invited,
        first_steps=[*first_steps, *_officers_to_say(structures)],
        without_manager=without_manager,
        asking=next((row.asking for row in holders), 0),  # type: ignore[attr-defined]  # annotated
    )


def _without_manager(structures: QuerySet[Structure], *, on: date) -> list[Structure]:
    led = Membership.objects.not_over(on).filter(structure=OuterRef("pk"), role=Role.MANAGER, user__is_active=True)
    asked = Invitation.objects.waiting().filter(structure=OuterRef("pk"), role=Role.MANAGER)
    return list(structures.filter(~Exists(led), ~Exists(asked)).order_by("name"))


def _first_steps(
    holders: Sequence[Membership], invited: Sequence[Invitation], without_manager: Sequence[Structure]
) -> list[FirstStep]:
    second = [each for each in invited if each.role == Role.ADMINISTRATOR and each.structure.kind not in CLAIMANTS]
    roles = {row.role for row in holders}
    piloted = {row.structure.kind for row in holders if row.role == Role.PILOT}
    granting = [row for row in holders if row.role == Role.ADMINISTRATOR and row.structure.kind not in CLAIMANTS]
    is_alone = len({row.user_id for row in granting}) < 2
    by_command = is_alone and not second
    how = ", d’ici là par la même commande" if by_command else ", une fois à deux" if is_alone else ""
    steps = []
    if by_command:
        text = "Nommer un second administrateur, par la commande « bootstrap » sur le serveur : ensuite, tout se fait ici."
        steps.append(FirstStep(text=text, command=_command(granting[0].structure.code if granting else "…")))
    elif is_alone:
        text = (
            f"Attendre que le second administrateur, {second[0].user.email}, accepte son invitation : une nomination se "
            "confirme à deux. Au besoin, la lui renvoyer ci-dessous."
        )
        steps.append(FirstStep(text=text))
    if StructureKind.CAF_PILOT not in piloted:
        text = f"Nommer le pilote de l’action 12{how} : il qualifie, arbitre et change les règles."
        desks = (each.code for each in without_manager if each.kind == StructureKind.CAF_PILOT)
        command = _command(next(desks, "…"), Role.PILOT) if by_command else ""
        steps.append(FirstStep(text=text, role="" if is_alone else Role.PILOT, command=command))
    if Role.DPO not in roles:
        text = f"Nommer le délégué à la protection des données{how}."
        command = _command(granting[0].structure.code, Role.DPO) if by_command and granting else ""
        steps.append(FirstStep(text=text, role="" if is_alone else Role.DPO, command=command))
    return steps


def _command(structure: str, role: str = "") -> str:
    named = "--email … --first-name … --last-name …"
    asked = f" --role {role}" if role else ""
    return f"docker compose exec web python manage.py bootstrap {named} --structure {structure}{asked}"


def _said_of_installation() -> list[FirstStep]:
    missing = Installation.read().missing
    if not missing:
        return []
    text = f"Avant d’ouvrir à des personnes, dire {', '.join(missing)}."
    return [FirstStep(text=text, url=reverse("installation"))]


def _officers_to_say(structures: QuerySet[Structure]) -> list[FirstStep]:
    """Controllers whose officer cannot be written to: the sheets that a person receives say only his name."""
    missing = [each for each in find_controllers(structures) if not each.controller.is_reachable]
    names = [each.controller.name for each in missing]
    if not names:
        return []
    others = f" et {len(names) - NAMED} autres" if len(names) > NAMED + 1 else ""
    named = ", ".join(names[:NAMED] if others else names)
    text = f"Dire où écrire au délégué à la protection des données : {named}{others}."
    return [FirstStep(text=text, url=reverse("controller", args=[missing[0].structure.code]))]
