"""A professional asks an operator about a line; what its correspondent answers moves the line."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases import permissions
from cases.actions import notices, partners, questions as domain
from cases.actions.ledger import CannotRecordMovement
from cases.actions.lines import AlreadyTakenOff, NotTheSame
from cases.actions.questions import AlreadyEnded, CannotAsk
from cases.invariants import INVARIANTS
from cases.models import (
    Case,
    Deadline,
    DebtLine,
    Document,
    JournalEntry,
    LedgerEntry,
    Milestone,
    Participation,
    ProcessingRestriction,
    Question,
    SharingObjection,
    User,
)
from cases.refusals import NotAllowed
from cases.rules.uploads import RefusedFile
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.security.standing import standing
from tests.uploads import photo
from workflows import engine
from workflows.actions import lines, questions
from workflows.actions.questions import CannotAnswer
from workflows.models import CaseTask
from workflows.sweep import sweep_deadlines

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TODAY = date(2026, 11, 24)
RECOVERY = "caf-91-recouvrement"


@pytest.fixture(scope="module")
def standing_case(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Case]:
    with standing(django_db_blocker, tmp_path_factory):
        factories.member(RECOVERY, "correspondent")
        yield scene.overpaid(worker=factories.member("caf-91"))


@pytest.fixture
def case(standing_case: Case) -> Case:
    """RSA 1 214,31 €, of which 50 were withheld, and APL 412 €."""
    return Case.objects.get(pk=standing_case.pk)


@pytest.fixture
def worker(standing_case: Case) -> User:
    return User.objects.get(memberships__structure__code="caf-91")


@pytest.fixture
def correspondent(standing_case: Case) -> User:
    return User.objects.get(memberships__structure__code=RECOVERY)


def ask(case: Case, benefit: str = "rsa", *, by: User, **more) -> Question:
    said: dict[str, Any] = {
        "structure": factories.structure(RECOVERY),
        "kind": "breakdown",
        "shared": ["name", "file_number"],
        "text": "Le courrier n’indique pas les mois réclamés.",
        "basis": "SH-3",
        "follows": None,
        "at": NOON,
    }
    return questions.ask(line=scene.line_of(case, benefit), by=by, **said | more)


def threads(case: Case) -> list[tuple[str, str, str, date | None]]:
    found = Participation.objects.filter(case=case, structure__code=RECOVERY)
    return list(found.values_list("part", "level", "basis", "until"))


def facts(line: DebtLine) -> list[tuple[str, date]]:
    kept = Milestone.objects.filter(
        debt=line.debt, kind__in=["debt_settled", "withholding_stopped"], replaced_by=None, voided_at=None
    )
    return list(kept.values_list("kind", "happened_on"))


def broken() -> list[str]:
    return [each.code for each in INVARIANTS if list(each.broken(TODAY))]


def test_asking_opens_a_thread_that_shows_no_case(case, worker, correspondent):
    asked = ask(case, by=worker)
    assert threads(case) == [("answering", "thread", "SH-3", None)]
    assert not permissions.visible_cases(correspondent, at=TODAY).exists()
    assert permissions.access_level(correspondent, case, at=TODAY) == "none"
    assert correspondent not in permissions.who_sees(case, at=TODAY)
    assert list(permissions.questions_to_answer(correspondent, at=TODAY)) == [asked]
    assert broken() == []


def test_the_managers_and_agents_of_the_service_see_neither_the_case_nor_the_question(case, worker):
    ask(case, by=worker)
    for role in ("manager", "agent", "administrator"):
        other = factories.member(RECOVERY, role)
        assert not permissions.visible_cases(other, at=TODAY).exists()
        assert not permissions.visible_questions(other, at=TODAY).exists()


def test_a_service_without_part_is_asked_nothing_while_what_is_done_with_the_household_is_restricted(case, worker):
    officer = factories.member("caf-91-pilotage", "dpo")
    scene.restricted(case, by=officer)
    with pytest.raises(CannotAsk, match="limité"):
        ask(case, by=worker)
    assert threads(case) == []
    assert not Question.objects.exists()
    ProcessingRestriction.objects.update(ended_at=NOON, ended_by=officer, end_reason="checked", told_on=TODAY)
    ask(case, by=worker)
    assert threads(case) == [("answering", "thread", "SH-3", None)]


def test_a_service_that_is_asked_something_already_is_asked_again_under_a_restriction(case, worker):
    ask(case, by=worker)
    scene.restricted(case, by=factories.member("caf-91-pilotage", "dpo"))
    ask(case, "apl", by=worker)
    assert Question.objects.count() == 2


def test_a_service_is_not_asked_on_a_ground_that_the_person_opposed_unless_it_takes_part_already(case, worker):
    """Nothing more is shared with it on that ground."""
    SharingObjection.objects.create(household=case.household, basis="SH-3", objected_on=TODAY)
    with pytest.raises(CannotAsk, match="s’est opposée aux partages qui reposent sur ce fondement") as refused:
        ask(case, by=worker)
    assert refused.value.field == "basis"
    assert threads(case) == []
    assert not Question.objects.exists()
    ask(case, by=worker, basis="SH-7")
    assert threads(case) == [("answering", "thread", "SH-7", None)]
    ask(case, "apl", by=worker)
    assert threads(case) == [("answering", "thread", "SH-7", None)]


def test_it_stops_no_delay_of_law(case, worker):
    before = list(Deadline.objects.running().filter(case=case).order_by("pk").values_list("pk", "legal_date", "state"))
    asked = ask(case, by=worker)
    own = asked.deadlines.values("pk")
    after = Deadline.objects.running().filter(case=case).exclude(pk__in=own).order_by("pk")
    assert list(after.values_list("pk", "legal_date", "state")) == before


def test_its_delays_count_the_working_days_of_the_service_and_missed_leave_the_question_waiting(case, worker):
    service = factories.structure(RECOVERY)
    service.closures.create(first_day=date(2026, 11, 30), last_day=date(2026, 12, 1), label="Pont")
    asked = ask(case, by=worker)
    found = asked.deadlines.order_by("legal_date").values_list("rule__code", "legal_date")
    assert list(found) == [("T-QUESTION", date(2026, 12, 10)), ("T-QUESTION-END", date(2026, 12, 17))]
    sweep_deadlines(at=NOON + timedelta(days=17))
    assert JournalEntry.objects.filter(kind="deadline.missed", data__rule="T-QUESTION").count() == 1
    asked.refresh_from_db()
    assert asked.is_open


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"structure": "caf-91"}, "ne réclame pas de trop-perçu"),
        ({"structure": "cpam-91"}, "n’a pas encore de correspondant"),
        ({}, "attend déjà la réponse"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(case, worker, more, said):
    ask(case, by=worker)
    given: dict[str, Any] = {name: factories.structure(code) for name, code in more.items()}
    with pytest.raises(CannotAsk, match=said):
        ask(case, by=worker, **given)


def test_nobody_asks_of_a_case_that_he_does_not_follow(case):
    with pytest.raises(NotAllowed):
        ask(case, by=factories.member("mds-grigny"))


def test_a_structure_that_takes_part_already_keeps_what_it_sees(case, worker):
    factories.member("cd91-rsa", "correspondent")
    department = factories.structure("cd91-rsa")
    Participation.objects.create(
        case=case, structure=department, part="support", level="card", basis="SH-2", since=TODAY
    )
    asked = ask(case, by=worker, structure=department)
    questions.withdraw(question=asked, by=worker, at=NOON)
    part = Participation.objects.get(case=case, structure=department)
    assert (part.level, part.until) == ("card", None)


def answer(
    asked: Question, code: str, *, by: User, amount: str = "", on: date = TODAY, text: str = "Vu.", **more: Any
) -> Question:
    return questions.answer(
        question=asked,
        answer=code,
        amount=Decimal(amount) if amount else None,
        decided_on=on,
        text=text,
        by=by,
        at=NOON,
        **more,
    )


@pytest.mark.parametrize(
    ("kind", "code", "amount", "left", "kept"),
    [
        ("breakdown", "breakdown_given", "", "1164.31", []),
        ("document", "documents_asked", "", "1164.31", []),
        ("document", "document_given", "", "1164.31", []),
        ("reason", "maintained", "", "1164.31", []),
        ("suspension", "withholding_kept", "", "1164.31", []),
        ("suspension", "withholding_suspended", "", "1164.31", [("withholding_stopped", TODAY)]),
        ("breakdown", "reduced", "200.00", "964.31", []),
        ("reason", "waived_partly", "164.31", "1000.00", []),
        ("breakdown", "reduced", "1164.31", "0.00", [("debt_settled", TODAY)]),
        ("breakdown", "cancelled", "", "0.00", [("debt_settled", TODAY)]),
        ("suspension", "waived", "", "0.00", [("debt_settled", TODAY)]),
    ],
)
def test_each_answer_moves_the_line_as_it_says(case, worker, correspondent, kind, code, amount, left, kept):
    asked = answer(ask(case, by=worker, kind=kind), code, by=correspondent, amount=amount)
    line = scene.line_of(case, "rsa")
    assert notices.balance_of(line.debt) == Decimal(left)
    assert facts(line) == kept
    assert (asked.state, asked.answer, asked.ended_by) == ("answered", code, correspondent)
    assert threads(case) == [("answering", "thread", "SH-3", TODAY)]
    assert {each.state for each in asked.deadlines.all()} == {"met"}
    assert broken() == []


def test_a_sum_is_waived_or_cancelled_by_what_was_answered(case, worker, correspondent):
    answer(ask(case, by=worker, kind="reason"), "waived", by=correspondent)
    answer(ask(case, "apl", by=worker), "cancelled", by=correspondent)
    rsa, apl = (scene.line_of(case, benefit).debt.ledger.values_list("kind", flat=True) for benefit in ("rsa", "apl"))
    assert (set(rsa), set(apl)) == ({"withheld", "remitted"}, {"cancelled"})


def note_in_step(case: Case, *, by: User, amount: str = "300.00", **more: str) -> None:
    said = {"way": "rectification", "answer": "partly", "received_on": TODAY, "amount": Decimal(amount)}
    engine.complete(scene.line_task(case, "rsa", "await_answer"), by=by, at=NOON, data=said | more)


def left_of_rsa(case: Case) -> Decimal | None:
    return notices.balance_of(scene.line_of(case, "rsa").debt)


def test_a_part_that_was_answered_and_is_then_noted_in_the_step_is_asked_about_and_the_same_has_its_amount(
    case, worker, correspondent
):
    answer(ask(case, by=worker), "reduced", by=correspondent, amount="300.00")
    with pytest.raises(AlreadyTakenOff) as asked:
        note_in_step(case, by=worker)
    assert str(asked.value) == "Une somme a déjà été déduite depuis cette demande : dire si c’est la même."
    with pytest.raises(NotTheSame):
        note_in_step(case, by=worker, amount="500.00", noted="same")
    assert left_of_rsa(case) == Decimal("864.31")


def test_a_sum_typed_for_a_part_is_not_that_of_a_whole(case, worker, correspondent):
    answer(ask(case, by=worker), "reduced", by=correspondent, amount="300.00")
    said = {"way": "rectification", "answer": "granted", "received_on": TODAY, "amount": Decimal(40)}
    engine.complete(scene.line_task(case, "rsa", "await_answer"), by=worker, at=NOON, data=said)
    assert left_of_rsa(case) == 0


@pytest.mark.parametrize(("noted", "left"), [("same", "864.31"), ("another", "564.31")])
def test_a_part_that_was_answered_is_deducted_again_if_it_is_another(case, worker, correspondent, noted, left):
    answer(ask(case, by=worker), "reduced", by=correspondent, amount="300.00")
    note_in_step(case, by=worker, noted=noted)
    assert left_of_rsa(case) == Decimal(left)
    assert Milestone.objects.filter(kind="rectification_rejected", replaced_by=None).exists()


def test_a_part_that_was_noted_in_the_step_is_asked_about_when_the_operator_answers_it(case, worker, correspondent):
    asked = ask(case, by=worker)
    note_in_step(case, by=worker)
    with pytest.raises(AlreadyTakenOff):
        answer(asked, "reduced", by=correspondent, amount="300.00")
    answer(asked, "reduced", by=correspondent, amount="300.00", noted="same")
    assert left_of_rsa(case) == Decimal("864.31")


def test_a_part_that_was_corrected_since_is_not_asked_about(case, worker, correspondent):
    asked = ask(case, by=worker)
    note_in_step(case, by=worker)
    wrong = LedgerEntry.objects.get(kind="cancelled")
    lines.correct_movement(case=case, line=scene.line_of(case, "rsa"), entry=wrong, reason="wrong", by=worker, at=NOON)
    answer(asked, "reduced", by=correspondent, amount="200.00")
    assert left_of_rsa(case) == Decimal("964.31")


def test_all_that_is_left_is_cancelled_without_a_question(case, worker, correspondent):
    asked = ask(case, by=worker)
    note_in_step(case, by=worker)
    answer(asked, "cancelled", by=correspondent)
    assert left_of_rsa(case) == 0


def test_no_withholding_is_stopped_where_none_was_seen(case, worker, correspondent):
    answer(ask(case, "apl", by=worker, kind="suspension"), "withholding_suspended", by=correspondent)
    assert facts(scene.line_of(case, "apl")) == []


def test_an_answer_completes_no_step_and_of_two_who_answer_the_second_is_told(case, worker, correspondent):
    asked = ask(case, by=worker)
    answer(asked, "maintained", by=correspondent)
    assert scene.line_task(case, "rsa", "await_answer").owner_id in (None, worker.pk)
    with pytest.raises(AlreadyEnded, match="n’attend plus de réponse : répondue le 24/11/2026"):
        answer(asked, "cancelled", by=factories.member(RECOVERY, "correspondent"))


@pytest.mark.parametrize(
    ("kind", "code", "more", "field"),
    [
        ("breakdown", "horoscope", {}, "answer"),
        ("breakdown", "reduced", {}, "amount"),
        ("breakdown", "reduced", {"amount": "5000.00"}, "amount"),
        ("breakdown", "maintained", {"on": date(2026, 11, 25)}, "decided_on"),
        ("breakdown", "maintained", {"on": date(2026, 11, 8)}, "decided_on"),
        ("appointment", "cancelled", {}, "answer"),
        ("breakdown", "withholding_suspended", {}, "answer"),
        ("breakdown", "breakdown_given", {"text": " "}, "pieces"),
        ("document", "document_given", {"text": ""}, "pieces"),
        ("reason", "reason_given", {"text": ""}, "text"),
        ("suspension", "withholding_kept", {"text": ""}, "text"),
        ("appointment", "appointment_given", {}, "meets_at"),
        ("appointment", "appointment_given", {"meets_at": NOON - timedelta(days=1)}, "meets_at"),
    ],
)
def test_an_answer_untrue_or_not_to_its_question_or_not_whole_is_refused_and_changes_nothing(
    case, worker, correspondent, kind, code, more, field
):
    asked = ask(case, by=worker, kind=kind)
    with pytest.raises((CannotAnswer, CannotRecordMovement)) as refusal:
        answer(asked, code, by=correspondent, **more)
    assert refusal.value.field == field
    asked.refresh_from_db()
    assert asked.is_open


def test_an_appointment_is_answered_with_its_day_and_hour(case, worker, correspondent):
    moment = NOON + timedelta(days=3)
    asked = answer(ask(case, by=worker, kind="appointment"), "appointment_given", by=correspondent, meets_at=moment)
    assert (asked.state, asked.answer, asked.meets_at) == ("answered", "appointment_given", moment)
    assert notices.balance_of(scene.line_of(case, "rsa").debt) == Decimal("1164.31")


def test_what_is_joined_becomes_a_shared_piece_of_the_line_that_the_operator_does_not_see(case, worker, correspondent):
    file = photo()
    asked = answer(ask(case, by=worker), "breakdown_given", by=correspondent, text="", files=[file])
    [piece] = asked.documents.all()
    line = scene.line_of(case, "rsa")
    assert (piece.case, piece.line, piece.kind, piece.visibility) == (case, line, "answer", "shared")
    assert (piece.structure.code, piece.by, piece.received_on) == (RECOVERY, correspondent, TODAY)
    with piece.file.open() as kept:
        assert b"GPS" not in kept.read()
    assert list(permissions.visible_documents(worker, case, at=TODAY)) == [piece]
    assert not permissions.visible_documents(correspondent, case, at=TODAY).exists()
    added = JournalEntry.objects.get(kind="document.added")
    assert added.cause == JournalEntry.objects.get(kind="question.answered")
    assert broken() == []


def test_a_file_that_may_not_be_kept_keeps_no_answer(case, worker, correspondent):
    asked = ask(case, by=worker)
    with pytest.raises(RefusedFile):
        answer(asked, "breakdown_given", by=correspondent, files=[b"MZ\x90\x00"])
    asked.refresh_from_db()
    assert asked.is_open
    assert not Document.objects.exists()


def test_a_file_that_all_read_already_is_not_kept_twice_and_nothing_is_said_of_it(case, worker, correspondent):
    file = photo()
    first = answer(ask(case, by=worker), "breakdown_given", by=correspondent, files=[file, file])
    assert first.documents.count() == 1
    second = answer(ask(case, "apl", by=worker), "breakdown_given", by=correspondent, text="", files=[file])
    assert (second.state, second.documents.count()) == ("answered", 0)


@pytest.mark.parametrize(("code", "role"), [("cpam-91", "correspondent"), (RECOVERY, "agent"), ("caf-91", "manager")])
def test_only_the_correspondents_of_the_service_answer(case, worker, code, role):
    asked = ask(case, by=worker)
    with pytest.raises(NotAllowed):
        answer(asked, "maintained", by=factories.member(code, role))


def test_the_service_sees_until_its_last_question_is_answered(case, worker, correspondent):
    first, second = ask(case, by=worker), ask(case, "apl", by=worker)
    answer(first, "maintained", by=correspondent)
    assert threads(case) == [("answering", "thread", "SH-3", None)]
    answer(second, "maintained", by=correspondent)
    assert threads(case) == [("answering", "thread", "SH-3", TODAY)]


def test_a_question_has_one_suite(case, worker, correspondent):
    asked = answer(ask(case, by=worker), "documents_asked", by=correspondent)
    following = ask(case, by=worker, follows=asked, kind="document")
    assert asked.followed_by == following
    with pytest.raises(CannotAsk, match="a déjà sa suite"):
        ask(case, by=worker, follows=asked, kind="reason")


def test_a_service_that_is_also_in_support_keeps_its_thread_when_its_access_is_withdrawn(case, worker):
    factories.member("cd91-rsa", "correspondent")
    department = factories.structure("cd91-rsa")
    asked = ask(case, by=worker, structure=department)
    part = partners.add(case=case, structure=department, level="card", basis="SH-2", by=worker, at=NOON)
    assert (part.part, part.level) == ("support", "card")
    partners.remove(participation=part, by=worker, at=NOON)
    part.refresh_from_db()
    assert (part.part, part.level, part.until) == ("answering", "thread", None)
    questions.withdraw(question=asked, by=worker, at=NOON)
    part.refresh_from_db()
    assert part.until == TODAY
    assert broken() == []


def test_the_professional_corrects_a_sum_that_an_answer_took_off(case, worker, correspondent):
    answer(ask(case, by=worker), "cancelled", by=correspondent)
    line = scene.line_of(case, "rsa")
    wrong = line.debt.ledger.get(kind="cancelled")
    lines.correct_movement(case=case, line=line, entry=wrong, reason="wrong", by=worker, at=NOON)
    assert notices.balance_of(line.debt) == Decimal("1164.31")
    assert facts(line) == []
    with pytest.raises(CannotRecordMovement):
        lines.correct_movement(case=case, line=line, entry=wrong, reason="wrong", by=worker, at=NOON)


def test_what_was_awaited_is_awaited_again_once_the_sum_that_settled_the_line_is_corrected(
    case, worker, correspondent
):
    """Its silence counts: a delay before the judge begins with it."""
    line = scene.line_of(case, "rsa")
    awaited = scene.line_task(case, "rsa", "await_answer")
    runs = set(Deadline.objects.waiting().filter(debt=line.debt).values_list("rule__code", "legal_date"))
    assert runs
    lines.record_movement(
        case=case, line=line, kind="withheld", amount=Decimal("1164.31"), on=TODAY, by=worker, at=NOON
    )
    waiting = CaseTask.objects.open().filter(process__debt=line.debt_id)
    assert {task.node for task in waiting} <= {"close_line", "choose_way"}
    wrong = line.debt.ledger.get(amount=Decimal("1164.31"))
    lines.correct_movement(case=case, line=line, entry=wrong, reason="wrong", by=worker, at=NOON)
    again = scene.line_task(case, "rsa", "await_answer")
    assert again.process.answer("awaits") == ["rectification"]
    assert again.structure == awaited.structure
    assert set(Deadline.objects.waiting().filter(debt=line.debt).values_list("rule__code", "legal_date")) == runs


def test_a_closed_line_asks_nothing_any_more(case, worker, correspondent):
    asked = ask(case, by=worker)
    line = scene.line_of(case, "rsa")
    notices.close_line(line=line, outcome="maintained", structure=case.responsible_structure, by=worker, at=NOON)
    asked.refresh_from_db()
    assert asked.state == "withdrawn"
    assert threads(case) == [("answering", "thread", "SH-3", TODAY)]
    with pytest.raises(AlreadyEnded):
        answer(asked, "maintained", by=correspondent)


def test_a_question_withdrawn_leaves_nothing_behind(case, worker):
    asked = ask(case, by=worker)
    questions.withdraw(question=asked, by=worker, at=NOON)
    assert {each.state for each in asked.deadlines.all()} == {"cancelled"}
    assert threads(case) == [("answering", "thread", "SH-3", TODAY)]
    assert broken() == []


def test_a_thread_without_a_question_is_broken_and_a_question_that_no_one_can_read_too(case, worker):
    asked, thread = Question.objects.filter(pk=ask(case, by=worker).pk), Participation.objects.filter(level="thread")
    asked.update(state="withdrawn", ended_at=NOON)
    assert broken() == ["a_thread_has_a_question"]
    asked.update(state="asked", ended_at=None)
    thread.filter(case=case).update(until=TODAY)
    assert broken() == ["a_waiting_question_is_read"]


def test_a_closed_line_is_not_asked_about(case, worker):
    line = scene.line_of(case, "apl")
    notices.close_line(line=line, outcome="maintained", structure=case.responsible_structure, by=worker, at=NOON)
    with pytest.raises(CannotAsk, match="Cette ligne est close"):
        domain.ask(line=line, structure=factories.structure(RECOVERY), kind="reason", shared=[], by=worker, at=NOON)
