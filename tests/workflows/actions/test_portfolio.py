"""Many people handed over at once: the same rows as one by one, and whoever is particular is moved apart."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate

from benchmarks.handover import alike
from cases.actions import coordination, handover
from cases.actions.handover import Move
from cases.actions.referents import CannotFollow
from cases.invariants import INVARIANTS as OF_CASES
from cases.models import Assignment, Case, Deadline, JournalEntry, Participation, Referent, User
from tests.cases.actions.test_referents import somebody
from tests.factories import NOON, member, structure
from tests.workflows.flows.test_referent import in_place, propose
from workflows.actions import portfolio, referents
from workflows.invariants import INVARIANTS as OF_WORKFLOWS
from workflows.models import CaseProcess, CaseTask

pytestmark = pytest.mark.django_db
AT = NOON + timedelta(days=3)
MDS = "mds-grigny"


def broken() -> list[str]:
    return [each.code for each in (*OF_CASES, *OF_WORKFLOWS) if list(each.broken(localdate(AT)))]


def moves(going: User, *to: User) -> list[Move]:
    held = Referent.objects.current().filter(user=going).select_related("case", "beneficiary", "structure", "user")
    return [Move(referent=row, to=to[number % len(to)]) for number, row in enumerate(held.order_by("pk"))]


def one_by_one(found: list[Move], *, by: User) -> None:
    """The ordinary acts, for each."""
    entry = handover.transfer(moves=found, structure=structure(MDS), by=by, at=AT)
    for move in found:
        referents.settle_procedures(move.referent.case, by=by, at=AT, cause=entry)


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
