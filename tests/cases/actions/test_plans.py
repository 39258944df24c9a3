"""Repayment plans: to the cent, one at a time, answered, checked, ended."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cases.actions import checks, plans
from cases.actions.case import close_case
from cases.actions.debts import record_statement
from cases.actions.ledger import correct_movement, record_movement
from cases.actions.plans import CannotPlan
from cases.invariants.debts import instalments_follow_ledger
from cases.models import Edition, JournalEntry, Measure, RepaymentPlan
from cases.queries import payment_told
from cases.rules.plans import PlanTerms
from tests import factories
from tests.factories import NOON, structure

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return factories.reported(balance="1000.00")


@pytest.fixture
def worker():
    return factories.member("mds-grigny")


def propose(case, worker, *, amount="1000.00", monthly="333.33", **more):
    return plans.propose_plan(
        case=case,
        debt=case.tenancy.debt,
        terms=PlanTerms(owed=Decimal(amount), monthly=Decimal(monthly), first_due_on=date(2027, 1, 31), **more),
        structure=factories.structure("mds-grigny"),
        by=worker,
        at=NOON,
    )


@pytest.mark.parametrize(
    ("monthly", "instalments"),
    [
        (
            "333.33",
            [
                (date(2027, 1, 31), Decimal("333.33")),
                (date(2027, 2, 28), Decimal("333.33")),
                (date(2027, 3, 31), Decimal("333.33")),
                (date(2027, 4, 30), Decimal("0.01")),
            ],
        ),
        ("5000.00", [(date(2027, 1, 31), Decimal("1000.00"))]),
    ],
)
def test_instalments_sum_to_the_debt_and_the_last_absorbs_the_cents(case, worker, monthly, instalments):
    assert [row[:2] for row in rows(propose(case, worker, monthly=monthly))] == instalments


@pytest.mark.parametrize(
    ("amount", "monthly"), [("0", "10.00"), ("-5.00", "10.00"), ("1000.00", "0"), ("1000.00", "16.66")]
)
def test_a_plan_that_cannot_be_is_refused_and_leaves_the_current_one(case, worker, amount, monthly):
    current = propose(case, worker)
    with pytest.raises(plans.CannotPlan):
        propose(case, worker, amount=amount, monthly=monthly)
    current.refresh_from_db()
    assert current.state == "proposed"


def test_a_new_plan_replaces_the_current_one(case, worker):
    first = propose(case, worker)
    propose(case, worker, monthly="500.00")
    first.refresh_from_db()
    assert (first.state, RepaymentPlan.objects.filter(state="proposed").count()) == ("replaced", 1)


@pytest.mark.parametrize(
    ("answer", "state"), [("accepted", "running"), ("refused", "refused"), ("countered", "countered")]
)
def test_the_landlords_answer_decides_the_state(case, worker, answer, state):
    plan = propose(case, worker)
    plans.answer_plan(
        plan=plan,
        answer=answer,
        counter_monthly=Decimal("250.00"),
        structure=factories.structure("bailleur-a"),
        by=worker,
        at=NOON,
    )
    plan.refresh_from_db()
    assert plan.state == state
    assert (plan.counter_monthly is None) == (answer != "countered")


# What a plan says


def answer(plan, worker, said="accepted", *, at=NOON, **more):
    return plans.answer_plan(
        plan=plan, answer=said, counter_monthly=None, structure=structure("bailleur-a"), by=worker, at=at, **more
    )


def accepted(case, worker, *, monthly="250.00", **more):
    plan = propose(case, worker, monthly=monthly, **more)
    answer(plan, worker)
    return plan


def state_of(plan):
    return RepaymentPlan.objects.get(pk=plan.pk).state


def amend(plan, worker, *, at=NOON, monthly=None, months=None, first_due_on=date(2027, 3, 5)):
    plans.amend_plan(
        plan=plan,
        monthly=monthly and Decimal(monthly),
        months=months,
        first_due_on=first_due_on,
        structure=structure("mds-grigny"),
        by=worker,
        at=at,
    )
    return RepaymentPlan.objects.get(amends=plan, state="proposed")


def pay(case, worker, amount, *, on, kind="payment"):
    return record_movement(
        case=case,
        debt=case.tenancy.debt,
        kind=kind,
        amount=Decimal(amount),
        on=on,
        structure=structure("mds-grigny"),
        by=worker,
        at=NOON + timedelta(days=200),
    )


def rows(plan):
    return [(row.due_on, row.amount, row.remaining) for row in plan.instalments.all()]


def test_a_plan_keeps_who_made_it_and_what_others_are_to_pay(case, worker):
    plan = propose(case, worker, monthly="100.00", author="fsl", fsl_share=Decimal(300), aid_share=Decimal(150))
    assert (plan.author, plan.owed, plan.amount) == ("fsl", Decimal(1000), Decimal(550))
    assert plan.rent_commitment
    assert len(rows(plan)) == 6


def test_the_fsl_pays_its_share_before_it_takes_off_instalments(case, worker):
    plan = accepted(case, worker, monthly="100.00", fsl_share=Decimal(300))
    pay(case, worker, "300.00", on=date(2027, 2, 1), kind="fsl")
    assert sum(row.relieved for row in plan.instalments.all()) == 0
    pay(case, worker, "150.00", on=date(2027, 2, 2), kind="fsl")
    assert [row.relieved for row in plan.instalments.all()][-2:] == [Decimal(50), Decimal(100)]


def test_a_plan_of_more_than_is_owed_is_refused(case, worker):
    with pytest.raises(plans.CannotPlan, match=r"La dette connue est de 1.000,00.€ .* apurer 1.000,01"):
        propose(case, worker, amount="1000.01")


def test_no_default_plan_is_imposed_while_the_debt_is_disputed(case, worker):
    Measure.objects.create(case=case, kind="dispute", decided_on=NOON.date(), updated_on=NOON.date())
    with pytest.raises(plans.CannotPlan, match="aucun plan par défaut n’est imposé"):
        propose(case, worker, author="caf")
    assert propose(case, worker, author="social_worker").state == "proposed", "one that they agree on may be"
    Measure.objects.update(state="settled")
    assert propose(case, worker, author="caf").state == "proposed"


def test_another_edition_changes_how_long_a_plan_may_last(case, worker):
    first = Edition.objects.get(catalogue="plans")
    limits = [{**row, "months": 48} for row in first.parameters["limits"]]
    Edition.objects.create(
        catalogue="plans",
        number=2,
        state="published",
        effective_on=date(2026, 11, 24),
        parameters={**first.parameters, "limits": limits},
        territory="grigny",
    )
    assert propose(case, worker, monthly="25.00").instalments.count() == 40


# Amendments


def test_an_amendment_spreads_what_remains_and_keeps_the_former_plan_with_what_was_paid(case, worker):
    plan = accepted(case, worker)
    pay(case, worker, "300.00", on=date(2027, 2, 1))
    later = NOON + timedelta(days=90)
    amendment = amend(plan, worker, monthly="200.00", at=later)
    assert (amendment.amount, amendment.amends) == (Decimal(700), plan)
    assert state_of(plan) == "running"
    answer(amendment, worker, at=later)
    plan.refresh_from_db()
    assert (plan.state, plan.ended_on) == ("amended", date(2027, 2, 22))
    assert [row[2] for row in rows(plan)] == [0, Decimal(200), Decimal(250), Decimal(250)]
    assert rows(amendment) == [
        (date(2027, 3, 5), Decimal(200), Decimal(200)),
        (date(2027, 4, 5), Decimal(200), Decimal(200)),
        (date(2027, 5, 5), Decimal(200), Decimal(200)),
        (date(2027, 6, 5), Decimal(100), Decimal(100)),
    ]


@pytest.mark.parametrize(
    ("first_due_on", "paid_on", "begins_on"),
    [
        (date(2027, 3, 5), date(2027, 1, 31), date(2027, 3, 5)),
        (date(2027, 1, 5), date(2027, 1, 6), date(2027, 2, 5)),
    ],
)
def test_what_is_paid_before_the_answer_shortens_the_amendment_and_its_month_is_not_asked_again(
    case, worker, first_due_on, paid_on, begins_on
):
    """The first of 250 €, due on 31 January, is paid once the amendment is proposed. Where that was to begin on 5 January, its
    first month that follows is February."""
    amendment = amend(accepted(case, worker), worker, monthly="200.00", first_due_on=first_due_on)
    pay(case, worker, "250.00", on=paid_on)
    answer(amendment, worker)
    amendment.refresh_from_db()
    assert (amendment.first_due_on, amendment.amount, rows(amendment)[0][0]) == (begins_on, Decimal(750), begins_on)
    assert [row[1] for row in rows(amendment)] == [Decimal(200), Decimal(200), Decimal(200), Decimal(150)]
    pay(case, worker, "200.00", on=begins_on)
    assert [row[2] for row in rows(amendment)][:2] == [0, Decimal(200)]


def test_what_is_received_while_the_landlord_is_asked_is_of_the_plan_that_he_accepts(case, worker):
    """Proposed on 24 November; 250 € on 6 January, recorded before he answers; a payment of before, and one that was rejected, are
    not of it."""
    plan = propose(case, worker, monthly="250.00")
    pay(case, worker, "10.00", on=date(2026, 11, 20))
    wrong = pay(case, worker, "30.00", on=date(2027, 1, 5))
    told = {"case": case, "structure": structure("mds-grigny"), "by": worker, "at": NOON + timedelta(days=200)}
    correct_movement(entry=wrong, reason="rejected", **told)
    paid = pay(case, worker, "250.00", on=date(2027, 1, 6))
    assert paid.plan is None
    answer(plan, worker, at=NOON + timedelta(days=201))
    paid.refresh_from_db()
    assert paid.plan == plan
    assert [row[2] for row in rows(plan)] == [0, Decimal(250), Decimal(250), Decimal(250)]
    again = pay(case, worker, "250.00", on=date(2027, 2, 5))
    assert again.plan == plan
    assert [row[2] for row in rows(plan)] == [0, 0, Decimal(250), Decimal(250)]


def test_a_share_of_the_fsl_paid_while_the_landlord_is_asked_is_awaited_no_more(case, worker):
    plan = propose(case, worker, monthly="100.00", fsl_share=Decimal(300))
    pay(case, worker, "300.00", on=date(2027, 1, 6), kind="fsl")
    answer(plan, worker, at=NOON + timedelta(days=201))
    assert sum(row.relieved for row in plan.instalments.all()) == 0
    amendment = amend(plan, worker, months=7, at=NOON + timedelta(days=202))
    assert (amendment.fsl_share, amendment.amount) == (Decimal(0), Decimal(700))


def test_a_plan_wholly_paid_before_it_is_accepted_is_kept(case, worker):
    plan = propose(case, worker, monthly="250.00")
    pay(case, worker, "1000.00", on=date(2027, 1, 6))
    answer(plan, worker, at=NOON + timedelta(days=201))
    assert state_of(plan) == "kept"


def test_an_amendment_does_not_await_a_share_that_was_paid_before_the_answer(case, worker):
    plan = accepted(case, worker, monthly="100.00", fsl_share=Decimal(300))
    amendment = amend(plan, worker, months=7)
    pay(case, worker, "300.00", on=date(2027, 2, 1), kind="fsl")
    answer(amendment, worker)
    amendment.refresh_from_db()
    assert (amendment.owed, amendment.fsl_share, amendment.amount) == (Decimal(700), Decimal(0), Decimal(700))
    assert len(rows(amendment)) == 7


def test_an_amendment_is_for_no_more_than_what_is_owed(case, worker):
    """The landlord says 400 €, and the plan has 1 000 left: what he received before it ran is not of the plan."""
    plan = accepted(case, worker)
    says(case, "400", NOON.date())
    amendment = amend(plan, worker, monthly="200.00")
    assert [row[1] for row in rows(amendment)] == [Decimal(200), Decimal(200)]
    answer(amendment, worker)
    amendment.refresh_from_db()
    assert (amendment.owed, amendment.amount) == (Decimal(400), Decimal(400))


def test_once_nothing_is_owed_nothing_is_amended_nor_accepted_and_the_plan_goes_on(case, worker):
    plan = accepted(case, worker)
    amendment = amend(plan, worker, monthly="200.00")
    says(case, "0", NOON.date())
    with pytest.raises(CannotPlan, match="ne laisse rien à apurer"):
        amend(plan, worker, monthly="200.00")
    with pytest.raises(CannotPlan, match="ne laisse plus rien à apurer : refuser cet avenant"):
        answer(amendment, worker)
    answer(amendment, worker, "refused")
    assert state_of(plan) == "running"


# What a statement had already, when an amendment was lowered to it

FEBRUARY = NOON + timedelta(days=80)
"""12 February."""


def says(case, balance, as_of, **more):
    source = structure("bailleur-a")
    record_statement(tenancy=case.tenancy, source=source, as_of=as_of, balance=Decimal(balance), at=NOON, **more)


def lowered(case, worker, *, balance="500.00", as_of=date(2027, 1, 31), first_due_on=date(2027, 3, 5), **more):
    """The landlord says on 31 January that 500 € are owed, and on 12 February accepts 200 € a month from 5 March."""
    plan = accepted(case, worker, monthly="200.00", **more)
    says(case, balance, as_of)
    amendment = amend(plan, worker, monthly="200.00", at=FEBRUARY, first_due_on=first_due_on)
    answer(amendment, worker, at=FEBRUARY)
    return amendment


@pytest.mark.parametrize(("balance", "left"), [("500.00", [100, 200, 100]), ("1500.00", [0, 50, 200, 200, 200])])
def test_what_a_statement_had_is_not_counted_again_on_the_amendment_lowered_to_it(case, worker, balance, left):
    """250 € of 20 January, recorded in June: the 500 € said on 31 January have them; where the plan says what is left
    (1 000 of 1 500), they pay it. The 100 € of 1 March are of after both. Who corrects the 250 reads that nothing asks
    for them."""
    amendment = lowered(case, worker, balance=balance)
    early = pay(case, worker, "250.00", on=date(2027, 1, 20))
    pay(case, worker, "100.00", on=date(2027, 3, 1))
    assert [row[2] for row in rows(amendment)] == left
    assert (early.plan is None) == (balance == "500.00")
    assert plans.is_deducted_from(amendment, early) == (balance == "500.00")


def test_a_statement_that_comes_while_the_landlord_is_asked_has_what_it_had(case, worker):
    plan = accepted(case, worker, monthly="200.00")
    amendment = amend(plan, worker, monthly="200.00")
    says(case, "500.00", date(2027, 1, 31))
    answer(amendment, worker, at=FEBRUARY)
    pay(case, worker, "250.00", on=date(2027, 1, 31))
    pay(case, worker, "40.00", on=date(2027, 1, 30), kind="waiver")
    assert [row[2] for row in rows(amendment)] == [200, 200, 100]
    pay(case, worker, "60.00", on=date(2027, 2, 1))
    pay(case, worker, "30.00", on=date(2027, 2, 1), kind="waiver")
    assert [row[2] for row in rows(amendment)] == [140, 200, 70]


def test_the_amendment_of_an_amendment_does_not_forget_what_the_statement_had(case, worker):
    first = lowered(case, worker)
    later = NOON + timedelta(days=90)
    second = amend(first, worker, monthly="100.00", at=later, first_due_on=date(2027, 4, 5))
    answer(second, worker, at=later)
    pay(case, worker, "250.00", on=date(2027, 1, 20))
    assert [row[2] for row in rows(second)] == [100, 100, 100, 100, 100]
    pay(case, worker, "150.00", on=date(2027, 3, 1))
    assert [row[2] for row in rows(second)] == [0, 50, 100, 100, 100]


def test_the_last_statement_to_which_amendments_were_lowered_says_what_it_had(case, worker):
    """300 € said on 28 February have the 50 € of 10 February too."""
    first = lowered(case, worker)
    says(case, "300.00", date(2027, 2, 28))
    later = NOON + timedelta(days=100)
    second = amend(first, worker, monthly="100.00", at=later, first_due_on=date(2027, 4, 5))
    answer(second, worker, at=later)
    pay(case, worker, "50.00", on=date(2027, 2, 10))
    assert [row[2] for row in rows(second)] == [100, 100, 100]
    pay(case, worker, "50.00", on=date(2027, 3, 1))
    assert [row[2] for row in rows(second)] == [50, 100, 100]


def test_nothing_of_a_lowered_amendment_is_due_by_the_day_of_its_statement(case, worker):
    """It was to begin on 5 January."""
    plan = accepted(case, worker, monthly="200.00")
    amendment = amend(plan, worker, monthly="200.00", first_due_on=date(2027, 1, 5))
    says(case, "500.00", date(2027, 1, 31))
    answer(amendment, worker, at=FEBRUARY)
    amendment.refresh_from_db()
    assert amendment.first_due_on == date(2027, 2, 5)
    assert [row[:2] for row in rows(amendment)] == [
        (date(2027, 2, 5), Decimal(200)),
        (date(2027, 3, 5), Decimal(200)),
        (date(2027, 4, 5), Decimal(100)),
    ]


def test_a_month_that_its_statement_has_is_put_off_with_the_sums_agreed_when_they_are_the_same(case, worker):
    """500 € on 24 November, in three: 166,66 € twice, then 166,68 €. 500 € again on 31 January."""
    plan = accepted(case, worker, monthly="200.00")
    says(case, "500.00", NOON.date())
    amendment = amend(plan, worker, months=3, first_due_on=date(2027, 1, 5))
    says(case, "500.00", date(2027, 1, 31))
    answer(amendment, worker, at=FEBRUARY)
    amendment.refresh_from_db()
    assert amendment.first_due_on == date(2027, 2, 5)
    assert [row[:2] for row in rows(amendment)] == [
        (date(2027, 2, 5), Decimal("166.66")),
        (date(2027, 3, 5), Decimal("166.66")),
        (date(2027, 4, 5), Decimal("166.68")),
    ]


def test_no_amendment_begins_by_the_day_of_the_statement_to_which_it_is_lowered(case, worker):
    with pytest.raises(CannotPlan, match=r"Le relevé du 31/01/2027 compte déjà .* échéance qui le suit") as refused:
        lowered(case, worker, first_due_on=date(2027, 1, 31))
    assert refused.value.field == "first_due_on"


def test_a_payment_that_the_statement_of_an_amendment_tells_is_not_proposed_to_be_recorded(case, worker):
    plan = accepted(case, worker, monthly="200.00")
    amendment = amend(plan, worker, monthly="200.00")
    says(case, "500.00", date(2027, 1, 31), last_paid=Decimal(200), last_paid_on=date(2027, 1, 20))
    answer(amendment, worker, at=FEBRUARY)
    assert payment_told(amendment, due=Decimal(200), on=date(2027, 3, 8)) is None
    says(case, "300.00", date(2027, 2, 28), last_paid=Decimal(200), last_paid_on=date(2027, 2, 20))
    told = payment_told(amendment, due=Decimal(200), on=date(2027, 3, 8))
    assert told
    assert (told.on, told.amount) == (date(2027, 2, 20), Decimal(200))


@pytest.mark.parametrize("kind", ["fsl", "aid"])
def test_a_share_that_the_statement_had_is_awaited_no_more_and_takes_nothing_off(case, worker, kind):
    """1 000 €, of which another pays 300. 600 € are owed on 31 January: his 300, and 100 € that nobody recorded, are in
    it. Of the 350 € of January, recorded in June, 50 are of no share, and in it too; 80 € of March are of after."""
    amendment = lowered(case, worker, balance="600.00", **{f"{kind}_share": Decimal(300)})
    assert [row[1] for row in rows(amendment)] == [Decimal(200), Decimal(100)]
    early = pay(case, worker, "350.00", on=date(2027, 1, 20), kind=kind)
    assert (early.plan, [row[2] for row in rows(amendment)]) == (amendment, [200, 100])
    assert getattr(plans.remaining_terms(amendment, on=FEBRUARY.date()), f"{kind}_share") == 0
    pay(case, worker, "80.00", on=date(2027, 3, 1), kind=kind)
    assert [row[2] for row in rows(amendment)] == [200, 20]
    assert list(instalments_follow_ledger(NOON.date())) == []


def test_a_share_of_which_the_statement_had_a_part_is_awaited_for_the_rest(case, worker):
    """200 of 300 € in January; of the 150 of March, 100 are of the share, and 50 take off the end."""
    amendment = lowered(case, worker, balance="600.00", fsl_share=Decimal(300))
    early = pay(case, worker, "200.00", on=date(2027, 1, 20), kind="fsl")
    assert plans.remaining_terms(amendment, on=FEBRUARY.date()).fsl_share == Decimal(100)
    pay(case, worker, "150.00", on=date(2027, 3, 1), kind="fsl")
    assert [row[2] for row in rows(amendment)] == [200, 50]
    told = {"case": case, "structure": structure("mds-grigny"), "by": worker, "at": NOON + timedelta(days=201)}
    correct_movement(entry=early, reason="wrong", **told)
    assert [row[2] for row in rows(amendment)] == [200, 100]
    assert plans.remaining_terms(amendment, on=FEBRUARY.date()).fsl_share == Decimal(150)
    assert list(instalments_follow_ledger(NOON.date())) == []


def test_what_a_waiver_takes_off_the_end_of_a_plan_puts_no_amendment_off(case, worker):
    plan = accepted(case, worker)
    amendment = amend(plan, worker, monthly="200.00", first_due_on=date(2027, 1, 5))
    pay(case, worker, "250.00", on=date(2027, 1, 6), kind="waiver")
    answer(amendment, worker)
    amendment.refresh_from_db()
    assert (amendment.first_due_on, amendment.amount) == (date(2027, 1, 5), Decimal(750))


def test_no_amendment_of_a_default_plan_is_imposed_on_a_dispute(case, worker):
    plan = accepted(case, worker, author="caf")
    Measure.objects.create(case=case, kind="dispute", decided_on=NOON.date(), updated_on=NOON.date())
    with pytest.raises(CannotPlan):
        amend(plan, worker, monthly="200.00")


def test_a_cent_paid_before_the_answer_asks_for_no_month_too_many(case, worker):
    plan = accepted(case, worker)
    amendment = amend(plan, worker, months=36)
    pay(case, worker, "0.01", on=date(2027, 1, 31))
    answer(amendment, worker)
    sums = [row[1] for row in rows(amendment)]
    assert (len(sums), sums[0], sums[-1]) == (36, Decimal("27.77"), Decimal("28.04"))


def test_what_the_fsl_still_owes_passes_on_to_the_amendment(case, worker):
    plan = accepted(case, worker, monthly="100.00", fsl_share=Decimal(300))
    pay(case, worker, "100.00", on=date(2027, 2, 1), kind="fsl")
    amendment = amend(plan, worker, months=10)
    assert (amendment.owed, amendment.fsl_share, amendment.amount) == (Decimal(900), Decimal(200), Decimal(700))
    answer(amendment, worker)
    pay(case, worker, "200.00", on=date(2027, 4, 1), kind="fsl")
    assert sum(row.relieved for row in amendment.instalments.all()) == 0


def test_only_a_running_plan_is_amended_within_its_limit_and_a_second_amendment_replaces_the_first(case, worker):
    plan = propose(case, worker, monthly="250.00")
    with pytest.raises(plans.CannotPlan, match="Seul un plan en cours"):
        amend(plan, worker, monthly="200.00")
    answer(plan, worker)
    first = amend(plan, worker, monthly="200.00")
    with pytest.raises(plans.CannotPlan, match="au moins 27,78"):
        amend(plan, worker, monthly="20.00")
    assert state_of(first) == "proposed"
    amend(plan, worker, monthly="150.00")
    assert state_of(first) == "replaced"


def test_an_amendment_of_a_plan_that_is_over_is_no_longer_answered(case, worker):
    plan = accepted(case, worker)
    amendment = amend(plan, worker, monthly="200.00")
    RepaymentPlan.objects.filter(pk=plan.pk).update(state="broken")
    with pytest.raises(plans.CannotPlan, match="n’est plus en cours"):
        answer(RepaymentPlan.objects.get(pk=amendment.pk), worker)


@pytest.mark.parametrize("said", ["", "countered"])
@pytest.mark.parametrize(
    ("result", "paid", "state"), [("broken", None, "broken"), ("paid", Decimal("1000.00"), "kept")]
)
def test_an_amendment_ends_with_the_plan_that_it_would_change(case, worker, said, result, paid, state):
    plan = accepted(case, worker)
    amendment = amend(plan, worker, monthly="200.00")
    if said:
        answer(amendment, worker, said)
    checks.check_plan(
        plan=RepaymentPlan.objects.get(pk=plan.pk),
        result=result,
        paid=paid,
        paid_on=date(2027, 2, 1),
        reason="rent_unpaid" if result == "broken" else "",
        structure=structure("mds-grigny"),
        by=worker,
        at=NOON + timedelta(days=90),
    )
    plan.refresh_from_db()
    amendment.refresh_from_db()
    assert (plan.state, amendment.state) == (state, "replaced")
    ended = JournalEntry.objects.filter(kind="plan.ended")
    assert ended.get(data__plan=amendment.pk).cause == ended.get(data__plan=plan.pk)


def test_measures_alone_end_the_plan_and_its_amendment_once_each(case, worker):
    plan = accepted(case, worker)
    amendment = amend(plan, worker, monthly="200.00")
    plans.give_up_current(case=case, structure=structure("mds-grigny"), by=worker, at=NOON)
    ended = JournalEntry.objects.filter(kind="plan.ended").order_by("pk")
    assert [entry.data["plan"] for entry in ended] == [amendment.pk, plan.pk]


def test_measures_alone_end_the_plan_that_an_earlier_case_left_running_for_the_same_debt(case, worker):
    plan = accepted(case, worker, monthly="333.33")
    close_case(case=case, outcome="plan_kept", at=NOON, by=worker)
    again = factories.reported(case.tenancy, balance="900.00", at=NOON + timedelta(days=40))
    plans.give_up_current(case=again, structure=structure("mds-grigny"), by=worker, at=NOON + timedelta(days=41))
    plan.refresh_from_db()
    assert (plan.state, plan.ended_on) == ("replaced", date(2027, 1, 4))


def test_the_landlord_is_no_longer_asked_about_a_case_that_closes(case, worker):
    plan = propose(case, worker)
    close_case(case=case, outcome="rehoused", at=NOON, by=worker)
    plan.refresh_from_db()
    assert (plan.state, plan.ended_on) == ("withdrawn", NOON.date())
    assert case.journal.get(kind="plan.ended").data["state"] == "withdrawn"


def test_a_plan_that_runs_outlives_its_case(case, worker):
    plan = accepted(case, worker)
    close_case(case=case, outcome="plan_kept", at=NOON, by=worker)
    assert state_of(plan) == "running"
