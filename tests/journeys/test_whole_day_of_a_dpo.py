"""A data protection officer, from who read a case to what stays erased: in the browser, with the telephone, by the real
scripts of backup and restoration."""

import io
import json
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils.timezone import now
from playwright.sync_api import Page
from pypdf import PdfReader

from cases.actions import support
from cases.models import AccessEntry, Beneficiary, Case, Household, JournalEntry, RetentionRun
from config.starting import CannotStart, refuse_unapplied_erasures
from tests import factories
from tests.config.backup_scripts import here, run
from tests.factories import NOON, PARIS
from tests.journeys import scene
from tests.journeys.pictures import keep
from tests.journeys.telephone import PersonWithTelephone
from workflows.actions import retention, subject_acts

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
SIX_MONTHS_LATER = datetime(2027, 5, 25, 9, tzinfo=PARIS)
A_MONTH_AFTER_THAT = datetime(2027, 6, 26, 9, tzinfo=PARIS)
HELPED = ("OKONKWO", "Okonkwo", "NSIMBA", "Nsimba")


@pytest.fixture
def me(page: Page, clock: time_machine.Traveller, settings: Any) -> PersonWithTelephone:
    settings.PROOF_LASTS = timedelta(minutes=15)
    return PersonWithTelephone(page, clock)


@pytest.fixture
def media(settings: Any) -> Path:
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(exist_ok=True)
    return folder


def downloaded(me: PersonWithTelephone, name: str) -> bytes:
    with me.page.expect_download() as waiting:
        me.click(name)
    return Path(waiting.value.path()).read_bytes()


def sheet_of(me: PersonWithTelephone, link: str) -> str:
    """What a PDF says, asked for with the session of the page."""
    address = me.page.get_by_role("link", name=link).get_attribute("href")
    answer = me.page.context.request.get(str(address))
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.body())).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


def by_script(script: str, *arguments: str, media: Path) -> None:
    connection.close()
    done = run(script, *arguments, database=here(), media=media)
    assert done.returncode == 0, done.stderr


@pytest.mark.by_turns
def test_who_read_the_file_given_a_hold_an_erasure_a_restoration_and_still_erased(
    me: PersonWithTelephone, clock: time_machine.Traveller, media: Path, tmp_path: Path, capsys: Any
):
    nadia = factories.member("caf-91", first_name="Nadia", last_name="Belkacem")
    manager = factories.member("caf-91", "manager", first_name="Denis", last_name="Auger")
    yves = factories.member("caf-91-pilotage", "dpo", first_name="Yves", last_name="Marchal")
    lea = factories.member("mds-grigny", "dpo", first_name="Léa", last_name="Diaz")
    for person in (manager, yves, lea):
        me.take_telephone(person)
    case = scene.closed(worker=nadia, usual_name="Okonkwo", first_names="Ada")
    held = scene.closed(worker=nadia, usual_name="Nsimba", first_names="Glodi")
    caf = factories.structure("caf-91")
    support.write_note(
        case=case, structure=caf, author=nadia, text="À revoir entre nous.", visibility="internal", at=NOON
    )
    me.sign_in(manager)
    me.page.goto(reverse("case", args=[case.public_id]))
    me.reads("OKONKWO Ada")

    # Who read this case; the sheet for the person.
    me.sign_in(yves)
    me.click("Ouvrir les traces")
    me.click("Lectures")
    me.fill("Numéro de dossier", case.reference)
    me.click("Voir qui l’a lu")
    me.reads("Denis Auger")
    me.does_not_read(*HELPED)
    keep(me.page, "journee-dpo-1-qui-a-lu")
    sheet = sheet_of(me, "Feuille pour la personne (PDF)")
    assert case.reference in sheet
    assert "CAF 91" in sheet

    # She asks for her data: reviewed, prepared by the worker, taken away once the officer has said again who he is.
    me.click("Demandes")
    me.click("Enregistrer une demande")
    me.fill("Votre référence", "DPO-2026-021")
    me.choose("Ce qui est demandé", "accès")
    me.fill("Reçue le", "2026-11-20")
    me.choose("Par", "courrier")
    me.fill("Numéro du dossier", case.reference)
    me.click("Enregistrer")
    me.click("Préparer le dossier à remettre")
    me.reads("À revoir entre nous.", "note interne")
    keep(me.page, "journee-dpo-2-relire")
    me.click("Préparer le dossier")
    me.reads("Dossier relu")
    assert subject_acts.run_waiting(at=now()) == 1
    me.page.reload()
    keep(me.page, "journee-dpo-3-telecharger")
    clock.shift(timedelta(minutes=16))
    me.click("Télécharger (PDF, JSON et pièces)")
    me.prove(yves)
    given = zipfile.ZipFile(io.BytesIO(downloaded(me, "Télécharger (PDF, JSON et pièces)")))
    assert sorted(given.namelist()) == ["dossier.json", "dossier.pdf"]
    said = json.loads(given.read("dossier.json"))
    assert said["retenus"] == {"note interne d’un service": 1}
    assert "Okonkwo" in json.dumps(said, ensure_ascii=False)
    me.click("Noter la réponse")
    me.choose("Réponse", "acceptée en partie")
    me.choose("Motif", "les droits d’une autre personne s’y opposent")
    me.choose("Envoyée par", "courrier")
    me.click("Enregistrer")
    me.reads("Répondue le 24/11/2026")

    # The lengths are confirmed, two are shortened; the other case is held.
    me.click("Conservation")
    me.click("confirmer les durées affichées")
    me.fill("Justification", "Registre du 3 novembre 2026, point 7")
    me.click("Confirmer ces durées")
    me.reads("13 durées confirmées.")
    for title, length in (("Dossiers en base active", "6"), ("Dossiers en archive restreinte", "1")):
        me.click(f"Changer : {title}")
        me.fill("Durée, en mois", length)
        me.fill("Justification", "Décision du comité du 20 novembre")
        me.click("Fixer la durée")
        me.reads(f"{title} : {length} mois")
    me.click("Geler un dossier")
    me.fill("Numéro du dossier", held.reference)
    me.choose("Motif", "procédure en cours devant un juge")
    me.click("Geler")
    me.reads(f"Dossier {held.reference} gelé.")
    keep(me.page, "journee-dpo-4-conservation")

    # Six months later: the dry run, without what is held; another officer approves it; the worker does it.
    clock.move_to(SIX_MONTHS_LATER)
    me.sign_in(yves)
    pass_of(me, case, held, approved_by=lea, act="Mettre en archive restreinte")
    keep(me.page, "journee-dpo-5-passage")
    me.sign_in(manager)
    me.page.goto(reverse("cases"))
    me.does_not_read("OKONKWO")
    me.page.locator("summary", has_text="Plus").click()
    me.click("Archives")
    me.fill("Numéro du dossier", case.reference)
    me.choose("Pourquoi", "la personne demande ses données")
    me.click("Ouvrir")
    me.reads("Okonkwo", "la personne demande ses données")
    keep(me.page, "journee-dpo-6-archive")

    # A backup is made; then, a month later, all is erased in the same way.
    by_script("backup.sh", "--clear", str(tmp_path / "backups"), media=media)
    [older] = (tmp_path / "backups").glob("relais-*")
    clock.move_to(A_MONTH_AFTER_THAT)
    me.sign_in(yves)
    pass_of(me, case, held, approved_by=lea, act="Anonymiser")
    assert sorted(Beneficiary.objects.values_list("usual_name", flat=True)) == ["(effacé)", "Nsimba"]

    # The machine is lost, the backup of before is restored: nobody is served before it is erased again.
    by_script("restore.sh", "--replace", str(older), media=media)
    assert sorted(Beneficiary.objects.values_list("usual_name", flat=True)) == ["Nsimba", "Okonkwo"]
    with pytest.raises(CannotStart):
        refuse_unapplied_erasures()
    call_command("migrate", "--no-input", verbosity=0)
    assert "Effacements repris après le rétablissement" in capsys.readouterr().out
    refuse_unapplied_erasures()
    assert sorted(Beneficiary.objects.values_list("usual_name", flat=True)) == ["(effacé)", "Nsimba"]
    me.sign_in(manager)
    me.page.goto(reverse("archive"))
    me.fill("Numéro du dossier", case.reference)
    me.choose("Pourquoi", "la personne demande ses données")
    me.click("Ouvrir")
    me.reads("Aucun dossier archivé de ce numéro")
    keep(me.page, "journee-dpo-7-toujours-efface")

    # What was read and done is still to be read; the sealed days are what they were.
    me.sign_in(yves)
    me.page.goto(f"{reverse('traces_readings')}?dossier={case.reference}")
    me.does_not_read(*HELPED)
    kinds = set(AccessEntry.objects.filter(case=case).values_list("kind", flat=True))
    assert {"case", "review", "download", "archive"} <= kinds
    done = set(JournalEntry.objects.values_list("kind", flat=True))
    assert {"person_file.asked", "hold.put", "retention.approved", "archive.opened"} <= done
    call_command("seal_traces")
    call_command("verify_traces")
    assert "jours conformes, jusqu’au 25/06/2027." in capsys.readouterr().out
    assert Household.objects.get(pk=held.household_id).archived_on is None


def pass_of(me: PersonWithTelephone, case: Case, held: Case, *, approved_by: Any, act: str) -> None:
    """What is due is listed, approved by another officer, done by the worker; what is held is not in it."""
    me.page.goto(reverse("retention"))
    me.click("Établir la liste")
    me.reads("Liste établie : rien n’est fait avant l’approbation d’une autre personne.", case.reference)
    me.does_not_read(held.reference, *HELPED)
    address = me.page.url
    before = Household.objects.filter(pk=case.household_id).values_list("archived_on", "anonymised_on").get()
    me.sign_in(approved_by)
    me.page.goto(address)
    me.clock.shift(timedelta(minutes=16))
    me.click("Approuver et faire")
    me.prove(approved_by)
    assert before == Household.objects.filter(pk=case.household_id).values_list("archived_on", "anonymised_on").get()
    me.click("Approuver et faire")
    me.reads("Passage approuvé")
    assert retention.run_waiting(at=now()) == 1
    me.page.reload()
    me.reads("Terminé", approved_by.get_full_name(), act)
    assert RetentionRun.objects.order_by("-pk")[0].approved_by == approved_by
