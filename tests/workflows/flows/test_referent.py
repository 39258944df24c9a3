"""The référent of a person, from the first proposal to the end: the steps that wait, and those that stop."""

from datetime import date, timedelta
from typing import Any

import pytest

from cases import permissions
from cases.actions import coordination, members, referents as places, silent_places
from cases.actions.case import open_case
from cases.actions.handover import Move
from cases.actions.sharing import take_part
from cases.invariants import INVARIANTS
from cases.models import (
    Beneficiary,
    Case,
    Coordination,
    Deadline,
    JournalEntry,
    ProcessingRestriction,
    Referent,
    SharingObjection,
    Structure,
    User,
    Vacancy,
)
from cases.refusals import Refusal
from tests.cases.actions.test_referents import nothing_broken, somebody, vacant
from tests.factories import FAMILY, NOON, household, member, reported, structure, tenancy
from tests.journeys import scene
from tests.workflows.walk import Walk
from workflows import engine
from workflows.actions import coordination as coordinators, members as leaving, referents
from workflows.actions.absences import declare
from workflows.models import CaseTask
from workflows.steps.coordination import NODES
from workflows.tasks import check_places

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TODAY = date(2026, 11, 24)


def propose(someone: Beneficiary, user: User, *, by: User | None = None, code: str = "mds-grigny") -> Referent:
    return referents.propose(beneficiary=someone, structure=structure(code), user=user, by=by or user, at=NOON)


def in_place(someone: Beneficiary, user: User) -> Walk:
    referent = propose(someone, user)
    referents.answer_proposal(referent=referent, accept=True, by=user, at=NOON)
    walk = Walk(referent.case)
    walk.take("inform_person", by=user, means="interview", on=TODAY)
    return walk


def running() -> dict[str, date]:
    return dict(Deadline.objects.running().values_list("rule__code", "legal_date"))


def test_the_professional_has_five_working_days_then_the_person_is_told_within_fifteen_days():
    manager, agent = member("mds-grigny", "manager"), member("mds-grigny")
    referent = propose(somebody(), agent, by=manager)
    walk = Walk(referent.case)
    assert walk.waiting_for == {"respond": "mds-grigny"}
    assert walk.task("respond").owner == agent
    assert running() == {"REF-ANSWER": date(2026, 12, 1)}
    referents.answer_proposal(referent=referent, accept=True, by=agent, at=NOON)
    assert walk.waiting_for == {"inform_person": "mds-grigny"}
    assert running() == {"REF-INFORM": date(2026, 12, 9), "REF-INACTIVE": date(2027, 1, 23)}
    walk.take("inform_person", by=agent, means="interview", on=TODAY)
    assert walk.waiting_for == {"follow_up": "mds-grigny"}
    assert running() == {"REF-REVIEW": date(2027, 5, 24), "REF-INACTIVE": date(2027, 1, 23)}
    assert nothing_broken()


def test_a_review_fixes_the_next_one():
    agent = member("mds-grigny")
    walk = in_place(somebody(), agent)
    walk.at = NOON + timedelta(days=30)
    walk.take("follow_up", by=agent, result="kept", on=date(2026, 12, 24))
    assert walk.waiting_for == {"follow_up": "mds-grigny"}
    assert running() == {"REF-REVIEW-NEXT": date(2027, 6, 24), "REF-INACTIVE": date(2027, 1, 23)}


def test_who_declines_leaves_a_place_that_the_manager_fills():
    manager, agent, other = member("mds-grigny", "manager"), member("mds-grigny"), member("mds-grigny")
    referent = propose(somebody(), agent, by=manager)
    referents.answer_proposal(referent=referent, accept=False, reason="load", by=agent, at=NOON)
    walk = Walk(referent.case)
    assert walk.waiting_for == {"fill_place": "mds-grigny"}
    assert running() == {"REF-VACANCY": date(2026, 12, 8)}
    walk.take("fill_place", by=manager, choice="propose", colleague=other)
    assert walk.waiting_for == {"respond": "mds-grigny"}
    assert running() == {"REF-VACANCY": date(2026, 12, 8), "REF-ANSWER": date(2026, 12, 1)}
    referents.answer_proposal(referent=Referent.objects.get(user=other), accept=True, by=other, at=NOON)
    assert walk.waiting_for == {"inform_person": "mds-grigny"}
    assert running() == {"REF-INFORM": date(2026, 12, 9), "REF-INACTIVE": date(2027, 1, 23)}
    assert vacant(walk.case) == []
    assert nothing_broken()


def test_a_place_that_is_to_be_filled_is_looked_for_once_whoever_declines_meanwhile():
    manager, agent, other = member("mds-grigny", "manager"), member("mds-grigny"), member("mds-grigny")
    walk = in_place(someone := somebody(), agent)
    referents.end(referent=Referent.objects.get(), reason="change_asked", stays_vacant=True, by=agent, at=NOON)
    proposed = propose(someone, other, by=manager)  # from her page, and not from the step
    referents.answer_proposal(referent=proposed, accept=False, reason="load", by=other, at=NOON)
    assert [task.node for task in CaseTask.objects.open().filter(case=walk.case)] == ["fill_place"]
    walk.take("fill_place", by=manager, choice="give_up", because="Suivie ailleurs.")
    assert not CaseTask.objects.open().exists()
    assert nothing_broken()


def test_a_successor_who_accepts_ends_the_steps_of_the_former_one():
    agent, other = member("mds-grigny"), member("mds-grigny")
    walk = in_place(someone := somebody(), agent)
    following = propose(someone, other)
    assert walk.waiting_for == {"follow_up": "mds-grigny", "take_over": "mds-grigny"}
    referents.answer_proposal(referent=following, accept=True, by=other, at=NOON)
    assert walk.waiting_for == {"inform_person": "mds-grigny"}
    assert walk.task("inform_person").owner == other
    assert nothing_broken()


def test_a_colleague_who_declines_to_take_over_meets_no_delay_of_whoever_follows_the_person():
    agent, other = member("mds-grigny"), member("mds-grigny")
    walk = in_place(someone := somebody(), agent)
    following = propose(someone, other)
    referents.answer_proposal(referent=following, accept=False, reason="load", by=other, at=NOON)
    assert walk.waiting_for == {"follow_up": "mds-grigny"}
    assert running() == {"REF-REVIEW": date(2027, 5, 24), "REF-INACTIVE": date(2027, 1, 23)}


def test_a_review_while_a_colleague_is_asked_to_take_over_waits_for_no_answer_of_his():
    agent, other = member("mds-grigny"), member("mds-grigny")
    walk = in_place(someone := somebody(), agent)
    propose(someone, other)
    walk.take("follow_up", by=agent, result="kept", on=TODAY)
    assert walk.task("follow_up").due_on == date(2027, 5, 14)
    walk.take("follow_up", by=agent, result="kept", on=TODAY)
    assert running() == {
        "REF-HANDOVER": date(2026, 12, 1),
        "REF-REVIEW-NEXT": date(2027, 5, 24),
        "REF-INACTIVE": date(2027, 1, 23),
    }


def test_the_delays_of_one_structure_are_not_met_by_another_one():
    agent, other = member("mds-grigny"), member("ccas-grigny")
    someone = somebody()
    first, second = propose(someone, agent), propose(someone, other, code="ccas-grigny")
    referents.answer_proposal(referent=first, accept=True, by=agent, at=NOON)
    waiting = Deadline.objects.running().get(rule__code="REF-ANSWER")
    assert waiting.structure.code == "ccas-grigny"
    assert CaseTask.objects.open().get(node="respond").due_on == date(2026, 12, 1)
    assert second.case == first.case


def test_an_end_at_a_review_leaves_the_place_to_fill_or_closes_everything():
    agent, manager = member("mds-grigny"), member("mds-grigny", "manager")
    walk = in_place(somebody(), agent)
    walk.take("follow_up", by=agent, result="vacant", reason="change_asked")
    assert walk.waiting_for == {"fill_place": "mds-grigny"}
    walk.take("fill_place", by=manager, choice="give_up", because="Suivie ailleurs.")
    assert (walk.waiting_for, walk.case.closed_on) == ({}, TODAY)
    assert running() == {}
    assert nothing_broken()


def test_a_review_cannot_be_dated_in_the_future():
    agent = member("mds-grigny")
    walk = in_place(somebody(), agent)
    with pytest.raises(Refusal, match="corriger la date"):
        walk.take("follow_up", by=agent, result="kept", on=TODAY + timedelta(days=1))


def test_an_end_said_elsewhere_moves_the_procedure_too():
    agent = member("mds-grigny")
    walk = in_place(somebody(), agent)
    referents.end(referent=Referent.objects.get(), reason="support_ended", stays_vacant=True, by=agent, at=NOON)
    assert walk.waiting_for == {"fill_place": "mds-grigny"}
    assert nothing_broken()


def test_a_portfolio_goes_and_comes_back_with_its_steps():
    manager, going, other = member("mds-grigny", "manager"), member("mds-grigny"), member("mds-grigny")
    walks = [in_place(somebody(), going) for _ in range(3)]
    moves = [Move(referent=held, to=other) for held in Referent.objects.current().filter(user=going)]
    entry = referents.transfer(moves=moves, structure=structure("mds-grigny"), by=manager, at=NOON)
    assert [walk.waiting_for for walk in walks] == [{"inform_person": "mds-grigny"}] * 3
    assert {task.owner for task in CaseTask.objects.open()} == {other}
    referents.undo_transfer(transfer=entry, by=manager, at=NOON + timedelta(hours=1))
    assert {task.owner for task in CaseTask.objects.open()} == {going}
    assert nothing_broken()


def test_when_who_followed_has_left_the_place_is_said_to_be_vacant():
    manager, going = member("mds-grigny", "manager"), member("mds-grigny")
    walk = in_place(somebody(), going)
    mds = structure("mds-grigny")
    members.end_all_memberships(user=going, structure=mds, last_day=date(2026, 11, 27), by=manager, at=NOON)
    leaving.return_left(at=NOON + timedelta(days=5))
    assert walk.waiting_for == {"fill_place": "mds-grigny"}
    assert Referent.objects.get().end_reason == "departure"
    assert Vacancy.objects.open().count() == 1
    assert nothing_broken()


# Who coordinates


def two_structures(*, legal: str = "", answers: str = "", other: str = "ccas-grigny") -> tuple[Walk, User, User]:
    """A person followed by the MDS and another structure, who was told of both; what the rule may rest on is known before."""
    someone, mds, ccas = somebody(), member("mds-grigny"), member(other)
    walk = in_place(someone, mds)
    if legal:
        own: dict[str, Any] = {"structure": structure("mds-grigny"), "by": mds, "at": NOON}
        coordination.record_legal(case=walk.case, legal=structure(legal), on=TODAY, **own)
    if answers:
        home = someone.memberships.get().household
        lease = tenancy(home=home) if other == "bailleur-a-social" else None
        kind = "arrears" if lease else "overpayment"
        opened = open_case(kind=kind, household=home, tenancy=lease, structure=structure(answers), by=ccas, at=NOON)
        take_part(case=opened, structure=structure(answers), part="lead", level="full", by=ccas, at=NOON)
    referent = propose(someone, ccas, code=other)
    referents.answer_proposal(referent=referent, accept=True, by=ccas, at=NOON)
    task = CaseTask.objects.open().get(node="inform_person")
    engine.complete(task, by=ccas, at=NOON, data={"means": "interview", "on": TODAY})
    return walk, mds, ccas


def coordinating(walk: Walk) -> dict[str, str]:
    """Of the steps that wait, those of the coordinator."""
    return {node: code for node, code in walk.waiting_for.items() if node in NODES}


def test_nobody_is_proposed_to_coordinate_before_she_was_told_of_two_referents():
    someone, agent, other = somebody(), member("mds-grigny"), member("ccas-grigny")
    walk = in_place(someone, agent)
    referent = propose(someone, other, code="ccas-grigny")
    referents.answer_proposal(referent=referent, accept=True, by=other, at=NOON)
    assert vacant(walk.case) == ["coordination"]
    assert coordinating(walk) == {}


def test_the_referent_of_the_structure_of_her_legal_referent_is_proposed_first():
    walk, mds, _ = two_structures(legal="mds-grigny", answers="ccas-grigny")
    assert coordinating(walk) == {"coordinate": "mds-grigny"}
    assert walk.task("coordinate").owner == mds
    found = Coordination.objects.get()
    assert (found.basis, found.proposed_by) == ("legal", None)
    assert JournalEntry.objects.get(kind="coordinator.proposed").data["basis"] == "legal"
    assert nothing_broken()


def test_else_the_referent_of_the_structure_that_has_the_open_case():
    walk, _, ccas = two_structures(answers="ccas-grigny")
    assert walk.task("coordinate").owner == ccas
    assert Coordination.objects.get().basis == "open_case"


def test_the_advisers_of_the_landlord_who_claims_are_chosen_by_no_rule():
    member("cd91-rsa", "pilot")
    walk, *_ = two_structures(answers="bailleur-a-social", other="bailleur-a-social")
    assert coordinating(walk) == {"choose_coordinator": "cd91-rsa"}


def test_else_the_pilot_who_sees_the_card_until_he_has_chosen():
    pilot = member("cd91-rsa", "pilot")
    walk, mds, _ = two_structures()
    assert coordinating(walk) == {"choose_coordinator": "cd91-rsa"}
    assert walk.task("choose_coordinator").due_on == date(2026, 12, 1)
    assert permissions.access_level(pilot, walk.case, at=TODAY) == "card"
    walk.take("choose_coordinator", by=pilot, referent=Referent.objects.get(user=mds))
    assert not permissions.can_view(pilot, walk.case, at=TODAY)
    assert coordinating(walk) == {"coordinate": "mds-grigny"}
    found = Coordination.objects.get()
    assert (found.basis, found.proposed_by) == ("chosen", pilot)
    assert nothing_broken()


def test_people_who_follow_her_may_agree_on_somebody_before_the_pilot_chooses():
    pilot = member("cd91-rsa", "pilot")
    walk, mds, ccas = two_structures()
    coordinators.propose(referent=Referent.objects.get(user=mds), by=ccas, at=NOON)
    assert coordinating(walk) == {"coordinate": "mds-grigny"}
    assert not permissions.can_view(pilot, walk.case, at=TODAY)
    assert nothing_broken()


def test_the_pilot_s_own_structure_keeps_its_place_when_he_has_chosen():
    pilot, agent = member("cd91-rsa", "pilot"), member("cd91-rsa")
    someone, mds = somebody(), member("mds-grigny")
    in_place(someone, mds)
    referent = propose(someone, agent, code="cd91-rsa")
    referents.answer_proposal(referent=referent, accept=True, by=agent, at=NOON)
    walk = Walk(referent.case)
    walk.take("inform_person", by=agent, means="phone", on=TODAY)
    walk.take("choose_coordinator", by=pilot, referent=referent)
    assert permissions.access_level(agent, walk.case, at=TODAY) == "full"
    assert coordinating(walk) == {"coordinate": "cd91-rsa"}
    assert nothing_broken()


def test_he_answers_in_five_working_days_then_asks_her_within_fifteen_days():
    walk, _, ccas = two_structures(answers="ccas-grigny")
    assert running()["REF-COORDINATE"] == date(2026, 12, 1)
    assert walk.task("coordinate").due_on == date(2026, 12, 1)
    walk.take("coordinate", by=ccas, accept="yes")
    assert coordinating(walk) == {"ask_agreement": "ccas-grigny"}
    assert "REF-COORDINATE" not in running()
    assert running()["REF-AGREE"] == date(2026, 12, 9)
    walk.take("ask_agreement", by=ccas, agrees="yes", on=TODAY)
    assert coordinating(walk) == {}
    assert "REF-AGREE" not in running()
    assert Coordination.objects.get().state == "agreed"
    assert set(walk.waiting_for) == {"follow_up"}
    assert nothing_broken()


def test_the_review_of_a_referent_does_not_answer_for_the_coordinator():
    walk, _, ccas = two_structures(answers="ccas-grigny")
    task = CaseTask.objects.open().get(node="follow_up", structure__code="ccas-grigny")
    engine.complete(task, by=ccas, at=NOON, data={"result": "kept", "on": TODAY})
    assert running()["REF-COORDINATE"] == date(2026, 12, 1)
    assert coordinating(walk) == {"coordinate": "ccas-grigny"}


def test_who_declines_is_followed_by_the_next_one_of_the_rule_then_by_the_pilot():
    walk, mds, ccas = two_structures(legal="mds-grigny", answers="ccas-grigny")
    walk.take("coordinate", by=mds, accept="no", reason="load")
    assert walk.task("coordinate").owner == ccas
    walk.take("coordinate", by=ccas, accept="no", reason="ties")
    assert coordinating(walk) == {"choose_coordinator": "cd91-rsa"}
    assert list(Coordination.objects.order_by("pk").values_list("state", "basis", "decline_reason")) == [
        ("declined", "legal", "load"),
        ("declined", "open_case", "ties"),
    ]
    assert vacant(walk.case) == ["coordination"]
    assert nothing_broken()


def test_a_manager_declines_for_who_does_not_answer():
    walk, _, _ = two_structures(answers="ccas-grigny")
    manager = member("ccas-grigny", "manager")
    with pytest.raises(Refusal, match="Seul le coordinateur proposé accepte"):
        walk.take("coordinate", by=manager, accept="yes")
    walk.take("coordinate", by=manager, accept="no", reason="leaving")
    assert coordinating(walk) == {"choose_coordinator": "cd91-rsa"}


def test_who_is_away_without_substitute_is_not_proposed():
    someone, mds, ccas = somebody(), member("mds-grigny"), member("ccas-grigny")
    walk = in_place(someone, mds)
    own: dict[str, Any] = {"structure": structure("mds-grigny"), "by": mds, "at": NOON}
    coordination.record_legal(case=walk.case, legal=structure("mds-grigny"), on=TODAY, **own)
    declare(user=mds, structure=structure("mds-grigny"), since=TODAY, last_day=date(2026, 12, 4), by=mds, at=NOON)
    referent = propose(someone, ccas, code="ccas-grigny")
    referents.answer_proposal(referent=referent, accept=True, by=ccas, at=NOON)
    walk.take("inform_person", by=ccas, means="phone", on=TODAY)
    assert coordinating(walk) == {"choose_coordinator": "cd91-rsa"}


def test_her_refusal_stops_coordination_until_she_changes_her_mind():
    walk, mds, ccas = two_structures(answers="ccas-grigny")
    walk.take("coordinate", by=ccas, accept="yes")
    walk.take("ask_agreement", by=ccas, agrees="no", on=TODAY)
    assert (coordinating(walk), vacant(walk.case)) == ({}, [])
    assert Referent.objects.current().count() == 2
    coordinators.lift_objection(case=walk.case, structure=structure("mds-grigny"), by=mds, at=NOON)
    assert coordinating(walk) == {"coordinate": "ccas-grigny"}
    assert nothing_broken()


@pytest.mark.parametrize("taken", [[], ["coordinate"]])
def test_her_objection_stops_the_steps_of_the_coordinator(taken: list[str]):
    walk, mds, ccas = two_structures(answers="ccas-grigny")
    for node in taken:
        walk.take(node, by=ccas, accept="yes")
    coordinators.object_to(case=walk.case, structure=structure("mds-grigny"), on=TODAY, by=mds, at=NOON)
    assert coordinating(walk) == {}
    assert not {"REF-COORDINATE", "REF-AGREE"} & set(running())
    assert nothing_broken()


def test_her_objection_takes_the_choice_from_the_pilot():
    pilot = member("cd91-rsa", "pilot")
    walk, mds, _ = two_structures()
    coordinators.object_to(case=walk.case, structure=structure("mds-grigny"), on=TODAY, by=mds, at=NOON)
    assert coordinating(walk) == {}
    assert not permissions.can_view(pilot, walk.case, at=TODAY)
    assert nothing_broken()


def test_an_objection_said_when_she_is_told_leaves_nobody_to_propose():
    someone, mds, ccas = somebody(), member("mds-grigny"), member("ccas-grigny")
    walk = in_place(someone, mds)
    referent = propose(someone, ccas, code="ccas-grigny")
    referents.answer_proposal(referent=referent, accept=True, by=ccas, at=NOON)
    walk.take("inform_person", by=ccas, means="interview", on=TODAY, objects=True)
    assert coordinating(walk) == {}
    assert nothing_broken()


def test_a_coordinator_who_no_longer_follows_her_is_followed_by_another_search():
    walk, _, ccas = two_structures(answers="ccas-grigny")
    walk.take("coordinate", by=ccas, accept="yes")
    held = Referent.objects.get(user=ccas)
    referents.end(referent=held, reason="support_ended", stays_vacant=True, by=ccas, at=NOON)
    assert coordinating(walk) == {}
    assert Coordination.objects.get().end_reason == "not_referent"
    following = member("ccas-grigny")
    referent = propose(held.beneficiary, following, code="ccas-grigny")
    referents.answer_proposal(referent=referent, accept=True, by=following, at=NOON)
    walk.take("inform_person", by=following, means="interview", on=TODAY)
    assert walk.task("coordinate").owner == following
    assert nothing_broken()


@pytest.mark.parametrize(("taken", "node"), [([], "coordinate"), (["coordinate"], "ask_agreement")])
def test_a_transfer_undone_gives_back_the_steps_of_the_coordinator(taken: list[str], node: str):
    walk, _, ccas = two_structures(answers="ccas-grigny")
    manager, other = member("ccas-grigny", "manager"), member("ccas-grigny")
    for each in taken:
        walk.take(each, by=ccas, accept="yes")
    due_on = walk.task(node).due_on
    moves = [Move(referent=Referent.objects.get(user=ccas), to=other)]
    entry = referents.transfer(moves=moves, structure=structure("ccas-grigny"), by=manager, at=NOON)
    assert coordinating(walk) == {}
    referents.undo_transfer(transfer=entry, by=manager, at=NOON + timedelta(hours=20))
    assert coordinating(walk) == {node: "ccas-grigny"}
    assert (walk.task(node).owner, walk.task(node).due_on) == (ccas, due_on)
    assert set(walk.waiting_for) == {"follow_up", node}
    assert nothing_broken()


def test_a_coordination_in_place_comes_back_with_an_undone_transfer_without_a_step():
    walk, _, ccas = two_structures(answers="ccas-grigny")
    manager, other = member("ccas-grigny", "manager"), member("ccas-grigny")
    walk.take("coordinate", by=ccas, accept="yes")
    walk.take("ask_agreement", by=ccas, agrees="yes", on=TODAY)
    moves = [Move(referent=Referent.objects.get(user=ccas), to=other)]
    entry = referents.transfer(moves=moves, structure=structure("ccas-grigny"), by=manager, at=NOON)
    referents.undo_transfer(transfer=entry, by=manager, at=NOON + timedelta(hours=20))
    assert set(walk.waiting_for) == {"follow_up"}
    assert Coordination.objects.current().get().state == "agreed"
    assert nothing_broken()


# Joined to the other procedures


def arrears() -> Case:
    return reported(tenancy(aid_kind="APL"), **FAMILY)


def test_who_takes_charge_of_a_case_himself_follows_the_person_from_that_act():
    agent = member("mds-grigny")
    mds = structure("mds-grigny")
    mds.names_referents = True
    mds.save()
    Walk(arrears()).take("answer", by=agent, accept=True, professional=agent)
    referent = Referent.objects.get()
    assert (referent.user, referent.state) == (agent, "accepted")
    assert Walk(referent.case).waiting_for == {"inform_person": "mds-grigny"}
    accepted = JournalEntry.objects.get(kind="referent.accepted")
    assert accepted.cause
    assert accepted.cause.cause
    assert accepted.cause.cause.kind == "step.accepted"
    assert nothing_broken()


def test_who_takes_charge_of_a_case_himself_takes_the_place_that_was_to_be_filled():
    leaver, agent = member("mds-grigny"), member("mds-grigny")
    mds = structure("mds-grigny")
    mds.names_referents = True
    mds.save()
    first = Walk(arrears())
    first.take("answer", by=leaver, accept=True, professional=leaver)
    referent = Referent.objects.get()
    referents.end(referent=referent, reason="change_asked", stays_vacant=True, by=leaver, at=NOON)
    assert Walk(referent.case).waiting_for == {"fill_place": "mds-grigny"}
    second = reported(tenancy(home=first.case.household, aid_kind="APL", reference="L-2"), **FAMILY)
    Walk(second).take("answer", by=agent, accept=True, professional=agent)
    assert Referent.objects.current().get().user == agent
    assert not Vacancy.objects.open().exists()
    assert Walk(referent.case).waiting_for == {"inform_person": "mds-grigny"}
    assert nothing_broken()


def test_a_colleague_who_is_named_answers_for_himself():
    manager, agent = member("mds-grigny", "manager"), member("mds-grigny")
    mds = structure("mds-grigny")
    mds.names_referents = True
    mds.save()
    Walk(arrears()).take("answer", by=manager, accept=True, professional=agent)
    assert Referent.objects.get().state == "proposed"
    assert CaseTask.objects.open().get(node="respond").owner == agent
    assert nothing_broken()


def taken_in_charge_without_anybody() -> Case:
    """As if the structure began to name référents once the case was accepted."""
    agent = member("mds-grigny")
    case = arrears()
    Walk(case).take("answer", by=agent, accept=True, professional=agent)
    Structure.objects.filter(code="mds-grigny").update(names_referents=True)
    return case


def test_who_cannot_be_a_referent_takes_charge_and_the_place_is_said_to_be_vacant():
    Structure.objects.filter(code="mds-grigny").update(names_referents=True)
    agent, leaving = member("mds-grigny", "manager"), member("mds-grigny")
    case = arrears()
    members.end_all_memberships(
        user=leaving, structure=structure("mds-grigny"), last_day=date(2026, 12, 4), by=agent, at=NOON
    )
    Walk(case).take("answer", by=agent, accept=True, professional=leaving)
    assert not Referent.objects.exists()
    assert vacant(Case.objects.get(kind="coordination")) == ["mds-grigny"]
    assert running()["REF-VACANCY"] == date(2026, 12, 8)
    assert nothing_broken()


@pytest.mark.usefixtures("at_noon")
def test_the_daily_check_says_the_places_that_nobody_said_to_be_vacant():
    case = taken_in_charge_without_anybody()
    assert [each.code for each in INVARIANTS if list(each.broken(TODAY))] == ["followed_has_a_referent"]
    check_places()
    person = case.household.memberships.get(until=None, position="holder").beneficiary
    assert vacant(Case.objects.get(beneficiary=person)) == ["mds-grigny"]
    assert silent_places.say_vacant(at=NOON) == 0
    manager = member("mds-grigny", "manager")
    following = propose(person, manager)
    referents.answer_proposal(referent=following, accept=True, by=manager, at=NOON)
    assert nothing_broken()


def test_the_daily_check_lets_nobody_in_while_what_is_done_with_a_home_of_the_person_is_restricted():
    case = taken_in_charge_without_anybody()
    officer = member("caf-91-pilotage", "dpo")
    person = case.household.memberships.get(until=None, position="holder").beneficiary
    scene.restricted(reported(tenancy(home=household(person)), code="bailleur-a", **FAMILY), by=officer)
    assert silent_places.say_vacant(at=NOON) == 0
    with pytest.raises(places.CannotFollow, match="limité"):
        places.say_vacant(beneficiary=person, structure=structure("mds-grigny"), by=None, at=NOON)
    assert not Case.objects.filter(kind="coordination").exists()
    assert nothing_broken()
    ProcessingRestriction.objects.update(ended_at=NOON, ended_by=officer, end_reason="checked", told_on=TODAY)
    assert silent_places.say_vacant(at=NOON) == 1
    assert vacant(Case.objects.get(kind="coordination")) == ["mds-grigny"]


def oppose_coordination(case: Case) -> None:
    SharingObjection.objects.create(household=case.household, basis="SH-1", objected_on=TODAY)


def test_no_structure_begins_to_follow_who_opposed_the_ground_of_coordinations():
    mds, agent, rose = structure("mds-grigny"), member("mds-grigny"), member("ccas-grigny", "manager")
    case = taken_in_charge_without_anybody()
    oppose_coordination(case)
    person = case.household.memberships.get(until=None, position="holder").beneficiary
    with pytest.raises(places.CannotFollow, match="s’est opposée"):
        propose(person, rose, code="ccas-grigny")
    with pytest.raises(places.CannotFollow, match="s’est opposée"):
        places.say_vacant(beneficiary=person, structure=mds, by=None, at=NOON)
    entry = JournalEntry.objects.filter(case=case).latest("pk")
    assert places.follow_case(case=case, structure=mds, user=agent, by=agent, at=NOON, cause=entry) is None
    assert silent_places.say_vacant(at=NOON) == 0
    assert not Case.objects.filter(kind="coordination").exists()
    assert nothing_broken()


def test_another_ground_that_is_opposed_lets_a_structure_begin_to_follow_her():
    case = taken_in_charge_without_anybody()
    SharingObjection.objects.create(household=case.household, basis="SH-4", objected_on=TODAY)
    assert silent_places.say_vacant(at=NOON) == 1


def test_a_structure_that_follows_who_opposed_it_names_another_referent_there():
    someone, agent, manager = somebody(), member("mds-grigny"), member("mds-grigny", "manager")
    walk = in_place(someone, agent)
    oppose_coordination(walk.case)
    assert propose(someone, manager).state == "proposed"


def test_what_was_taken_in_charge_before_a_structure_named_referents_is_not_checked():
    taken_in_charge_without_anybody()
    Structure.objects.filter(code="mds-grigny").update(names_referents_since=date(2026, 11, 25))
    assert silent_places.say_vacant(at=NOON) == 0
    assert nothing_broken()


def test_a_place_that_was_given_up_is_not_said_to_be_vacant_again():
    case = taken_in_charge_without_anybody()
    silent_places.say_vacant(at=NOON)
    manager = member("mds-grigny", "manager")
    places.give_up_place(vacancy=Vacancy.objects.get(), because="Elle ne le souhaite pas.", by=manager, at=NOON)
    assert silent_places.say_vacant(at=NOON) == 0
    assert case.closed_on is None


def test_a_structure_that_names_no_referents_takes_charge_without():
    agent = member("mds-grigny")
    Walk(arrears()).take("answer", by=agent, accept=True, professional=agent)
    assert not Referent.objects.exists()
