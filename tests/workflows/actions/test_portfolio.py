"""Many people handed over at once: the same rows as one by one, and whoever is particular is moved apart."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils.timezone import localdate

from benchmarks.handover import alike
from cases.actions import appointments, case as cases, coordination, deadlines
from cases.actions.handover import Move
from cases.actions.referents import CannotFollow
from cases.actions.sharing import take_part
from cases.invariants import INVARIANTS as OF_CASES
from cases.models import (
    Assignment,
    Beneficiary,
    Case,
    Deadline,
    JournalEntry,
    Participation,
    Referent,
    User,
)
from tests.cases.actions.test_referents import somebody, transfer
from tests.factories import FAMILY, NOON, member, reported, structure, tenancy
from tests.workflows.actions.all_rows import WorldInWords, changed_tables, read_all
from tests.workflows.flows.test_referent import in_place, propose
from tests.workflows.walk import Walk
from workflows import engine
from workflows.actions import absences, coordination as coordinators, portfolio, referents
from workflows.invariants import INVARIANTS as OF_WORKFLOWS
from workflows.models import CaseProcess, CaseTask
from workflows.queries.referents import find_followed_people
from workflows.sweep import sweep_deadlines

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AT = NOON + timedelta(days=3)
MDS, CCAS = "mds-grigny", "ccas-grigny"


def broken() -> list[str]:
    return [each.code for each in (*OF_CASES, *OF_WORKFLOWS) if list(each.broken(localdate(AT)))]


def moves(going: User, *to: User) -> list[Move]:
    held = Referent.objects.current().filter(user=going).select_related("case", "beneficiary", "structure", "user")
    return [Move(referent=row, to=to[number % len(to)]) for number, row in enumerate(held.order_by("pk"))]


def one_by_one(found: list[Move], *, by: User, at: datetime = AT) -> None:
    """The ordinary acts, for each."""
    entry = transfer(moves=found, structure=structure(MDS), by=by, at=at)
    for move in found:
        referents.settle_procedures(move.referent.case, by=by, at=at, cause=entry)


def shape(case: Case) -> list[Any]:
    """All that is written of a case, without its ids: people by what they are in it."""
    going, to = Referent.objects.filter(case=case).order_by("pk").values_list("user", flat=True)
    who = {None: None, going: "going", to: "to"}
    rows = Referent.objects.filter(case=case).order_by("pk")
    lines = JournalEntry.objects.filter(case=case, happened_at=AT).order_by("pk").select_related("cause")
    return [
        [(who[r.user_id], r.state, r.since, r.until, r.end_reason, r.answered_at, r.informed_on, bool(r.successor))
         for r in rows],
        sorted((who[a.user_id], a.kind, a.since, str(a.until)) for a in Assignment.objects.filter(case=case)),
        sorted((d.rule.code, d.state, d.started_on, d.legal_date, d.safe_date, str(d.ended_at), d.remind_on)
               for d in Deadline.objects.filter(case=case).select_related("rule")),
        [(p.is_open, p.next_due_on, p.level) for p in Participation.objects.filter(case=case)],
        [(p.status, p.created, p.finished, sorted(p.data)) for p in CaseProcess.objects.filter(case=case).order_by("pk")],
        [(t.node, t.status, t.created, t.assigned, t.started, t.finished, who[t.owner_id], t.due_on, t.remind_on, t.token,
          sorted(t.deadlines.values_list("rule__code", flat=True)), sorted(t.previous.values_list("node", flat=True)) if t.created == AT else [])
         for t in CaseTask.objects.filter(case=case).order_by("pk")],
        [(e.kind, e.cause.kind if e.cause else "", sorted(e.data), who.get(e.data.get("user")), hasattr(e, "outbox"))
         for e in lines],
    ]  # fmt: skip


def test_many_at_once_leave_the_same_rows_as_one_by_one():
    manager, going, one, two = member(MDS, "manager"), member(MDS), member(MDS), member(MDS)
    other_going = member(MDS)
    by_hand = [in_place(somebody(), other_going).case for _ in range(2)]
    alike(in_place(somebody(), going).case.referents.get().pk, 39)
    cases = [row.case for row in Referent.objects.filter(user=going).select_related("case")]
    assert broken() == []
    one_by_one(moves(other_going, one), by=manager)
    entry = referents.transfer(moves=moves(going, one, two), structure=structure(MDS), by=manager, at=AT)
    expected = shape(by_hand[0])
    assert shape(by_hand[1]) == expected
    different = [case.pk for case in cases if shape(case) != expected]
    assert different == []
    assert Counter(Referent.objects.current().filter(case__in=cases).values_list("user", flat=True)) == {
        one.pk: 20,
        two.pk: 20,
    }
    assert broken() == []
    referents.undo_transfer(transfer=entry, by=manager, at=AT + timedelta(hours=5))
    assert Referent.objects.current().filter(user=going).count() == 40
    assert broken() == []


def test_whoever_has_a_person_again_reads_that_the_review_counted_from_before_is_late():
    manager, going, one = member(MDS, "manager"), member(MDS), member(MDS)
    in_place(somebody(), going)
    entry = referents.transfer(moves=moves(going, one), structure=structure(MDS), by=manager, at=AT)
    referents.undo_transfer(transfer=entry, by=manager, at=AT)
    late = NOON + timedelta(days=220)
    sweep_deadlines(at=late)
    [line] = find_followed_people(going, on=localdate(late))
    assert "point à faire" in line.alerts


def test_each_new_process_is_of_its_own_referent_and_goes_on():
    manager, going, one = member(MDS, "manager"), member(MDS), member(MDS)
    walks = [in_place(somebody(), going) for _ in range(3)]
    referents.transfer(moves=moves(going, one), structure=structure(MDS), by=manager, at=AT)
    for walk in walks:
        walk.at = AT
        walk.take("inform_person", by=one, means="phone", on=localdate(AT))
        assert walk.waiting_for == {"follow_up": MDS}
    assert broken() == []


def test_whoever_is_particular_is_moved_apart():
    manager, going, one = member(MDS, "manager"), member(MDS), member(MDS)
    ordinary = [in_place(somebody(), going) for _ in range(3)]
    asked = in_place(someone := somebody(), going)
    propose(someone, member(MDS), by=manager)
    shared = in_place(another := somebody(), going)
    in_place_at_ccas = propose(another, member("ccas-grigny"), code="ccas-grigny")
    ccas = in_place_at_ccas.user
    referents.answer_proposal(referent=in_place_at_ccas, accept=True, by=ccas, at=NOON)
    held = Referent.objects.current().get(case=shared.case, structure__code=MDS)
    found, _ = coordination.propose(referent=held, by=ccas, at=NOON)
    coordination.accept(coordination=found, by=going, at=NOON)
    many = portfolio.filter_bulk_moves(moves(going, one), structure=structure(MDS), at=AT)
    assert {move.referent.case_id for move in many} == {walk.case.pk for walk in ordinary}
    entry = referents.transfer(moves=moves(going, one), structure=structure(MDS), by=manager, at=AT)
    assert Referent.objects.current().filter(user=one).count() == 5
    assert not Referent.objects.proposed().filter(case=asked.case).exists()
    assert broken() == []
    referents.undo_transfer(transfer=entry, by=manager, at=AT)
    assert Referent.objects.current().filter(user=going).count() == 5
    assert broken() == []


def test_whoever_changed_hands_meanwhile_stops_the_transfer():
    manager, going, one = member(MDS, "manager"), member(MDS), member(MDS)
    someone = somebody()
    in_place(someone, going)
    in_place(somebody(), going)
    planned = moves(going, one)
    other = propose(someone, member(MDS))
    referents.answer_proposal(referent=other, accept=True, by=other.user, at=NOON)
    with pytest.raises(CannotFollow, match="a changé entre-temps"):
        referents.transfer(moves=planned, structure=structure(MDS), by=manager, at=AT)
    assert Referent.objects.current().filter(user=going).count() == 1
    assert not JournalEntry.objects.filter(kind="referents.handed_over").exists()


def test_rights_follow_in_the_same_act():
    manager, going, one = member(MDS, "manager"), member(MDS), member(MDS)
    cases = [in_place(somebody(), going).case for _ in range(3)]
    referents.transfer(moves=moves(going, one), structure=structure(MDS), by=manager, at=AT)
    named = Assignment.objects.filter(case__in=cases, kind="responsible", until=None)
    assert {(row.user, row.case_id) for row in named} == {(one, case.pk) for case in cases}
    kept = Assignment.objects.filter(case__in=cases, kind="overlap")
    assert {(row.user, row.since, str(row.until)) for row in kept} == {(going, localdate(AT), "2026-12-28")}


TOUCHED = {
    "assignment", "casetask", "casetask_deadlines", "casetask_previous", "caseprocess", "deadline", "journalentry",
    "outbox", "participation", "referent",
}  # fmt: skip
OF_THE_PARTICULAR = {"appointment", "coordination", "vacancy"}


def in_place_at_ccas(someone: Beneficiary, *, told: bool) -> User:
    """Somebody of the CCAS follows the person too, whether she was told or not."""
    user = member(CCAS)
    held = propose(someone, user, code=CCAS)
    referents.answer_proposal(referent=held, accept=True, by=user, at=NOON)
    if told:
        task = CaseTask.objects.open().get(case=held.case, node="inform_person", structure__code=CCAS)
        engine.complete(task, by=user, at=NOON, data={"means": "interview", "on": localdate(NOON)})
    return user


def not_told(going: User) -> None:
    referents.answer_proposal(referent=propose(somebody(), going), accept=True, by=going, at=NOON)


def reviewed(going: User) -> None:
    walk = in_place(somebody(), going)
    walk.at = NOON + timedelta(days=2)
    walk.take("follow_up", by=going, result="kept", on=localdate(walk.at))


def followed_twice(going: User, *, told: bool, first: str = MDS) -> Beneficiary:
    someone = somebody()
    if first != MDS:
        in_place_at_ccas(someone, told=told)
    referents.answer_proposal(referent=propose(someone, going), accept=True, by=going, at=NOON)
    case = Case.objects.get(beneficiary=someone)
    mine = CaseTask.objects.open().get(case=case, node="inform_person", structure__code=MDS)
    engine.complete(mine, by=going, at=NOON, data={"means": "interview", "on": localdate(NOON)})
    if first == MDS:
        in_place_at_ccas(someone, told=told)
    return someone


def coordinates(someone: Beneficiary, going: User, *, code: str, until: str) -> None:
    """The référent of the person there is proposed to coordinate, accepts, and she agrees."""
    case = Case.objects.get(beneficiary=someone)
    held = Referent.objects.current().get(case=case, structure__code=code)
    waiting = CaseTask.objects.open().filter(case=case)
    if not waiting.filter(node__in=["coordinate", "ask_agreement"]).exists():
        coordinators.propose(referent=held, by=going, at=NOON)
    if until == "proposed":
        return
    asked = waiting.get(node="coordinate")
    engine.complete(asked, by=asked.owner, at=NOON, data={"accept": "yes"})
    if until == "agreed":
        asked = waiting.get(node="ask_agreement")
        engine.complete(asked, by=asked.owner, at=NOON, data={"agrees": "yes", "on": localdate(NOON)})


def beside_other_cases(going: User) -> None:
    """Her home has a case that waits at the MDS with what she was promised, and one that is closed."""
    case = reported(tenancy(aid_kind="APL"), **FAMILY)
    deadlines.start_promised_deadline(
        case=case, rule="P-CONTACT-10", legal_date=date(2026, 12, 3), safe_date=date(2026, 12, 1), on=localdate(NOON),
        structure=structure(MDS), told="Annoncé",
    )  # fmt: skip
    Walk(case).take("answer", by=going, accept=True, professional=going)
    home = case.household
    closed = cases.open_case(kind="overpayment", household=home, structure=structure(MDS), by=going, at=NOON)
    take_part(case=closed, structure=structure(MDS), part="lead", level="full", by=going, at=NOON)
    cases.close_case(case=closed, outcome="settled", at=NOON, by=going)
    if not Referent.objects.filter(case__household=home).exists():
        in_place(home.members.get(), going)


def handed_back_and_forth(going: User, to: User, manager: User) -> None:
    """Whoever follows her next has followed her before, and still sees her case."""
    walk = in_place(somebody(), to)
    [move] = [Move(referent=row, to=going) for row in Referent.objects.current().filter(case=walk.case)]
    one_by_one([move], by=manager, at=NOON + timedelta(days=1))


def people_of_all_kinds(going: User, to: User, manager: User) -> None:
    for _ in range(2):
        in_place(somebody(), going)
        not_told(going)
        reviewed(going)
        handed_back_and_forth(going, to, manager)
    beside_other_cases(going)
    for first in (MDS, CCAS):
        for told in (True, False):
            followed_twice(going, told=told, first=first)
    for first, code, until in (
        (MDS, MDS, "proposed"),
        (CCAS, CCAS, "accepted"),
        (MDS, CCAS, "agreed"),
        (CCAS, MDS, "agreed"),
    ):
        coordinates(followed_twice(going, told=True, first=first), going, code=code, until=until)
    objecting = Case.objects.get(beneficiary=followed_twice(going, told=True))
    coordinators.object_to(case=objecting, structure=structure(MDS), on=localdate(NOON), by=going, at=NOON)
    propose(someone := somebody(), going)
    referents.answer_proposal(referent=Referent.objects.get(beneficiary=someone), accept=True, by=going, at=NOON)
    propose(someone, member(MDS), by=manager)
    met = in_place(someone := somebody(), going).case
    appointments.make(
        case=met, person=someone, professional=going, structure=structure(MDS), place="office", minutes=45,
        starts_at=NOON + timedelta(days=8), by=going, at=NOON,
    )  # fmt: skip
    cases.make_urgent(case=in_place(somebody(), going).case, structure=structure(MDS), at=NOON, by=going)
    late = in_place(somebody(), going).case
    for delay in Deadline.objects.running().filter(case=late, rule__code="REF-INACTIVE").select_related("rule"):
        deadlines.miss(delay, at=NOON + timedelta(days=1))
    reminded = in_place(somebody(), going).case
    for rows in (Deadline.objects.running(), CaseTask.objects.open()):
        rows.filter(case=reminded).update(remind_on=date(2026, 12, 4))


@pytest.mark.by_turns
def test_in_two_copies_of_a_world_every_row_of_every_table_is_the_same():
    manager, going, one, away = member(MDS, "manager"), member(MDS), member(MDS), member(MDS)
    people_of_all_kinds(going, one, manager)
    substitute = member(MDS)
    absences.declare(
        user=away, structure=structure(MDS), since=localdate(AT), last_day=date(2026, 12, 18),
        substitutes=[substitute], by=manager, at=NOON,
    )  # fmt: skip
    assert broken() == []
    asked = moves(going, one, away, manager)
    assert len(asked) == 23
    before, copy = read_all(), transaction.savepoint()
    one_by_one(asked, by=manager)
    by_hand = read_all()
    transaction.savepoint_rollback(copy)
    assert read_all() == before
    many = portfolio.filter_bulk_moves(asked, structure=structure(MDS), at=AT)
    assert len(many) == 13
    referents.transfer(moves=asked, structure=structure(MDS), by=manager, at=AT)
    at_once = read_all()
    assert changed_tables(before, by_hand) == TOUCHED | OF_THE_PARTICULAR
    expected, found = WorldInWords(before, by_hand).every_row(), WorldInWords(before, at_once).every_row()
    assert (list((expected - found).elements()), list((found - expected).elements())) == ([], [])
    assert broken() == []
