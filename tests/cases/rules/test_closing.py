"""What does not go with an outcome is said; what goes with it is not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cases.rules.closing import ClosingSituation, LineClosingSituation, closing_doubts, line_closing_doubts

QUIET = ClosingSituation(owed=None, owed_on=None, plan_runs=False, reached_on=date(2026, 11, 20), coming=(), stage="")
OWED = replace(QUIET, owed=Decimal("459.21"), owed_on=date(2026, 11, 18))


@pytest.mark.parametrize("outcome", ["cleared", "fsl", "declined_support", "out_of_scope", "left", "deceased"])
def test_nothing_is_asked_when_nothing_contradicts(outcome):
    assert closing_doubts(outcome, QUIET) == []


def test_a_cleared_debt_that_is_still_owed_is_asked_about():
    assert closing_doubts("cleared", OWED) == ["459,21\u00a0€ restent dus au 18/11/2026."]
    assert closing_doubts("fsl", OWED) == []
    assert closing_doubts("cleared", replace(OWED, owed=Decimal(0))) == []
    assert closing_doubts("cleared", replace(OWED, owed=Decimal("-12.00"))) == []


def test_a_household_that_nobody_reached_is_asked_about_where_it_should_have_been():
    never = replace(QUIET, reached_on=None)
    assert closing_doubts("cleared", never) == ["Personne n’a encore joint le ménage."]
    assert closing_doubts("declined_support", never) == ["Personne n’a encore joint le ménage."]
    assert (
        closing_doubts("not_reached", never)
        == closing_doubts("deceased", never)
        == closing_doubts("out_of_scope", never)
        == []
    )


def test_a_household_not_reached_that_was_reached_is_asked_about():
    assert closing_doubts("not_reached", QUIET) == ["Le ménage a été joint le 20/11/2026."]


def test_what_is_announced_is_asked_about_whatever_the_outcome():
    coming = replace(QUIET, coming=(("Commandement de payer envisagé", date(2026, 12, 1)),))
    said = ["Commandement de payer envisagé, le 01/12/2026 : c’est annoncé, et plus personne ne s’en occuperait."]
    assert closing_doubts("out_of_scope", coming) == closing_doubts("fsl", coming) == said


def test_an_eviction_procedure_under_way_is_asked_about_and_an_eviction_without_one_too():
    court = replace(QUIET, stage="Assignation")
    assert closing_doubts("out_of_scope", court) == ["La procédure d’expulsion est en cours : Assignation."]
    assert closing_doubts("evicted", court) == []
    assert closing_doubts("evicted", QUIET) == ["Aucun acte de la procédure d’expulsion n’est connu."]


def test_a_plan_kept_without_a_plan_is_asked_about():
    assert closing_doubts("plan_kept", QUIET) == ["Aucun plan n’est en cours."]
    assert closing_doubts("plan_kept", replace(QUIET, plan_runs=True)) == []


@pytest.mark.parametrize(
    ("outcome", "left", "said"),
    [
        ("cancelled", "412.00", ["412,00\u00a0€ restent dus sur cette ligne."]),
        ("waived", "0.01", ["0,01\u00a0€ restent dus sur cette ligne."]),
        ("waived", "0", []),
        ("maintained", "0", ["Plus rien n’est dû sur cette ligne."]),
        ("waived_partly", "-3.00", ["Plus rien n’est dû sur cette ligne."]),
        ("reduced", "20.00", []),
        ("settled", "0", []),
    ],
)
def test_a_line_whose_sums_do_not_go_with_its_outcome_is_asked_about(outcome, left, said):
    assert line_closing_doubts(outcome, LineClosingSituation(left=Decimal(left), pending=())) == said


def test_a_line_of_which_an_answer_is_awaited_is_asked_about_whatever_the_outcome():
    waits = LineClosingSituation(left=Decimal(0), pending=("Remise de dette demandée",))
    said = ["Remise de dette demandée : la réponse n’est pas connue, et plus personne ne l’attendrait."]
    assert line_closing_doubts("settled", waits) == line_closing_doubts("waived", waits) == said
