"""A landlord’s pages: the advancement of his reports, the plan to approve, and nothing of what is confidential."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.mail import get_connection
from django.urls import reverse

from cases.actions import members
from cases.actions.debts import record_statement, watch
from cases.actions.plans import withdraw_waiting
from cases.models import DebtStatement, LedgerEntry, RepaymentPlan, Report, Structure
from notifications.delivery import build_message
from notifications.fanout import drain_outbox
from notifications.models import Delivery, Notice
from tests import factories
from tests.factories import NOON, know
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.actions import milestones
from workflows.actions.report import report_arrears
from workflows.models import CaseTask, ImportJob
from workflows.queries import reports as queries, time_left
from workflows.views.landlord.proposed_plans import WORDS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
REPAYMENT: dict[str, Any] = {
    "kinds": ["repayment"],
    "amount": Decimal("1060.00"),
    "monthly": Decimal("106.00"),
    "first_due_on": date(2026, 12, 5),
}


def case_with(
    node: str, reference: str = "B-17", *, name: str = "Secretnom", is_reported_by_caf: bool = False
) -> Walk:
    """A case of the rent manager B, followed by the CAF, waiting at a step."""
    home = factories.household(usual_name=name)
    lease = factories.tenancy(
        landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=home, reference=reference
    )
    worker = factories.member("caf-91", last_name="Discrète")
    sent: dict[str, Any] = {"code": "gestionnaire-b"}
    if is_reported_by_caf:
        sent = {"by": worker, "code": "caf-91", "channel": "professional"}
    walk = Walk(factories.reported(lease, **sent, **factories.FAMILY))
    contact = {"result": "reached", "channel": "phone", "made_on": date(2026, 11, 24), "informed_by": "phone"}
    steps: dict[str, dict[str, Any]] = {
        "answer": {"accept": True, "professional": worker, "reason": ""},
        "contact": contact,
        "diagnose": {"completeness": "default"},
        "plan": REPAYMENT,
    }
    for step, data in steps.items():
        if node not in walk.waiting_for and step in walk.waiting_for:
            walk.take(step, by=worker, **data)
    assert node in walk.waiting_for
    return walk


def page_of(walk, name="report_detail"):
    return reverse(name, args=[walk.case.reports.get().public_id])


def states(client, query=""):
    return [line.state for line in client.get(reverse("reports") + query).context["lines"]]


def announce(client, walk, on="2026-12-15"):
    return client.post(page_of(walk, "order_announce"), {"on": on}, follow=True)


@pytest.fixture
def landlord(client):
    person = factories.member("gestionnaire-b", "correspondent")
    client.force_login(person)
    return person


@pytest.mark.parametrize(
    ("node", "state"), [("answer", "reçu"), ("contact", "pris en charge"), ("agree", "plan à approuver")]
)
def test_a_report_shows_a_coarse_state(client, landlord, node, state):
    case_with(node)
    page = client.get(reverse("reports"))
    assert [line.state for line in page.context["lines"]] == [state]
    assert state in page.content.decode()


def test_a_case_of_the_initial_stock_that_waits_for_its_turn_is_received(client, landlord):
    lease = factories.tenancy(landlord="gestionnaire-b", reference="B-18")
    report_arrears(
        tenancy=lease,
        structure=factories.structure("gestionnaire-b"),
        channel="file",
        balance=Decimal("1060.00"),
        as_of=NOON.date(),
        at=NOON,
        is_initial_stock=True,
        waits_turn=True,
    )
    assert states(client) == states(client, "?etat=recu") == ["reçu"]


def test_a_step_beside_the_others_says_nothing_of_how_far_the_case_is(client, landlord):
    walk = case_with("plan")
    worker = walk.task("plan").owner
    milestones.record(case=walk.case, kind="hearing", happened_on=date(2027, 2, 2), known="proved", by=worker, at=NOON)
    assert states(client) == ["pris en charge"]
    walk.take("plan", by=worker, **REPAYMENT)
    assert walk.waiting_for == {"send_dsf": "caf-91", "agree": "gestionnaire-b"}
    assert states(client) == ["plan à approuver"]


def test_a_closed_case_is_shown_when_asked_for_and_takes_no_announcement(client, landlord):
    walk = case_with("contact")
    worker = walk.task("contact").owner
    walk.take("contact", by=worker, result="declined", channel="phone", made_on=date(2026, 11, 24))
    walk.take("close", by=worker, outcome="declined_support", note="")
    assert (states(client), states(client, "?etat=tous")) == ([], ["clos"])
    assert "Annoncer" not in client.get(page_of(walk)).text
    answer = client.post(page_of(walk, "order_announce"), {"on": "2026-12-15"})
    assert "Ce dossier est clos. Si la dette existe encore, la signaler de nouveau." in answer.text


def test_a_landlord_opens_the_report_of_a_case_that_closed_while_a_plan_waited(client, landlord):
    walk = case_with("agree")
    plan = RepaymentPlan.objects.get(case=walk.case)
    withdraw_waiting(case=walk.case, by=None, at=NOON, cause=walk.case.journal.latest("pk"))
    plan.refresh_from_db()
    assert plan.state == "withdrawn"
    assert "sans suite : dossier clos" in html_of(client.get(page_of(walk)))


def test_each_state_of_a_plan_has_its_words_for_the_landlord():
    assert set(WORDS) == set(RepaymentPlan.State)


def test_a_landlord_approves_a_plan_once_and_finds_no_page_of_the_case(client, landlord):
    walk = case_with("agree")
    assert "106,00" in client.get(page_of(walk)).content.decode()
    for _ in range(2):
        client.post(page_of(walk), {"answer": "accepted", "counter_monthly": ""}, follow=True)
    assert RepaymentPlan.objects.get().state == "running"
    assert walk.waiting_for == {"monitor": "caf-91"}
    assert walk.case.journal.filter(kind="plan.answered").count() == 1
    assert client.get(f"/situations/{walk.case.public_id}/").status_code == 404


def test_a_landlord_proposes_another_sum_as_he_types_it(client, landlord):
    walk = case_with("agree")
    client.post(page_of(walk), {"answer": "countered", "counter_monthly": "1 50,50 €"})
    assert RepaymentPlan.objects.get().counter_monthly == Decimal("150.50")
    assert walk.waiting_for == {"plan": "caf-91"}


def test_the_watch_list_is_the_landlords_alone(client, landlord):
    lease = factories.tenancy(landlord="gestionnaire-b", reference="B-99")
    watch(tenancy=lease, structure=factories.structure("gestionnaire-b"), on=date(2026, 11, 5))
    assert "B-99" in client.get(reverse("watch_list")).content.decode()
    client.force_login(factories.member("bailleur-a", "correspondent"))
    assert "B-99" not in client.get(reverse("watch_list")).content.decode()


def test_a_long_watch_list_has_a_following_page(client, landlord, monkeypatch):
    monkeypatch.setattr("workflows.views.landlord.reports.WATCHES_SHOWN", 2)
    for number in range(3):
        lease = factories.tenancy(landlord="gestionnaire-b", reference=f"B-{number}")
        watch(tenancy=lease, structure=factories.structure("gestionnaire-b"), on=date(2026, 11, 5 + number))
    html = html_of(client.get(reverse("watch_list")))
    assert [f"B-{number}" in html for number in range(3)] == [False, True, True]
    assert 'href="?apres=2"' in html
    html = html_of(client.get(reverse("watch_list"), {"apres": "2"}))
    assert [f"B-{number}" in html for number in range(3)] == [True, False, False]
    assert client.get(reverse("watch_list"), {"apres": "999999"}).status_code == 404
    assert client.get(reverse("watch_list"), {"apres": "9" * 19}).status_code == 200


def test_the_list_costs_ten_queries_at_most_whatever_its_length(client, landlord, django_assert_max_num_queries):
    for number in range(5):
        lease = factories.tenancy(landlord="gestionnaire-b", reference=f"B-{number}")
        factories.reported(lease, code="gestionnaire-b")
    with django_assert_max_num_queries(10):
        assert len(client.get(reverse("reports")).context["lines"]) == 5


def test_a_landlord_reads_his_own_tenants_name_but_not_from_the_report_of_another(client, landlord):
    case_with("answer")
    assert "SECRETNOM" in client.get(reverse("reports")).content.decode()
    lease = factories.tenancy(landlord="gestionnaire-b", home=factories.household(usual_name="Autrenom"))
    opener = factories.member("ccas-grigny")
    case = factories.reported(lease, by=opener, code="ccas-grigny", channel="professional", **factories.FAMILY)
    page = client.get(reverse("reports"))
    assert case.reports.get() not in [line.report for line in page.context["lines"]]
    assert "AUTRENOM" not in page.content.decode()


def test_a_services_own_lateness_is_not_the_landlords_to_read(client, landlord):
    case_with("contact")
    with time_machine.travel(NOON.replace(month=12, day=29), tick=False):
        client.force_login(landlord)
        page = client.get(reverse("reports"))
    assert [line.next_on for line in page.context["lines"]] == [None]
    assert "en retard" not in page.content.decode()


def test_plans_to_approve_come_first_by_their_day_however_old_and_pages_show_each_report_once(
    client, landlord, monkeypatch
):
    monkeypatch.setattr("workflows.views.landlord.reports.PAGE_SIZE", 2)
    walks = case_with("agree"), case_with("agree", "B-18")
    for walk, day in zip(walks, (date(2026, 12, 3), date(2026, 12, 2)), strict=True):
        factories.aim(CaseTask.objects.filter(pk=walk.task("agree").pk), at=day)
    for number in range(4):
        factories.reported(
            factories.tenancy(landlord="gestionnaire-b", reference=f"B-{number}"), code="gestionnaire-b"
        )
    pages, address = [], reverse("reports")
    while address:
        context = client.get(address).context
        pages.append([line.report.case_id for line in context["lines"]])
        address = reverse("reports") + context["next_url"] if context["next_url"] else ""
    assert [len(page) for page in pages] == [2, 2, 2]
    assert pages[0] == [walks[1].case.pk, walks[0].case.pk], "by the day of the answer"
    assert len({case for page in pages for case in page}) == 6


def test_a_report_is_found_by_its_reference_or_by_the_number_that_an_e_mail_carries(client, landlord):
    one, other = (
        factories.reported(factories.tenancy(landlord="gestionnaire-b", reference=reference), code="gestionnaire-b")
        for reference in ("B-1", "B-2")
    )
    for typed, case in (("b-2", other), (one.reference, one)):
        [line] = client.get(reverse("reports"), {"reference": typed}).context["lines"]
        assert line.report.case == case
    assert "Aucun signalement ne correspond" in client.get(reverse("reports"), {"reference": "X"}).text
    assert client.get(reverse("reports"), {"reference": "2026-999999"}).context["lines"] == []


@pytest.mark.parametrize("place", ["x", "1-0-0", "1-9999999-1", "1-1-" + "9" * 30])
def test_a_place_that_means_nothing_does_no_harm(client, landlord, place):
    assert client.get(reverse("reports"), {"apres": place}).status_code == 200


# What he plans in court


def test_he_announces_an_order_from_the_report_and_reads_it_there_and_in_the_list(client, landlord):
    walk = case_with("contact")
    assert "Rien n’est annoncé" in client.get(page_of(walk)).text
    answer = client.post(page_of(walk, "order_announce"), {"on": "2026-12-15"}, follow=True)
    assert answer.redirect_chain == [(page_of(walk), 302)]
    assert "Commandement envisagé le 15/12/2026 : enregistré, et transmis à qui suit la situation." in answer.text
    assert "dans 21" in answer.text
    assert "Retirer l’annonce" in answer.text
    assert "commandement envisagé le 15/12/2026" in client.get(reverse("reports")).text
    assert [line.report.case for line in client.get(reverse("reports") + "?etat=commandement").context["lines"]] == [
        walk.case
    ]


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("2026-12-08", "C’est annoncé 14 jours à l’avance ; les partenaires sont convenus de 15 jours"),
        ("2026-11-25", "C’est annoncé 1 jour à l’avance"),
        ("2026-11-24", "C’est annoncé le jour même"),
    ],
)
def test_short_notice_is_said_and_never_refused(client, landlord, on, words):
    walk = case_with("contact")
    assert words in client.post(page_of(walk, "order_announce"), {"on": on}, follow=True).text
    assert walk.case.milestones.filter(kind="order_to_pay_planned").count() == 1


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("2026-11-23", "Cette date est passée. Si le commandement a été délivré, le déclarer"),
        ("2028-12-15", "Vérifier l’année : cette date est dans plus d’un an."),
        ("demain", "Date impossible"),
        ("", "Ce champ est obligatoire"),
    ],
)
def test_a_bad_date_is_said_beside_the_field_and_records_nothing(client, landlord, on, words):
    walk = case_with("contact")
    answer = client.post(page_of(walk, "order_announce"), {"on": on})
    assert answer.status_code == 200
    assert words in answer.text
    assert "on" in answer.context["form"].errors
    assert not walk.case.milestones.filter(kind="order_to_pay_planned").exists()


def test_he_changes_the_day_then_calls_it_off_and_the_history_stays(client, landlord):
    walk = case_with("contact")
    client.post(page_of(walk, "order_announce"), {"on": "2026-12-15"})
    client.post(page_of(walk, "order_announce"), {"on": "2027-01-11"})
    assert "Changer la date" in client.get(page_of(walk)).text
    assert "11/01/2027" in client.get(page_of(walk, "order_call_off")).text
    answer = client.post(page_of(walk, "order_call_off"), follow=True)
    assert "Annonce retirée" in answer.text
    assert "Rien n’est annoncé" in answer.text
    assert "Commandement envisagé le 11/01/2027, au lieu du 15/12/2026" in answer.text
    assert "Annonce retirée : commandement envisagé le 11/01/2027" in answer.text
    assert "Aucun commandement n’est annoncé" in client.get(page_of(walk, "order_call_off"), follow=True).text


def test_he_declares_an_act_which_the_professional_has_to_confirm(client, landlord):
    walk = case_with("diagnose")
    client.post(page_of(walk, "order_announce"), {"on": "2026-12-15"})
    answer = client.post(
        page_of(walk, "act_declare"), {"kind": "order_to_pay_served", "on": "2026-11-23"}, follow=True
    )
    assert "Commandement délivré le 23/11/2026" in answer.text
    assert "déclaré, à confirmer par le professionnel" in answer.text
    assert "Commandement envisagé le 15/12/2026</strong>" not in answer.text
    assert "Annoncer</button>" not in answer.text
    client.force_login(walk.task("diagnose").owner)
    assert "Confirmer ou corriger" in client.get(reverse("case", args=[walk.case.public_id])).text
    client.force_login(landlord)
    refused = client.post(page_of(walk, "order_announce"), {"on": "2026-12-20"})
    assert "Il n’y a plus de commandement à annoncer : commandement délivré le 23/11/2026." in refused.text


def test_a_day_that_is_over_asks_what_became_of_it(client, landlord):
    walk = case_with("contact")
    client.post(page_of(walk, "order_announce"), {"on": "2026-12-15"})
    with time_machine.travel(NOON.replace(month=12, day=16), tick=False):
        client.force_login(landlord)
        assert "A-t-il été délivré ?" in client.get(page_of(walk)).text
        assert "dire s’il a été délivré" in client.get(reverse("inbox")).text


COURT_PAGES = ("order_announce", "order_call_off", "act_declare")


@pytest.mark.parametrize("name", ["report_detail", *COURT_PAGES])
def test_another_landlord_an_ended_member_and_a_professional_find_no_page(client, name):
    walk = case_with("agree")
    ended = factories.member("gestionnaire-b", "correspondent")
    membership = factories.membership_of(ended)
    membership.until = date(2026, 11, 23)
    membership.save()
    for outsider in (
        factories.member("bailleur-a", "correspondent"),
        ended,
        factories.member("caf-91", "manager"),
        walk.task("agree").case.assignments.get().user,
    ):
        client.force_login(outsider)
        assert client.get(page_of(walk, name)).status_code == 404
        assert client.post(page_of(walk, name), {"on": "2026-12-15"}).status_code == 404
    assert not walk.case.milestones.filter(kind="order_to_pay_planned").exists()


# The plan


def test_a_refusal_says_why_and_the_professional_reads_it_where_he_plans_again(client, landlord):
    walk = case_with("agree")
    worker = walk.case.assignments.get().user
    asked = client.post(page_of(walk), {"answer": "refused", "refusal": ""})
    assert "Indiquer pourquoi le bailleur refuse ce plan." in asked.text
    answer = client.post(page_of(walk), {"answer": "refused", "refusal": "too_low"}, follow=True)
    assert "Motif de votre refus : mensualité trop faible." in answer.text
    client.force_login(worker)
    step = reverse("step", args=[walk.case.public_id, walk.task("plan").public_id])
    assert "Le bailleur a refusé le plan précédent : mensualité trop faible." in client.get(step).text
    case_page = client.get(reverse("case", args=[walk.case.public_id])).text
    assert "Motif du refus : mensualité trop faible." in case_page


@pytest.mark.parametrize(
    ("sum_", "words"),
    [
        ("106", "C’est la mensualité du plan : plutôt l’accepter."),
        ("2000", "La dette à apurer n’est que de 1\u202f060,00\u00a0€."),
        ("0", "Saisir la mensualité que le bailleur propose."),
        ("", "Saisir la mensualité que le bailleur propose."),
        ("beaucoup", "Saisir un montant en euros"),
    ],
)
def test_a_counter_proposal_that_makes_no_sense_is_said_and_keeps_what_was_typed(client, landlord, sum_, words):
    walk = case_with("agree")
    answer = client.post(page_of(walk), {"answer": "countered", "counter_monthly": sum_})
    assert words in answer.text
    assert answer.context["form"]["answer"].value() == "countered"
    assert walk.waiting_for == {"agree": "gestionnaire-b"}


def test_less_than_the_household_offers_is_asked_about_and_what_is_ticked_holds_for_that_sum_alone(client, landlord):
    walk = case_with("agree")
    countered = {"answer": "countered", "counter_monthly": "0,5"}
    asked = html_of(client.post(page_of(walk), countered)).replace("\xa0", " ").replace("\u202f", " ")
    assert "Le ménage propose 106,00 € par mois : 0,50 € ferait 2120 mensualités." in asked
    assert 'value="0.50"' in asked.split('name="confirmed"')[1].split(">")[0]
    other = {"answer": "countered", "counter_monthly": "0,60", "confirmed": "0.50"}
    asked = html_of(client.post(page_of(walk), other))
    assert "ferait 1767 mensualités" in asked
    assert "checked" not in asked.split('name="confirmed"')[1].split(">")[0]
    assert walk.waiting_for == {"agree": "gestionnaire-b"}
    client.post(page_of(walk), countered | {"confirmed": "0.50"})
    assert RepaymentPlan.objects.get().counter_monthly == Decimal("0.50")


def said_of_balance(client: Any, walk: Walk, as_of: date, balance: str, code: str = "gestionnaire-b") -> str:
    """What the page of the plan says of a balance that a structure has sent since."""
    lease, source = walk.case.tenancy, factories.structure(code)
    assert lease
    record_statement(tenancy=lease, source=source, as_of=as_of, balance=Decimal(balance), case=walk.case, at=NOON)
    difference: str = client.get(page_of(walk)).context["difference"]
    return difference.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("balance", "words"),
    [
        ("1900.00", "Le dernier solde connu est de 1 900,00 € au 01/12/2026 : 840,00 € ne sont pas dans ce plan."),
        ("960.00", "Le dernier solde connu est de 960,00 € au 01/12/2026 : ce plan compte 100,00 € de plus."),
        ("1060.00", ""),
    ],
)
def test_by_how_much_a_plan_is_not_the_last_balance_is_said_beside_the_offer(client, landlord, balance, words):
    walk = case_with("agree")
    assert client.get(page_of(walk)).context["difference"] == ""
    assert said_of_balance(client, walk, date(2026, 12, 1), balance) == words
    assert words.split(" :")[0] in html_of(client.get(page_of(walk))).replace("\xa0", " ").replace("\u202f", " ")


def test_what_was_paid_after_the_balance_is_said_beside_it_and_what_others_sent_is_not(client, landlord):
    walk = case_with("agree")
    lease = walk.case.tenancy
    assert lease
    worker = walk.case.assignments.get().user
    assert said_of_balance(client, walk, date(2026, 12, 1), "5000.00", "caf-91") == ""
    DebtStatement.objects.update(voided_at=NOON)
    LedgerEntry.objects.create(
        debt=lease.debt,
        kind="payment",
        amount=Decimal("40.00"),
        on=NOON.date() - timedelta(days=2),
        by=worker,
        recorded_at=NOON,
    )
    assert said_of_balance(client, walk, NOON.date() - timedelta(days=5), "1200.00") == (
        "Le dernier solde connu est de 1 200,00 € au 19/11/2026, moins 40,00 € notés depuis :"
        " 100,00 € ne sont pas dans ce plan."
    )


def test_accepting_a_plan_reminds_of_an_order_that_is_still_announced(client, landlord):
    walk = case_with("agree")
    client.post(page_of(walk, "order_announce"), {"on": "2026-12-15"})
    answer = client.post(page_of(walk), {"answer": "accepted"}, follow=True)
    assert "Un commandement reste annoncé pour le 15/12/2026 : retirer l’annonce" in answer.text


def test_he_reads_the_plans_one_after_the_other_and_what_he_reported_himself(client, landlord):
    walk = case_with("agree")
    worker = walk.case.assignments.get().user
    client.post(page_of(walk), {"answer": "refused", "refusal": "too_long"})
    walk.take("plan", by=worker, **REPAYMENT | {"monthly": Decimal("212.00")})
    assert walk.case.tenancy
    record_statement(
        tenancy=walk.case.tenancy,
        source=factories.structure("gestionnaire-b"),
        as_of=date(2026, 11, 20),
        balance=Decimal("980.00"),
        last_paid=Decimal("80.00"),
        last_paid_on=date(2026, 11, 18),
        case=walk.case,
        at=NOON,
    )
    page = client.get(page_of(walk))
    assert [plan.words for plan in page.context["plans"]] == ["à approuver", "refusé"]
    assert "80,00" in page.text
    assert "18/11/2026" in page.text


def test_an_amendment_says_which_plan_it_changes(client, landlord):
    walk = case_with("agree")
    worker = walk.case.assignments.get().user
    client.post(page_of(walk), {"answer": "accepted"})
    walk.take(
        "monitor", by=worker, result="amend", monthly=Decimal("53.00"), months=None, first_due_on=date(2026, 12, 5)
    )
    page = client.get(page_of(walk)).text
    assert "Avenant à approuver" in page
    assert "Il modifie le plan en cours, de 106,00" in page
    client.post(page_of(walk), {"answer": "refused", "refusal": "too_low"})
    assert walk.waiting_for == {"monitor": "caf-91"}
    assert RepaymentPlan.objects.get(state="running").monthly == Decimal("106.00")


# Nothing confidential, wherever he looks


SECRETS = (
    "Discrète", "travail social", "CAF 91 – travail", "MDS", "CCAS", "enfant", "prestation", "ALF", "RSA", "R3",
    "FSL", "surendettement", "séparation", "en retard",
)  # fmt: skip


def everything_he_opens(client, reports) -> str:
    addresses = [reverse(name) for name in ("inbox", "notifications", "reports", "watch_list", "warnings", "imports")]
    addresses += [reverse("landlord_profile"), reverse("mappings"), reverse("reports") + "?etat=tous"]
    addresses += [reverse(name, args=[report.public_id]) for report in reports for name in ("report_detail",)]
    addresses += [reverse(name, args=[report.public_id]) for report in reports for name in COURT_PAGES]
    shown = [client.get(address, follow=True) for address in addresses]
    assert {page.status_code for page in shown} == {200}
    return "".join(html_of(page) for page in shown)


@pytest.mark.parametrize("node", ["answer", "contact", "diagnose", "plan", "agree"])
@pytest.mark.slow
def test_no_page_notice_or_e_mail_of_a_landlord_says_anything_confidential(client, landlord, node):
    walk = case_with(node)
    know(walk.case.household, rsa=True, dependent_children=3)
    if node == "agree":
        worker = walk.case.assignments.get().user
        RepaymentPlan.objects.update(fsl_share=Decimal("60.00"), owed=Decimal("1120.00"))
        milestones.record(
            case=walk.case, kind="hearing", happened_on=date(2027, 2, 2), known="proved", by=worker, at=NOON
        )
    client.post(page_of(walk, "order_announce"), {"on": "2026-12-15"})
    drain_outbox(at=NOON)
    shown = everything_he_opens(client, walk.case.reports.all())
    with time_machine.travel(NOON.replace(month=12, day=29), tick=False):
        client.force_login(landlord)
        if node != "agree":  # his own lateness is his to read
            shown += everything_he_opens(client, walk.case.reports.all())
    for secret in SECRETS:
        assert secret not in shown, secret
    connection = get_connection("django.core.mail.backends.locmem.EmailBackend")
    for delivery in Delivery.objects.filter(user=landlord):
        mail = build_message(delivery, connection)
        for secret in (*SECRETS, "SECRETNOM", "Secretnom", "B-17", "rue de la Plaine"):
            assert secret not in f"{mail.subject} {mail.body}", secret


def test_he_is_told_nothing_but_what_is_asked_of_him(landlord):
    walk = case_with("agree")
    drain_outbox(at=NOON)
    assert set(Notice.objects.filter(user=landlord).values_list("entry__kind", flat=True)) == {"plan.proposed"}
    assert walk.case.journal.count() > 10


def test_his_inbox_and_notices_name_the_tenant_under_his_own_reference(client, landlord):
    case_with("agree")
    drain_outbox(at=NOON)
    for name in ("inbox", "notifications"):
        page = client.get(reverse(name)).text
        assert "SECRETNOM" in page
        assert "réf. B-17" in page


def test_the_tenant_of_a_report_that_others_made_is_named_by_the_reference_alone(client, landlord):
    case_with("agree", "B-44", name="Autrenom", is_reported_by_caf=True)
    drain_outbox(at=NOON)
    shown = "".join(client.get(reverse(name)).text for name in ("inbox", "notifications", "reports"))
    assert "AUTRENOM" not in shown
    assert "Locataire B-44" in shown
    assert "réf. B-44" in shown


def test_each_line_and_page_gives_the_one_contact_never_the_service_that_follows(client, landlord):
    walk = case_with("contact")
    Structure.objects.filter(code="caf-91-pilotage").update(phone="+33169000012", email="cellule@example.org")
    Structure.objects.filter(code="caf-91").update(phone="+33169000099", email="social@example.org")
    for page in (client.get(reverse("reports")).text, client.get(page_of(walk)).text):
        assert "01 69 00 00 12" in page.replace("\u00a0", " ").replace("\u202f", " ")
        assert "CAF 91 – cellule impayés (pilotage)" in page
        assert "00 99" not in page
        assert "social@example.org" not in page


# Looking for a report, and the first page


def test_reports_are_read_by_state(client, landlord):
    nodes = {"recu": "answer", "pris-en-charge": "contact", "a-approuver": "agree"}
    walks = {state: case_with(node, f"B-{state}") for state, node in nodes.items()}
    for state, walk in walks.items():
        found = client.get(reverse("reports"), {"etat": state}).context["lines"]
        assert [line.report.case_id for line in found] == [walk.case.pk], state
    assert len(client.get(reverse("reports"), {"etat": "n’importe quoi"}).context["lines"]) == 3


def test_the_first_page_says_where_things_stand_even_when_nothing_is_asked(client, landlord):
    page = client.get(reverse("inbox"))
    assert "Aucun plan n’attend votre réponse" in page.text
    assert "Fichier de novembre 2026" in page.text
    assert "Pas encore de fichier ce mois-ci." in page.text
    case_with("contact")
    ImportJob.objects.create(
        structure=factories.structure("gestionnaire-b"),
        file_name="impayes_novembre.xlsx",
        state="done",
        as_of=date(2026, 11, 5),
        total_rows=45,
        counts={"created": 1, "updated": 30, "rejected": 2},
    )
    page = client.get(reverse("inbox"))
    assert "impayes_novembre.xlsx" in page.text
    assert "45 lignes : 1 dossier ouvert, 30 mis à jour, 2 refusées." in page.text
    assert [(state.words, state.number) for state in page.context["landlord"].states] == [
        ("Plan à approuver", 0),
        ("Reçu", 0),
        ("Pris en charge", 1),
    ]


def test_an_undone_file_or_one_of_another_month_or_landlord_is_not_his_file_of_the_month(client, landlord):
    for code, state, as_of in (
        ("bailleur-a", "done", date(2026, 11, 5)),
        ("gestionnaire-b", "undone", date(2026, 11, 5)),
    ):
        ImportJob.objects.create(structure=factories.structure(code), file_name="x.csv", state=state, as_of=as_of)
    older = ImportJob.objects.create(
        structure=factories.structure("gestionnaire-b"), file_name="y.csv", state="done", as_of=date(2026, 10, 5)
    )
    ImportJob.objects.filter(pk=older.pk).update(created_at=NOON.replace(month=10))
    assert client.get(reverse("inbox")).context["landlord"].files == []


def test_his_first_page_costs_ten_queries_at_most_and_says_what_was_not_counted(
    client, landlord, monkeypatch, django_assert_max_num_queries
):
    for number in range(3):
        announce(client, case_with("agree", f"B-0{number}"))
    with django_assert_max_num_queries(10):
        page = client.get(reverse("inbox"))
    assert len(page.context["landlord"].orders) == 3
    for module in (queries, time_left):
        monkeypatch.setattr(module, "COUNTED", 2)
    with django_assert_max_num_queries(10):
        page = client.get(reverse("inbox"))
    assert [state.number for state in page.context["landlord"].states] == ["plus de 2", "", ""]
    assert reverse("reports") + "?etat=recu" in page.text


def test_a_case_that_was_reported_twice_is_one_plan_however_many_are_counted(client, landlord, monkeypatch):
    walk = case_with("agree")
    again = Report.objects.get(case=walk.case)
    again.pk, again.public_id, again.structure = None, uuid4(), factories.structure("bailleur-a")
    again.save()
    [own] = landlord.memberships.all()
    members.join(user=landlord, structure=again.structure, role=own.role, since=own.since, at=NOON)
    for counted, said in ((1000, 1), (1, "au moins 1")):
        for module in (queries, time_left):
            monkeypatch.setattr(module, "COUNTED", counted)
        assert client.get(reverse("inbox")).context["landlord"].states[0].number == said


def test_a_report_costs_twenty_queries_at_most(client, landlord, django_assert_max_num_queries):
    walk = case_with("agree")
    announce(client, walk)
    with django_assert_max_num_queries(20):
        client.get(page_of(walk))
