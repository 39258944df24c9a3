"""Legal aid for one line of an overpayment: its request in time, too late, or said by nobody; what its clocks make of each.

The recourse against the RSA is rejected on Friday 15 January 2027: the court (délai franc) until Tuesday 16 March. Expected days
are counted by hand: décret n° 2020-1717, article 43.
"""

from datetime import date, datetime

import pytest
import time_machine
from django.urls import reverse

from cases.actions.lines import LawOfTheDay
from cases.models import Deadline, Letter, Milestone
from tests.factories import PARIS, member
from tests.workflows.actions.test_overpayment import line
from tests.workflows.views.overpayment.test_overpayment_pages import opened
from workflows.actions import milestones

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]

REJECTED = date(2027, 1, 15)


@pytest.fixture
def worker(client):
    person = member("caf-91")
    client.force_login(person)
    return person


@pytest.fixture
def case(worker):
    found = opened(worker, ["rsa"])
    record(found, worker, "recourse_sent", date(2026, 12, 1))
    record(found, worker, "recourse_rejected", REJECTED)
    found.worker = worker  # type: ignore[attr-defined]
    return found


def record(case, worker, kind, on):
    rsa = line(case, "rsa")
    with time_machine.travel(datetime(on.year, on.month, on.day, 12, tzinfo=PARIS), tick=False):
        context = LawOfTheDay(on=on, territory=case.territory).context_of(rsa)
        at = datetime(on.year, on.month, on.day, 12, tzinfo=PARIS)
        milestones.record(
            case=case, debt=rsa.debt, context=context, kind=kind, happened_on=on, known="proved", by=worker, at=at
        )


def send(client, case, kind, on, *, today=None):
    """Through the page, on that day or later, by whoever answers for the case."""
    today = today or on
    url = reverse("case_line_fact", args=[case.public_id, line(case, "rsa").public_id])
    with time_machine.travel(datetime(today.year, today.month, today.day, 12, tzinfo=PARIS), tick=False):
        client.force_login(case.worker)
        return client.post(url, {"kind": kind, "happened_on": f"{on}"}, follow=True).content.decode()


def clocks(case):
    found = Deadline.objects.filter(case=case, rule__code__startswith="IND-").exclude(state="cancelled")
    found = found.select_related("rule").exclude(rule__start="notice_received").order_by("pk")
    return {each.rule.code: (each.state, each.legal_date) for each in found}


def test_asked_in_time_its_decision_begins_the_delay_of_the_court_again(client, case):
    html = send(client, case, "legal_aid_asked", date(2027, 3, 16))
    assert "Sans effet sur les délais" not in html
    send(client, case, "legal_aid_decided", date(2027, 4, 12))
    # 12 June is a Saturday.
    assert clocks(case)["IND-31"] == ("running", date(2027, 6, 14))


def test_asked_too_late_it_is_kept_and_said_and_its_decision_begins_nothing(client, case):
    html = send(client, case, "legal_aid_asked", date(2027, 3, 17))
    words = "demandée le 17/03/2027, après le dernier jour pour saisir le tribunal (16/03/2027)"
    assert html.count(words) == 2  # said at once, and on the page of the line as long as it stands
    assert "décret n° 2020-1717, article 43" in html
    assert Milestone.objects.filter(case=case, kind="legal_aid_asked", replaced_by=None).exists()
    send(client, case, "legal_aid_decided", date(2027, 4, 12))
    send(client, case, "counsel_appointed", date(2027, 4, 20))
    assert {"IND-31", "IND-31b"}.isdisjoint(clocks(case))


def test_the_day_of_the_request_corrected_the_delay_begins(client, case):
    send(client, case, "legal_aid_asked", date(2027, 3, 17))
    send(client, case, "legal_aid_decided", date(2027, 4, 12))
    html = send(client, case, "legal_aid_asked", date(2027, 3, 15), today=date(2027, 4, 13))
    assert "Sans effet sur les délais" not in html
    assert clocks(case)["IND-31"] == ("running", date(2027, 6, 14))
    send(client, case, "legal_aid_asked", date(2027, 3, 18), today=date(2027, 4, 14))
    assert "IND-31" not in clocks(case)


def test_a_decision_without_any_request_begins_nothing_and_asks_for_the_day_of_the_request(client, case):
    html = send(client, case, "legal_aid_decided", date(2027, 2, 20))
    assert "sans demande d’aide juridictionnelle enregistrée : enregistrer le jour de la demande" in html
    assert "IND-31" not in clocks(case)
    assert clocks(case)["IND-09"] == ("running", date(2027, 3, 16))
    send(client, case, "legal_aid_asked", date(2027, 2, 1), today=date(2027, 2, 21))
    assert clocks(case)["IND-31"] == ("running", date(2027, 4, 20))
    assert clocks(case)["IND-09"][0] == "met"


def test_the_request_is_printed_for_the_bureau_of_the_home(client, case):
    rsa = line(case, "rsa")
    url = reverse("case_line_letter", args=[case.public_id, rsa.public_id, "L13d"])
    with time_machine.travel(datetime(2027, 1, 20, 12, tzinfo=PARIS), tick=False):
        client.force_login(case.worker)
        page = client.get(reverse("case_line", args=[case.public_id, rsa.public_id])).content.decode()
        assert "Demander l’aide juridictionnelle" in page
        assert "au plus tard le 16/03/2027" in page
        typed = {"file_number": "1234567", "home": "4 rue de la Plaine\n91350 Grigny"}
        typed |= {"period": "novembre 2025 à mars 2026", "cause": "séjour à l’étranger"}
        client.post(url, typed, follow=True)
    letter = Letter.objects.get(kind="L13d")
    bureau = ["Bureau d’aide juridictionnelle", "Tribunal judiciaire d’Évry-Courcouronnes"]
    assert letter.text["recipient"][:2] == bureau
    assert letter.signer == case.household.memberships.get(position="holder").beneficiary
    said = "\n".join(each for block in letter.text["blocks"] for each in (block["text"], *block["items"]))
    assert "Juridiction : tribunal administratif de Versailles" in said
    assert "rejeté par une décision du 15 janvier 2027" in said.replace("\u00a0", " ")
    # Nothing is said to be joined that was not ticked.
    assert "Le formulaire de demande (Cerfa n° 16146) est joint, rempli et signé." in said.replace("\u00a0", " ")
    assert "Pièces jointes" not in said
    assert "protection juridique" not in said
