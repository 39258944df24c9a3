"""Structures in support of a case, and requests to share it: asked blind, answered once, withdrawn with their cause."""

from datetime import date

import pytest

from cases import permissions
from cases.actions import members, partners, sharing_requests, support
from cases.actions.sharing import CannotShare, take_part
from cases.models import (
    Assignment,
    Deadline,
    JournalEntry,
    LegalBasis,
    Participation,
    SharingRequest,
)
from tests.factories import NOON, member, membership_of, structure
from tests.workflows.views.case.test_case import followed_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker():
    return member("caf-91")


def level_of(user, case):
    return permissions.access_level(user, case, at=NOON.date())


def ask(case, *, by, code="ccas-grigny", **more):
    return sharing_requests.ask(
        case=case,
        structure=structure(code),
        reason="Madame nous consulte.",
        basis=LegalBasis.ON_REQUEST,
        by=by,
        at=NOON,
    )


def add(case, *, by, code="ccas-grigny", level="card", basis=LegalBasis.SOCIAL_FOLLOW_UP):
    return partners.add(case=case, structure=structure(code), level=level, basis=basis, by=by, at=NOON)


def test_a_structure_in_support_sees_what_it_is_given_and_a_change_of_basis_alone_is_kept(worker):
    case, manager = followed_by(worker), member("ccas-grigny", "manager")
    part = add(case, by=worker)
    assert level_of(manager, case) == "card"
    line = JournalEntry.objects.get(kind="sharing.started", structure__code="ccas-grigny")
    assert line.data == {"part": "support", "level": "card", "basis": "SH-1"}
    partners.change(participation=part, level="card", basis=LegalBasis.MANDATE, by=worker, at=NOON)
    part.refresh_from_db()
    assert part.basis == "SH-7"
    assert JournalEntry.objects.filter(kind="sharing.changed", structure=part.structure).count() == 1
    partners.change(participation=part, level="full", basis=LegalBasis.ON_REQUEST, by=worker, at=NOON)
    part.refresh_from_db()
    assert (part.basis, level_of(manager, case)) == ("SH-3", "full")


def test_the_procedure_does_not_change_the_basis_that_a_person_chose(worker):
    case = followed_by(worker)
    part = add(case, by=worker)
    take_part(case=case, structure=part.structure, part="asked", level="card", at=NOON)
    part.refresh_from_db()
    assert (part.part, part.basis) == ("asked", "SH-1")


def test_a_structure_removed_sees_nothing_more_nor_do_its_professionals(worker):
    case, agent = followed_by(worker), member("ccas-grigny")
    part = add(case, by=worker)
    partners.name_professional(participation=part, user=agent, by=agent, at=NOON)
    assert level_of(agent, case) == "card"
    partners.remove(participation=part, by=worker, at=NOON)
    assert level_of(agent, case) == "none"
    ended = JournalEntry.objects.get(kind="sharing.ended", structure=part.structure)
    assert ended.data == {"part": "support"}
    released = JournalEntry.objects.get(kind="professional.released", structure=part.structure)
    assert released.cause == ended
    add(case, by=worker)
    assert Participation.objects.filter(case=case, structure=part.structure).count() == 2


@pytest.mark.parametrize("code", ["bailleur-a", "gestionnaire-b", "caf-91-recouvrement", "caf-91-pilotage"])
def test_whoever_claims_recovers_or_decides_is_never_given_a_part(worker, code):
    case = followed_by(worker)
    with pytest.raises(CannotShare, match="n’accompagne pas les ménages"):
        add(case, by=worker, code=code)
    with pytest.raises(CannotShare, match="n’accompagne pas les ménages"):
        ask(case, by=member(code), code=code)
    assert not Participation.objects.filter(case=case, structure__code=code, part="support").exists()


def test_the_social_advisers_of_a_landlord_come_when_the_person_asks(worker):
    case = followed_by(worker)
    with pytest.raises(CannotShare, match="à la demande de la personne"):
        add(case, by=worker, code="bailleur-a-social")
    assert add(case, by=worker, code="bailleur-a-social", basis=LegalBasis.ON_REQUEST).part == "support"


def test_the_whole_case_is_shared_once_the_person_is_informed(worker):
    case = followed_by(worker, until="contact")
    with pytest.raises(CannotShare, match="Informer d’abord la personne"):
        add(case, by=worker, level="full")
    person = case.household.memberships.get(position="holder").beneficiary
    support.inform_person(
        case=case,
        person=person,
        structure=structure("caf-91"),
        means="phone",
        given_on=date(2026, 11, 24),
        by=worker,
        at=NOON,
    )
    assert add(case, by=worker, level="full").level == "full"


def test_parts_of_the_procedure_are_not_given_twice_nor_taken_by_hand(worker):
    case = followed_by(worker)
    with pytest.raises(CannotShare, match="participe déjà"):
        add(case, by=worker, code="caf-91")
    lead = case.participations.get(part="lead")
    with pytest.raises(CannotShare, match="suit la procédure"):
        partners.remove(participation=lead, by=worker, at=NOON)
    with pytest.raises(CannotShare, match="suit la procédure"):
        partners.change(participation=lead, level="card", basis=LegalBasis.MANDATE, by=worker, at=NOON)


# Requests


def test_asking_shows_nothing_and_starts_the_clock_of_who_answers(worker):
    case, agent = followed_by(worker), member("ccas-grigny")
    request = ask(case, by=agent)
    assert level_of(agent, case) == "none"
    assert request.deadline is not None
    assert (request.deadline.legal_date, request.deadline.structure.code) == (date(2026, 12, 1), "caf-91")
    line = JournalEntry.objects.get(kind="sharing.asked")
    assert (line.actor, line.structure, line.data) == (agent, request.structure, {"request": request.pk})


def test_accepting_gives_the_case_to_who_asked(worker):
    case, agent = followed_by(worker), member("ccas-grigny")
    request = sharing_requests.accept(request=ask(case, by=agent), level="card", by=worker, at=NOON)
    assert level_of(agent, case) == "card"
    assert (request.state, request.answered_by, request.answered_at) == ("accepted", worker, NOON)
    part = case.participations.get(structure=request.structure, until=None)
    assert (part.part, part.basis) == ("support", "SH-3")
    assert Deadline.objects.get(sharing_request=request).state == "met"
    told = JournalEntry.objects.get(kind="sharing.accepted")
    assert told.data == {"request": request.pk, "to": agent.pk, "level": "card"}
    assert {line.kind for line in JournalEntry.objects.filter(cause=told)} == {
        "sharing.started",
        "professional.assigned",
    }


def test_whoever_left_meanwhile_is_not_given_the_case(worker):
    case, agent = followed_by(worker), member("ccas-grigny")
    request = ask(case, by=agent)
    members.end_membership(membership=membership_of(agent), on=date(2026, 11, 23), at=NOON)
    sharing_requests.accept(request=request, level="card", by=worker, at=NOON)
    assert not Assignment.objects.filter(case=case, structure=request.structure).exists()
    assert level_of(member("ccas-grigny", "manager"), case) == "card"


def test_whoever_follows_no_case_there_is_not_given_it(worker):
    """Her rights changed since she asked, or she answers at the counter."""
    case, desk = followed_by(worker), member("ccas-grigny", "front_desk")
    request = sharing_requests.accept(request=ask(case, by=desk), level="full", by=worker, at=NOON)
    assert level_of(desk, case) == "none"
    assert not Assignment.objects.filter(case=case, structure=request.structure).exists()
    assert level_of(member("ccas-grigny", "manager"), case) == "full"


def test_declining_says_why_and_shows_nothing(worker):
    case, agent = followed_by(worker), member("ccas-grigny")
    request = sharing_requests.decline(request=ask(case, by=agent), reason="objection", by=worker, at=NOON)
    assert (request.state, request.decline_reason) == ("declined", "objection")
    assert level_of(agent, case) == "none"
    assert not case.participations.filter(structure=request.structure).exists()
    assert ask(case, by=agent).state == "asked"


def test_a_request_is_answered_once(worker):
    request = ask(followed_by(worker), by=member("ccas-grigny"))
    sharing_requests.withdraw(request=request, by=request.by, at=NOON)
    stale = SharingRequest.objects.get(pk=request.pk)
    with pytest.raises(sharing_requests.AlreadyAnswered, match="déjà retirée le 24/11/2026"):
        sharing_requests.accept(request=stale, level="card", by=worker, at=NOON)
    assert not Participation.objects.filter(structure=request.structure).exists()


def test_a_structure_asks_once_neither_for_what_it_sees_already_nor_for_a_closed_case(worker):
    case, agent = followed_by(worker), member("ccas-grigny")
    ask(case, by=agent)
    with pytest.raises(CannotShare, match="a déjà demandé ce partage"):
        ask(case, by=member("ccas-grigny"))
    with pytest.raises(CannotShare, match="participe déjà"):
        ask(case, by=worker, code="caf-91")
    case.closed_on, case.outcome = NOON.date(), "left"
    case.save()
    with pytest.raises(CannotShare, match="terminé"):
        ask(case, by=member("mds-grigny"), code="mds-grigny")


def test_requests_are_seen_by_who_asked_and_who_answers(worker):
    case, agent, colleague = followed_by(worker), member("ccas-grigny"), member("ccas-grigny")
    request = ask(case, by=agent)

    def to_answer(user):
        return set(permissions.requests_to_answer(user, at=NOON.date()))

    def asked(user):
        return set(permissions.visible_requests(user, at=NOON.date()))

    manager = member("ccas-grigny", "manager")
    assert to_answer(worker) == to_answer(member("caf-91", "manager")) == {request}
    others = [member("caf-91"), member("bailleur-a", "manager"), member("caf-91-pilotage", "pilot")]
    assert [to_answer(other) for other in (agent, manager, *others)] == [set()] * 5
    assert asked(agent) == asked(manager) == {request}
    assert asked(colleague) == asked(worker) == asked(member("mds-grigny", "manager")) == set()
