"""A page without a mouse, and how long it takes by the keyboard: counted, never timed.

The keystroke-level model (Card, Moran and Newell, 1980) adds 0.28 s a key, for an average typist, and 1.35 s each time
that one looks up and decides what comes next. It leaves out what the machine takes, and what people say meanwhile.
"""

from playwright.sync_api import Page, TimeoutError as WaitedInVain

from tests.conftest import POLLING

KEY, MENTAL = 0.28, 1.35
STEPS = 60
"""Presses of Tab after which one gives up."""


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = 0
        """Pressed so far; a capital and a shortcut are as many as the keys held down."""
        self.looks = 0
        """How often one looked for what comes next."""

    @property
    def seconds(self) -> float:
        return self.keys * KEY + self.looks * MENTAL

    def press(self, *keys: str) -> None:
        self.page.wait_for_load_state()  # its last words may be read before its last fields are there
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += len(key.split("+"))

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text) + sum(letter.isupper() for letter in text)

    def reach(self, name: str) -> None:
        """Go on with Tab until what has the focus is called so; wait until it shows that it has it."""
        self.looks += 1
        self.page.wait_for_load_state()
        self.page.wait_for_function(STARTED, polling=POLLING)  # nobody goes on before the page is there
        for _ in range(STEPS):
            self.press("Tab")
            if name in self.focused():
                self.is_shown(name)
                return
        raise AssertionError(f"« {name} » is not reached by Tab")

    def is_shown(self, name: str) -> None:
        """The ring around what has the focus may appear little by little."""
        try:
            self.page.wait_for_function(RING, polling=POLLING)
        except WaitedInVain:
            raise AssertionError(
                f"« {name} » had the focus and shows no ring; now « {self.focused()} » has it"
            ) from None

    def focused(self) -> str:
        return str(self.page.evaluate(NAME))


STARTED = """() => document.activeElement !== document.body || !document.querySelector("[autofocus]")"""
"""What is to have the focus from the beginning has it: given a frame or more after the page is loaded."""
NAME = """() => {
    const at = document.activeElement;
    if (at === document.body) return "";  // nothing has the focus
    const label = at.labels?.length ? [...at.labels].map((each) => each.textContent).join(" ") : at.textContent;
    return label.trim().replace(/\\s+/g, " ");
}"""
RING = """() => [null, "::after"].some((part) => {  // of itself, or of the line that it makes a link of
    const style = getComputedStyle(document.activeElement, part);
    return style.outlineStyle !== "none" && style.outlineWidth !== "0px" || style.boxShadow !== "none";
})"""
