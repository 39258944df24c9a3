"""What does not go with an outcome is said; what goes with it is not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cases.rules.closing import ClosingSituation, LineClosingSituation, closing_doubts, line_closing_doubts

QUIET = ClosingSituation(owed=None, owed_on=None, plan_runs=False, reached_on=date(2026, 11, 20), coming=(), stage="")
OWED = replace(QUIET, owed=Decimal("459.21"), owed_on=date(2026, 11, 18))


NEVER = replace(QUIET, reached_on=None)
UNREACHED = ["Personne n’a encore joint le ménage."]
COMING = replace(QUIET, coming=(("Commandement de payer envisagé", date(2026, 12, 1)),))
ANNOUNCED = ["Commandement de payer envisagé, le 01/12/2026 : c’est annoncé, et plus personne ne s’en occuperait."]
COURT = replace(QUIET, stage="Assignation")


@pytest.mark.parametrize(
    ("outcome", "situation", "said"),
    [
        # Nothing is asked when nothing contradicts.
        ("cleared", QUIET, []),
        ("fsl", QUIET, []),
        ("declined_support", QUIET, []),
        ("out_of_scope", QUIET, []),
        ("left", QUIET, []),
        ("deceased", QUIET, []),
        # A cleared debt that is still owed.
        ("cleared", OWED, ["459,21\u00a0€ restent dus au 18/11/2026."]),
        ("fsl", OWED, []),
        ("cleared", replace(OWED, owed=Decimal(0)), []),
        ("cleared", replace(OWED, owed=Decimal("-12.00")), []),
        # A household that nobody reached, where it should have been; one that was, where it should not.
        ("cleared", NEVER, UNREACHED),
        ("declined_support", NEVER, UNREACHED),
        ("not_reached", NEVER, []),
        ("deceased", NEVER, []),
        ("out_of_scope", NEVER, []),
        ("not_reached", QUIET, ["Le ménage a été joint le 20/11/2026."]),
        # What is announced, whatever the outcome.
        ("out_of_scope", COMING, ANNOUNCED),
        ("fsl", COMING, ANNOUNCED),
        # An eviction procedure under way, and an eviction without one.
        ("out_of_scope", COURT, ["La procédure d’expulsion est en cours : Assignation."]),
        ("evicted", COURT, []),
        ("evicted", QUIET, ["Aucun acte de la procédure d’expulsion n’est connu."]),
        # A plan kept without a plan.
        ("plan_kept", QUIET, ["Aucun plan n’est en cours."]),
        ("plan_kept", replace(QUIET, plan_runs=True), []),
    ],
)
def test_what_does_not_go_with_an_outcome_is_asked_about(outcome: str, situation: ClosingSituation, said: list[str]):
    assert closing_doubts(outcome, situation) == said


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
