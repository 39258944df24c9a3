"""A landlord’s own pages: his reports, one of them with the plan to approve, his watch list, his settings."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from cases import permissions
from cases.actions.landlords import set_profile
from cases.actions.plans import current_plan
from cases.models import CLAIMANT_KINDS, LandlordProfile, RepaymentPlan, Report, Structure
from workflows import engine
from workflows.models import RoutingDecision
from workflows.queries import reports as queries
from workflows.steps.desk import pilot_of
from workflows.steps.refusal import StepRefused
from workflows.views.base import Page

PAGE_SIZE = 25
WATCHES_SHOWN = 500


class LandlordPage(Page):
    """Only for those who report for a landlord or a rent manager; for anyone else the page does not exist."""

    structures: list[Structure]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        mine = permissions.structures_where(self.user, "report_arrears", at=self.today)
        self.structures = list(mine.filter(kind__in=CLAIMANT_KINDS))
        if not self.structures:
            raise Http404
        self.ids = [structure.pk for structure in self.structures]
        return super().dispatch(request, *args, **kwargs)


class Reports(LandlordPage):
    """What waits for him first, then the newest; by reference, since a name never stands in an address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = {name: value for name in ("reference", "clos") if (value := request.GET.get(name, "").strip())}
        reports = permissions.visible_reports(self.user, at=self.today)
        if asked.get("clos") != "oui":
            reports = reports.filter(case__closed_on=None)
        if reference := asked.get("reference"):
            reports = reports.filter(tenancy__reference__iexact=reference)
        after = request.GET.get("apres", "")
        found = queries.to_answer_first(reports, after=after)[: PAGE_SIZE + 1]
        lines = queries.lines(found, mine=self.ids, on=self.today)
        shown, more = lines[:PAGE_SIZE], len(lines) > PAGE_SIZE
        context = {
            "lines": shown,
            "reference": asked.get("reference", ""),
            "with_closed": asked.get("clos") == "oui",
            "to_approve": sum(line.state is queries.Coarse.TO_APPROVE for line in shown),
            "first_url": f"?{urlencode(asked)}" if after else "",
            "next_url": f"?{urlencode(asked | {'apres': queries.key(shown[-1])})}" if more else "",
        }
        return render(request, "reports/list.html", context)


class ReportDetail(LandlordPage):
    """One report, and the answer to the plan when one waits."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.report = get_object_or_404(
            permissions.visible_reports(self.user, at=self.today).select_related("case", "tenancy"),
            public_id=kwargs["report"],
        )
        self.task = queries.plan_task(self.report)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, report: str) -> HttpResponse:
        return self._show(request, self._form(None))

    def post(self, request: HttpRequest, report: str) -> HttpResponse:
        form = self._form(request.POST)
        if form is None or self.task is None:
            messages.info(request, "Ce plan n’attend plus de réponse.")
            return redirect("report_detail", report=self.report.public_id)
        if not form.is_valid():
            return self._show(request, form)
        try:
            engine.complete(self.task, by=self.user, at=self.now, data=form.cleaned_data)
        except (engine.Refused, StepRefused) as refusal:
            form.add_error(None, str(refusal))
            return self._show(request, form)
        messages.success(request, "Votre réponse est enregistrée. Le professionnel qui suit le ménage est prévenu.")
        return redirect("report_detail", report=self.report.public_id)

    def _form(self, data: Any) -> Any:
        if self.task is None or not engine.may_act(self.user, self.task, at=self.now):
            return None
        return self.task.step.form_class(data, task=self.task, user=self.user)

    def _show(self, request: HttpRequest, form: Any) -> HttpResponse:
        report = queries.to_answer_first(Report.objects.filter(pk=self.report.pk))
        plan = current_plan(self.report.case) or RepaymentPlan.objects.filter(case=self.report.case).first()
        decision = RoutingDecision.objects.filter(case=self.report.case).first()
        context = {
            "line": queries.lines(report, mine=self.ids, on=self.today)[0],
            "form": form,
            "plan": plan,
            "instalments": list(plan.instalments.all()) if plan else [],
            "statements": self.report.tenancy.debt.statements.filter(source__in=self.structures).order_by("-as_of")[
                :12
            ],
            "public_reason": decision.explanation.get("public_reason", "") if decision else "",
            "contact": pilot_of(self.report.case.territory),
        }
        return render(request, "reports/detail.html", context)


class WatchList(LandlordPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        watches = permissions.visible_watches(self.user, at=self.today).select_related("tenancy__debt")[:WATCHES_SHOWN]
        return render(request, "reports/watch.html", {"watches": list(watches)})


class ProfileForm(forms.ModelForm[LandlordProfile]):
    class Meta:
        model = LandlordProfile
        fields = [
            "opening_dues",
            "balance_includes_next_term",
            "balance_includes_costs",
            "balance_includes_expected_aid",
        ]


class Profile(LandlordPage):
    """What holds for all files of the landlord; the first of his structures that has a profile."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(request, ProfileForm(instance=self._profile()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ProfileForm(request.POST, instance=self._profile())
        if not form.is_valid():
            return self._show(request, form)
        set_profile(profile=form.save(commit=False), by=self.user, at=self.now)
        messages.success(request, "Réglages enregistrés : ils valent pour les prochains imports.")
        return redirect("landlord_profile")

    def _profile(self) -> LandlordProfile:
        return get_object_or_404(LandlordProfile.objects.order_by("pk"), structure__in=self.structures)

    def _show(self, request: HttpRequest, form: ProfileForm) -> HttpResponse:
        return render(request, "reports/profile.html", {"form": form, "structure": form.instance.structure})
