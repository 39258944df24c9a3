"""Who signs in by ProConnect: found by his `sub`; the first time, bound to the account that waits for him; else he waits.

What ProConnect says was verified before (`config/proconnect/`). No account is made here but by `accept`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import invitations, members
from cases.models import (
    AccessRequest,
    Establishment,
    Invitation,
    JournalEntry,
    Membership,
    ProConnectIdentity,
    Structure,
    User,
)
from cases.refusals import Refusal

KEEP_REQUESTS = timedelta(days=30)
"""A request that nobody accepted; a declined one as long, so that it is not asked again each morning."""


@dataclass(frozen=True, kw_only=True)
class SignedClaims:
    """What ProConnect signed of a person."""

    sub: str
    email: str
    email_is_verified: bool
    first_name: str
    last_name: str
    siret: str
    acr: str = ""


class CannotEnter(Refusal):
    """ProConnect says who it is, and Relais does not let him in. `code`: for the journal."""

    def __init__(self, text: str, *, code: str) -> None:
        super().__init__(text)
        self.code = code


class CannotAnswerRequest(Refusal):
    """A request for access is not accepted or declined so."""


CLOSED = "Votre compte Relais est fermé. Adressez-vous à la personne qui gère les membres de votre structure."


@transaction.atomic
def recognise(*, claims: SignedClaims, at: datetime) -> User | AccessRequest:
    """The account that opens, or the request that waits for an administrator.

    Refuses (`CannotEnter`) an establishment that no structure admits, an e-mail that was not verified, a closed account, and
    who works for another establishment than his structures.
    """
    if not _admitting(claims.siret).exists():
        raise CannotEnter(
            "Votre établissement n’utilise pas Relais, ou son SIRET n’y est pas encore admis : demander à "
            "l’administrateur de Relais de l’ajouter, ou choisir une autre organisation dans ProConnect.",
            code="siret_not_admitted",
        )
    if not claims.email_is_verified:
        raise CannotEnter(
            "Votre courriel n’est pas vérifié dans ProConnect : le faire vérifier par votre organisme, puis recommencer.",
            code="email_not_verified",
        )
    # Locked first: of two sign-ins of one person at once, the second finds what the first bound.
    account = User.objects.select_for_update().filter(email=claims.email).first()
    bound = ProConnectIdentity.objects.select_for_update(of=("self",)).filter(sub=claims.sub).first()
    if bound:
        return _return_to_account(bound, claims=claims, at=at)
    if account and not account.is_active:
        raise CannotEnter(CLOSED, code="account_closed")
    mine = _structures_of(account, claims.siret, at=at).first() if account else None
    if account and mine and not ProConnectIdentity.objects.filter(user=account).exists():
        _bind(account, claims, structure=mine, by=None, at=at)
        return account
    return _ask(claims, at=at)


def _return_to_account(bound: ProConnectIdentity, *, claims: SignedClaims, at: datetime) -> User:
    user = bound.user
    if not user.is_active:
        raise CannotEnter(CLOSED, code="account_closed")
    if not _structures_of(user, claims.siret, at=at).exists():
        raise CannotEnter(
            "Vous vous êtes identifié pour un établissement qui n’est pas celui de vos structures dans Relais : "
            "recommencer en choisissant la bonne organisation, ou demander à votre responsable de vous rattacher.",
            code="siret_of_others",
        )
    bound.siret, bound.acr, bound.used_at = claims.siret, claims.acr, at
    bound.save(update_fields=["siret", "acr", "used_at"])
    _accept_invitations(user, claims.siret, at=at)
    return user


def _bind(
    user: User,
    claims: SignedClaims,
    *,
    structure: Structure,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
) -> None:
    """From now on this `sub` opens this account, whatever its e-mail becomes. Its owner is told,
    unless he is the one who answers (`by`)."""
    ProConnectIdentity.objects.filter(user=user).delete()
    ProConnectIdentity.objects.create(
        user=user, sub=claims.sub, siret=claims.siret, acr=claims.acr, bound_at=at, used_at=at
    )
    AccessRequest.objects.filter(sub=claims.sub).delete()
    journal.record(
        "proconnect.bound", at=at, by=by, structure=structure, cause=cause, user=user.pk, siret=claims.siret
    )
    _accept_invitations(user, claims.siret, at=at)


def _accept_invitations(user: User, siret: str, *, at: datetime) -> None:
    """Of the structures that admit this establishment; others wait for his answer."""
    waiting = invitations.acceptable_invitations(user, at=at).filter(structure__in=_admitting(siret))
    for invitation in waiting:
        invitations.accept_one(invitation=invitation, by=user, at=at)


def _ask(claims: SignedClaims, *, at: datetime) -> AccessRequest:
    request, is_new = AccessRequest.objects.select_for_update().get_or_create(
        sub=claims.sub,
        defaults={
            "siret": claims.siret,
            "email": claims.email,
            "first_name": claims.first_name[:80],
            "last_name": claims.last_name[:80],
            "asked_at": at,
        },
    )
    moved = request.siret != claims.siret
    if moved:
        # He works elsewhere now: whoever answers for that establishment has not been asked, whatever another answered.
        request.siret, request.email, request.asked_at, request.declined_at = claims.siret, claims.email, at, None
        request.save(update_fields=["siret", "email", "asked_at", "declined_at"])
    if is_new or moved:
        _tell_administrators(request, at=at)
    return request


def _tell_administrators(request: AccessRequest, *, at: datetime) -> None:
    """A line for each territory that admits the establishment."""
    first_of = {structure.territory: structure for structure in _admitting(request.siret).order_by("-pk")}
    for structure in first_of.values():
        journal.record("proconnect.asked", at=at, structure=structure, request=request.pk)


def _admitting(siret: str) -> QuerySet[Structure]:
    admitted = Establishment.objects.filter(siret=siret).values("structure_id")
    return Structure.objects.filter(pk__in=admitted, is_active=True)


def _structures_of(user: User, siret: str, *, at: datetime) -> QuerySet[Structure]:
    """Where he works or is invited, and that admit this establishment."""
    works_in = Membership.objects.active(localdate(at)).filter(user=user).values("structure_id")
    invited_to = invitations.acceptable_invitations(user, at=at).values("structure_id")
    return _admitting(siret).filter(Q(pk__in=works_in) | Q(pk__in=invited_to)).order_by("pk")


# What an administrator answers


def requests_to_answer(by: User, *, at: datetime) -> QuerySet[AccessRequest]:
    """From the establishments that the structures of his territories admit."""
    administered = permissions.administered_structures(by, at=localdate(at)).values("pk")
    sirets = Establishment.objects.filter(structure__in=administered).values("siret")
    return AccessRequest.objects.waiting().filter(siret__in=sirets, asked_at__gt=at - KEEP_REQUESTS)


def structures_for(request: AccessRequest, by: User, *, at: datetime) -> QuerySet[Structure]:
    """Those among which the administrator chooses."""
    return permissions.administered_structures(by, at=localdate(at)).filter(pk__in=_admitting(request.siret))


@transaction.atomic
def accept(*, request: AccessRequest, structure: Structure, role: str, by: User, at: datetime) -> User:
    """Make the account, or take up that of this e-mail, bind it, and make it a member.

    Refuses (`CannotAnswerRequest`, `CannotChangeMember`) a request that waits no more, a structure that does not admit the
    establishment, a role that no manager gives, and the account of people whom the administrator does not know.
    """
    request = _lock_request(request, by=by, at=at)
    if not structures_for(request, by, at=at).filter(pk=structure.pk).exists():
        raise CannotAnswerRequest("Cette structure n’admet pas l’établissement de la personne.", field="structure")
    members.lock_structure_in_service(structure)
    members.refuse_role(role, structure=structure)
    known = User.objects.filter(email=request.email.lower()).first()
    if known:
        _refuse_account(known, by=by, at=at)
    user = known or invitations.get_or_create_account(
        email=request.email, first_name=request.first_name, last_name=request.last_name
    )
    entry = journal.record("proconnect.accepted", at=at, by=by, structure=structure, user=user.pk)
    is_member = Membership.objects.not_over(localdate(at)).filter(user=user, structure=structure).exists()
    if not is_member:
        if user == by:
            raise CannotAnswerRequest("On ne se rattache pas soi-même : c’est à un autre administrateur.")
        waiting = Invitation.objects.waiting().filter(user=user, structure=structure)
        waiting.update(withdrawn_at=at)
        members.join(user=user, structure=structure, role=role, since=localdate(at), at=at, by=by, cause=entry)
    claims = SignedClaims(
        sub=request.sub, email=request.email, email_is_verified=True, first_name=request.first_name,
        last_name=request.last_name, siret=request.siret,
    )  # fmt: skip
    _bind(user, claims, structure=structure, by=by, at=at, cause=entry)
    return user


@transaction.atomic
def decline(*, request: AccessRequest, by: User, at: datetime) -> None:
    """The person reads it the next time. Nothing was made, nothing is undone."""
    request = _lock_request(request, by=by, at=at)
    request.declined_at = at
    request.save(update_fields=["declined_at"])
    structure = structures_for(request, by, at=at).order_by("pk").first()
    journal.record("proconnect.declined", at=at, by=by, structure=structure, request=request.pk)


def forget_old_requests(*, at: datetime) -> int:
    return AccessRequest.objects.filter(asked_at__lt=at - KEEP_REQUESTS).delete()[0]


def _lock_request(request: AccessRequest, *, by: User, at: datetime) -> AccessRequest:
    found = requests_to_answer(by, at=at).select_for_update(of=("self",)).filter(pk=request.pk).first()
    if found is None:
        raise CannotAnswerRequest("Cette demande n’attend plus : un autre administrateur y a répondu.")
    return found


def _refuse_account(user: User, *, by: User, at: datetime) -> None:
    """A closed one; one that works only where this administrator grants nothing, which would be taken over."""
    if not user.is_active:
        raise CannotAnswerRequest("Le compte de ce courriel est fermé : le faire rouvrir d’abord.")
    held = Membership.objects.active(localdate(at)).filter(user=user)
    mine = permissions.administered_structures(by, at=localdate(at)).values("pk")
    if held.exists() and not held.filter(structure__in=mine).exists():
        raise CannotAnswerRequest(
            "Ce courriel est celui d’un compte d’un autre territoire : c’est à son administrateur de répondre."
        )
