"""Technical administration: every page opens; what the journal should see cannot be done there."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.urls import reverse

from cases.models import Beneficiary, Case, Closure, JournalEntry, Structure, User
from config import ticking
from notifications import reminders
from notifications.models import Notice
from tests import factories
from workflows.models import CaseProcess, CaseTask, RoutingDecision

pytestmark = pytest.mark.django_db

MODELS = sorted(
    (model for model in apps.get_models() if admin.site.is_registered(model)), key=lambda model: model._meta.label
)
EDITABLE = {"cases.Organisation", "cases.Structure"}
OURS = [model for model in MODELS if model._meta.app_label in {"cases", "workflows", "notifications"}]
READ_ONLY = [model for model in OURS if model._meta.label not in EDITABLE]


@pytest.fixture
def as_superuser(client: Any) -> Any:
    client.force_login(User.objects.create_superuser("support@example.org", "x", first_name="A", last_name="B"))
    return client


@pytest.fixture
def lived() -> Case:
    """A case with a journal, a procedure, tasks, deadlines, a reminder, notices and deliveries."""
    factories.member("caf-91", "manager")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    case = factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)
    ticking.tick(at=factories.NOON)
    reminders.scan(at=factories.NOON + timedelta(days=2))
    factories.reported(lease, code="ccas-grigny", channel="professional")
    Closure.objects.create(
        structure=factories.structure("caf-91"), first_day="2026-12-24", last_day="2026-12-31", label="fin d’année"
    )
    return case


def page(model: type[Model], action: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{action}", args=args)


def test_what_is_shown_is_what_was_decided():
    assert {model._meta.label for model in OURS} == {
        "cases.Closure",
        "cases.Deadline",
        "cases.DeadlineRule",
        "cases.Edition",
        "cases.JournalEntry",
        "cases.Membership",
        "cases.Organisation",
        "cases.Outbox",
        "cases.Structure",
        "cases.User",
        "notifications.Delivery",
        "notifications.Notice",
        "notifications.Reminder",
        "notifications.ReminderRule",
        "workflows.CaseProcess",
        "workflows.CaseTask",
        "workflows.RoutingRule",
    }
    assert {model._meta.app_label for model in MODELS} == {"cases", "notifications", "workflows"}
    for private in (Beneficiary, Case, RoutingDecision, Group):
        assert not admin.site.is_registered(private)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_list_opens_and_takes_few_queries(
    model: type[Model], as_superuser: Any, lived: Case, django_assert_max_num_queries: Any
):
    with django_assert_max_num_queries(12):
        assert as_superuser.get(page(model, "changelist")).status_code == 200
    for words in ("abc", "12", "9" * 30):
        assert as_superuser.get(page(model, "changelist"), {"q": words}).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_record_opens(model: type[Model], as_superuser: Any, lived: Case):
    record = model._default_manager.order_by("pk").last()
    assert record is not None, "the lived case should have made one"
    assert as_superuser.get(page(model, "change", record.pk)).status_code == 200


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model._meta.label)
def test_what_moves_a_case_or_gives_a_right_is_only_read(model: type[Model], as_superuser: Any, lived: Case):
    record = model._default_manager.order_by("pk").last()
    assert record is not None
    assert as_superuser.post(page(model, "change", record.pk), {}).status_code == 403
    assert as_superuser.post(page(model, "delete", record.pk), {"post": "yes"}).status_code == 403
    assert as_superuser.get(page(model, "add")).status_code == 403
    as_superuser.post(
        page(model, "changelist"), {"action": "delete_selected", "_selected_action": [record.pk], "post": "yes"}
    )
    assert model._default_manager.filter(pk=record.pk).exists()


def test_the_journal_and_the_procedures_stay_as_they_were(as_superuser: Any, lived: Case):
    entry = JournalEntry.objects.filter(case=lived).latest("pk")
    process = CaseProcess.objects.get(case=lived)
    task = CaseTask.objects.open().get(case=lived)
    as_superuser.post(page(JournalEntry, "change", entry.pk), {"kind": "case.closed"})
    as_superuser.post(page(CaseProcess, "change", process.pk), {"status": "DONE"})
    as_superuser.post(page(CaseTask, "change", task.pk), {"status": "DONE", "node": "close"})
    assert JournalEntry.objects.get(pk=entry.pk).kind == entry.kind
    assert CaseProcess.objects.get(pk=process.pk).status == process.status
    assert CaseTask.objects.get(pk=task.pk).status == "NEW"


def test_no_page_names_a_household(as_superuser: Any, lived: Case):
    name = lived.household.members.get().usual_name
    for model in OURS:
        answer = as_superuser.get(page(model, "changelist"))
        assert name not in answer.text, model


def test_a_structure_is_neither_renamed_nor_put_out_of_service_there_where_nothing_is_checked(as_superuser: Any):
    mds = factories.structure("mds-grigny")
    typed = {"name": "MDS", "code": "autre", "is_active": "", "many_followed": 80, "many_coordinated": 25}
    assert as_superuser.post(page(Structure, "change", mds.pk), typed).status_code == 302
    mds.refresh_from_db()
    assert (mds.name, mds.code, mds.is_active, mds.many_followed) == ("MDS de Grigny", "mds-grigny", True, 80)
    assert as_superuser.get(page(Structure, "add")).status_code == 403
    assert as_superuser.post(page(Structure, "delete", mds.pk), {"post": "yes"}).status_code == 403


def test_passwords_and_rights_are_not_shown(as_superuser: Any):
    person = factories.member("caf-91")
    answer = as_superuser.get(page(User, "change", person.pk))
    assert person.password not in answer.text
    assert "pbkdf2" not in answer.text


def test_someone_who_is_not_staff_does_not_enter(client: Any, lived: Case):
    client.force_login(factories.member("caf-91", "manager"))
    assert client.get(page(JournalEntry, "changelist")).status_code == 302
    assert Notice.objects.exists()
