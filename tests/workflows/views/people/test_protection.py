"""A protected adult: who represents or assists her, said at once to who may know, refused without its dates, ended, kept."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import sharing
from cases.actions.person_file import read_person_file
from cases.models import Case, JournalEntry, LegalProtection, Participation, PastRow, User
from tests.factories import NOON, member, protect, structure
from tests.workflows.views.case.test_case import routed_to_the_caf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
TYPED = {
    "kind": "tutelle",
    "guardian_title": "mme",
    "guardian_name": "Diane Roche",
    "service": "UDAF de l’Essonne",
    "address": "5 rue du Temple, 91000 Évry-Courcouronnes",
    "phone": "01 60 00 00 00",
    "judged_on": "2025-03-03",
    "court": "tribunal de proximité de Juvisy",
    "since": "2025-03-10",
    "until": "2030-03-09",
}


def page(name: str, case: Case, *args: object) -> str:
    holder = case.household.memberships.get(position="holder", until=None).beneficiary
    return reverse(name, args=[case.public_id, holder.public_id, *args])


def opened(client: Client, user: User, where: str) -> str:
    client.force_login(user)
    answer = client.get(where)
    assert answer.status_code == 200, where
    return answer.content.decode()


def sent(client: Client, user: User, where: str, **typed: str) -> str:
    client.force_login(user)
    return client.post(where, typed, follow=True).content.decode()


def test_who_answers_for_the_case_records_the_guardian_and_her_mandate(client, worker, case):
    assert "Mesure de protection enregistrée." in sent(client, worker, page("person_protection", case), **TYPED)
    known = LegalProtection.objects.get()
    assert (known.guardian, known.role) == ("Mme Diane Roche (UDAF de l’Essonne)", "tutrice")
    assert (known.phone, known.judged_on, known.since, known.until) == (
        "+33160000000",
        date(2025, 3, 3),
        date(2025, 3, 10),
        date(2030, 3, 9),
    )
    assert (known.structure.code, known.recorded_by) == ("caf-91", worker)
    line = JournalEntry.objects.get(kind="person.protected")
    assert (line.case, line.data) == (case, {"person": known.beneficiary_id, "protection": known.pk})
    html = opened(client, worker, page("person", case))
    for words in ("Tutrice", "Mme Diane Roche", "01\xa060\xa000\xa000\xa000", "articles 474 et 475", "à vérifier"):
        assert words in html


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"since": ""}, "sans lui, rien ne dit que la personne nommée peut signer"),
        ({"judged_on": ""}, "sans lui, rien ne dit que la personne nommée peut signer"),
        ({"since": "2025-03-02"}, "Le mandat commence au plus tôt le jour du jugement"),
        ({"until": "2025-03-09"}, "La fin du mandat doit suivre son début"),
        ({"since": "2026-11-25"}, "Cette date est à venir"),
        ({"guardian_name": "", "service": ""}, "Indiquer le nom de qui exerce la mesure, ou le service."),
        ({"kind": ""}, "Un point est à corriger"),
    ],
)
def test_a_measure_without_its_dates_or_its_guardian_is_refused_and_nothing_typed_is_lost(
    client, worker, case, typed, words
):
    html = sent(client, worker, page("person_protection", case), **TYPED | typed)
    assert words in html
    assert "tribunal de proximité de Juvisy" in html
    assert not LegalProtection.objects.exists()
    assert not JournalEntry.objects.filter(kind="person.protected").exists()


def test_a_second_measure_is_refused_while_another_runs(client, worker, case):
    protect(case, by=worker)
    html = sent(client, worker, page("person_protection", case), **TYPED | {"kind": "curatelle"})
    assert "Une mesure est déjà enregistrée pour ces dates (tutelle)" in html
    assert LegalProtection.objects.count() == 1


def test_who_sees_the_whole_case_is_told_at_once(client, worker, case):
    protect(case, by=worker)
    for where in (reverse("case", args=[case.public_id]), page("person_edit", case)):
        html = opened(client, worker, where)
        assert "FERREIRA Ana : tutelle" in html
        assert "Mme Diane Roche (UDAF de l’Essonne)" in html
        assert "les actes et les courriers lui sont adressés" in html


@pytest.mark.parametrize(("level", "knows"), [("full", True), ("card", False)])
def test_a_share_hands_it_on_with_the_whole_case_alone(client, worker, case, level, knows):
    protect(case, by=worker)
    helper = member("mds-grigny", "manager")
    sharing.take_part(case=case, structure=structure("mds-grigny"), part="support", level=level, at=NOON)
    assert Participation.objects.get(case=case, structure__code="mds-grigny").level == level
    for where in (reverse("case", args=[case.public_id]), page("person", case)):
        html = opened(client, helper, where)
        assert ("FERREIRA Ana : tutelle" in html or "474 et 475" in html) == knows
        assert ("Diane Roche" in html) == knows


def test_a_structure_that_is_merely_asked_reads_of_no_guardian_and_writes_none(client, worker):
    case = routed_to_the_caf()
    protect(case, by=worker)
    assert "Diane Roche" not in opened(client, worker, page("person", case))
    client.force_login(worker)
    assert client.post(page("person_protection", case), TYPED).status_code == 403


def test_a_measure_is_corrected_and_what_it_said_is_kept(client, worker, case):
    known = protect(case, by=worker)
    where = page("protection_edit", case, known.public_id)
    assert "Mesure enregistrée." in sent(client, worker, where, **TYPED | {"guardian_name": "Diane Rochet"})
    known.refresh_from_db()
    assert known.guardian_name == "Diane Rochet"
    line = JournalEntry.objects.get(kind="person.protection_corrected")
    assert line.data["fields"] == ["guardian_name"]
    assert PastRow.objects.get(table_name="cases_legalprotection").was == {"guardian_name": "Diane Roche"}
    assert "Rien n’a changé." in sent(client, worker, where, **TYPED | {"guardian_name": "Diane Rochet"})


def test_a_measure_that_has_ended_is_read_on_the_page_of_the_person_and_nowhere_else(client, worker, case):
    known = protect(case, by=worker)
    where = page("protection_end", case, known.public_id)
    assert "La mesure a commencé après ce jour" in sent(client, worker, where, until="2025-03-09")
    assert "Fin de la mesure enregistrée." in sent(client, worker, where, until="2026-11-23")
    assert JournalEntry.objects.filter(kind="person.protection_ended", case=case).count() == 1
    assert "Diane Roche" not in opened(client, worker, reverse("case", args=[case.public_id]))
    assert "23/11/2026" in opened(client, worker, page("person", case))


def test_the_file_of_the_person_says_who_protects_her(worker, case):
    protect(case, by=worker)
    holder = case.household.memberships.get(position="holder").beneficiary
    items = read_person_file(case.household, holder, fact_words={})
    (found,) = [item for item in items if item.section == "Mesures de protection"]
    assert found.concern == ""
    assert dict(found.facts) == {
        "personne protégée": "FERREIRA Ana",
        "mesure de protection": "tutelle",
        "qui l’exerce": "Diane Roche",
        "service (MJPM)": "UDAF de l’Essonne",
        "adresse de qui l’exerce": "5 rue du Temple, 91000 Évry-Courcouronnes",
        "téléphone de qui l’exerce": "01\N{NO-BREAK SPACE}60\N{NO-BREAK SPACE}00\N{NO-BREAK SPACE}00\N{NO-BREAK SPACE}00",
        "jugement du": "03/03/2025",
        "tribunal": "tribunal de proximité de Juvisy",
        "mandat depuis le": "10/03/2025",
        "mandat jusqu’au": "09/03/2030",
    }
