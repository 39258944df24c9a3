"""Records that may be of one person: pairs that share a number, a birth date, a phone or an address, and a name.

PostgreSQL gathers the pairs from its indexes; matching then says of each what it is worth, and why. A name alone is
never a reason.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from cases import permissions
from cases.matching import (
    PROOFS,
    Identity,
    IdentityMatch,
    MatchBand,
    MatchReason,
    as_address,
    as_person,
    compare_identities,
    is_one_person,
)
from cases.models import Beneficiary, Case, Household, HouseholdMember, Merge, Tenancy, User

MOST = 500
"""Pairs to decide that are shown, those that share most first; the others come when these are decided."""
LOOKED_AT = 5_000
"""Pairs that share something, of which matching is asked: what it takes for two people leaves its place to the next."""
RESEMBLING_SHOWN = 20

ALIKE = 0.45
"""Trigram similarity of two names below which nothing but a number can make them one."""

NOBODY, MANY = (None, None), (0, 0)
COMPARED = 50_000
"""People among whom pairs are looked for: those entered last."""
SHARED = 50
"""What more people share, a phone of a service or a word at a large address, tells nothing of two of them."""

PAIRS = """
WITH asked(about) AS (SELECT %s::bigint),
seen(id) AS MATERIALIZED ({seen}),
people AS MATERIALIZED (
    SELECT person.id, name_key, birth_date, phone, caf_number,
        array_agg(place.household_id) AS homes, array_agg(home.territory) AS territories
    FROM seen
    JOIN cases_beneficiary person ON person.id = seen.id
    JOIN cases_householdmember place ON place.beneficiary_id = person.id
    JOIN cases_household home ON home.id = place.household_id
    GROUP BY person.id
),
signs AS MATERIALIZED (
    SELECT id, 'caf ' || caf_number AS sign FROM people WHERE caf_number <> ''
    UNION ALL
    SELECT id, 'phone ' || phone FROM people WHERE phone <> ''
    UNION ALL
    SELECT id, 'birth ' || birth_date FROM people WHERE length(birth_date) = 10 AND birth_date NOT LIKE '%%-01-01'
    UNION
    SELECT people.id, lease.address_key || ' ' || word
    FROM people
    JOIN cases_householdmember place ON place.beneficiary_id = people.id AND place.until IS NULL
    JOIN cases_tenancy lease ON lease.household_id = place.household_id AND lease.address_key <> ''
    CROSS JOIN unnest(string_to_array(people.name_key, ' ')) word
    WHERE length(word) > 2
),
shared AS MATERIALIZED (
    SELECT sign, array_agg(id ORDER BY id) AS ids, count(*) > {shared} AS is_of_many FROM signs GROUP BY sign
    HAVING count(*) > 1
),
near AS (
    SELECT one, other FROM asked CROSS JOIN shared CROSS JOIN unnest(ids) one CROSS JOIN unnest(ids) other
    WHERE about = 0 AND NOT is_of_many AND one < other
    UNION
    SELECT LEAST(about, other), GREATEST(about, other) FROM asked CROSS JOIN shared CROSS JOIN unnest(ids) other
    WHERE about = ANY (ids) AND other <> about
)
(SELECT one, other
FROM near
JOIN people a ON a.id = one
JOIN people b ON b.id = other
CROSS JOIN LATERAL (
    SELECT similarity(a.name_key, b.name_key) AS names,
        a.caf_number = b.caf_number AND a.caf_number <> '' AS same_caf,
        a.phone = b.phone AND a.phone <> '' AS same_phone,
        a.birth_date = b.birth_date AND a.birth_date <> '' AS same_birth
) both_say
WHERE NOT EXISTS (
        SELECT 1 FROM cases_distinctpeople
        WHERE LEAST(one_id, other_id) = one AND GREATEST(one_id, other_id) = other
    )
    AND (names >= {alike} OR ((same_caf OR same_phone) AND NOT (a.homes && b.homes)))
    AND a.territories && b.territories
ORDER BY same_caf::int * 2 + same_phone::int + same_birth::int + names DESC, one, other
LIMIT {most})
UNION ALL SELECT NULL, NULL FROM seen HAVING count(*) >= {compared}
UNION ALL SELECT 0, 0 FROM asked WHERE about = 0 AND EXISTS (SELECT FROM shared WHERE is_of_many)
"""
"""At the end, a pair of nobody: there are people who were not compared. And one of many: by what more people share than
`SHARED`, nobody was."""


@dataclass(kw_only=True)
class Card:
    """What one needs to see of a person to know whether another record is hers."""

    person: Beneficiary
    places: list[HouseholdMember] = field(default_factory=list)
    with_her: list[Beneficiary] = field(default_factory=list)
    """Who lives in the same household."""
    leases: list[Tenancy] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    """Open ones: the reader sees them all."""

    @property
    def identity(self) -> Identity:
        return Identity(
            people=(as_person(self.person),),
            phones=frozenset({self.person.phone} if self.person.phone else ()),
            addresses=tuple(as_address(lease) for lease in self.leases if lease.address),
        )

    @property
    def household_ids(self) -> set[int]:
        return {place.household_id for place in self.places}


@dataclass(frozen=True, kw_only=True)
class Suspected:
    one: Card
    other: Card
    reasons: tuple[str, ...]
    is_sure: bool


@dataclass(frozen=True, kw_only=True)
class SuspectedPairs:
    pairs: list[Suspected]
    is_cut: bool
    """There may be others."""
    leaves_many: bool
    """Those who share something with more than `SHARED` were not compared by it."""


@dataclass(frozen=True, kw_only=True)
class NearPairs:
    pairs: list[tuple[int, int]]
    is_cut: bool = False
    leaves_many: bool = False


def find_suspected_pairs(user: User, *, at: date, about: Beneficiary | None = None) -> SuspectedPairs:
    """The pairs that this person may decide, `MOST` at most, the surest first. Eight queries, where matching takes few
    for two people."""
    found: list[Suspected] = []
    near = _find_near_pairs(user, at=at, about=about)
    for start in range(0, len(near.pairs), MOST):
        pairs = near.pairs[start : start + MOST]
        cards = read_cards({pk for pair in pairs for pk in pair})
        found += [judged for one, other in pairs if (judged := judge_pair(cards[one], cards[other]))]
        if len(found) > MOST:
            break
    return SuspectedPairs(
        pairs=sorted(found[:MOST], key=lambda pair: not pair.is_sure),
        is_cut=near.is_cut or len(found) > MOST or len(near.pairs) == LOOKED_AT,
        leaves_many=near.leaves_many,
    )


def judge_pair(one: Card, other: Card) -> Suspected | None:
    """Why they may be one person; None when nothing but a name says so."""
    match = _match(one, other)
    if match.band is MatchBand.DIFFERENT or not PROOFS.intersection(match.reasons):
        return None
    return Suspected(
        one=one,
        other=other,
        reasons=tuple(reason.label for reason in match.reasons),
        is_sure=match.band is MatchBand.SAME,
    )


def _match(one: Card, other: Card) -> IdentityMatch:
    match = compare_identities(one.identity, other.identity)
    if one.household_ids & other.household_ids:
        # A family shares its address, its phone and its CAF number: inside it, names and births tell people apart.
        alike = is_one_person(as_person(one.person), as_person(other.person))
        at_home = (*match.reasons, *(() if MatchReason.SAME_ADDRESS in match.reasons else (MatchReason.SAME_ADDRESS,)))
        return IdentityMatch(band=MatchBand.TO_CHECK if alike else MatchBand.DIFFERENT, reasons=at_home)
    return match


def find_resembling_cards(user: User, person: Beneficiary, *, but: Collection[int], at: date) -> list[Card]:
    """Records of the closest names that the reader may compare with this one, whatever else they share: he asked for them."""
    here = Household.objects.filter(memberships__beneficiary=person).order_by().values("territory")
    members = HouseholdMember.objects.filter(household__territory__in=here).order_by().values("beneficiary")
    people = permissions.comparable_people(user, at=at).filter(pk__in=members).exclude(pk__in=[person.pk, *but])
    close = people.filter(name_key__trigram_similar=person.name_key)
    nearest = close.order_by(TrigramSimilarity("name_key", person.name_key).desc(), "pk")
    pks = list(nearest.values_list("pk", flat=True)[:RESEMBLING_SHOWN])
    cards = read_cards(pks)
    return [cards[pk] for pk in pks]


def _find_near_pairs(user: User, *, at: date, about: Beneficiary | None) -> NearPairs:
    people = permissions.comparable_people(user, at=at).order_by("-pk")
    people = people.filter(pk__in=_find_alike(about)) if about else people[:COMPARED]
    try:
        seen, params = people.values("pk").query.sql_with_params()
    except EmptyResultSet:  # nobody is theirs to compare
        return NearPairs(pairs=[])
    query = PAIRS.format(seen=seen, alike=ALIKE, shared=SHARED, most=LOOKED_AT, compared=COMPARED)
    with connection.cursor() as cursor:
        cursor.execute(query, [about.pk if about else 0, *params])
        found = [(one, other) for one, other in cursor.fetchall()]
    return NearPairs(
        pairs=[pair for pair in found if pair not in (NOBODY, MANY)],
        is_cut=about is None and NOBODY in found,
        leaves_many=MANY in found,
    )


def _find_alike(about: Beneficiary) -> QuerySet[Beneficiary, Any]:
    """She, and who shares a number, a birth date or an address with her: by their indexes."""
    own = {name: getattr(about, name) for name in ("caf_number", "phone", "birth_date") if getattr(about, name)}
    here = Tenancy.objects.filter(household__memberships__beneficiary=about).exclude(address_key="")
    neighbours = Beneficiary.objects.filter(
        memberships__household__tenancies__address_key__in=list(here.values_list("address_key", flat=True))
    )
    alike = [Beneficiary.objects.filter(**{name: value}) for name, value in own.items()]
    return (
        Beneficiary.objects.filter(pk=about.pk)
        .values("pk")
        .union(*(each.order_by().values("pk") for each in (*alike, neighbours)))
    )


def read_cards(pks: Iterable[int]) -> dict[int, Card]:
    """The card of each of these people. Four queries for all."""
    cards = {person.pk: Card(person=person) for person in Beneficiary.objects.filter(pk__in=list(pks))}
    for place in HouseholdMember.objects.filter(beneficiary__in=cards).select_related("household"):
        cards[place.beneficiary_id].places.append(place)
    homes = defaultdict(list)
    for card in cards.values():
        for home in card.household_ids:
            homes[home].append(card)
    _read_homes(homes)
    return cards


def _read_homes(homes: dict[int, list[Card]]) -> None:
    others = HouseholdMember.objects.filter(household__in=homes, until=None).select_related("beneficiary")
    for place in others:
        for card in homes[place.household_id]:
            if place.beneficiary_id != card.person.pk:
                card.with_her.append(place.beneficiary)
    for lease in Tenancy.objects.filter(household__in=homes).select_related("landlord__organisation", "manager"):
        for card in homes[lease.household_id]:
            card.leases.append(lease)
    for case in (
        Case.objects.filter(household__in=homes, closed_on=None).select_related("responsible_structure").order_by("pk")
    ):
        for card in homes[case.household_id]:
            card.cases.append(case)


def standing_merges(user: User, *, at: date) -> Sequence[Merge]:
    """The merges that this person may undo, the newest first."""
    people = permissions.comparable_people(user, at=at).values("pk")
    found = Merge.objects.filter(undone_at=None).filter(
        Q(kept_person__in=people)
        | Q(kind=Merge.Kind.HOUSEHOLD, kept_household__memberships__beneficiary__in=people)
        | Q(structure__in=permissions.pilot_desks(user, at=at))
    )
    related = ("by", "structure", "kept_person", "absorbed_person", "kept_household")
    return list(found.select_related(*related).order_by("-pk").distinct()[:50])
