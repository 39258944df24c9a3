"""Situations: search and filters.

What is typed about a person never stands in an address: it is posted, kept in the session, and the address holds
the number under which the session knows it.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cases.models import AccessEntry, Case
from workflows.lists.cases import CasesListing
from workflows.queries import cases as queries
from workflows.queries.cases import CaseStateFilter
from workflows.queries.time_left import COUNTED
from workflows.views.parts.list_page import keep_search, typed_search
from workflows.views.parts.pages import ANY_METHOD, Page


class CasesView(Page):
    held_back = ANY_METHOD
    criteria: Sequence[str] = ()

    def find_criteria(self) -> list[str]:
        return list(self.criteria)

    def get(self, request: HttpRequest) -> HttpResponse:
        number = request.GET.get("recherche", "")
        text = typed_search(request, number)
        found = self._listing({**request.GET.dict(), "texte": text})
        return self._render_list(request, found, expired=bool(number) and not text)

    def post(self, request: HttpRequest) -> HttpResponse:
        found = self._listing(request.POST.dict())
        form = found.form
        if form.errors:
            return self._render_list(request, found)
        chosen = {name: value for name in CasesListing.filters if (value := request.POST.get(name))}
        if form.criteria.state is CaseStateFilter.OPEN:
            chosen.pop("etat", None)
        if form.criteria.text:
            chosen["recherche"] = keep_search(request, form.criteria.text)
        return redirect(f"{reverse('cases')}?{urlencode(chosen)}" if chosen else reverse("cases"))

    def show_typed(self) -> HttpResponse:
        return self.post(self.request)

    def _listing(self, asked: dict[str, str]) -> CasesListing:
        return CasesListing(user=self.user, asked=asked, today=self.today)

    def _render_list(self, request: HttpRequest, listing: CasesListing, *, expired: bool = False) -> HttpResponse:
        form, after = listing.form, request.GET.get("apres", "")
        self.criteria = [name for name in ("texte", *CasesListing.filters) if listing.asked.get(name)]
        self.shows = AccessEntry.Kind.LOOKUP if "texte" in self.criteria else AccessEntry.Kind.LIST
        found = queries.find_page(self.user, form.criteria, today=self.today, after=after)
        shown = found.shown
        context = {
            "form": form,
            "columns": listing.page_columns(),
            "lines": queries.build_rows(shown[: queries.PAGE_SIZE], today=self.today),
            "total": "" if found.is_similar else _total(found.total),
            "is_similar": found.is_similar and bool(shown),
            "expired": expired,
            "chips": [
                {"label": words, "url": _url_without(request, name)} for name, words in form.filter_words().items()
            ],
            "first_url": _url_without(request) if after else "",
            "next_url": _next_page_url(request, shown),
        }
        return render(request, "cases/list.html", context)


def _total(total: int) -> str:
    if total > COUNTED:
        return f"Plus de {COUNTED} situations"
    return f"{total} situation{'s' if total > 1 else ''}"


def _url_without(request: HttpRequest, *names: str) -> str:
    """The same list without these filters, from its beginning."""
    kept = {name: value for name, value in request.GET.items() if value and name not in {*names, "apres"}}
    return f"{reverse('cases')}?{urlencode(kept)}" if kept else reverse("cases")


def _next_page_url(request: HttpRequest, shown: Sequence[Case]) -> str:
    if len(shown) <= queries.PAGE_SIZE:
        return ""
    last = queries.position_of(shown[queries.PAGE_SIZE - 1])
    return f"{reverse('cases')}?{urlencode({**request.GET.dict(), 'apres': last})}"
