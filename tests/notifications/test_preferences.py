"""When each e-mail leaves: as its reader chose, never at night, and at once for what cannot wait."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cases.models import JournalEntry
from notifications import preferences
from notifications.models import Preference
from notifications.preferences import Leaving, floor_of, plan_email, rhythm_for
from tests import factories
from tests.factories import NOON, PARIS

Rhythm = Preference.Rhythm
FRIDAY_EVENING = datetime(2026, 11, 27, 20, tzinfo=PARIS)
MONDAY = datetime(2026, 11, 30, 8, tzinfo=PARIS)


def of(kind: str, rhythm: Rhythm, *, at: datetime, **data: Any) -> Leaving | None:
    """For a line of the journal of that kind."""
    return plan_email(rhythm, floor=floor_of(JournalEntry(kind=kind, data=data)), at=at)


@pytest.mark.parametrize(
    ("rhythm", "at", "expected"),
    [
        (Rhythm.NOW, NOON, Leaving(NOON)),
        (Rhythm.NOW, FRIDAY_EVENING, Leaving(MONDAY, in_digest=True)),
        (Rhythm.DAILY, NOON, Leaving(datetime(2026, 11, 25, 8, tzinfo=PARIS), in_digest=True)),
        (Rhythm.DAILY, FRIDAY_EVENING, Leaving(MONDAY, in_digest=True)),
        (Rhythm.WEEKLY, NOON, Leaving(MONDAY, in_digest=True)),
        (Rhythm.NONE, NOON, None),
    ],
)
def test_what_can_wait_leaves_as_was_chosen(rhythm, at, expected):
    assert of("step.routed", rhythm, at=at) == expected


@pytest.mark.parametrize("rhythm", Rhythm)
@pytest.mark.parametrize("kind", ["case.made_urgent", "order.announced", "court_act.declared", "deadline.missed"])
def test_the_deadliest_leave_at_once_whatever_was_chosen(kind, rhythm):
    assert of(kind, rhythm, at=NOON) == Leaving(NOON)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-27", Leaving(FRIDAY_EVENING)),
        ("2026-11-28", Leaving(FRIDAY_EVENING)),
        ("2026-11-30", Leaving(FRIDAY_EVENING)),  # it would be read on the last day only
        ("2026-12-01", Leaving(MONDAY)),
        (None, Leaving(MONDAY)),
    ],
)
def test_at_night_they_wait_for_the_morning_unless_the_last_day_comes_first(day, expected):
    found = of("order.announced", Rhythm.NONE, at=FRIDAY_EVENING, **({"on": day} if day else {}))
    assert found == expected


@pytest.mark.parametrize(
    ("day", "leaves"),
    [
        ("2026-11-25", datetime(2026, 11, 25, 0, 1, tzinfo=PARIS)),
        ("2026-11-26", datetime(2026, 11, 25, 8, tzinfo=PARIS)),
    ],
)
def test_what_the_first_tick_of_a_day_says_of_the_next_is_read_that_morning(day, leaves):
    found = of("order.announced", Rhythm.NONE, at=datetime(2026, 11, 25, 0, 1, tzinfo=PARIS), on=day)
    assert found == Leaving(leaves)


def test_an_invitation_waits_for_no_morning():
    assert of("invitation.sent", Rhythm.NONE, at=FRIDAY_EVENING) == Leaving(FRIDAY_EVENING)


def test_a_subject_may_have_a_rhythm_of_its_own():
    chosen = Preference(rhythm="daily", by_family={"team": "none"})
    assert rhythm_for(chosen, "absence.covered") == Rhythm.NONE
    assert rhythm_for(chosen, "step.routed") == Rhythm.DAILY
    assert rhythm_for(None, "step.routed") == Rhythm.NOW


# The page


@pytest.fixture
def agent(client):
    person = factories.member("caf-91")
    client.force_login(person)
    with time_machine.travel(NOON, tick=False):
        yield person


@pytest.mark.django_db
def test_whoever_never_chose_is_written_to_at_once_and_the_page_says_what_always_is(client, agent):
    shown = client.get(reverse("preferences"))
    html = shown.content.decode()
    assert shown.context["form"]["rhythm"].value() == "now"
    assert "un commandement de payer annoncé" in html
    assert "De 19 h à 8 h" in html
    assert "open" not in html.partition('<details class="fold field"')[2][:6]
    assert not Preference.objects.exists()


@pytest.mark.django_db
def test_a_choice_is_kept_and_shown_again(client, agent):
    colleague = factories.member("caf-91")
    for rhythm in ("weekly", "daily"):
        client.post(reverse("preferences"), {"rhythm": rhythm, "deadlines": "now", "team": "none"})
    kept = Preference.objects.get()
    assert (kept.user, kept.rhythm, kept.by_family) == (agent, "daily", {"deadlines": "now", "team": "none"})
    shown = client.get(reverse("preferences"))
    assert [shown.context["form"][name].value() for name in ("rhythm", "deadlines", "todo")] == ["daily", "now", None]
    assert '<details class="fold field" open' in shown.content.decode()
    assert preferences.preferences_of([colleague.pk]) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("typed", [{}, {"rhythm": "hourly"}, {"rhythm": "now", "team": "hourly"}])
def test_what_is_not_a_choice_is_refused(client, agent, typed):
    answer = client.post(reverse("preferences"), typed)
    assert answer.status_code == 200
    assert "Un point est à corriger" in answer.content.decode()
    assert not Preference.objects.exists()


@pytest.mark.django_db
def test_the_page_costs_ten_queries_at_most(client, agent, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        client.get(reverse("preferences"))


@pytest.mark.django_db
def test_the_account_menu_and_the_centre_lead_there(client, agent):
    html = client.get(reverse("notifications")).content.decode()
    assert html.count(f'href="{reverse("preferences")}"') == 3
