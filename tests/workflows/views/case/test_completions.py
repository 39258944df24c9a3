"""What a service that does not see a case proposes is read beside what is known, by whoever answers for it, and answered once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from cases.models import AccessEntry, Case, DebtStatement, HouseholdMember, Note
from tests import factories
from tests.factories import NOON
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.views.traces.reading import words_of
from workflows.actions.completions import TypedCompletion, propose
from workflows.models import ProposedCompletion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def case(worker: Any) -> Case:
    made = followed_by(worker)
    made.household.members.update(phone="")
    return made


@pytest.fixture
def proposed(case: Case) -> ProposedCompletion:
    person = case.household.members.get()
    said = TypedCompletion(
        person={"usual_name": person.usual_name, "first_names": person.first_names, "phone": "+33612345678"},
        lease={"address": "11 allée des Érables", "rent": Decimal("612.50")},
        facts={"rsa": True, "followed_by": "mds-grigny"},
        balance=Decimal("1480.00"),
        as_of=date(2026, 11, 20),
        details={},
    )
    asker = factories.member("ccas-grigny", first_name="Inès", last_name="Morel")
    made = propose(case=case, completion=said, structure=factories.structure("ccas-grigny"), by=asker, at=NOON)
    assert made
    return made


def page_of(proposed: ProposedCompletion) -> str:
    return reverse("completion", args=[proposed.public_id])


def test_it_waits_on_the_case_in_the_inbox_and_among_the_requests(client, worker, case, proposed):
    for address in (reverse("case", args=[case.public_id]), reverse("inbox"), reverse("sharing_requests")):
        assert page_of(proposed) in client.get(address).content.decode(), address
    assert "CCAS de Grigny propose de compléter ce dossier" in words_of(
        client.get(reverse("case", args=[case.public_id]))
    )


def test_what_is_proposed_is_read_beside_what_is_known_and_noted(client, worker, case, proposed):
    words = words_of(client.get(page_of(proposed))).replace("\u00a0", " ").replace("\u202f", " ")
    assert "Inès Morel" in words
    assert "06 12 34 56 78 (connu : inconnu)" in words
    assert "Adresse : 11 allée des Érables (connu : 4 rue de la Plaine)" in words
    assert "RSA : oui (connu : non)" in words
    assert "Déjà suivi par : MDS de Grigny (connu : inconnu)" in words
    assert "Loyer : 612,50 € (connu : 450,00 €)" in words
    assert "1 480,00 € au 20/11/2026 (connu : 2 120,00 € au 24/11/2026)" in words
    assert "montré quand" not in words
    assert AccessEntry.objects.filter(user=worker, case=case, page="completion").count() == 1


def test_sums_are_hidden_from_who_sees_the_card_alone(client, worker, case, proposed):
    case.participations.update(level="card")
    words = words_of(client.get(page_of(proposed))).replace("\u00a0", " ").replace("\u202f", " ")
    assert "Loyer : 612,50 € (connu : montré quand la personne a été informée)" in words
    assert "1 480,00 € au 20/11/2026 (connu : montré quand la personne a été informée)" in words


def test_what_is_ticked_is_written_and_who_proposed_reads_the_answer(client, worker, case, proposed):
    sent = {"answer": "accept", "kept": ["person.phone", "debt"]}
    answer = client.post(page_of(proposed), sent)
    assert answer.url == reverse("case", args=[case.public_id])
    assert case.household.members.get().phone == "+33612345678"
    assert DebtStatement.objects.get(source__code="ccas-grigny").balance == Decimal("1480.00")
    assert not case.household.facts.filter(name="followed_by").exists()
    assert client.post(page_of(proposed), sent).status_code == 302
    assert DebtStatement.objects.filter(source__code="ccas-grigny").count() == 1
    client.force_login(proposed.by)
    assert "acceptée" in words_of(client.get(reverse("sharing_requests")))


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        (("Belaïd", "Sonia"), "connu : 06 12 34 56 78)"),
        (("Belaid", "Sonya"), "connu : 06 12 34 56 78 pour BELAÏD Sonia)"),
        (("Belaïde", "Sonia"), "connu : 06 12 34 56 78 pour BELAÏD Sonia)"),
        (("Belaïd", ""), "connu : inconnu)"),
        (("Perrin", "Luc"), "connu : inconnu)"),
    ],
)
def test_whose_number_it_is_is_found_under_another_spelling(client, worker, case, typed, known):
    household = case.household
    household.members.update(usual_name="BELAÏD", first_names="Sonia", name_key="BELAID SONIA", phone="+33612345678")
    child = factories.person(usual_name="BELAÏD", first_names="Karim")
    child.save()
    HouseholdMember.objects.create(household=household, beneficiary=child, since=date(2026, 1, 1))
    said = {"usual_name": typed[0], "first_names": typed[1], "phone": "+33698765432"}
    completion = TypedCompletion(person=said, lease={}, facts={}, balance=None, as_of=date(2026, 11, 20), details={})
    made = propose(
        case=case,
        completion=completion,
        structure=factories.structure("ccas-grigny"),
        by=factories.member("ccas-grigny"),
        at=NOON,
    )
    assert made
    assert known in words_of(client.get(page_of(made))).replace("\u00a0", " ").replace("\u202f", " ")
    client.post(page_of(made), {"answer": "accept", "kept": ["person.phone"]})
    assert set(household.members.values_list("phone", flat=True)) == {"+33612345678", ""}
    (note,) = Note.objects.filter(case=case)
    assert "06 98 76 54 32" in note.text.replace("\u00a0", " ").replace("\u202f", " ")


def test_to_decline_needs_a_reason_and_to_accept_something_ticked(client, worker, proposed):
    assert "Indiquer pourquoi vous déclinez" in words_of(client.post(page_of(proposed), {"answer": "decline"}))
    assert "Cocher ce que vous retenez" in words_of(client.post(page_of(proposed), {"answer": "accept"}))
    client.post(page_of(proposed), {"answer": "decline", "reason": "known"})
    proposed.refresh_from_db()
    assert (proposed.state, proposed.decline_reason, proposed.said) == ("declined", "known", {})


def test_for_anyone_else_it_does_not_exist(client, proposed):
    for person in (proposed.by, factories.member("ccas-grigny", "manager"), factories.member("mds-grigny", "manager")):
        client.force_login(person)
        assert client.get(page_of(proposed)).status_code == 404
        assert client.post(page_of(proposed), {"answer": "accept", "kept": ["debt"]}).status_code == 404
    assert not DebtStatement.objects.filter(source__code="ccas-grigny").exists()
