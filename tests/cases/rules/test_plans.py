from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases.reference_data import FOLDER
from cases.rules.instalments import CannotSplit
from cases.rules.plans import PlanLimits, PlanTerms, read_limits, relief_beyond, schedule_instalments
from cases.rules.reading import FaultyRules, read_toml

FIRST = date(2027, 1, 5)
LIMITS = PlanLimits(
    of_author={"landlord": 36, "caf": 36, "fsl": 30, "judge": 36, "social_worker": 36},
    under_protocol=60,
    default_plan=36,
)


def terms(owed: str = "1060.00", **more: Any) -> PlanTerms:
    return PlanTerms(owed=Decimal(owed), first_due_on=FIRST, **more)


def test_a_plan_repays_the_debt_less_what_others_take_charge_of():
    plan = schedule_instalments(
        terms(fsl_share=Decimal(300), aid_share=Decimal("160.50"), monthly=Decimal(100)), LIMITS
    )
    assert [part.amount for part in plan] == [Decimal(100)] * 5 + [Decimal("99.50")]


def test_the_default_plan_is_thirty_six_instalments_that_make_the_debt():
    plan = schedule_instalments(terms(author="caf", months=36), LIMITS)
    assert [part.amount for part in plan] == [Decimal("29.44")] * 35 + [Decimal("29.60")]
    assert plan[-1].due_on == date(2029, 12, 5)


def test_each_author_has_his_limit_and_a_protocol_its_own():
    with pytest.raises(CannotSplit, match="pour 36 au plus : prévoir au moins 29,45"):
        schedule_instalments(terms(monthly=Decimal(20)), LIMITS)
    with pytest.raises(CannotSplit, match="pour 30 au plus : prévoir au moins 35,34"):
        schedule_instalments(terms(author="fsl", monthly=Decimal(20)), LIMITS)
    with pytest.raises(CannotSplit, match="entre 1 et 36"):
        schedule_instalments(terms(months=37), LIMITS)
    assert len(schedule_instalments(terms(monthly=Decimal(20), under_protocol=True), LIMITS)) == 53


@pytest.mark.parametrize(
    "more",
    [
        {"fsl_share": Decimal(1060)},
        {"aid_share": Decimal(-1)},
        {"fsl_share": Decimal(600), "aid_share": Decimal(500)},
    ],
)
def test_what_others_cover_wholly_makes_no_plan(more):
    with pytest.raises(CannotSplit, match="il ne reste rien à répartir"):
        schedule_instalments(terms(monthly=Decimal(20), **more), LIMITS)


def test_a_monthly_sum_or_a_number_is_needed():
    with pytest.raises(CannotSplit, match="Saisir une mensualité, ou un nombre"):
        schedule_instalments(terms(), LIMITS)


def test_the_first_edition_is_thirty_six_months_and_sixty_under_a_protocol():
    limits = read_limits(read_toml(FOLDER / "plans.toml"))
    assert set(limits.of_author.values()) == {36}
    assert (limits.under_protocol, limits.default_plan) == (60, 36)


def test_an_edition_that_forgets_an_author_or_names_an_absurd_length_is_refused():
    data = read_toml(FOLDER / "plans.toml")
    with pytest.raises(FaultyRules, match="il manque la limite de judge"):
        read_limits({**data, "limits": [row for row in data["limits"] if row["author"] != "judge"]})
    with pytest.raises(FaultyRules, match="360 mois"):
        read_limits({**data, "protocol": {"months": 360}})


@pytest.mark.parametrize(
    ("received", "since", "relief"),
    [(250, 250, 0), (350, 350, 50), (350, 0, 0), (430, 80, 80), (350, 150, 50), (200, 0, 0), (0, 0, 0)],
    ids=[
        "within the share",
        "beyond it",
        "beyond it in the statement",
        "beyond it, then more since",
        "a part of it, then beyond it since",
        "within it in the statement",
        "nothing",
    ],
)
def test_what_a_statement_had_of_a_share_of_300_takes_nothing_off(received: int, since: int, relief: int):
    assert relief_beyond(Decimal(300), received=Decimal(received), since=Decimal(since)) == Decimal(relief)
