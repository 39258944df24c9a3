"""A fraud on a line: who qualified it and when, corrected on its page; what was said before stays."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from cases.models import DebtLine, FormerFraud, JournalEntry
from tests.factories import member
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import AT, RSA, line, opened
from tests.workflows.walk import Walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_monday")]

BY_THE_CAF = {"fraud": "yes", "fraud_by": "operator", "fraud_on": "2026-10-20"}


def followed(worker, **said) -> DebtLine:
    case = opened(worker, lines=[replace(RSA, **said)], followed_by="ccas-grigny", informed_by="interview")
    Walk(case, at=AT).take("check_notice", by=worker, routes_stated="yes", lacks=[])
    return line(case, "rsa")


def page(client, found: DebtLine, name: str = "case_line") -> str:
    return html_of(client.get(address(found, name)))


def address(found: DebtLine, name: str) -> str:
    return reverse(name, args=[found.notice.case.public_id, found.public_id])


def correct(client, found: DebtLine, **said) -> str:
    answer = client.post(address(found, "case_line_fraud"), said, follow=True)
    found.refresh_from_db()
    return html_of(answer)


def test_what_the_letter_says_is_read_on_the_page_of_the_line(client, worker):
    html = page(client, followed(worker, fraud="yes", fraud_by="court", fraud_on=date(2026, 10, 20)))
    assert "qualifiée par un tribunal le 20/10/2026" in html
    assert "5 ans, fraude qualifiée" in html
    assert "Demander une remise" not in html


def test_a_suspicion_excludes_nothing_and_says_what_to_ask(client, worker):
    html = page(client, followed(worker, fraud="alleged"))
    assert "évoquée, sans décision" in html
    assert "Demander la décision, avec sa date et son auteur." in html
    assert "2 ans ; fraude : 5 ans" in html
    assert "Demander une remise" in html


def test_without_fraud_the_prescription_is_the_ordinary_one(client, worker):
    html = page(client, followed(worker, fraud="no"))
    assert "<dd>2 ans</dd>" in html


def test_it_is_corrected_and_what_was_said_before_stays(client, worker):
    found = followed(worker, fraud="alleged", fraud_on=date(2026, 10, 19))
    html = correct(client, found, **BY_THE_CAF)
    assert (found.fraud, found.fraud_by, found.fraud_on) == ("yes", "operator", date(2026, 10, 20))
    assert "qualifiée par l’organisme le 20/10/2026" in html
    assert "avant le 02/11/2026 : évoquée, sans décision le 19/10/2026 (corrigé par Awa Sow)" in html
    former = FormerFraud.objects.get()
    assert JournalEntry.objects.get(kind="line.fraud_corrected").data == {"line": found.pk, "former": former.pk}
    correct(client, found, **BY_THE_CAF)
    assert FormerFraud.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"fraud": "yes"}, "Dire qui a décidé."),
        ({"fraud": "alleged", "fraud_by": "court"}, "Une autorité est donnée : dire si elle a qualifié la fraude."),
        ({"fraud": "unknown", "fraud_on": "2026-10-20"}, "Une date est donnée : dire si le courrier qualifie"),
        (BY_THE_CAF | {"fraud_on": "2026-11-03"}, "Cette date ne peut pas être à venir."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(client, worker, said, words):
    found = followed(worker)
    assert words in correct(client, found, **said)
    assert (found.fraud, FormerFraud.objects.count()) == ("unknown", 0)


def test_a_qualified_fraud_has_no_argument_of_prescription(client, worker):
    found = followed(worker)
    letter = reverse("case_line_letter", args=[found.notice.case.public_id, found.public_id, "L3"])
    assert 'value="prescription"' in html_of(client.get(letter))
    correct(client, found, **BY_THE_CAF)
    assert 'value="prescription"' not in html_of(client.get(letter))


def test_a_colleague_elsewhere_corrects_nothing(client, worker):
    found = followed(worker)
    client.force_login(member("mds-grigny"))
    assert client.post(address(found, "case_line_fraud"), BY_THE_CAF).status_code == 404
