"""A day of an elected reader: « plus tôt ou plus tard ? », one action, one table, then the papers; a mistake mended; never a name.

Nobody gives him a part in any case: the pilot of the Ville shows him the report, and he takes its papers home.
"""

import csv
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from playwright.sync_api import Page
from pypdf import PdfReader

from cases.models import Beneficiary
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.journeys.pictures import PHONE, keep
from tests.workflows.indicators.test_first_page import COUNTED, SECOND, THIRD, count
from workflows.actions.indicators import comment_report, publish_report, reissue_report, set_target
from workflows.indicators.catalogue import BY_CODE

pytestmark = pytest.mark.slow

NOTE = "Un bailleur avait été compté deux fois en août."


def taken(page: Page, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return Path(download.value.path()).read_bytes()


def test_an_elected_reader_learns_whether_help_comes_earlier_and_reaches_no_name(me):
    case = scene.reported(usual_name="Okafor", first_names="Grace")
    presents = factories.member("ville-grigny", "pilot", first_name="Estelle", last_name="Tavarès")
    desk: dict[str, Any] = {
        "by": factories.member("caf-91-pilotage", "pilot"),
        "structure": factories.structure("caf-91-pilotage"),
        "at": NOON,
    }
    for each in COUNTED:
        count(*each)
    set_target(indicator=BY_CODE["reported_early"], since=SECOND, value=60, agreed_on=NOON.date(), **desk)
    comment_report(quarter=THIRD, words={"premiere-page-reported_early": "Un bailleur de plus depuis juin."}, **desk)
    publish_report(quarter=THIRD, **desk)

    # Three clicks from the first page to the answer, in plain French, before any table.
    me.sign_in(presents)
    me.click("Pilotage")
    me.click("Lire les indicateurs et les bilans")
    me.click("Bilans trimestriels")
    me.click("3e trimestre 2026")
    me.is_at("Bilan du 3e trimestre 2026")
    me.reads("Plus tôt qu’au trimestre précédent, plus tard qu’un an avant.", "Un bailleur de plus depuis juin.")
    me.reads("L’objectif des partenaires est de 60 %", "petit nombre")
    me.page.set_viewport_size(PHONE)
    keep(me.page, "elu-1-premiere-page")

    # One action in short; then its tables, said of which action they are.
    me.reads("Impayés de loyer (action 12), en bref")
    me.click("Tableaux : Impayés de loyer")
    me.reads("Impayés de loyer (action 12) : signaler tôt", "46 % (120)")
    me.page.set_viewport_size({"width": 1280, "height": 900})

    # The papers say the same, whoever opens them.
    pdf = PdfReader(BytesIO(taken(me.page, "PDF accessible")))
    first = " ".join(pdf.pages[0].extract_text().split())
    word = Document(BytesIO(taken(me.page, "Word")))
    rows = list(csv.DictReader(taken(me.page, "CSV ouvert").decode("utf-8-sig").splitlines(), delimiter=";"))
    assert "Plus tôt qu’au trimestre précédent, plus tard qu’un an avant." in first
    assert "46 % (120)" in first.replace("\u202f", " ")
    assert "Plus tôt qu’au trimestre précédent, plus tard qu’un an avant." in [each.text for each in word.paragraphs]
    [early] = [
        each
        for each in rows
        if (each["code"], each["trimestre"], each["periode"]) == ("reported_early", "2026-T3", "ce trimestre")
    ]
    assert (early["valeur"], early["effectif"]) == ("45,8", "120")

    # A mistake is mended: what changed is said on top, and the first edition is still there.
    reissue_report(quarter=THIRD, replaces=1, note=NOTE, words={}, **desk)
    me.page.reload()
    me.reads("Édition 2, qui remplace la précédente", NOTE, "Édition 1")
    keep(me.page, "elu-2-corrige")
    assert NOTE in " ".join(PdfReader(BytesIO(taken(me.page, "PDF accessible"))).pages[0].extract_text().split())
    me.click("Édition 1")
    me.reads("Cette édition a été remplacée")

    # No name, on any of these pages, in any of these papers.
    names = [*Beneficiary.objects.values_list("usual_name", flat=True), "Okafor"]
    papers = " ".join(page.extract_text() for page in pdf.pages) + " ".join(each.text for each in word.paragraphs)
    for name in names:
        assert name.lower() not in papers.lower()
        me.does_not_read(name, name.upper())
    me.page.goto(f"/situations/{case.public_id}/")
    me.reads("introuvable")
