"""Bailleur A’s correspondent: a file each month, what became of it, and a plan to approve."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils.timezone import now

from cases.models import Case, DebtStatement, RepaymentPlan, Tenancy
from tests import factories
from tests.factories import PARIS
from tests.journeys import scene
from tests.workflows.walk import Walk
from workflows.imports.run import run_waiting
from workflows.models import ImportJob, ImportMapping, ImportRow

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[1] / "data"
LINES = 45
"""Of each sample file: the whole of it is read by tests/workflows/imports/test_samples.py."""


def deposit(me, name: str) -> None:
    me.click("Imports")
    body = b"".join((DATA / name).read_bytes().splitlines(keepends=True)[:LINES])
    me.field("Fichier des impayés").set_input_files({"name": name, "mimeType": "text/csv", "buffer": body})
    me.click("Déposer le fichier")
    me.is_at(name)


def work(me) -> ImportJob:
    """The worker’s turn; the page finds out by itself."""
    run_waiting(at=now())
    return ImportJob.objects.latest("pk")


@pytest.mark.by_turns
def test_a_correspondent_imports_two_months(me, clock):
    me.sign_in(factories.member("bailleur-a", "correspondent", first_name="Léa", last_name="Garnier"))

    # September: he checks how the columns are read, then what each line would do, then has it done.
    deposit(me, "bailleur-a_2026-09.csv")
    me.reads("Vérifier comment le fichier est lu", "Solde")
    me.fill("Soldes arrêtés au", "2026-09-05")
    me.click("Vérifier sans rien enregistrer")
    me.reads("Vérification en cours : rien n’est enregistré")
    work(me)
    me.reads("Rien n’est encore enregistré", "dossier ouvert")
    assert Case.objects.count() == 0
    me.click("Importer")
    me.reads("Vous pouvez quitter cette page")
    job = work(me)
    me.click("Toutes")
    me.does_not_read("Rien n’est encore enregistré")
    assert job.state == "done"
    opened = Case.objects.count()
    assert opened == job.counts["created"] > 20
    assert ImportMapping.objects.get().structure.code == "bailleur-a"

    # October: the columns are known, the debts grow instead of being opened twice.
    clock.move_to(datetime(2026, 12, 1, 9, tzinfo=PARIS))
    me.sign_in(job.by)
    deposit(me, "bailleur-a_2026-10.csv")
    me.fill("Soldes arrêtés au", "2026-10-05")
    me.click("Vérifier sans rien enregistrer")
    work(me)
    me.reads("Rien n’est encore enregistré", "Mis à jour")
    me.click("Importer")
    job = work(me)
    me.click("Mis à jour")
    assert job.counts["updated"] >= 20
    assert Case.objects.count() == opened + job.counts["created"]
    grown = ImportRow.objects.filter(job=job, outcome="updated").exclude(case=None).values("case__tenancy")[:1]
    months = DebtStatement.objects.filter(debt__tenancy__in=grown).values_list("as_of", flat=True)
    assert set(months) == {date(2026, 9, 5), date(2026, 10, 5)}

    # He follows a line to his report: where it stands, and nothing of who follows it.
    me.page.get_by_role("link", name="Voir le suivi").first.click()
    me.reads(
        "Prochaine date", "Soldes et règlements que vous avez transmis", "Le suivi social du ménage est confidentiel"
    )

    # The same file again changes nothing.
    deposit(me, "bailleur-a_2026-10.csv")
    me.fill("Soldes arrêtés au", "2026-10-05")
    me.click("Vérifier sans rien enregistrer")
    again = work(me)
    me.reads("Rien n’est encore enregistré", "Sans changement")
    assert (again.counts.get("created", 0), again.counts.get("updated", 0)) == (0, 0)


def test_a_landlord_proposes_another_sum_then_approves(me):
    worker = factories.member("caf-91", first_name="Nadia", last_name="Belkacem")
    walk: Walk = scene.case_at("agree", worker=worker, usual_name="Ferreira", first_names="Ana")
    landlord = factories.member("gestionnaire-b", "correspondent", first_name="Marc", last_name="Petit")

    me.sign_in(landlord)
    me.reads("Répondre au plan d’apurement", "4 rue de la Plaine", f"réf. {Tenancy.objects.get().reference}")
    me.click("Répondre : FERREIRA Ana")
    me.reads("Plan d’apurement à approuver", "106,00 €", "5 décembre 2026")
    me.does_not_read("Belkacem", "FSL", "travail social")
    me.check("Proposer une autre mensualité")
    me.click("Envoyer la réponse")
    me.reads("Saisir la mensualité que le bailleur propose")
    me.fill("Mensualité proposée", "212")
    me.click("Envoyer la réponse")
    me.reads("Votre réponse est enregistrée")
    assert walk.waiting_for == {"plan": "caf-91"}

    # The professional finds the sum in her form, and proposes it.
    me.sign_in(worker)
    me.click("Planifier : FERREIRA Ana")
    me.check("plan d’apurement")
    assert me.field("Mensualité").input_value() == "212,00"
    me.fill("Première échéance", "2026-12-05")
    me.click("Enregistrer")
    me.reads("Recueillir l’accord du bailleur")

    me.sign_in(landlord)
    me.click("Répondre : FERREIRA Ana")
    me.reads("212,00 €")
    me.check("Accepter le plan")
    me.click("Envoyer la réponse")
    me.reads("Votre réponse est enregistrée")
    me.does_not_read("Plan d’apurement à approuver")
    plan = RepaymentPlan.objects.get(state="running")
    assert (plan.monthly, plan.instalments.count()) == (Decimal(212), 5)
    assert walk.waiting_for == {"monitor": "caf-91"}
