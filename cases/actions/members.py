"""Memberships: a user joins a structure, changes roles, leaves, and his rights follow in the same transaction."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate
from guardian.models import GroupObjectPermission

from cases import journal, permissions
from cases.models import Coordination, JournalEntry, Membership, Referent, Role, Structure, User
from cases.models.members import MembershipQuerySet
from cases.refusals import Refusal
from cases.rules.rights import CLAIMANTS, GRANTED, given_by_managers, rights_of, roles_of, roles_with

LEADS = {"manage_members": "gère les membres", "view_backlog": "suit l’encours"}
"""Rights that a structure never loses: without them nobody could name members, nor give what waits."""

PAST = "Ce dernier jour est passé : choisir aujourd’hui ou un jour à venir."
ONE_DAY = timedelta(days=1)


class CannotChangeMember(Refusal):
    """A membership, a nomination or an invitation is not changed so."""


def role_group(structure: Structure, role: str) -> Group:
    """The group that carries a role’s rights on a structure; made, and brought into step with the policy."""
    group, _ = Group.objects.get_or_create(name=f"{structure.code}:{role}")
    wanted = rights_of(role, structure.kind)
    rights = GroupObjectPermission.objects.filter(group=group, object_pk=str(structure.pk))
    held = dict(rights.values_list("permission__codename", "pk"))
    if obsolete := [pk for name, pk in held.items() if name not in wanted]:
        rights.filter(pk__in=obsolete).delete()
    if missing := wanted - held.keys():
        of_structures = ContentType.objects.get_for_model(Structure)
        GroupObjectPermission.objects.bulk_create(
            GroupObjectPermission(
                group=group, permission=right, content_type=of_structures, object_pk=str(structure.pk)
            )
            for right in Permission.objects.filter(content_type__app_label="cases", codename__in=missing)
        )
    return group


def bring_rights_into_step() -> None:
    """What the policy table of this release changed reaches those who are members already. Run after each migration."""
    held = Membership.objects.order_by("structure_id", "role").distinct("structure_id", "role")
    for membership in held.select_related("structure"):
        role_group(membership.structure, membership.role)


@transaction.atomic
def join(
    *,
    user: User,
    structure: Structure,
    role: str,
    since: date,
    until: date | None = None,
    at: datetime,
    by: User | None = None,
    cause: JournalEntry | None = None,
) -> Membership:
    """Give a user a role in a structure, from a day on; `until` is its last day, if it is known."""
    reopen_account(user=user, by=by, at=at)
    group = role_group(structure, role)
    membership = Membership.objects.create(
        user=user, structure=structure, role=role, group=group, since=since, until=until
    )
    user.groups.add(group)
    journal.record(
        "membership.started",
        at=at,
        by=by,
        structure=structure,
        cause=cause,
        membership=membership.pk,
        user=user.pk,
        role=role,
    )
    return membership


def reopen_account(*, user: User, by: User | None, at: datetime) -> None:
    """One that was closed because he worked nowhere. What opened it is gone: he chooses a password by an invitation."""
    if User.objects.filter(pk=user.pk, closed_at__isnull=False).update(is_active=True, closed_at=None):
        user.is_active, user.closed_at = True, None
        journal.record("account.reopened", at=at, by=by, user=user.pk)


@transaction.atomic
def end_membership(
    *, membership: Membership, on: date, at: datetime, by: User | None = None, cause: JournalEntry | None = None
) -> Membership:
    """End a membership: `on` is the day after the last one; today, it gives no right from this act on.

    Whoever still has tasks must hand them over first; that is asked by workflows, which knows tasks.
    """
    if on <= membership.since:
        membership.delete()
    else:
        membership.until = on - ONE_DAY
        membership.save(update_fields=["until"])
    forget_ended(on=localdate(at), user=membership.user)
    journal.record(
        "membership.ended",
        at=at,
        by=by,
        structure=membership.structure,
        cause=cause,
        user=membership.user_id,
        role=membership.role,
        last_day=(on - ONE_DAY).isoformat(),
    )
    return membership


@transaction.atomic
def change_roles(
    *, user: User, structure: Structure, roles: Iterable[str], by: User, at: datetime
) -> JournalEntry | None:
    """Give a member exactly these roles from today on. Nothing is written when he has them already.

    What an administrator has granted to him stays, whatever is asked. Refuses (`CannotChangeMember`) no role, one that
    the structure does not have or that a manager does not give, and what `_refuse_change` says.
    """
    lock_structure(structure)
    today, wanted = localdate(at), set(roles)
    held = {membership.role: membership for membership in _find_memberships(user, structure, on=today)}
    granted = held.keys() & GRANTED
    refuse_role(*wanted - granted, structure=structure)
    wanted |= granted
    if not wanted:
        raise CannotChangeMember("Choisir au moins un rôle ; pour retirer la personne, indiquer son dernier jour.")
    if wanted == held.keys():
        return None
    _refuse_change(held.values(), keeps=rights_in(structure, wanted), by=by, on=today)
    if "be_referent" not in rights_in(structure, wanted):
        refuse_places(user, structure)
    entry = journal.record("membership.changed", at=at, by=by, structure=structure, user=user.pk, roles=sorted(wanted))
    last_day = max((membership.until for membership in held.values() if membership.until), default=None)
    for role in sorted(wanted - held.keys()):
        join(user=user, structure=structure, role=role, since=today, until=last_day, at=at, by=by, cause=entry)
    for role in sorted(held.keys() - wanted):
        end_membership(membership=held[role], on=today, at=at, by=by, cause=entry)
    return entry


@transaction.atomic
def end_all_memberships(*, user: User, structure: Structure, last_day: date | None, by: User, at: datetime) -> None:
    """End all that a person is in a structure, after a last day, or at once when there is none.

    Refuses (`CannotChangeMember`) a day that is past or before the first one, and what `_refuse_change` says.
    """
    lock_structure(structure)
    today = localdate(at)
    held = _find_memberships(user, structure, on=today)
    if last_day and last_day < today:
        raise CannotChangeMember(PAST)
    if last_day and any(last_day < membership.since for membership in held):
        raise CannotChangeMember("Ce dernier jour précède l’arrivée dans la structure : choisir un jour qui la suit.")
    _refuse_change(held, keeps=frozenset(), by=by, on=today)
    if last_day in (None, today):
        refuse_places(user, structure)
    for membership in held:
        end_membership(membership=membership, on=last_day + ONE_DAY if last_day else today, at=at, by=by)


@transaction.atomic
def cancel_last_day(*, user: User, structure: Structure, by: User, at: datetime) -> None:
    """The last day that was said of a member no longer holds. Harmless when none was.

    Refuses (`CannotChangeMember`) oneself, and whoever is no longer a member.
    """
    lock_structure(structure)
    held = _find_memberships(user, structure, on=localdate(at))
    _refuse_change(held, keeps=rights_in(structure, roles_of(structure.kind)), by=by, on=localdate(at))
    for membership in held:
        if membership.until:
            membership.until = None
            membership.save(update_fields=["until"])
            journal.record(
                "membership.prolonged", at=at, by=by, structure=structure, user=user.pk, role=membership.role
            )


def refuse_places(user: User, structure: Structure) -> None:
    """Nobody who is followed is left alone: a référent hands on before he leaves, and so does a coordinator."""
    places = Referent.objects.current().filter(user=user, structure=structure).count()
    coordinations = Coordination.objects.current().filter(referent__user=user, referent__structure=structure).count()
    if places:
        people = "1 personne" if places == 1 else f"{places} personnes"
        also = f", dont {coordinations} en coordination" if coordinations else ""
        raise CannotChangeMember(
            f"{user} est encore le référent de {people}{also} : d’abord, les transférer depuis la page « Référents »."
        )


def lock_structure(structure: Structure) -> None:
    """Changes of a structure follow one another, so that two managers cannot remove each other. They do not hold up those who
    act on its cases, whose lines refer to it; who ends it (`structures.lock_to_end`) waits for all of them."""
    Structure.objects.select_for_update(of=("self",), no_key=True).get(pk=structure.pk)


def lock_structure_in_service(structure: Structure) -> None:
    """Before somebody is given a role there: one that has ended meanwhile gives none. Refuses (`CannotChangeMember`)."""
    lock_structure(structure)
    structure.refresh_from_db(fields=["is_active"])
    if not structure.is_active:
        raise CannotChangeMember("Cette structure n’est plus en service.")


def rights_in(structure: Structure, roles: Iterable[str]) -> frozenset[str]:
    """The rights that these roles give together in a structure."""
    return frozenset(right for role in roles for right in rights_of(role, structure.kind))


def refuse_unknown_role(*roles: str, structure: Structure) -> None:
    if not set(roles) <= set(roles_of(structure.kind)):
        raise CannotChangeMember("Ce rôle n’existe pas dans cette structure : en choisir un de la liste.")


def refuse_role(*roles: str, structure: Structure) -> None:
    """One that a manager does not give there."""
    refuse_unknown_role(*roles, structure=structure)
    if not set(roles) <= set(given_by_managers(structure.kind)):
        raise CannotChangeMember(
            "Les pilotes, les délégués à la protection des données et les administrateurs sont nommés par "
            "l’administrateur de Relais : le lui demander."
        )


def refuse_stranger(by: User, structure: Structure, *, on: date) -> None:
    """Asked again under the lock: whoever managed the members a moment ago may have been removed."""
    if not permissions.has_right(by, "manage_members", structure.pk, at=on):
        raise CannotChangeMember("Vous ne gérez plus les membres de cette structure.")


def _find_memberships(user: User, structure: Structure, *, on: date) -> list[Membership]:
    """What a person is in a structure, on that day or later."""
    rows = Membership.objects.not_over(on).filter(user=user, structure=structure)
    held = list(rows.select_related("structure", "user").order_by("role"))
    if not held:
        raise CannotChangeMember("Cette personne n’est plus membre de la structure.")
    return held


def _refuse_change(held: Collection[Membership], *, keeps: frozenset[str], by: User, on: date) -> None:
    """A change by who manages no members, of oneself, or that takes from a structure the last one who leads it."""
    user, structure = next((membership.user, membership.structure) for membership in held)
    refuse_stranger(by, structure, on=on)
    if user == by:
        raise CannotChangeMember(
            "On ne change pas son propre rattachement : le demander à un autre responsable de la structure."
        )
    lost = rights_in(structure, {membership.role for membership in held}) - keeps
    if "grant_roles" in lost:
        refuse_last_administrator({user}, structure.territory, on=on)
    for right, words in LEADS.items():
        if right in lost and not _others_who_stay(user, structure, right).exists():
            raise CannotChangeMember(
                f"C’est la dernière personne qui {words} de la structure : en nommer une autre d’abord."
            )


def administrator_memberships(territory: str, *, on: date) -> MembershipQuerySet:
    """The memberships by which people grant roles in the structures of a territory."""
    found = Membership.objects.active(on).filter(role=Role.ADMINISTRATOR, structure__territory=territory)
    return found.exclude(structure__kind__in=CLAIMANTS)


def refuse_last_administrator(leaving: Collection[User], territory: str, *, on: date) -> None:
    """One must stay when these leave, whose last day is not said. Under a lock on the membership and the account of each,
    so that two of them do not end each other, nor one while the account of the other is closed."""
    staying = administrator_memberships(territory, on=on).filter(until=None).select_related("user").order_by("pk")
    locked = staying.select_for_update(of=("self", "user"), no_key=True)
    if not {membership.user_id for membership in locked} - {user.pk for user in leaving}:
        raise CannotChangeMember("C’est le dernier administrateur de Relais : en nommer un autre d’abord.")


def _others_who_stay(user: User, structure: Structure, right: str) -> QuerySet[Membership]:
    staying = Membership.objects.filter(structure=structure, until=None, user__is_active=True)
    return staying.filter(role__in=roles_with(right, structure.kind)).exclude(user=user)


def forget_ended(*, on: date, user: User | None = None) -> int:
    """Take people out of the groups that none of their memberships carries any more. Returns how many were.

    Rights end by date at the door in any case; this keeps guardian’s own answer in step (run by each tick).
    """
    groups = User.groups.through.objects.filter(**({"user": user} if user else {}))
    carried = Membership.objects.active(on).filter(user=OuterRef("user"), group=OuterRef("group"))
    return groups.exclude(Exists(carried)).delete()[0]
