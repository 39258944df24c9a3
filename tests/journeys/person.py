"""A person in front of a browser: what he reads is what the test asserts."""

import re
from collections.abc import Callable
from time import monotonic

from playwright.sync_api import Locator, Page, expect

from cases.models import User
from tests.conftest import PATIENCE, POLLING
from tests.journeys.scene import PASSWORD


class Person:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0
        """Since it was last asked: of a button, a link, a tick or a choice in a list. What is typed is no press."""
        page.set_default_timeout(PATIENCE)

    def sign_in(self, user: User) -> None:
        self.page.context.clear_cookies()
        self.page.goto("/")
        self.fill("Courriel professionnel", user.email)
        self.fill("Mot de passe", PASSWORD)
        self.click("Se connecter")
        self.reads("À faire")

    def fill(self, label: str, text: str) -> None:
        self.ready(label).fill(text)

    def pressed(self) -> int:
        """How many presses an act took, since the one before."""
        counted, self.presses = self.presses, 0
        return counted

    def choose(self, label: str, option: str) -> None:
        self.presses += 1
        self.ready(label).select_option(label=option)

    def check(self, label: str) -> None:
        self.presses += 1
        self.ready(label).check()

    def ready(self, label: str) -> Locator:
        """The field, once the page and what keeps its words are loaded: nobody types in less time than that."""
        field = self.field(label)
        field.wait_for(state="attached")
        self.page.wait_for_load_state()
        return field

    def field(self, label: str) -> Locator:
        """The first field whose label begins so."""
        return self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}(?![\wà-ÿ])")).first

    def click(self, name: str) -> None:
        """The button or the link of that name, in the page or in the menu."""
        self.presses += 1
        self.page.wait_for_load_state()  # what answers to the click is there: nobody is quicker than that
        self.action(name).click()

    def action(self, name: str) -> Locator:
        exact = re.compile(f"^{re.escape(name)}")
        return self.page.get_by_role("button", name=exact).or_(self.page.get_by_role("link", name=exact)).first

    def reads(self, *words: str) -> None:
        """In the page, without its menu; what is folded does not count."""
        for each in words:
            expect(self.page.get_by_role("main")).to_contain_text(each, use_inner_text=True)

    def reads_first_at_risk(self, *words: str) -> None:
        """On top of his list: the right that lapses first, by its last day, with the one act."""
        first = self.page.locator("section[aria-labelledby=a-risque] li").first
        for each in words:
            expect(first).to_contain_text(each)
        expect(self.page.locator(".task-group").first).to_contain_text("À ne pas manquer")

    def does_not_read(self, *words: str) -> None:
        self.page.wait_for_load_state()  # half a page says nothing of what the other half holds
        for each in words:
            expect(self.page.get_by_role("main")).not_to_contain_text(each)

    def until(self, is_so: Callable[[], object]) -> None:
        """Wait for what a page does behind the scenes, which it says nothing of."""
        end = monotonic() + PATIENCE / 1000
        while not is_so():
            assert monotonic() < end, "it does not come"
            self.page.wait_for_timeout(POLLING)

    def is_at(self, title: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)
        self.page.wait_for_load_state()
