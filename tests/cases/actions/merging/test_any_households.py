"""Whatever two or three small households hold, merges undone one after the other leave everything as it was."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from cases.actions.debts import record_statement
from cases.actions.merging.merge import IDENTITY, CannotMerge, merge_households, merge_people
from cases.actions.merging.unmerge import unmerge
from cases.invariants import INVARIANTS
from cases.models import Beneficiary, Case, DistinctPeople, Household, HouseholdFact, HouseholdMember, Merge, User
from tests.cases.actions.merging.dump import differences, dump
from tests.factories import NOON, member, person, structure, tenancy

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

days = st.dates(date(2019, 1, 1), date(2026, 11, 24))
places = st.fixed_dictionaries(
    {
        "home": st.integers(0, 2),
        "person": st.integers(0, 3),
        "position": st.sampled_from(HouseholdMember.Position.values),
        "days": st.tuples(st.none() | days, st.none() | days),
    }
)
facts = st.fixed_dictionaries(
    {
        "home": st.integers(0, 2),
        "name": st.sampled_from(["rsa", "employed", "dependent_children"]),
        "value": st.booleans() | st.integers(0, 5) | st.just("mds-grigny"),
        "source": st.sampled_from(["landlord", "caf", "professional"]),
        "known_on": days,
    }
)
identities = st.fixed_dictionaries(
    {
        "usual_name": st.sampled_from(["Ferreira", "Ferreira Nogueira", "?erreira"]),
        "phone": st.sampled_from(["", "+33612345678", "+33700000000"]),
        "no_message": st.booleans(),
        "birth_date": st.sampled_from(["", "1984", "1984-03-12"]),
    }
)
acts = st.fixed_dictionaries(
    {
        "what": st.sampled_from(["people", "people and homes", "homes"]),
        "people": st.permutations(range(4)),
        "homes": st.permutations(range(3)),
        "choices": st.dictionaries(st.sampled_from(IDENTITY), st.sampled_from(["kept", "absorbed"])),
    }
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    who=st.lists(identities, min_size=4, max_size=4),
    where=st.lists(places, max_size=8),
    known=st.lists(facts, max_size=6),
    distinct=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=4),
    leases=st.lists(st.integers(0, 2), max_size=3),
    done=st.lists(acts, min_size=1, max_size=3),
)
@pytest.mark.by_turns
def test_merges_undone_from_the_last_leave_everything_as_it_was(
    by: User, who: Any, where: Any, known: Any, distinct: Any, leases: Any, done: Any
):
    with transaction.atomic():
        people = [_saved(person(**identity)) for identity in who]
        homes = [Household.objects.create(territory="grigny") for _ in range(3)]
        _fill(homes, people, where, known, distinct, leases, by)
        states, merges = [dump()], []
        for act in done:
            try:
                merges.append(_merged(act, people, homes, by))
            except CannotMerge:
                continue
            assert _absorbed_are_alone()
            states.append(dump())
        for merge in reversed(merges):
            states.pop()
            unmerge(merge=merge, at=NOON, by=by, structure=structure("mds-grigny"))
            assert differences(states[-1], dump()) == []
        transaction.set_rollback(True)


@pytest.fixture
def by() -> User:
    return member("mds-grigny")


def _saved(someone: Beneficiary) -> Beneficiary:
    someone.save()
    return someone


def _fill(homes: Any, people: Any, where: Any, known: Any, distinct: Any, leases: Any, by: User) -> None:
    here = set()
    for place in where:
        since, until = place["days"]
        pair = (place["home"], place["person"])
        if (since and until and until < since) or (until is None and pair in here):
            continue
        if until is None:
            here.add(pair)
        HouseholdMember.objects.create(
            household=homes[place["home"]],
            beneficiary=people[place["person"]],
            position=place["position"],
            since=since,
            until=until,
        )
    for fact in known:
        said = {name: fact[name] for name in ("value", "source", "known_on")}
        HouseholdFact.objects.update_or_create(household=homes[fact["home"]], name=fact["name"], defaults=said)
    for one, other in {(min(pair), max(pair)) for pair in distinct if pair[0] != pair[1]}:
        DistinctPeople.objects.create(one=people[one], other=people[other], decided_by=by, decided_at=NOON)
    for number, home in enumerate(leases):
        lease = tenancy(home=homes[home], rent=Decimal("450.10"))
        record_statement(
            tenancy=lease, source=structure("bailleur-a"), as_of=date(2026, 11, 1), balance=Decimal("0.01"), at=NOON
        )
        caf = structure("caf-91")
        closed = {"closed_on": NOON.date(), "outcome": "cleared"} if number else {}
        Case.objects.create(
            kind="arrears",
            household=homes[home],
            tenancy=lease,
            responsible_structure=caf,
            opened_by_structure=caf,
            opened_on=date(2026, 11, 2),
            **closed,
            territory="grigny",
        )


def _merged(act: Any, people: Any, homes: Any, by: User) -> Merge:
    told: Any = {"at": NOON, "by": by, "structure": structure("mds-grigny")}
    pair = homes[act["homes"][0]], homes[act["homes"][1]]
    if act["what"] == "homes":
        return merge_households(kept=pair[0], absorbed=pair[1], **told)[0]
    kept, absorbed = people[act["people"][0]], people[act["people"][1]]
    together = pair if act["what"] == "people and homes" else None
    return merge_people(kept=kept, absorbed=absorbed, choices=act["choices"], households=together, **told)[0]


def _absorbed_are_alone() -> bool:
    broken = {each.code: list(each.broken(NOON.date())) for each in INVARIANTS if each.code.startswith("merged_")}
    return len(broken) == 6 and not any(broken.values())
