"""Pictures of a journey, to be looked at: kept when RELAIS_PICTURES names a folder, never compared."""

import os
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}


def keep(page: Page, name: str) -> None:
    """The whole page, as it is now, at the desk and on a phone."""
    folder = os.environ.get("RELAIS_PICTURES")
    if not folder:
        return
    before = page.viewport_size or DESKTOP
    for kind, size in (("bureau", DESKTOP), ("telephone", PHONE)):
        page.set_viewport_size(size)
        page.screenshot(path=Path(folder) / f"{name}-{kind}.png", full_page=True)
    page.set_viewport_size(before)
