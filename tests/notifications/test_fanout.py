"""Journal lines become notices: for the right people, once, whatever crashes or runs twice."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from cases.models import Outbox
from notifications.fanout import drain_outbox
from notifications.models import Delivery, Notice
from tests import factories
from tests.factories import NOON
from tests.workflows.imports.test_file_writer import FIRST, depose, import_now
from tests.workflows.walk import Walk


def caf_case(**facts):
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    return factories.reported(lease, code="gestionnaire-b", **{**factories.FAMILY, **facts})


def told(kind: str) -> set[int]:
    return set(Notice.objects.filter(entry__kind=kind).values_list("user_id", flat=True))


@pytest.mark.django_db
def test_a_routed_case_is_told_to_those_of_the_structure_who_can_answer():
    agent, manager = factories.member("caf-91"), factories.member("caf-91", "manager")
    factories.member("caf-91", "dpo")
    factories.member("mds-grigny", "manager")
    caf_case()
    drain_outbox(at=NOON)
    assert told("step.routed") == {agent.pk, manager.pk}


@pytest.mark.django_db
def test_what_a_file_writes_that_nobody_is_told_is_asked_of_nobody(tmp_path, django_assert_max_num_queries):
    """A first file of 20 000 lines leaves 115 000 in the journal: the notices of others waited for them for minutes."""
    import_now(*depose(tmp_path, FIRST, at=NOON), at=NOON)
    assert Outbox.objects.filter(entry__kind="sharing.started").count() == 11
    with django_assert_max_num_queries(12):
        drain_outbox(at=NOON)
    assert not Outbox.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_the_author_of_an_act_is_not_told_of_it():
    walk = Walk(caf_case())
    worker = factories.member("caf-91")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    drain_outbox(at=NOON)
    assert told("professional.assigned") == set()


@pytest.mark.django_db
def test_the_professional_whom_a_manager_names_is_told():
    walk = Walk(caf_case())
    worker = factories.member("caf-91")
    walk.take("answer", by=factories.member("caf-91", "manager"), accept=True, professional=worker, reason="")
    drain_outbox(at=NOON)
    assert told("professional.assigned") == {worker.pk}


@pytest.mark.django_db
def test_a_plan_is_told_to_the_landlord_and_his_answer_to_the_professional():
    walk = Walk(caf_case())
    worker, landlord = factories.member("caf-91"), factories.member("gestionnaire-b", "correspondent")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    walk.take("contact", by=worker, result="reached", channel="phone", made_on=date(2026, 11, 24), informed_by="phone")
    walk.take("diagnose", by=worker, completeness="default")
    walk.take(
        "plan",
        by=worker,
        kinds=["repayment"],
        amount=Decimal("1060.00"),
        monthly=Decimal("100.00"),
        first_due_on=date(2026, 12, 5),
    )
    walk.take("agree", by=landlord, answer="accepted")
    drain_outbox(at=NOON)
    assert told("plan.proposed") == {landlord.pk}
    assert told("plan.answered") == {worker.pk}


@pytest.mark.django_db
def test_draining_twice_tells_once():
    factories.member("caf-91")
    caf_case()
    assert drain_outbox(at=NOON) > 0
    assert drain_outbox(at=NOON) == 0
    assert Notice.objects.count() == Delivery.objects.count() == 1
    assert not Outbox.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_drain_at_once_tell_each_person_once():
    for _ in range(3):
        factories.member("caf-91")
    for _ in range(5):
        caf_case()
    start = threading.Barrier(2)

    def drain() -> None:
        start.wait(timeout=60)
        drain_outbox(at=NOON)
        connections.close_all()

    workers = [threading.Thread(target=drain) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    drain_outbox(at=NOON)
    assert not Outbox.objects.exists()
    assert Notice.objects.filter(entry__kind="step.routed").count() == 15
    assert Delivery.objects.count() == Notice.objects.count()


@pytest.mark.django_db
def test_who_holds_the_rights_of_a_structure_is_read_once_however_many_lines_are_told():
    agent, manager = factories.member("caf-91"), factories.member("caf-91", "manager")
    for _ in range(4):
        caf_case()
    with CaptureQueriesContext(connection) as asked:
        drain_outbox(at=NOON)
    read = [query["sql"] for query in asked if '"guardian_groupobjectpermission"' in query["sql"]]
    assert len(read) == 1
    assert Notice.objects.filter(entry__kind="step.routed").count() == 8
    assert told("step.routed") == {agent.pk, manager.pk}
