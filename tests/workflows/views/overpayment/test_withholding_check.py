"""Vérifier la retenue of a line: what is known is filled in, the computation stays with it and fills its letter."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from cases.actions.notices import balance_of
from cases.models import DebtLine, Edition, JournalEntry, Letter, WithholdingCheck
from cases.rules.notices import TypedLine
from tests import factories
from tests.factories import member
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import APL, AT, RSA, line, opened
from tests.workflows.walk import Walk
from workflows.actions.lines import record_movement

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_monday")]

SAID = {
    "resources": "1 200,00", "period": "month", "benefits": "300", "rent": "500", "is_couple": "non", "children": "1",
    "observed": "205", "debt": "1 009,31", "on": "2026-11-02", "fraud": "none",
}  # fmt: skip
"""Of a single person with a child: 110,65 € by the values of 2025."""


@pytest.fixture
def _scale_of_2026():
    know_the_scale_of_2026()


def know_the_scale_of_2026() -> None:
    """As if the pilot had typed the values of the year: those of 2025."""
    edition = Edition.objects.get(catalogue="withholding")
    last = dict(edition.parameters["scales"][-1], code="2026", title="valeurs de 2026")
    edition.parameters["scales"].append(last | {"from": "2026-01-01", "until": "2026-12-31"})
    edition.save()


def followed(worker, *, lines=(RSA, APL), operator="caf", **more) -> DebtLine:
    case = opened(worker, lines=lines, operator=operator, followed_by="ccas-grigny", informed_by="interview", **more)
    Walk(case, at=AT).take("check_notice", by=worker, routes_stated="yes", lacks=[])
    return line(case, lines[0].benefit)


def withheld(found: DebtLine, worker, amount: str = "205") -> None:
    case = found.notice.case
    record_movement(
        case=case, line=found, kind="withheld", amount=Decimal(amount), on=date(2026, 11, 2), by=worker, at=AT
    )


def held(worker, **more) -> DebtLine:
    """A line of which 205 € are withheld."""
    found = followed(worker, **more)
    withheld(found, worker)
    return found


def address(found: DebtLine, name: str = "case_line_withholding", *more: str) -> str:
    return reverse(name, args=[found.notice.case.public_id, found.public_id, *more])


def plain(answer: Any) -> str:
    return html_of(answer).replace("\u202f", " ").replace("\u00a0", " ")


def check(client, found: DebtLine, **said: str) -> str:
    return plain(client.post(address(found), SAID | said, follow=True))


def initial(client, found: DebtLine) -> dict[str, Any]:
    return client.get(address(found)).context["form"].initial


def test_what_is_known_of_the_line_and_of_the_household_is_filled_in(client, worker):
    home = factories.household()
    factories.tenancy(home=home, rent=Decimal("480.50"))
    child = factories.person(usual_name="Roux", first_names="Léo")
    child.save()
    home.memberships.create(beneficiary=child, position="child")
    found = held(worker, home=home)
    assert initial(client, found) == {
        "rent": Decimal("480.50"), "is_couple": "non", "children": 1,
        "observed": Decimal(205), "on": date(2026, 11, 2), "debt": Decimal("1214.31"), "fraud": "none",
    }  # fmt: skip


@pytest.mark.usefixtures("_scale_of_2026")
def test_a_withholding_that_leaves_little_is_compared_with_what_was_owed_before_it(client, worker):
    """Of 1 214,31 €, 1 064,31 were paid: 150 are left. The scale gives 110,65 € a month, and 110 are withheld: 40 are left, which
    is not what the withholding was to be compared with."""
    found = followed(worker)
    case = found.notice.case
    record_movement(
        case=case, line=found, kind="paid", amount=Decimal("1064.31"), on=date(2026, 11, 1), by=worker, at=AT
    )
    withheld(found, worker, "110")
    shown = initial(client, found)
    assert (shown["observed"], shown["debt"]) == (Decimal(110), Decimal(150))
    html = check(client, found, observed="110", debt="150")
    assert "La retenue ne dépasse pas le barème" in html


@pytest.mark.usefixtures("_scale_of_2026")
def test_the_computation_is_kept_with_its_scale_and_its_day_fills_its_letter_and_serves_the_other_lines(
    client, worker
):
    found = held(worker)
    html = check(client, found)
    kept = WithholdingCheck.objects.get()
    assert (kept.allowed, kept.observed, kept.verdict, kept.excess) == (
        Decimal("110.65"), Decimal("205.00"), "above", Decimal("94.35"),
    )  # fmt: skip
    assert (kept.edition.catalogue, kept.scale, kept.by, kept.made_at) == (
        "withholding", "valeurs de 2026", worker, AT,
    )  # fmt: skip
    for words in (
        "La retenue dépasse le barème de 94,35 €",
        "Retenue trop élevée : 94,35 € de plus que le barème, chaque mois",
        "Calculé le 02/11/2026 par Awa Sow, valeurs de 2026 (édition 1).",
        "Retenue du barème : 110,65 € par mois",
    ):
        assert words in html
    assert JournalEntry.objects.get(kind="line.withholding_checked").data == {
        "line": found.pk, "check": kept.pk, "verdict": "above",
    }  # fmt: skip
    whole = html_of(client.get(reverse("case", args=[found.notice.case.public_id])))
    assert address(found, "case_line_letter", "L8") in whole
    page = client.get(address(found, "case_line_letter", "L8"))
    form = page.context["form"]
    assert form.asked == ["file_number"]
    assert form.initial["steps"].splitlines() == kept.steps
    assert kept.steps[0] == "Barème : valeurs de 2026"
    html = plain(page)
    assert "elle serait de 110,65 € par mois, et non de 205,00 €. C’est 94,35 € de trop chaque mois" in html
    assert "Revenu pondéré" in html
    other = initial(client, line(found.notice.case, "apl"))
    assert (other["resources"], other["rent"], other["children"]) == (Decimal(1200), Decimal(500), 1)
    assert (other["observed"], other["debt"]) == (None, Decimal("412.00"))


def test_an_estimate_is_kept_alarms_nobody_and_asks_for_no_revision(client, worker):
    found = held(worker)
    assert "Produire le PDF" not in html_of(client.get(address(found, "case_line_letter", "L8"))), (
        "nothing is compared"
    )
    html = check(client, found)
    kept = WithholdingCheck.objects.get()
    assert (kept.allowed, kept.verdict, kept.scale) == (Decimal("110.65"), "unsure", "valeurs de 2025")
    assert "Estimation gardée. Le barème de 2026 n’est pas connu" in html
    assert "avec les valeurs de 2025" in html
    assert "Retenue trop élevée" not in html
    page = html_of(client.get(address(found, "case_line_letter", "L8"))).replace("\u00a0", " ")
    assert "Ce courrier ne peut pas être produit : rien n’a été trouvé au-dessus du barème" in page
    assert "Produire le PDF" not in page
    assert "110,65" not in page
    forced = {"file_number": "4518207", "allowed_amount": "110,65", "excess_amount": "94,35", "steps": "110,65"}
    html = html_of(client.post(address(found, "case_line_letter", "L8"), forced))
    assert "Ce courrier ne peut pas être produit" in html
    assert not Letter.objects.exists()


def test_an_estimate_is_to_be_checked_again_once_the_scale_of_its_year_is_known(client, worker):
    found = held(worker)
    check(client, found)
    words = "Le barème de l’année est connu maintenant"
    assert words not in html_of(client.get(address(found, "case_line")))
    know_the_scale_of_2026()
    assert words in html_of(client.get(address(found, "case_line")))
    assert words not in check(client, found)
    assert [each.verdict for each in WithholdingCheck.objects.order_by("pk")] == ["unsure", "above"]


@pytest.mark.usefixtures("_scale_of_2026")
def test_a_withholding_within_the_scale_alarms_nobody_and_replaces_the_former_alarm(client, worker):
    found = held(worker)
    assert "Retenue trop élevée" in check(client, found)
    html = check(client, found, observed="110")
    assert "La retenue ne dépasse pas le barème." in html
    assert "Retenue trop élevée" not in html


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"observed": "0"}, "Saisir un montant en euros"),
        ({"observed": ""}, "Indiquer la retenue constatée."),
        ({"children": "-1"}, "supérieure ou égale à 0"),
        ({"on": ""}, "Indiquer un jour du mois."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(client, worker, said, words):
    assert words in check(client, followed(worker), **said)
    assert not WithholdingCheck.objects.exists()


def test_a_qualified_fraud_is_counted_as_the_scale_says(client, worker):
    by_the_caf = TypedLine(benefit="rsa", amount=Decimal(900), fraud="yes", fraud_by="operator")
    assert initial(client, followed(worker, lines=(by_the_caf,)))["fraud"] == "first"


def test_of_the_ass_a_share_may_be_withheld_whatever_the_household(client, worker):
    ass = TypedLine(benefit="ass", amount=Decimal(900))
    found = held(worker, lines=(ass,), operator="france_travail")
    assert list(client.get(address(found)).context["form"].fields) == ["benefits", "observed", "debt", "on"]
    html = html_of(client.post(address(found), {"observed": "205", "on": "2026-11-02"}))
    assert "Indiquer l’allocation du mois." in html
    assert not WithholdingCheck.objects.exists()
    said = {"benefits": "588,90", "observed": "205", "debt": "695", "on": "2026-11-02"}
    client.post(address(found), said)
    kept = WithholdingCheck.objects.get()
    # 20 % of 588,90 €
    assert (kept.allowed, kept.verdict, kept.scale) == (Decimal("117.78"), "above", "20 % de l’allocation")
    assert kept.resources is None
    html = plain(client.get(address(found, "case_line_letter", "L8b")))
    assert (
        "l’article R5426-18 du code du travail limite cette retenue à 117,78 € par mois, soit 87,22 € de trop" in html
    )
    assert client.get(address(found, "case_line_letter", "L8")).status_code == 404
    # What was said of one benefit alone says nothing of the household.
    assert "resources" not in initial(client, found)


@pytest.mark.usefixtures("_scale_of_2026")
def test_the_scale_holds_for_the_health_insurance_with_its_own_text(client, worker):
    sick = TypedLine(benefit="ij", amount=Decimal(900))
    found = held(worker, lines=(sick,), operator="cpam")
    assert "laisser « Prestations du mois » vide" in html_of(client.get(address(found))).replace("\u00a0", " ")
    check(client, found, benefits="")
    kept = WithholdingCheck.objects.get()
    # (1 200 − 500) ÷ 2 = 350: 56 + 25 % of 49
    assert (kept.allowed, kept.verdict) == (Decimal("68.25"), "above")
    html = plain(client.get(address(found, "case_line_letter", "L8")))
    assert (
        "selon les articles D133-2-2 et D553-1 du code de la sécurité sociale, elle serait de 68,25 € par mois" in html
    )


def test_where_no_scale_exists_nothing_is_offered(client, worker):
    are = TypedLine(benefit="are", amount=Decimal(900))
    found = followed(worker, lines=(are,), operator="france_travail")
    assert client.get(address(found)).status_code == 404
    assert "Vérifier la retenue" not in html_of(client.get(address(found, "case_line")))


def test_a_colleague_elsewhere_computes_nothing(client, worker):
    found = followed(worker)
    client.force_login(member("mds-grigny"))
    assert client.post(address(found), SAID).status_code == 404


def test_a_sum_of_before_the_letter_is_asked_about_since_the_letter_may_deduct_it(client, worker):
    """The letter of 19 October claims 1 214,31 €; 50 € were withheld on 5 October."""
    rsa = followed(worker)
    page = reverse("case_line_movement", args=[rsa.notice.case.public_id, rsa.public_id])
    typed = {"kind": "withheld", "amount": "50", "on": "2026-10-05", "seen": "0"}
    html = html_of(client.post(page, typed))
    assert "est d’avant la lettre du 19/10/2026, qui réclame 1\u202f214,31\xa0€" in html
    assert "La lettre ne la déduit pas" in html
    assert balance_of(rsa.debt) == Decimal("1214.31")
    client.post(page, typed | {"is_not_deducted": "on"})
    assert balance_of(rsa.debt) == Decimal("1164.31")
    client.post(page, typed | {"on": "2026-10-26", "seen": "1"})
    assert balance_of(rsa.debt) == Decimal("1114.31")
