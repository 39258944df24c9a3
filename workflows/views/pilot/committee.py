"""Bilans trimestriels: the pilot’s words on the figures of a quarter, the publication, and the files."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from cases import permissions
from cases.forms import FormData
from cases.models import Structure
from cases.rules.parameters import read_number
from workflows.actions.indicators import comment_report, publish_report
from workflows.indicators.hidden_since import NewlyHidden, find_newly_hidden
from workflows.indicators.kinds import ACTIONS
from workflows.indicators.papers import FORMATS
from workflows.indicators.papers.blocks import issue_words
from workflows.indicators.papers.open_csv import CONTENT_TYPE, open_csv_of
from workflows.indicators.quarters import Quarter
from workflows.indicators.report import Printed, build_printed_report, find_reports
from workflows.indicators.tables import FOR_ALL
from workflows.models import CommitteeReport, EarlierIssue
from workflows.views.parts.pages import FormPage, Page, do_and_tell
from workflows.views.parts.private_files import private_content
from workflows.views.pilot.first_page import shown_first_page, shown_summaries
from workflows.views.pilot.indicators import shown_table

QUARTERS = 8
LONGEST = 1500
LONGEST_OF_FIGURE = 300
"""Characters: five of these and their figures hold on one page of paper."""
TOO_LONG = (
    "Ce commentaire compte %(show_value)d caractères, pour %(limit_value)d au plus : le raccourcir, et joindre le reste "
    "à part. Rien n’est enregistré, rien n’est perdu : votre texte est ci-dessous."
)


class PilotPage(Page):
    """For who pilots an action, in whichever structure of the territory."""

    right_in_territory = "pilot_action"
    held_back = ()
    structure: Structure

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        own = permissions.structures_where(self.user, "pilot_action", at=self.today)
        self.structure = own.filter(territory=self.territory).order_by("pk")[0]
        return super().dispatch(request, *args, **kwargs)


class QuarterPage(PilotPage):
    quarter: Quarter

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        found = Quarter.parse_past_or_current(str(kwargs["quarter"]), today=self.today)
        if found is None:
            raise Http404
        self.quarter = found
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def kept(self) -> dict[Quarter, CommitteeReport]:
        """The reports of this quarter and of those that it is compared with."""
        return find_reports(self.quarter, territory=self.territory)

    @cached_property
    def last_issue(self) -> CommitteeReport:
        """As it is kept; of a quarter of which nothing was written, an empty one."""
        empty = CommitteeReport(territory=self.territory, quarter=self.quarter.first)
        return self.kept.get(self.quarter, empty)

    @cached_property
    def report(self) -> CommitteeReport:
        """The last issue; an earlier one where the address asks for it (`?edition=1`)."""
        number = read_number(self.request.GET.get("edition", ""))
        if number is None or number == self.last_issue.issue:
            return self.last_issue
        earlier = EarlierIssue.objects.select_related("report", "published_by").filter(report=self.last_issue.pk)
        return get_object_or_404(earlier, issue=number).as_report()

    @property
    def asked_issue(self) -> str:
        """What an address says so that it stays with an earlier issue."""
        return "" if self.report is self.last_issue else f"?edition={self.report.issue}"

    def build_printed(self) -> Printed | None:
        return build_printed_report(self.report, on=self.today, kept=self.kept)

    def redirect_to_report(self) -> HttpResponse:
        return redirect("committee_report", self.quarter.code)


class CommitteeReports(PilotPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        last = Quarter.containing(self.today)
        quarters = [last.shifted_by(-behind) for behind in range(QUARTERS)]
        own = CommitteeReport.objects.filter(territory=self.territory).select_related("published_by")
        kept = {Quarter(each.quarter): each for each in own}
        shown = sorted({*quarters, *kept}, reverse=True)
        opening = permissions.opening_structures(self.user, territory=self.territory, at=self.today)
        context = {
            "rows": [(each, kept.get(each)) for each in shown],
            "running": last,
            "public_page": self.territory if opening.exists() else "",
        }
        return render(request, "indicators/reports.html", context)


class Comments(forms.Form):
    """One text for each figure of the first page, which stays one page, then for each section that has figures."""

    def __init__(self, data: FormData = None, *, report: CommitteeReport, found: Printed | None) -> None:
        super().__init__(data)
        self.report = report
        self._add_own_fields()
        for line in found.first_page if found else []:
            label = f"Première page : {line.title}"
            self._add_text(line.figure.comment_code, label=label, longest=LONGEST_OF_FIGURE, report=report)
        for part in found.parts if found else []:
            label = f"{ACTIONS[part.section.action]} : {part.section.title}"
            self._add_text(part.section.code, label=label, longest=LONGEST, report=report)

    def _add_own_fields(self) -> None:
        """Those that come before the words."""

    def _add_text(self, code: str, *, label: str, longest: int, report: CommitteeReport) -> None:
        self.fields[code] = forms.CharField(
            label=label,
            initial=report.comments.get(code, ""),
            required=False,
            max_length=longest,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"max_length": TOO_LONG},
        )


class CommitteeReportPage(QuarterPage, FormPage):
    def get_form(self, data: QueryDict | None = None) -> Comments:
        self.found = self.build_printed()
        return Comments(data, report=self.report, found=self.found)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        comment_report(quarter=self.quarter, words=typed, by=self.user, structure=self.structure, at=self.now)
        messages.success(self.request, "Commentaires enregistrés.")
        return self.redirect_to_report()

    def render_form(self, form: Comments) -> HttpResponse:
        context = {
            "quarter": self.quarter,
            "report": self.report,
            "issue_words": issue_words(self.report),
            "last_issue": self.last_issue,
            "earlier": list(self.last_issue.earlier_issues.defer("figures")) if self.last_issue.issue > 1 else [],
            "newly_hidden": self.find_newly_hidden(),
            "found": self.found,
            "first_page": shown_first_page(self.found.first_page) if self.found else None,
            "summaries": shown_summaries(self.found) if self.found else [],
            "form": form,
            "is_over": self.quarter.last < self.today,
            "parts": self._shown_parts(),
            "files": [
                (words.words, reverse("committee_file", args=[self.quarter.code, code]) + self.asked_issue)
                for code, words in FORMATS.items()
            ],
            "csv_url": reverse("committee_file", args=[self.quarter.code, "csv"]) + self.asked_issue,
            "open_from": FOR_ALL,
        }
        return render(self.request, "indicators/report.html", context)

    def find_newly_hidden(self) -> NewlyHidden | None:
        """Nothing is done of an issue that another one replaced."""
        if self.report is not self.last_issue:
            return None
        return find_newly_hidden(self.report, on=self.today, kept=self.kept)

    def _shown_parts(self) -> list[dict[str, Any]]:
        """What says something; the first of each action says so, for the links of the top of the page."""
        found: list[dict[str, Any]] = []
        for part in self.found.parts if self.found else []:
            tables = [shown_table(table) for table in part.tables if not table.is_empty]
            if tables or part.comment:
                action = ACTIONS[part.section.action]
                is_first = not found or found[-1]["action"] != action
                shown = {"section": part.section, "comment": part.comment, "tables": tables, "action": action}
                found.append({**shown, "is_first": is_first})
        return found


class Publish(QuarterPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        do_and_tell(request, self.publish)
        return self.redirect_to_report()

    def publish(self) -> str:
        publish_report(quarter=self.quarter, by=self.user, structure=self.structure, at=self.now)
        return f"Bilan du {self.quarter} publié : ses chiffres ne changent plus."


class ReportFile(QuarterPage):
    """Made anew each time, from what was kept: the same report gives the same file."""

    def get(self, request: HttpRequest, quarter: str, extension: str) -> HttpResponse:
        if extension == "csv":
            return self._open_data_response()
        found = self.build_printed()
        if found is None or extension not in FORMATS:
            raise Http404
        made = FORMATS[extension]
        return self._file_response(made.make(found), content_type=made.content_type, extension=extension)

    def _open_data_response(self) -> HttpResponse:
        """Of a published report alone: what is open to all does not change any more."""
        content = open_csv_of(self.report)
        if content is None:
            raise Http404
        return self._file_response(content, content_type=CONTENT_TYPE, extension="csv")

    def _file_response(self, content: bytes, *, content_type: str, extension: str) -> HttpResponse:
        issue = f"-edition-{self.report.issue}" if self.report.issue > 1 else ""
        name = f"bilan-{self.quarter.code}{issue}.{extension}"
        return private_content(content, content_type=content_type, name=name, shown="attachment")
