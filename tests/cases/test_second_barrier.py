"""With the door taken away, a page of a case still shows nothing of a case of others; and nothing else changes."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Value
from django.test import Client
from django.urls import resolve, reverse

from cases import permissions, written_once
from cases.models import Case, ContactAttempt, Note, Referent, User
from config.database_roles import Roles
from tests import factories
from tests.config.test_database_roles import application, roles
from tests.factories import NOON
from tests.journeys import scene
from tests.test_pages import ADDRESSES
from workflows.queries.referents import find_followed_people
from workflows.views.parts.pages import CasePage

__all__ = ["application", "roles"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
TODAY = NOON.date()
NOT_HELD = {
    "cases_participation": "by which the barrier knows",
    "cases_assignment": "by which the barrier knows",
    "cases_report": "of the landlord, who takes no part in the case that it opens",
    "cases_sharingrequest": "of who takes no part yet",
    "cases_referent": "of who is asked to follow, and takes no part yet",
    "cases_journalentry": "ids and codes; a policy costs its timeline seconds",
    "cases_accessentry": "ids and days, read by officers",
    "cases_emergencyaccess": "by which who has no part reads, on pages that are not of a case",
    "cases_legalhold": "of a home, read by officers",
    "cases_merge": "of people and homes",
    "cases_milestone": "a kind and a day; a policy costs lists their index",
    "cases_deadline": "a rule and a day; a policy costs lists their index",
    "cases_subjectrequest": "of a controller, about a case or none",
}
"""Tables of `cases` with a case → why the barrier does not hold them. Those of `workflows` say where a case stands."""


def test_each_table_of_cases_is_held_or_says_why_not():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        held = {name for (name,) in cursor.fetchall()}
    of_cases = {
        model._meta.db_table
        for model in apps.get_app_config("cases").get_models()
        if any(field.is_relation and field.related_model is Case for field in model._meta.concrete_fields)
    }
    assert not held & set(NOT_HELD)
    assert held | set(NOT_HELD) == of_cases | {"cases_case"}


@pytest.fixture
def no_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every case is everybody’s, whole, as if he read it for the structure in charge."""
    monkeypatch.setattr(written_once, "write_for_nobody", written_once.write_for_nobody.__wrapped__)
    monkeypatch.setattr(permissions, "visible_cases", lambda user, **asked: Case.objects.all())
    monkeypatch.setattr(permissions, "sees_case", lambda user, case, **asked: Q(pk__gt=0))
    monkeypatch.setattr(permissions, "shown_in_full", lambda user, **asked: Value(True))
    read_for = {"read_for": F("responsible_structure"), "is_assigned": Value(False)}
    monkeypatch.setattr(permissions, "read_for", lambda user, **asked: read_for)


def answers(client: Client, made: scene.Scene) -> dict[str, int]:
    """Of every page of a case, opened."""
    found = {}
    for name, address in ADDRESSES.items():
        path = reverse(name, args=address.args(made))
        view = getattr(resolve(path).func, "view_class", object)
        if issubclass(view, CasePage):
            with transaction.atomic():
                found[name] = client.get(path).status_code
                transaction.set_rollback(True)
    return found


@pytest.mark.by_turns
@pytest.mark.timeout(900)
def test_without_the_door_every_page_of_a_case_of_others_does_not_exist(
    roles: Roles, no_door: None, request: pytest.FixtureRequest
):
    made, client = scene.build(), Client(raise_request_exception=False)
    client.force_login(factories.member("cpam-91", "manager"))
    # The owner’s role is not held.
    unheld = answers(client, made)
    assert sum(status == 200 for status in unheld.values()) > 10, unheld

    request.getfixturevalue("application")
    held = answers(client, made)
    assert len(held) > 30
    assert {name: status for name, status in held.items() if status not in (404, 405)} == {}


def test_what_others_do_at_one_home_is_known_where_a_page_rests_on_it(roles: Roles, request: pytest.FixtureRequest):
    """The CAF has her arrears; the MDS follows her, and met her at its counter for the CAF: neither takes part at the other’s."""
    worker, agent = factories.member("caf-91"), factories.member("mds-grigny")
    arrears = scene.case_at("monitor", worker=worker).case
    holder = arrears.household.memberships.get(position="holder").beneficiary
    followed = scene.followed(by=agent, code="mds-grigny", someone=holder)
    Referent.objects.update(since=date(2026, 11, 2), informed_on=date(2026, 11, 2))
    ContactAttempt.objects.create(
        case=arrears,
        structure=followed.structure,
        by=agent,
        channel="desk",
        result="reached",
        made_on=date(2026, 11, 23),
    )
    assert not arrears.participations.filter(structure=followed.structure).exists()
    request.getfixturevalue("application")

    def opened(user: User, name: str, *args: Any) -> str:
        client = Client()
        client.force_login(user)
        return client.get(reverse(name, args=args)).content.decode()

    page = opened(agent, "beneficiary", followed.case.public_id)
    assert "Aucun autre dossier" not in page
    assert '<span class="muted">CAF' in page
    assert arrears.reference not in page
    mine = opened(agent, "my_people")
    assert "23/11/2026" in mine
    with permissions.reading_as(agent, at=TODAY):
        assert [line.last_contact for line in find_followed_people(agent, on=TODAY)] == [date(2026, 11, 23)]
    # The record of somebody whom others follow, too, is compared by the pilot alone.
    person = opened(worker, "person", arrears.public_id, holder.public_id)
    assert "Information donnée" in person
    assert "Chercher une autre fiche" not in person


PAST = {
    "config/context.py": 1,
    "workflows/queries/referents.py": 2,
    "workflows/views/people/person.py": 1,
}
"""File → how many reads on held pages go past the barrier: the kind and structure of the other cases of a home that one
follows; the day of one’s own structure’s last contact; whether others have an open case; how many steps wait in one’s inbox."""


def test_each_read_past_the_barrier_is_declared():
    found = {
        str(path.relative_to(settings.BASE_DIR)): count
        for folder in ("cases", "workflows", "notifications", "config")
        for path in (settings.BASE_DIR / folder).rglob("*.py")
        if (count := path.read_text(encoding="utf-8").count("with permissions.reading_past_barrier("))
    }
    assert found == PAST


@pytest.fixture
def of_caf(roles: Roles) -> Iterator[Any]:
    """A case at the CAF with a note, read with the application’s role."""
    worker = factories.member("caf-91")
    case = scene.case_at("monitor", worker=worker).case
    Note.objects.create(
        case=case, author=worker, structure=factories.structure("caf-91"), text="Confié", written_at=NOON
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {roles.application}")
    yield worker, case
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def seen_by(user: Any) -> tuple[bool, bool]:
    with permissions.reading_as(user, at=TODAY):
        return Case.objects.exists(), Note.objects.exists()


def test_what_is_found_without_asking_the_door_is_held_too(of_caf: Any):
    worker, _ = of_caf
    assert seen_by(worker) == (True, True)
    assert seen_by(factories.member("ccas-grigny", "manager")) == (False, False)
    assert (Case.objects.exists(), Note.objects.exists()) == (True, True), "the reader is of one query"


def test_who_no_longer_works_there_reads_nothing(of_caf: Any):
    colleague = factories.member("caf-91", "manager")
    assert seen_by(colleague) == (True, True)
    factories.membership_of(colleague).__class__.objects.filter(user=colleague).update(until=TODAY.replace(day=1))
    assert seen_by(colleague) == (False, False)


def test_an_act_reads_all_that_it_decides_by(of_caf: Any):
    stranger = factories.member("ccas-grigny", "manager")
    with permissions.reading_as(stranger, at=TODAY):
        with transaction.atomic():
            assert Case.objects.exists()
        assert not Case.objects.exists()


def test_a_query_is_still_one(of_caf: Any, django_assert_num_queries: Any):
    worker, case = of_caf
    with permissions.reading_as(worker, at=TODAY), django_assert_num_queries(1):
        assert Case.objects.get(pk=case.pk) == case


def find_case(user: User, today: date, held: permissions.Rights) -> QuerySet[Case]:
    return Case.objects.filter(pk=written_once.NO_CASE)


@pytest.mark.usefixtures("connection_is_kept")
def test_a_statement_that_is_planned_once_is_held_for_each_reader(of_caf: Any):
    worker, case = of_caf
    readers: tuple[tuple[User, list[Case]], ...] = ((worker, [case]), (factories.member("ccas-grigny", "manager"), []))
    for reader, found in readers * 4:
        with permissions.reading_as(reader, at=TODAY):
            assert written_once.read_written(find_case, reader, TODAY, {}, case=case) == found
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE generic_plans > 1")
        assert cursor.fetchone() != (0,), "each had a plan of his own"


@pytest.mark.django_db(transaction=True)
def test_the_reader_is_said_in_the_transaction_of_the_query_and_never_to_the_session():
    """What a pooler in transaction mode asks: nothing is left on the connection of the server."""
    worker = factories.member("caf-91")
    with permissions.reading_as(worker, at=TODAY), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('relais.reader', true)")
        assert cursor.fetchone() == (f"{worker.pk} 2026-11-24",)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('relais.reader', true), '')")
        assert cursor.fetchone() == ("",)
    assert settings.DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"]
