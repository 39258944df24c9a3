"""What a person may do on a day, and in which structures: rights are given to a group per structure and role."""

from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from guardian.models import GroupObjectPermission

from cases.models import Assignment, Membership, Structure, Territory, User
from cases.models.structures import StructureKind
from cases.rules.procedures import PROCEDURES
from cases.written_once import read_written

Rights = dict[str, frozenset[int]]


class RightsOfDay(NamedTuple):
    """What somebody holds on a day."""

    rights: Rights
    territories: dict[int, str]
    """Of each structure in which he holds a right."""
    first_territory: str
    """Of the installation."""
    may_replace: bool
    """Is there a case that he looks after in place of somebody else? Nobody is replaced on most days."""


KEPT = "_kept_rights"
COVERED = ("handle_case", "pilot_action")
"""Whoever holds one of these in a structure has cases or steps of his own there."""
ANSWERING = ("handle_case", "pilot_action")
"""Whoever holds one of these in the structure that answers for a case answers to those who ask about it."""


def rights(user: User | AnonymousUser, *, at: date) -> Rights:
    """Right → ids of the structures in which the user holds it on that day. One query, or none (see `keep_rights`)."""
    if not user.is_authenticated:
        return {}
    return _read_once(user, at=at).rights


def _read_once(user: User, *, at: date) -> RightsOfDay:
    kept: dict[date, RightsOfDay] | None = getattr(user, KEPT, None)
    if kept is None:
        return _read_rights(user, at=at)
    if at not in kept:
        kept[at] = _read_rights(user, at=at)
    return kept[at]


def keep_rights(user: User) -> None:
    """Read this user’s rights once for all that one page shows. For pages that only read: an act asks again."""
    setattr(user, KEPT, {})


def suppose_rights(user: User, held: Rights, *, at: date) -> None:
    """For a query that is written for nobody (`cases.written_once`): as if he held these."""
    setattr(user, KEPT, {at: RightsOfDay(rights=held, territories={}, first_territory="", may_replace=True)})


def _read_rights(user: User, *, at: date) -> RightsOfDay:
    found: dict[str, set[int]] = defaultdict(set)
    territories: dict[int, str] = {}
    first, may_replace = "", False
    for codename, structure_id, territory, first, may_replace in read_written(_write_rights, user, at, {}):  # noqa: B007 - the same in each row
        found[codename].add(int(structure_id))
        territories[int(structure_id)] = territory
    held = {codename: frozenset(ids) for codename, ids in found.items()}
    return RightsOfDay(rights=held, territories=territories, first_territory=first, may_replace=may_replace)


def _write_rights(user: User, at: date, held: Rights) -> QuerySet[GroupObjectPermission, Any]:
    """What the groups of a person are allowed, each with its structure’s territory; and, in each row, what is said of him once."""
    groups = Membership.objects.active(at).filter(user_id=user.pk).values("group_id")
    structure = Structure.objects.filter(pk=Cast(OuterRef("object_pk"), BigIntegerField())).order_by()
    replacing = Assignment.objects.active(at).filter(user_id=user.pk, kind=Assignment.Kind.SUBSTITUTE)
    said = Subquery(structure.values("territory")), Subquery(first_territory()), Exists(replacing)
    rows = _given_on_structures().filter(group__in=groups)
    return rows.values_list("permission__codename", "object_pk", *said)


def _given_on_structures() -> QuerySet[GroupObjectPermission]:
    """What groups are allowed, each in its structure."""
    return GroupObjectPermission.objects.filter(content_type__app_label="cases", content_type__model="structure")


def structures_where(user: User, right: str, *, at: date) -> QuerySet[Structure]:
    return Structure.objects.filter(pk__in=rights(user, at=at).get(right, frozenset()))


def structures_covered(user: User, *, at: date) -> QuerySet[Structure]:
    """Those in which the user has cases or steps of his own: he can be replaced there, and replace."""
    return Structure.objects.filter(pk__in=_covered_structure_ids(rights(user, at=at)))


def _covered_structure_ids(held: Rights) -> frozenset[int]:
    return frozenset().union(*(held.get(right, frozenset()) for right in COVERED))


def labelling_structure_ids(held: Rights) -> frozenset[int]:
    """Ids of the structures whose labels are read and put by whoever holds these rights: never another’s."""
    return _covered_structure_ids(held)


def structures_of(user: User, *, at: date) -> QuerySet[Structure]:
    """Those in which the user works on that day, whatever he may do there."""
    return Structure.objects.filter(pk__in=_own_structure_ids(user, at=at))


def territories_of(user: User, *, at: date, right: str = "") -> list[str]:
    """Codes of the territories in which the user holds some right, or this one: read with the rights."""
    held = _read_once(user, at=at)
    if held.rights and not held.territories:
        raise RuntimeError("A query that is written for nobody knows no territory.")
    structures = held.rights.get(right, ()) if right else held.territories
    return sorted({held.territories[pk] for pk in structures})


def rights_of_day(user: User, *, at: date) -> RightsOfDay:
    """`rights`, with what is read beside them."""
    return _read_once(user, at=at)


def _own_structure_ids(user: User, *, at: date) -> QuerySet[Membership, object]:
    """Ids of the structures in which the user works on that day, as a subquery."""
    return Membership.objects.active(at).filter(user=user).order_by().values("structure_id")


def has_right(user: User | AnonymousUser, right: str, structure_id: int | None, *, at: date) -> bool:
    return structure_id in rights(user, at=at).get(right, frozenset())


def membership_ends(user: User, right: str, structure: Structure, *, at: date) -> list[date | None] | None:
    """When each membership of somebody in a structure ends, for who holds a right there on that day; None for who does not.
    One query."""
    given = _given_on_structures().filter(permission__codename=right, object_pk=str(structure.pk))
    works = Membership.objects.active(at).filter(user=user, structure=structure).order_by()
    found = list(works.values_list("until", Exists(given.filter(group=OuterRef("group")))))
    return [until for until, _ in found] if any(able for _, able in found) else None


def administered_structures(user: User, *, at: date) -> QuerySet[Structure]:
    """The structures in which an administrator grants roles: those of his territory that are in service."""
    territories = structures_where(user, "grant_roles", at=at).values("territory")
    return Structure.objects.filter(territory__in=territories, is_active=True)


def described_structures(user: User, *, at: date) -> QuerySet[Structure]:
    """Those whose hours and closures a person says: he manages their members, or administers their territory."""
    managed = structures_where(user, "manage_members", at=at).values("pk")
    return Structure.objects.filter(Q(pk__in=managed) | Q(pk__in=administered_structures(user, at=at).values("pk")))


def administers_installation(user: User, *, at: date) -> bool:
    """Does the person administer the first territory, from which others are added? Read with the rights."""
    held = _read_once(user, at=at)
    granting = held.rights.get("grant_roles", frozenset())
    return any(held.territories[structure] == held.first_territory for structure in granting)


def first_territory() -> QuerySet[Territory, object]:
    """Its code, for a filter: its administrators are those of the installation."""
    return Territory.objects.order_by("pk").values("code")[:1]


def desk_of_rules(catalogue: str) -> str:
    """The kind of structure that pilots the action of which these rules are; of action 12 for what all have in common."""
    pilots = (each.pilot for each in PROCEDURES.values() if catalogue in each.rule_catalogues)
    return next(pilots, StructureKind.CAF_PILOT)


def desks_of_procedure(user: User, kind: str, *, at: date) -> QuerySet[Structure]:
    """The structures at which a person pilots the cases of this kind."""
    return structures_where(user, "pilot_action", at=at).filter(kind=PROCEDURES[kind].pilot)


def kinds_of_desk(catalogue: str) -> frozenset[str]:
    """The kinds of the cases whose figures are those of the desk to which these rules belong, whatever else they rule."""
    desk = desk_of_rules(catalogue)
    return frozenset(each.kind for each in PROCEDURES.values() if each.pilot == desk)


def changes_rules(user: User, catalogue: str, *, territory: str, at: date) -> bool:
    """Does the person pilot at the desk to which these rules belong? Other pilots read them."""
    pilots = structures_where(user, "change_rules", at=at)
    return pilots.filter(kind=desk_of_rules(catalogue), territory=territory).exists()


def pilot_desks(user: User, *, at: date) -> QuerySet[Structure]:
    """The pilots’ desks at which a person works: they compare identities. Who pilots from a service does not."""
    return structures_where(user, "pilot_action", at=at).filter(kind=StructureKind.CAF_PILOT)


def is_of_desk(user: User, territory: str, *, at: date) -> bool:
    """Does the person pilot at the desk of that territory? The pilot of another action, in a service, does not."""
    return pilot_desks(user, at=at).filter(territory=territory).exists()


def answers_for(user: User, structure: Structure, *, at: date) -> bool:
    """May the person close or reopen what this structure answers for? At a desk, whoever pilots there."""
    right = "pilot_action" if structure.kind == StructureKind.CAF_PILOT else "handle_case"
    return has_right(user, right, structure.pk, at=at)


def of_same_bodies(structures: QuerySet[Structure]) -> Exists:
    """For a query on what is of an organisation in a territory: of the bodies of these structures, where they are."""
    same = {"organisation": OuterRef("organisation"), "territory": OuterRef("territory")}
    return Exists(structures.filter(**same))


def reviewed_structures(user: User, *, at: date) -> QuerySet[Structure]:
    """The services whose traces a person reviews: all those of the controllers (organisations) that he is officer of, in
    the territories where he is."""
    own = structures_where(user, "review_traces", at=at)
    return Structure.objects.filter(of_same_bodies(own))
