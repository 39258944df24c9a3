"""One import: what it would do, does, did."""

import csv
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cases import journal, permissions
from cases.models import SharingBasis
from cases.rules.parameters import read_number
from workflows import tasks
from workflows.imports import jobs, months
from workflows.imports.columns import in_order
from workflows.imports.presentation import present_lines
from workflows.imports.run import is_first
from workflows.models import ImportJob, ImportRow
from workflows.queries.stock import held_tasks, usual_pace
from workflows.views.imports.base import ROWS, JobPage, State
from workflows.views.parts.tabs import build_tab

WRITTEN = ("created", "updated", "watched")
TITLES = {
    State.DONE: "Compte rendu d’import",
    State.UNDONE: "Import annulé",
    State.FAILED: "Import interrompu",
}


class ImportPage(JobPage):
    """One page for the life of an import: progress while it runs, else what was or would be done of each line."""

    def get(self, request: HttpRequest, job: str) -> HttpResponse:
        found = self.find_job()
        has_failed = found.state == State.FAILED and found.file
        if found.state == State.UPLOADED or (has_failed and not found.count_written()):
            if found.message:
                messages.error(request, found.message)
            return redirect("import_columns", job)
        if found.state in (State.CHECKING, State.RUNNING, State.UNDOING):
            self.shows = ""  # how far it is, each second
            template = "imports/progress_part.html" if request.headers.get("HX-Request") else "imports/progress.html"
            return render(request, template, {"job": found})
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "imports/report.html", self.report_context(found))

    def report_context(self, job: ImportJob) -> dict[str, object]:
        counts = count_by_tab(job)
        asked = self.request.GET.get("voir", "")
        view = next((view for view in VIEWS if view.code == asked), VIEWS[0])
        rows = ImportRow.objects.filter(view.rows, job=job).select_related("tenancy__landlord").order_by("line")
        after = read_number(self.request.GET.get("apres", ""))
        if after is not None:
            rows = rows.filter(line__gt=after)
        page = list(rows[: ROWS + 1])
        url = reverse("import", args=[job.public_id])
        here = f"{url}?voir={view.code}" if view.code else url
        links = self.links(job, page)
        is_undone = job.state == State.UNDONE
        return {
            "job": job,
            "title": TITLES.get(State(job.state), "Avant l’import"),
            "is_undone": is_undone,
            "written": WRITTEN,
            "tabs": [
                build_tab(
                    f"{each.label} avant l’annulation" if is_undone and each.code in WRITTEN else each.label,
                    f"{url}?voir={each.code}" if each.code else url,
                    current=each is view,
                    count=counts[each.code],
                )
                for each in VIEWS
                if counts[each.code] or each in (view, VIEWS[0])
            ],
            "lines": [
                (line, *(("", "") if is_undone else self.link(line.row, links)))
                for line in present_lines(job, page[:ROWS], reader=self.user, today=self.today)
            ],
            "next_url": f"{url}?voir={view.code}&apres={page[ROWS - 1].line}" if len(page) > ROWS else "",
            "first_url": here if after else "",
            "may_undo": job.state == State.DONE and any(job.counts.get(name) for name in WRITTEN),
            "stock": self.stock_context(job),
            "basis": job.basis or SharingBasis.objects.in_force(job.structure, on=self.today),
            "question": months.find_month_conflict(job) if job.state == State.CHECKED else None,
            "difference": job.total_difference,
            "errors": 0 if is_undone else counts["rejected"],
            "to_check": 0 if is_undone else counts["to_check"],
        }

    def stock_context(self, job: ImportJob) -> dict[str, object]:
        """Of a first file: how many of its cases wait, or would wait, for their turn."""
        if job.state == State.CHECKED and is_first(job):
            return {"count": job.counts.get("created", 0), "usual": usual_pace()}
        if job.state == State.DONE and job.is_initial_stock:
            cases = ImportRow.objects.filter(job=job).values("case")
            return {"count": held_tasks().filter(case__in=cases).count(), "usual": usual_pace()}
        return {}

    def links(self, job: ImportJob, rows: list[ImportRow]) -> dict[int, str]:
        """Case → where this reader follows it: a landlord his report, a professional a case that he sees."""
        cases = [row.case_id for row in rows if row.case_id]
        if not cases:
            return {}
        if job.structure.is_claimant:
            reports = permissions.visible_reports(self.user, at=self.today).filter(case__in=cases)
            found = reports.values_list("case_id", "public_id")
            return {case: reverse("report_detail", args=[report]) for case, report in found}
        visible = permissions.visible_cases(self.user, at=self.today).filter(pk__in=cases)
        return {pk: reverse("case", args=[case]) for pk, case in visible.values_list("pk", "public_id")}

    def link(self, row: ImportRow, links: dict[int, str]) -> tuple[str, str]:
        """Where the line is dealt with or followed, and the words of the link."""
        job, outcome = self.kwargs["job"], ImportRow.Outcome
        kept = row.values or row.refused
        if row.outcome == outcome.TO_CHECK and kept:
            return reverse("import_line", args=[job, row.line]), "Vérifier"
        if kept and (row.outcome == outcome.REJECTED or row.column):
            return reverse("correct_line", args=[job, row.line]), "Corriger"
        url = links.get(row.case_id or 0, "")
        return url, "Voir le suivi" if url else ""


@dataclass(frozen=True)
class ReportTab:
    """Lines that are read together: a tab of the page, whose count is that of its list."""

    code: str
    label: str
    rows: Q


OUTCOMES = {
    "rejected": "Erreurs seulement",
    "to_check": "À vérifier",
    "created": "Dossiers ouverts",
    "updated": "Mis à jour",
    "watched": "En veille",
    "unchanged": "Sans changement",
    "ignored": "Ignorées",
}
LEFT_OUT = ReportTab("incompletes", "Une valeur illisible", ~Q(column="") & ~Q(outcome__in=("rejected", "ignored")))
"""Of lines that count: one whose balance is in credit is ignored because it was read."""
VIEWS = (
    ReportTab("", "Toutes", Q()),
    *(ReportTab(code, label, Q(outcome=code)) for code, label in list(OUTCOMES.items())[:2]),
    LEFT_OUT,
    *(ReportTab(code, label, Q(outcome=code)) for code, label in list(OUTCOMES.items())[2:]),
)


def count_by_tab(job: ImportJob) -> dict[str, int]:
    """How many lines each tab of the report holds. One query."""
    asked: dict[str, Any] = {view.code or "all": Count("pk", filter=view.rows) for view in VIEWS}
    found = ImportRow.objects.filter(job=job).aggregate(**asked)
    return {view.code: found[view.code or "all"] for view in VIEWS}


class StartImport(JobPage):
    def post(self, request: HttpRequest, job: str) -> HttpResponse:
        replaces, completes = self.said_job("replaces"), self.said_job("completes")
        jobs.ask_import(self.find_job(), replaces=replaces, completes=completes, at=self.now)
        transaction.on_commit(tasks.wake_worker)
        return redirect("import", job)

    def said_job(self, name: str) -> ImportJob | None:
        """The file of the same month that this one is said to replace, or to complete."""
        try:
            return self.jobs.filter(public_id=self.request.POST.get(name, "")).first()
        except ValidationError:
            return None


class DiscardImport(JobPage):
    def post(self, request: HttpRequest, job: str) -> HttpResponse:
        jobs.discard(self.find_job())
        return self.lead_on("Le fichier a été supprimé, rien n’a été importé.", "imports")


ERRORS = "import_errors"
"""The code of this file in the register of exports."""


class Errors(JobPage):
    """The refused lines, to be corrected in a spreadsheet and sent again. The journal says how many left, never which."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, job: str) -> HttpResponse:
        found = self.find_job()
        headings = in_order(found.columns)
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="erreurs-{found.pk}.csv"'
        response.write("\ufeff")
        writer = csv.writer(response, delimiter=";")
        writer.writerow(["Ligne", "Raison", "Colonne", *map(escape_formula, headings)])
        kept = ImportRow.objects.filter(
            job=found, outcome__in=(ImportRow.Outcome.REJECTED, ImportRow.Outcome.TO_CHECK)
        )
        rows = list(kept.order_by("line"))
        for row in rows:
            cells = [(row.values | row.refused).get(heading, "") for heading in headings]
            writer.writerow([row.line, *map(escape_formula, [row.reason, row.column, *cells])])
        with transaction.atomic():
            journal.record(
                "list.exported",
                at=self.now,
                by=self.user,
                structure=found.structure,
                list=ERRORS,
                format="csv",
                rows=len(rows),
            )
        return response


def escape_formula(text: str) -> str:
    """A spreadsheet would run what begins like a formula."""
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r") else text
