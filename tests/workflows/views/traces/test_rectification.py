"""A request of rectification leads to the correction of the record, whose past is kept, and is answered by it."""

from typing import Any

import pytest

from cases.actions.retention.anonymise import anonymise_household
from cases.models import AccessEntry, Beneficiary, Case, JournalEntry, PastRow, SubjectRequest
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests import factories
from tests.factories import NOON
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.views.traces.reading import words_of
from tests.workflows.views.traces.test_person_file import asked, url

pytestmark = pytest.mark.django_db
PAGE = "subject_request_rectify"


@pytest.fixture
def case(worker: Any) -> Case:
    made = followed_by(worker)
    made.household.members.update(
        usual_name="Okonkwo", first_names="Ada", birth_date="1980-05-17", safe_address="12 rue Cachée"
    )
    return made


def sent(person: Beneficiary, **changes: str) -> dict[str, str]:
    """What a browser sends: each field, and what the page showed in it."""
    shown = {
        "title": "", "usual_name": person.usual_name, "first_names": person.first_names, "birth_name": "",
        "birth_date": "17/05/1980", "caf_number": "", "phone": "", "email": "", "language": "",
    }  # fmt: skip
    return shown | {f"initial-{name}": value for name, value in shown.items()} | {"channel": "email"} | changes


def test_the_record_is_corrected_what_it_said_is_kept_and_the_request_is_answered(client, officer, worker, case):
    request, person = asked(case, "rectification", by=officer), case.household.members.get()
    assert "Corriger la fiche" in words_of(client.get(url("subject_request", request)))
    shown = words_of(client.get(url(PAGE, request)))
    assert "OKONKWO Ada" in shown
    assert "Cachée" not in shown
    assert AccessEntry.objects.filter(user=officer, case=case, kind="review").count() == 1

    client.post(url(PAGE, request), sent(person, usual_name="Okonkwo-Diallo", birth_date="17/05/1981"))

    person.refresh_from_db()
    assert (person.usual_name, person.birth_date, person.safe_address) == (
        "Okonkwo-Diallo", "1981-05-17", "12 rue Cachée",
    )  # fmt: skip
    was = PastRow.objects.filter(table_name="cases_beneficiary", row=person.pk).latest("pk").was
    assert (was["usual_name"], was["birth_date"]) == ("Okonkwo", "1980-05-17")
    request.refresh_from_db()
    assert (request.state, request.outcome, request.ended_on) == ("answered", "granted", NOON.date())
    line = JournalEntry.objects.get(kind="person.rectified")
    assert (line.case, line.actor, line.data) == (
        case, officer, {"subject_request": request.pk, "fields": ["birth_date", "usual_name"]},
    )  # fmt: skip
    assert JournalEntry.objects.get(kind="person.corrected").cause == line
    page = words_of(client.get(url("subject_request", request)))
    assert "a corrigé la fiche, à la demande de la personne" in page
    assert "acceptée" in words_of(client.get("/traces/demandes/"))
    drain_outbox(at=NOON)
    assert list(Notice.objects.filter(entry=line).values_list("user", flat=True)) == [worker.pk]


def test_nothing_to_correct_is_refused_and_leaves_the_request(client, officer, case):
    request, person = asked(case, "rectification", by=officer), case.household.members.get()
    assert "Rien n’est corrigé" in words_of(client.post(url(PAGE, request), sent(person)))
    request.refresh_from_db()
    assert request.is_waiting
    assert not JournalEntry.objects.filter(kind="person.rectified").exists()


def test_of_several_people_the_officer_says_who_asks(client, officer, case):
    request = asked(case, "rectification", by=officer)
    other = factories.person(usual_name="Voisin", first_names="Paul")
    other.save()
    case.household.memberships.create(beneficiary=other, position="other")
    assert "Qui demande à être rectifié" in words_of(client.get(url(PAGE, request)))
    assert client.post(url(PAGE, request), sent(other)).status_code == 404

    page = f"{url(PAGE, request)}?personne={other.public_id}"
    client.post(page, sent(other, first_names="Paulin"))

    other.refresh_from_db()
    assert other.first_names == "Paulin"


def test_another_kind_of_request_and_another_officer_have_no_such_page(client, officer, case):
    assert client.get(url(PAGE, asked(case, "access", by=officer))).status_code == 404
    request = asked(case, "rectification", by=officer)
    client.force_login(factories.member("mds-grigny", "dpo"))
    assert client.get(url(PAGE, request)).status_code == 404


def test_whoever_is_anonymised_is_not_rectified(client, officer, case):
    request = asked(case, "rectification", by=officer)
    anonymise_household(household=case.household, by=officer, at=NOON)
    assert "Plus personne à rectifier" in words_of(client.get(url(PAGE, request)))
    assert client.post(url(PAGE, request), {"channel": "email"}).status_code == 404
    assert SubjectRequest.objects.get(pk=request.pk).is_waiting
