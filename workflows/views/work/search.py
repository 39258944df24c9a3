"""The search box of every page: what is typed names somebody, so it is posted, kept in the session, and found by its number."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cases.models import AccessEntry
from workflows.queries import search
from workflows.views.parts.list_page import keep_search, typed_search
from workflows.views.parts.pages import ANY_METHOD, Page

LONGEST = 100
SHOWN = 20


class SearchView(Page):
    held_back = ANY_METHOD
    shows: str = ""
    text = ""

    def find_criteria(self) -> list[str]:
        return ["texte"] if self.text else []

    def get(self, request: HttpRequest) -> HttpResponse:
        number = request.GET.get("recherche", "")
        return self.render_found(typed_search(request, number), expired=bool(number))

    def post(self, request: HttpRequest) -> HttpResponse:
        text = request.POST.get("texte", "").strip()[:LONGEST]
        if not text:
            return redirect("search")
        return redirect(f"{reverse('search')}?recherche={keep_search(request, text)}")

    def show_typed(self) -> HttpResponse:
        return self.render_found(self.request.POST.get("texte", "").strip()[:LONGEST])

    def render_found(self, text: str, *, expired: bool = False) -> HttpResponse:
        self.text = text
        self.shows = AccessEntry.Kind.LOOKUP if text else ""
        found = search.search(self.user, text, today=self.today, most=SHOWN) if text else None
        context = {"text": text, "found": found, "expired": expired and not text}
        return render(self.request, "search/found.html", context)
