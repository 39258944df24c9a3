"""What a sender does with a file on the pages, in a line."""

from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.factories import NOON
from workflows.imports.run import run_waiting
from workflows.models import ImportJob

DATA = Path(__file__).parents[3] / "data"
HEADINGS = "Réf. locataire;Nom;Prénom;Né(e) le;Adresse;CP;Commune;Loyer HC;Charges;Solde débiteur\n"
LINE = "L7001;MARTIN;Alice;17/05/1980;4 rue de la Plaine;91350;GRIGNY;450,00;80,00;1 060,00\n"


def file(text: str, name: str = "impayes_2026-11.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode("cp1252"))


def deposited(client: Any, text: str = HEADINGS + LINE, **said: Any) -> ImportJob:
    structure = client.get(reverse("imports")).context["form"].initial.get("structure")
    structure = structure or client.get(reverse("imports")).context["form"].fields["structure"].initial
    client.post(reverse("imports"), {"structure": structure.pk, "file": file(text), **said})
    return ImportJob.objects.latest("pk")


def as_shown(client: Any, job: ImportJob) -> dict[str, Any]:
    """The form of the columns page, as the browser would send it back."""
    page = client.get(reverse("import_columns", args=[job.public_id]))
    forms = (page.context["reading"], page.context["columns"])
    return {name: form.get_initial_for_field(field, name) for form in forms for name, field in form.fields.items()}


def checked(client: Any, text: str = HEADINGS + LINE) -> ImportJob:
    job = deposited(client, text)
    client.post(reverse("import_columns", args=[job.public_id]), as_shown(client, job))
    run_waiting(at=NOON)
    job.refresh_from_db()
    return job


def imported(client: Any, text: str = HEADINGS + LINE, **said: Any) -> ImportJob:
    job = checked(client, text)
    client.post(reverse("start_import", args=[job.public_id]), said)
    run_waiting(at=NOON)
    job.refresh_from_db()
    return job
