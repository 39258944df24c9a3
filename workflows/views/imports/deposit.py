"""The list of imports, and a new file."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases.actions.sharing_bases import NoBasisRecorded
from cases.forms import FormData, FormFiles
from cases.models import Structure
from cases.refusals import StoreAway
from workflows.imports import jobs
from workflows.imports.read import CannotRead, ReadLimits
from workflows.imports.run import read_job
from workflows.models import ImportRow
from workflows.views.imports.base import SenderPage, doubtful_rows
from workflows.views.parts.cut_lists import read_first

SHOWN = 20  # imports in the list


class DepositForm(forms.Form):
    structure = forms.ModelChoiceField(Structure.objects.none(), label="Expéditeur", empty_label=None)
    file = forms.FileField(
        label="Fichier des impayés",
        help_text="Tableur ou texte (.xlsx, .xls, .ods, .csv), 20 Mo au plus. Il est supprimé une fois importé.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx,.xls,.ods"}),
    )

    def __init__(self, data: FormData = None, files: FormFiles = None, *, structures: list[Structure]) -> None:
        super().__init__(data, files)
        field: Any = self.fields["structure"]
        field.queryset = Structure.objects.filter(pk__in=[structure.pk for structure in structures])
        field.initial = structures[0]
        if len(structures) == 1:
            field.widget = forms.HiddenInput()

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > ReadLimits().file_bytes:
            raise forms.ValidationError("Ce fichier dépasse 20 Mo : ne garder que le tableau, ou le découper.")
        return file


class Imports(SenderPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_form(DepositForm(structures=self.structures))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DepositForm(request.POST, request.FILES, structures=self.structures)
        if not form.is_valid():
            return self.render_form(form)
        file = form.cleaned_data["file"]
        try:
            job = jobs.deposit(
                structure=form.cleaned_data["structure"], by=self.user, file=file, name=file.name, at=self.now
            )
        except (NoBasisRecorded, StoreAway) as refusal:
            form.add_error(None, str(refusal))
            return self.render_form(form)
        try:
            read_job(job)
        except CannotRead as error:
            jobs.discard(job)
            form.add_error("file", str(error))
            return self.render_form(form)
        return redirect("import_columns", job.public_id)

    def doubtful_lines(self) -> QuerySet[ImportRow]:
        """The lines of a territory that only its pilot can decide wait on his page; they are shown by their import alone."""
        if not self.piloted_territories:
            return ImportRow.objects.none()
        return (
            doubtful_rows()
            .filter(job__structure__territory__in=self.piloted_territories)
            .exclude(match__contains={"question": "address"})
            .select_related("job__structure")
            .order_by("pk")
        )

    def render_form(self, form: DepositForm) -> HttpResponse:
        doubtful, doubtful_count = read_first(self.doubtful_lines())
        context = {
            "form": form,
            "jobs": self.jobs[:SHOWN],
            "doubtful": doubtful,
            "doubtful_count": doubtful_count,
        }
        return render(self.request, "imports/list.html", context)
