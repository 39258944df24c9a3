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


REACHED = {
    "notified": ([], "2026-11-03"),
    "rectification_missed": ([], "2026-11-23"),
    "rectification_pending": ([("rectification_asked", "2026-11-10")], "2026-11-11"),
    "rectified": ([("rectification_asked", "2026-11-10"), ("rectification_accepted", "2026-11-25")], "2026-11-25"),
    "rectification_rejected": (
        [("rectification_asked", "2026-11-10"), ("rectification_rejected", "2026-11-25")],
        "2026-11-25",
    ),
    "rectification_rejected_silently": (
        [("rectification_asked", "2026-11-10"), ("rectification_rejected_silently", "2026-12-12")],
        "2026-12-12",
    ),
    "foreclosed": ([], "2027-01-05"),
    "recourse_pending": ([("recourse_sent", "2026-12-01")], "2026-12-02"),
    "recourse_won": ([("recourse_sent", "2026-12-01"), ("recourse_accepted", "2027-01-10")], "2027-01-10"),
    "recourse_rejected": ([("recourse_sent", "2026-12-01"), ("recourse_rejected", "2027-01-11")], "2027-01-11"),
    "recourse_rejected_silently": (
        [("recourse_sent", "2026-12-01"), ("recourse_rejected_silently", "2027-02-02")],
        "2027-02-02",
    ),
    "decision_final": ([("recourse_sent", "2026-12-01"), ("recourse_rejected", "2027-01-11")], "2027-03-12"),
    "court_pending": (
        [("recourse_sent", "2026-12-01"), ("recourse_rejected", "2027-01-11"), ("court_seized", "2027-02-10")],
        "2027-02-11",
    ),
    "withheld": ([("withholding_seen", "2026-12-05")], "2026-12-06"),
    "withholding_stopped": (
        [("withholding_seen", "2026-12-05"), ("withholding_stopped", "2026-12-20")],
        "2026-12-21",
    ),
    "schedule_agreed": ([("schedule_accepted", "2026-11-20")], "2026-11-21"),
    "schedule_lapsed": ([("schedule_accepted", "2026-11-20")], "2026-12-21"),
    "schedule_running": ([("schedule_accepted", "2026-11-20"), ("schedule_signed", "2026-12-01")], "2026-12-30"),
    "schedule_broken": ([("schedule_signed", "2026-12-01"), ("schedule_missed", "2027-01-05")], "2027-01-06"),
    "formal_notice": ([("formal_notice_received", "2027-03-01")], "2027-03-02"),
    "formal_notice_lapsed": ([("formal_notice_received", "2027-03-01")], "2027-04-02"),
    "revenue_order": ([("revenue_order_received", "2027-03-01")], "2027-03-02"),
    "revenue_order_final": ([("revenue_order_received", "2027-03-01")], "2027-05-04"),
    "revenue_order_contested": (
        [("revenue_order_received", "2027-03-01"), ("revenue_order_contested", "2027-04-01")],
        "2027-04-02",
    ),
    "constraint": ([("constraint_served", "2027-03-01")], "2027-03-16"),
    "constraint_final": ([("constraint_served", "2027-03-01")], "2027-03-17"),
    "constraint_opposed": ([("constraint_served", "2027-03-01"), ("constraint_opposed", "2027-03-10")], "2027-03-20"),
    "seizure": ([("seizure_notified", "2027-03-01")], "2027-04-01"),
    "seizure_final": ([("seizure_notified", "2027-03-01")], "2027-04-02"),
    "seizure_contested": ([("seizure_notified", "2027-03-01"), ("seizure_contested", "2027-03-10")], "2027-05-02"),
    "settled": ([("debt_settled", "2026-12-01")], "2026-12-01"),
    "waiver_pending": ([("waiver_asked", "2026-11-10")], "2026-11-11"),
    "waiver_granted": ([("waiver_asked", "2026-11-10"), ("waiver_granted", "2026-12-10")], "2026-12-11"),
    "waiver_refused": ([("waiver_asked", "2026-11-10"), ("waiver_refused", "2026-12-10")], "2026-12-11"),
    "waiver_refused_silently": (
        [("waiver_asked", "2026-11-10"), ("waiver_refused_silently", "2027-01-10")],
        "2027-01-11",
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
        [("recourse_sent", "2026-12-01"), ("recourse_rejected_silently", "2027-02-02"), ("reasons_asked", "2027-02-10")],
        "2027-02-11",
    ),
    "reasons_known": (
        [("recourse_rejected_silently", "2027-02-02"), ("reasons_asked", "2027-02-10"), ("reasons_given", "2027-03-01")],
        "2027-03-02",
    ),
    "legal_aid_pending": (
        [("recourse_sent", "2026-12-01"), ("recourse_rejected", "2027-01-11"), ("legal_aid_asked", "2027-01-20")],
        "2027-04-20",
    ),
    "legal_aid_answered": (
        [("recourse_rejected", "2027-01-11"), ("legal_aid_asked", "2027-01-20"), ("legal_aid_decided", "2027-04-15")],
        "2027-04-20",
    ),
    "rectification_spoken": ([("oral_rectification", "2026-11-22")], "2026-11-30"),
    "over_indebtedness_filed": ([("over_indebtedness_filed", "2026-11-10")], "2026-11-11"),
    "over_indebtedness_admitted": (
        [("over_indebtedness_filed", "2026-11-10"), ("over_indebtedness_admitted", "2027-01-08")],
        "2027-01-09",
    ),
    "over_indebtedness_decided": (
        [("over_indebtedness_admitted", "2027-01-08"), ("over_indebtedness_decided", "2027-06-04")],
        "2027-06-05",
    ),
    "debts_erased": ([("over_indebtedness_admitted", "2027-01-08"), ("debts_erased", "2027-06-04")], "2027-06-05"),
    "penalty_notified": ([("penalty_notice_received", "2026-11-10")], "2026-11-11"),
    "penalty_answered": (
        [("penalty_notice_received", "2026-11-10"), ("penalty_observations_sent", "2026-11-20")],
        "2026-11-21",
    ),
    "penalty_decided": ([("penalty_notice_received", "2026-11-10"), ("penalty_decided", "2027-01-15")], "2027-03-15"),
    "penalty_final": ([("penalty_decided", "2027-01-15")], "2027-03-16"),
    "penalty_in_mediation": ([("penalty_decided", "2027-01-15"), ("penalty_mediation_asked", "2027-02-01")], "2027-02-02"),
    "penalty_after_mediation": (
        [("penalty_mediation_asked", "2027-02-01"), ("penalty_mediation_ended", "2027-04-12")],
        "2027-04-13",
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
        (
            [("rectification_asked", "2026-11-22"), ("rectification_rejected", "2026-12-15")],
            "2027-02-15",
            "Rectification refusée",
        ),
        (
            [("rectification_asked", "2026-11-22"), ("rectification_rejected", "2026-12-15")],
            "2027-02-16",
            "Délai de recours passé",
        ),
        # A recourse too late is a recourse still, and is said to be late.
        ([("recourse_sent", "2027-01-04")], "2027-01-20", "Recours préalable envoyé"),
        ([("recourse_sent", "2027-01-05")], "2027-01-20", "Recours préalable envoyé, hors délai"),
        (
            [("constraint_served", "2027-03-01"), ("constraint_opposed", "2027-03-16")],
            "2027-03-20",
            "Opposition à contrainte formée",
        ),
        (
            [("constraint_served", "2027-03-01"), ("constraint_opposed", "2027-03-17")],
            "2027-03-20",
            "Opposition à contrainte formée, hors délai",
        ),
        # What a body accepted is not undone by the passing of a delay.
        ([("rectification_accepted", "2026-12-01")], "2027-02-01", "Rectification acceptée"),
        # A schedule that runs answers the formal notice.
        (
            [("formal_notice_received", "2027-03-01"), ("schedule_signed", "2027-03-20")],
            "2027-05-01",
            "Échéancier en cours",
        ),
        (
            [("formal_notice_received", "2027-03-01"), ("debt_settled", "2027-08-01")],
            "2027-09-01",
            "Payé, annulé ou remis",
        ),
        # Pursued: what presses most gives the line its label.
        (
            [("recourse_sent", "2026-12-01"), ("constraint_served", "2027-03-01")],
            "2027-03-02",
            "Contrainte : opposition à former",
        ),
        (
            [("formal_notice_received", "2027-03-01"), ("constraint_served", "2027-05-03")],
            "2027-05-04",
            "Contrainte : opposition à former",
        ),
        ([("constraint_served", "2027-03-01"), ("debt_settled", "2027-03-05")], "2027-03-06", "Payé, annulé ou remis"),
        # Nothing undoes what ends a line.
        ([("debt_settled", "2026-12-01"), ("withholding_seen", "2027-01-05")], "2027-01-06", "Payé, annulé ou remis"),
        # What is still to come says nothing yet.
        ([("recourse_sent", "2026-12-01")], "2026-11-10", "Notifié"),
    ],
)
def test_a_line_goes_from_state_to_state(facts: list[tuple[str, str]], on: str, label: str):
    assert standing(*facts, on=on).label == label


def test_without_a_notice_a_line_has_no_state():
    found = standing(on="2026-11-10", notice="")
    assert (found.label, found.possible, found.closes) == ("Notification à recevoir", (), ())


def test_the_order_in_which_facts_were_recorded_does_not_count():
    facts = [("recourse_sent", "2026-12-01"), ("recourse_rejected", "2027-01-11"), ("court_seized", "2027-02-10")]
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


@pytest.mark.parametrize(
    ("benefit", "operator", "letter", "until"),
    [
        ("rsa", "caf", "L3", date(2027, 1, 4)),
        ("prime_activite", "caf", "L2", date(2027, 1, 4)),
        ("apl", "caf", "L2b", date(2027, 1, 4)),
        ("ij", "cpam", "L2", date(2027, 1, 4)),
        ("c2s", "cpam", "L2", date(2027, 1, 4)),
        ("retraite", "cnav", "L2", date(2027, 1, 4)),
        ("are", "france_travail", "L4", date(2027, 1, 2)),
        ("ass", "france_travail", "L5", date(2027, 1, 2)),
    ],
)
def test_each_benefit_is_contested_with_its_letter(benefit: str, operator: str, letter: str, until: date):
    found = standing(on="2026-11-03", benefit=benefit, operator=operator).find_possible("recourse")
    assert found is not None
    assert (found.letter, found.until) == (letter, until)


def test_a_prime_de_noel_goes_to_the_court_at_once():
    found = standing(on="2026-11-03", benefit="prime_noel")
    assert "recourse" not in options(found)
    court = found.find_possible("court_directly")
    # Two months, franc: 3 January 2027 is a Sunday.
    assert court is not None
    assert (court.letter, court.until) == ("L13b", date(2027, 1, 4))


def test_france_travail_is_asked_for_no_rectification():
    assert "rectification" not in options(standing(on="2026-11-03", benefit="are", operator="france_travail"))


def test_a_pension_is_rectified_like_what_the_caf_claims():
    found = standing(on="2026-11-03", benefit="retraite", operator="cnav")
    asked = found.find_possible("rectification")
    assert asked is not None
    assert (asked.letter, asked.until) == ("L1", date(2026, 11, 22))
    assert (found.suspension.verdict, found.suspension.until) == (True, date(2026, 11, 22))
    silent = [("rectification_asked", "2026-11-10"), ("rectification_rejected_silently", "2026-12-12")]
    found = standing(*silent, on="2026-12-20", benefit="retraite", operator="cnav")
    assert (found.suspension.verdict, found.suspension.until) == (True, date(2027, 2, 12))


def test_after_the_mediation_the_court_has_its_last_day():
    ended = [("mediation_asked", "2026-12-01"), ("mediation_ended", "2027-01-15")]
    court = standing(*ended, on="2027-01-16", benefit="ass", operator="france_travail").find_possible("court")
    assert court is not None
    assert (court.letter, court.until) == ("L13", date(2027, 3, 15))
    over = standing(*ended, on="2027-03-16", benefit="ass", operator="france_travail")
    assert over.codes == {"decision_final"}


@pytest.mark.parametrize("benefit", ["rsa", "apl", "alf", "als"])
def test_the_refusal_of_a_waiver_has_a_last_day_before_the_court(benefit: str):
    for refusal in ("waiver_refused", "waiver_refused_silently"):
        found = standing(("waiver_asked", "2026-11-10"), (refusal, "2026-12-10"), on="2026-12-11", benefit=benefit)
        court = found.find_possible("contest_waiver_refusal")
        assert court is not None
        assert (court.letter, court.until) == ("L13c", date(2027, 2, 10))
        over = standing(("waiver_asked", "2026-11-10"), (refusal, "2026-12-10"), on="2027-02-11", benefit=benefit)
        assert "waiver_refusal_final" in over.codes


def test_the_waiver_of_the_c2s_is_asked_in_two_months_during_which_nothing_is_recovered():
    found = standing(on="2026-12-01", benefit="c2s", operator="cpam")
    waiver = found.find_possible("waiver")
    assert waiver is not None
    assert waiver.until == date(2027, 1, 2)
    assert (found.suspension.verdict, found.suspension.until) == (True, date(2027, 1, 2))
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
    found = standing(("recourse_sent", "2026-12-01"), ("constraint_served", "2027-03-01"), on="2027-03-02")
    first = found.possible[0]
    assert (first.option.code, first.option.urgent, first.letter, first.until) == (
        "opposition",
        True,
        "L12",
        date(2027, 3, 16),
    )


@pytest.mark.parametrize(
    "later", ["withholding_seen", "schedule_missed", "seizure_notified", "formal_notice_received"]
)
def test_nothing_that_comes_after_hides_a_constraint_to_oppose(later: str):
    found = standing(("constraint_served", "2027-03-01"), (later, "2027-03-05"), on="2027-03-08")
    assert found.label == "Contrainte : opposition à former"
    assert found.possible[0].option.code == "opposition"


def test_the_notice_of_the_fourth_letter_is_opposed_until_the_first_of_december():
    """Served on 16 November 2026, before the tribunal judiciaire."""
    found = standing(
        ("constraint_served", "2026-11-16"), on="2026-11-16", benefit="are", operator="france_travail", notice=""
    )
    opposition = found.find_possible("opposition")
    assert opposition is not None
    assert opposition.until == date(2026, 12, 1)


def test_a_mediator_comes_only_after_the_recourse():
    assert "mediator" not in options(standing(on="2026-11-03"))
    assert "mediator" not in options(standing(on="2027-01-05"))
    assert "mediator" in options(standing(("recourse_sent", "2026-12-01"), on="2026-12-02"))


def test_a_waiver_is_excluded_by_fraud_where_the_law_says_so():
    assert "waiver" not in options(standing(on="2026-11-03", benefit="rsa", fraud=True))
    assert "waiver" in options(standing(on="2026-11-03", benefit="rsa", fraud=None))
    assert "waiver" in options(standing(on="2026-11-03", benefit="apl", fraud=True))
    assert "waiver" not in options(standing(on="2026-11-03", benefit="prime_noel"))


def test_the_refusal_of_a_waiver_goes_to_the_court_for_the_rsa():
    refused = [("waiver_asked", "2026-11-10"), ("waiver_refused", "2026-12-10")]
    found = {each.option.code: each.letter for each in standing(*refused, on="2026-12-11", benefit="rsa").possible}
    assert found["contest_waiver_refusal"] == "L13c"
    aah = standing(*refused, on="2026-12-11", benefit="aah")
    assert "contest_waiver_refusal" not in options(aah)
    first = aah.find_possible("waiver_recourse")
    assert first is not None
    assert (first.letter, first.until) == ("L2c", date(2027, 2, 10))


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


@pytest.mark.parametrize(
    ("benefit", "operator", "until"),
    [("aah", "caf", "2027-01-04"), ("rsa", "caf", "2027-01-04"), ("are", "france_travail", "2027-01-02")],
)
def test_a_file_of_over_indebtedness_stops_no_delay_of_a_recourse(benefit: str, operator: str, until: str):
    """Filed on the eighth day, admitted inside the two months: the last day stays what it was, then nothing is contested."""
    file = [("over_indebtedness_filed", "2026-11-10"), ("over_indebtedness_admitted", "2026-12-18")]
    found = standing(*file, on="2026-12-20", benefit=benefit, operator=operator)
    recourse = found.find_possible("recourse")
    assert recourse is not None
    assert recourse.until == date.fromisoformat(until)
    after = date.fromisoformat(until) + timedelta(days=1)
    assert "foreclosed" in standing(*file, on=after.isoformat(), benefit=benefit, operator=operator).codes


def test_nor_the_fifteen_days_of_a_contrainte():
    facts = [("constraint_served", "2027-03-01"), ("over_indebtedness_admitted", "2027-03-05")]
    found = standing(*facts, on="2027-03-08")
    opposition = found.find_possible("opposition")
    assert opposition is not None
    assert opposition.until == date(2027, 3, 16)
    said = [each.text for each in MACHINE.cautions(["over_indebtedness"], found)]
    assert said == [
        (
            "Un dossier de surendettement n’arrête pas le délai d’opposition : former opposition à la contrainte avant le"
            " 16/03/2027."
        )
    ]


def test_what_is_admitted_suspends_the_withholdings_for_sure_nowhere():
    filed = standing(("over_indebtedness_filed", "2026-11-10"), on="2026-12-01")
    assert filed.suspension.verdict is False
    admitted = standing(("over_indebtedness_admitted", "2026-12-18"), on="2026-12-20")
    assert admitted.suspension.verdict is None
    assert [each.reference for each in admitted.suspension.because] == ["Code de la consommation L722-2, à vérifier"]


def test_over_indebtedness_erases_no_fraud_but_that_of_the_rsa():
    late = {"on": "2027-01-05"}
    assert "over_indebtedness" in options(standing(**late, benefit="aah", fraud=False))
    assert "over_indebtedness" not in options(standing(**late, benefit="aah", fraud=True))
    assert "over_indebtedness" in options(standing(**late, benefit="rsa", fraud=True))


def test_a_recourse_after_its_delay_is_offered_only_where_the_routes_were_not_stated():
    assert "late_recourse" not in options(standing(on="2027-01-05"))
    assert "late_recourse" not in options(standing(on="2027-01-05", routes_stated=True))
    assert "late_recourse" in options(standing(on="2027-01-05", routes_stated=False))


def test_a_withholding_is_contested_and_revised_once_it_was_seen():
    assert "withholding" not in options(standing(on="2026-11-30"))
    found = standing(("withholding_seen", "2026-11-28"), on="2026-11-30")
    assert {"withholding", "suspension"} <= set(options(found))


def test_the_court_is_seized_in_the_two_months_of_the_rejection():
    found = standing(("recourse_sent", "2026-12-01"), ("recourse_rejected", "2027-01-11"), on="2027-01-12")
    court = found.find_possible("court")
    assert court is not None
    assert (court.letter, court.until) == ("L13", date(2027, 3, 11))
    # Before the tribunal administratif the delay is franc.
    found = standing(
        ("recourse_sent", "2026-12-01"), ("recourse_rejected", "2027-01-11"), on="2027-01-12", benefit="rsa"
    )
    court = found.find_possible("court")
    assert court is not None
    assert court.until == date(2027, 3, 12)


MEDIATED = [("recourse_sent", "2026-12-01"), ("recourse_rejected", "2027-01-11"), ("mediation_admitted", "2027-02-01")]


def test_an_admitted_mediation_keeps_the_court_open_as_long_as_it_lasts_and_gives_back_its_days():
    """CSS L217-7-1: two months end on 11 March; the 28 days from 1 February to 1 March are added."""
    waiting = standing(*MEDIATED, on="2027-03-15")
    court = waiting.find_possible("court")
    assert court is not None
    assert court.until is None
    assert "decision_final" not in waiting.codes
    over = [*MEDIATED, ("mediation_concluded", "2027-03-01")]
    court = standing(*over, on="2027-03-15").find_possible("court")
    assert court is not None
    assert court.until == date(2027, 4, 8)
    assert "decision_final" not in standing(*over, on="2027-04-08").codes
    assert "decision_final" in standing(*over, on="2027-04-09").codes
    # Without a mediation nothing is added.
    assert "decision_final" in standing(*MEDIATED[:2], on="2027-03-12").codes


def test_a_mediation_admitted_after_the_last_day_opens_nothing_again():
    rejected, late = MEDIATED[:2], ("mediation_admitted", "2027-06-01")
    for facts in ([*rejected, late], [*rejected, late, ("mediation_concluded", "2027-06-05")]):
        found = standing(*facts, on="2027-06-10")
        assert "decision_final" in found.codes
        assert found.find_possible("court") is None
    # Nobody contested: the two months ended on 4 January.
    found = standing(late, on="2027-06-10")
    assert "foreclosed" in found.codes
    assert found.find_possible("recourse") is None
    # On the last day itself it is in time.
    in_time = standing(*rejected, ("mediation_admitted", "2027-03-11"), on="2027-06-10")
    assert "decision_final" not in in_time.codes
    assert in_time.find_possible("court") is not None


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
    found = standing(("recourse_sent", "2026-12-01"), ("recourse_rejected", "2027-01-11"), on="2027-01-12")
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
        ("aah", "caf", [("rectification_asked", "2026-11-20")], "2026-12-10", True, None),
        ("aah", "caf", [("rectification_asked", "2026-11-20"), ("rectification_rejected", "2026-12-15")],
         "2026-12-22", True, "2026-12-22"),
        ("aah", "caf", [("rectification_asked", "2026-11-20"), ("rectification_rejected", "2026-12-15")],
         "2026-12-23", False, None),
        ("aah", "caf", [("rectification_asked", "2026-11-20"), ("rectification_rejected_silently", "2026-12-31")],
         "2027-02-28", True, "2027-02-28"),
        ("aah", "caf", [("rectification_asked", "2026-11-20"), ("rectification_rejected_silently", "2026-12-31")],
         "2027-03-01", False, None),
        # The recourse: RSA, prime d’activité and ARE by law; AAH and family benefits not; housing aids are not sure.
        ("rsa", "caf", [("recourse_sent", "2026-12-01")], "2026-12-02", True, None),
        ("prime_activite", "caf", [("recourse_sent", "2026-12-01")], "2026-12-02", True, None),
        ("are", "france_travail", [("recourse_sent", "2026-12-01")], "2026-12-02", True, None),
        ("aah", "caf", [("recourse_sent", "2026-12-01")], "2026-12-02", False, None),
        ("prestations_familiales", "caf", [("recourse_sent", "2026-12-01")], "2026-12-02", False, None),
        ("ij", "cpam", [("recourse_sent", "2026-12-01")], "2026-12-02", False, None),
        ("apl", "caf", [("recourse_sent", "2026-12-01")], "2026-12-02", None, None),
        # A request for a waiver: RSA and prime d’activité.
        ("rsa", "caf", [("waiver_asked", "2026-11-30")], "2026-12-02", True, None),
        ("aah", "caf", [("waiver_asked", "2026-11-30")], "2026-12-02", False, None),
        ("apl", "caf", [("waiver_asked", "2026-11-30")], "2026-12-02", None, None),
        # At every stage for the RSA, before the judge too.
        ("rsa", "caf", [("recourse_sent", "2026-12-01"), ("recourse_rejected", "2027-01-11"),
                        ("court_seized", "2027-02-10")], "2027-02-11", True, None),
        # An opposition: at France Travail by its text.
        ("are", "france_travail", [("constraint_served", "2027-03-01"), ("constraint_opposed", "2027-03-10")],
         "2027-03-11", True, None),
        ("aah", "caf", [("constraint_served", "2027-03-01"), ("constraint_opposed", "2027-03-10")],
         "2027-03-11", None, None),
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
        ("aah", [("rectification_asked", "2026-11-20"), ("rectification_rejected_silently", "2026-12-31"),
                 ("withholding_seen", "2027-02-28")], "2027-03-05", [True]),
        ("aah", [("rectification_asked", "2026-11-20"), ("rectification_rejected_silently", "2026-12-31"),
                 ("withholding_seen", "2027-03-01")], "2027-03-05", []),
        # IND-04: seven days.
        ("aah", [("rectification_asked", "2026-11-20"), ("rectification_rejected", "2026-12-15"),
                 ("withholding_seen", "2026-12-22")], "2026-12-28", [True]),
        ("aah", [("rectification_asked", "2026-11-20"), ("rectification_rejected", "2026-12-15"),
                 ("withholding_seen", "2026-12-23")], "2026-12-28", []),
        # Before the twenty days are over.
        ("aah", [("withholding_seen", "2026-11-05")], "2026-11-06", [True]),
        # Despite a recourse that suspends, and one that doesn’t.
        ("rsa", [("recourse_sent", "2026-12-01"), ("withholding_seen", "2026-12-05")], "2026-12-06", [True]),
        ("aah", [("recourse_sent", "2026-12-01"), ("withholding_seen", "2026-12-05")], "2026-12-06", []),
        # It began rightly, and nobody saw it stop since the recourse.
        ("rsa", [("withholding_seen", "2026-11-28"), ("recourse_sent", "2026-12-01")], "2026-12-06", [False]),
        ("rsa", [("withholding_seen", "2026-11-28"), ("recourse_sent", "2026-12-01"),
                 ("withholding_stopped", "2026-12-05")], "2026-12-06", []),
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
    found = standing(("recourse_sent", "2026-12-01"), ("recourse_rejected", "2027-01-11"), on="2027-01-12")
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
    aside |= {
        "completion_asked",
        "request_completed",
        "mediation_admitted",
        "mediation_concluded",
    }  # they pause a delay
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
