"""Appointments: made once and never in the past, what became of them said once, and a case that leaves takes them along."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from cases import permissions
from cases.actions import appointments, case as cases, members, partners
from cases.actions.appointments import AlreadySaid, CannotMeet, ToConfirm
from cases.locks import lock_case
from cases.models import Absence, Appointment, Case, Closure, ContactAttempt, JournalEntry, Structure, User
from cases.refusals import Busy
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests import factories
from tests.cases.actions.test_administrators_at_once import second_of
from tests.factories import NOON, PARIS
from tests.holding import held_by_another
from tests.workflows.actions.test_absences import declare
from tests.workflows.test_engine import at_once
from tests.workflows.walk import Walk
from workflows.actions import absences
from workflows.actions.absences import change_days, end
from workflows.actions.members import change_roles, end_all_memberships, return_left
from workflows.actions.tasks import close_now, give_task
from workflows.steps.closing import consequences_of

pytestmark = pytest.mark.django_db

HALF_PAST_TWO = datetime(2026, 12, 1, 14, 30, tzinfo=PARIS)


class Followed:
    """A case that the CAF accepted, with its worker."""

    def __init__(self) -> None:
        home = factories.household()
        lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=home)
        self.walk = Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))
        self.worker = factories.member("caf-91", first_name="Claire", last_name="Montel")
        self.walk.take("answer", by=self.worker, accept=True, professional=self.worker, reason="")
        self.case = self.walk.case
        self.holder = home.members.get()

    def meet(self, starts_at: datetime = HALF_PAST_TWO, **changes: Any) -> Appointment:
        given = {
            "case": self.case,
            "person": self.holder,
            "professional": self.worker,
            "structure": factories.structure("caf-91"),
            "starts_at": starts_at,
            "minutes": 45,
            "place": "office",
            "by": self.worker,
            "at": NOON,
        }
        return appointments.make(**given | changes)  # type: ignore[arg-type]

    def move(self, made: Appointment, starts_at: datetime = HALF_PAST_TWO, **changes: Any) -> Appointment:
        given = {"starts_at": starts_at, "minutes": 45, "place": "office", "by": self.worker, "at": NOON}
        return appointments.move(appointment=made, **given | changes)  # type: ignore[arg-type]

    def substitute(self, last_day: date = date(2026, 12, 4), **named: Any) -> tuple[User, Absence]:
        """Of the worker, away since 24 November."""
        found = factories.member("caf-91", **named)
        return found, declare(self.worker, date(2026, 11, 24), last_day, found)


@pytest.fixture
def followed() -> Followed:
    return Followed()


def kinds(case) -> list[str]:
    return list(
        JournalEntry.objects.filter(case=case, kind__startswith="appointment.")
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def test_an_appointment_is_made_and_told_once(followed):
    made = followed.meet()
    assert (made.state, made.day, made.minutes) == ("planned", date(2026, 12, 1), 45)
    assert followed.meet() == made
    line = JournalEntry.objects.get(kind="appointment.made")
    assert (line.case, line.actor) == (followed.case, followed.worker)
    assert line.data == {"appointment": made.pk, "user": followed.worker.pk, "place": "office"}


@pytest.mark.parametrize("starts_at", [NOON, NOON - timedelta(minutes=1), NOON - timedelta(days=30)])
def test_a_moment_that_has_passed_is_refused(followed, starts_at):
    with pytest.raises(CannotMeet, match="Cette date est passée : pour un rendez-vous qui a eu lieu, enregistrer"):
        followed.meet(starts_at)
    assert not Appointment.objects.exists()


def test_someone_of_another_household_and_whoever_does_not_see_the_case_are_refused(followed):
    """It would be in nobody’s agenda."""
    with pytest.raises(CannotMeet, match="ne fait pas partie du ménage"):
        followed.meet(person=factories.household().members.get())
    with pytest.raises(CannotMeet, match="ne suit pas de dossier dans votre structure"):
        followed.meet(professional=factories.member("mds-grigny"))
    with pytest.raises(CannotMeet, match="Ce professionnel ne voit pas ce dossier : le lui confier d’abord"):
        followed.meet(professional=factories.member("caf-91"))


def test_a_case_that_is_given_to_a_colleague_takes_its_appointments_to_come_along(followed):
    appointment, past = followed.meet(), followed.meet(HALF_PAST_TWO + timedelta(days=1))
    Appointment.objects.filter(pk=past.pk).update(starts_at=NOON - timedelta(days=1))
    manager, colleague = factories.member("caf-91", "manager"), factories.member("caf-91")
    give_task(task=followed.walk.task("contact"), to=colleague, by=manager, at=NOON)
    whose = dict(Appointment.objects.values_list("pk", "professional"))
    assert whose == {appointment.pk: colleague.pk, past.pk: followed.worker.pk}
    line = JournalEntry.objects.get(kind="appointment.given")
    cause = JournalEntry.objects.filter(kind="professional.assigned").latest("pk")
    assert (line.case, line.actor, line.cause) == (followed.case, manager, cause)
    assert line.data == {"appointment": appointment.pk, "user": colleague.pk, "before": followed.worker.pk}


@pytest.mark.django_db(transaction=True)
def test_whoever_leaves_is_refused_while_somebody_acts_on_a_case_where_he_has_an_appointment():
    """The next tick would not look for those of whoever still works there in another role."""
    followed = Followed()
    manager, other = (factories.member("caf-91", "manager") for _ in range(2))
    followed.meet(professional=manager)
    with held_by_another(lambda: lock_case(followed.case.pk)), pytest.raises(Busy):
        change_roles(user=manager, structure=factories.structure("caf-91"), roles=["agent"], by=other, at=NOON)
    assert Appointment.objects.get().professional == manager


def test_a_manager_who_sees_the_case_keeps_the_appointment_that_is_his(followed):
    manager, colleague = factories.member("caf-91", "manager"), factories.member("caf-91")
    followed.meet(professional=manager)
    give_task(task=followed.walk.task("contact"), to=colleague, by=manager, at=NOON)
    assert Appointment.objects.get().professional == manager


def test_what_a_former_member_had_to_do_is_of_whoever_is_named_after_him(followed):
    followed.meet()
    manager, colleague = factories.member("caf-91", "manager"), factories.member("caf-91")
    members.end_membership(membership=factories.membership_of(followed.worker), on=NOON.date(), at=NOON)
    return_left(at=NOON)
    assert Appointment.objects.get().professional == followed.worker
    give_task(task=followed.walk.task("contact"), to=colleague, by=manager, at=NOON)
    assert Appointment.objects.get().professional == colleague


def test_a_substitute_fixes_nothing_for_a_day_on_which_he_will_not_see_the_case(followed):
    rokia, _ = followed.substitute(date(2026, 11, 30), first_name="Rokia", last_name="Sangaré")
    with pytest.raises(CannotMeet, match="Rokia Sangaré ne suivra plus ce dossier le 01/12/2026"):
        followed.meet(professional=rokia, by=rokia)
    in_time = datetime(2026, 11, 30, 14, 30, tzinfo=PARIS)
    assert followed.meet(in_time, professional=rokia, by=rokia).professional == rokia


def test_what_a_substitute_had_fixed_is_of_whom_he_replaced_when_that_one_comes_back_earlier(followed):
    rokia, absence = followed.substitute()
    made = followed.meet(professional=rokia, by=rokia)
    end(absence=absence, by=followed.worker, at=NOON + timedelta(days=1))
    made.refresh_from_db()
    assert made.professional == followed.worker
    line = JournalEntry.objects.get(kind="appointment.given")
    assert line.data == {"appointment": made.pk, "user": followed.worker.pk, "before": rokia.pk}
    assert line.cause == JournalEntry.objects.get(kind="substitute.released")


def test_what_is_handed_back_at_a_moment_that_is_taken_stays_beside_the_other_and_may_be_put_off(followed):
    """Only who fixes one is asked about the other: whoever comes back is told, and reads both in his agenda."""
    rokia, absence = followed.substitute()
    own = followed.meet(confirmed={"away-2026-12-01"})
    handed = followed.meet(professional=rokia, by=rokia)
    end(absence=absence, by=factories.member("caf-91", "manager"), at=NOON)
    drain_outbox(at=NOON)
    told = Notice.objects.filter(entry__kind="appointment.given")
    assert [(notice.user, notice.entry.data["appointment"]) for notice in told] == [(followed.worker, handed.pk)]
    planned = Appointment.objects.planned().filter(professional=followed.worker)
    assert list(planned.order_by("pk").values_list("pk", "starts_at")) == [
        (own.pk, HALF_PAST_TWO),
        (handed.pk, HALF_PAST_TWO),
    ]
    later = datetime(2026, 12, 2, 9, tzinfo=PARIS)
    moved = followed.move(handed, later)
    assert (moved.professional, moved.starts_at) == (followed.worker, later)


def test_what_a_substitute_had_fixed_after_the_new_last_day_is_of_whom_he_replaced(followed):
    rokia, absence = followed.substitute()
    made = followed.meet(professional=rokia, by=rokia)
    before = followed.meet(datetime(2026, 11, 27, 9, tzinfo=PARIS), professional=rokia, by=rokia)
    change_days(absence=absence, since=date(2026, 11, 24), last_day=date(2026, 11, 27), by=followed.worker, at=NOON)
    whose = dict(Appointment.objects.values_list("pk", "professional"))
    assert whose == {made.pk: followed.worker.pk, before.pk: rokia.pk}


def answers_no_more(case: Case, worker: User, mds: Structure) -> Callable[[], object]:
    cases.make_responsible(case=case, structure=mds, at=NOON, by=None)
    caf = factories.structure("caf-91")
    return lambda: cases.make_responsible(case=case, structure=caf, at=NOON, by=None)


def supports_no_more(case: Case, worker: User, mds: Structure) -> Callable[[], object]:
    part = partners.add(case=case, structure=mds, level="card", basis="SH-1", by=worker, at=NOON)
    return lambda: partners.remove(participation=part, by=worker, at=NOON)


@pytest.mark.parametrize("takes_part", [answers_no_more, supports_no_more])
def test_a_substitute_is_told_that_what_he_had_fixed_is_cancelled_with_the_part_of_his_structure(followed, takes_part):
    away, rokia = factories.member("mds-grigny"), factories.member("mds-grigny")
    mds = factories.structure("mds-grigny")
    leave = takes_part(followed.case, followed.worker, mds)
    cases.assign_professional(case=followed.case, user=away, structure=mds, at=NOON, by=None)
    absences.declare(
        user=away, structure=mds, since=date(2026, 11, 24), last_day=date(2026, 12, 4), substitutes=[rokia], by=away, at=NOON
    )  # fmt: skip
    made = followed.meet(professional=rokia, structure=mds, by=rokia)
    leave()
    assert JournalEntry.objects.get(kind="appointment.cancelled").data["user"] == rokia.pk
    assert kinds(followed.case) == ["appointment.made", "appointment.cancelled"]
    made.refresh_from_db()
    assert (made.state, made.professional) == ("cancelled", rokia)


def test_what_a_substitute_had_fixed_waits_for_whoever_will_be_named_after_one_who_left(followed):
    rokia, _ = followed.substitute()
    made = followed.meet(professional=rokia, by=rokia)
    members.end_membership(membership=factories.membership_of(followed.worker), on=NOON.date(), at=NOON)
    return_left(at=NOON)
    made.refresh_from_db()
    assert (made.state, made.professional) == ("planned", rokia)
    colleague, manager = factories.member("caf-91"), factories.member("caf-91", "manager")
    give_task(task=followed.walk.task("contact"), to=colleague, by=manager, at=NOON)
    made.refresh_from_db()
    assert made.professional == colleague


def test_what_a_substitute_had_fixed_is_not_of_one_who_left_and_sees_the_case_from_elsewhere(followed):
    (rokia, _), mds = followed.substitute(), factories.structure("mds-grigny")
    made = followed.meet(professional=rokia, by=rokia)
    partners.add(case=followed.case, structure=mds, level="card", basis="SH-1", by=followed.worker, at=NOON)
    members.end_membership(membership=factories.membership_of(followed.worker), on=NOON.date(), at=NOON)
    members.join(user=followed.worker, structure=mds, role="manager", since=NOON.date(), at=NOON)
    return_left(at=NOON)
    made.refresh_from_db()
    assert (made.state, made.professional) == ("planned", rokia)


def test_what_a_substitute_puts_off_to_a_day_when_he_will_not_see_the_case_is_of_whom_he_replaces(followed):
    rokia, _ = followed.substitute()
    made = followed.meet(professional=rokia, by=rokia)
    later = datetime(2026, 12, 8, 14, 30, tzinfo=PARIS)
    new = followed.move(made, later, by=rokia)
    assert (new.professional, new.starts_at) == (followed.worker, later)
    made.refresh_from_db()
    assert (made.state, made.moved_to) == ("moved", new)


def test_whether_to_meet_somebody_on_a_day_of_his_absence_is_asked(followed):
    declare(followed.worker, date(2026, 12, 1), date(2026, 12, 4))
    with pytest.raises(ToConfirm, match="Claire Montel est en absence jusqu’au 04/12/2026"):
        followed.meet()
    assert followed.meet(confirmed=["away-2026-12-01"]).professional == followed.worker


CAF_MANAGER_GOES: dict[str, Callable[..., object]] = {
    "leaves at once": partial(end_all_memberships, last_day=None),
    "leaves soon": partial(end_all_memberships, last_day=date(2026, 11, 27)),
    "sees his own cases alone": partial(change_roles, roles=["agent"]),
}


@pytest.mark.parametrize("goes", CAF_MANAGER_GOES)
def test_what_a_manager_had_fixed_who_leaves_or_sees_less_is_of_the_professional_of_the_case_who_is_told(
    followed, goes
):
    """Of none of these cases is he the professional: nobody would be named in his place."""
    manager, other = (factories.member("caf-91", "manager") for _ in range(2))
    made = followed.meet(professional=manager)
    CAF_MANAGER_GOES[goes](user=manager, structure=factories.structure("caf-91"), by=other, at=NOON)
    made.refresh_from_db()
    assert made.professional == followed.worker
    drain_outbox(at=NOON)
    assert [notice.user for notice in Notice.objects.filter(entry__kind="appointment.given")] == [followed.worker]


def test_what_somebody_had_fixed_whose_rights_ended_by_themselves_comes_back_at_the_tick(followed):
    manager = factories.member("caf-91", "manager")
    made = followed.meet(professional=manager)
    manager.memberships.update(until=NOON.date() - timedelta(days=1))
    assert return_left(at=NOON) == 1
    made.refresh_from_db()
    assert made.professional == followed.worker
    assert return_left(at=NOON) == 0


def test_the_result_of_one_that_is_of_another_case_again_is_not_taken_back(followed):
    made = followed.meet(NOON + timedelta(hours=1))
    appointments.mark_kept(appointment=made, by=followed.worker, at=NOON + timedelta(hours=2))
    other = Followed().case
    with pytest.raises(CannotMeet, match="a changé depuis"):
        appointments.take_back_result(case=other, pk=made.pk)


def test_a_moment_that_is_taken_is_made_only_once_it_is_confirmed(followed):
    manager, other = factories.member("caf-91", "manager"), Followed()
    followed.meet(professional=manager)
    with pytest.raises(ToConfirm) as question:
        other.meet(HALF_PAST_TWO + timedelta(minutes=30), professional=manager)
    assert Appointment.objects.count() == 1
    keys = [asked.key for asked in question.value.questions]
    other.meet(HALF_PAST_TWO + timedelta(minutes=30), professional=manager, confirmed=keys)
    assert Appointment.objects.count() == 2


def test_a_confirmation_does_not_hold_for_another_moment(followed):
    sunday = datetime(2026, 11, 29, 10, tzinfo=PARIS)
    with pytest.raises(ToConfirm) as question:
        followed.meet(sunday)
    keys = [asked.key for asked in question.value.questions]
    with pytest.raises(ToConfirm, match="06/12/2026 est un dimanche"):
        followed.meet(sunday + timedelta(days=7), confirmed=keys)


def test_a_day_on_which_the_service_is_closed_is_asked_about(followed):
    Closure.objects.create(
        structure=factories.structure("caf-91"), first_day=date(2026, 12, 1), last_day=date(2026, 12, 1), label="pont"
    )
    with pytest.raises(ToConfirm, match="fermé le 01/12/2026"):
        followed.meet()


def test_a_cancelled_appointment_frees_its_moment(followed):
    appointments.cancel(appointment=followed.meet(), whose="household", by=followed.worker, at=NOON)
    assert followed.meet().is_planned


@pytest.mark.django_db(transaction=True)
def test_two_people_do_not_take_the_same_moment_at_once():
    first, second, manager = Followed(), Followed(), factories.member("caf-91", "manager")

    def take(followed: Followed) -> Any:
        try:
            return followed.meet(professional=manager).pk
        except ToConfirm:
            return "asked"

    made = at_once(lambda: take(first), lambda: take(second))
    assert sorted(map(str, made)) == [str(Appointment.objects.get().pk), "asked"]


# What became of it


def test_a_kept_appointment_is_said_once_by_who_came_early_too(followed):
    made, early = followed.meet(), HALF_PAST_TWO - timedelta(minutes=10)
    appointments.mark_kept(appointment=made, by=followed.worker, at=early)
    with pytest.raises(AlreadySaid, match="déjà noté « honoré »"):
        appointments.mark_kept(appointment=made, by=followed.worker, at=early)
    with pytest.raises(AlreadySaid):
        appointments.mark_missed(appointment=made, by=followed.worker, at=HALF_PAST_TWO)
    made.refresh_from_db()
    assert (made.state, kinds(followed.case)) == ("kept", ["appointment.made", "appointment.kept"])
    assert not followed.case.contact_attempts.exists()


def test_what_has_not_come_yet_has_no_result(followed):
    made = followed.meet()
    with pytest.raises(CannotMeet, match="n’a pas encore eu lieu"):
        appointments.mark_kept(appointment=made, by=followed.worker, at=NOON)
    with pytest.raises(CannotMeet, match="n’a pas encore commencé"):
        appointments.mark_missed(appointment=made, by=followed.worker, at=HALF_PAST_TWO - timedelta(minutes=1))
    assert made.is_planned


@pytest.mark.parametrize(("place", "channel"), [("office", "office"), ("home", "visit"), ("phone", "phone")])
def test_a_missed_appointment_counts_once_as_an_attempt_without_answer(followed, place, channel):
    made = followed.meet(place=place)
    appointments.mark_missed(appointment=made, by=followed.worker, at=HALF_PAST_TWO + timedelta(days=1))
    with pytest.raises(AlreadySaid, match="« non honoré »"):
        appointments.mark_missed(appointment=made, by=followed.worker, at=HALF_PAST_TWO + timedelta(days=1))
    attempt = ContactAttempt.objects.get()
    assert (attempt.channel, attempt.result, attempt.made_on) == (channel, "no_answer", date(2026, 12, 1))
    made.refresh_from_db()
    assert made.attempt == attempt
    told = JournalEntry.objects.get(kind="contact.attempted")
    assert told.cause == JournalEntry.objects.get(kind="appointment.missed")


def test_three_missed_appointments_are_three_attempts_to_reach_the_household(followed):
    """The contact step then lets one conclude that the contact is not established."""
    for number in range(2):
        made = followed.meet(HALF_PAST_TWO + timedelta(days=number))
        appointments.mark_missed(appointment=made, by=followed.worker, at=HALF_PAST_TWO + timedelta(days=3))
    followed.walk.at = HALF_PAST_TWO + timedelta(days=3)
    followed.walk.take(
        "contact", by=followed.worker, result="not_reached", channel="visit", made_on=date(2026, 12, 4), informed_by=""
    )
    assert followed.walk.waiting_for == {"close": "caf-91"}


def test_an_appointment_put_off_stays_and_leads_to_the_new_one(followed):
    made = followed.meet()
    new = followed.move(made, HALF_PAST_TWO + timedelta(days=2), minutes=30, place="home")
    made.refresh_from_db()
    assert (made.state, made.moved_to, made.day) == ("moved", new, date(2026, 12, 1))
    assert (new.day, new.minutes, new.place, new.person) == (date(2026, 12, 3), 30, "home", followed.holder)
    assert kinds(followed.case) == ["appointment.made", "appointment.moved", "appointment.made"]
    line = JournalEntry.objects.get(kind="appointment.made", data__appointment=new.pk)
    assert line.cause == JournalEntry.objects.get(kind="appointment.moved")
    assert not followed.case.contact_attempts.exists()


def test_an_appointment_is_put_off_by_ten_minutes_and_not_to_where_it_is(followed):
    """It does not stand in its own way."""
    made = followed.meet()
    with pytest.raises(CannotMeet, match="C’est le rendez-vous actuel"):
        followed.move(made)
    starts_at = HALF_PAST_TWO + timedelta(minutes=10)
    assert followed.move(made, starts_at).starts_at == starts_at


def test_its_place_alone_may_change(followed):
    """« Au service » was typed for « au domicile »."""
    made = followed.meet()
    with pytest.raises(CannotMeet, match="déjà prévu à cette heure"):
        followed.meet(place="home")
    new = followed.move(made, place="home")
    made.refresh_from_db()
    assert (made.state, made.moved_to, new.starts_at, new.place) == ("moved", new, HALF_PAST_TWO, "home")


def test_two_appointments_are_not_put_off_to_the_same_moment(followed):
    first, second = followed.meet(), followed.meet(HALF_PAST_TWO + timedelta(days=1))
    there = HALF_PAST_TWO + timedelta(days=2)
    followed.move(first, there)
    with pytest.raises(CannotMeet, match="déjà prévu à cette heure"):
        followed.move(second, there)
    second.refresh_from_db()
    assert second.is_planned


def test_a_refused_move_leaves_everything_as_it_was(followed):
    made = followed.meet()
    with pytest.raises(ToConfirm):
        followed.move(made, datetime(2026, 12, 6, 10, tzinfo=PARIS))
    assert Appointment.objects.get().is_planned
    assert kinds(followed.case) == ["appointment.made"]


# The case leaves


def test_closing_a_case_cancels_what_was_to_come_and_nothing_else(followed):
    past = followed.meet(NOON + timedelta(hours=1))
    made = followed.meet()
    later = NOON + timedelta(days=1)
    entry = cases.close_case(case=followed.case, outcome="cleared", at=later, by=followed.worker)
    made.refresh_from_db()
    past.refresh_from_db()
    assert (made.state, made.cancelled_by, past.state) == ("cancelled", "service", "planned")
    assert JournalEntry.objects.get(kind="appointment.cancelled").cause == entry


@pytest.mark.usefixtures("at_noon")
def test_who_closes_a_case_reads_of_those_to_come_that_they_are_cancelled(followed):
    past = followed.meet(NOON + timedelta(hours=1))
    Appointment.objects.filter(pk=past.pk).update(starts_at=NOON - timedelta(days=1))
    followed.meet()
    said = [line for line in consequences_of(followed.case, at=NOON) if "Rendez-vous" in line]
    assert said == ["Rendez-vous annulé : le 01/12/2026."]


def test_a_structure_that_hands_a_case_over_keeps_no_appointment(followed):
    made = followed.meet()
    cases.make_responsible(case=followed.case, structure=factories.structure("mds-grigny"), at=NOON, by=None)
    made.refresh_from_db()
    assert (made.state, made.cancelled_by) == ("cancelled", "service")
    assert not permissions.visible_appointments(followed.worker, at=NOON.date()).exists()


# Who may see one


def test_an_appointment_is_seen_by_those_who_follow_and_by_nobody_else(followed):
    made = followed.meet()

    def seen_by(person) -> bool:
        return permissions.visible_appointments(person, at=NOON.date()).filter(pk=made.pk).exists()

    assert seen_by(followed.worker)
    assert seen_by(factories.member("caf-91", "manager"))
    for code, role in [
        ("caf-91", "agent"),  # a colleague to whom the case is not given
        ("caf-91-recouvrement", "manager"),
        ("mds-grigny", "manager"),
        ("gestionnaire-b", "correspondent"),
        ("gestionnaire-b", "manager"),
        ("caf-91-pilotage", "pilot"),
    ]:
        assert not seen_by(factories.member(code, role)), (code, role)


@pytest.mark.django_db(transaction=True)
def test_an_appointment_that_is_put_off_while_its_case_changes_hands_goes_to_the_new_professional():
    followed = Followed()
    other, manager = factories.member("caf-91"), factories.member("caf-91", "manager")
    appointment, task = followed.meet(), followed.walk.task("contact")
    later = HALF_PAST_TWO + timedelta(days=2)
    second_of(
        lambda: followed.move(appointment, later),
        lambda: give_task(task=task, to=other, by=manager, at=NOON),
    )
    assert Appointment.objects.planned().get().professional == other


def test_nothing_is_fixed_in_a_case_that_was_closed_since_its_page_was_opened(followed):
    shown = Case.objects.get(pk=followed.case.pk)
    close_now(case=followed.case, by=followed.worker, at=NOON, data={"outcome": "cleared"})
    followed.case = shown
    with pytest.raises(CannotMeet, match="Ce dossier est clos"):
        followed.meet()
