"""A list taken away as a file: at once, or made by the worker and taken when it is ready."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from cases.actions.retention.limits import kept_for
from cases.models import AccessEntry
from workflows import tasks
from workflows.exports import jobs
from workflows.exports.jobs import CannotExport
from workflows.exports.sheets import SHEETS
from workflows.models import Export
from workflows.views.parts.list_page import ListedPage, address_of
from workflows.views.parts.pages import Page
from workflows.views.parts.private_files import HEADERS


class AskExport(ListedPage):
    shows = AccessEntry.Kind.EXPORT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, listing: str) -> HttpResponseBase:
        found = self.find_listing(listing, request.POST)
        file_type = request.POST.get("format", "")
        if file_type not in SHEETS:
            raise Http404
        if request.POST.get("recherche") and "texte" not in found.asked:
            return self.add_refusal(found, "Cette recherche a expiré : la saisir de nouveau, puis exporter.")
        try:
            file, export = jobs.request_export(found, file_type=file_type, at=self.now)
        except CannotExport as refusal:
            return self.add_refusal(found, str(refusal))
        if export:
            transaction.on_commit(partial(tasks.wake_worker, tasks.run_exports))
            return redirect("export", export.public_id)
        return build_file_response(file, code=listing, file_type=file_type, page=self)

    def add_refusal(self, found: Any, words: str) -> HttpResponse:
        messages.error(self.request, words)
        return redirect(address_of(found, recherche=self.request.POST.get("recherche", "")))


class MyExportsPage(Page):
    """Mine, as long as they are kept."""

    def get(self, request: HttpRequest) -> HttpResponse:
        found = [(export, jobs.title_of(export)) for export in jobs.find_allowed_exports(self.user, at=self.now)]
        return render(request, "exports/list.html", {"exports": found, "kept": kept_for("export", on=self.today).days})


class OwnExport(Page):
    """Its author’s alone, as long as he holds the rights under which he asked for it."""

    export: Export

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        self.export = get_object_or_404(jobs.exports_of(self.user), public_id=kwargs["export"])
        if not jobs.is_still_allowed(self.export, at=self.now):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class ExportPage(OwnExport):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        is_part = bool(request.headers.get("HX-Request"))
        if is_part and not self.export.is_going_on:
            return HttpResponse(headers={"HX-Refresh": "true"})
        context = {
            "export": self.export,
            "heading": jobs.listing_of(self.export, at=self.export.asked_at).heading,
            "title": jobs.title_of(self.export),
            "until": self.export.asked_at + kept_for("export", on=self.today),
        }
        return render(request, "exports/part.html" if is_part else "exports/export.html", context)


class ExportFile(OwnExport):
    shows = AccessEntry.Kind.EXPORT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        if not self.export.is_done:
            return redirect("export", self.export.public_id)
        try:
            file = self.export.file.open("rb")
        except FileNotFoundError:
            raise Http404("Le fichier n’est plus là.") from None
        jobs.record_download(self.export, at=self.now)
        return build_file_response(file, code=self.export.list_code, file_type=self.export.format, page=self)


def build_file_response(file: object, *, code: str, file_type: str, page: Page) -> FileResponse:
    name = jobs.file_name(code, file_type=file_type, at=page.now)
    _, content_type = SHEETS[file_type]
    return FileResponse(file, as_attachment=True, filename=name, content_type=content_type, headers=HEADERS)
