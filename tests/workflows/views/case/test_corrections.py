"""Historique des corrections: what was said, for the manager of the structure in charge; what was touched, for its officer."""

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from cases.actions import people
from cases.models import AccessEntry, Beneficiary, Household, Participation
from tests import factories
from tests.factories import NOON
from tests.journeys import scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def case(worker):
    """Once the phone of its person and the address that must be used were corrected."""
    case = scene.case_at("monitor", worker=worker).case
    person = Beneficiary.objects.filter(households__cases=case).earliest("pk")
    Beneficiary.objects.filter(pk=person.pk).update(phone="0102030405", safe_address="")
    act_apart()
    people.correct_person(
        person=person, changes={"phone": "0611223344", "safe_address": "12 rue Cachée"}, by=worker, case=case, at=NOON
    )
    act_apart()
    people.correct_person(person=person, changes={"safe_address": "3 rue Autre"}, by=worker, case=case, at=NOON)
    return case


def act_apart():
    """What follows is of another transaction: those of a test are one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('relais.act', '', true)")


def read(client, user, case):
    client.force_login(user)
    return client.get(reverse("case_corrections", args=[case.public_id]))


def lines_of(html):
    rows = re.findall(r"<tr>(.*?)</tr>", html.partition("<tbody>")[2], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_the_manager_of_the_structure_in_charge_reads_what_was(client, case, django_assert_max_num_queries):
    manager = factories.member("caf-91", "manager")
    client.force_login(manager)
    with django_assert_max_num_queries(18):
        answer = read(client, manager, case)
    phone = next(line for line in lines_of(answer.content.decode()) if "téléphone" in line and "0611223344" in line)
    assert "0102030405 0611223344 Claire Montel a corrigé l’identité d’un bénéficiaire" in phone
    assert AccessEntry.objects.filter(user=manager, case=case).count() == 1


def test_the_safe_address_is_never_shown_there(client, case):
    html = read(client, factories.member("caf-91", "manager"), case).content.decode()
    assert "adresse sûre pour le courrier" in html
    assert "Cachée" not in html
    assert "Autre" not in html


def test_the_officer_reads_what_was_corrected_and_not_what_it_said(client, case):
    html = read(client, factories.member("caf-91", "dpo"), case).content.decode()
    assert any("téléphone" in line and "Claire Montel" in line for line in lines_of(html))
    assert "0611223344" not in html
    assert "0102030405" not in html


def test_what_was_undone_with_its_act_is_not_there(client, case):
    before = lines_of(read(client, factories.member("caf-91", "manager"), case).content.decode())
    with transaction.atomic():
        Beneficiary.objects.filter(households__cases=case).update(phone="0699999999")
        transaction.set_rollback(True)
    manager = factories.member("caf-91", "manager")
    assert lines_of(read(client, manager, case).content.decode()) == before


def test_who_left_the_household_is_no_longer_there(client, case, worker):
    home, manager = case.household, factories.member("caf-91", "manager")
    left = factories.person(usual_name="Partie")
    left.save()
    member = home.memberships.create(beneficiary=left, position="spouse")
    act_apart()
    Beneficiary.objects.filter(pk=left.pk).update(phone="0655555555")
    assert "0655555555" in read(client, manager, case).content.decode()
    act_apart()
    home.memberships.filter(pk=member.pk).update(until=NOON.date() - timedelta(days=1))
    Beneficiary.objects.filter(pk=left.pk).update(phone="0644444444")
    html = read(client, manager, case).content.decode()
    assert "0655555555" not in html
    assert "0644444444" not in html
    assert "0611223344" in html


def test_who_sees_the_card_only_does_not_read_it(client, case):
    Participation.objects.filter(case=case, structure__code="caf-91").update(level="card")
    assert read(client, factories.member("caf-91", "manager"), case).status_code == 404


def test_of_an_anonymised_household_nothing_is_said(client, case):
    Household.objects.filter(pk=case.household_id).update(archived_on=NOON.date(), anonymised_on=NOON.date())
    assert lines_of(read(client, factories.member("caf-91", "dpo"), case).content.decode()) == []
