"""Is it the same household? Someone decides, and the line is judged again."""

from collections.abc import Callable
from functools import partial

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import permissions
from cases.models import AccessEntry, Tenancy
from cases.queries import lease_holders
from workflows.imports import doubts
from workflows.imports.existing_records import Home
from workflows.imports.plan import LinePlan
from workflows.models import IdentityDecision, ImportRow
from workflows.views.imports.base import SenderPage, doubtful_rows
from workflows.views.parts.pages import do_and_tell

ANSWERS = (
    (IdentityDecision.Address.MOVED, "Il a déménagé", "L’ancien bail se termine, le nouveau commence : deux dettes."),
    (IdentityDecision.Address.CORRECTED, "L’adresse est corrigée", "Le même bail, mieux écrit."),
    (IdentityDecision.Address.OTHER, "C’est une autre personne", "Un autre ménage a repris cette référence."),
)


def lease_asked_of(row: ImportRow) -> Tenancy | None:
    """The lease for which the line gives another address, if that is the question."""
    if row.match.get("question") != "address":
        return None
    return Tenancy.objects.filter(pk=row.match["tenancy"]).first()


class DoubtfulLinePage(SenderPage):
    """A sender decides about his own tenants; about anyone else’s only the pilot of the territory does, who alone sees
    both identities."""

    shows = AccessEntry.Kind.LIST
    held_back = ()

    def find_doubt(self) -> doubts.Doubt:
        rows = doubtful_rows().select_related("job__structure", "job__by")
        shown = Q(job__structure__in=self.structures) | Q(job__structure__territory__in=self.piloted_territories)
        row = get_object_or_404(rows.filter(shown), job__public_id=self.kwargs["job"], line=self.kwargs["line"])
        return doubts.Doubt(row, at_day=self.today)

    def may_see(self, doubt: doubts.Doubt, home: Home) -> bool:
        """Nor does a landlord see a household of which what is done is restricted: the pilot decides."""
        if doubt.row.job.structure.territory in self.piloted_territories:
            return True
        return doubt.is_own(home) and not permissions.restrictions_of(home.household.pk).exists()

    def may_decide(self, doubt: doubts.Doubt) -> bool:
        return all(self.may_see(doubt, home) for home, _match in doubt.candidates)

    def get(self, request: HttpRequest, job: str, line: int) -> HttpResponse:
        doubt = self.find_doubt()
        if lease := lease_asked_of(doubt.row):
            return self.ask_of_address(doubt, lease)
        candidates = [
            {"home": home if self.may_see(doubt, home) else None, "key": home.household.public_id, "match": match}
            for home, match in doubt.candidates
        ]
        context = {
            "row": doubt.row,
            "candidates": candidates,
            "can_decide": self.may_decide(doubt),
            "can_correct": self.is_mine(doubt.row),
            "back": self.import_url(doubt.row),
        }
        return render(request, "imports/line.html", context)

    def ask_of_address(self, doubt: doubts.Doubt, lease: Tenancy) -> HttpResponse:
        is_hidden = permissions.restrictions_of(lease.household_id).exists()
        context = {
            "row": doubt.row,
            "lease": lease,
            "tenant": "" if is_hidden else lease_holders([lease.household_id]).get(lease.household_id, ""),
            "place": doubt.read_address,
            "answers": ANSWERS,
            "can_correct": self.is_mine(doubt.row),
            "back": self.import_url(doubt.row),
        }
        return render(self.request, "imports/address.html", context)

    def post(self, request: HttpRequest, job: str, line: int) -> HttpResponse:
        doubt = self.find_doubt()
        if lease_asked_of(doubt.row):
            return self.decide_address(doubt.row, request.POST.get("address", ""))
        homes = {str(home.household.public_id): home for home, _match in doubt.candidates}
        answer = request.POST.get("household", "")
        if answer not in {*homes, "none"} or not self.may_decide(doubt):
            raise Http404
        household = homes[answer].household if answer in homes else None
        return self.decide(doubt.row, partial(doubts.decide_household, household=household))

    def decide_address(self, row: ImportRow, answer: str) -> HttpResponse:
        if answer not in IdentityDecision.Address:
            raise Http404
        return self.decide(row, partial(doubts.decide_address, answer=answer))

    def decide(self, row: ImportRow, act: Callable[..., LinePlan]) -> HttpResponse:
        def judge_again() -> str:
            plan = act(row, by=self.user, at=self.now, today=self.today)
            return f"Ligne {row.line} : {plan.reason}."

        do_and_tell(self.request, judge_again)
        return redirect(self.import_url(row))

    def is_mine(self, row: ImportRow) -> bool:
        return row.job.structure in self.structures

    def import_url(self, row: ImportRow) -> str:
        return reverse("import", args=[row.job.public_id]) if self.is_mine(row) else reverse("imports")
