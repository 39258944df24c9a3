"""The page of a case on a phone: a hearing is recorded in four presses, and both acts that wait are within the first screen."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from cases.models import Case, Milestone
from tests import factories
from tests.factories import NOON
from tests.journeys.person import Person
from tests.workflows.views.work.test_inbox import followed_by
from workflows.actions import milestones

pytestmark = pytest.mark.slow

FOUR = 4


def bottom(page: Page, act: str) -> float:
    box = page.locator(".case-band").get_by_role("link", name=act).bounding_box()
    assert box
    return box["y"] + box["height"]


HEARING = date(2027, 1, 20)
FILTER = "Chercher : commandement, audience, FSL…"


def choose_hearing(page: Page, me: Person) -> None:
    """Of sixty facts, those whose words are typed stay, accents aside; the only one left is chosen."""
    box, said = page.get_by_role("searchbox", name=FILTER), page.get_by_role("status").first
    box.fill("signifie commandement")
    expect(said).to_have_text(
        "Commandement de payer signifié · Commandement signifié à la caution · Commandement de quitter les lieux signifié"
    )
    options = page.locator("select[name=kind] option:not([value='']):not([disabled])")
    expect(options).to_have_count(3)
    box.fill("tribunal de la lune")
    expect(said).to_have_text("Rien ne correspond : effacer une partie du mot.")
    box.fill("AUDIENCE")
    expect(page.get_by_label("Fait (obligatoire)")).to_have_value("hearing")
    box.fill("")
    assert options.count() > 40
    expect(page.get_by_label("Fait (obligatoire)")).to_have_value("hearing")


def record_hearing(page: Page, me: Person, case: Case) -> None:
    page.goto(reverse("case", args=[case.public_id]))
    me.pressed()
    me.click("Enregistrer un fait daté")
    choose_hearing(page, me)
    me.fill("Date", "2027-01-20")
    me.click("Enregistrer")
    me.reads("Fait enregistré, échéances à jour.")
    assert me.pressed() <= FOUR


def test_a_fact_is_chosen_without_its_filter_where_there_is_no_script(browser: Browser, browser_context_args):
    worker = factories.member("caf-91", "agent", first_name="Claire", last_name="Montel")
    case = followed_by(worker).case
    with browser.new_context(**browser_context_args, java_script_enabled=False) as context:
        me = Person(context.new_page())
        me.sign_in(worker)
        me.page.goto(reverse("case_milestone", args=[case.public_id]))
        expect(me.page.get_by_role("searchbox", name=FILTER)).to_have_count(0)
        me.choose("Fait", "Audience")
        me.fill("Date", "2027-01-20")
        me.click("Enregistrer")
        me.reads("Fait enregistré, échéances à jour.")
    assert Milestone.objects.get(case=case).happened_on == HEARING


def test_two_acts_that_wait_are_seen_without_scrolling(page: Page, me: Person):
    worker = factories.member("caf-91", "agent", first_name="Claire", last_name="Montel")
    case = followed_by(worker).case
    for kind, day in (("order_to_pay_served", date(2026, 9, 3)), ("summons_served", date(2026, 11, 20))):
        milestones.record(case=case, kind=kind, happened_on=day, known="proved", by=worker, at=NOON)
    me.sign_in(worker)
    page.set_viewport_size({"width": 390, "height": 780})
    record_hearing(page, me, case)
    assert Milestone.objects.get(case=case, kind="hearing").happened_on == HEARING
    page.goto(reverse("case", args=[case.public_id]))
    assert bottom(page, "Informer et contacter le ménage") < 390
    assert bottom(page, "Transmettre le diagnostic (DSF)") < 700
