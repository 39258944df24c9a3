"""Construire le plan d’actions, on its page: the default plan in one press, the schedule before it is sent."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from cases.models import Measure, RepaymentPlan, Tenancy
from tests.factories import NOON, member
from tests.workflows.views.arrears.test_debt_movements import spaced
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.views.traces.reading import without_tags
from tests.workflows.walk import Walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
TYPED = {"kinds": ["repayment", "rights"], "amount": "2 120,00", "monthly": "100", "first_due_on": "2027-01-05"}


@pytest.fixture
def case(worker):
    """2 120,00 € owed."""
    return followed_by(worker, until="plan")


def send(client, worker, case, **typed):
    client.force_login(worker)
    url = reverse("step", args=[case.public_id, Walk(case).task("plan").public_id])
    return spaced(client.post(url, typed, follow=True).content.decode())


def test_the_schedule_is_computed_before_it_is_sent_and_says_what_would_fit_where_it_cannot_be(client, worker, case):
    html = send(client, worker, case, **TYPED, fsl_share="500", helper="preview")
    schedule = "17 mensualités de 100,00 €, la dernière de 20,00 €, du 05/01/2027 au 05/05/2028 : 1 620,00 € en tout."
    assert schedule in html
    assert 'value="500"' in html
    html = send(client, worker, case, **TYPED | {"monthly": "20"}, helper="preview")
    assert "prévoir au moins 58,89 € par mois" in html
    assert not RepaymentPlan.objects.exists()
    assert Walk(case).waiting_for == {"plan": "caf-91"}


def test_the_default_plan_is_proposed_in_one_press_and_sent_by_a_second(client, worker, case):
    html = send(client, worker, case, kinds=["rights"], helper="default_plan")
    for name, value in [("months", "36"), ("amount", "2120,00"), ("first_due_on", "2026-12-05")]:
        assert re.search(f'name="{name}"[^>]*value="{value}"', html), name
    boxes = re.findall(r'<input[^>]*name="kinds"[^>]*>', html)
    assert [re.findall('value="([a-z_]+)"', box) for box in boxes if " checked" in box] == [["repayment"], ["rights"]]
    assert not RepaymentPlan.objects.exists()
    send(
        client, worker, case, kinds=["repayment", "rights"], amount="2120,00", months="36", author="caf",
        first_due_on="2026-12-05",
    )  # fmt: skip
    plan = RepaymentPlan.objects.get()
    amounts = [each.amount for each in plan.instalments.all()]
    assert (plan.author, len(amounts), sum(amounts)) == ("caf", 36, plan.amount)
    assert Measure.objects.get().kind == "rights"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"monthly": "", "months": ""}, "saisir la mensualité ou leur nombre"),
        ({"months": "12"}, "Choisir la mensualité ou leur nombre, pas les deux."),
        ({"amount": "2 120,01"}, "un plan ne peut pas en apurer 2 120,01 €"),
        ({"kinds": ["repayment", "fsl"], "fsl_share": "2 120"}, "il ne reste rien à répartir"),
        ({"monthly": "58,54"}, "prévoir au moins 58,55 € par mois"),
        ({"first_due_on": "2026-11-23"}, "doit être à venir"),
        ({"kinds": ["repayment", "dispute"], "author": "caf"}, "aucun plan par défaut n’est imposé"),
    ],
)
def test_an_impossible_plan_is_refused_and_nothing_typed_is_lost(client, worker, case, typed, words):
    html = send(client, worker, case, **TYPED | {"aid_share": "12,34"} | typed)
    assert words in html
    assert 'value="12,34"' in html
    assert not RepaymentPlan.objects.exists()
    assert not Measure.objects.exists()


def means(case, **known):
    """What the finished diagnosis knows: 1 200 € come in; 400 € of rent, 50 € of charges and 640 € of the rest go out."""
    Tenancy.objects.filter(pk=case.tenancy_id).update(aid_kind="none")
    sums = {"resources": 1200, "expenses": 640, "other_debts": 0, "rent": 400, "rent_charges": 50, "aid": 0}
    case.diagnostics.update(**sums | known)


def test_a_sum_above_the_budget_that_stands_beside_the_plan_is_asked_about_once_and_nothing_typed_is_lost(
    client, worker, case
):
    means(case)
    client.force_login(worker)
    url = reverse("step", args=[case.public_id, Walk(case).task("plan").public_id])
    html = spaced(client.get(url).content.decode())
    assert "Budget du mois" in html
    assert "110,00 €" in html  # 1 200 − 450 − 640
    typed = TYPED | {"monthly": "150"}
    html = send(client, worker, case, **typed)
    assert "150,00 € par mois, alors qu’il reste 110,00 € pour vivre" in html
    assert 'value="150"' in html
    assert not RepaymentPlan.objects.exists()
    send(client, worker, case, **typed, confirmed="on")
    assert RepaymentPlan.objects.get().monthly == Decimal(150)


@pytest.mark.parametrize(("monthly", "known"), [("100", {}), ("150", {"expenses": None})])
def test_a_sum_that_fits_or_that_nobody_can_judge_is_not_asked_about(client, worker, case, monthly, known):
    means(case, **known)
    send(client, worker, case, **TYPED | {"monthly": monthly})
    assert RepaymentPlan.objects.get().monthly == Decimal(monthly)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("filed", None),
        ("admitted", "le ménage ne peut plus payer de lui-même une dette d’avant (code de la consommation L722-5, à"),
        ("decided", "la dette qu’elles citent se paie comme elles le disent (à vérifier), non par un autre plan."),
        ("lapsed", None),
    ],
)
def test_who_builds_a_plan_reads_what_over_indebtedness_forbids(client, worker, case, state, words):
    on = NOON.date()
    Measure.objects.create(case=case, kind="over_indebtedness", state=state, decided_on=on, updated_on=on)
    html = send(client, worker, case, **TYPED, helper="preview")
    assert words in html if words else "à vérifier" not in html
    send(client, worker, case, **TYPED)
    assert RepaymentPlan.objects.exists()  # the commission may have said yes: it is read, not refused


def test_a_share_of_the_fsl_asks_for_the_fsl(client, worker, case):
    html = send(client, worker, case, **TYPED, fsl_share="500")
    assert "aucune aide du FSL n’est demandée" in html
    assert not RepaymentPlan.objects.exists()
    send(client, worker, case, **TYPED | {"kinds": ["repayment", "fsl"]}, fsl_share="500")
    assert RepaymentPlan.objects.get().fsl_share == Decimal(500)


SHARES = "Dette de 2 120,00 € : 1 568,50 € par le ménage, 500,00 € attendus du FSL, 51,50 € attendus d’un rappel d’aide au logement."


def test_who_pays_what_is_said_wherever_the_plan_is(client, worker, case):
    typed = TYPED | {"kinds": ["repayment", "fsl"], "fsl_share": "500", "aid_share": "51,50"}
    assert SHARES in send(client, worker, case, **typed, helper="preview")
    send(client, worker, case, **typed)
    assert SHARES in spaced(client.get(reverse("case", args=[case.public_id])).content.decode())
    client.force_login(member(case.tenancy.landlord.code, "correspondent"))
    report = case.reports.get()
    html = spaced(client.get(reverse("report_detail", args=[report.public_id])).content.decode())
    sums = "Dette de 2 120,00 € : 1 568,50 € par le ménage, 551,50 € attendus par ailleurs."
    assert html.count(sums) == 2  # what he is asked, and the plan; whom the household asks is not his to read
    assert "FSL" not in without_tags(html)


def test_a_plan_that_the_household_pays_alone_says_no_share(client, worker, case):
    send(client, worker, case, **TYPED)
    html = spaced(client.get(reverse("case", args=[case.public_id])).content.decode())
    assert "par le ménage" not in html
    assert RepaymentPlan.objects.get().first_due_on == date(2027, 1, 5)
