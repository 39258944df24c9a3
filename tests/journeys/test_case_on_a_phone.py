"""The page of a case on a phone: both acts that wait are within the first screen."""

from datetime import date

from django.urls import reverse
from playwright.sync_api import Page

from tests import factories
from tests.factories import NOON
from tests.journeys.person import Person
from tests.workflows.views.work.test_inbox import followed_by
from workflows.actions import milestones


def bottom(page: Page, act: str) -> float:
    box = page.locator(".case-band").get_by_role("link", name=act).bounding_box()
    assert box
    return box["y"] + box["height"]


def test_two_acts_that_wait_are_seen_without_scrolling(page: Page, me: Person):
    worker = factories.member("caf-91", "agent", first_name="Claire", last_name="Montel")
    case = followed_by(worker).case
    for kind, day in (("order_to_pay_served", date(2026, 9, 3)), ("summons_served", date(2026, 11, 20))):
        milestones.record(case=case, kind=kind, happened_on=day, known="proved", by=worker, at=NOON)
    milestones.record(case=case, kind="hearing", happened_on=date(2027, 1, 20), known="proved", by=worker, at=NOON)
    me.sign_in(worker)
    page.set_viewport_size({"width": 390, "height": 780})
    page.goto(reverse("case", args=[case.public_id]))
    assert bottom(page, "Informer et contacter le ménage") < 390
    assert bottom(page, "Transmettre le diagnostic (DSF)") < 700
