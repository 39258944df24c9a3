"""« Revue des comptes »: who is still there, confirmed together; who is not is ended on his own page."""

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases.models import Membership
from config.accounts import review
from workflows.views.parts.pages import StructurePage, do_and_tell


class ReviewMembers(StructurePage):
    right = "manage_members"

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.render_page()

    def show_typed(self) -> HttpResponse:
        return self.render_page(ticked=self.request.POST.getlist("present"))

    def render_page(self, *, ticked: Collection[str] = ()) -> HttpResponse:
        members = list(review.find_members(self.structure, on=self.today))
        context = {
            "structure": self.structure,
            "rows": [self.describe(each, ticked) for each in members],
        }
        return render(self.request, "accounts/review.html", context)

    def describe(self, membership: Any, ticked: Collection[str]) -> tuple[Membership, bool, bool]:
        """With: must it be confirmed, was it ticked?"""
        return membership, membership.said_on <= self.today - review.EVERY, str(membership.pk) in ticked

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        do_and_tell(request, self.confirm)
        return redirect("review_members", self.structure.code)

    def confirm(self) -> str:
        ids = self.request.POST.getlist("present")
        count = review.confirm(structure=self.structure, ids=ids, by=self.user, at=self.now)
        if not count:
            return "Aucune ligne cochée : rien n’a été changé."
        return "1 rattachement confirmé." if count == 1 else f"{count} rattachements confirmés."
