"""The page of a case: the same address shows more or less, or does not exist, by who opens it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from cases.actions import deadlines
from cases.actions.debts import record_statement
from cases.models import HouseholdMember
from tests.factories import FAMILY, NOON, household, member, person, reported, structure, tenancy
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.queries.case_page import CasePageData
from workflows.steps.contact import holder_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def routed_to_the_caf(**person):
    home = household(usual_name="Ferreira", first_names="Ana", phone="+33612345678", **person)
    lease = tenancy(home=home, housing="private", aid_kind="ALF", aid=Decimal("150.00"), direct_payment=True)
    return reported(lease, balance="2120.00", **FAMILY)


def followed_by(worker, *, until="diagnose"):
    """A case of the CAF, followed by this professional, waiting at this step."""
    walk = Walk(routed_to_the_caf())
    walk.take("answer", by=worker, accept=True, professional=worker)
    steps: list[tuple[str, dict[str, Any]]] = [
        ("contact", {"result": "reached", "channel": "phone", "made_on": date(2026, 11, 24), "informed_by": "phone"}),
        ("diagnose", {"completeness": "partial", "family": "couple_children"}),
        (
            "plan",
            {
                "kinds": ["repayment", "fsl"],
                "amount": Decimal("2120.00"),
                "monthly": Decimal("106.00"),
                "first_due_on": date(2026, 12, 5),
            },
        ),
        ("agree", {"answer": "accepted"}),
    ]
    for node, data in steps:
        if until in walk.waiting_for:
            break
        walk.take(node, by=worker, **data)
    return walk.case


def text(html: str) -> str:
    return " ".join(strip_tags(html).split()).replace(" ,", ",")


def page(client, case, user):
    client.force_login(user)
    answer = client.get(reverse("case", args=[case.public_id]))
    return html_of(answer) if answer.status_code == 200 else answer.status_code


def test_the_first_screen_says_who_what_until_when_and_who_has_the_ball(client):
    html = page(client, routed_to_the_caf(no_message=True), member("caf-91"))
    for words in ["FERREIRA Ana", "06", "pas de message", "Répondre à l’orientation", "mar. 01/12/2026", "CAF 91"]:
        assert words in html


@pytest.mark.parametrize(("served_on", "is_said"), [(date(2026, 10, 1), True), (date(2026, 9, 1), False)])
def test_beside_the_step_stands_the_last_day_of_a_right_that_ends_before_it_is_late(
    client, worker, served_on, is_said
):
    """The contact is late on 9 December; of an order to leave within two months, served on 1 September, the right is over."""
    case = followed_by(worker, until="contact")
    assert "quitter les lieux après le commandement" not in text(page(client, case, worker))
    deadlines.start(case=case, fact="order_to_leave_served", on=served_on, structure=structure("caf-91"), context={})
    html = page(client, case, worker)
    step = html_of(client.get(reverse("step", args=[case.public_id, Walk(case).task("contact").public_id])))
    for said in (html.split("case-band")[1].split("</dl>")[0], step):
        right = "Dernier jour mar. 01/12/2026, quitter les lieux après le commandement"
        assert (right in text(said), "quitter les lieux après le commandement" in text(said)) == (is_said, is_said)
    assert "quitter les lieux après le commandement" in text(html).lower()


def test_before_the_person_is_informed_only_the_card_is_shown(client, worker):
    html = page(client, followed_by(worker, until="contact"), worker)
    assert "Vous voyez la fiche de ce dossier" in html
    assert "Pourquoi cette orientation" in html
    for hidden in ["2120", "2 120", "Chronologie", "Participants", "Dette de loyer"]:
        assert hidden not in html


def test_the_whole_case_opens_to_the_structure_that_informed_the_person(client, worker):
    html = page(client, followed_by(worker, until="monitor"), worker)
    for part in [
        "Impayé constitué au sens de la loi depuis le 24/11/2026",
        "Dette de loyer",
        "Plan d’actions",
        "Diagnostic",
        "Chronologie",
        "Participants",
        "Aide du FSL",
    ]:
        assert part in html
    assert f"{worker} a accepté l’orientation" in html


def test_a_whole_case_is_read_in_twenty_queries(client, django_assert_max_num_queries):
    """And one more, the first time of the day: it is noted in the access log."""
    worker = member("caf-91", "manager")
    case = followed_by(worker, until="monitor")
    client.force_login(worker)
    for budget in (21, 20):
        with django_assert_max_num_queries(budget):
            client.get(reverse("case", args=[case.public_id]))


def test_the_routing_is_explained_by_its_criteria_and_by_what_the_landlord_reads_of_it(client):
    html = page(client, routed_to_the_caf(), member("caf-91"))
    for words in [
        "Famille avec enfant à charge et prestations familiales",
        "Enfants à charge",
        "Règles examinées avant celle-ci",
        "édition 1",
    ]:
        assert words in html
    assert "Au bailleur, Relais dit seulement : « La situation est confiée à un service partenaire" in text(html)


def test_children_are_named_only_to_who_sees_the_whole_case(client, worker):
    for until, named in (("contact", False), ("diagnose", True)):
        case = followed_by(worker, until=until)
        child = person(usual_name="Ferreira", first_names="Petit")
        child.save()
        HouseholdMember.objects.create(household=case.household, beneficiary=child, position="child")
        assert ("FERREIRA Petit" in page(client, case, worker)) is named


def test_a_cleared_debt_proposes_to_close(client, worker):
    case = followed_by(worker, until="monitor")
    record_statement(
        tenancy=case.tenancy, source=structure("bailleur-a"), as_of=date(2026, 12, 1), balance=Decimal(0), at=NOON
    )
    html = page(client, case, worker)
    assert "La dette est soldée au 1er décembre 2026" in html.replace("\N{NO-BREAK SPACE}", " ")
    assert f"{reverse('case_close', args=[case.public_id])}?issue=cleared" in html


def test_a_manager_may_give_the_step_an_agent_may_not(client):
    worker, manager = member("caf-91"), member("caf-91", "manager")
    case = followed_by(worker, until="diagnose")
    assert "Confier à quelqu’un" in page(client, case, manager)
    assert "Confier à quelqu’un" not in page(client, case, worker)


def test_an_unknown_address_leads_nowhere(client, worker):
    assert client.get(reverse("case", args=[uuid4()])).status_code == 404


def test_the_landlord_s_step_shows_the_ball_at_his_place_and_lets_the_professional_record_his_answer(client, worker):
    case = followed_by(worker, until="agree")
    html = page(client, case, worker)
    assert "Bailleur A – recouvrement" in html
    assert reverse("step", args=[case.public_id, Walk(case).task("agree").public_id]) in html


def test_a_diagnosis_without_any_step_taken_says_so_in_words(client, worker):
    html = page(client, followed_by(worker, until="plan"), worker)
    assert "Démarches engagées" in html
    assert "<dd>None</dd>" not in html


def test_a_case_that_nobody_of_its_household_is_left_in_is_of_who_held_the_lease_last(client, worker):
    case = followed_by(worker)
    spouse = person(usual_name="Adjoint")
    spouse.save()
    members = case.household.memberships
    members.create(beneficiary=spouse, position="spouse", until=date(2026, 11, 2))
    members.filter(until=None).update(until=date(2026, 11, 2))
    for name in ("case", "letters", "household"):
        answer = client.get(reverse(name, args=[case.public_id]))
        assert answer.status_code == 200, name
    assert CasePageData(case, on=NOON.date()).holder.usual_name == holder_of(case).usual_name == "Ferreira"
