"""Ordinary households of the demonstration: chance makes their stories, and no refusal ends the seed."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from cases.actions import debts
from cases.models import Case
from demo import names, ordinary
from demo.attempts import Attempts
from demo.cast import Cast
from demo.life import Story
from demo.month_files import Tenant, _balance
from demo.ordinary import Home
from tests import factories
from tests.factories import FAMILY, NOON
from tests.workflows.walk import Walk

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=7)
OF_THE_CAF: dict[str, Any] = {"housing": "private", "aid_kind": "ALF", "landlord": "gestionnaire-b"}


def files_of_bailleur_a(today: date) -> list[date]:
    return [ordinary.file_day("bailleur-a", months_ago=ago, today=today) for ago in (2, 1, 0)]


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2027, 5, 4), [date(2027, 2, 26), date(2027, 3, 30), date(2027, 4, 30)]),
        (date(2027, 1, 4), [date(2026, 10, 30), date(2026, 11, 30), date(2026, 12, 31)]),
        (date(2027, 5, 5), [date(2027, 3, 1), date(2027, 4, 1), date(2027, 5, 3)]),
    ],
    ids=str,
)
def test_a_file_that_would_come_on_a_day_off_comes_on_the_nearest_working_day_of_its_month(
    today: date, days: list[date]
):
    assert files_of_bailleur_a(today) == days


def test_on_no_day_of_four_years_do_two_files_come_in_one_month_or_one_after_today():
    for number in range(4 * 365):
        today = date(2026, 11, 30) + timedelta(days=number)
        days = files_of_bailleur_a(today)
        assert len({(day.year, day.month) for day in days}) == 3, today
        assert days[-1] <= today


@pytest.fixture
def case() -> Case:
    """At the step of the plan, by a professional of the CAF; 1 060 € are owed."""
    case = factories.reported(factories.tenancy(**OF_THE_CAF), code="gestionnaire-b", **FAMILY)
    worker, walk = factories.member("caf-91"), Walk(case)
    walk.take("answer", by=factories.member("caf-91", "manager"), accept=True, professional=worker)
    walk.take("contact", by=worker, result="reached", channel="phone", made_on=NOON.date(), informed_by="phone")
    walk.take("diagnose", by=worker, completeness="default")
    return case


@pytest.fixture
def home(case: Case) -> Home:
    assert case.tenancy
    return Home(tenancy=case.tenancy, facts={}, balance=Decimal("715.46"), net_due=Decimal(530))


@pytest.fixture
def cast() -> Cast:
    return Cast(structures={}, people={})


def dice(seed: int = 1) -> Random:
    return Random(seed)  # noqa: S311


def owes(case: Case, balance: str) -> None:
    """What the landlord’s next file says."""
    assert case.tenancy
    debts.record_statement(
        tenancy=case.tenancy,
        source=case.tenancy.landlord,
        as_of=LATER.date(),
        balance=Decimal(balance),
        at=LATER,
        case=case,
    )


def decided(cast: Cast, home: Home, case: Case) -> list[dict[str, Any]]:
    return [ordinary._plan(cast, dice(seed), home, Walk(case).task("plan"), LATER) for seed in range(40)]


def test_a_debt_known_to_be_nothing_gets_no_repayment_plan(cast: Cast, home: Home, case: Case):
    owes(case, "0.00")
    assert not [each for each in decided(cast, home, case) if "repayment" in each["kinds"]]


def test_a_plan_repays_what_is_known_to_be_owed(cast: Cast, home: Home, case: Case):
    owes(case, "310.20")
    plans = [each for each in decided(cast, home, case) if "repayment" in each["kinds"]]
    assert {each["amount"] for each in plans} == {Decimal("310.20")}


def test_the_landlords_next_file_says_nothing_owed_when_nothing_is(case: Case):
    owes(case, "0.00")
    assert case.tenancy
    case.tenancy.reference = "L2003"
    case.tenancy.save()
    tenant = Tenant(
        number=3, person=factories.person(), home=names.address(dice(), in_grigny_2=False), rent=Decimal(450),
        charges=Decimal(80), aid=Decimal(0), months=Decimal(2), children=0, since=0,
    )  # fmt: skip
    assert _balance(tenant, on=date(2026, 12, 1)) == Decimal("0.00")


REFUSED = {
    "kinds": ["repayment"],
    "amount": Decimal("9999.00"),
    "monthly": Decimal("500.00"),
    "first_due_on": date(2027, 1, 5),
}


def test_a_refused_professional_takes_another_act(case: Case):
    attempts, task = Attempts(), Walk(case).task("plan")
    worker = task.owner
    assert worker
    assert attempts.take(task, [REFUSED, {"kinds": ["rights"]}], by=worker, at=NOON)
    assert attempts.done == {"plan rights": 1}
    assert attempts.refused == {"plan repayment (CannotPlan)": 1}
    assert str(attempts).replace("\u202f", " ").replace("\xa0", " ") == (
        "1 étapes faites, 1 refus :\n"
        "  1 × plan repayment (CannotPlan) : La dette connue est de 1 060,00 € : un plan ne peut pas en apurer"
        " 9 999,00 €. Corriger le montant ; si la dette a grandi, relever d’abord le nouveau solde."
    )
    assert Walk(case).waiting_for == {"monitor": "caf-91"}


def test_who_is_always_refused_leaves_the_step_and_the_story_ends(
    cast: Cast, home: Home, case: Case, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(ordinary.DECISIONS, "plan", lambda *_: REFUSED)
    story = ordinary.follow(cast, dice(), home, case, month=date(9999, 1, 1), at=NOON)
    assert len(list(_moments(story))) == 3
    assert cast.attempts.refused == {"plan repayment (CannotPlan)": 9}
    assert Walk(case).waiting_for == {"plan": "caf-91"}


def test_what_is_no_refusal_of_the_product_is_never_caught(cast: Cast, home: Home, case: Case, monkeypatch: Any):
    monkeypatch.setitem(ordinary.DECISIONS, "plan", lambda *_: {})
    with pytest.raises(KeyError):
        list(_moments(ordinary.follow(cast, dice(), home, case, month=date(9999, 1, 1), at=NOON)))


def _moments(story: Story) -> Iterator[Any]:
    """When it goes on, until it ends."""
    at = next(story)
    while True:
        yield at
        try:
            at = story.send(at)
        except StopIteration:
            return
