"""One référent in each structure, one coordinator at most, and no place that is empty without saying so."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cases import permissions
from cases.actions import appointments, coordination, handover, members, referents
from cases.actions.coordination import CannotCoordinate
from cases.actions.handover import Move
from cases.actions.members import CannotChangeMember
from cases.actions.merging.merge import CannotMerge, merge_people
from cases.actions.referents import CannotFollow
from cases.invariants import INVARIANTS
from cases.models import (
    Assignment,
    Beneficiary,
    Case,
    Coordination,
    Deadline,
    JournalEntry,
    LegalReferent,
    Referent,
    Structure,
    User,
    Vacancy,
    Wish,
)
from tests.factories import NOON, household, member, person, structure
from tests.workflows.test_engine import at_once

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def somebody(name: str = "Aubry") -> Beneficiary:
    someone = person(usual_name=name)
    household(someone)
    return someone


def propose(someone: Beneficiary, user: User, *, by: User | None = None, code: str = "mds-grigny") -> Referent:
    return referents.propose(beneficiary=someone, structure=structure(code), user=user, by=by or user, at=NOON)[0]


def followed(someone: Beneficiary, user: User, code: str = "mds-grigny") -> Referent:
    """In place, and the person was told."""
    referent = propose(someone, user, code=code)
    referents.accept(referent=referent, by=user, at=NOON)
    referents.inform_of_referent(referent=referent, means="interview", on=TODAY, by=user, at=NOON)
    return referent


def coordinated(someone: Beneficiary, user: User) -> Coordination:
    found, _ = coordination.propose(referent=Referent.objects.get(user=user, state="active"), by=user, at=NOON)
    coordination.accept(coordination=found, by=user, at=NOON)
    coordination.record_agreement(coordination=found, agrees=True, on=TODAY, by=user, at=NOON)
    return found


def of_two_structures() -> tuple[Beneficiary, User, User, Case]:
    """Somebody whom the MDS follows, which answers for her, and the CCAS: who does for each, and the case."""
    someone, mds, ccas = somebody(), member("mds-grigny"), member("ccas-grigny")
    case = followed(someone, mds).case
    followed(someone, ccas, "ccas-grigny")
    return someone, mds, ccas, case


def asked_to_coordinate(user: User, *, by: User) -> Coordination:
    return coordination.propose(referent=Referent.objects.get(user=user), by=by, at=NOON)[0]


def transfer(*, moves: list[Move], structure: Structure, by: User, at: datetime) -> JournalEntry:
    """A portfolio, one person after the other."""
    entry = handover.begin_transfer(moves=moves, structure=structure, by=by, at=at)
    for move in moves:
        handover.move_person(move, structure, by=by, at=at, cause=entry)
    return entry


def undo(*, entry: JournalEntry, by: User, at: datetime) -> JournalEntry:
    """A transfer, all of it at once."""
    back, undone = handover.begin_undo(entry=entry, by=by, at=at)
    for each in back:
        handover.give_back(each.referent, by=by, at=at, cause=undone)
    return undone


def nothing_broken() -> bool:
    return [each.code for each in INVARIANTS if list(each.broken(TODAY))] == []


def vacant(case: Case) -> list[str]:
    """The codes of the structures whose place is vacant; « coordination » for that one."""
    return [
        vacancy.structure.code if vacancy.structure else "coordination"
        for vacancy in Vacancy.objects.open().filter(case=case)
    ]


# Proposed, accepted, told


def test_the_first_proposal_opens_the_one_coordination_case_of_the_person():
    someone, agent, other = somebody(), member("mds-grigny"), member("ccas-grigny")
    first, second = propose(someone, agent), propose(someone, other, code="ccas-grigny")
    assert first.case == second.case
    assert (first.case.kind, first.case.beneficiary) == ("coordination", someone)
    assert nothing_broken()


def test_nobody_sees_the_case_before_he_accepts_but_the_managers_who_see_all_of_their_structure():
    someone, agent, manager = somebody(), member("mds-grigny"), member("mds-grigny", "manager")
    referent = propose(someone, agent, by=manager)
    assert not permissions.can_view(agent, referent.case, at=TODAY)
    assert permissions.access_level(manager, referent.case, at=TODAY) == "card"
    referents.accept(referent=referent, by=agent, at=NOON)
    assert permissions.access_level(agent, referent.case, at=TODAY) == "card"
    referents.inform_of_referent(referent=referent, means="phone", on=TODAY, by=agent, at=NOON)
    assert permissions.access_level(agent, referent.case, at=TODAY) == "full"
    assert Referent.objects.get().state == "active"
    assert nothing_broken()


@pytest.mark.parametrize(
    ("code", "role", "words"),
    [
        ("ccas-grigny", "agent", "n’est pas référent dans cette structure"),
        ("mds-grigny", "front_desk", "n’est pas référent dans cette structure"),
    ],
)
def test_a_referent_has_the_right_to_be_one_in_that_structure(code: str, role: str, words: str):
    manager = member("mds-grigny", "manager")
    with pytest.raises(CannotFollow, match=words):
        propose(somebody(), member(code, role), by=manager)
    assert not Case.objects.exists()


def test_who_leaves_is_not_proposed_nor_anybody_by_a_colleague():
    manager, leaving = member("mds-grigny", "manager"), member("mds-grigny")
    mds = structure("mds-grigny")
    members.end_all_memberships(user=leaving, structure=mds, last_day=date(2026, 12, 4), by=manager, at=NOON)
    with pytest.raises(CannotFollow, match="quitte la structure"):
        propose(somebody(), leaving, by=manager)
    with pytest.raises(CannotFollow, match="Un responsable de la structure ou le référent en place propose"):
        propose(somebody(), member("mds-grigny"), by=member("mds-grigny"))


def test_only_the_one_who_is_proposed_answers_and_a_second_proposal_waits_for_his_answer():
    someone, manager = somebody(), member("mds-grigny", "manager")
    referent = propose(someone, member("mds-grigny"), by=manager)
    with pytest.raises(CannotFollow, match="n’a pas encore répondu"):
        propose(someone, member("mds-grigny"), by=manager)
    with pytest.raises(CannotFollow, match="Seul le professionnel proposé répond"):
        referents.accept(referent=referent, by=manager, at=NOON)


def test_a_declined_place_is_vacant_until_somebody_accepts():
    someone, manager, agent = somebody(), member("mds-grigny", "manager"), member("mds-grigny")
    referent = propose(someone, agent, by=manager)
    referents.decline(referent=referent, reason="load", by=agent, at=NOON)
    assert vacant(referent.case) == ["mds-grigny"]
    assert nothing_broken()
    following = propose(someone, manager)
    referents.accept(referent=following, by=manager, at=NOON)
    assert vacant(referent.case) == []
    assert Vacancy.objects.get().outcome == "filled"
    assert nothing_broken()


def test_she_is_told_neither_before_he_accepts_nor_in_the_future():
    agent = member("mds-grigny")
    referent = propose(somebody(), agent)
    with pytest.raises(CannotFollow, match="n’est plus en place"):
        referents.inform_of_referent(referent=referent, means="phone", on=TODAY, by=agent, at=NOON)
    referents.accept(referent=referent, by=agent, at=NOON)
    with pytest.raises(CannotFollow, match="corriger la date"):
        referents.inform_of_referent(referent=referent, means="phone", on=TODAY + timedelta(days=1), by=agent, at=NOON)


# Handed on, ended


def test_a_successor_takes_the_place_and_the_former_one_sees_the_case_for_thirty_days():
    someone, first, second = somebody(), member("mds-grigny"), member("mds-grigny")
    before = followed(someone, first)
    after = propose(someone, second)
    referents.accept(referent=after, by=second, at=NOON)
    before.refresh_from_db()
    assert (before.state, before.end_reason, before.successor) == ("ended", "handed_over", after)
    overlap = Assignment.objects.get(kind="overlap")
    assert (overlap.user, overlap.since, overlap.until) == (first, TODAY, date(2026, 12, 25))
    assert permissions.can_view(first, before.case, at=date(2026, 12, 24))
    assert not permissions.can_view(first, before.case, at=date(2026, 12, 25))
    assert nothing_broken()


def test_an_end_leaves_a_vacancy_or_says_why_there_is_none():
    agent = member("mds-grigny")
    referent = followed(somebody(), agent)
    with pytest.raises(CannotFollow, match="Dire pourquoi personne ne lui succède"):
        referents.end(referent=referent, reason="moved", stays_vacant=False, by=agent, at=NOON)
    referents.end(referent=referent, reason="change_asked", stays_vacant=True, by=agent, at=NOON)
    assert vacant(referent.case) == ["mds-grigny"]
    assert not permissions.can_view(agent, referent.case, at=TODAY)
    assert nothing_broken()


def test_when_the_last_structure_gives_up_the_case_closes():
    agent = member("mds-grigny")
    referent = followed(somebody(), agent)
    referents.end(referent=referent, reason="moved", stays_vacant=False, because="Elle vit à Lyon.", by=agent, at=NOON)
    referent.case.refresh_from_db()
    assert (referent.case.closed_on, referent.case.outcome) == (TODAY, "follow_up_ended")
    assert nothing_broken()


def test_when_the_structure_that_answers_gives_up_another_one_answers():
    _, mds, ccas, case = of_two_structures()
    first = Referent.objects.get(user=mds)
    referents.end(referent=first, reason="support_ended", stays_vacant=False, because="Fini.", by=mds, at=NOON)
    case.refresh_from_db()
    assert case.responsible_structure.code == "ccas-grigny"
    assert permissions.access_level(ccas, case, at=TODAY) == "full"
    assert not permissions.can_view(mds, case, at=TODAY)
    assert nothing_broken()


def test_a_structure_that_gives_its_place_up_keeps_no_appointment():
    someone, _, ccas, _ = of_two_structures()
    second = Referent.objects.get(user=ccas)
    made = appointments.make(
        case=second.case, person=someone, professional=ccas, structure=structure("ccas-grigny"),
        starts_at=NOON + timedelta(days=7), minutes=45, place="office", by=ccas, at=NOON,
    )  # fmt: skip
    referents.end(referent=second, reason="moved", stays_vacant=False, because="Suivie par la MDS.", by=ccas, at=NOON)
    made.refresh_from_db()
    assert (made.state, made.cancelled_by) == ("cancelled", "service")


def test_a_structure_gives_its_vacant_place_up_for_a_reason():
    manager, agent = member("mds-grigny", "manager"), member("mds-grigny")
    referent = propose(somebody(), agent, by=manager)
    referents.decline(referent=referent, reason="other_service", by=agent, at=NOON)
    vacancy = Vacancy.objects.get()
    with pytest.raises(CannotFollow, match="Dire pourquoi"):
        referents.give_up_place(vacancy=vacancy, because=" ", by=manager, at=NOON)
    referents.give_up_place(vacancy=vacancy, because="Suivie par l’UDAF.", by=manager, at=NOON)
    assert not Case.objects.filter(closed_on=None).exists()
    assert nothing_broken()


# Coordinated


def test_from_two_structures_on_the_coordinator_s_place_is_vacant_until_one_accepts_and_she_agrees():
    someone, mds, ccas = somebody(), member("mds-grigny"), member("ccas-grigny")
    case = followed(someone, mds).case
    assert vacant(case) == []
    followed(someone, ccas, "ccas-grigny")
    assert vacant(case) == ["coordination"]
    found = coordinated(someone, mds)
    found.refresh_from_db()
    assert (found.state, found.agreed_on, vacant(case)) == ("agreed", TODAY, [])
    assert nothing_broken()


def test_who_declines_to_coordinate_says_why_and_so_may_his_manager_for_him():
    _, mds, ccas, _ = of_two_structures()
    manager, found = member("mds-grigny", "manager"), asked_to_coordinate(mds, by=ccas)
    with pytest.raises(CannotCoordinate, match="pourquoi décliner"):
        coordination.decline(coordination=found, reason="", by=mds, at=NOON)
    with pytest.raises(CannotCoordinate, match="ou un responsable de sa structure"):
        coordination.decline(coordination=found, reason="load", by=ccas, at=NOON)
    with pytest.raises(CannotCoordinate, match="Seul le coordinateur proposé accepte"):
        coordination.accept(coordination=found, by=manager, at=NOON)
    coordination.decline(coordination=found, reason="load", by=manager, at=NOON)
    found.refresh_from_db()
    assert (found.state, found.decline_reason) == ("declined", "load")
    assert nothing_broken()


def test_a_coordination_that_ends_leaves_the_delay_of_its_vacancy_alone():
    _, mds, ccas, _ = of_two_structures()
    found = asked_to_coordinate(mds, by=ccas)
    coordination.end(coordination=found, reason=Coordination.End.NOT_NEEDED, by=ccas, at=NOON)
    running = Deadline.objects.running().values_list("rule__code", "legal_date")
    assert dict(running) == {"REF-VACANCY-COORDINATOR": date(2026, 12, 8), "REF-INACTIVE": date(2027, 1, 23)}


def test_her_objection_ends_coordination_and_nothing_else():
    someone, mds, ccas, case = of_two_structures()
    coordinated(someone, mds)
    coordination.object_to(case=case, structure=structure("mds-grigny"), on=TODAY, by=mds, at=NOON)
    assert Coordination.objects.get().state == "ended"
    assert vacant(case) == []
    assert Referent.objects.current().count() == 2
    with pytest.raises(CannotCoordinate, match="s’oppose à la coordination"):
        asked_to_coordinate(ccas, by=ccas)
    coordination.lift_objection(case=case, structure=structure("mds-grigny"), by=mds, at=NOON)
    assert vacant(case) == ["coordination"]
    assert nothing_broken()


def test_she_may_object_when_she_is_told_and_ask_for_somebody_else():
    agent = member("mds-grigny")
    referent = propose(somebody(), agent)
    referents.accept(referent=referent, by=agent, at=NOON)
    referents.inform_of_referent(
        referent=referent, means="visit", on=TODAY, objects=True, asks_change=True, by=agent, at=NOON
    )
    assert set(Wish.objects.values_list("kind", flat=True)) == {"objection", "change"}
    assert nothing_broken()


def test_a_coordinator_who_is_no_longer_a_referent_leaves_a_vacancy():
    someone, mds, _, case = of_two_structures()
    coordinated(someone, mds)
    following = member("mds-grigny")
    referents.accept(referent=propose(someone, following), by=following, at=NOON)
    assert vacant(case) == ["coordination"]
    assert nothing_broken()


def test_the_legal_referent_is_recorded_and_never_decided():
    someone, mds = somebody(), member("mds-grigny")
    case = followed(someone, mds).case
    own: dict[str, Any] = {"case": case, "structure": structure("mds-grigny"), "by": mds, "at": NOON}
    with pytest.raises(CannotCoordinate, match="France Travail, au Département"):
        coordination.record_legal(legal=structure("caf-91"), on=TODAY, **own)
    coordination.record_legal(legal=structure("france-travail-91"), on=TODAY, **own)
    with pytest.raises(CannotCoordinate, match="déjà ce qui est noté"):
        coordination.record_legal(legal=structure("france-travail-91"), on=TODAY, **own)
    coordination.record_legal(legal=structure("cd91-rsa"), on=TODAY, **own)
    assert [(each.structure.code, each.ended_on) for each in LegalReferent.objects.order_by("pk")] == [
        ("france-travail-91", TODAY),
        ("cd91-rsa", None),
    ]
    coordination.record_legal(legal=None, on=TODAY, **own)
    assert coordination.legal_referent(case) is None
    assert JournalEntry.objects.filter(kind="legal_referent.recorded").count() == 3


def test_one_structure_is_not_coordinated():
    someone, agent = somebody(), member("mds-grigny")
    with pytest.raises(CannotCoordinate, match="Une seule structure"):
        coordination.propose(referent=followed(someone, agent), by=agent, at=NOON)


# A portfolio


class Transfer:
    """Whoever leaves the MDS hands these over to a colleague, by their manager."""

    def __init__(self, *held: Referent, by: User, to: User) -> None:
        self.by, self.to = by, to
        moves = [Move(referent=each, to=to) for each in held]
        self.entry = transfer(moves=moves, structure=structure("mds-grigny"), by=by, at=NOON)

    def undo(self, *, hours: float) -> JournalEntry:
        return undo(entry=self.entry, by=self.by, at=NOON + timedelta(hours=hours))


def team() -> tuple[User, User, User]:
    """A manager, who leaves, and another agent."""
    return member("mds-grigny", "manager"), member("mds-grigny"), member("mds-grigny")


def test_a_portfolio_is_divided_by_load_in_one_act_and_comes_back_within_a_day():
    (manager, leaving, one), two = team(), member("mds-grigny")
    followed(somebody(), one)
    held = [followed(somebody(), leaving) for _ in range(5)]
    mds = structure("mds-grigny")
    moves = handover.plan(
        portfolio=held, colleagues=[one, two], exceptions={held[0].pk: one}, structure=mds, by=manager, on=TODAY
    )
    assert [move.to for move in moves] == [one, two, two, one, two]
    assert Referent.objects.current().filter(user=leaving).count() == 5
    entry = transfer(moves=moves, structure=mds, by=manager, at=NOON)
    assert not Referent.objects.current().filter(user=leaving).exists()
    assert JournalEntry.objects.filter(kind="referents.handed_over").count() == 1
    assert nothing_broken()
    undo(entry=entry, by=manager, at=NOON + timedelta(hours=5))
    assert Referent.objects.current().filter(user=leaving).count() == 5
    assert nothing_broken()
    with pytest.raises(CannotFollow, match="déjà défait"):
        undo(entry=entry, by=manager, at=NOON + timedelta(hours=6))


def test_who_was_given_somebody_by_mistake_sees_her_no_more_once_it_is_undone():
    """A colleague who hands over reads her file for a month: that one has nothing to hand over."""
    manager, going, other = team()
    held = followed(somebody(), going)
    given = Transfer(held, by=manager, to=other)
    assert permissions.can_view(other, held.case, at=TODAY)
    given.undo(hours=1 / 12)
    assert not permissions.can_view(other, held.case, at=TODAY)
    assert permissions.can_view(going, held.case, at=TODAY)
    assert nothing_broken()


def test_a_transfer_that_is_undone_gives_back_the_coordination_as_it_stood():
    someone, leaving, _, case = of_two_structures()
    before = coordinated(someone, leaving)
    held = Referent.objects.get(user=leaving)
    given = Transfer(held, by=member("mds-grigny", "manager"), to=member("mds-grigny"))
    before.refresh_from_db()
    assert (before.state, before.end_reason, vacant(case)) == ("ended", "not_referent", ["coordination"])
    undone = given.undo(hours=20)
    back = Referent.objects.current().get(user=leaving)
    assert (back.state, back.informed_on, back.informed_by) == ("active", TODAY, "interview")
    again = Coordination.objects.current().get()
    assert (again.referent, again.resumes, again.state) == (back, before, "agreed")
    assert (again.agreed_on, again.since) == (TODAY, date(2026, 11, 25))
    assert vacant(case) == []
    told = JournalEntry.objects.get(kind="coordinator.resumed")
    assert (told.cause, told.data["coordination"]) == (undone, again.pk)
    assert nothing_broken()


def test_what_was_proposed_or_awaited_her_agreement_comes_back_so():
    (manager, leaving, other), asked, accepted = team(), somebody(), somebody()
    held = [followed(asked, leaving), followed(accepted, leaving)]
    for someone in (asked, accepted):
        followed(someone, member("ccas-grigny"), "ccas-grigny")
    for referent in held:
        coordination.propose(referent=referent, by=manager, at=NOON)
    coordination.accept(coordination=held[1].coordinations.get(), by=leaving, at=NOON)
    Transfer(*held, by=manager, to=other).undo(hours=20)
    again = Coordination.objects.exclude(resumes=None).order_by("case_id")
    assert [(each.beneficiary, each.state) for each in again] == [(asked, "proposed"), (accepted, "accepted")]
    assert coordination.accepted_on(again[1]) == TODAY
    assert [vacant(each.case) for each in held] == [["coordination"], []]
    assert nothing_broken()


def test_who_coordinates_since_or_her_objection_is_not_undone_with_the_transfer():
    (manager, leaving, other), ccas = team(), member("ccas-grigny")
    taken, objects = somebody(), somebody()
    held = [followed(taken, leaving), followed(objects, leaving)]
    for someone, referent in ((taken, held[0]), (objects, held[1])):
        followed(someone, ccas, "ccas-grigny")
        found, _ = coordination.propose(referent=referent, by=manager, at=NOON)
        coordination.accept(coordination=found, by=leaving, at=NOON)
    given = Transfer(*held, by=manager, to=other)
    found, _ = coordination.propose(referent=Referent.objects.get(user=ccas, case=held[0].case), by=ccas, at=NOON)
    coordination.accept(coordination=found, by=ccas, at=NOON + timedelta(hours=1))
    coordination.object_to(case=held[1].case, structure=structure("mds-grigny"), on=TODAY, by=other, at=NOON)
    given.undo(hours=2)
    assert Coordination.objects.current().get().referent.user == ccas
    assert not Coordination.objects.exclude(resumes=None).exists()
    assert nothing_broken()


def test_who_was_told_of_the_colleague_meanwhile_is_told_again_who_follows_her_if_it_is_undone_within_a_day():
    manager, leaving, other = team()
    given = Transfer(followed(somebody(), leaving), by=manager, to=other)
    taken_up = Referent.objects.current().get(user=other)
    referents.inform_of_referent(referent=taken_up, means="phone", on=TODAY, by=other, at=NOON)
    with pytest.raises(CannotFollow, match="dans la journée"):
        given.undo(hours=25)
    given.undo(hours=2)
    assert Referent.objects.current().get(user=leaving).state == "accepted"


def test_who_follows_people_does_not_leave_and_gives_them_neither_to_himself_nor_to_another_structure():
    manager, agent = member("mds-grigny", "manager"), member("mds-grigny")
    held, mds = [followed(somebody(), agent) for _ in range(2)], structure("mds-grigny")
    for to, words in [(agent, "son propre référent"), (member("ccas-grigny"), "n’est pas référent")]:
        with pytest.raises(CannotFollow, match=words):
            handover.plan(portfolio=held, colleagues=[to], structure=mds, by=manager, on=TODAY)
    with pytest.raises(CannotChangeMember, match=r"référent de 2 personnes.*page « Référents »"):
        members.end_all_memberships(user=agent, structure=mds, last_day=None, by=manager, at=NOON)


# Two records of one person


def test_two_records_that_are_both_followed_are_not_merged():
    one, two = somebody(), somebody()
    followed(one, member("mds-grigny"))
    followed(two, member("ccas-grigny"), "ccas-grigny")
    with pytest.raises(CannotMerge, match="dossier de coordination"):
        merge_people(
            kept=one, absorbed=two, choices={}, at=NOON, by=member("mds-grigny"), structure=structure("mds-grigny")
        )


def test_who_follows_an_absorbed_record_follows_the_kept_one():
    one, two, agent = somebody(), somebody(), member("mds-grigny")
    referent = followed(two, agent)
    merge_people(kept=one, absorbed=two, choices={}, at=NOON, by=agent, structure=structure("mds-grigny"))
    referent.refresh_from_db()
    assert referent.beneficiary == one
    assert referent.case.beneficiary == one
    assert nothing_broken()


# The database refuses too


def test_sql_cannot_give_a_person_two_referents_in_a_structure_on_a_day():
    referent = followed(somebody(), member("mds-grigny"))
    other = member("mds-grigny")
    copy = (
        "INSERT INTO cases_referent (public_id, case_id, beneficiary_id, structure_id, user_id, state, proposed_at,"
        " since, until, decline_reason, informed_by, end_reason, without_successor)"
        " SELECT gen_random_uuid(), case_id, beneficiary_id, structure_id, %s, 'ended', proposed_at, %s, %s,"
        " '', '', 'moved', 'x' FROM cases_referent WHERE id = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(copy, [other.pk, date(2026, 11, 1), TODAY, referent.pk])  # until the day before
        with pytest.raises(IntegrityError, match="a_person_has_one_referent_in_a_structure"), transaction.atomic():
            cursor.execute(copy, [other.pk, TODAY, date(2026, 11, 25), referent.pk])


def test_sql_cannot_give_a_person_two_coordinators_on_a_day():
    someone, mds, ccas, _ = of_two_structures()
    other, found = Referent.objects.get(user=ccas), coordinated(someone, mds)
    with (
        pytest.raises(IntegrityError, match="a_person_has_one_coordinator"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO cases_coordination (case_id, beneficiary_id, referent_id, state, basis, decline_reason,"
            " end_reason, proposed_by_id, proposed_at,"
            " since) SELECT case_id, beneficiary_id, %s, 'accepted', basis, '', '', proposed_by_id, proposed_at, since"
            " FROM cases_coordination WHERE id = %s",
            [other.pk, found.pk],
        )


# Races, on real connections


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_who_propose_at_once_one_wins():
    someone = somebody()
    managers = [member("mds-grigny", "manager") for _ in range(2)]
    results = at_once(*(partial(propose, someone, by) for by in managers))
    assert sorted(type(each).__name__ for each in results) == ["CannotFollow", "Referent"]
    assert Case.objects.filter(kind="coordination").count() == 1
    assert nothing_broken()


@pytest.mark.django_db(transaction=True)
def test_two_structures_that_accept_at_once_both_follow_and_the_coordinator_s_place_is_vacant():
    someone, mds, ccas = somebody(), member("mds-grigny"), member("ccas-grigny")
    waiting = [(propose(someone, mds), mds), (propose(someone, ccas, code="ccas-grigny"), ccas)]
    results = at_once(*(partial(referents.accept, referent=referent, by=by, at=NOON) for referent, by in waiting))
    assert not [each for each in results if isinstance(each, Exception)]
    assert vacant(Case.objects.get()) == ["coordination"]
    assert nothing_broken()


@pytest.mark.django_db(transaction=True)
def test_an_acceptance_and_a_withdrawal_at_once_leave_a_referent_or_a_vacancy():
    someone, manager, agent = somebody(), member("mds-grigny", "manager"), member("mds-grigny")
    referent = propose(someone, agent, by=manager)
    results = at_once(
        lambda: referents.accept(referent=Referent.objects.get(pk=referent.pk), by=agent, at=NOON),
        lambda: referents.withdraw(referent=Referent.objects.get(pk=referent.pk), by=manager, at=NOON),
    )
    assert len([each for each in results if isinstance(each, CannotFollow)]) == 1
    assert nothing_broken()


def test_people_without_a_home_are_placed_first():
    someone = person()
    someone.save()
    with pytest.raises(CannotFollow, match="dans quel ménage"):
        propose(someone, member("mds-grigny"))
