"""Roles that administrators grant: pilot, officer for data protection, administrator; and a structure’s first manager.

A nomination is proposed by one administrator and confirmed by another. As long as there is one only, the first ones are
named by `manage.py bootstrap`, on the server.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import invitations, members
from cases.actions.members import CannotChangeMember
from cases.models import Invitation, JournalEntry, Membership, Nomination, Role, Structure, User
from cases.rules.rights import CLAIMANTS, GRANTED, rights_of, roles_of

ALONE = (
    "Vous êtes le seul administrateur : une nomination se confirme à deux. En nommer un second, ou nommer cette personne, "
    "par la commande « bootstrap » sur le serveur (guide de déploiement)."
)
UNANSWERED = (
    "Une nomination se confirme à deux, et le second administrateur n’a pas encore accepté son invitation : l’attendre, ou la "
    "lui renvoyer (page Administration)."
)


def nominable_roles(kind: str) -> tuple[str, ...]:
    """The roles that an administrator names somebody for in a structure of that kind."""
    return tuple(role for role in roles_of(kind) if role in GRANTED or role == Role.MANAGER)


@transaction.atomic
def nominate(
    *, structure: Structure, email: str, first_name: str, last_name: str, role: str, by: User, at: datetime
) -> Nomination | Invitation | Membership:
    """Propose somebody for a role that is granted, or name the first manager of a structure, which is done at once.

    Refuses (`CannotChangeMember`) oneself, a closed account, who has the role or waits for it, a manager where there is
    one, and a granted role as long as there is nobody to confirm it.
    """
    today = localdate(at)
    members.lock_structure_in_service(structure)
    refuse_stranger(by, structure, on=today)
    if role not in nominable_roles(structure.kind):
        raise CannotChangeMember("Ce rôle n’existe pas dans cette structure : en choisir un de la liste.")
    if role in GRANTED and is_alone(by, structure.territory, on=today):
        raise CannotChangeMember(UNANSWERED if second_is_invited(structure.territory) else ALONE)
    user = invitations.get_or_create_account(email=email, first_name=first_name, last_name=last_name)
    called = invitations.full_name(first_name, last_name)
    _refuse_impossible_nomination(user, structure, role, by=by, on=today)
    if role not in GRANTED:
        _refuse_second_manager(structure, on=today)
        return invitations.offer(user=user, called=called, structure=structure, role=role, by=by, at=at)
    nomination = Nomination.objects.create(
        user=user, called=called, structure=structure, role=role, asked_by=by, asked_at=at
    )
    _record_in_journal("nomination.asked", nomination, by=by, at=at)
    return nomination


@transaction.atomic
def confirm(*, nomination: Nomination, by: User, at: datetime) -> Invitation | Membership:
    """The person joins, or is invited. Refuses (`CannotChangeMember`) who proposed it, and whom it names."""
    nomination = _lock_waiting_nomination(nomination, by=by, at=at)
    if by in (nomination.asked_by, nomination.user):
        raise CannotChangeMember("C’est à un autre administrateur de confirmer cette nomination.")
    _refuse_impossible_nomination(
        nomination.user, nomination.structure, nomination.role, by=by, on=localdate(at), but=nomination
    )
    nomination.confirmed_by, nomination.confirmed_at = by, at
    nomination.save(update_fields=["confirmed_by", "confirmed_at"])
    _record_in_journal("nomination.confirmed", nomination, by=by, at=at)
    return invitations.offer(
        user=nomination.user,
        called=nomination.called,
        structure=nomination.structure,
        role=nomination.role,
        by=by,
        at=at,
    )


@transaction.atomic
def withdraw(*, nomination: Nomination, by: User, at: datetime) -> None:
    """By any administrator, as long as it waits."""
    nomination = _lock_waiting_nomination(nomination, by=by, at=at)
    _withdraw(nomination, by=by, at=at)


@transaction.atomic
def withdraw_those_of(*, structure: Structure, by: User, at: datetime, cause: JournalEntry) -> None:
    """The structure takes no part any more: nobody is proposed for a role in it."""
    for nomination in Nomination.objects.waiting().select_for_update(of=("self",)).filter(structure=structure):
        _withdraw(nomination, by=by, at=at, cause=cause)


def _withdraw(nomination: Nomination, *, by: User, at: datetime, cause: JournalEntry | None = None) -> None:
    nomination.withdrawn_at = at
    nomination.save(update_fields=["withdrawn_at"])
    _record_in_journal("nomination.withdrawn", nomination, by=by, at=at, cause=cause)


@transaction.atomic
def take_role_back(*, membership: Membership, by: User, at: datetime) -> None:
    """Take a granted role back, from this act on. Refuses (`CannotChangeMember`) one’s own, and the last administrator."""
    today = localdate(at)
    members.lock_structure(membership.structure)
    refuse_stranger(by, membership.structure, on=today)
    held = Membership.objects.not_over(today).filter(pk=membership.pk, role__in=GRANTED).first()
    if held is None:
        raise CannotChangeMember("Cette personne n’a plus ce rôle.")
    if held.user == by:
        raise CannotChangeMember("On ne met pas fin à son propre rôle : le demander à un autre administrateur.")
    if "grant_roles" in rights_of(held.role, held.structure.kind):
        members.refuse_last_administrator({held.user}, held.structure.territory, on=today)
    members.end_membership(membership=held, on=today, at=at, by=by)
    others = Membership.objects.not_over(today).filter(user=held.user, role=Role.ADMINISTRATOR).exclude(pk=held.pk)
    if held.role == Role.ADMINISTRATOR and not others.exists():
        # The technical administration was his as an administrator.
        User.objects.filter(pk=held.user_id).update(is_staff=False, is_superuser=False)


def is_alone(user: User, territory: str, *, on: date) -> bool:
    """Is there no other administrator to confirm what this one proposes?"""
    return not members.administrator_memberships(territory, on=on).exclude(user=user).exists()


def second_is_invited(territory: str) -> bool:
    """Does an administrator who could confirm have an invitation to accept?"""
    waiting = Invitation.objects.waiting().filter(role=Role.ADMINISTRATOR, structure__territory=territory)
    return waiting.exclude(structure__kind__in=CLAIMANTS).exists()


def refuse_stranger(by: User, structure: Structure, *, on: date) -> None:
    """Refuse (`CannotChangeMember`) who does not administer the structure, or no longer: asked again once it is locked."""
    if not permissions.administered_structures(by, at=on).filter(pk=structure.pk).exists():
        raise CannotChangeMember("Vous n’administrez plus cette structure.")


def _refuse_impossible_nomination(
    user: User, structure: Structure, role: str, *, by: User, on: date, but: Nomination | None = None
) -> None:
    if user == by:
        raise CannotChangeMember("On ne se nomme pas soi-même : le demander à un autre administrateur.")
    if not user.is_active and user.closed_at is None:
        raise CannotChangeMember("Le compte de ce courriel est fermé.")
    if Membership.objects.not_over(on).filter(user=user, structure=structure, role=role).exists():
        raise CannotChangeMember("Cette personne a déjà ce rôle dans la structure.")
    if Invitation.objects.waiting().filter(user=user, structure=structure).exists():
        raise CannotChangeMember("Cette personne est déjà invitée dans la structure : attendre sa réponse.")
    waiting = Nomination.objects.waiting().filter(user=user, structure=structure, role=role)
    if (waiting.exclude(pk=but.pk) if but else waiting).exists():
        raise CannotChangeMember("Cette personne est déjà proposée pour ce rôle.")


def _refuse_second_manager(structure: Structure, *, on: date) -> None:
    managing = Q(role=Role.MANAGER, structure=structure)
    if Membership.objects.not_over(on).filter(managing).exists():
        raise CannotChangeMember("Cette structure a un responsable : c’est à lui d’inviter ses collègues.")
    if Invitation.objects.waiting().filter(managing).exists():
        raise CannotChangeMember("Un premier responsable est déjà invité dans cette structure : attendre sa réponse.")


def _lock_waiting_nomination(nomination: Nomination, *, by: User, at: datetime) -> Nomination:
    """The nomination as it is now, locked. Refuses (`CannotChangeMember`) one that no longer waits."""
    members.lock_structure(nomination.structure)
    refuse_stranger(by, nomination.structure, on=localdate(at))
    rows = Nomination.objects.waiting().select_related("structure", "user", "asked_by")
    fresh = rows.filter(pk=nomination.pk).first()
    if fresh is None:
        raise CannotChangeMember("Cette nomination n’attend plus : elle a été confirmée ou retirée entre-temps.")
    return fresh


def _record_in_journal(
    kind: str, nomination: Nomination, *, by: User, at: datetime, cause: JournalEntry | None = None
) -> None:
    journal.record(
        kind,
        at=at,
        by=by,
        structure=nomination.structure,
        cause=cause,
        nomination=nomination.pk,
        user=nomination.user_id,
        role=nomination.role,
    )
