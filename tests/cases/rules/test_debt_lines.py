"""Where a line of an overpayment stands. Expected: domain notes, part A §§A3, A4, A7 and the corrections, typed by hand.

The notice is received on Monday 2 November 2026: twenty days end on the 22nd; two months on Saturday 2 January 2027, put
off to Monday 4 for a commission.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from cases.reference_data import FOLDER
from cases.rules.catalogue_reading import load_catalogue
from cases.rules.debt_line_standing import DebtLineStanding
from cases.rules.debt_lines import load_machine
from cases.rules.known_lines import DebtLineFacts, DebtLineLaw
from cases.rules.overpayments import read_overpayments
from cases.rules.reading import read_toml
from cases.rules.remedies import read_matrix
from cases.rules.tracks import DatedFact

MACHINE = load_machine()
CATALOGUE = load_catalogue()
MATRIX = read_matrix(read_toml(FOLDER / "remedies.toml"))
NOTICE = date(2026, 11, 2)


def standing(
    *facts: tuple[str, str],
    on: str,
    benefit: str = "aah",
    operator: str = "caf",
    notice: str = "2026-11-02",
    **more: Any,
) -> DebtLineStanding:
    """Of a line whose notice was received on 2 November."""
    dated = [DatedFact(kind, date.fromisoformat(day)) for kind, day in facts]
    received = [DatedFact("notice_received", date.fromisoformat(notice))] if notice else []
    line = DebtLineFacts(benefit=benefit, operator=operator, facts=(*received, *dated), **more)
    law = DebtLineLaw(catalogue=CATALOGUE, remedy=MATRIX.remedy_for(benefit=benefit, operator=operator, on=NOTICE))
    return MACHINE.standing(line, on=date.fromisoformat(on), law=law)


def options(found: DebtLineStanding) -> list[str]:
    return [each.option.code for each in found.possible]


def recovery(found: DebtLineStanding) -> tuple[bool | None, date | None]:
    """Whether it is suspended, and until when."""
    return found.suspension.verdict, found.suspension.until


SENT = ("recourse_sent", "2026-12-01")
REJECTED = [SENT, ("recourse_rejected", "2027-01-11")]
ASKED = ("rectification_asked", "2026-11-20")
REFUSED = ("rectification_rejected", "2026-12-15")
REFUSED_SILENTLY = ("rectification_rejected_silently", "2026-12-31")
SERVED = ("constraint_served", "2027-03-01")
OPPOSED = ("constraint_opposed", "2027-03-10")
FORMAL = ("formal_notice_received", "2027-03-01")
ADMITTED = ("over_indebtedness_admitted", "2027-03-05")

REACHED = {
    "notified": ([], "2026-11-03"),
    "rectification_missed": ([], "2026-11-23"),
    "rectification_pending": ([("rectification_asked", "2026-11-10")], "2026-11-11"),
    "rectified": ([("rectification_asked", "2026-11-10"), ("rectification_accepted", "2026-11-25")], "2026-11-25"),
    "rectification_rejected": (
        [("rectification_asked", "2026-11-10"), ("rectification_rejected", "2026-11-25")], "2026-11-25",
    ),
    "rectification_rejected_silently": (
        [("rectification_asked", "2026-11-10"), ("rectification_rejected_silently", "2026-12-12")], "2026-12-12",
    ),
    "foreclosed": ([], "2027-01-05"),
    "recourse_pending": ([SENT], "2026-12-02"),
    "recourse_won": ([SENT, ("recourse_accepted", "2027-01-10")], "2027-01-10"),
    "recourse_rejected": ([*REJECTED], "2027-01-11"),
    "recourse_rejected_silently": ([SENT, ("recourse_rejected_silently", "2027-02-02")], "2027-02-02"),
    "decision_final": ([*REJECTED], "2027-03-12"),
    "court_pending": ([*REJECTED, ("court_seized", "2027-02-10")], "2027-02-11"),
    "withheld": ([("withholding_seen", "2026-12-05")], "2026-12-06"),
    "withholding_stopped": ([("withholding_seen", "2026-12-05"), ("withholding_stopped", "2026-12-20")], "2026-12-21"),
    "schedule_agreed": ([("schedule_accepted", "2026-11-20")], "2026-11-21"),
    "schedule_lapsed": ([("schedule_accepted", "2026-11-20")], "2026-12-21"),
    "schedule_running": ([("schedule_accepted", "2026-11-20"), ("schedule_signed", "2026-12-01")], "2026-12-30"),
    "schedule_broken": ([("schedule_signed", "2026-12-01"), ("schedule_missed", "2027-01-05")], "2027-01-06"),
    "formal_notice": ([("formal_notice_received", "2027-03-01")], "2027-03-02"),
    "formal_notice_lapsed": ([("formal_notice_received", "2027-03-01")], "2027-04-02"),
    "revenue_order": ([("revenue_order_received", "2027-03-01")], "2027-03-02"),
    "revenue_order_final": ([("revenue_order_received", "2027-03-01")], "2027-05-04"),
    "revenue_order_contested": (
        [("revenue_order_received", "2027-03-01"), ("revenue_order_contested", "2027-04-01")], "2027-04-02",
    ),
    "constraint": ([SERVED], "2027-03-16"),
    "constraint_final": ([SERVED], "2027-03-17"),
    "constraint_opposed": ([SERVED, ("constraint_opposed", "2027-03-10")], "2027-03-20"),
    "seizure": ([("seizure_notified", "2027-03-01")], "2027-04-01"),
    "seizure_final": ([("seizure_notified", "2027-03-01")], "2027-04-02"),
    "seizure_contested": ([("seizure_notified", "2027-03-01"), ("seizure_contested", "2027-03-10")], "2027-05-02"),
    "settled": ([("debt_settled", "2026-12-01")], "2026-12-01"),
    "waiver_pending": ([("waiver_asked", "2026-11-10")], "2026-11-11"),
    "waiver_granted": ([("waiver_asked", "2026-11-10"), ("waiver_granted", "2026-12-10")], "2026-12-11"),
    "waiver_refused": ([("waiver_asked", "2026-11-10"), ("waiver_refused", "2026-12-10")], "2026-12-11"),
    "waiver_refused_silently": (
        [("waiver_asked", "2026-11-10"), ("waiver_refused_silently", "2027-01-10")], "2027-01-11",
    ),
    "mediation_over": ([("mediation_asked", "2026-12-01"), ("mediation_ended", "2027-01-15")], "2027-01-16"),
    "waiver_refusal_contested": (
        [("waiver_asked", "2026-11-10"), ("waiver_refused", "2026-12-10"), ("waiver_refusal_contested", "2026-12-20")],
        "2026-12-21",
    ),
    "waiver_recourse_pending": (
        [("waiver_asked", "2026-11-10"), ("waiver_refused", "2026-12-10"), ("waiver_recourse_sent", "2027-01-15")],
        "2027-01-16",
    ),
    "waiver_recourse_won": (
        [("waiver_asked", "2026-11-10"), ("waiver_recourse_sent", "2027-01-15"), ("waiver_recourse_accepted", "2027-03-01")],
        "2027-03-01",
    ),
    "waiver_recourse_rejected": (
        [("waiver_asked", "2026-11-10"), ("waiver_recourse_sent", "2027-01-15"), ("waiver_recourse_rejected", "2027-03-22")],
        "2027-03-23",
    ),
    "reasons_pending": (
        [SENT, ("recourse_rejected_silently", "2027-02-02"), ("reasons_asked", "2027-02-10")], "2027-02-11",
    ),
    "reasons_known": (
        [("recourse_rejected_silently", "2027-02-02"), ("reasons_asked", "2027-02-10"), ("reasons_given", "2027-03-01")],
        "2027-03-02",
    ),
    "legal_aid_pending": ([*REJECTED, ("legal_aid_asked", "2027-01-20")], "2027-04-20"),
    "legal_aid_answered": (
        [("recourse_rejected", "2027-01-11"), ("legal_aid_asked", "2027-01-20"), ("legal_aid_decided", "2027-04-15")],
        "2027-04-20",
    ),
    "rectification_spoken": ([("oral_rectification", "2026-11-22")], "2026-11-30"),
    "over_indebtedness_filed": ([("over_indebtedness_filed", "2026-11-10")], "2026-11-11"),
    "over_indebtedness_admitted": (
        [("over_indebtedness_filed", "2026-11-10"), ("over_indebtedness_admitted", "2027-01-08")], "2027-01-09",
    ),
    "over_indebtedness_decided": (
        [("over_indebtedness_admitted", "2027-01-08"), ("over_indebtedness_decided", "2027-06-04")], "2027-06-05",
    ),
    "debts_erased": ([("over_indebtedness_admitted", "2027-01-08"), ("debts_erased", "2027-06-04")], "2027-06-05"),
    "penalty_notified": ([("penalty_notice_received", "2026-11-10")], "2026-11-11"),
    "penalty_answered": (
        [("penalty_notice_received", "2026-11-10"), ("penalty_observations_sent", "2026-11-20")], "2026-11-21",
    ),
    "penalty_decided": ([("penalty_notice_received", "2026-11-10"), ("penalty_decided", "2027-01-15")], "2027-03-15"),
    "penalty_final": ([("penalty_decided", "2027-01-15")], "2027-03-16"),
    "penalty_in_mediation": (
        [("penalty_decided", "2027-01-15"), ("penalty_mediation_asked", "2027-02-01")], "2027-02-02",
    ),
    "penalty_after_mediation": (
        [("penalty_mediation_asked", "2027-02-01"), ("penalty_mediation_ended", "2027-04-12")], "2027-04-13",
    ),
    "penalty_contested": ([("penalty_decided", "2027-01-15"), ("penalty_contested", "2027-03-01")], "2027-06-01"),
    "penalty_withdrawn": ([("penalty_decided", "2027-01-15"), ("penalty_withdrawn", "2027-02-01")], "2027-06-01"),
}  # fmt: skip


@pytest.mark.parametrize("state", REACHED)
def test_each_state_is_reached(state: str):
    facts, on = REACHED[state]
    assert state in standing(*facts, on=on).codes


def test_a_penalty_that_the_mediator_of_france_travail_has_is_not_final_when_its_two_months_are_over():
    asked = [("penalty_decided", "2027-01-15"), ("penalty_mediation_asked", "2027-02-01")]
    found = standing(*asked, on="2027-06-01", benefit="ass", operator="france_travail")
    assert "penalty_in_mediation" in found.codes
    ended = [*asked, ("penalty_mediation_ended", "2027-06-14")]
    last = standing(*ended, on="2027-08-16", benefit="ass", operator="france_travail")  # 14 August is a Saturday
    assert "penalty_after_mediation" in last.codes
    assert "penalty_final" in standing(*ended, on="2027-08-17", benefit="ass", operator="france_travail").codes


def test_france_travail_has_its_mediator_for_the_ass():
    found = standing(("mediation_asked", "2026-11-20"), on="2026-11-21", benefit="ass", operator="france_travail")
    assert found.label == "Médiateur de France Travail saisi"


def test_no_state_is_left_out():
    assert {state.code for state in MACHINE.states} == REACHED.keys() | {"mediation_pending", "waiver_refusal_final"}


# What follows what (§A3)


@pytest.mark.parametrize(
    ("facts", "on", "label"),
    [
        ([], "2026-11-22", "Notifié"),
        ([], "2026-11-23", "Délai de rectification passé"),
        ([], "2027-01-04", "Délai de rectification passé"),
        ([], "2027-01-05", "Délai de recours passé"),
        # Asked on the twentieth day: a rectification. On the day after: a recourse.
        ([("rectification_asked", "2026-11-22")], "2026-11-25", "Rectification demandée"),
        ([("rectification_asked", "2026-11-23")], "2026-11-25", "Recours préalable envoyé"),
        # The two months that the rectification interrupted begin again.
        ([("rectification_asked", "2026-11-22"), REFUSED], "2027-02-15", "Rectification refusée"),
        ([("rectification_asked", "2026-11-22"), REFUSED], "2027-02-16", "Délai de recours passé"),
        # A recourse too late is a recourse still, and is said to be late.
        ([("recourse_sent", "2027-01-04")], "2027-01-20", "Recours préalable envoyé"),
        ([("recourse_sent", "2027-01-05")], "2027-01-20", "Recours préalable envoyé, hors délai"),
        ([SERVED, ("constraint_opposed", "2027-03-16")], "2027-03-20", "Opposition à contrainte formée"),
        ([SERVED, ("constraint_opposed", "2027-03-17")], "2027-03-20", "Opposition à contrainte formée, hors délai"),
        # What a body accepted is not undone by the passing of a delay.
        ([("rectification_accepted", "2026-12-01")], "2027-02-01", "Rectification acceptée"),
        # A schedule that runs answers the formal notice.
        ([FORMAL, ("schedule_signed", "2027-03-20")], "2027-05-01", "Échéancier en cours"),
        ([FORMAL, ("debt_settled", "2027-08-01")], "2027-09-01", "Payé, annulé ou remis"),
        # Pursued: what presses most gives the line its label.
        ([SENT, SERVED], "2027-03-02", "Contrainte : opposition à former"),
        ([FORMAL, ("constraint_served", "2027-05-03")], "2027-05-04", "Contrainte : opposition à former"),
        ([SERVED, ("debt_settled", "2027-03-05")], "2027-03-06", "Payé, annulé ou remis"),
        # Nothing undoes what ends a line.
        ([("debt_settled", "2026-12-01"), ("withholding_seen", "2027-01-05")], "2027-01-06", "Payé, annulé ou remis"),
        # What is still to come says nothing yet.
        ([SENT], "2026-11-10", "Notifié"),
    ],
)
def test_a_line_goes_from_state_to_state(facts: list[tuple[str, str]], on: str, label: str):
    assert standing(*facts, on=on).label == label


def test_without_a_notice_a_line_has_no_state():
    found = standing(on="2026-11-10", notice="")
    assert (found.label, found.possible, found.closes) == ("Notification à recevoir", (), ())


def test_the_order_in_which_facts_were_recorded_does_not_count():
    facts = [*REJECTED, ("court_seized", "2027-02-10")]
    assert standing(*facts, on="2027-02-11") == standing(*reversed(facts), on="2027-02-11")


# What one may do


def test_a_notified_line_may_be_rectified_contested_waived_scheduled_or_accepted_until():
    found = standing(on="2026-11-03")
    assert {each.option.code: (each.letter, each.until) for each in found.possible} == {
        "rectification": ("L1", date(2026, 11, 22)),
        "recourse": ("L2", date(2027, 1, 4)),
        "breakdown": ("L10", None),
        "waiver": ("L6b", None),
        "schedule": ("L9", None),
        "accept": ("", None),
    }


WAIVER_REFUSED = [("waiver_asked", "2026-11-10"), ("waiver_refused", "2026-12-10")]
WAIVER_REFUSED_SILENTLY = [("waiver_asked", "2026-11-10"), ("waiver_refused_silently", "2026-12-10")]
MEDIATION_ENDED = [("mediation_asked", "2026-12-01"), ("mediation_ended", "2027-01-15")]
ADMITTED_LATE = ("mediation_admitted", "2027-06-01")
MEDIATED = [*REJECTED, ("mediation_admitted", "2027-02-01")]
CONCLUDED = [*MEDIATED, ("mediation_concluded", "2027-03-01")]
FILE = [("over_indebtedness_filed", "2026-11-10"), ("over_indebtedness_admitted", "2026-12-18")]


@pytest.mark.parametrize(
    ("option", "benefit", "operator", "facts", "on", "letter", "until"),
    [
        # Each benefit is contested with its letter.
        ("recourse", "rsa", "caf", [], "2026-11-03", "L3", "2027-01-04"),
        ("recourse", "prime_activite", "caf", [], "2026-11-03", "L2", "2027-01-04"),
        ("recourse", "apl", "caf", [], "2026-11-03", "L2b", "2027-01-04"),
        ("recourse", "ij", "cpam", [], "2026-11-03", "L2", "2027-01-04"),
        ("recourse", "c2s", "cpam", [], "2026-11-03", "L2", "2027-01-04"),
        ("recourse", "retraite", "cnav", [], "2026-11-03", "L2", "2027-01-04"),
        ("recourse", "are", "france_travail", [], "2026-11-03", "L4", "2027-01-02"),
        ("recourse", "ass", "france_travail", [], "2026-11-03", "L5", "2027-01-02"),
        # A prime de Noël goes to the court at once: two months, franc, and 3 January 2027 is a Sunday.
        ("court_directly", "prime_noel", "caf", [], "2026-11-03", "L13b", "2027-01-04"),
        # A pension is rectified like what the CAF claims.
        ("rectification", "retraite", "cnav", [], "2026-11-03", "L1", "2026-11-22"),
        # The court, in the two months of the rejection; before the tribunal administratif the delay is franc.
        ("court", "aah", "caf", REJECTED, "2027-01-12", "L13", "2027-03-11"),
        ("court", "rsa", "caf", REJECTED, "2027-01-12", "L13", "2027-03-12"),
        ("court", "ass", "france_travail", MEDIATION_ENDED, "2027-01-16", "L13", "2027-03-15"),
        # An admitted mediation (CSS L217-7-1) keeps it open while it lasts. Its 28 days are then added to 11 March.
        ("court", "aah", "caf", MEDIATED, "2027-03-15", "L13", None),
        ("court", "aah", "caf", CONCLUDED, "2027-03-15", "L13", "2027-04-08"),
        # The refusal of a waiver has a last day before the court, or first a recourse.
        ("contest_waiver_refusal", "rsa", "caf", WAIVER_REFUSED, "2026-12-11", "L13c", "2027-02-10"),
        ("contest_waiver_refusal", "apl", "caf", WAIVER_REFUSED, "2026-12-11", "L13c", "2027-02-10"),
        ("contest_waiver_refusal", "alf", "caf", WAIVER_REFUSED, "2026-12-11", "L13c", "2027-02-10"),
        ("contest_waiver_refusal", "als", "caf", WAIVER_REFUSED, "2026-12-11", "L13c", "2027-02-10"),
        ("contest_waiver_refusal", "rsa", "caf", WAIVER_REFUSED_SILENTLY, "2026-12-11", "L13c", "2027-02-10"),
        ("contest_waiver_refusal", "apl", "caf", WAIVER_REFUSED_SILENTLY, "2026-12-11", "L13c", "2027-02-10"),
        ("contest_waiver_refusal", "alf", "caf", WAIVER_REFUSED_SILENTLY, "2026-12-11", "L13c", "2027-02-10"),
        ("contest_waiver_refusal", "als", "caf", WAIVER_REFUSED_SILENTLY, "2026-12-11", "L13c", "2027-02-10"),
        ("waiver_recourse", "aah", "caf", WAIVER_REFUSED, "2026-12-11", "L2c", "2027-02-10"),
        # A file of over-indebtedness, even admitted, stops no delay.
        ("recourse", "aah", "caf", FILE, "2026-12-20", "L2", "2027-01-04"),
        ("recourse", "rsa", "caf", FILE, "2026-12-20", "L3", "2027-01-04"),
        ("recourse", "are", "france_travail", FILE, "2026-12-20", "L4", "2027-01-02"),
        ("opposition", "aah", "caf", [SERVED, ADMITTED], "2027-03-08", "L12", "2027-03-16"),
    ],
)
def test_an_option_has_its_letter_and_its_last_day(
    option: str, benefit: str, operator: str, facts: list[tuple[str, str]], on: str, letter: str, until: str | None
):
    found = standing(*facts, on=on, benefit=benefit, operator=operator).find_possible(option)
    assert found is not None
    assert (found.letter, found.until) == (letter, until and date.fromisoformat(until))


@pytest.mark.parametrize(
    ("state", "benefit", "operator", "facts", "last_day", "day_after"),
    [
        ("decision_final", "aah", "caf", REJECTED, "2027-03-11", "2027-03-12"),
        ("decision_final", "aah", "caf", CONCLUDED, "2027-04-08", "2027-04-09"),
        ("decision_final", "ass", "france_travail", MEDIATION_ENDED, "2027-03-15", "2027-03-16"),
        ("waiver_refusal_final", "rsa", "caf", WAIVER_REFUSED, "2027-02-10", "2027-02-11"),
        ("waiver_refusal_final", "apl", "caf", WAIVER_REFUSED, "2027-02-10", "2027-02-11"),
        ("waiver_refusal_final", "alf", "caf", WAIVER_REFUSED, "2027-02-10", "2027-02-11"),
        ("waiver_refusal_final", "als", "caf", WAIVER_REFUSED, "2027-02-10", "2027-02-11"),
        ("waiver_refusal_final", "rsa", "caf", WAIVER_REFUSED_SILENTLY, "2027-02-10", "2027-02-11"),
        ("waiver_refusal_final", "apl", "caf", WAIVER_REFUSED_SILENTLY, "2027-02-10", "2027-02-11"),
        ("waiver_refusal_final", "alf", "caf", WAIVER_REFUSED_SILENTLY, "2027-02-10", "2027-02-11"),
        ("waiver_refusal_final", "als", "caf", WAIVER_REFUSED_SILENTLY, "2027-02-10", "2027-02-11"),
        ("foreclosed", "aah", "caf", FILE, "2027-01-04", "2027-01-05"),
        ("foreclosed", "rsa", "caf", FILE, "2027-01-04", "2027-01-05"),
        ("foreclosed", "are", "france_travail", FILE, "2027-01-02", "2027-01-03"),
    ],
)
def test_what_is_contested_no_more_is_final_on_the_day_after(
    state: str, benefit: str, operator: str, facts: list[tuple[str, str]], last_day: str, day_after: str
):
    assert state not in standing(*facts, on=last_day, benefit=benefit, operator=operator).codes
    assert state in standing(*facts, on=day_after, benefit=benefit, operator=operator).codes


@pytest.mark.parametrize(
    ("facts", "given", "offered", "hidden"),
    [
        ([], {"benefit": "prime_noel"}, set(), {"recourse", "waiver"}),
        ([], {"benefit": "are", "operator": "france_travail"}, set(), {"rectification"}),
        # A mediator comes only after the recourse.
        ([], {}, set(), {"mediator"}),
        ([], {"on": "2027-01-05"}, set(), {"mediator", "late_recourse"}),
        ([SENT], {"on": "2026-12-02"}, {"mediator"}, set()),
        # A waiver is excluded by fraud where the law says so.
        ([], {"benefit": "rsa", "fraud": True}, set(), {"waiver"}),
        ([], {"benefit": "rsa", "fraud": None}, {"waiver"}, set()),
        ([], {"benefit": "apl", "fraud": True}, {"waiver"}, set()),
        (WAIVER_REFUSED, {"on": "2026-12-11"}, {"waiver_recourse"}, {"contest_waiver_refusal"}),
        # Over-indebtedness erases no fraud but that of the RSA.
        ([], {"on": "2027-01-05", "fraud": False}, {"over_indebtedness"}, set()),
        ([], {"on": "2027-01-05", "fraud": True}, set(), {"over_indebtedness"}),
        ([], {"on": "2027-01-05", "benefit": "rsa", "fraud": True}, {"over_indebtedness"}, set()),
        # A recourse after its delay, only where the routes were not stated.
        ([], {"on": "2027-01-05", "routes_stated": True}, set(), {"late_recourse"}),
        ([], {"on": "2027-01-05", "routes_stated": False}, {"late_recourse"}, set()),
        # A withholding is contested and revised once it was seen.
        ([], {"on": "2026-11-30"}, set(), {"withholding"}),
        ([("withholding_seen", "2026-11-28")], {"on": "2026-11-30"}, {"withholding", "suspension"}, set()),
        # A mediation admitted after the last day opens nothing again.
        ([*REJECTED, ADMITTED_LATE], {"on": "2027-06-10"}, set(), {"court"}),
        ([*REJECTED, ADMITTED_LATE, ("mediation_concluded", "2027-06-05")], {"on": "2027-06-10"}, set(), {"court"}),
        ([ADMITTED_LATE], {"on": "2027-06-10"}, set(), {"recourse"}),
        # On the last day itself it is in time.
        ([*REJECTED, ("mediation_admitted", "2027-03-11")], {"on": "2027-06-10"}, {"court"}, set()),
    ],
)
def test_an_option_is_offered_where_it_may_be_taken(
    facts: list[tuple[str, str]], given: dict[str, Any], offered: set[str], hidden: set[str]
):
    found = set(options(standing(*facts, **{"on": "2026-11-03"} | given)))
    assert (offered - found, hidden & found) == (set(), set())


@pytest.mark.parametrize(
    ("facts", "reached", "passed"),
    [
        (MEDIATED, set(), {"decision_final"}),
        ([*REJECTED, ADMITTED_LATE], {"decision_final"}, set()),
        ([*REJECTED, ADMITTED_LATE, ("mediation_concluded", "2027-06-05")], {"decision_final"}, set()),
        ([ADMITTED_LATE], {"foreclosed"}, set()),  # nobody contested: the two months ended on 4 January
        ([*REJECTED, ("mediation_admitted", "2027-03-11")], set(), {"decision_final"}),
    ],
)
def test_a_mediation_admitted_in_time_alone_keeps_a_decision_from_being_final(
    facts: list[tuple[str, str]], reached: set[str], passed: set[str]
):
    found = standing(*facts, on="2027-06-10").codes
    assert (reached - found, passed & found) == (set(), set())


def test_after_the_mediation_nothing_but_the_final_decision_is_left():
    over = standing(*MEDIATION_ENDED, on="2027-03-16", benefit="ass", operator="france_travail")
    assert over.codes == {"decision_final"}


def test_a_pension_is_not_withheld_in_its_twenty_days_nor_two_months_after_a_silent_refusal():
    pension = {"benefit": "retraite", "operator": "cnav"}
    assert recovery(standing(on="2026-11-03", **pension)) == (True, date(2026, 11, 22))
    silent = [("rectification_asked", "2026-11-10"), ("rectification_rejected_silently", "2026-12-12")]
    assert recovery(standing(*silent, on="2026-12-20", **pension)) == (True, date(2027, 2, 12))


def test_the_waiver_of_the_c2s_is_asked_in_two_months_during_which_nothing_is_recovered():
    found = standing(on="2026-12-01", benefit="c2s", operator="cpam")
    waiver = found.find_possible("waiver")
    assert waiver is not None
    assert waiver.until == date(2027, 1, 2)
    assert recovery(found) == (True, date(2027, 1, 2))
    asked = standing(("waiver_asked", "2026-12-01"), on="2027-02-01", benefit="c2s", operator="cpam")
    assert asked.suspension.verdict is True


def test_a_waiver_of_the_c2s_asked_late_is_kept_and_said_with_its_article():
    late = standing(("waiver_asked", "2027-01-03"), on="2027-01-04", benefit="c2s", operator="cpam")
    [said] = late.without_effect
    assert "demandée le 03/01/2027, après les deux mois ouverts pour la demander (02/01/2027)" in said
    assert said.endswith("(CSS R861-22 à R861-24)")
    assert late.suspension.verdict is None
    assert "waiver_pending" in late.codes
    on_time = standing(("waiver_asked", "2027-01-02"), on="2027-01-04", benefit="c2s", operator="cpam")
    elsewhere = standing(("waiver_asked", "2027-01-03"), on="2027-01-04", benefit="rsa", operator="caf")
    assert (on_time.without_effect, elsewhere.without_effect) == ((), ())


def test_a_constraint_is_opposed_before_all_and_at_once():
    first = standing(SENT, SERVED, on="2027-03-02").possible[0]
    opposed = ("opposition", True, "L12", date(2027, 3, 16))
    assert (first.option.code, first.option.urgent, first.letter, first.until) == opposed


@pytest.mark.parametrize(
    "later", ["withholding_seen", "schedule_missed", "seizure_notified", "formal_notice_received"]
)
def test_nothing_that_comes_after_hides_a_constraint_to_oppose(later: str):
    found = standing(SERVED, (later, "2027-03-05"), on="2027-03-08")
    assert found.label == "Contrainte : opposition à former"
    assert found.possible[0].option.code == "opposition"


def test_an_edition_that_says_nothing_of_refusals_knows_those_that_go_to_the_court_at_once():
    """A running installation keeps its matrix: what it did not say stays as it was."""
    facts = (DatedFact("notice_received", NOTICE), DatedFact("waiver_asked", date(2026, 11, 10)),
             DatedFact("waiver_refused", date(2026, 12, 10)))  # fmt: skip
    for benefit, offered in (("rsa", True), ("aah", False)):
        remedy = replace(MATRIX.remedy_for(benefit=benefit, operator="caf", on=NOTICE), refusal=None)
        law = DebtLineLaw(catalogue=CATALOGUE, remedy=remedy)
        line = DebtLineFacts(benefit=benefit, operator="caf", facts=facts)
        found = MACHINE.standing(line, on=date(2026, 12, 11), law=law)
        assert ("contest_waiver_refusal" in options(found)) is offered
        assert "waiver_recourse" not in options(found)


def test_a_line_is_read_by_an_edition_that_lacks_rules_of_the_machine():
    """An edition older than the release, or of which the pilot withdrew a rule: what it lacks counts nothing."""
    kept = tuple(rule for rule in CATALOGUE.rules if rule.code in {"IND-01", "IND-05"})
    law = DebtLineLaw(
        catalogue=replace(CATALOGUE, rules=kept), remedy=MATRIX.remedy_for(benefit="aah", operator="caf", on=NOTICE)
    )
    line = DebtLineFacts(benefit="aah", operator="caf", facts=(DatedFact("notice_received", NOTICE),))
    found = MACHINE.standing(line, on=date(2026, 11, 25), law=law)
    assert found.label == "Délai de rectification passé"
    assert found.possible[0].until == date(2027, 1, 4)


ORAL_LATE = (
    "Rectification demandée à l’oral le 23/11/2026, après les vingt jours (22/11/2026) : elle n’interrompt aucun délai."
    " L’organisme doit inviter à produire des documents : enregistrer le jour où cette invitation arrive, vingt jours"
    " courent alors. Sans l’attendre, former le recours par écrit. (CSS L133-4-1, alinéa 4, et R133-9-2, IV)"
)


def test_a_rectification_asked_orally_within_the_twenty_days_is_worth_asking_for_and_stops_no_clock():
    asked = standing(("oral_rectification", "2026-11-22"), on="2026-11-30")
    assert asked.without_effect == ()
    assert asked.suspension.verdict is None
    recourse = asked.find_possible("recourse")
    assert recourse is not None
    assert recourse.until == date(2027, 1, 4)
    written = standing(("oral_rectification", "2026-11-20"), ("rectification_asked", "2026-11-22"), on="2026-11-30")
    assert "rectification_spoken" not in written.codes
    assert written.suspension.verdict is True


@pytest.mark.parametrize(
    ("benefit", "operator", "day", "said"),
    [
        ("aah", "caf", "2026-11-23", ORAL_LATE),  # on day 21
        (
            "aspa", "cnav", "2026-11-10",
            ("Rectification demandée à l’oral le 10/11/2026 : aucun délai de rectification ne court ici. Elle n’interrompt"
            " rien : former le recours par écrit. (CSS L133-4-1, alinéa 4, et R133-9-2, IV)"),
        ),
        (
            "are", "france_travail", "2026-11-04",
            ("Rectification demandée à l’oral le 04/11/2026 : aucun délai de rectification ne court ici. Elle n’interrompt"
            " rien : former le recours par écrit. (CSS L133-4-1, alinéa 4, et R133-9-2, IV)"),
        ),
    ],
)  # fmt: skip
def test_a_rectification_asked_orally_too_late_or_of_who_has_none_says_so(
    benefit: str, operator: str, day: str, said: str
):
    found = standing(("oral_rectification", day), on="2026-11-25", benefit=benefit, operator=operator)
    assert found.without_effect == (said,)
    assert "rectification_spoken" not in found.codes
    recourse = found.find_possible("recourse")
    assert recourse is not None
    assert recourse.until is not None


def test_a_file_of_over_indebtedness_beside_a_contrainte_says_that_the_delay_runs():
    assert texts(standing(SERVED, ADMITTED, on="2027-03-08"), "over_indebtedness") == (
        "Un dossier de surendettement n’arrête pas le délai d’opposition : former opposition à la contrainte avant le"
        " 16/03/2027."
    )


def test_what_is_admitted_suspends_the_withholdings_for_sure_nowhere():
    filed = standing(("over_indebtedness_filed", "2026-11-10"), on="2026-12-01")
    assert filed.suspension.verdict is False
    admitted = standing(("over_indebtedness_admitted", "2026-12-18"), on="2026-12-20")
    assert admitted.suspension.verdict is None
    assert [each.reference for each in admitted.suspension.because] == ["Code de la consommation L722-2, à vérifier"]


def test_a_recourse_too_late_suspends_nothing_for_certain_unless_its_routes_were_not_stated():
    late = {"on": "2027-01-21", "benefit": "rsa"}
    assert standing(("recourse_sent", "2027-01-20"), **late).suspension.verdict is None
    assert standing(("recourse_sent", "2027-01-20"), **late, routes_stated=False).suspension.verdict is True


def test_a_line_that_ended_asks_for_nothing():
    assert standing(("debt_settled", "2026-12-01"), on="2026-12-02").possible == ()


# Dangerous choices


def texts(found: DebtLineStanding, *chosen: str) -> str:
    return "\n".join(each.text for each in MACHINE.cautions(chosen, found))


def test_a_waiver_alone_does_not_contest_and_the_two_months_go_on():
    words = texts(standing(on="2026-11-03"), "waiver")
    assert "Une remise seule ne conteste pas" in words
    assert "avant le 04/01/2027" in words
    assert "ne conteste pas" not in texts(standing(on="2026-11-03"), "waiver", "recourse")


def test_once_nothing_can_be_contested_any_more_nobody_is_told_to():
    assert texts(standing(on="2027-01-05"), "waiver") == ""


def test_asking_for_the_breakdown_stops_no_delay():
    assert "n’arrête aucun délai" in texts(standing(on="2026-11-03"), "breakdown")


def test_one_does_not_accept_and_contest():
    for other in ("recourse", "rectification", "court"):
        found = MACHINE.cautions(["accept", other], standing(on="2026-11-03"))
        assert any(each.refused for each in found), other


def test_a_mediator_alone_lets_the_delay_of_the_court_run():
    found = standing(*REJECTED, on="2027-01-12")
    assert "Le médiateur ne sauve aucun délai" in texts(found, "mediator")
    assert "avant le 11/03/2027" in texts(found, "mediator")
    assert texts(found, "mediator", "court") == ""


# Is recovery suspended?


@pytest.mark.parametrize(
    ("benefit", "operator", "facts", "on", "verdict", "until"),
    [
        # Twenty days before any withholding; then it may begin.
        ("aah", "caf", [], "2026-11-22", True, "2026-11-22"),
        ("aah", "caf", [], "2026-11-23", False, None),
        ("are", "france_travail", [], "2026-11-03", False, None),
        # A rectification suspends; its refusal keeps seven days, its silent refusal two months.
        ("aah", "caf", [ASKED], "2026-12-10", True, None),
        ("aah", "caf", [ASKED, REFUSED], "2026-12-22", True, "2026-12-22"),
        ("aah", "caf", [ASKED, REFUSED], "2026-12-23", False, None),
        ("aah", "caf", [ASKED, REFUSED_SILENTLY], "2027-02-28", True, "2027-02-28"),
        ("aah", "caf", [ASKED, REFUSED_SILENTLY], "2027-03-01", False, None),
        # The recourse: RSA, prime d’activité and ARE by law; AAH and family benefits not; housing aids are not sure.
        ("rsa", "caf", [SENT], "2026-12-02", True, None),
        ("prime_activite", "caf", [SENT], "2026-12-02", True, None),
        ("are", "france_travail", [SENT], "2026-12-02", True, None),
        ("aah", "caf", [SENT], "2026-12-02", False, None),
        ("prestations_familiales", "caf", [SENT], "2026-12-02", False, None),
        ("ij", "cpam", [SENT], "2026-12-02", False, None),
        ("apl", "caf", [SENT], "2026-12-02", None, None),
        # A request for a waiver: RSA and prime d’activité.
        ("rsa", "caf", [("waiver_asked", "2026-11-30")], "2026-12-02", True, None),
        ("aah", "caf", [("waiver_asked", "2026-11-30")], "2026-12-02", False, None),
        ("apl", "caf", [("waiver_asked", "2026-11-30")], "2026-12-02", None, None),
        # At every stage for the RSA, before the judge too.
        ("rsa", "caf", [*REJECTED, ("court_seized", "2027-02-10")], "2027-02-11", True, None),
        # An opposition: at France Travail by its text.
        ("are", "france_travail", [SERVED, OPPOSED], "2027-03-11", True, None),
        ("aah", "caf", [SERVED, OPPOSED], "2027-03-11", None, None),
        ("aah", "caf", [("seizure_notified", "2027-03-01"), ("seizure_contested", "2027-03-10")],
         "2027-03-11", True, None),
    ],
)  # fmt: skip
def test_recovery_is_suspended_as_the_texts_say(
    benefit: str, operator: str, facts: list[tuple[str, str]], on: str, verdict: bool | None, until: str | None
):
    found = standing(*facts, on=on, benefit=benefit, operator=operator).suspension
    assert (found.verdict, found.until) == (verdict, until and date.fromisoformat(until))
    assert bool(found.because) is (verdict is not False)


@pytest.mark.parametrize(
    ("benefit", "facts", "on", "certain"),
    [
        # IND-03: the silent refusal of 31 December bars withholdings until 28 February.
        ("aah", [ASKED, REFUSED_SILENTLY, ("withholding_seen", "2027-02-28")], "2027-03-05", [True]),
        ("aah", [ASKED, REFUSED_SILENTLY, ("withholding_seen", "2027-03-01")], "2027-03-05", []),
        # IND-04: seven days.
        ("aah", [ASKED, REFUSED, ("withholding_seen", "2026-12-22")], "2026-12-28", [True]),
        ("aah", [ASKED, REFUSED, ("withholding_seen", "2026-12-23")], "2026-12-28", []),
        # Before the twenty days are over.
        ("aah", [("withholding_seen", "2026-11-05")], "2026-11-06", [True]),
        # Despite a recourse that suspends, and one that doesn’t.
        ("rsa", [SENT, ("withholding_seen", "2026-12-05")], "2026-12-06", [True]),
        ("aah", [SENT, ("withholding_seen", "2026-12-05")], "2026-12-06", []),
        # It began rightly, and nobody saw it stop since the recourse.
        ("rsa", [("withholding_seen", "2026-11-28"), SENT], "2026-12-06", [False]),
        ("rsa", [("withholding_seen", "2026-11-28"), SENT, ("withholding_stopped", "2026-12-05")], "2026-12-06", []),
    ],
)  # fmt: skip
def test_a_withholding_while_recovery_is_suspended_is_an_alarm_with_its_letter(
    benefit: str, facts: list[tuple[str, str]], on: str, certain: list[bool]
):
    found = standing(*facts, on=on, benefit=benefit)
    assert [alarm.is_certain for alarm in found.alarms] == certain
    assert {alarm.letter for alarm in found.alarms} <= {"L7"}
    assert all(alarm.because for alarm in found.alarms)


# How a line is closed


@pytest.mark.parametrize(
    ("state", "outcomes"),
    [
        ("notified", {"settled"}),
        ("rectification_pending", set()),
        ("rectified", {"cancelled", "reduced"}),
        ("recourse_pending", set()),
        ("recourse_won", {"cancelled", "reduced"}),
        ("recourse_rejected", {"maintained"}),
        ("foreclosed", {"maintained", "scheduled", "settled"}),
        ("decision_final", {"maintained", "scheduled", "settled"}),
        ("court_pending", {"cancelled", "reduced", "maintained"}),
        ("settled", {"settled", "cancelled", "waived"}),
        ("waiver_granted", {"waived", "waived_partly", "settled"}),
        ("constraint", set()),
    ],
)
def test_a_line_is_closed_with_what_its_state_allows(state: str, outcomes: set[str]):
    facts, on = REACHED[state]
    found = standing(*facts, on=on)
    # Twenty days after, the line of the constraint is foreclosed too: its recovery alone is looked at here.
    closes = {code for each in found.reached if each.state.track != "contest" for code in each.state.closes}
    assert (closes if state == "constraint" else set(found.closes)) == outcomes


def test_closing_looks_at_the_delays_that_still_run():
    found = standing(*REJECTED, on="2027-01-12")
    assert "maintained" in found.closes
    assert [(each.option.code, each.until) for each in found.options_with_deadline] == [
        ("court", date(2027, 3, 11)),
        ("legal_aid", date(2027, 3, 11)),
    ]
    assert standing(("debt_settled", "2026-12-01"), on="2026-12-02").options_with_deadline == ()


# The data


def test_the_machine_speaks_only_of_facts_rules_options_outcomes_and_operators_that_exist():
    known = CATALOGUE.milestones.keys() | MACHINE.ledger_facts.keys()
    assert MACHINE.moving_facts <= known
    assert MACHINE.ledger_facts.keys().isdisjoint(CATALOGUE.milestones)
    asked = {kind for row in MACHINE.asked_in_time for kind in (row.asked, *row.answers)}
    assert asked | {kind for state in MACHINE.states for kind in state.stays_until} <= known
    codes = {rule.code for rule in CATALOGUE.rules}
    assert {code for row in MACHINE.asked_in_time for code in row.running} <= codes
    assert {code for state in MACHINE.states for code in state.reached_after} <= codes
    assert {code for option in MACHINE.options.values() for code in option.rules} <= codes
    assert {bar.rule for bar in MACHINE.bars} <= codes
    named = {code for state in MACHINE.states for code in state.options}
    named |= {code for each in MACHINE.combinations for code in each.chosen | each.without}
    assert named == MACHINE.options.keys()
    outcomes = {each.code for each in read_overpayments(read_toml(FOLDER / "overpayments.toml")).outcomes}
    assert {code for state in MACHINE.states for code in state.closes} <= outcomes


def test_every_milestone_of_a_line_that_its_person_or_body_can_reach_has_its_state():
    of_lines = set(read_toml(FOLDER / "deadlines_overpayments.toml")["milestones"])
    aside = {"benefit_paid", "rectification_received", "recourse_received", "commission_opinion"}
    # They pause a delay.
    aside |= {"completion_asked", "request_completed", "mediation_admitted", "mediation_concluded"}
    aside |= {"oral_request", "oral_promise"}  # they prove nothing
    aside |= {"documents_invited"}  # it begins a delay, and moves nothing
    assert of_lines - MACHINE.moving_facts == aside


# Anything may follow anything

KINDS = sorted(MACHINE.moving_facts)
PAIRS = [(benefit, operator) for operator in MATRIX.operators for benefit in MATRIX.benefits_of(operator)]
histories = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 200)), max_size=8)


@given(
    history=histories,
    pair=st.sampled_from(PAIRS),
    after=st.integers(0, 250),
    fraud=st.sampled_from([True, False, None]),
)
def test_whatever_happens_a_line_has_a_next_step_and_no_withholding_passes_unseen(
    history: list[tuple[str, int]], pair: tuple[str, str], after: int, fraud: bool | None
):
    benefit, operator = pair
    facts = [DatedFact(kind, NOTICE + timedelta(days=days)) for kind, days in history]
    line = DebtLineFacts(
        benefit=benefit, operator=operator, facts=(DatedFact("notice_received", NOTICE), *facts), fraud=fraud
    )
    law = DebtLineLaw(catalogue=CATALOGUE, remedy=MATRIX.remedy_for(benefit=benefit, operator=operator, on=NOTICE))
    on = NOTICE + timedelta(days=after)
    found = MACHINE.standing(line, on=on, law=law)

    assert found.current_state is not None
    assert found.current_state.next
    assert found.possible or found.closes or found.suspension.because or found.current_state.press < 3
    known = [fact for fact in facts if fact.on <= on]
    seen = max((f.on for f in known if f.kind == "withholding_seen"), default=None)
    stopped = max((f.on for f in known if f.kind == "withholding_stopped"), default=date.min)
    if found.suspension.verdict and seen and seen >= stopped:
        assert found.alarms
    if found.find_possible("mediator"):
        assert any(f.kind in ("recourse_sent", "rectification_asked") for f in known)
    if "constraint" in found.codes and not found.is_ended:
        assert found.possible[0].option.code == "opposition"
    assert all(each.until is None or each.until >= on for each in found.possible)
