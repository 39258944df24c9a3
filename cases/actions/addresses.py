"""An address that refuses e-mails: those who manage the person are told, and sending waits until one of them says so."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from cases import journal
from cases.actions import members
from cases.models import Invitation, Membership, Structure, User


@transaction.atomic
def mark_address_failing(*, user: User, at: datetime) -> None:
    """His address refuses what is written to him. A second time changes nothing."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if user.address_fails:
        return
    user.failing_email, user.failing_since = user.email, at
    user.save(update_fields=["failing_email", "failing_since"])
    for structure in _structures_of_user(user, at=at):
        journal.record("address.failing", at=at, structure=structure, user=user.pk)


@transaction.atomic
def retry_address(*, user: User, structure: Structure, by: User, at: datetime) -> None:
    """Write to him again: what waited leaves. Refuses (`CannotChangeMember`) whoever manages no members there."""
    members.refuse_stranger(by, structure, on=localdate(at))
    forget_failure(user=user, structure=structure, by=by, at=at)


def forget_failure(*, user: User, structure: Structure, by: User, at: datetime) -> None:
    """The address is tried again, inside an act that said who may. Nothing is written of one that works."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not user.address_fails:
        return
    user.failing_email, user.failing_since = "", None
    user.save(update_fields=["failing_email", "failing_since"])
    journal.record("address.retried", at=at, by=by, structure=structure, user=user.pk)


def _structures_of_user(user: User, *, at: datetime) -> list[Structure]:
    """Where he works, and where he is invited to."""
    working = Membership.objects.active(localdate(at)).filter(user=user).values("structure")
    invited = Invitation.objects.waiting().filter(user=user).values("structure")
    return list(Structure.objects.filter(Q(pk__in=working) | Q(pk__in=invited)).order_by("pk"))
