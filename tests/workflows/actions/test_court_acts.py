"""A landlord announces an order to pay, or says that an act was served: it reaches at once whoever has the case."""

from datetime import date, timedelta

import pytest

from cases.models import Deadline, Milestone
from cases.refusals import NotAllowed
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests import factories
from tests.factories import NOON
from tests.workflows.walk import Walk
from workflows.actions import court_acts, milestones
from workflows.models import CaseTask

pytestmark = pytest.mark.django_db

IN_21_DAYS = date(2026, 12, 15)


def a_case():
    lease = factories.tenancy(
        landlord="gestionnaire-b", housing="private", aid_kind="ALF", lease_date=date(2024, 3, 1)
    )
    return Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))


def followed(worker):
    walk = a_case()
    walk.take("answer", by=worker, accept=True, professional=worker)
    return walk


def landlord():
    return factories.member("gestionnaire-b", "correspondent")


def announce(walk, by, on=IN_21_DAYS):
    return court_acts.announce_order(report=walk.case.reports.get(), on=on, by=by, at=NOON)


def declare(walk, by, kind, on):
    return court_acts.declare_served(report=walk.case.reports.get(), kind=kind, on=on, by=by, at=NOON)


def told(kind):
    drain_outbox(at=NOON)
    return {notice.user for notice in Notice.objects.filter(entry__kind=kind).select_related("user")}


def planned(walk):
    found = Milestone.objects.filter(case=walk.case, kind="order_to_pay_planned", replaced_by=None)
    return [(each.happened_on, each.known) for each in found]


def test_an_announcement_puts_the_case_up_and_opens_its_deadline():
    walk = followed(factories.member("caf-91"))
    announce(walk, landlord())
    assert planned(walk) == [(IN_21_DAYS, "declared")]
    assert CaseTask.objects.open().get(case=walk.case).comes_first
    deadline = Deadline.objects.running().get(case=walk.case, rule__start="order_to_pay_planned")
    assert deadline.legal_date == date(2026, 12, 14)
    assert deadline.structure.code == "caf-91"


def test_it_is_told_once_to_the_professional_and_his_manager():
    worker, manager = factories.member("caf-91"), factories.member("caf-91", "manager")
    factories.member("caf-91")
    factories.member("mds-grigny", "manager")
    announce(followed(worker), landlord())
    assert told("order.announced") == {worker, manager}
    assert told("track.moved") == set()


def test_before_anybody_follows_it_is_told_to_the_structure_asked():
    agent, pilot = factories.member("caf-91"), factories.member("caf-91-pilotage", "pilot")
    announce(a_case(), landlord())
    assert told("order.announced") == {agent, pilot}, "those asked, and the desk that answers for the case meanwhile"


def test_before_anybody_is_asked_it_is_told_to_the_desk():
    agent, pilot = factories.member("caf-91"), factories.member("caf-91-pilotage", "pilot")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private")
    walk = Walk(factories.reported(lease, code="gestionnaire-b"))
    assert walk.waiting_for == {"qualify": "caf-91-pilotage"}
    announce(walk, landlord())
    assert told("order.announced") == {pilot}
    assert agent not in told("order.announced")


def test_another_day_changes_it_keeps_the_former_and_is_told_again():
    worker, correspondent = factories.member("caf-91"), landlord()
    walk = followed(worker)
    announce(walk, correspondent)
    announce(walk, correspondent, on=date(2027, 1, 11))
    assert planned(walk) == [(date(2027, 1, 11), "declared")]
    assert Milestone.objects.filter(case=walk.case, kind="order_to_pay_planned").count() == 2
    lines = walk.case.journal.filter(kind="order.announced").order_by("pk").values_list("data", flat=True)
    assert list(lines) == [
        {"on": "2026-12-15", "before": None},
        {"on": "2027-01-11", "before": "2026-12-15"},
    ]
    drain_outbox(at=NOON)
    assert Notice.objects.filter(user=worker, entry__kind="order.announced").count() == 2


def test_the_same_day_twice_is_one_act():
    walk, correspondent = followed(factories.member("caf-91")), landlord()
    announce(walk, correspondent)
    announce(walk, correspondent)
    assert walk.case.journal.filter(kind="order.announced").count() == 1


def test_called_off_it_counts_no_more_and_is_told():
    worker, correspondent = factories.member("caf-91"), landlord()
    walk = followed(worker)
    announce(walk, correspondent)
    court_acts.call_off_order(report=walk.case.reports.get(), by=correspondent, at=NOON)
    assert planned(walk) == []
    assert not CaseTask.objects.open().get(case=walk.case).comes_first
    assert not Deadline.objects.running().filter(case=walk.case, rule__start="order_to_pay_planned").exists()
    assert told("order.called_off") == {worker}
    assert told("track.moved") == set()
    with pytest.raises(court_acts.CannotTell, match="Aucun commandement n’est annoncé"):
        court_acts.call_off_order(report=walk.case.reports.get(), by=correspondent, at=NOON)


@pytest.mark.parametrize("days", [0, 3, 14])
def test_short_notice_is_recorded_all_the_same(days):
    walk = followed(factories.member("caf-91"))
    announce(walk, landlord(), on=NOON.date() + timedelta(days=days))
    assert [day for day, _known in planned(walk)] == [NOON.date() + timedelta(days=days)]


def test_a_day_that_is_over_a_closed_case_and_a_further_act_are_refused():
    worker, correspondent = factories.member("caf-91"), landlord()
    walk = followed(worker)
    with pytest.raises(court_acts.CannotTell, match="Cette date est passée"):
        announce(walk, correspondent, on=date(2026, 11, 23))
    milestones.record(
        case=walk.case, kind="order_to_pay_served", happened_on=date(2026, 11, 3), known="proved", by=worker, at=NOON
    )
    with pytest.raises(
        court_acts.CannotTell, match="plus de commandement à annoncer : commandement délivré le 03/11/2026"
    ):
        announce(walk, correspondent)
    walk.take("contact", by=worker, result="declined", channel="phone", made_on=NOON.date())
    walk.take("close", by=worker, outcome="declined_support")
    with pytest.raises(court_acts.CannotTell, match="Ce dossier est clos"):
        announce(walk, correspondent)
    assert planned(walk) == []


def test_what_others_recorded_of_the_procedure_is_not_told_to_the_landlord():
    worker = factories.member("caf-91")
    walk = followed(worker)
    milestones.record(
        case=walk.case, kind="dsf_sent", happened_on=date(2026, 11, 20), known="proved", by=worker, at=NOON
    )
    with pytest.raises(court_acts.CannotTell) as refusal:
        announce(walk, landlord())
    assert str(refusal.value) == "Il n’y a plus de commandement à annoncer : la procédure est déjà plus avancée."
    with pytest.raises(ValueError, match="debt_cleared"):
        declare(walk, landlord(), "debt_cleared", date(2026, 11, 20))


def test_an_act_served_is_declared_starts_the_delays_of_the_law_and_ends_the_announcement():
    worker, correspondent = factories.member("caf-91"), landlord()
    walk = followed(worker)
    announce(walk, correspondent)
    declare(walk, correspondent, "order_to_pay_served", date(2026, 11, 24))
    assert planned(walk) == []
    served = Milestone.objects.get(case=walk.case, kind="order_to_pay_served")
    assert (served.happened_on, served.known) == (date(2026, 11, 24), "declared")
    ends = Deadline.objects.running().filter(case=walk.case, rule__start="order_to_pay_served")
    assert date(2027, 1, 5) in ends.values_list("legal_date", flat=True), "six weeks: the lease was renewed in 2024"
    assert told("court_act.declared") == {worker}


def test_what_is_declared_can_be_corrected_until_an_act_proves_it():
    worker, correspondent = factories.member("caf-91"), landlord()
    walk = followed(worker)
    declare(walk, correspondent, "order_to_pay_served", date(2026, 11, 20))
    declare(walk, correspondent, "order_to_pay_served", date(2026, 11, 23))
    milestones.record(
        case=walk.case, kind="order_to_pay_served", happened_on=date(2026, 11, 23), known="proved", by=worker, at=NOON
    )
    with pytest.raises(court_acts.CannotTell, match="est déjà prouvée par l’acte"):
        declare(walk, correspondent, "order_to_pay_served", date(2026, 11, 20))


@pytest.mark.parametrize(
    ("kind", "on", "words"),
    [
        ("order_to_pay_served", date(2026, 11, 25), "Cette date est à venir"),
        ("summons_served", date(2026, 11, 10), "L’assignation ne peut pas précéder le commandement"),
    ],
)
def test_an_act_to_come_or_out_of_order_is_refused(kind, on, words):
    walk, correspondent = followed(factories.member("caf-91")), landlord()
    declare(walk, correspondent, "order_to_pay_served", date(2026, 11, 20))
    with pytest.raises(court_acts.CannotTell, match=words):
        declare(walk, correspondent, kind, on)


def test_a_summons_before_anyone_accepted_asks_another_structure_when_the_table_says_so():
    walk = a_case()
    assert walk.waiting_for == {"answer": "caf-91"}
    declare(walk, landlord(), "summons_served", date(2026, 11, 20))
    assert CaseTask.objects.open().get(case=walk.case).comes_first


def test_only_who_manages_or_owns_the_dwelling_speaks_of_it():
    walk = followed(factories.member("caf-91"))
    for other in (factories.member("bailleur-a", "correspondent"), factories.member("caf-91", "manager")):
        with pytest.raises(NotAllowed):
            announce(walk, other)
    former = factories.member("gestionnaire-b", "correspondent")
    membership = factories.membership_of(former)
    membership.until = date(2026, 11, 23)
    membership.save()
    with pytest.raises(NotAllowed):
        announce(walk, former)
    assert planned(walk) == []
