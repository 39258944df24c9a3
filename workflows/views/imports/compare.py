"""A file beside the sender’s previous one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cases.queries import lease_holders
from workflows.imports.months import find_parts
from workflows.imports.presentation import named_households
from workflows.views.imports import monthly_changes
from workflows.views.imports.base import JobPage, State
from workflows.views.imports.monthly_changes import Change
from workflows.views.parts.tabs import build_tab

SHOWN = 200


class CompareImport(JobPage):
    def get(self, request: HttpRequest, job: str) -> HttpResponse:
        found = self.find_job()
        parts = find_parts(found) if found.state == State.DONE and found.as_of else []
        before = monthly_changes.previous_job(found, parts=parts) if parts else None
        if before is None:
            messages.info(request, "Aucun fichier plus ancien de cet expéditeur auquel le comparer.")
            return redirect("import", job)
        lines = monthly_changes.compare_jobs(parts, before)
        counts = monthly_changes.count_changes(lines)
        asked = request.GET.get("voir", "")
        shown = Change(asked) if asked in set(Change) else next((change for change in Change if counts[change]), None)
        url = reverse("compare_import", args=[job])
        chosen = [line for line in lines if line.change is shown]
        leases = [(line.tenancy.household_id, line.tenancy) for line in chosen[:SHOWN]]
        named = named_households(leases, reader=self.user, sender=found.structure, today=self.today)
        names = dict.fromkeys(named, "") | lease_holders(named)
        context = {
            "job": found,
            "lead": f"Soldes arrêtés au {found.as_of:%d/%m/%Y}, comparés à ceux du {before.as_of:%d/%m/%Y}.",
            "tabs": [
                build_tab(change.label, f"{url}?voir={change}", current=change is shown, count=counts[change])
                for change in Change
            ],
            "lines": [(line, names.get(line.tenancy.household_id)) for line in chosen[:SHOWN]],
            "cut": len(chosen) - SHOWN,
        }
        return render(request, "imports/comparison.html", context)
