"""Échéances: the dates of a person and of his structures, as a list and as a month."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cases import permissions
from cases.actions import case as cases, members
from cases.models import Case, Deadline
from tests import factories
from tests.factories import NOON, PARIS, member
from tests.pages import html_of
from tests.workflows.views.work.test_inbox import asked_of_the_caf, followed_by
from workflows.actions import closures, milestones
from workflows.models import CaseTask
from workflows.queries import deadlines as queries, time_left
from workflows.queries.time_left import late_condition
from workflows.sweep import sweep_deadlines
from workflows.views.work import deadlines as page, month

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

CONTACT = "Contacter le ménage"
CLAUSE = "Effet de la clause résolutoire après le commandement de payer"
INFORM = "Informer la personne du partage d’informations"


def ordered_to_pay(worker, **person: Any):
    """Followed since today, three weeks after an order to pay: two delays of the partnership and one of law run."""
    case = followed_by(worker, **person).case
    milestones.record(
        case=case, kind="order_to_pay_served", happened_on=date(2026, 11, 3), known="proved", by=worker, at=NOON
    )
    return case


def read(client, **asked):
    return client.get(reverse("deadlines"), asked)


def read_on(client, day, user, **asked):
    with time_machine.travel(at(day), tick=False):
        client.force_login(user)
        return read(client, **asked)


def shown(answer) -> dict[str, list[tuple[str, date]]]:
    """Group → what is in it, with the date that it shows."""
    return {
        group.title: [(line.deadline.rule.title, line.shown_on) for line in group.lines]
        for group in answer.context["groups"]
    }


def calendar(answer) -> dict[date, list[tuple[str, bool]]]:
    """Day → what falls on it, and whether it is its last day."""
    days = [day for week in answer.context["weeks"] for day in week if day]
    return {
        day.date: [(each.entry.deadline.rule.title, each.is_last) for each in day.shown] for day in days if day.shown
    }


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS)


# The list


def test_ones_dates_come_by_safe_date_with_the_last_day_who_acts_and_the_computation(client, worker):
    case = ordered_to_pay(worker)
    answer = read(client)
    assert shown(answer) == {
        "Plus tard": [(CONTACT, date(2026, 12, 4)), (CLAUSE, date(2026, 12, 8)), (INFORM, date(2026, 12, 17))]
    }
    assert [line.deadline.legal_date for line in answer.context["groups"][0].lines] == [
        date(2026, 12, 8), date(2026, 12, 15), date(2026, 12, 24),
    ]  # fmt: skip
    assert [line.actor for line in answer.context["groups"][0].lines] == [
        "Professionnel responsable", "Locataire", "Professionnel responsable",
    ]  # fmt: skip
    html = html_of(answer)
    assert reverse("case", args=[case.public_id]) in html
    assert "DELAUNAY Inès" in html
    assert "03/11/2026 + 6 semaines → 15/12/2026 (mardi)" in html
    assert "Loi n° 89-462, article 24, I" in html
    assert "La clause résolutoire est acquise : le bailleur peut assigner." in html
    assert "Claire Montel, CAF" in html
    # The information of the person is read in a secondary source, the two others in their text; of these, one names a judgment
    # that nobody has read.
    assert html.count("à vérifier") == 3


def test_what_is_late_comes_first_then_today_this_week_and_later(client, worker):
    ordered_to_pay(worker)
    answer = read_on(client, date(2026, 12, 7), worker)
    assert [(title, [what for what, _ in lines]) for title, lines in shown(answer).items()] == [
        ("Sans attendre", [CONTACT]), ("Sous sept jours", [CLAUSE]), ("Plus tard", [INFORM]),
    ]  # fmt: skip
    assert answer.context["lead"] == "3 échéances, dont 1 à faire sans attendre"
    answer = read_on(client, date(2026, 12, 8), worker)
    assert list(shown(answer)) == ["Sans attendre", "Aujourd’hui", "Plus tard"]


def test_a_delay_that_was_missed_stays_as_long_as_its_step_waits(client, worker):
    ordered_to_pay(worker)
    sweep_deadlines(at=at(date(2026, 12, 9)))
    answer = read_on(client, date(2026, 12, 9), worker)
    [line] = answer.context["missed"]
    assert (line.deadline.rule.title, line.shown_on) == (CONTACT, date(2026, 12, 8))
    assert "(dépassé)" in html_of(answer)
    assert CONTACT not in str(shown(answer))


@pytest.mark.parametrize(
    ("day", "missed"),
    [
        (date(2026, 12, 4), []),
        (date(2026, 12, 7), []),  # its safe date is over
        (date(2026, 12, 8), []),  # its last day
        (date(2026, 12, 9), [date(2026, 12, 8)]),
    ],
)
def test_a_delay_is_missed_once_its_last_day_is_over(client, worker, day, missed):
    case = ordered_to_pay(worker)
    sweep_deadlines(at=at(day))
    assert [line.shown_on for line in read_on(client, day, worker).context["missed"]] == missed
    late = CaseTask.objects.to_do().of_case(case).filter(late_condition(day), node="contact")
    assert late.exists() == bool(missed)


def test_filters_narrow_and_are_taken_away_one_by_one(client, worker):
    ordered_to_pay(worker)
    for asked, titles in (
        ({"nature": "court"}, [CLAUSE]),
        ({"nature": "partnership"}, [CONTACT, INFORM]),
        ({"qui": "tenant"}, [CLAUSE]),
        ({"qui": "responsible"}, [CONTACT, INFORM]),
        ({"retard": "on"}, []),
        ({"jour": "2026-12-08"}, [CONTACT, CLAUSE]),
    ):
        answer = read(client, **asked)
        assert [title for lines in shown(answer).values() for title, _ in lines] == titles, asked
        [chip] = answer.context["chips"]
        assert shown(client.get(chip["url"])) == shown(read(client))


def test_a_filter_that_cannot_be_read_filters_nothing_and_says_so(client, worker):
    ordered_to_pay(worker)
    answer = read(client, nature="météo", jour="hier")
    assert len(shown(answer)["Plus tard"]) == 3
    assert "nature" in answer.context["form"].errors


def test_a_manager_opens_on_what_runs_in_his_structure(client, worker):
    ordered_to_pay(worker)
    client.force_login(member("caf-91", "manager"))
    answer = read(client)
    assert [(tab["label"], tab["count"], tab["current"]) for tab in answer.context["tabs"]] == [
        ("Pour moi", 0, False), ("Ma structure", 3, True),
    ]  # fmt: skip
    assert "Ma structure (3)" in html_of(read(client, liste="pour-moi"))


def test_a_colleague_who_does_not_follow_the_case_does_not_see_its_dates(client, worker):
    ordered_to_pay(worker)
    client.force_login(member("caf-91"))
    for part in ("pour-moi", "ma-structure"):
        assert shown(read(client, liste=part)) == {}


def test_a_number_that_was_not_counted_to_its_end_says_so(client, worker, monkeypatch):
    ordered_to_pay(worker)
    for module in (queries, time_left):
        monkeypatch.setattr(module, "COUNTED", 2)
    monkeypatch.setattr(
        queries, "read_written", lambda of, user, today, held, *words: list(of(user, today, held, *words))
    )
    for who, asked in ((worker, {}), (member("caf-91", "manager"), {"liste": "ma-structure"})):
        client.force_login(who)
        answer = read(client, **asked)
        assert [group.count for group in answer.context["groups"]] == ["plus de 2"]
        assert answer.context["lead"] == "Plus de 2 échéances"
        counts = {tab["label"]: tab["count"] for tab in answer.context["tabs"]}
        assert counts == {"Pour moi": "plus de 2" if who == worker else 0, "Ma structure": "plus de 2"}


def test_of_a_step_that_is_given_to_him_a_person_has_the_dates_as_far_as_he_sees_the_case(client, worker):
    """He is not assigned to it: a manager sees it by his right, a colleague no longer does."""
    case = ordered_to_pay(worker)
    manager, colleague = member("caf-91", "manager"), member("caf-91")
    for who, dates in ((manager, 3), (colleague, 0)):
        CaseTask.objects.to_do().of_case(case).update(owner=who)
        client.force_login(who)
        assert sum(map(len, shown(read(client, liste="pour-moi")).values())) == dates


def test_what_a_structure_must_answer_is_its_own_before_anybody_follows_the_case(client):
    asked_of_the_caf()
    client.force_login(member("caf-91"))
    assert [title for lines in shown(read(client)).values() for title, _ in lines] == [
        "Répondre à l’orientation",
        "Dernier délai pour répondre à l’orientation",
    ]


def test_a_date_that_began_elsewhere_follows_the_case_to_who_answers_for_it(client, worker):
    """The desk of the pilot had the case when the order to pay was recorded."""
    case = ordered_to_pay(worker)
    case.deadlines.filter(rule__title=CLAUSE).update(structure=factories.structure("caf-91-pilotage"))
    client.force_login(member("caf-91", "manager"))
    assert CLAUSE in str(shown(read(client, liste="ma-structure")))


@pytest.mark.parametrize(("code", "role"), [("mds-grigny", "manager"), ("caf-91-recouvrement", "manager")])
def test_another_structure_sees_no_date(client, worker, code, role):
    ordered_to_pay(worker)
    client.force_login(member(code, role))
    for part in ("pour-moi", "ma-structure"):
        answer = read(client, liste=part)
        assert "Aucune échéance ne court ici" in html_of(answer)
        assert "DELAUNAY" not in html_of(answer)
    assert calendar(read(client, vue="mois", mois="2026-12", liste="ma-structure")) == {}


@pytest.mark.parametrize(
    ("code", "role"),
    [
        ("gestionnaire-b", "correspondent"),
        ("gestionnaire-b", "manager"),
        ("ccas-grigny-accueil", "front_desk"),
        ("caf-91", "dpo"),
    ],
)
def test_whoever_sees_no_case_has_no_dates(client, worker, code, role):
    ordered_to_pay(worker)
    client.force_login(member(code, role))
    assert read(client).status_code == 403


def test_a_former_member_has_no_dates_any_more(client, worker):
    ordered_to_pay(worker)
    members.end_membership(membership=factories.membership_of(worker), on=NOON.date() - timedelta(days=1), at=NOON)
    assert read(client).status_code == 403


def test_a_closed_case_has_no_dates(client, worker):
    case = ordered_to_pay(worker)
    cases.close_case(case=case, outcome="cleared", at=NOON, by=worker)
    assert shown(read(client)) == {}


def test_pages_follow_one_another(client, worker, monkeypatch):
    monkeypatch.setattr(page, "PAGE_SIZE", 2)
    ordered_to_pay(worker)
    first = read(client)
    second = client.get(first.context["next_url"])
    assert [title for answer in (first, second) for lines in shown(answer).values() for title, _ in lines] == [
        CONTACT, CLAUSE, INFORM,
    ]  # fmt: skip
    assert second.context["next_url"] == ""
    assert shown(client.get(second.context["first_url"])) == shown(first)


@pytest.mark.parametrize("place", ["zzz", "2026-13-01.3", "2026-12-01", "."])
def test_a_place_that_cannot_be_read_is_the_beginning(client, worker, place):
    ordered_to_pay(worker)
    assert len(shown(read(client, apres=place))["Plus tard"]) == 3


def test_whoever_sees_many_cases_reads_the_same_dates(client, worker, monkeypatch):
    ordered_to_pay(worker)
    sweep_deadlines(at=at(date(2026, 12, 9)))
    asked_of_the_caf()
    manager = member("caf-91", "manager")
    before = read_on(client, date(2026, 12, 9), manager, liste="ma-structure")
    monkeypatch.setattr(permissions.seeing, "MANY", 1)
    after = read_on(client, date(2026, 12, 9), manager, liste="ma-structure")
    assert shown(after) == shown(before)
    assert sum(map(len, shown(before).values())) == 4
    assert [line.deadline.rule.title for line in after.context["missed"]] == [CONTACT]
    assert before.context["missed"] == after.context["missed"]


@pytest.mark.parametrize("many", [5000, 1])
def test_a_date_that_a_structure_had_to_keep_stays_its_own_when_another_follows_the_case(
    client, worker, monkeypatch, many
):
    case = ordered_to_pay(worker)
    sweep_deadlines(at=at(date(2026, 12, 9)))
    other = factories.structure("mds-grigny")
    CaseTask.objects.filter(case=case).update(structure=other)
    Case.objects.filter(pk=case.pk).update(responsible_structure=other)
    monkeypatch.setattr(permissions.seeing, "MANY", many)
    answer = read_on(client, date(2026, 12, 9), member("caf-91", "manager"), liste="ma-structure")
    assert [line.deadline.rule.title for line in answer.context["missed"]] == [CONTACT]


def test_of_missed_and_paused_dates_a_number_that_is_cut_says_so(client, worker, monkeypatch):
    for _ in range(3):
        ordered_to_pay(worker)
    sweep_deadlines(at=at(date(2026, 12, 9)))
    for module in (queries, page):
        monkeypatch.setattr(module, "MISSED_SHOWN", 2)
    answer = read_on(client, date(2026, 12, 9), worker)
    assert len(answer.context["missed"]) == 2
    assert 'l’étape attend toujours <span class="muted">plus de 2</span>' in html_of(answer)


@pytest.mark.parametrize(
    "asked", [{}, {"liste": "pour-moi"}, {"vue": "mois", "mois": "2026-12", "liste": "ma-structure"}]
)
def test_dates_cost_ten_queries_at_most_however_many(client, worker, asked, django_assert_max_num_queries):
    for _ in range(3):
        ordered_to_pay(worker)
        asked_of_the_caf()
    manager = member("caf-91", "manager")
    for person in (worker, manager):
        client.force_login(person)
        read(client, **asked)
        with django_assert_max_num_queries(10):
            read(client, **asked)


# The month


def test_a_month_holds_each_date_on_its_safe_day_and_on_its_last_day_and_says_when_they_are_not_all_there(
    client, worker, monkeypatch
):
    ordered_to_pay(worker)
    answer = read(client, vue="mois", mois="2026-12")
    first_three = {
        date(2026, 12, 4): [(CONTACT, False)],
        date(2026, 12, 8): [(CONTACT, True), (CLAUSE, False)],
        date(2026, 12, 15): [(CLAUSE, True)],
    }
    assert calendar(answer) == {
        **first_three, date(2026, 12, 17): [(INFORM, False)], date(2026, 12, 24): [(INFORM, True)],
    }  # fmt: skip
    assert [len([day for day in week if day]) for week in answer.context["weeks"]] == [6, 7, 7, 7, 4]
    assert "Échéances, décembre 2026" in html_of(answer)
    assert "Ce mois n’est pas entier" not in html_of(answer)
    monkeypatch.setattr("workflows.queries.deadlines.MONTH_SHOWN", 2)
    answer = read(client, vue="mois", mois="2026-12")
    assert calendar(answer) == first_three
    assert "Ce mois n’est pas entier." in html_of(answer)
    assert "À partir du 17/12/2026, il manque des échéances." in html_of(answer)


def test_a_date_whose_safe_day_is_in_the_month_before_still_shows_its_last_day(client, worker):
    case = ordered_to_pay(worker)
    case.deadlines.filter(rule__title=INFORM).update(safe_date=date(2026, 12, 31), legal_date=date(2027, 1, 1))
    for code, expected in (
        ("2026-12", [(date(2026, 12, 31), [(INFORM, False)])]),
        ("2027-01", [(date(2027, 1, 1), [(INFORM, True)])]),
    ):
        found = calendar(read(client, vue="mois", mois=code, nature="partnership", qui="responsible"))
        assert [(day, what) for day, what in found.items() if day > date(2026, 12, 24)] == expected


def test_months_follow_one_another_over_the_year_and_one_of_four_whole_weeks_has_four_lines(client, worker):
    weeks = read(client, vue="mois", mois="2027-02").context["weeks"]
    assert (len(weeks), weeks[0][0].date, weeks[3][6].date) == (4, date(2027, 2, 1), date(2027, 2, 28))
    answer = read(client, vue="mois", mois="2026-12")
    assert "mois=2027-01" in answer.context["after_url"]
    assert str(client.get(answer.context["after_url"]).context["month"]) == "janvier 2027"
    assert "mois=2026-12" in client.get(answer.context["after_url"]).context["before_url"]
    assert str(client.get(answer.context["now_url"]).context["month"]) == "novembre 2026"


@pytest.mark.parametrize("nonsense", ["demain", "2026-13", "2026-1", "1999-12", "9999-01", "2026-12-01"])
def test_a_month_that_cannot_be_read_is_this_one_and_says_so(client, worker, nonsense):
    answer = read(client, vue="mois", mois=nonsense)
    assert str(answer.context["month"]) == "novembre 2026"
    assert "Ce mois ne se lit pas" in html_of(answer)


def test_weekends_holidays_and_closures_are_marked(client, worker):
    manager = member("caf-91", "manager")
    closures.add(
        structure=factories.structure("caf-91"),
        first_day=date(2026, 12, 28),
        last_day=date(2026, 12, 30),
        label="fermeture de fin d’année",
        by=manager,
        at=NOON,
    )
    weeks = read(client, vue="mois", mois="2026-12").context["weeks"]
    days = {day.date.day: day for week in weeks for day in week if day}
    assert [number for number, day in days.items() if day.is_off] == [5, 6, 12, 13, 19, 20, 25, 26, 27, 28, 29, 30]
    assert days[25].note == "Noël"
    assert days[29].note.endswith(" : fermeture de fin d’année")


def test_a_day_with_too_many_dates_leads_to_their_list(client, worker, monkeypatch):
    monkeypatch.setattr(month, "SHOWN", 1)
    ordered_to_pay(worker)
    answer = read(client, vue="mois", mois="2026-12", liste="pour-moi")
    [day] = [day for week in answer.context["weeks"] for day in week if day and day.more]
    assert (day.date, day.more) == (date(2026, 12, 8), 1)
    assert [title for lines in shown(client.get(day.more_url)).values() for title, _ in lines] == [CONTACT, CLAUSE]


def test_an_empty_month_says_so_and_keeps_its_filters(client, worker):
    ordered_to_pay(worker)
    answer = read(client, vue="mois", mois="2027-06", qui="tenant")
    assert "Aucune échéance ce mois-ci avec ces filtres" in html_of(answer)
    assert "qui=tenant" in answer.context["before_url"]


# The case


def test_a_case_shows_for_each_date_the_countdown_both_days_and_the_article(client, worker):
    case = ordered_to_pay(worker)
    html = html_of(client.get(reverse("case", args=[case.public_id])))
    for words in (
        "dans 14\u00a0jours",
        'Date de sûreté : <span class="nowrap">08/12/2026</span>',
        'dernier jour : <span class="nowrap">mar. 15/12/2026</span>',
        "03/11/2026 + 6 semaines → 15/12/2026 (mardi)",
        "Loi n° 89-462, article 24, I",
        "à vérifier",
        # The step that waits
        'dernier jour : <span class="nowrap">mar. 08/12/2026</span>',
    ):
        assert words in html, words
    assert Deadline.objects.running().filter(case=case).count() == 3
