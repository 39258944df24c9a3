"""Observatoire: what the published reports of a territory say to all, without signing in; and the switch of that page.

A visit reads two rows and counts nothing. What stands below the heading is made once for each issue of a report, from what
was kept for all when it was published: no number of a case, no working figure, no word of the pilot but the note of an issue.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from cases import permissions
from cases.forms import DayField
from cases.models import Structure, Territory, User
from workflows.actions.observatory import close_observatory, open_observatory, set_licence
from workflows.indicators.kinds import ACTIONS
from workflows.indicators.open_terms import OpenTerms
from workflows.indicators.papers.blocks import issue_words, reading_instructions
from workflows.indicators.papers.open_csv import CONTENT_TYPE, open_csv_of
from workflows.indicators.quarters import Quarter
from workflows.indicators.report import open_first_page, open_sections
from workflows.indicators.tables import FOR_ALL
from workflows.models import CommitteeReport
from workflows.views.parts.pages import FormPage
from workflows.views.pilot.first_page import shown_first_page
from workflows.views.pilot.indicators import shown_table

ISSUES_KEPT = 64
"""By a process: some territories, some years."""


@login_not_required
@require_safe
def find_observatory(request: HttpRequest) -> HttpResponse:
    """Of the one city whose figures are open; where there are several, one chooses."""
    cities = list(Territory.objects.with_open_figures())
    if not cities:
        raise Http404
    if len(cities) == 1:
        return redirect("observatory", cities[0].code)
    return _as_public(render(request, "observatory/cities.html", {"cities": cities}))


@login_not_required
@require_safe
def show_observatory(request: HttpRequest, territory: str, quarter: str = "") -> HttpResponse:
    """The last quarter that was published, or the one asked for; one without a report says so."""
    city = get_object_or_404(Territory.objects.with_open_figures(), code=territory)
    reports = list(published_reports(city).defer("figures", "comments"))
    by_quarter = {Quarter(each.quarter): each for each in reports}
    asked = _read_quarter(quarter) if quarter else None
    shown = asked or max(by_quarter, default=None)
    report = by_quarter.get(shown) if shown else None
    context = {
        "city": city,
        "quarter": shown,
        "report": report,
        "issue_words": issue_words(report) if report else "",
        "figures": _render_figures(report.public_id, report.issue) if report else "",
        "quarters": _quarters_between(by_quarter),
        "open_from": FOR_ALL,
        "terms": OpenTerms.of(city),
    }
    return _as_public(render(request, "observatory/observatory.html", context))


@login_not_required
@require_safe
def open_file(request: HttpRequest, territory: str, quarter: str) -> HttpResponse:
    """The numbers of a published report as an open file: its last issue."""
    city = get_object_or_404(Territory.objects.with_open_figures(), code=territory)
    asked = _read_quarter(quarter)
    report = get_object_or_404(published_reports(city).only("public_id", "issue"), quarter=asked.first)
    name = f"observatoire-{city.code}-{asked.code}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    content = _build_file(report.public_id, report.issue, OpenTerms.of(city))
    return _as_public(HttpResponse(content, content_type=CONTENT_TYPE, headers=headers))


def published_reports(city: Territory) -> QuerySet[CommitteeReport]:
    return CommitteeReport.objects.filter(territory=city.code).exclude(published_at=None)


def _read_quarter(text: str) -> Quarter:
    found = Quarter.parse_past_or_current(text, today=localdate())
    if found is None:
        raise Http404
    return found


def _quarters_between(published: dict[Quarter, CommitteeReport]) -> Sequence[tuple[Quarter, CommitteeReport | None]]:
    """From the last one published to the first, those without a report among them."""
    if not published:
        return []
    shown, last = [max(published)], min(published)
    while shown[-1] > last:
        shown.append(shown[-1].shifted_by(-1))
    return [(each, published.get(each)) for each in shown]


def _as_public(answer: HttpResponse) -> HttpResponse:
    """Asked for again each time: a page that is closed is not found at once, in any browser."""
    patch_cache_control(answer, no_cache=True)
    return answer


def _find_issue(public_id: UUID, issue: int) -> CommitteeReport:
    """One that was replaced since the visit began is not found."""
    return get_object_or_404(CommitteeReport, public_id=public_id, issue=issue)


@lru_cache(maxsize=ISSUES_KEPT)
def _render_figures(public_id: UUID, issue: int) -> SafeString:
    """An issue never changes."""
    report = _find_issue(public_id, issue)
    actions = [
        (title, [_shown_section(part) for part in open_sections(report) if part.section.action == action])
        for action, title in ACTIONS.items()
    ]
    context = {
        "first_page": shown_first_page(open_first_page(report), shown_from=FOR_ALL),
        "reading": reading_instructions(FOR_ALL),
        "actions": [(title, parts) for title, parts in actions if any(tables for _, tables in parts)],
    }
    return render_to_string("observatory/figures.html", context)


def _shown_section(part: Any) -> tuple[str, list[dict[str, object]]]:
    return part.section.title, [shown_table(table) for table in part.tables if not table.is_empty]


@lru_cache(maxsize=ISSUES_KEPT)
def _build_file(public_id: UUID, issue: int, terms: OpenTerms) -> bytes:
    report = _find_issue(public_id, issue)
    content = open_csv_of(report, terms=terms)
    if content is None:
        raise Http404
    return content


class ObservatorySwitch(FormPage):
    """For who administers the territory, or pilots one of its actions."""

    held_back = ()
    structure: Structure
    city: Territory

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        code = str(kwargs["territory"])
        own = permissions.opening_structures(self.user, territory=code, at=self.today).order_by("pk").first()
        if own is None:
            raise Http404
        self.structure = own
        self.city = get_object_or_404(Territory.objects.in_service(), code=code)
        return super().dispatch(request, *args, **kwargs)

    def process_form(self, typed: Mapping[str, object]) -> HttpResponse:
        """The button says what it does: of two tabs, the second does not undo the first."""
        if self.request.POST.get("act") == "close":
            close_observatory(by=self.user, structure=self.structure, at=self.now)
            said = "Page publique fermée : son adresse ne répond plus."
        else:
            open_observatory(by=self.user, structure=self.structure, at=self.now)
            said = "Page publique ouverte : chacun peut lire les chiffres publiés."
        return self.lead_on(said, "observatory_switch", self.city.code)

    def render_form(self, form: forms.Form) -> HttpResponse:
        context = {
            "form": form,
            "city": self.city,
            "public_url": self.request.build_absolute_uri(reverse("observatory", args=[self.city.code])),
            "reports": [(Quarter(each.quarter), each) for each in published_reports(self.city).defer("figures")],
            "open_from": FOR_ALL,
            "terms": OpenTerms.of(self.city),
            "sets_licence": find_administered(self.user, self.city.code, at=self.today) is not None,
        }
        return render(self.request, "observatory/switch.html", context)


def find_administered(user: User, territory: str, *, at: date) -> Structure | None:
    """In whose name a person who administers that territory notes the licence of its figures."""
    own = permissions.structures_where(user, "grant_roles", at=at).filter(territory=territory)
    return own.order_by("pk").first()


class LicenceForm(forms.Form):
    name = forms.CharField(
        label="Licence",
        max_length=80,
        help_text="Son nom et sa version, tels que la page publique et le CSV les disent.",
    )
    source = forms.URLField(
        label="Adresse de son texte",
        max_length=200,
        assume_scheme="https",
        error_messages={"invalid": "Écrire une adresse complète : https://…"},
    )
    checked_on = DayField(
        label="Vérifiée le",
        required=False,
        help_text="Le jour où les partenaires ont confirmé publier sous cette licence. Vide : « à vérifier ».",
    )


class SetLicence(FormPage):
    """For who administers the territory."""

    structure: Structure
    city: Territory

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        code = str(kwargs["territory"])
        own = find_administered(self.user, code, at=self.today)
        if own is None:
            raise Http404
        self.structure, self.city = own, get_object_or_404(Territory.objects.in_service(), code=code)
        return super().dispatch(request, *args, **kwargs)

    def get_form(self, data: QueryDict | None = None) -> LicenceForm:
        city = self.city
        initial = {"name": city.licence, "source": city.licence_source, "checked_on": city.licence_checked_on}
        return LicenceForm(data, initial=initial)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        set_licence(by=self.user, structure=self.structure, at=self.now, **typed)
        return self.lead_on(
            "Licence enregistrée : la page publique et le CSV la disent.", "observatory_switch", self.city.code
        )

    def render_form(self, form: LicenceForm) -> HttpResponse:
        return render(self.request, "observatory/licence.html", {"form": form, "city": self.city})
