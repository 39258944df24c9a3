"""Who was shown a case: by name to whoever answers for the reader, by service and function to anyone else."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from cases.models import AccessEntry, Case, HouseholdMember, Membership, Role

PAGE_SIZE = 50
OF_NO_ACCOUNT: Mapping[str, str] = {
    AccessEntry.Kind.FAMILY: "la personne elle-même",
    AccessEntry.Kind.MISSED: "quelqu’un qui avait le code de la fiche",
}
"""The page of a family is read without an account: who it was, as far as one knows."""
Place = tuple[int, int, date]
"""A person, in a structure, on a day."""


def roles_of(places: Collection[Place]) -> dict[Place, str]:
    """What each person was in the structure on that day. One query, or none."""
    if not places:
        return {}
    held: dict[tuple[int, int], list[Membership]] = defaultdict(list)
    users, structures = {user for user, _, _ in places}, {structure for _, structure, _ in places}
    for row in Membership.objects.filter(user__in=users, structure__in=structures).order_by("pk"):
        held[row.user_id, row.structure_id].append(row)
    return {
        (user, structure, on): ", ".join(
            str(Role(row.role).label) for row in held[user, structure] if _covers(row, on)
        )
        for user, structure, on in places
    }


def _covers(membership: Membership, on: date) -> bool:
    return membership.since <= on and (membership.until is None or on <= membership.until)


@dataclass(frozen=True, kw_only=True)
class AttributedAccess:
    """An access: its author’s name for whoever answers for him, his service for any other."""

    entry: AccessEntry
    name: str
    role: str

    @property
    def someone(self) -> str:
        """Who it was, when nobody is named."""
        return OF_NO_ACCOUNT.get(self.entry.kind, "un professionnel de ce service")


def of_case(case: Case) -> QuerySet[AccessEntry]:
    return AccessEntry.objects.filter(case=case).select_related("user", "structure").order_by("-pk")


def attribute_accesses(found: Iterable[AccessEntry], *, mine: Mapping[int, object]) -> list[AttributedAccess]:
    """Each access with its reader’s name (his service alone, of others). One query."""
    shown = list(found)
    roles = roles_of([_place(row) for row in shown if row.structure_id in mine])
    return [
        AttributedAccess(
            entry=row,
            name=row.user.get_full_name() if row.user and row.structure_id in mine else "",
            role=roles.get(_place(row), ""),
        )
        for row in shown
    ]


def _place(row: AccessEntry) -> Place:
    return row.user_id or 0, row.structure_id or 0, row.day


# For the person herself


@dataclass(kw_only=True)
class ServiceAccesses:
    """What the people of a service, in one function, were shown of a case: never who they are."""

    service: str
    function: str
    right: str
    kinds: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)

    @property
    def first(self) -> date:
        return min(self.days)

    @property
    def last(self) -> date:
        return max(self.days)


def sum_up(case: Case) -> list[ServiceAccesses]:
    """By service, function and title, the last to look first. Three queries, whatever the number of accesses.

    Of a sheet read with its code, nothing where several adults live or lived: whoever asks may not be the one who read it.
    """
    by = ("user", "structure", "structure__name", "right", "kind", "day")
    members = HouseholdMember.objects.filter(household=case.household_id).exclude(
        position=HouseholdMember.Position.CHILD
    )
    is_alone = members.values("beneficiary").distinct().count() < 2
    found_rows = AccessEntry.objects.filter(case=case).order_by("day").values(*by).distinct()
    rows = list(found_rows if is_alone else found_rows.exclude(user=None))
    roles = roles_of([(row["user"] or 0, row["structure"] or 0, row["day"]) for row in rows])
    found: dict[tuple[str, str, str], ServiceAccesses] = {}
    for row in rows:
        service = row["structure__name"] or OF_NO_ACCOUNT.get(row["kind"], "").capitalize()
        function = roles.get((row["user"] or 0, row["structure"] or 0, row["day"]), "")
        right = str(AccessEntry.Right(row["right"]).label) if row["right"] else ""
        made = ServiceAccesses(service=service, function=function, right=right)
        each = found.setdefault((service, function, right), made)
        each.kinds.add(str(AccessEntry.Kind(row["kind"]).label))
        each.days.add(row["day"])
    return sorted(found.values(), key=lambda each: (each.last, each.first), reverse=True)
