"""What was asked prolongs a delay only when it was asked in time, and hides nothing of what goes on beside it.

The notice is received on Monday 2 November 2026, the recourse rejected on Monday 11 January 2027: the tribunal administratif
(delay franc) until Friday 12 March. Expected: counted by hand on a calendar.
"""

from datetime import date
from itertools import product

import pytest

from cases.rules.debt_line_standing import DebtLineStanding
from tests.cases.rules.test_debt_lines import CATALOGUE, MACHINE, options, standing

Facts = list[tuple[str, str]]
REJECTED: Facts = [("recourse_sent", "2026-12-01"), ("recourse_rejected", "2027-01-11")]
SILENT: Facts = [("recourse_sent", "2026-12-01"), ("recourse_rejected_silently", "2027-02-02")]


def of_rsa(*facts: tuple[str, str], on: str) -> DebtLineStanding:
    return standing(*facts, on=on, benefit="rsa")


def last_day(found: DebtLineStanding, option: str) -> date | None:
    possible = found.find_possible(option)
    assert possible is not None
    return possible.until


def court_until(found: DebtLineStanding) -> date | None:
    return last_day(found, "court")


# Legal aid


def test_legal_aid_hides_no_court_that_was_seized():
    seized: Facts = [*REJECTED, ("court_seized", "2027-02-01"), ("legal_aid_asked", "2027-02-03")]
    found = of_rsa(*seized, on="2027-02-04")
    assert {"court_pending", "legal_aid_pending"} <= found.codes
    assert found.suspension.verdict is True
    assert "court" not in options(found)
    decided = of_rsa(*seized, ("legal_aid_decided", "2027-03-03"), on="2027-06-01")
    assert {"court_pending", "legal_aid_answered"} <= decided.codes
    assert decided.suspension.verdict is True


def test_a_withholding_while_the_court_sits_stays_an_alarm_when_legal_aid_is_asked():
    seized: Facts = [*REJECTED, ("court_seized", "2027-02-01"), ("legal_aid_asked", "2027-02-03")]
    found = of_rsa(*seized, ("withholding_seen", "2027-02-05"), on="2027-02-06")
    assert [alarm.is_certain for alarm in found.alarms] == [True]


def test_legal_aid_asked_while_the_recourse_waits_leaves_it_waiting():
    found = of_rsa(("recourse_sent", "2026-12-01"), ("legal_aid_asked", "2026-12-10"), on="2026-12-11")
    assert "recourse_pending" in found.codes
    assert found.suspension.verdict is True


def test_legal_aid_asked_before_any_recourse_lets_its_delays_run_and_keeps_them_offered():
    found = of_rsa(("legal_aid_asked", "2026-11-10"), on="2026-11-11")
    last_days = {each.option.code: each.until for each in found.possible}
    assert last_days["rectification"] == date(2026, 11, 22)
    assert last_days["recourse"] == date(2027, 1, 4)
    over = of_rsa(("legal_aid_asked", "2026-11-10"), ("legal_aid_decided", "2027-01-20"), on="2027-01-21")
    assert "foreclosed" in over.codes


def test_legal_aid_asked_in_time_opens_the_court_again_from_its_decision():
    asked: Facts = [*REJECTED, ("legal_aid_asked", "2027-02-01")]
    assert "decision_final" not in of_rsa(*asked, on="2027-04-11").codes
    decided = [*asked, ("legal_aid_decided", "2027-04-12")]
    # 12 June is a Saturday.
    assert court_until(of_rsa(*decided, on="2027-04-13")) == date(2027, 6, 14)
    assert "decision_final" not in of_rsa(*decided, on="2027-06-14").codes
    assert "decision_final" in of_rsa(*decided, on="2027-06-15").codes


def test_legal_aid_asked_after_the_delay_of_the_court_opens_nothing_again():
    asked: Facts = [*REJECTED, ("legal_aid_asked", "2027-06-11"), ("legal_aid_decided", "2027-07-12")]
    found = of_rsa(*asked, on="2027-07-13")
    assert {"decision_final", "legal_aid_answered"} <= found.codes
    assert "court" not in options(found)
    assert all(each.until is None for each in found.possible)


def test_legal_aid_is_offered_until_the_last_day_of_the_court_and_no_more_once_it_was_asked():
    found = of_rsa(*REJECTED, on="2027-01-12").find_possible("legal_aid")
    assert found is not None
    assert (found.letter, found.until) == ("L13d", date(2027, 3, 12))
    assert "legal_aid" not in options(of_rsa(*REJECTED, ("legal_aid_asked", "2027-02-01"), on="2027-02-02"))
    assert "legal_aid" not in options(of_rsa(*REJECTED, on="2027-03-13"))
    assert last_day(of_rsa(*REJECTED, ("court_seized", "2027-02-01"), on="2027-02-02"), "legal_aid") is None


def words_without_effect(*facts: tuple[str, str], on: str) -> str:
    return "\n".join(of_rsa(*facts, on=on).without_effect)


def test_legal_aid_asked_late_early_or_by_nobody_says_why_no_delay_begins_and_by_which_article():
    late: Facts = [*REJECTED, ("legal_aid_asked", "2027-03-13")]
    assert words_without_effect(*late, on="2027-03-14").startswith(
        "Aide juridictionnelle demandée le 13/03/2027, après le dernier jour pour saisir le tribunal (12/03/2027) : "
        "ce délai ne recommence pas. La demande est gardée"
    )
    assert words_without_effect(*late, on="2027-03-14").endswith("(décret n° 2020-1717, article 43, à vérifier)")
    early = words_without_effect(("legal_aid_asked", "2026-11-10"), on="2026-11-11")
    assert "avant que le délai du tribunal ne coure" in early
    unasked = words_without_effect(*REJECTED, ("legal_aid_decided", "2027-02-12"), on="2027-02-13")
    assert "sans demande d’aide juridictionnelle enregistrée" in unasked
    assert "(12/02/2027)" not in unasked
    reasons = words_without_effect(*SILENT, ("reasons_asked", "2027-04-06"), on="2027-04-07")
    assert reasons == (
        "Motifs demandés le 06/04/2027, après le dernier jour pour saisir le tribunal (05/04/2027) : "
        "ils ne prolongent pas ce délai. (CRPA L232-4)"
    )


def test_legal_aid_asked_on_the_last_day_or_once_the_court_is_seized_is_not_said_to_be_late():
    assert words_without_effect(*REJECTED, ("legal_aid_asked", "2027-03-12"), on="2027-06-01") == ""
    seized: Facts = [*REJECTED, ("court_seized", "2027-02-01")]
    assert words_without_effect(*seized, ("legal_aid_asked", "2027-02-03"), on="2027-02-04") == ""
    assert words_without_effect(*seized, ("legal_aid_asked", "2027-05-03"), on="2027-05-04") == ""


@pytest.mark.parametrize("seized", ["2027-02-10", "2027-03-25", "2027-04-20"])
def test_a_court_seized_since_legal_aid_was_asked_is_never_final_nor_late(seized: str):
    facts: Facts = [*REJECTED, ("legal_aid_asked", "2027-02-01"), ("legal_aid_decided", "2027-04-12")]
    found = of_rsa(*facts, ("court_seized", seized), on="2027-09-01")
    assert "court_pending" in found.codes
    assert found.label == "Tribunal saisi"


def test_the_court_counts_from_the_later_of_the_decision_and_of_the_appointment_of_counsel():
    first: Facts = [*REJECTED, ("legal_aid_asked", "2027-01-20"), ("counsel_appointed", "2027-02-01")]
    assert "decision_final" not in of_rsa(*first, on="2027-04-05").codes
    decided = of_rsa(*first, ("legal_aid_decided", "2027-03-20"), on="2027-04-05")
    assert "decision_final" not in decided.codes
    assert court_until(decided) == date(2027, 5, 20)
    then: Facts = [*REJECTED, ("legal_aid_asked", "2027-01-20"), ("legal_aid_decided", "2027-02-01")]
    assert court_until(of_rsa(*then, ("counsel_appointed", "2027-03-20"), on="2027-03-21")) == date(2027, 5, 20)
    assert court_until(of_rsa(*then, ("counsel_appointed", "2027-02-01"), on="2027-02-02")) == date(2027, 4, 1)


# Reasons


@pytest.mark.parametrize(
    "silence",
    [
        [("rectification_asked", "2026-11-10"), ("rectification_rejected_silently", "2026-12-12")],
        [("rectification_asked", "2026-11-10"), ("rectification_rejected_silently", "2026-12-12"),
         ("reasons_asked", "2026-12-14")],
    ],
)  # fmt: skip
def test_reasons_of_a_silent_rectification_leave_the_recourse_to_be_sent(silence: Facts):
    found = of_rsa(*silence, ("reasons_given", "2026-12-20"), on="2026-12-21")
    assert "rectification_rejected_silently" in found.codes
    assert last_day(found, "recourse") == date(2027, 2, 12)


def test_reasons_of_a_silent_waiver_close_no_delay_of_the_court_and_open_none_again():
    waiver: Facts = [("waiver_asked", "2026-11-10"), ("waiver_refused_silently", "2027-01-12")]
    asked: Facts = [*waiver, ("reasons_asked", "2027-01-14"), ("reasons_given", "2027-02-20")]
    # Two months from 2 February, franc: 3 April is a Saturday, then Easter.
    found = of_rsa(*asked, *SILENT, on="2027-02-21")
    assert court_until(found) == date(2027, 4, 5)
    late: Facts = [*REJECTED, *waiver, ("reasons_asked", "2027-03-15"), ("reasons_given", "2027-04-01")]
    assert "decision_final" in of_rsa(*late, on="2027-04-02").codes


def test_the_reasons_are_asked_where_the_recourse_was_rejected_by_silence_and_nowhere_else():
    assert "reasons" in options(of_rsa(*SILENT, on="2027-02-03"))
    for facts, on in (
        ([("rectification_asked", "2026-11-10"), ("rectification_rejected_silently", "2026-12-12")], "2026-12-13"),
        ([("waiver_asked", "2026-11-10"), ("waiver_refused_silently", "2027-01-12")], "2027-01-13"),
    ):
        found = options(of_rsa(*facts, on=on))
        assert "silence_stated" in found
        assert "reasons" not in found


def test_reasons_asked_in_time_and_never_given_keep_the_court_open():
    asked: Facts = [*SILENT, ("reasons_asked", "2027-03-01")]
    found = of_rsa(*asked, on="2027-09-01")
    assert "reasons_pending" in found.codes
    assert "court" in options(found)
    assert of_rsa(*asked, ("court_seized", "2027-06-01"), on="2027-06-02").label == "Tribunal saisi"


def test_reasons_given_give_two_months_and_no_more():
    given: Facts = [*SILENT, ("reasons_asked", "2027-03-01"), ("reasons_given", "2027-05-10")]
    # 10 July is a Saturday.
    assert court_until(of_rsa(*given, on="2027-05-11")) == date(2027, 7, 12)
    assert "decision_final" in of_rsa(*given, on="2027-07-13").codes


def test_a_decision_after_the_reasons_were_asked_has_its_own_delay():
    rejected: Facts = [*SILENT, ("reasons_asked", "2027-03-01"), ("recourse_rejected", "2027-03-10")]
    assert court_until(of_rsa(*rejected, on="2027-03-11")) == date(2027, 4, 5)
    assert "decision_final" in of_rsa(*rejected, on="2027-05-12").codes


def test_reasons_asked_too_late_open_nothing_again():
    late: Facts = [*SILENT, ("reasons_asked", "2027-04-06"), ("reasons_given", "2027-04-20")]
    found = of_rsa(*late, on="2027-04-21")
    assert "decision_final" in found.codes
    assert "court" not in options(found)
    # On the last day it is in time.
    assert "reasons_pending" in of_rsa(*SILENT, ("reasons_asked", "2027-04-05"), on="2027-04-21").codes


# The court, once seized

LATER = sorted(
    MACHINE.moving_facts
    - {kind for state in MACHINE.states if state.track == "contest" for kind in state.reached_by}
    - {"debt_settled"}
    | {"reasons_given", "reasons_asked", "commission_opinion", "completion_asked", "request_completed"}
)


@pytest.mark.parametrize(("later", "first"), list(product(LATER, [REJECTED, SILENT])))
def test_a_court_that_was_seized_stays_seized_whatever_comes_after(later: str, first: Facts):
    found = of_rsa(*first, ("court_seized", "2027-02-10"), (later, "2027-03-01"), on="2027-12-01")
    assert "court_pending" in found.codes
    assert found.suspension.verdict is True


# The refusal of a waiver by the commission itself


@pytest.mark.parametrize("benefit", ["prime_activite", "prestations_familiales", "aah"])
def test_a_refusal_by_the_commission_itself_goes_to_the_court_in_two_months(benefit: str):
    refused: Facts = [("waiver_asked", "2026-11-10"), ("waiver_refused_by_commission", "2026-12-10")]
    for facts in (refused, [*refused, ("waiver_refused", "2026-12-10")]):
        found = standing(*facts, on="2026-12-11", benefit=benefit)
        court = found.find_possible("contest_waiver_refusal")
        assert court is not None
        assert (court.letter, court.until) == ("L13c", date(2027, 2, 10))
        assert "waiver_recourse" not in options(found)
        assert "waiver_refusal_final" in standing(*facts, on="2027-02-11", benefit=benefit).codes


def test_the_court_is_not_seized_of_a_waiver_while_the_commission_may_answer():
    refused: Facts = [("waiver_asked", "2026-11-10"), ("waiver_refused", "2026-12-10")]
    sent: Facts = [*refused, ("waiver_recourse_sent", "2027-01-15")]
    assert "contest_waiver_refusal" not in options(standing(*sent, on="2027-01-16"))
    silent = standing(*sent, ("waiver_recourse_rejected_silently", "2027-03-18"), on="2027-03-19")
    assert last_day(silent, "contest_waiver_refusal") == date(2027, 5, 18)
    # No silence ends a mediation.
    mediated = standing(*sent, on="2027-01-16", benefit="ass", operator="france_travail")
    assert "contest_waiver_refusal" in options(mediated)


# Facts shared between procedures


def test_papers_asked_for_the_recourse_do_not_delay_the_silence_on_a_waiver():
    for code in ("IND-22", "IND-25"):
        rule = CATALOGUE.rule(code)
        assert (rule.paused_by, rule.resumed_by, rule.restarted_by) == ((), (), ())


def test_papers_produced_meet_the_invitation_to_produce_them():
    assert "request_completed" in CATALOGUE.rule("IND-28").until
