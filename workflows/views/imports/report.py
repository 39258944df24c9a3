"""One import: what it would do, does, did."""

import csv
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cases import permissions
from workflows import tasks
from workflows.imports import jobs
from workflows.imports.columns import FIELDS
from workflows.models import ImportJob, ImportRow
from workflows.views.imports.base import ROWS, JobPage, State

WRITTEN = ("created", "updated", "watched")


class ImportPage(JobPage):
    """One page for the life of an import: progress while it runs, else what was or would be done of each line."""

    def get(self, request: HttpRequest, job: str) -> HttpResponse:
        found = self.find()
        if found.state == State.UPLOADED or (found.state == State.FAILED and not found.done_rows and found.file):
            if found.message:
                messages.error(request, found.message)
            return redirect("import_columns", job)
        if found.state in (State.CHECKING, State.RUNNING, State.UNDOING):
            template = "imports/progress_part.html" if request.headers.get("HX-Request") else "imports/progress.html"
            return render(request, template, {"job": found})
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "imports/report.html", self.report(found))

    def report(self, job: ImportJob) -> dict[str, Any]:
        shown = self.request.GET.get("voir", "")
        outcomes = dict(ImportRow.Outcome.choices)
        rows = ImportRow.objects.filter(job=job).order_by("line")
        if shown in outcomes:
            rows = rows.filter(outcome=shown)
        after = self.request.GET.get("apres", "")
        if after.isdigit():
            rows = rows.filter(line__gt=int(after[:9]))
        page = list(rows[: ROWS + 1])
        url = reverse("import", args=[job.public_id])
        tabs = [{"label": "Toutes", "url": url, "current": shown not in outcomes, "count": job.total_rows}]
        tabs += [
            {
                "label": label.capitalize(),
                "url": f"{url}?voir={outcome}",
                "current": shown == outcome,
                "count": job.counts.get(outcome, 0),
            }
            for outcome, label in outcomes.items()
            if job.counts.get(outcome)
        ]
        following = f"{url}?voir={shown}&apres={page[ROWS - 1].line}" if len(page) > ROWS else ""
        return {
            "job": job,
            "tabs": tabs,
            "rows": [(row, self.link(row, links)) for links in [self.links(job, page)] for row in page[:ROWS]],
            "next_url": following,
            "first_url": f"{url}?voir={shown}" if after else "",
            "may_undo": job.state == State.DONE and any(job.counts.get(name) for name in WRITTEN),
            "has_errors": job.counts.get("rejected", 0) > 0,
            "to_check": job.counts.get("to_check", 0) if job.state == State.DONE else 0,
        }

    def links(self, job: ImportJob, rows: list[ImportRow]) -> dict[int, str]:
        """Case → where this reader follows it: a landlord his report, a professional a case that he sees."""
        cases = [row.case_id for row in rows if row.case_id]
        if job.structure.is_claimant:
            reports = permissions.visible_reports(self.user, at=self.today).filter(case__in=cases)
            found = reports.values_list("case_id", "public_id")
            return {case: reverse("report_detail", args=[report]) for case, report in found}
        visible = permissions.visible_cases(self.user, at=self.today).filter(pk__in=cases)
        return {pk: reverse("case", args=[case]) for pk, case in visible.values_list("pk", "public_id")}

    def link(self, row: ImportRow, links: dict[int, str]) -> str:
        if row.outcome == ImportRow.Outcome.TO_CHECK and row.job_id:
            return reverse("import_line", args=[self.kwargs["job"], row.line])
        return links.get(row.case_id or 0, "")


class StartImport(JobPage):
    def post(self, request: HttpRequest, job: str) -> HttpResponse:
        try:
            jobs.ask_import(self.find())
        except jobs.NotNow as error:
            return self.again(error)
        transaction.on_commit(tasks.poke)
        return redirect("import", job)


class DiscardImport(JobPage):
    def post(self, request: HttpRequest, job: str) -> HttpResponse:
        try:
            jobs.discard(self.find())
        except jobs.NotNow as error:
            return self.again(error)
        messages.success(request, "Le fichier a été supprimé, rien n’a été importé.")
        return redirect("imports")


class Errors(JobPage):
    """The refused lines, to be corrected in a spreadsheet and sent again."""

    def get(self, request: HttpRequest, job: str) -> HttpResponse:
        found = self.find()
        ours = [field.name for field in FIELDS]
        headings = sorted(found.columns, key=lambda heading: ours.index(found.columns[heading]))
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="erreurs-{found.pk}.csv"'
        response.write("\ufeff")
        writer = csv.writer(response, delimiter=";")
        writer.writerow(["Ligne", "Raison", "Colonne", *map(harmless, headings)])
        kept = ImportRow.objects.filter(
            job=found, outcome__in=(ImportRow.Outcome.REJECTED, ImportRow.Outcome.TO_CHECK)
        )
        for row in kept.order_by("line"):
            cells = [row.values.get(heading, "") for heading in headings]
            writer.writerow([row.line, *map(harmless, [row.reason, row.column, *cells])])
        return response


def harmless(text: str) -> str:
    """A spreadsheet would run what begins like a formula."""
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r") else text
