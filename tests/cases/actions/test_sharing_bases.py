"""Nothing is shared of what a landlord sends before somebody said on what ground: recorded, dated, journalled."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from cases.actions.sharing_bases import CannotRecordBasis, NoBasisRecorded, record_basis, require_basis
from cases.models import Case, JournalEntry, Participation, SharingBasis, Structure
from cases.refusals import NotAllowed
from tests import factories
from tests.factories import NOON
from tests.workflows.views.traces.reading import words_of
from workflows.actions.report import report_arrears
from workflows.imports import jobs
from workflows.models import ImportJob
from workflows.views.team.sharing_bases import SharingBasisForm

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
FILE = b"Reference;Nom;Prenom;Adresse;Solde\nL1;LEROY;Alice;4 rue de la Plaine;1060\n"


@pytest.fixture
def landlord() -> Structure:
    """Without the ground with which a demonstration begins."""
    SharingBasis.objects.all().delete()
    return factories.structure("bailleur-a")


def say(structure: Structure, *, by: Any, **more: Any) -> SharingBasis:
    said = {"basis": "SH-8", "reference": "Convention du 12/01/2026, article 4", "is_to_verify": False, "since": TODAY}
    return record_basis(**{"structure": structure, "by": by, "at": NOON, **said, **more})


def report(structure: Structure, channel: str = "landlord_form") -> Case:
    return report_arrears(
        tenancy=factories.tenancy(), structure=structure, channel=channel, balance=Decimal(1060), as_of=TODAY, at=NOON
    ).case


def deposit(structure: Structure, *, by: Any) -> ImportJob:
    return jobs.deposit(structure=structure, by=by, file=SimpleUploadedFile("f.csv", FILE), name="f.csv", at=NOON)


@pytest.mark.parametrize("channel", ["landlord_form", "file", "caf_list"])
def test_without_a_ground_no_case_opens_and_the_refusal_says_who_can_record_it(landlord, channel):
    with pytest.raises(NoBasisRecorded) as refused:
        report(landlord, channel)
    assert str(refused.value).replace("\u00a0", " ") == (
        "Aucun fondement juridique n’est enregistré pour ce que transmet Bailleur A – recouvrement : rien n’est partagé."
        " Le délégué à la protection des données de Bailleur A (Traces, « Fondements ») ou un administrateur de Relais"
        " (Administration, Structures) peut l’enregistrer."
    )
    assert not Case.objects.exists()
    assert not Participation.objects.exists()


def test_a_lot_is_refused_before_anything_of_its_file_is_kept(landlord):
    with pytest.raises(NoBasisRecorded):
        deposit(landlord, by=factories.member("bailleur-a"))
    assert not ImportJob.objects.exists()


def test_the_refusal_is_read_beside_the_file(client, landlord, at_noon):
    client.force_login(factories.member("bailleur-a"))
    html = words_of(
        client.post(reverse("imports"), {"structure": landlord.pk, "file": SimpleUploadedFile("f.csv", FILE)})
    )
    assert "Aucun fondement juridique n’est enregistré" in html
    assert not ImportJob.objects.exists()


def test_the_command_refuses_too(landlord, tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes(FILE)
    with pytest.raises(CommandError, match="Aucun fondement juridique"):
        call_command("import_arrears", str(path), "--structure", "bailleur-a")


def test_a_lot_keeps_the_ground_on_which_it_is_shared(landlord):
    said = say(landlord, by=factories.member("caf-91-pilotage", "administrator"))
    job = deposit(landlord, by=factories.member("bailleur-a"))
    ImportJob.objects.filter(pk=job.pk).update(state="checked")

    jobs.ask_import(job, at=NOON)

    job.refresh_from_db()
    assert job.basis == said


def test_a_ground_that_has_ended_meanwhile_stops_the_lot(landlord):
    admin = factories.member("caf-91-pilotage", "administrator")
    say(landlord, by=admin)
    job = deposit(landlord, by=factories.member("bailleur-a"))
    ImportJob.objects.filter(pk=job.pk).update(state="checked")
    say(landlord, by=admin, basis="", reference="")
    with pytest.raises(NoBasisRecorded):
        jobs.ask_import(job, at=NOON)


def test_the_first_card_rests_on_the_ground_that_was_recorded(landlord):
    say(landlord, by=factories.member("bailleur-a", "dpo"), basis="SH-1", reference="Délibération du 3 mars 2026")
    case = report(landlord)
    assert Participation.objects.get(case=case, structure__code="caf-91-pilotage").basis == "SH-1"


def test_a_ground_counts_from_its_day(landlord):
    admin = factories.member("caf-91-pilotage", "administrator")
    say(landlord, by=admin, since=TODAY + timedelta(days=1))
    with pytest.raises(NoBasisRecorded):
        require_basis(landlord, on=TODAY)
    assert require_basis(landlord, on=TODAY + timedelta(days=1)).reference == "Convention du 12/01/2026, article 4"


def test_the_last_that_was_said_counts_and_the_former_ones_stay(landlord):
    admin = factories.member("caf-91-pilotage", "administrator")
    say(landlord, by=admin, is_to_verify=True)
    say(landlord, by=admin, basis="SH-3", reference="Demande signée")
    assert require_basis(landlord, on=TODAY).basis == "SH-3"
    assert SharingBasis.objects.filter(structure=landlord).count() == 2
    lines = JournalEntry.objects.filter(kind="basis.recorded").order_by("pk")
    assert [(line.actor, line.data["basis"], line.data["to_verify"]) for line in lines] == [
        (admin, "SH-8", True), (admin, "SH-3", False),
    ]  # fmt: skip
    with pytest.raises(CannotRecordBasis, match="court déjà à partir du 24/11/2026"):
        say(landlord, by=admin, since=date(2026, 11, 1))
    with pytest.raises(CannotRecordBasis, match="Nommer le texte"):
        say(landlord, by=admin, reference="  ")


def test_a_mistyped_year_is_refused_and_what_was_to_begin_later_is_replaced(landlord):
    admin = factories.member("caf-91-pilotage", "administrator")
    with pytest.raises(CannotRecordBasis, match="à plus d’un an"):
        say(landlord, by=admin, since=date(2062, 11, 24))
    say(landlord, by=admin, since=TODAY + timedelta(days=60))
    say(landlord, by=admin, basis="", reference="", since=TODAY + timedelta(days=1))
    with pytest.raises(NoBasisRecorded):
        require_basis(landlord, on=TODAY + timedelta(days=61))
    assert SharingBasis.objects.in_force_by_sender([landlord], on=TODAY) == {}
    said = say(landlord, by=admin)
    assert SharingBasis.objects.in_force_by_sender([landlord], on=TODAY + timedelta(days=61)) == {landlord.pk: said}


def test_the_form_offers_no_ground_that_is_said_person_by_person(landlord):
    choices: Any = SharingBasisForm(structure=landlord, today=TODAY).fields["basis"]
    assert [value for value, _ in choices.choices] == ["", "SH-1", "SH-2", "SH-5", "SH-8", "none"]


@pytest.mark.parametrize(
    ("code", "role", "may"),
    [
        ("caf-91-pilotage", "administrator", True),
        ("bailleur-a", "dpo", True),
        ("bailleur-a", "manager", False),
        ("mds-grigny", "dpo", False),
        ("caf-91-pilotage", "pilot", False),
    ],
)
def test_an_administrator_and_the_officer_of_its_body_record_it(landlord, code, role, may):
    person = factories.member(code, role)
    if may:
        assert say(landlord, by=person).recorded_by == person
    else:
        with pytest.raises(NotAllowed):
            say(landlord, by=person)


@pytest.mark.parametrize(
    ("code", "role", "page"),
    [("caf-91-pilotage", "administrator", "sharing_basis"), ("bailleur-a", "dpo", "traces_basis")],
)
def test_it_is_recorded_by_its_page_and_shown_with_what_is_to_verify(client, landlord, at_noon, code, role, page):
    client.force_login(factories.member(code, role))
    address = reverse(page, args=["bailleur-a"])
    assert "tout envoi est refusé" in words_of(client.get(address))

    sent = {"basis": "SH-8", "reference": "Convention à signer", "is_to_verify": "on", "since": "2026-11-24"}
    answer = client.post(address, sent)

    assert answer.status_code == 302
    html = words_of(client.get(address))
    assert "Convention à signer" in html
    assert "À vérifier" in html
    assert report(landlord).is_open


def test_a_professional_reports_without_a_ground_of_a_landlord(landlord):
    worker = factories.member("ccas-grigny")
    done = report_arrears(
        tenancy=factories.tenancy(), structure=factories.structure("ccas-grigny"), channel="professional",
        balance=Decimal(1060), as_of=TODAY, at=NOON, by=worker,
    )  # fmt: skip
    assert Participation.objects.get(case=done.case, structure__code="ccas-grigny").basis == "SH-8"


def test_the_grounds_with_which_a_demonstration_begins_are_to_verify():
    assert SharingBasis.objects.filter(is_to_verify=False).count() == 0
    assert sorted(SharingBasis.objects.values_list("structure__code", flat=True)) == [
        "bailleur-a", "caf-91", "caf-91-pilotage", "gestionnaire-b",
    ]  # fmt: skip
