"""Whoever works nowhere any more has no account any more: by each tick, so that a last day that passes is seen too."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate

from cases import journal
from cases.actions.invitations import VALID_FOR
from cases.models import Invitation, Membership, User
from config.accounts import factors, sessions


def find_ended(*, at: datetime) -> QuerySet[User]:
    """Open accounts of people who worked somewhere, do no more nor will, and are invited nowhere."""
    own = Membership.objects.filter(user=OuterRef("pk"))
    invited = Invitation.objects.waiting().filter(user=OuterRef("pk"), sent_at__gt=at - VALID_FOR)
    return User.objects.filter(
        Exists(own), ~Exists(own.not_over(localdate(at))), ~Exists(invited), is_active=True
    ).order_by("pk")


def close_ended(*, at: datetime) -> int:
    """Close the accounts that have ended, and say how many they were."""
    ended = list(find_ended(at=at).values_list("pk", flat=True))
    return sum(_close(pk, at=at) for pk in ended)


@transaction.atomic
def _close(pk: int, *, at: datetime) -> bool:
    """No sign-in, no session, nothing that opens it: invited again, he begins again by choosing a password."""
    user = find_ended(at=at).select_for_update(of=("self",)).filter(pk=pk).first()
    if user is None:  # invited again meanwhile
        return False
    user.is_active, user.closed_at, user.password = False, at, make_password(None)
    user.is_staff = user.is_superuser = False
    user.save(update_fields=["is_active", "closed_at", "password", "is_staff", "is_superuser"])
    factors.remove_all(user)
    sessions.end_others(user)
    journal.record("account.closed", at=at, user=user.pk)
    return True
