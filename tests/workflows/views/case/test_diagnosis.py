"""The page of the diagnosis: blocks saved one by one, at a pause or by their button; then read, never rewritten."""

import re
import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connections, transaction
from django.urls import reverse

from cases.models import Diagnostic, HouseholdMember
from cases.models.case import Participation
from tests.factories import NOON, member, membership_of, person
from tests.pages import html_of
from tests.workflows.views.case.test_case import followed_by, page
from tests.workflows.walk import Walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]


@pytest.fixture
def case(worker):
    return followed_by(worker)


def url(case, *args, name="diagnosis"):
    return reverse(name, args=[case.public_id, *args])


def read(client, user, case, query=""):
    client.force_login(user)
    answer = client.get(url(case) + query)
    return html_of(answer) if answer.status_code == 200 else answer.status_code


def save(client, user, case, block, *, pause=False, **typed):
    client.force_login(user)
    typed = {name.replace("__", "-"): value for name, value in typed.items()}
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{url(case)}"} if pause else {}
    return client.post(
        url(case, block, name="diagnosis_block"), {"version": "0"} | typed, headers=headers, follow=True
    )


def lines(block, *rows: dict[str, str]) -> dict[str, str]:
    typed = {f"{block}-lignes-TOTAL_FORMS": str(len(rows)), f"{block}-lignes-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        typed |= {f"{block}-lignes-{number}-{name}": value for name, value in row.items()}
    return typed


def draft_of(case):
    return case.diagnostics.drafts().get()


def test_opening_the_page_writes_nothing(client, worker, case):
    html = read(client, worker, case)
    assert "Huit champs suffisent pour commencer." in html
    assert html.count("à remplir") == 13
    assert not Diagnostic.objects.exists()


def test_a_block_is_saved_by_its_button_and_leads_to_the_next_one(client, worker, case):
    html = html_of(
        save(client, worker, case, "essentiel", family="lone_parent", resources="1 480,50 €", steps_taken=["fsl"])
    )
    assert "L’essentiel : rubrique enregistrée." in html
    assert 'id="rubrique-entretien" open' in html
    draft = draft_of(case)
    assert (draft.family, draft.resources, draft.devices.get().kind) == ("lone_parent", Decimal("1480.50"), "fsl")


def test_a_pause_saves_too_and_shows_the_figures(client, worker, case):
    html = html_of(
        save(client, worker, case, "essentiel", pause=True, resources="1000", expenses="200", other_debts="0")
    )
    assert "Enregistrée, 24/11/2026" in html
    assert 'id="version-essentiel" hx-swap-oob="true"' in html
    assert "3 sur 8" in html
    # 450 + 80 of rent and charges, less 150 of aid; then 200 of expenses and no debt.
    assert "380,00\u202f€" in html
    assert "420,00\u202f€" in html
    assert "38,0\u00a0%" in html


def test_the_sum_of_the_lines_is_the_total(client, worker, case):
    holder = case.household.memberships.get().beneficiary
    rows = [
        {"kind": "rsa", "amount": "607,75", "person": str(holder.public_id)},
        {"kind": "family", "amount": "1 141,12", "person": ""},
        {"kind": "", "amount": "", "person": ""},
    ]
    save(client, worker, case, "ressources", **lines("ressources", *rows))
    draft = draft_of(case)
    assert draft.resources == Decimal("1748.87")
    assert [(line.kind, line.person) for line in draft.resource_lines.all()] == [("rsa", holder), ("family", None)]
    assert "Somme des lignes de sa rubrique." in read(client, worker, case)
    save(client, worker, case, "essentiel", resources="1", family="alone")
    assert draft_of(case).resources == Decimal("1748.87"), "the total of lines isn’t typed"


@pytest.mark.parametrize(
    ("block", "typed", "words"),
    [
        ("essentiel", {"resources": "-5"}, "supérieure ou égale à"),
        ("essentiel", {"resources": "beaucoup"}, "Saisir un montant en euros, par exemple 1 234,56."),
        ("essentiel", {"resources": "14805"}, "14\u202f805,00\u202f€ par mois : vérifier."),
        ("essentiel", {"steps_taken": ["none", "fsl"]}, "Cocher soit les démarches engagées, soit"),
        ("entretien", {"entretien-met_on": "2026-11-25"}, "Cette date est à venir"),
        ("causes", {"causes-difficulties_since": "hier"}, "l’écrire JJ/MM/AAAA, MM/AAAA ou AAAA"),
        ("charges", {"charges-expense_energy": "2 500"}, "2\u202f500,00\u202f€ par mois : vérifier."),
        ("logement", {"logement-rooms": "200"}, "inférieure ou égale à 20"),
        ("relogement", {"relogement-housing_number": "123"}, "Ce numéro a 18 chiffres ou lettres"),
        ("relogement", {"relogement-dalo_on": "2026"}, "indiquer où en est le recours DALO"),
        ("juge", {"juge-delay_months": "48", "juge-asks_delay": "yes"}, "inférieure ou égale à 36"),
        ("juge", {"juge-delay_monthly": "50"}, "répondre oui, ou les effacer"),
        ("decompte", {"decompte-rent_part": "100", "decompte-disputed_part": "200"}, "dépasse le total du décompte"),
        ("ressources", lines("ressources", {"kind": "rsa"}), "Ligne 1, par mois : Saisir le montant."),
        ("ressources", lines("ressources", {"amount": "10"}), "Ligne 1, nature : Choisir la nature"),
        (
            "ressources",
            lines("ressources", {"kind": "salary", "amount": "14805"}),
            "Ligne 1, par mois : 14\u202f805,00",
        ),
        ("dettes", lines("dettes", {"creditor": "EDF", "amount": "10", "monthly": "20"}), "dépasse ce qui reste dû"),
        (
            "demarches",
            lines("demarches", {"kind": "fsl", "state": "granted", "asked_on": "10/2026", "decided_on": "09/2026"}),
            "La décision précède la demande",
        ),
        (
            "demarches",
            lines("demarches", {"kind": "fsl", "state": "asked"}, {"kind": "fsl", "state": "granted"}),
            "Cette réponse est déjà sur une autre ligne",
        ),
    ],
)
def test_what_cannot_be_saved_says_what_to_correct_and_is_not_lost(client, worker, case, block, typed, words):
    html = html_of(save(client, worker, case, block, **typed))
    assert "point est à corriger" in html or "points sont à corriger" in html
    assert words in html
    draft = draft_of(case)
    assert draft.blocks.get(code=block).unfinished
    assert (draft.resources, draft.met_on, draft.expense_lines.count()) == (None, None, 0)
    # Left and found again, as it was typed and with its fault.
    assert words in read(client, worker, case)
    assert words in html_of(save(client, worker, case, block, pause=True, **typed))


def test_an_odd_sum_is_asked_about_once(client, worker, case):
    typed = lines("ressources", {"kind": "salary", "amount": "9000"})
    assert "Les montants et les dates ci-dessus sont vérifiés" in html_of(
        save(client, worker, case, "ressources", **typed)
    )
    typed["ressources-verifie"] = "oui"
    assert "rubrique enregistrée" in html_of(save(client, worker, case, "ressources", **typed))
    assert draft_of(case).resources == Decimal(9000)
    del typed["ressources-verifie"]
    assert "rubrique enregistrée" in html_of(save(client, worker, case, "ressources", **typed))


def test_a_young_child_has_no_resources_of_his_own(client, worker, case):
    child = person(usual_name="Ferreira", first_names="Petit", birth_date="2016-03-01")
    grown = person(usual_name="Ferreira", first_names="Grande", birth_date="2008-03-01")
    for each in (child, grown):
        each.save()
        HouseholdMember.objects.create(household=case.household, beneficiary=each, position="child")
    typed = lines("ressources", {"kind": "family", "amount": "100", "person": str(child.public_id)})
    html = html_of(save(client, worker, case, "ressources", **typed))
    assert "ce qui est versé pour un enfant est une ressource de son parent" in html
    typed = lines("ressources", {"kind": "salary", "amount": "700", "person": str(grown.public_id)})
    assert "rubrique enregistrée" in html_of(save(client, worker, case, "ressources", **typed))


def test_the_activity_of_each_member_is_kept(client, worker, case):
    holder = case.household.memberships.get().beneficiary
    typed = {
        f"menage-activity-{holder.public_id}": "temporary",
        f"menage-since-{holder.public_id}": "septembre 2026",
        "menage-children_elsewhere": "1",
    }
    save(client, worker, case, "menage", **typed)
    line = draft_of(case).people.get()
    assert (line.activity, line.since, line.position) == ("temporary", "2026-09", "holder")
    assert 'value="09/2026"' in read(client, worker, case)


def test_a_step_that_stays_ticked_keeps_what_is_known_of_it(client, worker, case):
    typed = lines("demarches", {"kind": "fsl", "state": "granted", "asked_on": "09/2026", "decided_on": "10/2026"})
    save(client, worker, case, "demarches", **typed)
    save(client, worker, case, "essentiel", steps_taken=["fsl", "rights"])
    assert [(line.kind, line.state, line.asked_on) for line in draft_of(case).devices.order_by("pk")] == [
        ("fsl", "granted", "2026-09"),
        ("rights", "asked", ""),
    ]


def test_a_colleague_who_saved_meanwhile_is_named_and_only_that_block_is_replaced(client, worker, case):
    colleague = member("caf-91", "manager", first_name="Paul", last_name="Lemoine")
    save(client, colleague, case, "essentiel", family="alone")
    save(client, colleague, case, "charges", **{"charges-expense_energy": "80"})
    words = "Paul Lemoine avait enregistré cette rubrique le 24/11/2026"
    assert words in html_of(save(client, worker, case, "essentiel", family="couple"))
    assert words not in html_of(save(client, worker, case, "essentiel", pause=True, family="couple"))
    assert (draft_of(case).family, draft_of(case).expenses) == ("couple", Decimal(80))


def test_what_is_found_again_warns_of_whoever_saved_since(client, worker, case):
    save(client, worker, case, "causes", causes__causes_story="Perte d’emploi.")
    typed = {"version": "1", "causes-causes_story": "Perte d’emploi en mai."}
    save(
        client,
        member("caf-91", "manager", first_name="Paul", last_name="Lemoine"),
        case,
        "causes",
        version="1",
        causes__causes_story="Dettes.",
    )
    client.force_login(worker)
    address = url(case, "causes", name="diagnosis_block")
    html = html_of(client.post(address, typed | {"typed_again": str(uuid4())}))
    assert "Perte d’emploi en mai." in html
    assert "à enregistrer" in html
    assert draft_of(case).causes_story == "Dettes."
    assert re.findall(r'value="(\d+)" id="version-causes"', html) == ["1"]
    assert "Paul Lemoine avait enregistré cette rubrique" in html_of(client.post(address, typed, follow=True))


def test_what_is_left_at_once_is_kept_without_a_word(client, worker, case):
    answer = save(client, worker, case, "causes", causes__causes_story="Perte d’emploi.", brouillon="oui")
    assert answer.status_code == 204
    assert draft_of(case).causes_story == "Perte d’emploi."
    assert "rubrique enregistrée" not in read(client, worker, case)


def test_the_step_shows_the_draft_and_finishes_it(client, worker, case):
    save(client, worker, case, "essentiel", family="lone_parent", resources="1000")
    step = reverse("step", args=[case.public_id, Walk(case).task("diagnose").public_id])
    html = html_of(client.get(step))
    assert 'value="1000,00"' in html
    assert client.get(url(case, name="diagnosis_finish")).headers["Location"] == step
    typed = {"version": "1", "family": "lone_parent", "resources": "1000", "cause": "budget", "rent_resumed": "yes"}
    client.post(step, typed | {"completeness": "complete"})
    made = case.diagnostics.get()
    assert (made.completeness, made.cause, made.made_on) == ("complete", "budget", date(2026, 11, 24))
    assert "plan" in Walk(case).waiting_for


def test_a_step_left_open_never_erases_what_was_saved_elsewhere(client, worker, case):
    step = reverse("step", args=[case.public_id, Walk(case).task("diagnose").public_id])
    save(client, worker, case, "essentiel", family="lone_parent", resources="1000")
    html = html_of(client.post(step, {"version": "0", "cause": "budget", "completeness": "partial"}))
    assert "Enregistré entre-temps : parent seul. Relire, puis enregistrer de nouveau." in html
    assert "Enregistré entre-temps : 1\u202f000,00\u202f€." in html
    assert draft_of(case).family == "lone_parent"
    # What agrees with it passes.
    client.post(step, {"version": "0", "family": "lone_parent", "resources": "1000,00", "completeness": "partial"})
    assert case.diagnostics.get().completeness == "partial"


def test_the_step_refuses_while_a_block_is_to_correct(client, worker, case):
    save(client, worker, case, "charges", **{"charges-expense_energy": "beaucoup"})
    step = reverse("step", args=[case.public_id, Walk(case).task("diagnose").public_id])
    html = html_of(client.post(step, {"completeness": "partial"}))
    assert "La rubrique « Charges » contient une saisie à corriger" in html
    assert "diagnose" in Walk(case).waiting_for


def test_what_was_kept_to_correct_of_the_essential_does_not_outlive_its_correction(client, worker, case):
    """What is typed is kept as it is typed: the correction may be sent before it is kept in its turn."""
    save(client, worker, case, "essentiel", family="lone_parent", steps_taken=["none", "fsl"])
    step = reverse("step", args=[case.public_id, Walk(case).task("diagnose").public_id])
    typed = {"version": "1", "family": "lone_parent", "steps_taken": ["fsl"], "completeness": "partial"}
    client.post(step, typed)
    assert "plan" in Walk(case).waiting_for
    assert case.diagnostics.get().devices.get().kind == "fsl"


def test_a_finished_diagnosis_is_read_updated_and_kept(client, worker):
    case = followed_by(worker, until="plan")
    html = read(client, worker, case)
    assert "Diagnostic partiel" in html
    assert "Couple avec enfants" in html or "couple avec enfants" in html
    client.post(url(case, name="diagnosis_update"))
    assert "Mise à jour du diagnostic du" in read(client, worker, case)
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        save(client, worker, case, "essentiel", family="lone_parent")
        assert "Terminer le diagnostic" in html_of(client.get(url(case, name="diagnosis_finish")))
        client.post(url(case, name="diagnosis_finish"), {"completeness": "partial"})
    former, update = case.diagnostics.finished()
    assert (former.family, update.family, update.made_on) == ("couple_children", "lone_parent", date(2026, 11, 27))
    html = read(client, worker, case)
    assert url(case, former.public_id, name="diagnosis_past") in html
    past = html_of(client.get(url(case, former.public_id, name="diagnosis_past")))
    assert "couple avec enfants" in past
    assert "un diagnostic plus récent existe" in past
    client.post(url(case, name="diagnosis_finish"), {"completeness": "partial"})
    assert case.diagnostics.count() == 2, "a second press finishes nothing"


def test_a_page_left_open_after_the_end_writes_nothing(client, worker):
    case = followed_by(worker, until="plan")
    answer = save(client, worker, case, "causes", causes__causes_story="Trop tard")
    assert answer.status_code == 409
    assert "Ce diagnostic est terminé" in html_of(answer)
    assert "Ce diagnostic est terminé" in html_of(save(client, worker, case, "causes", pause=True))
    assert not case.diagnostics.drafts().exists()


def test_a_draft_that_is_given_up_leaves_the_former_one(client, worker):
    case = followed_by(worker, until="plan")
    client.post(url(case, name="diagnosis_update"))
    client.post(url(case, name="diagnosis_drop"))
    assert [each.is_draft for each in case.diagnostics.all()] == [False]


def test_only_who_follows_the_case_fills_and_who_sees_it_whole_reads(client, worker):
    case = followed_by(worker, until="plan")
    client.post(url(case, name="diagnosis_update"))
    save(client, worker, case, "causes", causes__causes_story="Brouillon encore incertain")
    reader = member("ccas-grigny", "manager")
    part = Participation.objects.create(
        case=case,
        structure=membership_of(reader).structure,
        part="support",
        level="full",
        basis="SH-1",
        since=date(2026, 11, 24),
    )
    html = read(client, reader, case)
    assert "Diagnostic partiel" in html
    assert "Brouillon encore incertain" not in html
    assert "Mettre à jour le diagnostic" not in html
    assert "à terminer" not in page(client, case, reader)
    assert save(client, reader, case, "causes", causes__causes_story="x").status_code == 403
    Participation.objects.filter(pk=part.pk).update(level="card")
    assert read(client, reader, case) == 404
    assert client.get(url(case, case.diagnostics.finished().get().public_id, name="diagnosis_past")).status_code == 404


def test_a_closed_case_keeps_its_draft_and_takes_nothing_more(client, worker, case):
    save(client, worker, case, "essentiel", family="alone")
    client.post(reverse("case_close", args=[case.public_id]), {"outcome": "left"})
    assert save(client, worker, case, "essentiel", family="couple").status_code == 403
    assert "Aucun diagnostic pour l’instant" in read(client, worker, case)
    assert draft_of(case).family == "alone"


def test_an_unknown_block_is_not_found(client, worker, case):
    assert save(client, worker, case, "cuisine").status_code == 404


def test_the_case_page_says_where_the_diagnosis_is(client, worker, case):
    html = page(client, case, worker)
    assert "pas encore établi" in html
    assert "Commencer le diagnostic" in html
    save(client, worker, case, "essentiel", family="lone_parent", steps_taken=["fsl"])
    html = page(client, case, worker)
    assert "commencé par Claire Montel, à terminer" in html
    assert "il manque :</strong> cause principale de l’impayé, ressources mensuelles, loyer courant repris" in html
    assert "a commencé le diagnostic" in html


def test_the_pages_of_the_diagnosis_hold_their_budgets(client, worker, case, django_assert_max_num_queries: Any):
    save(client, worker, case, "ressources", **lines("ressources", {"kind": "rsa", "amount": "607"}))
    save(client, worker, case, "charges", **{"charges-expense_energy": "beaucoup"})
    with django_assert_max_num_queries(25):
        client.get(url(case))
    with django_assert_max_num_queries(61):
        save(client, worker, case, "essentiel", pause=True, family="alone")


@pytest.mark.django_db(transaction=True)
def test_a_pause_that_comes_while_the_step_is_taken_begins_no_second_diagnosis(client, worker, case):
    """The page saves what is typed at each pause: the last pause and the button may come together."""
    taken, let_go, answers = threading.Event(), threading.Event(), []

    def take() -> None:
        with transaction.atomic():
            Walk(case).take("diagnose", by=worker, completeness="partial")
            taken.set()
            let_go.wait(timeout=60)
        connections.close_all()

    def pause() -> None:
        answers.append(client.post(url(case, "essentiel", name="diagnosis_block"), headers={"HX-Request": "true"}))
        connections.close_all()

    taking, pausing = threading.Thread(target=take), threading.Thread(target=pause)
    taking.start()
    taken.wait(timeout=60)
    pausing.start()
    pausing.join(timeout=1)  # it waits for the step
    let_go.set()
    taking.join(timeout=60)
    pausing.join(timeout=60)
    assert "Ce diagnostic est terminé : rien n’est enregistré." in answers[0].content.decode()
    assert Diagnostic.objects.get().completeness == "partial"
