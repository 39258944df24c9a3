"""Absences: the three screens by which one is declared, what pages say meanwhile, and for whom they exist."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import case as cases
from cases.models import Absence, Assignment, JournalEntry, User
from notifications import fanout, queries
from notifications.models import Notice
from tests import factories
from tests.factories import NOON
from tests.journeys.scene import case_at, reported
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.actions import absences, milestones
from workflows.sweep import sweep_deadlines

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TODAY = date(2026, 11, 24)


DECLARE = "/equipe/caf-91/absences/declarer/"


def typed(person: User | None, *substitutes: User, **more: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "since": "2026-11-24",
        "last_day": "2026-12-04",
        "reason": "",
        "substitutes": [str(user.public_id) for user in substitutes],
    }
    if person:
        data["person"] = str(person.public_id)
    return data | more


def away(user: User, *substitutes: User, **more: Any) -> Absence:
    days: dict[str, Any] = {"since": TODAY, "last_day": date(2026, 12, 4), "by": user}
    caf = factories.structure("caf-91")
    return absences.declare(user=user, structure=caf, substitutes=substitutes, at=NOON, **days | more)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def refusals(answer) -> list[str]:
    return [error for errors in answer.context["form"].errors.values() for error in errors]


def test_a_manager_sees_the_split_before_anything_is_done_then_it_is(client, manager, nadia, rokia, julien):
    followed = [case_at(node, worker=nadia).case for node in ("contact", "plan", "diagnose")]
    opened = client.get(f"{DECLARE}?pour={nadia.public_id}")
    assert opened.context["form"]["person"].value() == str(nadia.public_id)
    proposed = client.post(DECLARE, typed(nadia, rokia, julien))
    assert not Absence.objects.exists()
    split, dealt = proposed.context["split"], list(zip(followed, (julien, rokia, julien), strict=True))
    assert [(line.case, line.to) for line in split.lines] == dealt
    assert [(each.user, each.load, each.total) for each in split.shares] == [(julien, 0, 2), (rokia, 0, 1)]
    done = client.post(DECLARE, typed(nadia, rokia, julien, stage="declare"), follow=True)
    absence = Absence.objects.get()
    assert done.redirect_chain == [(f"/absences/{absence.public_id}/", 302)]
    said = "Absence déclarée, du 24\xa0novembre\xa02026 au 4\xa0décembre\xa02026. Les remplaçants sont prévenus."
    assert said in html_of(done)
    assert {row.case: row.user for row in absence.assignments.all()} == dict(dealt)


def test_of_more_cases_than_a_page_holds_the_rest_is_dealt_as_proposed(client, manager, nadia, rokia, monkeypatch):
    monkeypatch.setattr("workflows.views.team.absence_forms.LINES_SHOWN", 1)
    monkeypatch.setattr("workflows.views.team.absence_forms.CHOICES_SHOWN", 0)
    walks = [case_at("contact", worker=nadia) for _ in range(3)]
    proposed = client.post(DECLARE, typed(nadia, rokia))
    [(line, _)], html = proposed.context["form"].rows, " ".join(html_of(proposed).split())
    shown = line.case
    assert "3 dossiers, la date la plus proche d’abord" in html
    assert "Les 2 suivants ne se choisissent pas un par un" in html
    assert html.count("<select") == 1
    client.post(DECLARE, typed(nadia, rokia, stage="declare", **{str(shown.public_id): "personne"}))
    covered = Assignment.objects.filter(replaces=nadia, user=rokia)
    assert {row.case for row in covered} == {walk.case for walk in walks} - {shown}


def test_the_split_is_changed_case_by_case_counted_found_again_and_refused_when_forged(
    client, manager, nadia, rokia, julien
):
    first, second = (case_at("contact", worker=nadia).case for _ in range(2))
    changed = {str(first.public_id): str(rokia.public_id), str(second.public_id): "personne"}
    counted = client.post(DECLARE, typed(nadia, rokia, julien, stage="count", **changed))
    assert not Absence.objects.exists()
    assert [each.added for each in counted.context["split"].shares] == [0, 1]
    assert "1 dossier attendra le retour" in html_of(counted)
    assert counted.context["form"][str(first.public_id)].value() == str(rokia.public_id)
    again = typed(nadia, rokia, julien, stage="declare", typed_again=str(uuid4()), **changed)
    found = client.post(DECLARE, again).context
    assert found["form"][str(first.public_id)].value() == str(rokia.public_id)
    assert [each.added for each in found["split"].shares] == [0, 1]
    forged = typed(nadia, rokia, stage="declare", **{str(first.public_id): str(julien.public_id)})
    refused = client.post(DECLARE, forged)
    assert refusals(refused) == ["Cette personne ne remplace pas ici : en choisir une de la liste."]
    assert not Absence.objects.exists()
    client.post(DECLARE, typed(nadia, rokia, julien, stage="declare", **changed))
    assert [(row.case, row.user) for row in Assignment.objects.substitutes()] == [(first, rokia)]


def test_one_goes_back_to_the_days_with_all_that_was_typed(client, manager, nadia, rokia):
    answer = client.post(DECLARE, typed(nadia, rokia, stage="days", reason="training"))
    form = answer.context["form"]
    assert (form["last_day"].value(), form["reason"].value(), form["substitutes"].value()) == (
        "2026-12-04",
        "training",
        [str(rokia.public_id)],
    )
    assert "absences/declare.html" in [template.name for template in answer.templates]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"since": "2026-11-23"}, "Le premier jour est passé"),
        ({"last_day": "2026-11-20"}, "Le dernier jour précède le premier"),
        ({"last_day": "2028-12-04"}, "L’absence dure plus d’un an"),
        ({"last_day": "31/02/2027"}, "Date impossible"),
        ({"person": ""}, "obligatoire"),
    ],
)
def test_days_that_make_no_sense_are_refused_on_the_first_screen(client, manager, nadia, changed, said):
    answer = client.post(DECLARE, typed(nadia) | changed)
    assert said in " ".join(refusals(answer))
    assert not Absence.objects.exists()


def test_a_substitute_who_is_away_is_said_so_in_the_list_and_refused(client, manager, nadia, rokia):
    away(rokia, since=date(2026, 12, 1))
    assert "Rokia Sangaré : 0 dossier, absence du 01/12/2026 au 04/12/2026" in html_of(client.get(DECLARE))
    answer = client.post(DECLARE, typed(nadia, rokia))
    assert refusals(answer) == [
        "Rokia Sangaré est en absence du 01/12/2026 au 04/12/2026 : choisir une autre personne, ou d’autres dates."
    ]


def test_a_professional_declares_her_own(nadia, rokia):
    case = case_at("contact", worker=nadia).case
    client = signed_in(nadia)
    assert "Mes absences" in html_of(client.get("/"))
    assert "Aucune absence à venir" in html_of(client.get("/mes-absences/"))
    form = client.get("/mes-absences/declarer/").context["form"]
    assert "person" not in form.fields
    assert nadia not in form.fields["substitutes"].queryset
    client.post("/mes-absences/declarer/", typed(None, rokia, stage="declare", reason="leave"))
    absence = Absence.objects.get()
    assert (absence.user, absence.declared_by, absence.reason) == (nadia, nadia, "leave")
    assert Assignment.objects.substitutes().get(case=case).user == rokia
    shown = html_of(client.get("/mes-absences/"))
    assert "Du 24\xa0novembre\xa02026 au 4\xa0décembre\xa02026" in shown
    assert "Nadia Belkacem, du 24/11/2026 au 04/12/2026 : 1 dossier" in html_of(signed_in(rokia).get("/mes-absences/"))


def test_nobody_declares_for_somebody_else_by_his_own_page(nadia, rokia, julien):
    """Nothing is entrusted to him: there is nothing to deal."""
    client = signed_in(rokia)
    answer = client.post("/mes-absences/declarer/", typed(nadia, julien))
    assert "Aucun dossier n’est confié à cette personne" in html_of(answer)
    client.post("/mes-absences/declarer/", typed(nadia, julien, stage="declare"))
    absence = Absence.objects.get()
    assert (absence.user, [*absence.substitutes.all()]) == (rokia, [julien])


def test_a_late_step_keeps_its_own_day_whatever_else_runs_there(client, manager, nadia, rokia, clock):
    """Contact is said to be for 4 December, two working days before its last one; nothing of January is its day."""
    walk = case_at("contact", worker=nadia)
    milestones.record(case=walk.case, by=nadia, kind="hearing", happened_on=date(2027, 1, 20), known="proved", at=NOON)
    clock.move_to(NOON + timedelta(days=31))
    sweep_deadlines(at=NOON + timedelta(days=31))
    client.force_login(manager)
    proposed = client.post(DECLARE, typed(nadia, rokia, since="2026-12-28", last_day="2026-12-31"))
    (line,) = proposed.context["split"].lines
    assert ([task.node for task in line.tasks], line.due_on) == (["contact", "send_dsf"], date(2026, 12, 4))
    assert line.deadline is None


def test_a_day_that_no_step_of_hers_counts_is_said_with_what_it_is_of(client, manager, nadia, rokia, julien):
    """The contact of 8 December is a colleague’s; the diagnosis, thirty days from acceptance, is for 24 December."""
    walk = case_at("contact", worker=nadia)
    task = walk.task("contact")
    task.owner = julien
    task.save(update_fields=["owner"])
    proposed = client.post(DECLARE, typed(nadia, rokia))
    (line,) = proposed.context["split"].lines
    assert (line.tasks, line.due_on) == ([], date(2026, 12, 24))
    html = html_of(proposed)
    assert "rien ne l’attend aujourd’hui" in html
    assert line.deadline.words in html


def test_what_a_substitute_does_for_the_absence_is_counted_once(client, manager, nadia, rokia):
    case_at("contact", worker=rokia)
    for _ in range(2):
        case_at("contact", worker=nadia)
    absence = away(nadia, rokia)
    shown = client.get(f"/absences/{absence.public_id}/").context["split"].shares
    assert [(each.user, each.load, each.added, each.total) for each in shown] == [(rokia, 1, 2, 3)]


def test_an_absence_is_for_who_is_away_and_for_the_managers(manager, nadia, rokia):
    case_at("contact", worker=nadia)
    absence = away(nadia, rokia)
    pages = [reverse(name, args=[absence.public_id]) for name in PAGES]
    for person, status in [
        (nadia, 200),
        (manager, 200),
        (rokia, 404),
        (factories.member("caf-91", "administrator"), 404),
        (factories.member("mds-grigny", "manager"), 404),
        (factories.member("caf-91-pilotage", "pilot"), 404),
    ]:
        for url in pages:
            assert signed_in(person).get(url).status_code == status, (person, url)


PAGES = ("absence", "absence_split", "absence_dates", "absence_end")


@pytest.mark.parametrize(
    ("code", "role", "mine", "others"),
    [
        ("caf-91", "agent", 200, 404),
        ("caf-91", "manager", 200, 200),
        ("caf-91", "administrator", 404, 404),
        ("caf-91", "dpo", 404, 404),
        ("caf-91-pilotage", "pilot", 200, 200),
        ("ccas-grigny-accueil", "front_desk", 404, 404),
        ("bailleur-a", "manager", 404, 404),
    ],
)
def test_absences_are_for_those_who_have_cases_and_for_those_who_give_them(code, role, mine, others):
    client = signed_in(factories.member(code, role))
    for url in ("/mes-absences/", "/mes-absences/declarer/"):
        assert client.get(url).status_code == mine
    assert client.get(f"/equipe/{code}/absences/declarer/").status_code == others


def test_nobody_declares_in_another_structure(client, manager):
    assert client.get("/equipe/mds-grigny/absences/declarer/").status_code == 404


def test_the_days_are_changed_and_the_end_is_said(client, manager, nadia, rokia):
    case = case_at("contact", worker=nadia).case
    absence = away(nadia, rokia)
    url = f"/absences/{absence.public_id}/"
    assert client.get(f"{url}dates/").context["form"].fields["since"].disabled
    client.post(f"{url}dates/", {"last_day": "2026-12-11"})
    absence.refresh_from_db()
    assert absence.last_day == date(2026, 12, 11)
    refused = client.post(f"{url}dates/", {"last_day": "2026-11-20"})
    assert refusals(refused) == ["Ce dernier jour est passé : pour un retour aujourd’hui, mettre fin à l’absence."]
    ended = client.post(f"{url}fin/", follow=True)
    assert "L’absence a pris fin : les remplaçants sont prévenus." in html_of(ended)
    assert "Cette absence est terminée" in html_of(ended)
    assert not Assignment.objects.substitutes().active(TODAY).filter(case=case).exists()
    again = client.post(f"{url}fin/")
    assert refusals(again) == ["Cette absence est terminée : en déclarer une autre."]


def test_an_absence_to_come_is_cancelled_once_and_is_no_more_to_come(client, nadia, rokia):
    case_at("contact", worker=nadia)
    absence = away(nadia, rokia, since=date(2026, 12, 7), last_day=date(2026, 12, 11))
    client.force_login(nadia)
    url = f"/absences/{absence.public_id}/"
    asked = html_of(client.get(f"{url}fin/"))
    assert "Annuler l’absence</h1>" in asked
    assert "personne ne la remplace ces jours-là" in asked
    assert ">Ne rien changer</a>" in asked
    done = html_of(client.post(f"{url}fin/", follow=True))
    assert "L’absence est annulée : les remplaçants sont prévenus." in done
    assert "Absence annulée, prévue à partir du 7\xa0décembre\xa02026" in done
    assert "Changer les dates" not in done
    mine = client.get("/mes-absences/")
    assert [len(mine.context[part]) for part in ("coming", "past")] == [0, 1]
    assert "Annulée, prévue à partir du 7\xa0décembre\xa02026" in html_of(mine)
    again = client.post(f"{url}fin/")
    assert refusals(again) == ["Cette absence a été annulée : en déclarer une autre."]
    fanout.drain_outbox(at=NOON)
    told = [notice.entry.kind for notice in rokia.notices.select_related("entry").order_by("pk")]
    assert told[-1] == "absence.cancelled"
    assert told.count("absence.cancelled") == 1


def test_without_substitute_pages_say_so_until_what_waits_is_given_to_somebody(client, manager, nadia, rokia):
    case = case_at("contact", worker=nadia).case
    absence = away(nadia)
    there = f"/absences/{absence.public_id}/"
    assert "1 dossier attendra le retour" in html_of(client.get(there))
    shown = html_of(client.get(reverse("case", args=[case.public_id])))
    assert "Absence jusqu’au 04/12/2026, sans remplaçant" in shown
    client.post(f"{there}repartition/", {str(case.public_id): str(rokia.public_id)})
    assert Assignment.objects.substitutes().get(case=case).user == rokia
    assert "sans remplaçant" not in html_of(client.get(there))
    assert "Rien n’a changé." in html_of(client.post(f"{there}repartition/", {}, follow=True))


def test_of_an_absence_without_substitute_that_ends_nobody_is_said_to_be_told(client, nadia):
    absence = away(nadia)
    client.force_login(nadia)
    ended = html_of(client.post(f"/absences/{absence.public_id}/fin/", follow=True))
    assert "L’absence a pris fin." in ended
    assert "finie le jour même" in ended


def test_who_does_not_see_a_case_reads_its_number_alone(nadia, rokia, manager):
    """Rokia will replace Nadia next week, and be away: she does not see Nadia’s case yet."""
    case = case_at("contact", worker=nadia, usual_name="Ferreira", first_names="Ana").case
    away(nadia, rokia, since=date(2026, 12, 1))
    absence = away(rokia, since=date(2026, 12, 2))
    shown = html_of(signed_in(rokia).get(f"/absences/{absence.public_id}/"))
    assert f"Dossier {case.reference}" in shown
    assert "FERREIRA" not in shown
    assert "en remplacement de Nadia Belkacem" in shown
    assert "FERREIRA Ana" in html_of(signed_in(manager).get(f"/absences/{absence.public_id}/"))


def test_the_team_says_who_is_away_and_how_many_cases_nobody_looks_after(client, manager, nadia, rokia, julien):
    for worker in (nadia, nadia, julien):
        case_at("contact", worker=worker)
    away(nadia)
    away(julien, rokia, since=date(2026, 12, 1))
    shown = client.get(reverse("members"))
    present = {
        each.user: (each.absence and each.absence.last_day, each.is_away, each.uncovered)
        for each in shown.context["present"]
    }
    assert present == {
        nadia: (date(2026, 12, 4), True, 2),
        julien: (date(2026, 12, 4), False, 0),
        rokia: (None, False, 0),
        manager: (None, False, 0),
    }
    text = html_of(shown)
    assert "2 dossiers sans remplaçant" in text
    assert "remplacement : Rokia Sangaré" in text


def test_an_administrator_of_accounts_reads_who_is_away_without_opening_it(nadia):
    absence = away(nadia)
    client = signed_in(factories.member("caf-91", "administrator"))
    shown = html_of(client.get(reverse("members")))
    assert "jusqu’au 04/12/2026" in shown
    assert str(absence.public_id) not in shown
    assert "Déclarer une absence" not in shown


def test_the_inbox_of_a_substitute_has_the_steps_and_says_for_whom(clock, nadia, rokia):
    walk = case_at("contact", worker=nadia, usual_name="Ferreira", first_names="Ana")
    case_at("agree", worker=nadia, usual_name="Nsimba", first_names="Grace")
    away(nadia, rokia, since=date(2026, 11, 26))
    assert "FERREIRA" not in html_of(signed_in(rokia).get("/"))
    clock.move_to(NOON + timedelta(days=2))
    shown = signed_in(rokia).get("/")
    [group] = shown.context["groups"]
    [line] = group.lines
    instead = "remplace Nadia Belkacem jusqu’au 04/12/2026"
    said = (line.person, line.ball, line.instead, line.action_label)
    assert said == ("FERREIRA Ana", "Vous", instead, "Contacter")
    assert [each.person for each in shown.context["waiting"]] == ["NSIMBA Grace"]
    assert signed_in(rokia).get(line.action_url).status_code == 200
    clock.move_to(NOON + timedelta(days=11))
    assert "FERREIRA" not in html_of(signed_in(rokia).get("/"))
    assert signed_in(rokia).get(reverse("case", args=[walk.case.public_id])).status_code == 404


def test_the_case_and_the_lists_say_who_is_away_and_who_replaces(client, manager, nadia, rokia):
    case = case_at("contact", worker=nadia).case
    words = "absence jusqu’au 04/12/2026, remplacement : Rokia Sangaré"
    url = reverse("case", args=[case.public_id])
    assert words not in html_of(client.get(url)).lower()
    away(nadia, rokia)
    assert "Absence jusqu’au 04/12/2026, remplacement : Rokia Sangaré" in html_of(client.get(url))
    assert f"Nadia Belkacem ({words})" in html_of(client.get(reverse("cases")))


def told(user: User) -> list[str]:
    """What he has not read."""
    fanout.drain_outbox(at=NOON)
    unread = list(queries.page_of_notices(user))
    return [line.words for line in queries.describe_notices(unread, reader=user, today=TODAY) if line.is_unread]


def all_read() -> None:
    fanout.drain_outbox(at=NOON)
    Notice.objects.update(read_at=NOON)


def test_each_is_told_what_concerns_him_and_the_alert_of_a_manager_leads_to_the_absence(manager, nadia, rokia, julien):
    other = factories.member("caf-91", "manager")
    left, *_ = (case_at("contact", worker=nadia).case for _ in range(3))
    all_read()
    absence = away(nadia, rokia, by=manager, chosen={left.pk: None})
    assert told(nadia) == ["Paul Lemoine a déclaré votre absence du 24/11/2026 au 04/12/2026"]
    assert told(rokia) == ["2 situations à suivre en remplacement de Nadia Belkacem, du 24/11/2026 au 04/12/2026"]
    assert told(other) == ["Absence de Nadia Belkacem jusqu’au 04/12/2026 : une situation sans remplaçant"]
    assert told(julien) == told(manager) == []
    notice = Notice.objects.get(user=other, entry__kind="absence.uncovered")
    answer = signed_in(other).get(reverse("notification", args=[notice.public_id]))
    assert answer.headers["Location"] == f"/absences/{absence.public_id}/"


def test_what_happens_on_the_case_is_told_to_the_substitute_too(manager, nadia, rokia):
    case = case_at("contact", worker=nadia).case
    away(nadia, rokia)
    all_read()
    cases.make_urgent(case=case, structure=factories.structure("caf-91"), by=manager, at=NOON)
    fanout.drain_outbox(at=NOON)
    assert set(Notice.objects.filter(read_at=None).values_list("user", flat=True)) == {nadia.pk, rokia.pk}


def test_the_pages_cost_little_however_many_cases(
    client, manager, nadia, rokia, julien, django_assert_max_num_queries
):
    for _ in range(4):
        case_at("contact", worker=nadia)
    absence = away(nadia, rokia)
    away(julien, rokia, since=date(2026, 12, 7), last_day=date(2026, 12, 8))
    mine = ("/mes-absences/", 10)
    for url, most in [(reverse("members"), 10), (DECLARE, 10), (f"/absences/{absence.public_id}/", 16), mine]:
        client.get(url)
        with django_assert_max_num_queries(most):
            client.get(url)
    with django_assert_max_num_queries(24):
        client.post(DECLARE, typed(julien, rokia, since="2026-12-14", last_day="2026-12-15"))


def test_looking_writes_nothing(client, manager, nadia, rokia):
    absence = away(nadia, rokia)
    before = JournalEntry.objects.count()
    for name in PAGES:
        client.get(reverse(name, args=[absence.public_id]))
    client.post(DECLARE, typed(rokia))
    assert JournalEntry.objects.count() == before


def test_choices_say_who_is_away_and_who_replaces(client, manager, nadia, rokia, julien):
    away(nadia, rokia)
    away(julien)
    walk = Walk(reported())
    step = html_of(client.get(reverse("step", args=[walk.case.public_id, walk.task("answer").public_id])))
    give = html_of(client.get(reverse("give_task", args=[walk.task("answer").public_id])))
    for page, load in ((step, ""), (give, "0 dossier, ")):
        assert f"Nadia Belkacem ({load}absence jusqu’au 04/12/2026, remplacement : Rokia Sangaré)" in page
        assert f"Julien Pastor ({load}absence jusqu’au 04/12/2026, sans remplaçant)" in page
    typed = {"accept": "yes", "professional": julien.pk, "turn": 0}
    url = reverse("step", args=[walk.case.public_id, walk.task("answer").public_id])
    refused = client.post(url, typed)
    [said] = refused.context["form"].errors["professional"]
    assert said.startswith("Julien Pastor est en absence jusqu’au 04/12/2026, sans remplaçant : choisir une autre")
    client.post(url, typed | {"professional": nadia.pk})
    assert Assignment.objects.substitutes().get(case=walk.case).user == rokia
