"""Memberships: a user joins or leaves a structure, and his rights follow in the same transaction."""

from datetime import date, datetime, timedelta

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate
from guardian.models import GroupObjectPermission
from guardian.shortcuts import assign_perm

from cases import journal
from cases.models import Membership, Structure, User
from cases.rules.rights import rights_of


def role_group(structure: Structure, role: str) -> Group:
    """The group that carries a role’s rights on a structure; made, and brought into step with the policy."""
    group, _ = Group.objects.get_or_create(name=f"{structure.code}:{role}")
    wanted = rights_of(role, structure.kind)
    held = GroupObjectPermission.objects.filter(group=group, object_pk=str(structure.pk))
    held.exclude(permission__codename__in=wanted).delete()
    missing = wanted - set(held.values_list("permission__codename", flat=True))
    for permission in Permission.objects.filter(content_type__app_label="cases", codename__in=missing):
        assign_perm(permission, group, structure)
    return group


@transaction.atomic
def join(
    *, user: User, structure: Structure, role: str, since: date, at: datetime, by: User | None = None
) -> Membership:
    """Give a user a role in a structure, from a day on."""
    group = role_group(structure, role)
    membership = Membership.objects.create(user=user, structure=structure, role=role, group=group, since=since)
    user.groups.add(group)
    journal.record(
        "membership.started", at=at, by=by, structure=structure, membership=membership.pk, user=user.pk, role=role
    )
    return membership


@transaction.atomic
def leave(*, membership: Membership, on: date, at: datetime, by: User | None = None) -> Membership:
    """End a membership: `on` is the day after the last one; today, it gives no right from this act on.

    Whoever still has tasks must hand them over first; that is asked by workflows, which knows tasks.
    """
    if on <= membership.since:
        membership.delete()
    else:
        membership.until = on - timedelta(days=1)
        membership.save(update_fields=["until"])
    forget_ended(on=localdate(at), user=membership.user)
    journal.record(
        "membership.ended",
        at=at,
        by=by,
        structure=membership.structure,
        user=membership.user_id,
        role=membership.role,
    )
    return membership


def forget_ended(*, on: date, user: User | None = None) -> int:
    """Take people out of the groups that none of their memberships carries any more. Returns how many were.

    Rights end by date at the door in any case; this keeps guardian’s own answer in step (run by each tick).
    """
    groups = User.groups.through.objects.filter(**({"user": user} if user else {}))
    carried = Membership.objects.active(on).filter(user=OuterRef("user"), group=OuterRef("group"))
    return groups.exclude(Exists(carried)).delete()[0]
