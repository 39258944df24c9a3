"""Whatever is pressed twice, come back to, or sent too late has one effect, and the person is told."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page

from cases.actions import members
from tests import factories
from tests.journeys import scene
from tests.journeys.person import Person
from tests.workflows.walk import Walk

pytestmark = pytest.mark.slow


@pytest.fixture
def worker():
    return factories.member("caf-91", first_name="Nadia", last_name="Belkacem")


@pytest.fixture
def case(worker):
    return scene.reported(usual_name="Ferreira", first_names="Ana")


def ready_to_accept(me: Person, worker) -> None:
    """On the page of the step, whose address a second window and the back button may open again."""
    me.sign_in(worker)
    me.click("FERREIRA Ana")
    me.click("Répondre à l’orientation")
    me.check("Accepter")


def accepted(case) -> int:
    return case.journal.filter(kind="step.accepted").count()


def test_a_double_click_accepts_once(me, worker, case):
    ready_to_accept(me, worker)
    me.action("Enregistrer").dblclick()
    me.reads("Informer et contacter le ménage")
    assert accepted(case) == 1


def test_a_double_click_without_javascript_accepts_once(browser: Browser, browser_context_args, worker, case):
    """Nothing in the browser holds the second request back: the engine does."""
    with browser.new_context(**browser_context_args, java_script_enabled=False) as context:
        me = Person(context.new_page())
        ready_to_accept(me, worker)
        me.action("Enregistrer").dblclick()
        me.reads("Informer et contacter le ménage")
    assert accepted(case) == 1


def test_a_list_is_exported_as_often_as_it_is_asked_for(me, worker, case):
    ready_to_accept(me, worker)
    me.click("Enregistrer")
    me.page.goto(reverse("cases"))
    names = []
    for words in ("en csv", "en csv", "en xlsx"):
        with me.page.expect_download(timeout=10_000) as waiting:
            me.click(words)
        names.append(waiting.value.suggested_filename.rpartition(".")[2])
    assert names == ["csv", "csv", "xlsx"]


def test_the_back_button_leads_to_the_case_not_to_a_step_already_taken(me, worker, case):
    ready_to_accept(me, worker)
    me.click("Enregistrer")
    me.reads("Étape enregistrée")
    me.page.go_back()
    me.reads("Cette étape a déjà été faite par Nadia Belkacem le 24/11/2026", "Informer et contacter le ménage")
    assert Walk(case).waiting_for == {"contact": "caf-91"}


def test_a_second_window_changes_nothing_of_a_step_already_taken(me, worker, case):
    ready_to_accept(me, worker)
    second = Person(me.page.context.new_page())
    second.page.goto(me.page.url)
    me.click("Enregistrer")
    me.reads("Étape enregistrée")
    second.check("Décliner")
    second.choose("Motif", "capacité dépassée")
    second.click("Enregistrer")
    second.reads("Cette étape a déjà été faite par Nadia Belkacem le 24/11/2026", "Informer et contacter le ménage")
    assert accepted(case) == 1
    assert Walk(case).waiting_for == {"contact": "caf-91"}


def test_an_attempt_sent_from_two_windows_is_recorded_once(me, worker):
    case = scene.case_at("contact", worker=worker, usual_name="Ferreira", first_names="Ana").case
    me.sign_in(worker)
    me.click("FERREIRA Ana")
    me.click("Informer et contacter le ménage")
    me.check("Pas encore joint")
    second = Person(me.page.context.new_page())
    second.page.goto(me.page.url)
    me.click("Enregistrer")
    me.reads("Étape enregistrée")
    second.check("Pas encore joint")
    second.click("Enregistrer")
    second.reads("Cet envoi est déjà enregistré")
    assert case.contact_attempts.count() == 1


def test_whoever_sends_a_form_gone_stale_is_told_who_was_first(me, page: Page, browser: Browser, worker, case):
    colleague = factories.member("caf-91", first_name="Hugo", last_name="Noël")
    ready_to_accept(me, worker)
    with browser.new_context(base_url=str(page.url).split("/situations")[0], locale="fr-FR") as elsewhere:
        other = Person(elsewhere.new_page())
        ready_to_accept(other, colleague)
        other.click("Enregistrer")
        other.reads("Étape enregistrée")
    me.click("Enregistrer")
    me.reads("Cette étape a déjà été faite par Hugo Noël le 24/11/2026 à 12:0")
    me.does_not_read("Étape enregistrée")
    assert accepted(case) == 1
    assert Walk(case).task("contact").owner == colleague


def test_a_page_left_open_by_a_removed_member_sends_nothing(me, worker, case):
    ready_to_accept(me, worker)
    members.end_membership(membership=factories.membership_of(worker), on=factories.NOON.date(), at=factories.NOON)
    me.click("Enregistrer")
    me.is_at("Page introuvable")
    assert accepted(case) == 0
