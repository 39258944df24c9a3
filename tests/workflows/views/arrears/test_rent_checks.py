"""Is the debt real? Ticked on its page, told on the page of the case, to the judge and on the sheet of the hearing."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from cases.models import DebtStatement, JournalEntry, LedgerEntry, Letter, PastRow, RentCheck
from tests.factories import member
from tests.workflows.views.case.test_case import followed_by, page
from tests.workflows.views.case.test_case_actions import act
from tests.workflows.views.case.test_tenant_letters import (
    COURT,
    happened,
    open_page,
    printed,
    resume_rent,
    text_of,
    write,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
DOUBT = {"finding_costs": "doubted", "amount_costs": "45,50", "evidence_costs": "Relance du 3 mars"}


@pytest.fixture
def worker():
    return member("caf-91", first_name="Claire", last_name="Montel", phone="0169000001")


@pytest.fixture
def case(worker):
    """2 120,00 € owed on 24 November; the tenant is summoned."""
    case = followed_by(worker)
    happened(case, worker, "summons_served", date(2026, 11, 3))
    happened(case, worker, "hearing", date(2027, 1, 12))
    return case


def check(client, worker, case, **typed):
    return spaced(act(client, worker, case, "case_rent_checks", **typed))


def to_the_judge(client, worker, case) -> str:
    home = "4 rue de la Plaine\n91350 Grigny"
    write(client, worker, case, "judge_delays", court=COURT["court"], months="24", monthly_offer="90", home=home)
    return text_of(printed(Letter.objects.get()))


def spaced(html):
    return " ".join(html.split())


def test_what_is_to_be_discussed_is_said_beside_the_balance_of_the_landlord(client, worker, case):
    before = list(DebtStatement.objects.values_list("balance"))
    html = check(
        client, worker, case, **DOUBT, finding_aid_withheld="doubted", amount_aid_withheld="612",
        finding_three_years="doubted", finding_penalties="clear",
    )  # fmt: skip
    assert "Vérifications enregistrées. À discuter : 657,50 €." in html
    assert "À discuter dans cette dette : 657,50 €, et 1 point à chiffrer. C’est une estimation" in html
    assert "Frais de relance, de courrier ou de procédure : 45,50 €" in html
    assert "Relance du 3 mars" in html
    assert "Loi n° 89-462, article 4, p ; CPCE, article L111-8." in html
    assert '<span class="debt-now">2 120,00 €</span>' in html
    assert list(DebtStatement.objects.values_list("balance")) == before
    assert not LedgerEntry.objects.exists()


def test_the_history_says_who_checked_and_never_how_much(client, worker, case):
    html = check(client, worker, case, **DOUBT, finding_penalties="clear")
    assert "Claire Montel a vérifié la dette réclamée" in html
    assert "1 point : à discuter" in html
    line = JournalEntry.objects.get(kind="debt.checked")
    assert line.data == {"findings": {"costs": "doubted", "penalties": "clear"}}


def test_a_finding_is_corrected_and_taken_back_and_the_past_is_kept(client, worker, case):
    check(client, worker, case, **DOUBT)
    check(client, worker, case, **{**DOUBT, "amount_costs": "30"})
    assert RentCheck.objects.get().amount == Decimal("30.00")
    assert PastRow.objects.filter(table_name="cases_rentcheck").count() == 1
    html = check(client, worker, case, finding_costs="")
    assert not RentCheck.objects.exists()
    assert "à discuter" not in html.split("Chronologie")[0].split("Dette de loyer")[1].split("Mouvements")[0]
    assert check(client, worker, case, finding_costs="").count("Rien n’a changé.") == 1


def test_a_sum_typed_alone_is_a_doubt(client, worker, case):
    check(client, worker, case, amount_costs="45,50")
    assert RentCheck.objects.get().finding == "doubted"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"finding_costs": "clear", "amount_costs": "20"}, "Choisir « à discuter », ou effacer la somme."),
        ({"finding_costs": "doubted", "amount_costs": "2120,01"}, "dépassent la dette connue"),
        ({"finding_costs": "doubted", "amount_costs": "beaucoup"}, "Saisir un montant en euros"),
    ],
)
def test_what_does_not_hold_together_is_refused_and_shown_again(client, worker, case, typed, words):
    html = check(client, worker, case, **typed)
    assert words in html
    assert f'value="{typed["amount_costs"]}"' in html
    assert not RentCheck.objects.exists()


def test_a_check_of_other_housing_is_not_asked(client, worker, case):
    case.tenancy.housing = "private"
    case.tenancy.save()
    client.force_login(worker)
    html = client.get(reverse("case_rent_checks", args=[case.public_id])).content.decode()
    assert "Réduction de loyer de solidarité" not in html
    assert "Révision de loyer demandée trop tard" in html


def test_whoever_does_not_follow_the_case_checks_nothing(client, case):
    other = member("ccas-grigny")
    client.force_login(other)
    assert client.get(reverse("case_rent_checks", args=[case.public_id])).status_code in (403, 404)


def test_the_judge_reads_each_point_with_its_sum_and_its_article(client, worker, case):
    resume_rent(case, worker)
    check(client, worker, case, **DOUBT, finding_three_years="doubted", finding_penalties="clear")
    text = to_the_judge(client, worker, case)
    assert "J’estime que 45,50 € sont à discuter dans la somme réclamée." in text
    assert "Je vous demande de vérifier ce qui suit :" in text
    assert "45,50 € : des frais de relance ou de procédure mis à ma charge" in text
    assert "des sommes de plus de trois ans, dont j’invoque la prescription (loi n° 89-462, article 7-1)" in text
    assert "pénalités" not in text
    assert "Relance du 3 mars" not in text


def test_what_is_owed_later_is_told_apart_from_what_may_not_be_owed(client, worker, case):
    resume_rent(case, worker)
    check(client, worker, case, **DOUBT, finding_charges_late="doubted", amount_charges_late="120")
    text = to_the_judge(client, worker, case)
    assert "J’estime que 45,50 € sont à discuter dans la somme réclamée." in text
    first, later = text.split("Dans la somme réclamée, ce qui suit est à payer plus tard :")
    assert "45,50 € : des frais de relance" in first
    assert "régularisation" not in first
    assert "120,00 € : une régularisation de charges tardive, que je demande à payer en douze fois" in later


def test_nothing_is_said_to_the_judge_when_nothing_was_found_and_what_is_owed_later_is_said_alone(
    client, worker, case
):
    resume_rent(case, worker)
    html = open_page(client, worker, case, "judge_delays")
    assert "à discuter" not in html
    assert "vérifier ce qui suit" not in html
    check(client, worker, case, finding_charges_late="doubted", amount_charges_late="120")
    html = spaced(open_page(client, worker, case, "judge_delays"))
    assert "ce qui suit est à payer plus tard" in html
    assert "vérifier ce qui suit" not in html
    assert "à discuter dans" not in html


def test_the_sheet_of_the_hearing_says_it_in_one_sentence_and_holds_on_one_page(client, worker, case):
    check(client, worker, case, **DOUBT)
    write(client, worker, case, "hearing_sheet", **COURT)
    pdf = printed(Letter.objects.get())
    assert len(pdf.pages) == 1
    assert "Dans cette dette, 45,50 € sont à discuter. Dites-le au juge." in text_of(pdf)


def test_a_total_that_exceeds_what_is_left_to_pay_is_told_to_nobody_else(client, worker, case):
    resume_rent(case, worker)
    check(client, worker, case, **DOUBT)
    DebtStatement.objects.update(balance=40)
    assert "Plus que ce qui reste dû est à discuter" in spaced(page(client, case, worker))
    html = open_page(client, worker, case, "judge_delays")
    assert "sont à discuter dans la somme réclamée" not in html
