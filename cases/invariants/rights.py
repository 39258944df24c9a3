"""Groups carry the rights of memberships, and nobody has any other."""

from collections import defaultdict
from datetime import date

from django.db.models import Exists, OuterRef, Q
from guardian.models import GroupObjectPermission, UserObjectPermission

from cases.invariants.register import Found, invariant
from cases.models import Membership, User
from cases.rules.rights import rights_of


@invariant(
    "Chaque professionnel est dans les groupes de droits de ses rattachements, et dans aucun autre.",
    of="professionnels",
)
def groups_follow_memberships(on: date) -> Found:
    """A group is held as long as a membership gives it, and none is held that no membership gives any more."""
    current = Membership.objects.filter(Q(until=None) | Q(until__gte=on))
    lacking = current.filter(until=None).exclude(
        Exists(User.groups.through.objects.filter(user=OuterRef("user"), group=OuterRef("group")))
    )
    held = User.groups.through.objects.filter(
        ~Exists(current.filter(user=OuterRef("user"), group=OuterRef("group"))), group__memberships__isnull=False
    )
    return {*lacking.values_list("user", flat=True), *held.values_list("user", flat=True)}


@invariant("Chaque groupe porte les droits de son rôle, sur sa structure seulement.", of="groupes")
def groups_follow_policy(on: date) -> Found:
    """Each group carries, on its structure and on nothing else, the rights of its role."""
    held: dict[int, set[tuple[str, str]]] = defaultdict(set)
    given = GroupObjectPermission.objects.values_list("group", "permission__codename", "object_pk")
    for group, right, structure in given:
        held[group].add((right, structure))
    groups = Membership.objects.order_by().values_list("group", "role", "structure__kind", "structure").distinct()
    return [
        group
        for group, role, kind, where in groups
        if held[group] != {(right, str(where)) for right in rights_of(role, kind)}
    ]


@invariant("Aucun droit n’est donné à une personne en propre.", of="professionnels")
def no_right_of_its_own(on: date) -> Found:
    return set(UserObjectPermission.objects.values_list("user", flat=True))
