"""Somebody is invited to join a structure: accepting gives him the role.

A link lets who has no account yet choose a password; who has one, by a password or by ProConnect, signs in, and accepts
on his own page.
"""

from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import addresses, members
from cases.actions.members import CannotChangeMember
from cases.models import Invitation, JournalEntry, Membership, ProConnectIdentity, Role, Structure, User
from cases.rules.rights import GRANTED

VALID_FOR = timedelta(days=7)
"""How long a link may be used."""
PAUSE = timedelta(minutes=5)
"""Between two sendings of the same invitation."""


class InvitationTokens:
    """The last part of a link, as `PasswordResetConfirmView` asks for it. Good once: a password chosen changes it.

    How long it may be used is not in it but in the invitation, so that one sent again is good again.
    """

    def make_token(self, user: User) -> str:
        return self._signer(user).signature(str(user.pk))

    def check_token(self, user: User, token: str) -> bool:
        try:
            self._signer(user).unsign(f"{user.pk}:{token}")
        except BadSignature:
            return False
        return True

    def _signer(self, user: User) -> Signer:
        return Signer(salt=f"invitation {user.email} {user.password}")


def link_parts(user: User) -> dict[str, str]:
    """What the address of the page that accepts is made of."""
    return {"uidb64": urlsafe_base64_encode(force_bytes(user.pk)), "token": InvitationTokens().make_token(user)}


@transaction.atomic
def invite(
    *,
    structure: Structure,
    email: str,
    first_name: str,
    last_name: str,
    role: str,
    last_day: date | None = None,
    by: User,
    at: datetime,
) -> Invitation | Membership:
    """Invite somebody, by a manager of the structure.

    Refuses (`CannotChangeMember`) a closed account, a member, who is invited already, a role that a manager does not
    give, and a last day that is past.
    """
    members.lock_structure_in_service(structure)
    today = localdate(at)
    members.refuse_stranger(by, structure, on=today)
    members.refuse_role(role, structure=structure)
    if last_day and last_day < today:
        raise CannotChangeMember(members.PAST)
    user = get_or_create_account(email=email, first_name=first_name, last_name=last_name)
    _refuse_impossible_invitation(user, structure, on=today)
    called = full_name(first_name, last_name)
    return offer(user=user, called=called, structure=structure, role=role, last_day=last_day, by=by, at=at)


def get_or_create_account(*, email: str, first_name: str, last_name: str) -> User:
    """That of an e-mail address: who chose a password keeps the name he has there. A new one opens nothing by itself."""
    names = {"first_name": first_name, "last_name": last_name}
    user, _ = User.objects.get_or_create(
        email=email.strip().lower(), defaults={**names, "password": make_password(None)}
    )
    if not user.has_usable_password() and not user.memberships.exists():
        User.objects.filter(pk=user.pk).update(**names)
    return user


def full_name(first_name: str, last_name: str) -> str:
    return f"{first_name} {last_name}".strip()


def offer(
    *,
    user: User,
    called: str,
    structure: Structure,
    role: str,
    last_day: date | None = None,
    by: User,
    at: datetime,
) -> Invitation | Membership:
    """A role, to an account: at once to who works in the same organisation already, in this territory; else by an
    invitation to accept, which calls him as he was named here (`called`), whatever the account says."""
    today = localdate(at)
    members.reopen_account(user=user, by=by, at=at)
    if has_account(user, at=at) and works_beside(user, structure, on=today):
        return members.join(user=user, structure=structure, role=role, since=today, until=last_day, at=at, by=by)
    invitation = Invitation.objects.create(
        user=user, called=called, structure=structure, role=role, last_day=last_day, sent_at=at
    )
    _record_in_journal("invitation.sent", invitation, by=by, at=at)
    return invitation


def has_account(user: User, *, at: datetime) -> bool:
    """Does something open it already: a password, or ProConnect from an establishment that a structure of his admits?"""
    if user.has_usable_password():
        return True
    admitting = Membership.objects.active(localdate(at)).filter(user=user, structure__is_active=True)
    bound = ProConnectIdentity.objects.filter(user=user)
    return admitting.filter(structure__establishments__siret__in=bound.values("siret")).exists()


def works_beside(user: User, structure: Structure, *, on: date) -> bool:
    """In a service of the same body and the same territory."""
    beside = {"structure__organisation": structure.organisation_id, "structure__territory": structure.territory}
    return Membership.objects.active(on).filter(user=user, **beside).exists()


@transaction.atomic
def send_again(*, invitation: Invitation, by: User, at: datetime) -> Invitation:
    """The same link leaves once more, and is good for as long again. Refuses (`CannotChangeMember`) too soon."""
    invitation = _lock_waiting_invitation(invitation, by=by, at=at)
    if at - invitation.sent_at < PAUSE:
        raise CannotChangeMember("Cette invitation vient de partir : attendre quelques minutes avant de la renvoyer.")
    invitation.sent_at = at
    invitation.save(update_fields=["sent_at"])
    addresses.forget_failure(user=invitation.user, structure=invitation.structure, by=by, at=at)
    _record_in_journal("invitation.sent", invitation, by=by, at=at)
    return invitation


@transaction.atomic
def withdraw(*, invitation: Invitation, by: User, at: datetime) -> Invitation:
    """The invitation is no more; if none other waits, its link opens nothing from now on."""
    invitation = _lock_waiting_invitation(invitation, by=by, at=at)
    _withdraw(invitation, by=by, at=at)
    return invitation


@transaction.atomic
def withdraw_those_of(*, structure: Structure, by: User, at: datetime, cause: JournalEntry) -> None:
    """The structure takes no part any more: nobody is asked to join it."""
    for invitation in Invitation.objects.waiting().select_for_update(of=("self",)).filter(structure=structure):
        _withdraw(invitation, by=by, at=at, cause=cause)


def _withdraw(invitation: Invitation, *, by: User, at: datetime, cause: JournalEntry | None = None) -> None:
    invitation.withdrawn_at = at
    invitation.save(update_fields=["withdrawn_at"])
    _record_in_journal("invitation.withdrawn", invitation, by=by, at=at, cause=cause)


@transaction.atomic
def accept(*, user: User, at: datetime) -> list[Membership]:
    """Join every structure that waits for this person. Whoever holds the link has proved that the address is his."""
    waiting = acceptable_invitations(user, at=at).select_for_update(of=("self",)).select_related("structure")
    return [_join(invitation, at=at) for invitation in waiting]


@transaction.atomic
def accept_one(*, invitation: Invitation, by: User, at: datetime) -> Membership:
    """By the person himself, signed in. Refuses (`CannotChangeMember`) what waits no more."""
    return _join(_lock_own_invitation(invitation, by=by, at=at), at=at)


@transaction.atomic
def decline(*, invitation: Invitation, by: User, at: datetime) -> None:
    """By the person himself, signed in. Refuses (`CannotChangeMember`) what waits no more."""
    invitation = _lock_own_invitation(invitation, by=by, at=at)
    invitation.withdrawn_at = at
    invitation.save(update_fields=["withdrawn_at"])
    _record_in_journal("invitation.declined", invitation, by=by, at=at)


def _join(invitation: Invitation, *, at: datetime) -> Membership:
    members.lock_structure_in_service(invitation.structure)
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    return members.join(
        user=invitation.user,
        structure=invitation.structure,
        role=invitation.role,
        since=localdate(at),
        until=invitation.last_day,
        at=at,
        by=invitation.user,
    )


def _lock_own_invitation(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """The invitation as it is now, locked. Refuses (`CannotChangeMember`) one that no longer waits for this person."""
    rows = acceptable_invitations(by, at=at).select_for_update(of=("self",)).select_related("structure", "user")
    found = rows.filter(pk=invitation.pk).first()
    if found is None:
        raise CannotChangeMember("Cette invitation n’attend plus : demander à la structure de la renvoyer.")
    return found


def acceptable_invitations(user: User, *, at: datetime) -> QuerySet[Invitation]:
    """Sent less than a week ago, not for a stay that is over, nor in a structure that is no longer in service."""
    in_time = Invitation.objects.waiting().filter(user=user, sent_at__gt=at - VALID_FOR)
    return in_time.filter(Q(last_day=None) | Q(last_day__gte=localdate(at)), structure__is_active=True)


def changeable_invitations(user: User, *, on: date) -> QuerySet[Invitation]:
    """Those that somebody may send again or withdraw: he manages the members of the structure or, of a manager and of the
    roles that are granted, he administers it."""
    managed = permissions.structures_where(user, "manage_members", at=on)
    administered = permissions.administered_structures(user, at=on)
    granted = Q(structure__in=administered, role__in=[*GRANTED, Role.MANAGER])
    return Invitation.objects.filter(Q(structure__in=managed) | granted)


def _refuse_impossible_invitation(user: User, structure: Structure, *, on: date) -> None:
    if not user.is_active and user.closed_at is None:
        raise CannotChangeMember("Le compte de ce courriel est fermé : demander à l’administrateur de le rouvrir.")
    if Membership.objects.not_over(on).filter(user=user, structure=structure).exists():
        raise CannotChangeMember("Cette personne est déjà membre de la structure : changer son rôle dans sa fiche.")
    if Invitation.objects.waiting().filter(user=user, structure=structure).exists():
        raise CannotChangeMember("Cette personne est déjà invitée : renvoyer son invitation, ou la retirer d’abord.")


def _lock_waiting_invitation(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """Read again under the lock. Refuses what was accepted or withdrawn meanwhile."""
    members.lock_structure(invitation.structure)
    if not changeable_invitations(by, on=localdate(at)).filter(pk=invitation.pk).exists():
        raise CannotChangeMember("Vous ne gérez plus les membres de cette structure.")
    fresh = Invitation.objects.waiting().select_related("structure", "user").filter(pk=invitation.pk).first()
    if fresh is None:
        raise CannotChangeMember("Cette invitation n’attend plus : elle a été acceptée ou retirée entre-temps.")
    return fresh


def _record_in_journal(
    kind: str, invitation: Invitation, *, by: User, at: datetime, cause: JournalEntry | None = None
) -> None:
    journal.record(
        kind,
        at=at,
        by=by,
        structure=invitation.structure,
        cause=cause,
        invitation=invitation.pk,
        user=invitation.user_id,
        role=invitation.role,
    )
