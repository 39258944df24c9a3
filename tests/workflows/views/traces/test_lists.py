"""Listes: what a list became and whom it reached, as far as it concerns the reader’s services; never what it says."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.actions import partners
from cases.models import Case
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.pages import html_of, without_ids
from tests.workflows.imports.test_undo import imported, undone
from tests.workflows.views.backlog import test_lots as lots
from tests.workflows.views.traces.reading import rows_of, words_of
from workflows.imports.run import delete_file, forget_abandoned
from workflows.models import ImportJob

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CAPTION = "Des listes de vos services"
BASIS = "prévention des expulsions (loi 90-449, art. 7-2)"


def lot(folder, **given):
    """Of the CAF; it came today."""
    job = lots.lot(folder, **given)
    ImportJob.objects.filter(pk=job.pk).update(created_at=NOON)
    return job


def shown(client):
    return rows_of(client.get(reverse("traces")), CAPTION)


def of(job):
    return reverse("traces_list", args=[job.public_id])


def a_file(by=None):
    """Of the landlord A, imported: four lines read, one refused."""
    owner = by or factories.member("bailleur-a", "correspondent")
    return scene.imported(scene.deposited(by=owner))


def test_a_list_received_tells_what_reached_the_services_of_the_controller(client, officer):
    a_file()
    (row,) = shown(client)
    sender, came, lines, became, reached, file, state = row
    assert (sender, came) == ("Bailleur A – recouvrement", "reçue le 24/11/2026 par : correspondant")
    assert (lines, became, state) == ("4", "4 dossiers ouverts", "terminé")
    assert reached == f"CAF 91 – cellule impayés (pilotage) : 4 {BASIS}"
    assert file in {"gardé", "supprimé le 24/11/2026"}


def test_the_sender_reads_all_of_his_list_but_not_which_services_it_reached(client):
    client.force_login(factories.member("bailleur-a-social", "dpo"))
    job = a_file()
    (row,) = shown(client)
    assert row[:2] == ["Bailleur A – recouvrement", "envoyée le 24/11/2026 par : correspondant"]
    assert row[2:5] == ["5", "4 dossiers ouverts, 1 refusée", f"Autres services du partenariat : 4 {BASIS}"]
    detail = words_of(client.get(of(job)))
    assert "cellule impayés" not in detail
    assert "Contenu gardé 1 ligne, le temps d’être corrigée" in detail


def test_the_caf_reads_by_name_the_services_that_its_own_list_reached(client, officer, worker, tmp_path):
    job = lot(tmp_path, number=3)
    case = Case.objects.earliest("pk")
    partners.add(
        case=case, structure=factories.structure("mds-grigny"), level="card", basis="SH-1", by=worker, at=NOON
    )
    (row,) = shown(client)
    assert row[:2] == ["CAF 91 – travail social", "envoyée le 24/11/2026"]
    assert row[4] == (
        f"CAF 91 – cellule impayés (pilotage) : 3 {BASIS}"
        f" CAF 91 – travail social : 3 {BASIS}"
        " MDS de Grigny : 1 accompagnement partagé (CASF L121-6-2)"
    )
    detail = words_of(client.get(of(job)))
    assert "Orientations décidées à l’import CAF 91 – travail social 3" in detail


def test_a_controller_reads_only_the_part_of_its_own_services(client, worker, tmp_path):
    client.force_login(factories.member("mds-grigny", "dpo"))
    job = lot(tmp_path, number=3)
    assert words_of(client.get(reverse("traces"))).count("Aucune liste") == 1
    assert client.get(of(job)).status_code == 404
    partners.add(
        case=Case.objects.earliest("pk"),
        structure=factories.structure("mds-grigny"),
        level="card",
        basis="SH-1",
        by=worker,
        at=NOON,
    )
    (row,) = shown(client)
    assert row[2:5] == ["1", "1 dossier ouvert", "MDS de Grigny : 1 accompagnement partagé (CASF L121-6-2)"]
    assert "CAF 91 – travail social 3" not in words_of(client.get(of(job)))


def test_the_number_of_a_service_leads_to_the_cases_of_the_list(client, officer, tmp_path):
    job, _ = lot(tmp_path, number=3), factories.reported()
    address = f"{reverse('traces_access_list')}?liste={job.public_id}&service=caf-91&fondement=SH-8"
    assert address.replace("&", "&amp;") in client.get(reverse("traces")).content.decode()
    listed = client.get(address)
    assert [line.participation.case for line in listed.context["lines"]] == list(Case.objects.order_by("-pk")[1:4])
    assert "liste du 24/11/2026" in words_of(listed)


def test_a_list_undone_says_since_when(client, officer, tmp_path):
    undone(lot(tmp_path, number=2))
    (row,) = shown(client)
    assert row[6] == "annulé le 24/11/2026"
    assert "les accès qu’elle avait ouverts ont cessé" in words_of(client.get(of(ImportJob.objects.get())))


def test_a_file_is_kept_then_deleted_and_the_page_says_since_when(client, officer):
    job = a_file()
    assert shown(client)[0][5] == "gardé"
    delete_file(ImportJob.objects.get(pk=job.pk), at=NOON)
    assert shown(client)[0][5] == "supprimé le 24/11/2026"


def test_a_file_that_nobody_imported_is_the_sender_s_affair_until_it_is_deleted(client, officer):
    scene.deposited(by=factories.member("bailleur-a", "correspondent"))
    assert "Aucune liste" in words_of(client.get(reverse("traces")))
    client.force_login(factories.member("bailleur-a-social", "dpo"))
    assert shown(client)[0][5:] == ["gardé", "déposé"]
    forget_abandoned(at=NOON + timedelta(days=8))
    assert shown(client)[0][5:] == ["supprimé le 02/12/2026", "refusé"]


def test_a_file_read_on_the_command_line_was_never_kept(client, officer, tmp_path):
    job = imported(tmp_path, ["", "NOM", "Alice", "17/05/1980", "", "450,00", "80,00", "1 060,00"], code="caf-91")
    ImportJob.objects.update(file="")
    assert shown(client)[0][5] == "non gardé"
    assert "Déposée par l’exploitant, en ligne de commande" in words_of(client.get(of(job)))


def test_no_page_tells_a_name_an_address_an_amount_or_the_name_of_a_file(client, officer):
    job = a_file()
    for address in (reverse("traces"), of(job), reverse("traces_access_list")):
        html = html_of(client.get(address)).lower()
        for word in ("leroy", "diallo", "plaine", "1 060", "1060", "impayes_2026", "l7001"):
            assert word not in without_ids(html), (address, word)


def test_the_list_costs_ten_queries_at_most_whatever_its_length(
    client, officer, tmp_path, django_assert_max_num_queries
):
    for decade in (195, 196, 197):
        lot(tmp_path, number=2, decade=decade)
    a_file()
    client.get(reverse("traces"))
    with django_assert_max_num_queries(10):
        assert len(client.get(reverse("traces")).context["lists"]) == 4
