"""The door: who sees which case, at which level, on which day."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from cases import permissions
from cases.actions import appointments, members, sharing
from cases.actions.support import write_note
from cases.models import Case, Role, Structure, User
from cases.models.case import Note, Participation
from tests import factories
from tests.factories import NOON
from tests.plans import rows_read
from tests.workflows.walk import Walk

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


def caf_case() -> Case:
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    return factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)


def test_nobody_sees_a_case_without_signing_in():
    caf_case()
    assert not permissions.visible_cases(AnonymousUser(), at=TODAY).exists()


def test_members_of_a_structure_that_takes_no_part_see_nothing():
    case = caf_case()
    for role in Role.values:
        outsider = factories.member("mds-grigny", role)
        assert not permissions.can_view(outsider, case, at=TODAY), role
        assert permissions.access_level(outsider, case, at=TODAY) == "none", role


def test_services_of_one_body_do_not_inherit_each_others_sight():
    case = caf_case()
    assert not permissions.can_view(factories.member("caf-91-recouvrement", "manager"), case, at=TODAY)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("code", ["bailleur-a", "gestionnaire-b"])
def test_a_landlord_never_sees_a_case_not_even_his_tenants(code, role):
    case = caf_case()
    assert not permissions.can_view(factories.member(code, role), case, at=TODAY)


def test_a_landlord_cannot_be_made_to_take_part():
    with pytest.raises(sharing.CannotShare):
        sharing.take_part(
            case=caf_case(), structure=factories.structure("gestionnaire-b"), part="support", level="card", at=NOON
        )


def test_a_landlord_sees_his_reports_and_nobody_elses():
    case = caf_case()
    mine = factories.member("gestionnaire-b", "correspondent")
    other = factories.member("bailleur-a", "correspondent")
    assert [report.case_id for report in permissions.visible_reports(mine, at=TODAY)] == [case.pk]
    assert not permissions.visible_reports(other, at=TODAY).exists()


def test_an_agent_sees_what_his_structure_is_asked_to_take_and_what_is_assigned_to_him_but_not_the_rest():
    walk = Walk(caf_case())
    worker, colleague = factories.member("caf-91"), factories.member("caf-91")
    assert permissions.can_view(colleague, walk.case, at=TODAY)
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    assert permissions.can_view(worker, walk.case, at=TODAY)
    assert not permissions.can_view(colleague, walk.case, at=TODAY)
    assert permissions.can_view(factories.member("caf-91", "manager"), walk.case, at=TODAY)


def test_a_membership_counts_on_its_days_only():
    case = caf_case()
    manager = factories.member("caf-91", "manager", since=TODAY)
    assert permissions.can_view(manager, case, at=TODAY)
    assert not permissions.can_view(manager, case, at=TODAY - timedelta(days=1))
    members.end_membership(membership=factories.membership_of(manager), on=TODAY + timedelta(days=3), at=NOON)
    assert permissions.can_view(manager, case, at=TODAY + timedelta(days=2))
    assert not permissions.can_view(manager, case, at=TODAY + timedelta(days=3))


def test_an_inactive_account_has_no_right():
    manager = factories.member("caf-91", "manager")
    manager.is_active = False
    manager.save()
    assert permissions.rights(manager, at=TODAY) == {}


def test_a_superuser_has_no_sight_of_cases_by_that_alone():
    case = caf_case()
    boss = factories.user(is_superuser=True, is_staff=True)
    assert not permissions.can_view(boss, case, at=TODAY)


@pytest.mark.slow
def test_the_list_and_the_page_agree_for_every_pair():
    cases = [
        caf_case(),
        factories.reported(),
        factories.reported(by=factories.member("ccas-grigny"), code="ccas-grigny", channel="professional"),
    ]
    worker = factories.member("caf-91")
    Walk(cases[0]).take("answer", by=worker, accept=True, professional=worker, reason="")
    people = [worker] + [
        factories.member(code, role)
        for code in Structure.objects.values_list("code", flat=True)
        for role in ("agent", "manager", "pilot", "front_desk")
    ]
    seen = 0
    for person in people:
        visible = set(permissions.visible_cases(person, at=TODAY).values_list("pk", flat=True))
        for case in cases:
            listed = case.pk in visible
            assert permissions.can_view(person, case, at=TODAY) == listed
            assert (permissions.access_level(person, case, at=TODAY) != "none") == listed
            seen += listed
    assert seen >= 5, "the test would prove nothing if nobody saw anything"


def test_who_sees_a_case_is_whoever_has_it_in_his_list():
    cases = [
        caf_case(),
        caf_case(),
        factories.reported(),
        factories.reported(by=factories.member("ccas-grigny"), code="ccas-grigny", channel="professional"),
    ]
    worker = factories.member("caf-91")
    Walk(cases[0]).take("answer", by=worker, accept=True, professional=worker, reason="")
    gone, former = factories.member("caf-91", "manager"), factories.member("caf-91", "manager")
    members.end_membership(membership=factories.membership_of(gone), on=TODAY, at=NOON)
    former.is_active = False
    former.save()
    for code in ("caf-91", "mds-grigny", "caf-91-pilotage", "bailleur-a"):
        for role in Role.values:
            factories.member(code, role)
    for case in cases:
        seeing = {each for each in User.objects.all() if permissions.can_view(each, case, at=TODAY)}
        assert set(permissions.who_sees(case, at=TODAY)) == seeing
        assert len(seeing) >= 2


def test_guardian_itself_agrees_with_the_policy_table():
    worker = factories.member("caf-91")
    caf = factories.structure("caf-91")
    assert worker.has_perm("cases.handle_case", caf)
    assert not worker.has_perm("cases.view_structure_cases", caf)
    assert not worker.has_perm("cases.handle_case", factories.structure("mds-grigny"))
    assert not worker.has_perm("cases.handle_case")


def test_notes_are_read_by_those_for_whom_they_are_written():
    walk = Walk(caf_case())
    worker, manager = factories.member("caf-91"), factories.member("caf-91", "manager")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    walk.take("contact", by=worker, result="reached", channel="phone", made_on=TODAY, informed_by="phone")
    caf = factories.structure("caf-91")
    for visibility in Note.Visibility.values:
        write_note(case=walk.case, structure=caf, author=worker, text=visibility, visibility=visibility, at=NOON)

    def read(person):
        return {note.text for note in permissions.visible_notes(person, walk.case, at=TODAY)}

    assert read(worker) == {"shared", "internal", "personal"}
    assert read(manager) == {"shared", "internal"}
    assert read(factories.member("mds-grigny", "manager")) == set()


def test_the_door_costs_two_queries(django_assert_num_queries):
    caf_case()
    manager = factories.member("caf-91", "manager")
    with django_assert_num_queries(2):
        assert len(permissions.visible_cases(manager, at=TODAY)) == 1


def test_the_parts_that_a_structure_once_took_are_not_read_for_what_it_is_asked():
    """Of two hundred thousand parts of a CAF, four thousand were its requests."""
    agent = factories.member("caf-91")
    other, asked = followed_by(factories.member("caf-91")), caf_case()
    took = {"case": other, "structure": factories.structure("caf-91"), "since": TODAY, "until": TODAY}
    Participation.objects.bulk_create([Participation(**took, part="lead", level="full") for _ in range(3000)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_participation")
    seen = permissions.visible_cases(agent, at=TODAY)
    assert list(seen) == [asked]
    assert rows_read(seen, "cases_participation") < 100


def test_the_parts_in_closed_cases_are_not_read_for_what_runs_in_open_ones():
    """Of eleven thousand cases of a service, three thousand were open."""
    manager = factories.member("caf-91", "manager")
    closed, is_running = followed_by(factories.member("caf-91")), caf_case()
    Participation.objects.filter(case=closed).update(is_open=False)
    took = {"case": closed, "structure": factories.structure("caf-91"), "since": TODAY, "until": TODAY}
    Participation.objects.bulk_create(
        [Participation(**took, part="lead", level="full", is_open=False) for _ in range(3000)]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_participation")
    seen = permissions.visible_cases(manager, at=TODAY, is_open=True)
    assert list(seen) == [is_running]
    assert rows_read(seen, "cases_participation") < 100


def followed_by(worker: User) -> Case:
    case = caf_case()
    Walk(case).take("answer", by=worker, accept=True, professional=worker, reason="")
    return case


def test_what_belongs_to_one_case_is_shown_without_reading_the_others():
    """Among 300 000 cases, all those that a manager sees were read to show the appointments of a day."""
    worker, manager = factories.member("caf-91"), factories.member("caf-91", "manager")
    case, *_ = [followed_by(worker) for _ in range(8)]
    Walk(case).take("contact", by=worker, result="reached", channel="phone", made_on=TODAY, informed_by="phone")
    holder, caf = case.household.memberships.get(position="holder").beneficiary, factories.structure("caf-91")
    appointments.make(
        case=case, person=holder, professional=worker, structure=caf, starts_at=NOON + timedelta(days=2), minutes=45,
        place="office", by=worker, at=NOON,
    )  # fmt: skip
    write_note(case=case, structure=caf, author=worker, text="Un fait partagé.", visibility="shared", at=NOON)
    agenda = permissions.visible_appointments(manager, at=TODAY).filter(professional=worker)
    notes = permissions.visible_notes(manager, case, at=TODAY)
    assert (agenda.count(), notes.count()) == (1, 1)
    assert rows_read(agenda, "cases_case") <= 2
    assert rows_read(notes, "cases_case") <= 2
