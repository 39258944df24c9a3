"""What follows from the register: the file of the person, erasure, opposition; and an archive that is opened with a reason."""

import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from cases.actions import case as cases, subject_requests, support
from cases.actions.retention.archive import archive_household
from cases.actions.retention.holds import put_hold
from cases.models import (
    AccessEntry,
    Beneficiary,
    Case,
    HouseholdFact,
    JournalEntry,
    Participation,
    SubjectRequest,
    Tenancy,
)
from cases.models.person_files import PersonFile
from tests import factories
from tests.factories import NOON
from tests.workflows.views.traces.reading import words_of
from workflows.actions import subject_acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def asked(case: Case, kind: str, *, by: Any) -> SubjectRequest:
    desk = factories.structure("caf-91-pilotage")
    return subject_requests.record(
        organisation=desk.organisation, structure=desk, reference=f"DPO-{kind}-1", kind=kind, channel="email",
        received_on=NOON.date(), case=case, by=by, at=NOON,
    )  # fmt: skip


@pytest.fixture
def case(worker: Any) -> Case:
    home = factories.household(usual_name="Okonkwo", first_names="Ada", phone="+33612345678")
    home.memberships.create(beneficiary=saved(usual_name="Voisin", first_names="Paul"), position="other")
    case = factories.reported(factories.tenancy(home=home))
    caf = factories.structure("caf-91")
    case.participations.create(structure=caf, part="support", level="full", basis="SH-8", since=NOON.date())
    for text, visibility in (("Rendez-vous tenu.", "shared"), ("À revoir entre nous.", "internal")):
        support.write_note(case=case, structure=caf, author=worker, text=text, visibility=visibility, at=NOON)
    return case


def saved(**fields: str) -> Beneficiary:
    made = factories.person(**fields)
    made.save()
    return made


def review_of(request: SubjectRequest, name: str = "Okonkwo") -> str:
    return f"{url('person_file', request)}?personne={Beneficiary.objects.get(usual_name=name).public_id}"


def url(name: str, request: SubjectRequest, *more: Any) -> str:
    return reverse(name, args=[request.public_id, *more])


def test_a_file_is_reviewed_written_given_and_deleted(client, officer, case):
    request = asked(case, "access", by=officer)
    assert "Qui demande ses données ?" in words_of(client.get(url("person_file", request)))
    page = review_of(request)
    shown = words_of(client.get(page))
    for said in ("Okonkwo", "autre personne", "Voisin", "note interne", "À revoir entre nous."):
        assert said in shown
    assert list(AccessEntry.objects.filter(kind="review").values_list("user", "case")) == [(officer.pk, case.pk)]
    other, internal = case.household.memberships.get(position="other"), case.notes.get(visibility="internal")
    sent = choices_of(client, page)
    assert (sent[f"person-{other.pk}"], sent[f"note-{internal.pk}"]) == ("third_party", "internal")
    client.post(page, sent)
    assert subject_acts.run_waiting(at=NOON) == 1
    made = PersonFile.objects.get()
    assert "Télécharger" in words_of(client.get(url("subject_request", request)))
    assert client.get(url("person_file_zip", request, made.public_id)).status_code == 405
    content = zipfile.ZipFile(io.BytesIO(client.post(url("person_file_zip", request, made.public_id)).content))
    assert sorted(content.namelist()) == ["dossier.json", "dossier.pdf"]
    text = content.read("dossier.json").decode()
    assert "Okonkwo" in text
    assert "Rendez-vous tenu." in text
    assert "Voisin" not in text
    assert "À revoir entre nous." not in text
    assert json.loads(text)["retenus"] == {
        "données d’une autre personne (RGPD, art. 15, 4)": 1,
        "note interne d’un service": 1,
    }
    assert content.read("dossier.pdf").startswith(b"%PDF")
    name = str(made.file.name)
    assert subject_acts.forget_person_files(at=NOON + timedelta(days=30)) == 0
    assert subject_acts.forget_person_files(at=NOON + timedelta(days=31)) == 1
    assert not default_storage.exists(name)


def test_where_another_person_is_reached_is_not_even_proposed(client, officer, case):
    """An ex-spouse asks for his data: where she hides cannot be given by one wrong choice."""
    reached = {"safe_address": "12 rue Cachée", "phone": "+33611111111", "email": "ada@example.org"}
    Beneficiary.objects.filter(usual_name="Okonkwo").update(**reached)
    request = asked(case, "access", by=officer)
    assert "Cachée" in words_of(client.get(review_of(request)))
    of_the_other = words_of(client.get(review_of(request, "Voisin")))
    for hidden in ("Cachée", "11 11 11 11", "ada@example.org", "adresse sûre"):
        assert hidden not in of_the_other


def test_the_file_is_taken_away_by_who_has_just_proved_who_he_is(client, officer, case, settings):
    settings.PROOF_LASTS = timedelta(minutes=15)
    request = asked(case, "access", by=officer)
    page = review_of(request)
    client.post(page, choices_of(client, page))
    subject_acts.run_waiting(at=NOON)
    back, taken = url("subject_request", request), url("person_file_zip", request, PersonFile.objects.get().public_id)
    answer = client.post(taken, headers={"referer": f"http://testserver{back}"})
    assert answer.url == f"/connexion/confirmer/?{urlencode({'next': back})}"
    assert not AccessEntry.objects.filter(kind="download").exists()
    session = client.session
    session["proved_at"] = NOON.isoformat()
    session.save()
    assert client.post(taken)["Content-Type"] == "application/zip"
    assert AccessEntry.objects.filter(user=officer, case=case, kind="download").count() == 1


def choices_of(client: Any, page: str) -> dict[str, str]:
    """What the form says when the officer changes nothing of it."""
    form = client.get(page).context["form"]
    return {name: field.initial for name, field in form.fields.items()}


def data_of(request: SubjectRequest) -> dict[str, Any]:
    """What the worker writes of it."""
    assert subject_acts.run_waiting(at=NOON) == 1
    made = PersonFile.objects.get(request=request)
    with made.file.open() as content:
        found: dict[str, Any] = json.loads(zipfile.ZipFile(content).read("dossier.json"))
    return found


def test_nothing_goes_out_that_was_not_reviewed_and_given(client, officer, worker, case):
    request = asked(case, "access", by=officer)
    page = review_of(request)
    sent = choices_of(client, page)
    kept = case.notes.get(visibility="shared")
    del sent[f"note-{kept.pk}"]
    caf = factories.structure("caf-91")
    for text in ("Avant l’envoi.", "Après l’envoi."):
        support.write_note(case=case, structure=caf, author=worker, text=text, visibility="shared", at=NOON)
        if text == "Avant l’envoi.":
            client.post(page, sent)
    written = data_of(request)
    assert [each["contenu"].get("texte") for each in written["elements"] if each["id"].startswith("note-")] == []
    assert any(each["rubrique"] == "Identité" for each in written["elements"])
    assert written["retenus"]["élément qui n’a pas été relu"] == 2


def test_a_file_of_which_nothing_is_given_is_not_written(client, officer, case):
    request = asked(case, "access", by=officer)
    assert "Rien n’est à remettre" in words_of(client.post(review_of(request), {}))
    ada = case.household.members.get(usual_name="Okonkwo")
    made = PersonFile.objects.create(
        request=request, person=ada, withheld={"note-1": "internal"}, asked_by=officer, asked_at=NOON
    )
    subject_acts.run_waiting(at=NOON)
    made.refresh_from_db()
    assert made.state == "failed"


def test_a_file_is_of_no_other_request(client, officer, case):
    assert client.get(url("person_file", asked(case, "rectification", by=officer))).status_code == 404
    client.force_login(factories.member("ccas-grigny", "dpo"))
    assert client.get(url("person_file", asked(case, "access", by=officer))).status_code == 404


def test_erasure_during_an_open_procedure_or_a_hold_is_refused_with_its_article(client, officer, case):
    request = asked(case, "erasure", by=officer)
    erase = url("subject_request_erase", request)
    assert "RGPD, article 17, 3, b" in words_of(client.post(erase, {"channel": "email"}))
    cases.close_case(case=case, outcome="no_debt", by=None, at=NOON)
    desk = factories.structure("caf-91-pilotage")
    put_hold(case=case, reason="litigation", structure=desk, by=officer, at=NOON)
    held = words_of(client.post(erase, {"channel": "email"})).replace("\N{NO-BREAK SPACE}", " ")
    assert "RGPD, article 17, 3, e" in held
    request.refresh_from_db()
    assert request.is_waiting
    assert Beneficiary.objects.filter(usual_name="Okonkwo").exists()


def test_erasure_of_closed_cases_is_done_at_once_and_answers_the_request(client, officer, case):
    request = asked(case, "erasure", by=officer)
    cases.close_case(case=case, outcome="no_debt", by=None, at=NOON)
    erase = url("subject_request_erase", request)
    assert "à leur propre âge" in words_of(client.get(erase))
    assert "cocher la case" in words_of(client.post(erase, {"channel": "email"}))
    assert Beneficiary.objects.filter(usual_name="Voisin").exists()
    assert client.post(erase, {"channel": "email", "for_all_adults": "on"}).status_code == 302
    request.refresh_from_db()
    assert (request.state, request.outcome) == ("answered", "granted")
    assert set(Beneficiary.objects.values_list("usual_name", flat=True)) == {"(effacé)"}


def test_erasure_of_who_lived_alone_or_with_children_asks_for_no_tick(client, officer, case):
    request = asked(case, "erasure", by=officer)
    cases.close_case(case=case, outcome="no_debt", by=None, at=NOON)
    Beneficiary.objects.filter(usual_name="Voisin").update(birth_date="2008-11-25")
    assert client.post(url("subject_request_erase", request), {"channel": "email"}).status_code == 302


@pytest.mark.parametrize(
    ("born", "position", "is_asked"),
    [
        ("2008-11-24", "child", True), ("2008-11-25", "child", False), ("2008-11", "child", True),
        ("2008", "other", True), ("2009", "other", False), ("", "child", False), ("", "spouse", True),
    ],
)  # fmt: skip
def test_whoever_may_be_of_age_is_an_adult(case, born, position, is_asked):
    Beneficiary.objects.filter(usual_name="Voisin").update(birth_date=born)
    case.household.memberships.filter(beneficiary__usual_name="Voisin").update(position=position)
    assert subject_acts.has_several_adults(case.household, on=NOON.date()) == is_asked


def test_erasure_waits_for_another_request_on_the_household(client, officer, case):
    request = asked(case, "erasure", by=officer)
    other = asked(case, "access", by=officer)
    cases.close_case(case=case, outcome="no_debt", by=None, at=NOON)
    erase, sent = url("subject_request_erase", request), {"channel": "email", "for_all_adults": "on"}
    assert "Une autre demande attend" in words_of(client.post(erase, sent))
    assert Beneficiary.objects.filter(usual_name="Okonkwo").exists()
    desk = factories.structure("caf-91-pilotage")
    subject_requests.withdraw(request=other, structure=desk, reason="by_the_person", by=officer, at=NOON)
    assert client.post(erase, sent).status_code == 302


def test_an_opposition_ends_what_rests_on_possible_rights_and_says_before_what_and_after_on_which_ground(
    client, officer, case
):
    request = asked(case, "objection", by=officer)
    oppose = url("subject_request_object", request)
    Participation.objects.filter(case=case, structure__code="caf-91").update(basis="SH-4", part="support")
    shown = words_of(client.get(oppose)).replace("\N{NO-BREAK SPACE}", " ")
    ends = f"1 accès prend fin : {factories.structure('caf-91').name}, depuis le 24/11/2026."
    assert f"Information sur des droits possibles (CRPA L114-8 II) {ends}" in shown
    done = words_of(client.post(oppose, {"channel": "email", "basis": "SH-4"}, follow=True))
    assert "1 accès terminé ; ce que ces services en gardaient" in done
    history = done.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert ": opposition à « information sur des droits possibles (CRPA L114-8 II) »" in history
    request.refresh_from_db()
    assert request.outcome == "granted"
    assert Participation.objects.get(case=case, structure__code="caf-91").until == NOON.date()


def test_where_nobody_sees_by_the_ground_that_is_opposed_the_page_promises_no_end_and_tells_of_none(
    client, officer, case
):
    request = asked(case, "objection", by=officer)
    Participation.objects.filter(case=case, structure__code="caf-91").delete()
    oppose = url("subject_request_object", request)
    shown = words_of(client.get(oppose))
    said = "Aucun accès n’est ouvert sur ce fondement : rien ne prend fin, l’opposition est notée pour la suite."
    assert said in shown
    assert "Noter l’opposition" in shown
    assert "Mettre fin à ces accès" not in shown
    done = words_of(client.post(oppose, {"channel": "email", "basis": "SH-4"}, follow=True))
    assert "Aucun accès n’était ouvert sur ce fondement : l’opposition est notée pour la suite" in done
    assert "détruit" not in done


def test_an_archive_opens_no_more_than_the_living_case_did(client, officer, worker, case):
    caf, mds = factories.structure("caf-91"), factories.structure("mds-grigny")
    wrote = {"case": case, "author": worker, "at": NOON}
    support.write_note(structure=caf, text="Pour moi seule.", visibility="personal", **wrote)
    support.write_note(structure=mds, text="Entre nous à la MDS.", visibility="internal", **wrote)
    case.household.members.filter(usual_name="Okonkwo").update(safe_address="12 rue Cachée")
    cases.close_case(case=case, outcome="no_debt", by=None, at=NOON)
    other = factories.reported(factories.tenancy(home=case.household))
    cases.close_case(case=other, outcome="no_debt", by=None, at=NOON)
    archive_household(household=case.household, by=officer, at=NOON)
    Case.objects.filter(pk__in=[case.pk, other.pk]).update(responsible_structure=caf)
    manager, page = factories.member("caf-91", "manager"), reverse("archive")
    client.force_login(manager)
    shown = words_of(client.post(page, {"case": case.reference, "reason": "litigation"}))
    assert "À revoir entre nous." in shown
    for hidden in ("Pour moi seule.", "Entre nous à la MDS.", "Cachée"):
        assert hidden not in shown
    noted = AccessEntry.objects.filter(user=manager, kind="archive").values_list("case", flat=True)
    assert sorted(noted) == [case.pk, other.pk]
    Case.objects.filter(pk=case.pk).update(responsible_structure=mds)  # the CAF took part: its officer reads no more
    client.force_login(officer)
    refused = words_of(client.post(page, {"case": case.reference, "reason": "control"}))
    assert "Aucun dossier archivé de ce numéro" in refused
    client.force_login(factories.member("bailleur-a", "dpo"))
    assert client.get(page).status_code == 404


def test_an_archive_says_nothing_of_the_cases_of_others_nor_of_one_that_was_never_seen_in_full(client, officer, case):
    """The MDS followed the arrears of the household, and the CAF an overpayment; then the CAF had the card of it alone."""
    caf, mds = factories.structure("caf-91"), factories.structure("mds-grigny")
    Tenancy.objects.filter(household=case.household).update(reference="BAIL-77", rent=Decimal("512.34"))
    HouseholdFact.objects.create(
        household=case.household, name="income", value=987, source="professional", known_on=NOON.date()
    )
    own = cases.open_case(kind="overpayment", household=case.household, structure=caf, responsible=caf, at=NOON)
    for each in (case, own):
        cases.close_case(case=each, outcome="no_debt", by=None, at=NOON)
    archive_household(household=case.household, by=officer, at=NOON)
    Case.objects.filter(pk=case.pk).update(responsible_structure=mds)
    Case.objects.filter(pk=own.pk).update(responsible_structure=caf)
    client.force_login(factories.member("caf-91", "manager"))

    def opened() -> str:
        return words_of(client.post(reverse("archive"), {"case": own.reference, "reason": "litigation"}))

    own.participations.filter(structure=caf).delete()
    own.participations.create(structure=caf, part="lead", level="card", basis="SH-8", since=NOON.date())
    for structure, channel in ((caf, "phone"), (mds, "visit")):
        own.contact_attempts.create(
            structure=structure, by=officer, channel=channel, result="no_answer", made_on=NOON.date(), recorded_at=NOON
        )
    shown = opened()
    assert "trop-perçu" in shown.lower()
    assert ("appel" in shown, "passage au domicile" in shown) == (True, False)  # what it did itself, and nothing else
    assert "987" not in shown
    own.participations.filter(structure=caf).update(level="full")
    shown = opened()
    assert "987" in shown
    for hidden in ("BAIL-77", "512,34", "1 060,00"):
        assert hidden not in shown.replace("\u202f", " ").replace("\xa0", " ")


def test_an_archive_opens_for_its_manager_with_a_reason_that_is_told(client, officer, case):
    cases.close_case(case=case, outcome="no_debt", by=None, at=NOON)
    archive_household(household=case.household, by=officer, at=NOON)
    Case.objects.filter(pk=case.pk).update(responsible_structure=factories.structure("caf-91"))
    manager, archive = factories.member("caf-91", "manager"), reverse("archive")
    client.force_login(manager)
    assert "Okonkwo" not in words_of(client.post(archive, {"case": case.reference, "reason": ""}))
    assert "Okonkwo" in words_of(client.post(archive, {"case": case.reference, "reason": "litigation"}))
    told = JournalEntry.objects.get(kind="archive.opened")
    assert (told.actor, told.case, told.data["reason"]) == (manager, case, "litigation")
    assert AccessEntry.objects.filter(user=manager, case=case, kind="archive").count() == 1
    client.force_login(factories.member("ccas-grigny", "manager"))
    refused = words_of(client.post(archive, {"case": case.reference, "reason": "litigation"}))
    assert "Aucun dossier archivé de ce numéro" in refused
    client.force_login(factories.member("caf-91"))
    assert client.get(archive).status_code == 404
