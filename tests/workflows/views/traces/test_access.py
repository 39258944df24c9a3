"""Accès: how many cases each service sees, on what basis, since when, by which act; and was the person informed."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.actions import partners, support
from cases.models import InformationGiven, Participation
from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys import scene
from tests.workflows.views.traces.reading import rows_of, words_of
from tests.workflows.walk import Walk

pytestmark = pytest.mark.django_db
NOW, INFORMED, MONTHS = "Accès d’aujourd’hui", "Dossiers vus en entier", "ces douze derniers mois"
PREVENTION = "prévention des expulsions (loi 90-449, art. 7-2)"


def page(client, **query):
    return client.get(reverse("traces_access"), query)


def listed(client, **query):
    return client.get(reverse("traces_access_list"), query).context["lines"]


def share_with_mds(case, *, by, level="card", at=NOON):
    mds = factories.structure("mds-grigny")
    return partners.add(case=case, structure=mds, level=level, basis="SH-1", by=by, at=at)


def test_each_service_reads_its_numbers_by_basis_and_level(client, officer, worker):
    scene.case_at("diagnose", worker=worker)
    scene.reported()
    rows = rows_of(page(client), NOW)
    # Full, card, questions, in all, closed ones; opened and ended this month.
    assert rows == [
        ["CAF 91 – cellule impayés (pilotage)", PREVENTION, "0", "1", "0", "1", "0", "2", "1"],
        ["CAF 91 – travail social", PREVENTION, "1", "1", "0", "2", "0", "2", "0"],
    ]


def test_a_closed_case_is_still_seen_and_is_counted_apart(client, officer, worker):
    scene.closed(worker=worker)
    row = rows_of(page(client), NOW)[1]
    assert row[5:7] == ["1", "1"]
    assert [line.participation.is_open for line in listed(client, etat="clos")] == [False]


def test_another_month_has_its_own_numbers(client, officer):
    with time_machine.travel(datetime(2026, 10, 5, 9, tzinfo=PARIS), tick=False):
        lease = scene.lease()
        factories.reported(lease, code="gestionnaire-b", at=datetime(2026, 10, 5, 9, tzinfo=PARIS), **factories.FAMILY)
    scene.reported()
    october, november = (rows_of(page(client, mois=month), NOW)[1] for month in ("2026-10", "2026-11"))
    assert (october[7], november[7]) == ("1", "1")
    months = rows_of(page(client), MONTHS)
    assert months == [["Novembre 2026", "2", "0"], ["Octobre 2026", "2", "0"]], "not the months before the first"
    opened = listed(client, ouverts="2026-10", service="caf-91")
    assert [line.participation.since for line in opened] == [date(2026, 10, 5)]


@pytest.mark.parametrize("month", ["2026-12", "2026-13", "novembre", "", "1e9-01", "2026-1"])
def test_a_month_that_cannot_be_read_or_is_to_come_is_this_one(client, officer, month):
    assert str(page(client, mois=month).context["month"]) == "novembre 2026"


def test_a_line_says_since_when_until_when_on_what_basis_and_by_which_acts(client, officer, worker):
    walk = scene.case_at("contact", worker=worker)
    walk.at = NOON + timedelta(days=2)
    walk.take("contact", by=worker, **scene.REACHED)
    (line,) = listed(client, service="caf-91")
    assert line.participation.case == walk.case
    assert (line.acts.opened, line.acts.ended) == ("orientation décidée par la règle", "")
    assert line.acts.in_full_since == date(2026, 11, 26)
    assert line.told == "informée le 24/11/2026"
    (desk,) = listed(client, service="caf-91-pilotage")
    assert desk.participation.until == date(2026, 11, 24)
    assert (desk.acts.opened, desk.acts.ended) == ("ouverture du dossier, à qualifier", "a accepté l’orientation")
    words = words_of(client.get(reverse("traces_access_list")))
    for said in (
        walk.case.reference,
        "24/11/2026",
        PREVENTION,
        "a accepté l’orientation",
        "en entier depuis le 26/11/2026",
    ):
        assert said in words


def test_an_access_given_twice_is_told_with_the_acts_of_each_time(client, worker):
    case = scene.case_at("diagnose", worker=worker).case
    first = share_with_mds(case, by=worker)
    partners.remove(participation=first, by=worker, at=NOON)
    second = share_with_mds(case, by=worker, at=NOON + timedelta(days=1))
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        client.force_login(factories.member("mds-grigny", "dpo"))
        newest, oldest = listed(client)
    assert [line.participation.pk for line in (oldest, newest)] == [first.pk, second.pk]
    assert oldest.acts.ended == "accès retiré par un professionnel"
    assert (newest.acts.opened, newest.acts.ended) == ("partage décidé par un professionnel", "")


def test_who_sees_a_whole_case_is_told_from_whether_the_person_was_informed_of_him(client, worker):
    """The MDS sees the whole case, of which the person was informed when only the CAF followed her."""
    case = scene.case_at("diagnose", worker=worker).case
    share_with_mds(case, by=worker, level="full", at=NOON)
    client.force_login(factories.member("cd91-rsa", "dpo"))
    assert rows_of(page(client), INFORMED) == [["MDS de Grigny", "1", "0", "1", "0", "–", "0", "0", "0"]]
    (line,) = listed(client, information="autrement")
    assert line.told == "personne informée, sans nommer ce service"
    support.inform_person(
        case=case,
        person=case.household.members.get(),
        structure=factories.structure("mds-grigny"),
        by=worker,
        means="interview",
        given_on=date(2026, 11, 30),
        at=NOON + timedelta(days=6),
    )
    assert rows_of(page(client), INFORMED) == [
        ["MDS de Grigny", "1", "1", "0", "0", "6 jours au plus 6 jours", "0", "0", "0"]
    ]
    assert listed(client, information="autrement") == []


def test_a_whole_case_without_any_record_of_information_is_an_alarm(client, officer, worker):
    case = scene.case_at("diagnose", worker=worker).case
    assert "badge-danger" not in page(client).content.decode()
    InformationGiven.objects.filter(case=case).delete()
    assert rows_of(page(client), INFORMED)[0][:5] == ["CAF 91 – travail social", "1", "0", "0", "1"]
    assert "badge-danger" in page(client).content.decode()
    (line,) = listed(client, information="manque")
    assert (line.participation.case, line.told) == (case, "aucune information enregistrée")


def test_the_delays_to_inform_are_those_that_the_catalogue_counts(client, officer, worker):
    scene.case_at("contact", worker=worker)
    scene.case_at("diagnose", worker=worker)
    assert rows_of(page(client), INFORMED)[0][6:] == ["1", "0", "1"]


def test_the_delay_shown_is_the_median_and_the_longest(client, officer, worker):
    for days in (0, 3, 9):
        walk = scene.case_at("contact", worker=worker)
        at = NOON + timedelta(days=days)
        walk.at = at
        walk.take("contact", by=worker, **scene.REACHED | {"made_on": at.date()})
    with time_machine.travel(NOON + timedelta(days=10), tick=False):
        client.force_login(officer)
        assert rows_of(page(client), INFORMED)[0][5] == "3 jours au plus 9 jours"


def test_another_controller_reads_its_own_services_only(client, officer, worker):
    case = scene.case_at("diagnose", worker=worker).case
    share_with_mds(case, by=worker)
    assert "MDS" not in words_of(page(client))
    assert {line.participation.structure.code for line in listed(client)} == {"caf-91", "caf-91-pilotage"}
    assert {line.participation.structure.code for line in listed(client, service="mds-grigny")} == {
        "caf-91",
        "caf-91-pilotage",
    }, "a service of another is as if it did not exist"
    client.force_login(factories.member("mds-grigny", "dpo"))
    assert [line.participation.structure.code for line in listed(client)] == ["mds-grigny"]


@pytest.mark.parametrize(
    "query",
    [
        {"service": "inconnu", "fondement": "SH-99", "niveau": "tout", "etat": "x", "information": "y"},
        {"ouverts": "2026-99", "termines": "jamais", "liste": "pas-un-numero", "apres": "abc"},
        {"liste": "00000000-0000-0000-0000-000000000000", "apres": "9" * 40},
    ],
)
def test_what_an_address_asks_for_and_cannot_be_read_is_left_out(client, officer, query):
    scene.reported()
    assert len(listed(client, **query)) == 2


def test_pages_follow_one_another(client, officer, monkeypatch):
    monkeypatch.setattr("workflows.views.traces.access_counts.PAGE_SIZE", 2)
    for _ in range(2):
        scene.reported()
    first = client.get(reverse("traces_access_list"))
    assert len(first.context["lines"]) == 2
    second = client.get(reverse("traces_access_list") + first.context["next_url"])
    assert (len(second.context["lines"]), second.context["next_url"]) == (2, "")
    assert second.context["first_url"] == reverse("traces_access_list")
    shown = [line.participation.pk for page in (first, second) for line in page.context["lines"]]
    assert shown == list(Participation.objects.order_by("-pk").values_list("pk", flat=True))


def test_the_pages_cost_ten_queries_at_most(client, officer, worker, django_assert_max_num_queries):
    for _ in range(3):
        Walk(scene.case_at("diagnose", worker=worker).case)
    for address in (reverse("traces_access"), reverse("traces_access_list")):
        with django_assert_max_num_queries(10):
            client.get(address)
