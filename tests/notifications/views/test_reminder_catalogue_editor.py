"""The reminders among the rules of the pilot: the same pages, a form of their own, and what follows at once."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from cases.actions import editions
from cases.actions.editions import DEADLINES
from cases.models import LOOK_AT_ONCE, Deadline, Edition
from notifications.reminder_catalogue import REMINDERS
from notifications.reminders import rules_in_force, scan
from tests.factories import NOON, member
from tests.journeys.scene import case_at
from tests.pages import html_of
from tests.workflows.views.editions.test_editions import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
TODAY = NOON.date()


@pytest.fixture
def draft(pilot) -> Edition:
    return editions.open_draft(
        catalogue=REMINDERS, source=Edition.objects.get(catalogue="reminders"), by=pilot, at=NOON
    )


def page(edition: Edition, code: str) -> str:
    return reverse("rules_rule", args=["rappels", edition.number, code])


def send(client, edition: Edition, code: str, **typed: Any):
    opened = form_of(client.get(page(edition, code)))
    return client.post(page(edition, code), {name: value for name, value in (opened | typed).items() if value != []})


def row_of(edition: Edition, code: str) -> dict[str, Any]:
    return next(row for row in REMINDERS.rows_of_edition(edition) if row["code"] == code)


def publish(client, draft: Edition, day: date):
    changes = reverse("rules_changes", args=["rappels", draft.number])
    seen = client.get(changes).context["seen"]
    return client.post(changes, {"vu": seen, "effective_on": day.isoformat(), "note": "Rappeler plus tôt."})


def test_reminders_are_said_in_plain_words(client, pilot):
    html = html_of(client.get("/pilotage/regles/rappels/1/"))
    for words in (
        "15 jours avant le dernier jour",
        "1 jour ouvré avant le dernier jour",
        "étape « Informer et contacter le ménage »",
        "tous les 10 jours ouvrés, tant que rien n’est fait",
        "5 jours ouvrés après le dernier rappel : les responsables de la structure",
        "le dernier jour, même si c’est déjà fait",
        "tous les délais qu’aucun autre rappel ne suit",
    ):
        assert words in html, words


def test_a_reminder_saved_as_it_opens_says_the_same(client, draft):
    before = REMINDERS.describe_edition(draft)
    for code in before:
        answer = send(client, draft, code)
        assert answer.status_code == 302, (code, answer.context["editor"].faults)
    assert REMINDERS.describe_edition(draft) == before
    assert list(REMINDERS.describe_edition(draft)) == list(before)


@pytest.mark.parametrize(
    ("code", "typed", "refusal"),
    [
        ("R-DESK", {"days": "demain"}, "Écrire des nombres de jours entiers séparés par des virgules"),
        ("R-DESK", {"days": "-1, -3"}, "du plus tôt au plus tard"),
        ("R-DESK", {"days": "-90"}, "Il ne viendrait jamais"),
        ("R-DESK", {"to": []}, "Choisir qui est prévenu."),
        ("R-DESK", {"escalation_after": "3"}, "Choisir qui est prévenu sans suite"),
        ("R-DESK", {"step-0-name": "contact"}, "Il suit des délais ou des étapes"),
        ("R-CONTACT", {"even_when_met": "on"}, "« Même une fois que c’est fait » vaut pour des délais"),
        (
            "R-ANSWER",
            {"escalation_after": "3", "escalation_to": ["manager"]},
            "alerte déjà le responsable à son terme",
        ),
    ],
)
def test_what_would_not_do_is_refused_in_french_and_nothing_is_lost(client, draft, code, typed, refusal):
    answer = send(client, draft, code, title="Ne pas perdre ce titre", **typed)
    html = html_of(answer)
    assert refusal in html
    assert "Ne pas perdre ce titre" in html
    assert "title" not in row_of(draft, code)


def test_one_more_line_keeps_what_was_typed(client, draft):
    answer = send(client, draft, "R-DESK", **{"delay-3-name": "P-CONTACT-10", "days": "-2", "ligne": "more"})
    typed = form_of(answer)
    assert (typed["days"], typed["delay-3-name"], typed["delay-4-name"]) == ("-2", "P-CONTACT-10", "")


def test_an_edition_of_today_is_looked_at_at_once(client, draft):
    case_at("contact", worker=member("caf-91"))
    scan(at=NOON)
    assert not Deadline.objects.running().filter(remind_on=LOOK_AT_ONCE).exists()
    assert send(client, draft, "R-CONTACT-LAST", days="-4").status_code == 302
    assert publish(client, draft, TODAY).status_code == 302
    assert not Deadline.objects.running().exclude(remind_on=LOOK_AT_ONCE).exists()
    assert {rule.days for rule in rules_in_force(TODAY)["grigny"].values() if rule.code == "R-CONTACT-LAST"} == {(-4,)}


def test_an_edition_of_tomorrow_is_not_forgotten_tomorrow(client, draft):
    case_at("contact", worker=member("caf-91"))
    scan(at=NOON)
    send(client, draft, "R-CONTACT-LAST", days="-4")
    publish(client, draft, TODAY + timedelta(days=1))
    scan(at=NOON)
    assert set(Deadline.objects.running().values_list("remind_on", flat=True)) == {date(2026, 11, 25)}


def test_how_many_dates_a_change_follows_is_said(client, draft):
    case_at("contact", worker=member("caf-91"))
    send(client, draft, "R-CONTACT-LAST", days="-4")
    html = html_of(client.get(reverse("rules_changes", args=["rappels", draft.number])))
    assert "3 jours ouvrés avant le dernier jour" in html
    assert "1 échéance en cours de votre action suivra ce rappel tel qu’il sera alors." in html


def test_a_draft_of_delays_says_which_reminders_it_would_break(client, pilot):
    delays = editions.open_draft(
        catalogue=DEADLINES, source=Edition.objects.get(catalogue="deadlines"), by=pilot, at=NOON
    )
    editions.withdraw_rule(catalogue=DEADLINES, edition=delays, code="P-ARBITRATE")
    html = html_of(client.get(reverse("rules_changes", args=["delais", delays.number])))
    assert "Rappel R-DESK" in html
    assert "« P-ARBITRATE » n’est le code d’aucune règle de délai." in html


def test_the_days_of_both_editions_are_side_by_side(client, draft):
    """Two months from 15 January 2027 end on 15 March."""
    send(client, draft, "R-LEAVE", days="-20, -7")
    html = html_of(client.get(page(draft, "R-LEAVE"), {"delay": "C08", "depart": "2027-01-15", "essayer": "oui"}))
    assert "Avec l’édition en vigueur (1)" in html
    assert html.count("lun. 15/03/2027") == 2
    assert html.count("mar. 23/02/2027 : le professionnel responsable") == 1  # twenty days before
    assert (
        html.count("ven. 26/02/2027 : le professionnel responsable") == 1
    )  # fifteen are a Sunday: the working day before
    assert html.count("lun. 08/03/2027 : le professionnel responsable") == 2


def test_a_step_that_waits_is_tried_too(client, draft):
    """Ten working days, then every ten, and the managers after five more without an answer."""
    html = html_of(client.get(page(draft, "R-CONTACT"), {"depart": "2026-11-24", "essayer": "oui"}))
    for words in (
        "mar. 01/12/2026 : le professionnel responsable, ou qui le remplace",
        "mar. 08/12/2026 : le professionnel responsable, ou qui le remplace",
        "mar. 15/12/2026 : les responsables de la structure (sans suite)",
        "mar. 22/12/2026 : le professionnel responsable, ou qui le remplace",
    ):
        assert words in html, words


def test_a_reminder_that_cannot_be_read_is_corrected_by_its_page(client, draft):
    row = row_of(draft, "R-DESK")
    draft.reminder_rules.filter(code="R-DESK").update(content={**row, "days": "demain"})
    assert "À corriger" in html_of(client.get(reverse("rules_edition", args=["rappels", draft.number])))
    assert client.get(reverse("rules_changes", args=["rappels", draft.number])).status_code == 200
    assert send(client, draft, "R-DESK", days="-1").status_code == 302
    assert row_of(draft, "R-DESK") == row


@pytest.mark.parametrize("path", ["2/", "2/R-CONTACT/?depart=2026-11-24&essayer=oui", "2/ajouter/", "2/changements/"])
def test_each_page_stays_within_its_queries(client, draft, django_assert_max_num_queries, path):
    case_at("contact", worker=member("caf-91"))
    send(client, draft, "R-CONTACT-LAST", days="-4")
    client.get(f"/pilotage/regles/rappels/{path}")
    with django_assert_max_num_queries(12 if "R-CONTACT" in path else 10):
        client.get(f"/pilotage/regles/rappels/{path}")
