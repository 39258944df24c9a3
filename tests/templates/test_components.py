"""Components with the least and the most they can be given: an undefined variable fails a test here."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.template.loader import render_to_string

from workflows.views.parts.task_lines import TaskLine

TODAY = date(2026, 11, 24)
TASK = TaskLine(
    key="1",
    title="Répondre à l’orientation",
    url="/situations/1/",
    person="DELAUNAY Inès",
    reference="2026-00051",
    due_on=None,
    ball="Votre structure",
    ball_since="",
    urgent=False,
)


def render(name, /, **context):
    return " ".join(render_to_string(f"components/{name}.html", context).split())


def render_task(**said):
    return " ".join(render_to_string("inbox/line.html", {"line": replace(TASK, **said), "today": TODAY}).split())


def test_a_task_says_step_person_reference_and_who_has_the_ball():
    html = render_task()
    for word in ("Répondre à l’orientation", "DELAUNAY Inès", "2026-00051", "Votre structure", "Sans échéance"):
        assert word in html
    assert "task-late" not in html


def test_a_late_urgent_task_says_so_in_words():
    html = render_task(due_on=date(2026, 11, 20), urgent=True, instructions=["pas de message"])
    for word in ("task-late", "en retard de", "Urgent", "pas de message"):
        assert word in html


def test_the_act_offered_on_a_task_names_its_person_to_screen_readers():
    html = render_task(action_label="Répondre", action_url="/x")
    assert 'Répondre<span class="visually-hidden"> : DELAUNAY Inès</span>' in html


def test_contact_instructions_stand_beside_the_phone():
    reach = {"phone": "+33612345678", "email": "", "contact_instructions": ["pas de message"]}
    html = render("person", name="FERREIRA Ana", reach=reach)
    assert 'href="tel:+33612345678"' in html
    assert html.index("tel:") < html.index("pas de message")


def test_a_timeline_entry_folds_the_effects_of_its_act():
    children = [{"what": "Délai ouvert", "reason": ""}, {"what": "Rappel annulé", "reason": "sans objet"}]
    html = render(
        "timeline_entry", what="Orientation acceptée", at=datetime(2026, 11, 6, 9, tzinfo=UTC), children=children
    )
    assert "2 effets de cet acte" in html
    assert "Rappel annulé (sans objet)" in html


def test_a_fact_that_is_missing_is_said():
    assert "non renseigné" in render("facts", facts=[("Loyer", "")])


def test_the_current_step_and_the_done_ones_are_told():
    html = render("stepper", steps=["Qui", "Quoi", "Envoi"], current=2)
    assert html.count("(terminée)") == 1
    assert html.count('aria-current="step"') == 1


@pytest.mark.parametrize(
    ("name", "context", "expected"),
    [
        ("page_header", {"title": "Situations"}, "<h1>Situations</h1>"),
        ("badge", {"text": "à vérifier", "tone": "warn"}, "badge-warn"),
        ("empty", {"title": "Rien à faire", "text": "Tout est à jour."}, "Tout est à jour."),
        ("notice", {"text": "Fichier illisible.", "tone": "error"}, "notice-danger"),
        ("pagination", {"text": "25 situations", "next_url": "?apres=3"}, 'rel="next"'),
        ("progress", {"label": "Plan", "value": 1, "max": 24, "text": "1 sur 24"}, 'max="24"'),
        ("tabs", {"label": "Listes", "tabs": [{"label": "À prendre", "url": "/", "current": True, "count": 0}]}, ">0<"),
        ("filters", {"form": "", "chips": [{"label": "En retard", "url": "/"}], "clear_url": "/"}, "Retirer le filtre"),
        ("form", {"form": "", "submit_label": "Enregistrer", "csrf_token": "t", "upload": True}, "multipart/form-data"),
    ],
)  # fmt: skip
def test_a_component_needs_no_more_than_it_says(name, context, expected):
    assert expected in render(name, **context)


def test_a_list_that_is_cut_says_how_much_is_left_and_a_whole_one_says_nothing():
    assert render("cut", shown=50, total=50, what="plus anciennes demandes") == ""
    html = render("cut", shown=50, total=51, what="plus anciennes demandes")
    assert "Les 50 plus anciennes demandes sur 51 ; les autres viendront au fur et à mesure." in html
