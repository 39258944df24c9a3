"""Two records of one person, or of one household, become one; undone, the database is what it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases.actions import appointments, case as cases, diagnosis, members, partners, people, subject_requests, support
from cases.actions.merging.merge import CannotMerge, Duplicate, merge_households, merge_people
from cases.actions.merging.unmerge import CannotUnmerge, describe_what_stays, unmerge
from cases.actions.retention.holds import lift_hold, put_hold
from cases.models import (
    Appointment,
    Beneficiary,
    Case,
    DistinctPeople,
    Household,
    HouseholdFact,
    HouseholdMember,
    JournalEntry,
    LeaseDeparture,
    LegalHold,
    Merge,
    Milestone,
    Report,
    RetentionRun,
    SharingObjection,
    Tenancy,
    User,
)
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests.cases.actions.merging.dump import differences, dump
from tests.factories import FAMILY, NOON, household, know, member, membership_of, person, reported, structure, tenancy
from tests.journeys import scene
from tests.journeys.scene import case_at
from workflows.actions import milestones
from workflows.queries import agenda

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=2)


@pytest.fixture
def by() -> User:
    return member("mds-grigny")


def someone(**fields: Any) -> Beneficiary:
    found = person(**fields)
    found.save()
    return found


def lives(home: Household, someone: Beneficiary, position: str = "spouse", **days: date) -> HouseholdMember:
    return HouseholdMember.objects.create(household=home, beneficiary=someone, position=position, **days)


def holder(home: Household) -> Beneficiary:
    return home.memberships.get(position="holder", until=None).beneficiary


def together(kept: Beneficiary, absorbed: Beneficiary, by: User, *, homes: Any = None, **more: Any) -> Merge:
    merge, _ = merge_people(
        kept=kept,
        absorbed=absorbed,
        choices=more.pop("choices", {}),
        households=homes,
        at=more.pop("at", NOON),
        by=by,
        structure=structure("mds-grigny"),
        **more,
    )
    return merge


def homes_together(kept: Household, absorbed: Household, by: User, **more: Any) -> Merge:
    return merge_households(kept=kept, absorbed=absorbed, at=NOON, by=by, structure=structure("mds-grigny"), **more)[0]


def apart(merge: Merge, by: User) -> JournalEntry:
    return unmerge(merge=merge, at=LATER, by=by, structure=structure("mds-grigny"))


def composition(home: Household) -> set[tuple[Any, ...]]:
    return set(home.memberships.values_list("beneficiary", "position", "since", "until"))


@contextmanager
def undone(by: User) -> Iterator[None]:
    """All is as before, once the merge that is made within is undone."""
    before = dump()
    yield
    apart(Merge.objects.latest("pk"), by)
    assert differences(before, dump()) == []


def one_case(one: Case, other: Case, by: User) -> Merge:
    """Their households are one, and the first case alone goes on."""
    return homes_together(one.household, other.household, by, duplicate=Duplicate(kept=one, closed=other))


def inform(case: Case, person: Beneficiary, by: User, means: str) -> None:
    part = case.participations.select_related("structure")[0].structure
    support.inform_person(case=case, person=person, structure=part, by=by, means=means, given_on=NOON.date(), at=NOON)


def rich_case(by: User, **identity: Any) -> Case:
    """A case with all that points to a person or a household, and a rent of cents."""
    home = household(**identity)
    case = reported(tenancy(home=home, rent=Decimal("451.37")), **FAMILY)
    inform(case, holder(home), by, "phone")
    return case


def hold(case: Case, by: User) -> LegalHold:
    return put_hold(case=case, reason="litigation", structure=structure("caf-91-pilotage"), by=by, at=NOON)


def lift(hold: LegalHold, by: User) -> None:
    lift_hold(hold=hold, reason="over", structure=structure("caf-91-pilotage"), by=by, at=LATER)


def test_every_row_of_the_absorbed_person_is_the_kept_one_s_and_her_record_stays_alone(by: User):
    one, other = rich_case(by), rich_case(by)
    kept, absorbed = holder(one.household), holder(other.household)
    together(kept, absorbed, by)
    absorbed.refresh_from_db()
    assert absorbed.merged_into == kept
    assert not absorbed.memberships.exists()
    assert kept.information_given.count() == 2
    assert holder(one.household) == holder(other.household) == kept


def test_the_chosen_values_are_kept_and_the_name_is_found_under_its_new_key(by: User):
    kept = someone(usual_name="Ferreira", first_names="Ana", phone="+33612345678")
    absorbed = someone(usual_name="Ferreira Nogueira", first_names="Ana Maria", phone="+33700000000", no_message=True)
    choices = {"usual_name": "absorbed", "first_names": "absorbed", "phone": "kept", "no_message": "absorbed"}
    together(kept, absorbed, by, choices=choices)
    kept.refresh_from_db()
    assert (kept.usual_name, kept.phone, kept.no_message) == ("Ferreira Nogueira", "+33612345678", True)
    assert kept.name_key == "ANA FERREIRA MARIA NOGUEIRA"


@pytest.mark.parametrize(
    ("position", "days", "left"),
    [
        ("spouse", (date(2024, 5, 1), None), {("holder", date(2024, 5, 1), None)}),
        (
            "child",
            (date(2000, 1, 1), date(2010, 1, 1)),
            {("holder", None, None), ("child", date(2000, 1, 1), date(2010, 1, 1))},
        ),
    ],
)
def test_a_person_twice_in_a_household_has_her_stronger_place_and_what_she_was_before(by: User, position, days, left):
    home = household()
    kept, absorbed = (someone(), holder(home)) if position == "spouse" else (holder(home), someone())
    lives(home, kept if position == "spouse" else absorbed, position, since=days[0], until=days[1])
    together(kept, absorbed, by)
    assert composition(home) == {(kept.pk, *each) for each in left}


def test_two_households_become_one_with_one_holder(by: User):
    one, other = household(), household()
    spouse, child = holder(other), someone()
    lives(other, child, "child")
    homes_together(one, other, by)
    other.refresh_from_db()
    assert other.merged_into == one
    assert other.surviving_record == one
    assert composition(one) == {
        (holder(one).pk, "holder", None, None),
        (spouse.pk, "co_holder", None, None),
        (child.pk, "child", None, None),
    }


def test_people_and_their_households_become_one_in_one_act_under_which_each_case_is_told_once(by: User):
    one, other = rich_case(by), rich_case(by)
    homes = (one.household, other.household)
    kept, absorbed = holder(homes[0]), holder(homes[1])
    merge = together(kept, absorbed, by, homes=homes)
    other.refresh_from_db()
    assert other.tenancy
    assert {other.household, other.tenancy.household, other.tenancy.debt.household} == {one.household}
    assert composition(one.household) == {(kept.pk, "holder", None, None)}
    lines = list(JournalEntry.objects.filter(kind__in=("person.merged", "household.merged")).order_by("pk"))
    act = lines[0]
    assert [(line.kind, line.case, line.cause) for line in lines] == [
        ("person.merged", None, None),
        ("person.merged", one, act),
        ("person.merged", other, act),
        ("household.merged", None, act),
        ("household.merged", one, lines[1]),
        ("household.merged", other, lines[2]),
    ]
    assert act.data["merge"] == merge.pk


@pytest.mark.parametrize(
    ("mine", "theirs", "left"),
    [
        (("caf", True, 1), ("landlord", False, 2), (True, "caf")),
        (("caf", True, 1), ("professional", False, 0), (False, "professional")),
        (("caf", True, 1), ("caf", False, 2), (False, "caf")),
        (("caf", True, 1), ("caf", False, 0), (True, "caf")),
        (None, ("landlord", False, 0), (False, "landlord")),
        (("landlord", True, 0), None, (True, "landlord")),
    ],
)
def test_of_two_answers_the_more_trusted_wins_then_the_more_recent(by: User, mine, theirs, left):
    one, other = household(), household()
    for home, said in ((one, mine), (other, theirs)):
        if said:
            source, value, day = said
            known_on = date(2026, 11, 1 + day)
            HouseholdFact.objects.create(household=home, name="rsa", value=value, source=source, known_on=known_on)
    with undone(by):
        homes_together(one, other, by)
        assert list(HouseholdFact.objects.values_list("household", "value", "source")) == [(one.pk, *left)]


def test_who_left_a_lease_under_both_names_left_it_once(by: User):
    one, other, lease, another = someone(), someone(), tenancy(), tenancy()
    told = {"ground": "violence", "structure": structure("mds-grigny"), "recorded_by": by}
    for person_, home, day in ((one, lease, 1), (other, lease, 2), (other, another, 3)):
        LeaseDeparture.objects.create(tenancy=home, beneficiary=person_, left_on=date(2026, 11, day), **told)
    with undone(by):
        together(one, other, by)
        left = set(LeaseDeparture.objects.values_list("beneficiary", "tenancy", "left_on"))
        assert left == {(one.pk, lease.pk, date(2026, 11, 1)), (one.pk, another.pk, date(2026, 11, 3))}


@pytest.mark.parametrize(
    ("grounds", "left_on"),
    [(("violence", "notice"), date(2026, 11, 1)), (("notice", "violence"), date(2026, 11, 2))],
)
def test_violence_that_is_noted_on_either_record_stays_noted(by: User, grounds: tuple[str, str], left_on: date):
    one, other, lease = someone(), someone(), tenancy()
    told = {"tenancy": lease, "structure": structure("mds-grigny"), "recorded_by": by}
    for person_, ground, day in zip((one, other), grounds, (1, 2), strict=True):
        LeaseDeparture.objects.create(beneficiary=person_, ground=ground, left_on=date(2026, 11, day), **told)
    with undone(by):
        together(one, other, by)
        left = LeaseDeparture.objects.get()
        assert (left.beneficiary, left.ground, left.left_on) == (one, "violence", left_on)


def test_who_was_found_to_be_someone_else_still_is(by: User):
    one, other, third, fourth = someone(), someone(), someone(), someone()
    for pair in ((other, third), (fourth, other), (one, fourth), (one, other)):
        DistinctPeople.objects.create(one=pair[0], other=pair[1], decided_by=by, decided_at=NOON)
    with undone(by):
        together(one, other, by)
        pairs = [set(pair) for pair in DistinctPeople.objects.values_list("one", "other")]
        assert sorted(pairs, key=max) == [{one.pk, third.pk}, {one.pk, fourth.pk}]


# Refusals


def test_a_person_is_not_merged_with_herself_nor_is_an_absorbed_record_kept_or_absorbed_again(by: User):
    one, other, third = someone(), someone(), someone()
    with pytest.raises(CannotMerge, match="deux fois la même fiche"):
        together(one, one, by)
    together(one, other, by)
    for pair in ((third, other), (other, third), (one, other)):
        with pytest.raises(CannotMerge, match="déjà réunie à une autre"):
            together(*pair, by)


def test_nothing_is_left_of_a_merge_that_is_refused_midway(by: User):
    one, other, home = someone(), someone(), household()
    before = dump()
    with pytest.raises(CannotMerge):
        together(one, other, by, homes=(home, home))
    assert differences(before, dump()) == []
    assert not Merge.objects.exists()


def test_all_is_as_before_once_a_rich_merge_is_undone(by: User):
    one, other = rich_case(by), rich_case(by, phone="+33612345678")
    know(one.household, source="professional", rsa=True)
    spouse = someone()
    lives(one.household, spouse)
    lives(other.household, spouse, "child", until=date(2020, 1, 1))
    homes = (one.household, other.household)
    with undone(by):
        together(holder(homes[0]), holder(homes[1]), by, homes=homes, choices={"phone": "absorbed"})


def test_two_households_undone_are_as_before_to_the_cent_and_the_day(by: User):
    one, other = rich_case(by), rich_case(by)
    with undone(by):
        homes_together(one.household, other.household, by)


def test_each_hold_of_two_households_keeps_the_one_that_they_become(by: User):
    one, other = reported(), reported()
    first, second = hold(one, by), hold(other, by)
    with undone(by):
        homes_together(one.household, other.household, by)
    homes_together(one.household, other.household, by)
    lift(first, by)
    second.refresh_from_db()
    assert (second.household, second.lifted_at) == (one.household, None)
    lift(second, by)
    assert not LegalHold.objects.standing().exists()


@pytest.mark.parametrize("opposed_on", ["kept", "absorbed"])
def test_nobody_sees_on_by_a_ground_that_was_opposed_for_the_other_household(by: User, opposed_on: str):
    one, other = reported(), reported()
    opposed, seen = (one, other) if opposed_on == "kept" else (other, one)
    SharingObjection.objects.create(household=opposed.household, basis="SH-4", objected_on=NOON.date())
    part = partners.add(case=seen, structure=structure("ccas-grigny"), level="card", basis="SH-4", by=by, at=NOON)
    with pytest.raises(CannotMerge, match="s’est opposée"):
        homes_together(one.household, other.household, by)
    partners.remove(participation=part, by=by, at=NOON)
    homes_together(one.household, other.household, by)


def test_nobody_follows_her_on_by_a_ground_that_was_opposed_for_the_other_household():
    """Whoever follows her in a coordination ends that himself: it is not given back from the case."""
    worker, helper = member("caf-91"), member("mds-grigny")
    case, other = scene.coordinated(worker=worker, helper=helper), reported()
    SharingObjection.objects.create(household=other.household, basis="SH-1", objected_on=NOON.date())
    with pytest.raises(CannotMerge, match="demander d’abord à MDS de Grigny de mettre fin à son suivi"):
        homes_together(other.household, case.household, worker)


@pytest.mark.parametrize("put", ["before", "since"])
def test_a_hold_goes_back_with_its_case_put_since_or_in_the_place_of_another(by: User, put: str):
    one, other = reported(), reported()
    home = other.household
    first = hold(one, by) if put == "before" else None
    second = hold(other, by) if put == "before" else None
    merge = homes_together(one.household, other.household, by)
    other.refresh_from_db()
    if first:
        lift(first, by)
    second = second or hold(other, by)
    second.refresh_from_db()
    assert (second.household, describe_what_stays(merge)) == (one.household, [])
    apart(merge, by)
    second.refresh_from_db()
    assert (second.household, second.lifted_at) == (home, None)


def test_two_households_of_one_run_are_once_in_it(by: User):
    one, other = reported().household, reported().household
    run = RetentionRun.objects.create(territory="grigny", as_of=NOON.date(), asked_by=by, asked_at=NOON)
    for home in (one, other):
        run.items.create(household=home, act="archive", since=NOON.date())
    with undone(by):
        homes_together(one, other, by)
        assert [item.household for item in run.items.all()] == [one]


def test_a_chain_is_undone_from_its_end_and_each_link_is_as_it_was(by: User):
    one, other, third = (rich_case(by) for _ in range(3))
    people_ = [holder(case.household) for case in (one, other, third)]
    states = [dump()]
    first = together(people_[1], people_[0], by)
    states.append(dump())
    second = together(people_[2], people_[1], by)
    with pytest.raises(CannotUnmerge, match="du 24/11/2026 à 12:00, s’appuie sur celle-ci"):
        apart(first, by)
    apart(second, by)
    assert differences(states[1], dump()) == []
    apart(first, by)
    assert differences(states[0], dump()) == []


def test_a_merge_whose_rows_a_later_one_took_is_not_undone_first(by: User):
    """The person’s place in the second household went with that household."""
    one, other = household(), household()
    mine, theirs = holder(one), holder(other)
    first = together(mine, theirs, by)
    second = homes_together(one, other, by)
    with pytest.raises(CannotUnmerge, match="la défaire d’abord"):
        apart(first, by)
    apart(second, by)
    apart(first, by)
    assert holder(one) == mine
    assert holder(other) == theirs


def test_a_merge_is_undone_once_and_the_two_may_be_merged_again_the_other_way_round(by: User):
    mine, theirs = holder(rich_case(by).household), holder(rich_case(by).household)
    before = dump()
    merge = together(mine, theirs, by)
    apart(merge, by)
    with pytest.raises(CannotUnmerge, match="déjà été défaite"):
        apart(merge, by)
    apart(together(theirs, mine, by), by)
    assert differences(before, dump()) == []


def test_what_was_corrected_or_added_since_stays_and_is_said(by: User):
    one, other = rich_case(by), rich_case(by, phone="+33612345678", email="ana@example.org")
    mine, theirs = holder(one.household), holder(other.household)
    merge = together(mine, theirs, by, choices={"phone": "absorbed", "email": "absorbed"})
    people.correct_person(person=mine, changes={"phone": "+33799999999"}, at=NOON, by=by)
    inform(other, mine, by, "letter")
    assert describe_what_stays(merge) == ["téléphone (corrigé depuis)", "1\xa0information donnée"]
    apart(merge, by)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.phone, mine.email) == ("+33799999999", "")
    assert (theirs.phone, theirs.email) == ("+33612345678", "ana@example.org")
    assert (mine.information_given.count(), theirs.information_given.count()) == (2, 1)


def test_a_debt_and_a_case_opened_since_on_a_lease_go_back_with_it(by: User):
    lease, kept = tenancy(), household()
    merge = homes_together(kept, lease.household, by)
    lease.refresh_from_db()
    case = reported(lease)
    assert case.household == kept
    assert describe_what_stays(merge) == []
    apart(merge, by)
    for row in (lease, case, lease.debt):
        row.refresh_from_db()
        assert row.household == merge.absorbed_household


def test_the_name_is_found_whichever_part_of_it_was_corrected_since(by: User):
    kept = someone(usual_name="Ferreira", first_names="Ana")
    merge = together(kept, someone(usual_name="Nogueira", first_names="Anna"), by, choices={"usual_name": "absorbed"})
    kept.refresh_from_db()
    people.correct_person(person=kept, changes={"first_names": "Ana Maria"}, at=NOON, by=by)
    apart(merge, by)
    kept.refresh_from_db()
    assert (kept.full_name, kept.name_key) == ("FERREIRA Ana Maria", "ANA FERREIRA MARIA")


def test_a_fact_learnt_since_stays_and_the_other_household_has_its_own_again(by: User):
    one, other = household(), household()
    know(other, rsa=True)
    merge = homes_together(one, other, by)
    know(one, source="professional", rsa=False)
    assert describe_what_stays(merge) == ["1\xa0fait connu du ménage (changé depuis)"]
    apart(merge, by)
    known = {(fact.household_id, fact.value, fact.source) for fact in HouseholdFact.objects.all()}
    assert known == {(one.pk, False, "professional"), (other.pk, True, "caf")}


# Two open cases that are one


def two_cases(by: User, *, mine: str = "", theirs: str = "L2") -> tuple[Case, Case]:
    """Of the same landlord: one that a professional typed, one that the landlord’s file opened."""
    one = reported(tenancy(reference=mine), by=by, code="mds-grigny", channel="professional")
    return one, reported(tenancy(reference=theirs))


def test_the_landlord_s_report_and_his_reference_go_on_with_the_case_that_is_kept(by: User):
    one, other = two_cases(by)
    report = Report.objects.get(case=other)
    with undone(by):
        assert one_case(one, other, by).closed_case == other
        report.refresh_from_db()
        assert report.case == one
        leases = Tenancy.objects.values_list("pk", "reference", "ended_on")
        assert set(leases) == {(one.tenancy_id, "L2", None), (other.tenancy_id, "", date(2026, 11, 24))}


def test_two_leases_that_the_landlord_numbers_stay_two_and_one_who_reported_both_keeps_both_reports(by: User):
    one, other = reported(tenancy(reference="L1")), reported(tenancy(reference="L2"))
    one_case(one, other, by)
    assert {lease.reference for lease in one.household.tenancies.filter(ended_on=None)} == {"L1", "L2"}
    assert set(Report.objects.values_list("case", flat=True)) == {one.pk, other.pk}


def meet(case: Case, by: User, *, with_: User | None = None, in_days: int = 7) -> Appointment:
    return appointments.make(
        case=case, person=case.household.members.get(), professional=with_ or by, structure=structure("caf-91"),
        starts_at=NOON + timedelta(days=in_days), minutes=45, place="office", by=by, at=NOON,
    )  # fmt: skip


def test_an_appointment_of_the_case_that_closes_is_of_somebody_who_sees_the_one_that_goes_on():
    by, colleague, manager = member("caf-91"), member("caf-91"), member("caf-91", "manager")
    one, other = (case_at("contact", worker=worker).case for worker in (by, colleague))
    his, of_manager = meet(other, colleague), meet(other, colleague, with_=manager, in_days=8)
    merge = one_case(one, other, by)
    found = Appointment.objects.values_list("pk", "case", "professional")
    assert set(found) == {(his.pk, one.pk, by.pk), (of_manager.pk, one.pk, manager.pk)}
    line = JournalEntry.objects.get(kind="appointment.given")
    assert (line.case, line.data) == (one, {"appointment": his.pk, "user": by.pk, "before": colleague.pk})
    apart(merge, by)
    assert set(found.all()) == {(his.pk, other.pk, colleague.pk), (of_manager.pk, other.pk, manager.pk)}


class MovedAppointment:
    """The CAF’s, of a case that closed as a duplicate: who answers for the one that goes on has taken it up."""

    def __init__(self, by: User | None = None) -> None:
        self.by, self.colleague = by or member("caf-91"), member("caf-91")
        self.one, self.other = (case_at("contact", worker=worker).case for worker in (self.by, self.colleague))
        self.made = meet(self.other, self.colleague)
        self.merge = one_case(self.one, self.other, self.by)
        self.made.refresh_from_db()

    def undo(self) -> JournalEntry:
        """By the desk."""
        entry = apart(self.merge, member("caf-91-pilotage", "pilot"))
        self.made.refresh_from_db()
        return entry

    def is_in_agenda_of(self, user: User) -> bool:
        return list(agenda.find_own_appointments(user, on=LATER.date())) == [self.made]

    def now(self) -> tuple[Case, User, str, list[tuple[str, User]]]:
        """Its case, its professional, its state, and who is told of the undoing."""
        drain_outbox(at=LATER)
        about = Notice.objects.filter(entry__kind__startswith="appointment.", entry__happened_at=LATER)
        told = [(notice.entry.kind, notice.user) for notice in about.order_by("pk")]
        return self.made.case, self.made.professional, self.made.state, told


def test_whoever_takes_an_appointment_up_again_as_a_merge_is_undone_is_told():
    moved = MovedAppointment()
    by, colleague = moved.by, moved.colleague
    assert moved.is_in_agenda_of(by)
    entry = moved.undo()
    line = JournalEntry.objects.filter(kind="appointment.given").latest("pk")
    assert (line.case, line.cause) == (moved.other, entry)
    assert line.data == {"appointment": moved.made.pk, "user": colleague.pk, "before": by.pk}
    assert moved.now() == (moved.other, colleague, "planned", [("appointment.given", colleague)])


def test_an_appointment_that_a_third_took_up_since_is_of_who_sees_the_case_that_it_goes_back_with():
    moved, third = MovedAppointment(), member("caf-91")
    cases.assign_professional(case=moved.one, user=third, structure=structure("caf-91"), at=NOON, by=moved.by)
    moved.undo()
    assert moved.is_in_agenda_of(moved.colleague)
    assert moved.now() == (moved.other, moved.colleague, "planned", [("appointment.given", moved.colleague)])


def test_an_appointment_that_would_be_in_nobody_s_agenda_once_a_merge_is_undone_is_cancelled_and_told():
    moved = MovedAppointment()
    members.end_membership(membership=membership_of(moved.colleague), on=NOON.date(), at=NOON)
    moved.undo()
    assert moved.now() == (moved.other, moved.by, "cancelled", [("appointment.cancelled", moved.by)])
    assert moved.made.cancelled_by == "service"


def test_an_appointment_stays_with_who_has_it_where_he_sees_the_case_that_it_goes_back_with():
    moved = MovedAppointment(by=member("caf-91", "manager"))
    members.end_membership(membership=membership_of(moved.colleague), on=NOON.date(), at=NOON)
    moved.undo()
    assert moved.now() == (moved.other, moved.by, "planned", [])


def test_who_held_an_appointment_before_a_merge_was_undone_did_hold_it():
    moved = MovedAppointment()
    Appointment.objects.filter(pk=moved.made.pk).update(starts_at=NOON + timedelta(hours=1))
    appointments.mark_kept(appointment=moved.made, by=moved.by, at=NOON + timedelta(days=1))
    moved.undo()
    assert moved.now() == (moved.other, moved.by, "kept", [])


def test_an_appointment_of_before_two_cases_were_one_is_of_who_met_the_household_then():
    by, colleague = member("caf-91"), member("caf-91")
    one, other = (case_at("contact", worker=worker).case for worker in (by, colleague))
    past = meet(other, colleague)
    Appointment.objects.filter(pk=past.pk).update(starts_at=NOON - timedelta(days=1))
    one_case(one, other, by)
    past.refresh_from_db()
    assert (past.case, past.professional, past.state) == (other, colleague, "planned")
    assert list(agenda.find_own_appointments(colleague, on=NOON.date())) == [past]
    assert not JournalEntry.objects.filter(kind="appointment.given").exists()


def test_a_case_that_alone_has_a_date_at_court_is_not_the_one_that_closes(by: User):
    """Handed the order at her counter, the social worker noted it on the case that she opened."""
    one, other = two_cases(by)
    served: dict[str, Any] = {"kind": "order_to_pay_served", "happened_on": date(2026, 11, 20)}
    milestones.record(case=other, by=member("caf-91-pilotage", "pilot"), known="proved", at=NOON, **served)
    with pytest.raises(CannotMerge, match="seul à porter une échéance qui court"):
        one_case(one, other, by)
    Milestone.objects.create(case=one, **served)
    one_case(one, other, by)


def test_a_person_twice_in_a_diagnosis_is_there_once_with_what_was_said_of_her(by: User):
    kept, absorbed = someone(), someone()
    home = household(holder=kept)
    lives(home, absorbed)
    case = reported(tenancy(home=home))
    acting: dict[str, Any] = {"case": case, "structure": structure("mds-grigny"), "by": by, "at": NOON}
    draft = diagnosis.begin(**acting)
    draft.people.filter(beneficiary=absorbed).update(activity="retired", since="2024")
    salary = {"kind": "pension", "amount": Decimal("890.00"), "person_id": absorbed.pk}
    diagnosis.save_block(**acting, code="ressources", values={}, lines={"resource_lines": [salary]}, version=None)
    with undone(by):
        together(kept, absorbed, by)
        line = draft.people.get()
        assert (line.beneficiary, line.position, line.activity, line.since) == (kept, "holder", "retired", "2024")
        assert draft.resource_lines.get().person == kept


def test_a_ground_that_both_households_opposed_is_opposed_by_what_they_become_and_by_each_again(by: User):
    kept, absorbed = (tenancy(home=household(usual_name=name)).household for name in ("Okonkwo", "Okonkwa"))
    desk = structure("caf-91-pilotage")
    for number, (home, basis) in enumerate([(kept, "SH-4"), (absorbed, "SH-4"), (absorbed, "SH-1")]):
        asked = subject_requests.record(
            organisation=desk.organisation, structure=desk, reference=f"DPO-{number}", kind="objection",
            channel="email", received_on=NOON.date(), case=None, by=by, at=NOON,
        )  # fmt: skip
        SharingObjection.objects.create(household=home, basis=basis, request=asked, objected_on=NOON.date())

    with undone(by):
        homes_together(kept, absorbed, by)
        opposed = set(SharingObjection.objects.values_list("household", "basis"))
        assert opposed == {(kept.pk, "SH-1"), (kept.pk, "SH-4")}
