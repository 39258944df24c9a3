"""The pages of an overpayment ask the database as much for one line as for many, with all that hangs on them."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions.notices import NoticeReception
from cases.models import Case, DebtLine, Letter, Question
from cases.rules.notices import TypedLine
from cases.rules.withholding import FraudLevel, WithholdingInputs
from tests import factories
from tests.conftest import is_counted_apart
from tests.factories import NOON, member
from tests.journeys import scene
from tests.workflows.actions.test_overpayment import line
from tests.workflows.actions.test_questions import answer, ask
from tests.workflows.walk import Walk
from workflows.actions.lines import check_withholding, correct_fraud, note_spoken, record_movement
from workflows.actions.overpayment import open_with_notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]

BENEFITS = ["rsa", "apl", "prime_activite", "aah"]
MOST = 20


@pytest.fixture
def worker(client):
    person = member("caf-91")
    client.force_login(person)
    return person


@pytest.fixture
def correspondent():
    return member("caf-91-recouvrement", "correspondent")


def opened(worker, benefits) -> Case:
    home = factories.household()
    case = open_with_notice(
        household=home,
        operator="caf",
        letter_date=date(2026, 11, 9),
        received=NoticeReception(on=date(2026, 11, 12), how="post"),
        lines=[TypedLine(benefit=benefit, amount=Decimal(900)) for benefit in benefits],
        structure=factories.structure("caf-91"),
        by=worker,
        at=NOON,
        informed_by="interview",
    )
    walk = Walk(case)
    walk.take("check_notice", by=worker, routes_stated="yes", lacks=[])
    scene.kept_by_who_opened(walk, worker)
    return case


def fill(case: Case, benefit: str, *, worker, correspondent) -> None:
    """Two questions answered and one that waits, a letter, two sums compared with the scale, and a fraud that was corrected twice."""
    for _ in range(2):
        answer(ask(case, benefit, by=worker), "breakdown_given", by=correspondent)
    ask(case, benefit, by=worker)
    scene.line_letter(case, line(case, benefit), by=worker)
    for day in (20, 23):
        on = date(2026, 11, day)
        found = line(case, benefit)
        record_movement(case=case, line=found, kind="withheld", amount=Decimal(50), on=on, by=worker, at=NOON)
        means = WithholdingInputs(resources=Decimal(1200), rent=Decimal(500), children=1)
        check_withholding(
            case=case, line=found, means=means, observed=Decimal(50), on=on, debt=None, fraud=FraudLevel.NONE, by=worker,
            at=NOON,
        )  # fmt: skip
        note_spoken(
            case=case, line=found, kind="oral_promise", on=on, channel="phone", speaker="person", agent="", about="",
            words="Le décompte sera envoyé.", by=worker, at=NOON,
        )  # fmt: skip
    for said, authority in (("alleged", ""), ("yes", "operator")):
        found = line(case, benefit)
        correct_fraud(case=case, line=found, said=said, authority=authority, on=None, by=worker, at=NOON)


def queries(client, case: Case, name: str) -> int:
    args = [case.public_id, *([line(case, "rsa").public_id] if name == "case_line" else [])]
    client.get(reverse(name, args=args))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse(name, args=args)).status_code == 200
    return sum(not is_counted_apart(each["sql"]) for each in asked)


@pytest.mark.parametrize("name", ["case", "case_line"])
def test_as_many_queries_for_one_line_as_for_four_with_all_that_hangs_on_them(client, worker, correspondent, name):
    short, whole = opened(worker, ["rsa"]), opened(worker, BENEFITS)
    for case, benefit in [(short, "rsa"), *((whole, benefit) for benefit in BENEFITS)]:
        fill(case, benefit, worker=worker, correspondent=correspondent)
    assert (DebtLine.objects.count(), Question.objects.count(), Letter.objects.count()) == (5, 15, 5)
    few = queries(client, short, name)
    assert queries(client, whole, name) == few <= MOST


def test_what_was_asked_and_answered_is_read_on_the_case(client, worker, correspondent):
    case = opened(worker, ["rsa"])
    answer(ask(case, by=worker, text="Quels mois ?"), "breakdown_given", by=correspondent)
    ask(case, by=worker, kind="reason", text="Pour quelle raison ?")
    html = client.get(reverse("case", args=[case.public_id])).content.decode()
    for words in ("Pour quelle raison ?", "Décompte fourni", "réponse attendue le 08/12/2026"):
        assert words in html
