"""A structure that is asked sees the case as long as it is asked, and what it saw before when it was in support."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases import permissions
from cases.actions import questions, support
from cases.actions.merging.merge import merge_households
from cases.actions.merging.unmerge import unmerge
from cases.actions.objections import opposable_parts
from cases.actions.purges import find_beginning
from cases.actions.restrictions import end_restriction
from cases.actions.retention.holds import lift_hold, put_hold
from cases.actions.sharing import take_part
from cases.actions.subject_requests import CannotChangeSubjectRequest
from cases.models import Case, JournalEntry, LegalHold, Note, Participation, ProcessingRestriction, User
from tests import factories
from tests.factories import FAMILY, NOON, member, structure
from tests.journeys import scene
from tests.workflows.actions.test_objections import asked, oppose, wrote
from tests.workflows.walk import Walk
from workflows.actions import milestones, restrictions, sharing
from workflows.actions.counter import record_meeting
from workflows.actions.objections import opposable_bases
from workflows.actions.tasks import close_now
from workflows.models import CaseProcess
from workflows.nodes import Turn
from workflows.steps.asked_structures import ask_no_more, ask_structure

pytestmark = pytest.mark.django_db

REACHED: dict[str, Any] = {
    "result": "reached", "channel": "phone", "made_on": date(2026, 11, 24), "informed_by": "phone",
}  # fmt: skip


def reported_by(worker) -> Walk:
    """By the ADIL; the table asks the CAF’s social work."""
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    return Walk(factories.reported(lease, by=worker, code="adil-91", channel="professional", **FAMILY))


def parts(walk: Walk) -> dict[str, tuple[str, str]]:
    rows = Participation.objects.filter(case=walk.case, until=None)
    return {code: (part, level) for code, part, level in rows.values_list("structure__code", "part", "level")}


def test_a_structure_asked_sees_nothing_more_once_the_case_is_closed():
    worker, asked = member("adil-91"), member("caf-91")
    walk = reported_by(worker)
    assert permissions.can_view(asked, walk.case, at=NOON.date())
    close_now(case=walk.case, by=worker, at=NOON, data={"outcome": "cleared"})
    assert not permissions.can_view(asked, walk.case, at=NOON.date())
    assert parts(walk) == {"adil-91": ("lead", "card")}


def test_a_structure_in_support_that_is_asked_sees_no_less_and_supports_again_when_it_declines():
    worker, supporter = member("adil-91"), member("mds-grigny")
    walk = reported_by(worker)
    meet_at_counter(walk)
    mds = structure("mds-grigny")
    shared = sharing.share(case=walk.case, structure=mds, level="full", basis="SH-1", by=worker, at=NOON)
    sharing.name_professional(participation=shared, user=supporter, by=member("mds-grigny", "manager"), at=NOON)
    has_to_leave(walk, by=worker)
    assert parts(walk) == {"adil-91": ("lead", "card"), "mds-grigny": ("asked", "full")}
    walk.take("answer", by=supporter, accept=False, reason="no_capacity")
    assert parts(walk)["mds-grigny"] == ("support", "full")
    assert permissions.access_level(supporter, walk.case, at=NOON.date()) == "full"


def in_support(walk: Walk, *, by: User, basis: str) -> None:
    meet_at_counter(walk)
    sharing.share(case=walk.case, structure=structure("mds-grigny"), level="full", basis=basis, by=by, at=NOON)


def test_a_structure_that_the_person_let_in_is_there_again_by_her_will_and_she_may_oppose_it():
    """While it is asked, it sees by the procedure."""
    worker, supporter = member("adil-91"), member("mds-grigny", "manager")
    walk = reported_by(worker)
    in_support(walk, by=worker, basis="SH-3")
    has_to_leave(walk, by=worker)
    part = Participation.objects.get(case=walk.case, structure__code="mds-grigny", until=None)
    assert (part.part, part.basis) == ("asked", "SH-8")
    walk.take("answer", by=supporter, accept=False, reason="no_capacity")
    part.refresh_from_db()
    assert (part.part, part.level, part.basis) == ("support", "full", "SH-3")
    assert list(opposable_parts(walk.case.household).filter(basis="SH-3")) == [part]
    began = JournalEntry.objects.filter(case=walk.case, kind="sharing.started", structure=part.structure).latest("pk")
    assert find_beginning(part) == began.happened_at


def test_a_ground_that_the_person_opposed_while_it_was_asked_is_none_to_come_back_by():
    worker, supporter = member("adil-91"), member("mds-grigny", "manager")
    walk = reported_by(worker)
    in_support(walk, by=worker, basis="SH-3")
    has_to_leave(walk, by=worker)
    note = wrote(walk.case, supporter, "mds-grigny", "Vue.")
    officer = member("caf-91-pilotage", "dpo")
    request = asked(walk.case, by=officer)
    assert opposable_bases(request) == ["SH-3", "SH-4"]
    oppose(request, by=officer, basis="SH-3")
    assert parts(walk)["mds-grigny"] == ("asked", "full")
    walk.take("answer", by=supporter, accept=False, reason="no_capacity")
    assert "mds-grigny" not in parts(walk)
    assert not permissions.can_view(supporter, walk.case, at=NOON.date())
    assert not Note.objects.filter(pk=note.pk).exists()
    line = JournalEntry.objects.get(kind="sharing.objected")
    assert line.data == {"basis": "SH-3", "destroyed": {"notes": 1}}


def frozen(case: Case, *, by: User, reference: str = "") -> None:
    put_hold(case=case, reason="litigation", structure=structure("caf-91-pilotage"), by=by, at=NOON)


def unfrozen(case: Case, *, by: User, at: datetime) -> None:
    hold = LegalHold.objects.standing().get(case=case)
    lift_hold(hold=hold, reason="over", structure=structure("caf-91-pilotage"), by=by, at=at)


def restricted(case: Case, *, by: User, reference: str = "DPO-2") -> None:
    request = scene.subject_request(case, by=by, reference=reference, kind="restriction")
    desk = structure("caf-91-pilotage")
    restrictions.restrict(request=request, ground="accuracy", structure=desk, channel="email", by=by, at=NOON)


def resumed(case: Case, *, by: User, at: datetime) -> None:
    standing, desk = ProcessingRestriction.objects.standing().get(), structure("caf-91-pilotage")
    end_restriction(
        restriction=standing, case=case, reason="checked", told_on=NOON.date(), structure=desk, by=by, at=at
    )


@pytest.mark.parametrize(("keep", "let_go"), [(frozen, unfrozen), (restricted, resumed)])
def test_what_was_shown_by_a_ground_that_she_opposed_is_destroyed_as_soon_as_nothing_keeps_it(keep, let_go):
    """But not what the structure writes since on another ground."""
    worker, supporter = member("adil-91"), member("mds-grigny", "manager")
    walk, officer = reported_by(worker), member("caf-91-pilotage", "dpo")
    in_support(walk, by=worker, basis="SH-3")
    has_to_leave(walk, by=worker)
    note = wrote(walk.case, supporter, "mds-grigny", "Vue.")
    oppose(asked(walk.case, by=officer), by=officer, basis="SH-3")
    keep(walk.case, by=officer)
    walk.take("answer", by=supporter, accept=False, reason="no_capacity")
    assert "mds-grigny" not in parts(walk)
    assert list(Note.objects.filter(case=walk.case)) == [note]
    assert not JournalEntry.objects.filter(kind="sharing.objected").exists()
    kept = JournalEntry.objects.get(kind="sharing.objected_kept")
    assert (kept.case, kept.structure, kept.data["basis"]) == (walk.case, structure("mds-grigny"), "SH-3")
    later = NOON + timedelta(days=1)
    since = support.write_note(
        case=walk.case,
        structure=structure("mds-grigny"),
        author=supporter,
        text="Revue.",
        visibility="internal",
        at=later,
    )

    let_go(walk.case, by=officer, at=later)

    assert list(Note.objects.filter(case=walk.case)) == [since]
    line = JournalEntry.objects.get(kind="sharing.kept_destroyed")
    assert (line.cause, line.case, line.actor, line.structure) == (kept, walk.case, officer, structure("mds-grigny"))
    assert line.data == {"basis": "SH-3", "destroyed": {"notes": 1}}
    keep(walk.case, by=officer, reference="DPO-3")
    let_go(walk.case, by=officer, at=later)
    assert JournalEntry.objects.filter(kind="sharing.kept_destroyed").count() == 1


def test_what_two_things_keep_is_destroyed_with_the_last():
    worker, supporter = member("adil-91"), member("mds-grigny", "manager")
    walk, officer = reported_by(worker), member("caf-91-pilotage", "dpo")
    in_support(walk, by=worker, basis="SH-3")
    has_to_leave(walk, by=worker)
    wrote(walk.case, supporter, "mds-grigny", "Vue.")
    oppose(asked(walk.case, by=officer), by=officer, basis="SH-3")
    frozen(walk.case, by=officer)
    restricted(walk.case, by=officer)
    walk.take("answer", by=supporter, accept=False, reason="no_capacity")
    unfrozen(walk.case, by=officer, at=NOON)
    assert Note.objects.filter(case=walk.case).count() == 1
    resumed(walk.case, by=officer, at=NOON)
    assert not Note.objects.filter(case=walk.case).exists()


def test_what_a_hold_of_another_household_kept_while_they_were_one_is_destroyed_once_they_are_two_again():
    worker, supporter = member("adil-91"), member("mds-grigny", "manager")
    walk, officer = reported_by(worker), member("caf-91-pilotage", "dpo")
    in_support(walk, by=worker, basis="SH-3")
    has_to_leave(walk, by=worker)
    wrote(walk.case, supporter, "mds-grigny", "Vue.")
    oppose(asked(walk.case, by=officer), by=officer, basis="SH-3")
    other = factories.reported(factories.tenancy())
    merged, _ = merge_households(
        kept=other.household, absorbed=walk.case.household, at=NOON, by=officer, structure=structure("caf-91-pilotage")
    )
    frozen(other, by=officer)
    walk.take("answer", by=supporter, accept=False, reason="no_capacity")
    assert Note.objects.filter(case=walk.case).count() == 1
    unmerge(merge=merged, at=NOON + timedelta(days=1), by=officer, structure=structure("caf-91-pilotage"))
    assert not Note.objects.filter(case=walk.case).exists()


def test_a_ground_on_which_nobody_would_come_back_any_more_is_not_opposed():
    """The structure accepted: it sees by the procedure, which an opposition does not stop."""
    worker, taker = member("adil-91"), member("mds-grigny")
    walk, officer = reported_by(worker), member("caf-91-pilotage", "dpo")
    in_support(walk, by=worker, basis="SH-3")
    has_to_leave(walk, by=worker)
    walk.take("answer", by=taker, accept=True, professional=taker, reason="")
    request = asked(walk.case, by=officer)
    assert opposable_bases(request) == ["SH-4"]
    with pytest.raises(CannotChangeSubjectRequest, match="Aucun accès ne repose sur ce fondement"):
        oppose(request, by=officer, basis="SH-3")


def test_a_procedure_of_before_puts_no_structure_in_support_that_was_not():
    """It kept that the one that it asked first was."""
    worker, asked_next = member("adil-91"), member("mds-grigny", "manager")
    walk = reported_by(worker)
    process = walk.task("answer").process
    process.data["asked_in_support"] = True
    process.save(update_fields=["data"])
    meet_at_counter(walk)
    has_to_leave(walk, by=worker)
    assert parts(walk)["mds-grigny"] == ("asked", "card")
    walk.take("answer", by=asked_next, accept=False, reason="no_capacity")
    assert "mds-grigny" not in parts(walk)


def test_an_operator_of_whom_a_question_waits_sees_the_card_as_long_as_it_is_asked():
    """The thread of a question does not show a case: who is asked to take it would find nothing."""
    worker, operator = member("adil-91"), member("mds-grigny", "manager")
    walk, mds = reported_by(worker), structure("mds-grigny")
    meet_at_counter(walk)
    take_part(case=walk.case, structure=mds, part="answering", level="thread", at=NOON)
    assert not permissions.can_view(operator, walk.case, at=NOON.date())
    has_to_leave(walk, by=worker)
    assert parts(walk)["mds-grigny"] == ("asked", "card")
    assert permissions.can_view(operator, walk.case, at=NOON.date())
    walk.take("answer", by=operator, accept=False, reason="no_capacity")
    assert "mds-grigny" not in parts(walk)


def test_a_structure_that_is_asked_a_question_meanwhile_answers_it_when_it_declines():
    worker, operator = member("caf-91"), structure("france-travail-91")
    member(operator.code, "correspondent")
    walk = Walk(scene.overpaid(worker=worker))
    process, entry = CaseProcess.objects.filter(case=walk.case).earliest("pk"), walk.case.journal.latest("pk")
    process.turn = Turn(at=NOON, by=worker)
    ask_structure(process, operator, cause=entry)
    assert parts(walk)[operator.code] == ("asked", "card")
    question = questions.ask(
        line=scene.line_of(walk.case, "rsa"), structure=operator, kind="breakdown", shared=["name"], by=worker, at=NOON
    )
    ask_no_more(process, operator, cause=entry)
    assert parts(walk)[operator.code] == ("answering", "thread")
    questions.withdraw(question=question, by=worker, at=NOON)
    assert operator.code not in parts(walk)


def test_a_structure_in_support_that_accepts_is_told_of_like_any_other():
    """The whole case opens once the person is told who follows her."""
    worker, taker = member("adil-91"), member("mds-grigny")
    walk = reported_by(worker)
    meet_at_counter(walk)
    mds = structure("mds-grigny")
    sharing.share(case=walk.case, structure=mds, level="full", basis="SH-1", by=worker, at=NOON)
    has_to_leave(walk, by=worker)
    walk.take("answer", by=taker, accept=True, professional=taker, reason="")
    assert parts(walk) == {"mds-grigny": ("lead", "card")}
    walk.take("contact", by=taker, **REACHED)
    assert parts(walk) == {"mds-grigny": ("lead", "full")}


def has_to_leave(walk: Walk, *, by: User) -> None:
    """The table asks the MDS."""
    day = date(2026, 11, 20)
    milestones.record(case=walk.case, kind="order_to_leave_served", happened_on=day, known="proved", by=by, at=NOON)


def meet_at_counter(walk: Walk) -> None:
    desk = structure("ccas-grigny-accueil")
    record_meeting(case=walk.case, structure=desk, by=member(desk.code, "front_desk"), is_informed=True, at=NOON)
