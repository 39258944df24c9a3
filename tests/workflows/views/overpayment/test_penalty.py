"""A penalty once pronounced, as a professional meets it: its day is typed, its remedy offered with its last day, chosen, sent.

Expected days are counted by hand.
"""

from datetime import date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import strip_tags

from cases.models import Deadline
from cases.rules.notices import TypedLine
from tests.factories import PARIS
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import AT, line, steps
from tests.workflows.views.overpayment.test_line_letters import ready
from workflows.actions.lines import record_movement
from workflows.models import CaseTask

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BENEFIT = {"caf": "apl", "france_travail": "ass"}


def fined(client, worker, operator):
    """Decided on 30 October 2026, said on 2 November."""
    benefit = BENEFIT[operator]
    owed = [TypedLine(benefit=benefit, amount=Decimal("412.00"))]
    case = ready(worker, lines=owed, operator=operator, informed_by="interview")
    note(client, case, benefit, "penalty_decided", date(2026, 10, 30))
    return case


def note(client, case, benefit, kind, on):
    url = reverse("case_line_fact", args=[case.public_id, line(case, benefit).public_id])
    answer = client.post(url, {"kind": kind, "happened_on": f"{on}"}, follow=True)
    assert "Fait enregistré" in html_of(answer)


def step(case, benefit, node):
    task = CaseTask.objects.open().get(process__debt=line(case, benefit).debt, node=node)
    return reverse("step", args=[case.public_id, task.public_id])


def read(client, url):
    return " ".join(strip_tags(html_of(client.get(url))).split())


def send(client, case, benefit, way, letter):
    """Through the pages: chosen, signed, sent on 2 November."""
    assert client.post(step(case, benefit, "choose_way"), {"ways": [way]}).status_code == 302
    assert f"Faire le courrier {letter}" in read(client, step(case, benefit, "prepare"))
    client.post(step(case, benefit, "prepare"), {"signed": "signed"})
    sent = {"sent_on": "2026-11-02", "proof": "registered", "received_on": ""}
    assert client.post(step(case, benefit, "send"), sent).status_code == 302
    assert steps(case, benefit) == ["choose_way"]


def clocks(case):
    found = Deadline.objects.filter(case=case, rule__code__startswith="IND-32").select_related("rule").order_by("pk")
    return {each.rule.code: (each.state, each.legal_date) for each in found}


def page_of_line(client, case, benefit):
    return read(client, reverse("case_line", args=[case.public_id, line(case, benefit).public_id]))


def test_the_decision_is_noted_and_contested_before_the_court(client, worker):
    case = fined(client, worker, "caf")
    assert clocks(case) == {"IND-32": ("running", date(2026, 12, 30))}
    asked = read(client, step(case, "apl", "choose_way"))
    assert "Contester la pénalité devant le tribunal, au plus tard le 30/12/2026" in asked
    assert "Saisir le médiateur de France Travail contre la pénalité" not in asked
    send(client, case, "apl", "contest_penalty", "L14b")
    assert clocks(case) == {"IND-32": ("met", date(2026, 12, 30))}
    assert "Pénalité contestée" in page_of_line(client, case, "apl")
    assert "Contester la pénalité" not in read(client, step(case, "apl", "choose_way"))


def test_withdrawn_it_is_contested_no_more(client, worker):
    case = fined(client, worker, "caf")
    note(client, case, "apl", "penalty_withdrawn", date(2026, 11, 2))
    assert clocks(case) == {"IND-32": ("met", date(2026, 12, 30))}
    assert "Pénalité abandonnée" in page_of_line(client, case, "apl")
    assert "Contester la pénalité" not in read(client, step(case, "apl", "choose_way"))


def test_of_france_travail_the_mediator_comes_first_then_the_court(client, worker):
    case = fined(client, worker, "france_travail")
    assert clocks(case) == {"IND-32c": ("running", date(2026, 12, 30))}
    asked = read(client, step(case, "ass", "choose_way"))
    assert "Saisir le médiateur de France Travail contre la pénalité, au plus tard le 30/12/2026" in asked
    assert "Contester la pénalité devant le tribunal" not in asked
    send(client, case, "ass", "penalty_mediator", "L14c")
    assert clocks(case)["IND-32c"] == ("met", date(2026, 12, 30))
    assert "Pénalité devant le médiateur" in page_of_line(client, case, "ass")
    with time_machine.travel(datetime(2026, 12, 15, 12, tzinfo=PARIS), tick=False):
        client.force_login(worker)
        note(client, case, "ass", "penalty_mediation_ended", date(2026, 12, 14))
        assert clocks(case)["IND-32d"] == ("running", date(2027, 2, 15))  # 14 February is a Sunday
        asked = read(client, step(case, "ass", "choose_way"))
        assert "Contester la pénalité devant le tribunal, au plus tard le 15/02/2027" in asked


def test_a_paid_debt_leaves_the_penalty_to_contest_and_closing_says_what_lapses(client, worker):
    case = fined(client, worker, "caf")
    found, on = line(case, "apl"), date(2026, 11, 2)
    record_movement(case=case, line=found, kind="payment", amount=Decimal("412.00"), on=on, by=worker, at=AT)
    assert clocks(case) == {"IND-32": ("running", date(2026, 12, 30))}
    asked = read(client, step(case, "apl", "choose_way"))
    assert "Contester la pénalité devant le tribunal, au plus tard le 30/12/2026" in asked
    assert "Demander une remise" not in asked
    assert steps(case, "apl") == ["choose_way"]
    client.post(step(case, "apl", "choose_way"), {"ways": ["close"]})
    closing = read(client, step(case, "apl", "close_line"))
    assert "Échéance abandonnée : Contester la pénalité devant le tribunal" in closing
    client.post(step(case, "apl", "close_line"), {"outcome": "settled", "note": "", "confirmed": "settled"})
    assert clocks(case) == {"IND-32": ("cancelled", date(2026, 12, 30))}
