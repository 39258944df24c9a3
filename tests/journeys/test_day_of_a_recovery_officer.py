"""The landlord’s recovery officer: what became of the month’s file, an order to pay announced, a plan, how files are read.

Each thing she came for is three clicks at most from her first page: they are counted.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils.timezone import now
from playwright.sync_api import Browser, Locator, expect

from cases.models import LandlordProfile, Milestone, RepaymentPlan, Structure, User
from notifications.fanout import drain_outbox
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.journeys.person import Person
from tests.journeys.pictures import keep
from tests.journeys.test_landlord import deposit, work
from tests.workflows.walk import Walk
from workflows.models import ImportMapping

pytestmark = pytest.mark.slow

CLICKS = 3


class Counted:
    """Her clicks from her first page on: what she types does not count, each press does."""

    def __init__(self, person: Person) -> None:
        self.person, self.number = person, 0

    def click(self, name: str) -> None:
        self.press(self.person.action(name))

    def press(self, what: Locator) -> None:
        self.number += 1
        what.click()


@pytest.fixture
def officer(transactional_db: None) -> User:
    Structure.objects.filter(kind="caf_pilot").update(phone="+33169000012", email="cellule@example.org")
    return factories.member("bailleur-a", "correspondent", first_name="Béatrice", last_name="Sorel")


@pytest.fixture
def worker(transactional_db: None) -> User:
    return factories.member("caf-91", first_name="Nadia", last_name="Belkacem")


def household(node: str, *, worker: User, reference: str, **person: Any) -> Walk:
    """One of her tenants, followed by the CAF, at a step."""
    lease = factories.tenancy(
        home=factories.household(**person), reference=reference, housing="private", aid_kind="ALF"
    )
    walk = Walk(factories.reported(lease, **factories.FAMILY))
    steps: list[tuple[str, dict[str, Any]]] = [
        ("answer", {"accept": True, "professional": worker}),
        ("contact", scene.REACHED),
        ("diagnose", {"completeness": "partial", "family": "couple_children", "cause": "income_loss"}),
        ("plan", scene.REPAYMENT),
    ]
    for step, data in steps:
        if node in walk.waiting_for:
            break
        walk.take(step, by=worker, **data)
    return walk


def test_in_the_morning_she_sees_what_is_asked_and_sends_the_file_of_the_month(me, officer, worker):
    walk = household("agree", worker=worker, reference="L9001", usual_name="Ferreira", first_names="Ana")
    # The last day of her tenant’s right is not for her: who follows the tenant reads it first.
    scene.leaves_home_by_tomorrow(walk.case)
    me.sign_in(worker)
    me.reads_first_at_risk("FERREIRA Ana", "mer. 25/11/2026", "Dernier jour : quitter les lieux")
    me.sign_in(officer)
    me.does_not_read("À ne pas manquer", "quitter les lieux")
    me.reads("Répondre au plan d’apurement", "FERREIRA Ana", "réf. L9001")
    me.reads("Fichier de novembre 2026", "Pas encore de fichier ce mois-ci.", "Vos signalements en cours")
    me.does_not_read("Belkacem", "travail social")
    keep(me.page, "bailleur-1-a-faire")

    deposit(me, "bailleur-a_2026-11.csv")
    me.fill("Soldes arrêtés au", "2026-11-05")
    me.click("Vérifier sans rien enregistrer")
    work(me)
    me.reads("Rien n’est encore enregistré", "dossier ouvert")
    me.click("Importer")
    me.reads("Vous pouvez quitter cette page")
    job = work(me)
    me.reads("Dossiers ouverts")  # the page has followed the import to its end

    # What became of it: one click from her first page.
    me.click("À faire")
    me.reads("bailleur-a_2026-11.csv", f"{job.total_rows} lignes : {job.counts['created']} dossiers ouverts")
    keep(me.page, "bailleur-2-a-faire-apres-le-fichier")
    counted = Counted(me)
    counted.click("bailleur-a_2026-11.csv")
    me.reads("Comparer au fichier précédent")
    keep(me.page, "bailleur-3-fichier-du-mois")
    counted.press(me.page.get_by_role("link", name="Voir le suivi").first)
    me.reads("Prochaine date", "01 69 00 00 12", "cellule@example.org")
    assert counted.number <= CLICKS


def test_an_order_to_pay_that_she_announces_reaches_the_professional_at_once(me, officer, worker):
    household("diagnose", worker=worker, reference="L9002", usual_name="Ferreira", first_names="Ana")
    walk = household("diagnose", worker=worker, reference="L9003", usual_name="Keïta", first_names="Moussa")
    me.sign_in(officer)
    counted = Counted(me)
    counted.click("Tous mes signalements")
    me.reads("KEÏTA Moussa", "pris en charge", "01 69 00 00 12")
    keep(me.page, "bailleur-4-mes-signalements")
    counted.click("KEÏTA Moussa")
    me.reads("Rien n’est annoncé", "l’annoncer 15 jours à l’avance", "9 décembre 2026")
    me.fill("Commandement envisagé le", "2026-11-20")
    me.click("Annoncer")
    me.reads("Cette date est passée")
    keep(me.page, "bailleur-5-date-passee")
    me.click("Annuler")
    me.fill("Commandement envisagé le", "2026-12-15")
    counted.click("Annoncer")
    me.reads("enregistré, et transmis à qui suit la situation", "Commandement envisagé le 15/12/2026", "dans 21")
    keep(me.page, "bailleur-6-commandement-annonce")
    assert counted.number <= CLICKS
    assert Milestone.objects.get(case=walk.case).known == "declared"

    # At once: the worker that the commit wakes has made the notice; the case is on top of the professional’s page.
    drain_outbox(at=now())
    me.sign_in(worker)
    expect(me.page.locator(".task-group").first).to_contain_text("Procédure d’expulsion")
    expect(me.page.locator(".task").first).to_contain_text("KEÏTA Moussa")
    me.reads("commandement de payer envisagé le 15/12/2026")
    keep(me.page, "bailleur-7-vu-par-le-professionnel")
    me.page.get_by_role("banner").get_by_role("link", name="Notifications").click()
    me.reads("Le bailleur annonce un commandement de payer pour le 15/12/2026", "KEÏTA Moussa")
    me.click("Le bailleur annonce un commandement de payer")
    me.reads("Procédure d’expulsion : commandement de payer envisagé", "date déclarée")
    keep(me.page, "bailleur-8-dossier-du-professionnel")

    # She puts it off, with less than fifteen days: said, never refused; then it has been served.
    me.sign_in(officer)
    me.reads("Commandements annoncés", "KEÏTA Moussa")
    me.click("KEÏTA Moussa")
    me.fill("Nouvelle date envisagée", "2026-12-01")
    me.click("Changer la date")
    me.reads("C’est annoncé 7 jours à l’avance ; les partenaires sont convenus de 15 jours")
    me.click("Déclarer un acte délivré")
    me.check("Commandement délivré")
    me.fill("Délivré le", "2026-11-24")
    keep(me.page, "bailleur-9-acte-delivre")
    me.click("Déclarer")
    me.reads("Commandement délivré le 24/11/2026", "à confirmer par le professionnel")
    me.page.locator("summary", has_text="Historique de vos annonces").click()
    me.reads("Commandement envisagé le 01/12/2026, au lieu du 15/12/2026")
    keep(me.page, "bailleur-10-historique")


def test_she_proposes_another_sum_then_approves(me, officer, worker):
    walk = household("agree", worker=worker, reference="L9001", usual_name="Ferreira", first_names="Ana")
    me.sign_in(officer)
    me.click("Répondre : FERREIRA Ana")
    me.reads("Plan d’apurement à approuver", "1 060,00 €", "106,00 €", "5 septembre 2027")
    for field in ("Mensualité proposée", "Motif du refus"):
        expect(me.field(field)).to_be_hidden()
    keep(me.page, "bailleur-11-plan-a-approuver")
    me.check("Proposer une autre mensualité")
    me.fill("Mensualité proposée", "106")
    expect(me.field("Motif du refus")).to_be_hidden()
    me.click("Envoyer la réponse")
    me.reads("C’est la mensualité du plan : plutôt l’accepter.")
    me.fill("Mensualité proposée", "212")
    keep(me.page, "bailleur-12-contre-proposition")
    me.click("Envoyer la réponse")
    me.reads("Votre réponse est enregistrée", "contre-proposé", "Vous avez proposé 212,00 € par mois")
    walk.take("plan", by=worker, **scene.REPAYMENT | {"monthly": Decimal(212)})

    me.sign_in(officer)
    counted = Counted(me)
    counted.click("Répondre : FERREIRA Ana")
    me.reads("212,00 €", "remplacé")
    counted.press(me.field("Accepter le plan"))
    counted.click("Envoyer la réponse")
    me.reads("Votre réponse est enregistrée", "en cours")
    keep(me.page, "bailleur-13-plan-accepte")
    assert counted.number <= CLICKS
    assert RepaymentPlan.objects.get(state="running").monthly == Decimal(212)


def test_a_plan_is_refused_with_a_reason_without_a_script(
    browser: Browser, browser_context_args: dict[str, Any], officer: User, worker: User
):
    walk = household("agree", worker=worker, reference="L9001", usual_name="Ferreira", first_names="Ana")
    with browser.new_context(**browser_context_args, java_script_enabled=False) as context:
        me = Person(context.new_page())
        me.sign_in(officer)
        me.click("Répondre : FERREIRA Ana")
        me.check("Refuser")
        expect(me.field("Mensualité proposée")).to_be_hidden()
        me.click("Envoyer la réponse")
        me.reads("Indiquer pourquoi le bailleur refuse ce plan.")
        me.choose("Motif du refus", "loyer courant non repris")
        me.click("Envoyer la réponse")
        me.reads("Motif de votre refus : loyer courant non repris.")
    assert walk.waiting_for == {"plan": "caf-91"}


def test_she_reads_how_her_files_are_read_and_from_which_debt_on_a_case_opens(me, officer, tmp_path):
    scene.imported(scene.deposited(by=officer))
    me.sign_in(officer)
    me.click("Mes signalements")
    me.click("Réglages")
    me.reads("Reste à la charge du locataire", "320,00 €", "Un dossier s’ouvre.")
    me.fill("Nombre de mois impayés qui ouvre un dossier", "1,5")
    me.check("Le solde compte le mois à venir")
    me.click("Calculer l’exemple")
    me.reads("Impayé retenu", "330,00 €", "480,00 €", "Le ménage est mis en veille")
    keep(me.page, "bailleur-14-reglages")
    assert LandlordProfile.objects.get(structure__code="bailleur-a").opening_dues == Decimal(1)
    me.click("Enregistrer")
    me.reads("Réglages enregistrés", "Modifié le 24/11/2026 par Béatrice Sorel.")

    me.click("Voir ou corriger les correspondances")
    me.reads("Habituelle", "essayée en premier", "Solde débiteur", "montant de la dette")
    keep(me.page, "bailleur-15-correspondances")
    me.click("Corriger ou renommer")
    me.fill("Nom de la correspondance", "Fichier du siège")
    me.choose("« Loyer HC »", "Ne pas importer")
    keep(me.page, "bailleur-16-corriger")
    me.click("Enregistrer")
    me.reads("Correspondance enregistrée", "Fichier du siège")
    mapping = ImportMapping.objects.get()
    assert "Loyer HC" not in mapping.columns
    me.click("Oublier : Fichier du siège")
    me.reads("Ce qui a été importé reste")
    me.click("Oublier")
    me.reads("Aucune correspondance retenue")
    assert not ImportMapping.objects.exists()


def test_a_day_that_is_over_is_asked_about_on_her_first_page(me, officer, worker, clock):
    household("diagnose", worker=worker, reference="L9003", usual_name="Keïta", first_names="Moussa")
    me.sign_in(officer)
    me.click("Tous mes signalements")
    me.click("KEÏTA Moussa")
    me.fill("Commandement envisagé le", "2026-12-15")
    me.click("Annoncer")
    me.reads("Commandement envisagé le 15/12/2026")
    clock.move_to(NOON + timedelta(days=22))
    me.sign_in(officer)
    me.reads("date passée, 15/12/2026", "dire s’il a été délivré")
    me.click("KEÏTA Moussa")
    me.reads("A-t-il été délivré ?")
    me.click("Retirer l’annonce")
    me.reads(f"Commandement envisagé le {date(2026, 12, 15):%d/%m/%Y}")
    me.click("Retirer l’annonce")
    me.reads("Annonce retirée", "Rien n’est annoncé")
    assert not Milestone.objects.filter(kind="order_to_pay_planned").exists()
