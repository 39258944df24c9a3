"""How a file is read is corrected on one screen, before anything else, and remembered for the sender."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests import factories
from tests.factories import NOON
from tests.workflows.views.imports.sending import HEADINGS, LINE, as_shown, deposited, imported
from workflows.imports.run import run_waiting
from workflows.models import ImportJob, ImportMapping, ImportRow

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ACCENTED = LINE.replace("MARTIN;Alice", "LEFÈVRE;Zoé")


def address(job: ImportJob) -> str:
    return reverse("import_columns", args=[job.public_id])


def sent(client: Any, content: bytes) -> ImportJob:
    file = SimpleUploadedFile("impayes_2026-11.csv", content)
    client.post(reverse("imports"), {"structure": factories.structure("bailleur-a").pk, "file": file})
    return ImportJob.objects.latest("pk")


def first_values(page: Any, heading: str) -> list[str]:
    columns = page.context["columns"]
    return [sample.text for (field, samples) in columns.columns if field.label == heading for sample in samples]


def test_another_encoding_is_shown_before_it_is_used_and_keeps_what_was_chosen(landlord):
    """From a Mac: read as Windows, its accents are others."""
    job = sent(landlord, (HEADINGS + ACCENTED).encode("mac_roman"))
    data = as_shown(landlord, job)
    assert data["encoding"] == "cp1252"
    assert first_values(landlord.get(address(job)), "Nom") == ["LEFéVRE"]
    data |= {"encoding": "mac_roman", "column_1": "birth_last_name", "column_7": "", "column_4": "residence"}
    page = landlord.post(address(job), data)
    assert "Le fichier a été relu" in page.content.decode()
    assert first_values(page, "Nom") == ["LEFÈVRE"]
    shown = page.context["columns"]
    assert [shown[f"column_{place}"].value() for place in (7, 1, 4)] == ["", "birth_last_name", "residence"]
    job.refresh_from_db()
    assert job.state == "uploaded"


@pytest.mark.parametrize(
    ("encoding", "label", "guessed"),
    [
        ("cp850", "MS-DOS, ancien logiciel (cp850)", "LEFŠVRE"),
        ("iso-8859-15", "Unix, Linux (ISO-8859-15)", "LEFÈVRE ¼"),
    ],
)
def test_each_encoding_that_is_read_is_offered(landlord, encoding, label, guessed):
    written = ACCENTED.replace("LEFÈVRE", "LEFÈVRE Œ") if encoding == "iso-8859-15" else ACCENTED
    job = sent(landlord, (HEADINGS + written).encode(encoding))
    page = landlord.get(address(job))
    assert dict(page.context["reading"].fields["encoding"].choices)[encoding] == label
    assert [name.replace("Ô", "Š") for name in first_values(page, "Nom")] == [guessed]
    page = landlord.post(address(job), as_shown(landlord, job) | {"encoding": encoding})
    assert "Le fichier a été relu" in page.content.decode()
    assert first_values(page, "Nom") == [guessed.replace("Š", "È").replace("¼", "Œ")]


def test_reading_again_never_checks(landlord):
    job = deposited(landlord)
    page = landlord.post(address(job), as_shown(landlord, job) | {"read_again": ""})
    assert "Le fichier a été relu" in page.content.decode()
    job.refresh_from_db()
    assert job.state == "uploaded"


def test_the_encoding_and_the_mapping_of_a_landlord_serve_next_month(landlord):
    content = (HEADINGS + ACCENTED).encode("mac_roman")
    job = sent(landlord, content)
    page = landlord.post(address(job), as_shown(landlord, job) | {"encoding": "mac_roman"})
    forms = (page.context["reading"], page.context["columns"])
    data = {name: form[name].value() for form in forms for name in form.fields}
    landlord.post(address(job), data)
    run_waiting(at=NOON)
    landlord.post(reverse("start_import", args=[job.public_id]))
    run_waiting(at=NOON)
    assert ImportMapping.objects.get().options["encoding"] == "mac_roman"
    following = sent(landlord, content)
    assert as_shown(landlord, following)["encoding"] == "mac_roman"
    assert first_values(landlord.get(address(following)), "Nom") == ["LEFÈVRE"]
    in_utf8 = sent(landlord, (HEADINGS + ACCENTED).encode())
    assert as_shown(landlord, in_utf8)["encoding"] == "utf-8"


def test_a_separator_that_had_to_be_told_serves_next_month(landlord):
    """Two columns cut by commas look more regular than the ten that the landlord means."""
    text = (HEADINGS + LINE + LINE.replace("L7001", "L7002")).replace(";", "|").replace("Réf. locataire", "Réf;loc")
    text = text.replace("L700", "L;70")
    job = sent(landlord, text.encode("cp1252"))
    ImportMapping.objects.create(
        structure=job.structure,
        name="habituelle",
        columns={"Réf;loc": "tenant_reference", "Nom": "last_name", "Solde débiteur": "debt"},
        options={"separator": "|"},
    )
    assert as_shown(landlord, job)["separator"] == "|"


def test_a_line_of_headings_that_does_not_exist_is_said_beside_what_was_typed(landlord):
    job = deposited(landlord)
    page = landlord.post(address(job), as_shown(landlord, job) | {"header_line": 99, "column_0": ""})
    shown = page.content.decode()
    assert "La ligne 99 est vide ou n’existe pas" in shown
    assert page.context["reading"]["header_line"].value() == "99"
    assert page.context["columns"]["column_0"].value() == ""


def test_a_value_that_its_column_cannot_hold_is_marked(landlord):
    job = deposited(landlord, HEADINGS + LINE)
    assert "illisible" not in landlord.get(address(job)).content.decode()
    data = as_shown(landlord, job) | {"column_3": "debt", "column_9": "birth_date", "read_again": ""}
    assert landlord.post(address(job), data).content.decode().count("illisible</span>") == 2


def test_what_looks_like_a_social_security_number_is_marked_before_it_is_refused(landlord):
    job = deposited(landlord, HEADINGS + LINE.replace("MARTIN", "MARTIN 1841276451089"))
    assert "illisible</span>" in landlord.get(address(job)).content.decode()


def test_columns_of_the_last_file_that_are_gone_are_said_and_the_others_keep_their_field(landlord):
    imported(landlord, HEADINGS.replace("Loyer HC", "Zorglub").replace("Prénom", "Petit nom") + LINE)
    ImportMapping.objects.update(
        columns={"Nom": "last_name", "Petit nom": "first_name", "Zorglub": "rent", "Solde débiteur": "debt"}
    )
    job = deposited(landlord, HEADINGS.replace("Loyer HC", "Zorglub") + LINE)
    page = landlord.get(address(job))
    assert "Petit nom" in page.content.decode()
    chosen = {
        page.context["columns"].table.headings[place]: page.context["columns"][f"column_{place}"].value()
        for place in (2, 7)
    }
    assert chosen == {"Prénom": "first_name", "Zorglub": "rent"}


def test_a_dry_run_keeps_the_lines_only_as_long_as_the_file(landlord):
    job = imported(landlord)
    assert list(ImportRow.objects.filter(job=job).values_list("values", flat=True)) == [{}]


NO_HEADINGS = "L7001;MARTIN;Alice;1 060,00;01/02/2019\nL7002;PETIT;Zoé;500,50;01/03/2020\n"
NAMED = {"column_0": "tenant_reference", "column_1": "last_name", "column_2": "first_name", "column_3": "debt"}


def test_a_file_without_headings_is_taken_and_its_columns_are_named_by_hand(landlord):
    job = deposited(landlord, NO_HEADINGS)
    page = landlord.get(address(job))
    assert "Ce fichier n’a pas de titres de colonnes" in page.content.decode()
    assert page.context["reading"]["header_line"].value() == 0
    landlord.post(address(job), as_shown(landlord, job) | NAMED)
    run_waiting(at=NOON)
    job.refresh_from_db()
    assert (job.state, job.options["header_line"], job.total_debt) == ("checked", 0, Decimal("1560.50"))


def test_headings_that_are_none_are_said_to_be_none(landlord):
    job = deposited(landlord)
    page = landlord.post(address(job), as_shown(landlord, job) | {"header_line": 0, "read_again": "1"})
    assert "Colonne 1" in page.content.decode()
    assert [row.line for row in page.context["columns"].table.rows] == [1, 2]
