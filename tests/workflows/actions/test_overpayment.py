"""Support in handling an overpayment, from the letter in hand to the outcome of each of its lines."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cases.actions.ledger import CannotRecordMovement
from cases.actions.notices import CannotRecordNotice, NoticeReception, balance_of
from cases.models import Case, Deadline, DebtLine, JournalEntry, Milestone, User
from cases.refusals import Refusal
from cases.rules.notices import TypedLine
from tests import factories
from tests.factories import PARIS, member
from tests.workflows.walk import Walk
from workflows.actions.lines import correct_fraud, note_spoken, record_movement
from workflows.actions.overpayment import open_with_notice
from workflows.models import CaseTask
from workflows.routing.apply import claimants_of
from workflows.steps.arbitrate import ArbitrateForm, ArbitrateOverpaymentForm
from workflows.steps.contact import awaiting_information
from workflows.steps.refusal import StepRefused
from workflows.sweep import sweep_deadlines

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 2, 10, 0, tzinfo=PARIS)
"""A Monday."""
RSA = TypedLine(benefit="rsa", amount=Decimal("1214.31"), since=date(2026, 6, 1), until=date(2026, 8, 1))
BONUS = TypedLine(benefit="prime_activite", amount=Decimal("187.40"), since=date(2026, 7, 1), until=date(2026, 9, 1))
APL = TypedLine(benefit="apl", amount=Decimal("412.00"), since=date(2026, 6, 1), until=date(2026, 9, 1))


@pytest.fixture
def worker():
    return member("ccas-grigny")


def opened(
    worker, *, lines=(RSA, BONUS, APL), operator="caf", act="notice_received", home=None, informed_by="", **facts
) -> Case:
    home = home or factories.household()
    if facts:
        factories.know(home, **facts)
    return open_with_notice(
        household=home,
        operator=operator,
        letter_date=date(2026, 10, 19),
        received=NoticeReception(on=date(2026, 10, 22), how="post"),
        lines=lines,
        structure=factories.structure("ccas-grigny"),
        by=worker,
        at=AT,
        act=act,
        informed_by=informed_by,
    )


def dates(line: DebtLine) -> dict[str, date]:
    """Rule → last day, of what runs on a line."""
    return dict(line.debt.deadlines.running().values_list("rule__code", "legal_date"))


def line(case: Case, benefit: str) -> DebtLine:
    return DebtLine.objects.get(notice__case=case, benefit=benefit)


def steps(case: Case, benefit: str) -> list[str]:
    waiting = CaseTask.objects.open().filter(process__debt=line(case, benefit).debt)
    return sorted(waiting.values_list("node", flat=True))


def take(case, benefit, node, by, *, at=AT, **data):
    from workflows import engine

    task = CaseTask.objects.open().get(process__debt=line(case, benefit).debt, node=node)
    return engine.complete(task, by=by, at=at, data=data)


def test_a_letter_opens_a_case_with_a_debt_for_each_line_and_its_own_clocks(worker):
    case = opened(worker)
    assert (case.kind, case.responsible_structure.code) == ("overpayment", "ccas-grigny")
    assert [(each.benefit, each.amount) for each in DebtLine.objects.filter(notice__case=case)] == [
        ("rsa", Decimal("1214.31")),
        ("prime_activite", Decimal("187.40")),
        ("apl", Decimal("412.00")),
    ]
    assert dates(line(case, "rsa")) == {"IND-01": date(2026, 11, 11), "IND-05b": date(2026, 12, 22)}
    assert dates(line(case, "prime_activite")) == {"IND-01": date(2026, 11, 11), "IND-05": date(2026, 12, 22)}
    assert dates(line(case, "apl")) == {"IND-01": date(2026, 11, 11), "IND-05c": date(2026, 12, 22)}
    assert Walk(case).waiting_for == {"check_notice": "ccas-grigny"}


def test_an_unknown_day_of_receipt_counts_from_the_letter_itself(worker):
    case = open_with_notice(
        household=factories.household(),
        operator="caf",
        letter_date=date(2026, 10, 19),
        received=NoticeReception(on=None, how="post"),
        lines=[RSA],
        structure=factories.structure("ccas-grigny"),
        by=worker,
        at=AT,
    )
    assert dates(line(case, "rsa")) == {"IND-01": date(2026, 11, 8), "IND-05b": date(2026, 12, 21)}
    assert Milestone.objects.get(case=case).known == "unknown"


def test_the_structure_that_the_table_names_is_asked_and_who_opened_answers_until_it_accepts(worker):
    case = opened(worker, rsa=True)
    walk = Walk(case, at=AT)
    walk.take("check_notice", by=worker, routes_stated="no", lacks=["reason"])
    assert walk.waiting_for == {"answer": "mds-grigny"}
    assert case.responsible_structure.code == "ccas-grigny"
    social_worker = member("mds-grigny")
    walk.take("answer", by=social_worker, accept=True, professional=social_worker, reason="")
    assert case.responsible_structure.code == "mds-grigny"
    assert steps(case, "rsa") == steps(case, "apl") == ["choose_way"]


@pytest.mark.parametrize("follower", ["caf-91", "caf-91-recouvrement"])
def test_a_household_that_the_caf_follows_is_not_given_to_it_against_its_own_claim(worker, follower):
    case = opened(worker, rsa=True, followed_by=follower)
    assert claimants_of(case) == {"caf-91", "caf-91-recouvrement", "caf-91-pilotage"}
    walk = Walk(case, at=AT)
    walk.take("check_notice", by=worker, routes_stated="yes", lacks=[])
    assert walk.waiting_for == {"answer": "mds-grigny"}


def test_a_household_that_the_mds_follows_stays_with_it_when_the_departement_claims(worker):
    case = opened(worker, operator="department", lines=[RSA], followed_by="mds-grigny", act="revenue_order_received")
    assert claimants_of(case) == {"cd91-rsa"}
    walk = Walk(case, at=AT)
    walk.take("check_notice", by=worker, routes_stated="yes", lacks=[])
    assert walk.waiting_for == {"answer": "mds-grigny"}


def test_the_pilot_is_not_offered_the_service_that_claims(worker):
    member("ville-grigny", "pilot")
    case = opened(worker, lines=[BONUS, APL])
    Walk(case, at=AT).take("check_notice", by=worker, routes_stated="yes", lacks=[])
    task = CaseTask.objects.open().get(node="arbitrate")
    offered: Any = ArbitrateForm(task=task, user=worker).fields["structure"]
    codes = set(offered.queryset.values_list("code", flat=True))
    assert {"ccas-grigny", "mds-grigny"} <= codes
    assert not codes & {"caf-91", "caf-91-recouvrement", "caf-91-pilotage"}


def test_nobody_is_asked_when_the_table_names_who_opened(worker):
    case = opened(worker, followed_by="ccas-grigny")
    Walk(case, at=AT).take("check_notice", by=worker, routes_stated="yes", lacks=[])
    assert steps(case, "rsa") == ["choose_way"]


def test_who_opened_keeps_the_case_when_the_pilot_finds_nobody(worker):
    pilot = member("ville-grigny", "pilot")
    case = opened(worker, lines=[BONUS])
    walk = Walk(case, at=AT)
    walk.take("check_notice", by=worker, routes_stated="yes", lacks=[])
    assert walk.waiting_for == {"arbitrate": "ville-grigny"}
    walk.take("arbitrate", by=pilot, structure=None, out_of_scope=True)
    assert case.responsible_structure.code == "ccas-grigny"
    assert steps(case, "prime_activite") == ["choose_way"]


def test_where_nobody_arbitrates_who_opened_keeps_the_case(worker):
    case = opened(worker, lines=[BONUS])
    Walk(case, at=AT).take("check_notice", by=worker, routes_stated="yes", lacks=[])
    assert case.responsible_structure.code == "ccas-grigny"
    assert steps(case, "prime_activite") == ["choose_way"]


def test_who_opened_takes_the_case_without_waiting_for_the_arbitration(worker):
    member("ville-grigny", "pilot")
    case = opened(worker, lines=[BONUS])
    walk = Walk(case, at=AT)
    walk.take("check_notice", by=worker, routes_stated="yes", lacks=[])
    form = ArbitrateOverpaymentForm({"out_of_scope": "on"}, task=walk.task("arbitrate"), user=worker)
    assert "structure" not in form.fields
    assert form.is_valid(), form.errors
    walk.take("arbitrate", by=worker, **form.cleaned_data)
    assert steps(case, "prime_activite") == ["choose_way"]


def taken_by_the_mds(worker, **more) -> tuple[Case, User]:
    """The MDS accepts it: it has a month to tell the person what is shared."""
    case, social_worker = opened(worker, lines=[RSA], rsa=True, **more), member("mds-grigny")
    walk = Walk(case, at=AT)
    walk.take("check_notice", by=worker, routes_stated="yes", lacks=[])
    walk.take("answer", by=social_worker, accept=True, professional=social_worker, reason="")
    return case, social_worker


def delays_to_inform(case: Case) -> list[str]:
    return list(case.deadlines.filter(rule__code="P-INFORM-14").values_list("state", flat=True))


@pytest.mark.parametrize("means", ["phone", "letter", "interview"])
def test_the_delay_to_inform_the_person_ends_when_a_way_is_chosen_with_her_and_she_is_told(worker, means):
    case, social_worker = taken_by_the_mds(worker)
    assert delays_to_inform(case) == ["running"]
    take(case, "rsa", "choose_way", social_worker, ways=["accept"], informed_by=means)
    assert delays_to_inform(case) == ["met"]


def test_it_goes_on_when_nobody_says_that_she_was_told(worker):
    case, social_worker = taken_by_the_mds(worker)
    take(case, "rsa", "choose_way", social_worker, ways=["accept"])
    assert delays_to_inform(case) == ["running"]


def test_it_is_of_the_structure_that_accepted_alone(worker):
    case, _ = taken_by_the_mds(worker)
    waiting = {
        code: awaiting_information(case, factories.structure(code)).count() for code in ("mds-grigny", "caf-91")
    }
    assert waiting == {"mds-grigny": 1, "caf-91": 0}


def test_who_told_her_with_the_letter_in_hand_has_not_to_when_the_case_comes_back(worker):
    pilot = member("ville-grigny", "pilot")
    case = opened(worker, lines=[BONUS], informed_by="phone")
    walk = Walk(case, at=AT)
    walk.take("check_notice", by=worker, routes_stated="yes", lacks=[])
    walk.take("arbitrate", by=pilot, structure=factories.structure("ccas-grigny"), out_of_scope=False)
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    assert delays_to_inform(case) == ["met"]


def test_a_line_of_rsa_says_that_the_household_receives_it(worker):
    case = opened(worker, lines=[RSA])
    fact = case.household.facts.get(name="rsa")
    assert (fact.value, fact.source) == (True, "professional")
    walk = Walk(case, at=AT)
    walk.take("check_notice", by=worker, routes_stated="yes", lacks=[])
    assert walk.waiting_for == {"answer": "mds-grigny"}


def test_what_was_asked_is_believed_rather_than_a_line(worker):
    case = open_with_notice(
        household=factories.household(),
        operator="msa",
        letter_date=date(2026, 10, 19),
        received=NoticeReception(on=date(2026, 10, 22), how="post"),
        lines=[RSA],
        structure=factories.structure("ccas-grigny"),
        by=worker,
        at=AT,
        facts={"rsa": False, "dependent_children": 0},
    )
    assert dict(case.household.facts.values_list("name", "value")) == {
        "rsa": False,
        "msa": True,
        "dependent_children": 0,
    }


def ready(worker, **more) -> Case:
    case = opened(worker, followed_by="ccas-grigny", **more)
    Walk(case, at=AT).take("check_notice", by=worker, routes_stated="yes", lacks=[])
    return case


def test_a_line_goes_from_its_rectification_to_silence_to_the_recourse_and_is_cancelled(worker):
    case = ready(worker, lines=[BONUS])
    take(case, "prime_activite", "choose_way", worker, ways=["rectification"], informed_by="interview")
    take(case, "prime_activite", "prepare", worker, signed="signed")
    sent = datetime(2026, 11, 5, 9, 0, tzinfo=PARIS)
    take(
        case,
        "prime_activite",
        "send",
        worker,
        at=sent,
        sent_on=date(2026, 11, 5),
        proof="registered",
        received_on=date(2026, 11, 5),
    )
    assert dates(line(case, "prime_activite")) == {"IND-02": date(2026, 12, 5)}
    assert steps(case, "prime_activite") == ["await_answer"]
    sweep_deadlines(at=datetime(2026, 12, 5, 23, 0, tzinfo=PARIS))
    assert steps(case, "prime_activite") == ["await_answer"]
    after = datetime(2026, 12, 6, 1, 0, tzinfo=PARIS)
    sweep_deadlines(at=after)
    sweep_deadlines(at=after)
    assert steps(case, "prime_activite") == ["decide_next"]
    assert dates(line(case, "prime_activite")) == {
        "IND-03": date(2027, 2, 5),
        "IND-05e": date(2027, 2, 5),
        "T-NEXT": date(2026, 12, 11),
    }
    take(case, "prime_activite", "decide_next", worker, at=after, next="go_on", note="")
    take(case, "prime_activite", "choose_way", worker, at=after, ways=["recourse"])
    take(case, "prime_activite", "prepare", worker, at=after, signed="signed")
    take(case, "prime_activite", "send", worker, at=after, sent_on=date(2026, 12, 6), proof="online", received_on=None)
    answered = datetime(2027, 1, 15, 9, 0, tzinfo=PARIS)
    take(
        case,
        "prime_activite",
        "await_answer",
        worker,
        at=answered,
        way="recourse",
        answer="granted",
        received_on=date(2027, 1, 14),
        amount=None,
    )
    assert steps(case, "prime_activite") == ["close_line"]
    take(case, "prime_activite", "close_line", worker, at=answered, outcome="cancelled", note="")
    closed = line(case, "prime_activite")
    assert (closed.outcome, balance_of(closed.debt)) == ("cancelled", Decimal(0))
    assert not Deadline.objects.waiting().filter(debt=closed.debt).exists()


def test_a_constraint_opens_the_most_urgent_task_beside_everything_else(worker):
    case = opened(
        worker,
        lines=[TypedLine(benefit="are", amount=Decimal("932.18"))],
        operator="france_travail",
        act="constraint_served",
    )
    assert case.is_urgent
    Walk(case, at=AT).take("check_notice", by=worker, routes_stated="yes", lacks=[])
    assert steps(case, "are") == ["choose_way", "oppose"]
    task = CaseTask.objects.get(case=case, node="oppose")
    assert (task.comes_first, task.deadlines.get().legal_date) == (True, date(2026, 11, 6))
    take(case, "are", "oppose", worker, result="opposed", sent_on=date(2026, 11, 2), is_proved=True, note="")
    assert Deadline.objects.get(rule__code="IND-12").state == "met"


def test_no_step_of_a_line_keeps_a_day_before_the_fact_that_it_answers(worker):
    """Else the next delay would count from a day on which nothing had been asked: sent on 5/11, « answered » on 5/10."""
    case = ready(worker, lines=[BONUS])
    benefit, noon = "prime_activite", datetime(2026, 11, 9, 12, 0, tzinfo=PARIS)
    sent = {"proof": "registered", "received_on": None}
    take(case, benefit, "choose_way", worker, ways=["rectification"])
    take(case, benefit, "prepare", worker, signed="signed")
    with pytest.raises(StepRefused, match="précéderait le courrier contesté"):
        take(case, benefit, "send", worker, at=noon, sent_on=date(2026, 10, 18), **sent)
    take(case, benefit, "send", worker, at=noon, sent_on=date(2026, 11, 5), **sent)
    running = dates(line(case, benefit))
    answer = {"way": "rectification", "answer": "refused", "amount": None}
    with pytest.raises(StepRefused, match="précéderait la demande, envoyée le 05/11/2026") as refusal:
        take(case, benefit, "await_answer", worker, at=noon, received_on=date(2026, 11, 4), **answer)
    assert (refusal.value.field, dates(line(case, benefit))) == ("received_on", running)
    take(case, benefit, "await_answer", worker, at=noon, received_on=date(2026, 11, 5), **answer)
    assert min(dates(line(case, benefit)).values()) >= date(2026, 11, 9)

    are = TypedLine(benefit="are", amount=Decimal("932.18"))
    served = opened(worker, lines=[are], operator="france_travail", act="constraint_served")
    Walk(served, at=AT).take("check_notice", by=worker, routes_stated="yes", lacks=[])
    with pytest.raises(StepRefused, match="précéderait la contrainte, signifiée le 22/10/2026"):
        take(served, "are", "oppose", worker, result="opposed", sent_on=date(2026, 10, 21), is_proved=True, note="")


def test_a_case_ends_once_each_line_has_its_outcome(worker):
    case = ready(worker, lines=[RSA, BONUS])
    for benefit in ("rsa", "prime_activite"):
        take(case, benefit, "choose_way", worker, ways=["accept"], informed_by="interview")
        take(case, benefit, "close_line", worker, outcome="maintained", note="")
    walk = Walk(case, at=AT)
    assert walk.waiting_for == {"close": "ccas-grigny"}
    walk.take("close", by=worker, note="")
    assert (case.is_open, case.outcome) == (False, "lines_closed")
    assert not Deadline.objects.running().filter(case=case).exists()


def test_what_contradicts_itself_is_refused_whole(worker):
    with pytest.raises(CannotRecordNotice) as refusal:
        open_with_notice(
            household=factories.household(),
            operator="caf",
            letter_date=date(2026, 10, 19),
            received=NoticeReception(on=date(2026, 10, 18), how="post"),
            lines=[RSA, RSA, TypedLine(benefit="apl", amount=Decimal(0))],
            structure=factories.structure("ccas-grigny"),
            by=worker,
            at=AT,
        )
    assert [field for field, _ in refusal.value.faults] == ["received_on", "benefit-2", "amount-3"]
    assert not Case.objects.exists()


def test_what_is_paid_to_the_end_goes_straight_to_its_outcome(worker):
    case = ready(worker, lines=[RSA, BONUS], informed_by="interview")
    bonus = line(case, "prime_activite")
    for amount in ("100.00", "87.40"):
        record_movement(
            case=case, line=bonus, kind="payment", amount=Decimal(amount), on=date(2026, 11, 2), by=worker, at=AT
        )
    assert (steps(case, "prime_activite"), steps(case, "rsa")) == (["close_line"], ["choose_way"])
    assert dates(bonus) == {}
    with pytest.raises(CannotRecordMovement, match="Il ne reste que 0,00"):
        record_movement(
            case=case, line=bonus, kind="payment", amount=Decimal(1), on=date(2026, 11, 2), by=worker, at=AT
        )


def test_a_rectification_asked_too_late_is_a_recourse(worker):
    case = ready(worker, lines=[BONUS])
    take(case, "prime_activite", "choose_way", worker, ways=["rectification"])
    late = datetime(2026, 11, 16, 9, 0, tzinfo=PARIS)
    take(case, "prime_activite", "prepare", worker, at=late, signed="signed")
    sent = {"sent_on": date(2026, 11, 16), "proof": "registered", "received_on": None}
    take(case, "prime_activite", "send", worker, at=late, **sent)
    assert dates(line(case, "prime_activite")) == {"IND-06": date(2027, 1, 16)}


def test_a_waiver_alone_leaves_the_delays_to_contest_running(worker):
    case = ready(worker, lines=[BONUS])
    take(case, "prime_activite", "choose_way", worker, ways=["waiver"])
    take(case, "prime_activite", "prepare", worker, signed="signed")
    sent = {"sent_on": date(2026, 11, 2), "proof": "registered", "received_on": None}
    take(case, "prime_activite", "send", worker, **sent)
    assert {"IND-01", "IND-05"} <= dates(line(case, "prime_activite")).keys()


def test_a_way_that_is_not_open_is_refused(worker):
    case = ready(worker, lines=[BONUS])
    with pytest.raises(StepRefused, match="n’est plus ouverte"):
        take(case, "prime_activite", "choose_way", worker, ways=["court"])


def test_silence_is_not_said_before_its_day(worker):
    case = ready(worker, lines=[BONUS])
    take(case, "prime_activite", "choose_way", worker, ways=["rectification"])
    take(case, "prime_activite", "prepare", worker, signed="signed")
    sent = {"sent_on": date(2026, 11, 2), "proof": "registered", "received_on": None}
    take(case, "prime_activite", "send", worker, **sent)
    with pytest.raises(StepRefused, match="jusqu’au 02/12/2026"):
        take(case, "prime_activite", "await_answer", worker, way="rectification", answer="silent")


def test_nothing_more_is_recorded_on_a_line_that_was_closed_since_its_page_was_opened(worker):
    case = ready(worker, lines=[BONUS], informed_by="interview")
    shown = line(case, "prime_activite")
    DebtLine.objects.filter(pk=shown.pk).update(closed_on=date(2026, 11, 2), outcome="settled")
    paid: dict[str, Any] = {"kind": "payment", "amount": Decimal(10), "on": date(2026, 11, 2)}
    with pytest.raises(CannotRecordMovement, match="Cette ligne est close"):
        record_movement(case=case, line=shown, by=worker, at=AT, **paid)
    shown = line(case, "prime_activite")
    shown.closed_on = None  # as another page still shows it
    with pytest.raises(Refusal, match="Cette ligne est close"):
        note_spoken(case=case, line=shown, on=date(2026, 11, 2), by=worker, at=AT)


def test_a_fraud_is_corrected_from_what_is_now_said_of_it(worker):
    case = ready(worker, lines=[BONUS], informed_by="interview")
    shown = line(case, "prime_activite")
    correct_fraud(case=case, line=line(case, "prime_activite"), said="no", authority="", on=None, by=worker, at=AT)
    correct_fraud(case=case, line=shown, said="no", authority="", on=None, by=worker, at=AT)
    assert JournalEntry.objects.filter(kind="line.fraud_corrected", case=case).count() == 1
