"""« Ouvrir aux données réelles » : the conditions, for administrators of the installation and officers; what each does of them."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from cases.forms import DayField
from cases.models import Installation, JournalEntry
from cases.permissions import administers_installation
from config.opening import acts
from config.opening.attested import ATTESTED, find_readable
from config.opening.condition import Doer, OpeningCondition
from config.opening.conditions import read_conditions
from workflows.views.parts.pages import FormPage, Page, do_and_tell


class OpeningPage(Page):
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        self.sides = acts.find_sides(self.user, on=self.today)
        if not self.sides:
            raise Http404
        self.administers = administers_installation(self.user, at=self.today)
        self.find_objects(**kwargs)
        return super().dispatch(request, *args, **kwargs)

    def find_objects(self, **kwargs: object) -> None:
        """Find what else the page is about."""

    @property
    def near(self) -> frozenset[str]:
        """The territories where the reader works for this, and whose words he reads."""
        return acts.find_near(self.user, on=self.today)


class OpeningConditions(OpeningPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_page()

    def render_page(self) -> HttpResponse:
        conditions = read_conditions(self.now, near=self.near)
        since = Installation.read().real_data_since
        context = {
            "since": since,
            "opened_by": self.find_last("opening.opened") if since else None,
            "closed": None if since else self.find_last("opening.closed"),
            "missing": [each for each in conditions if not each.is_met],
            "to_do": [(each, self.may_do(each)) for each in conditions if not (each.is_met or each.is_attested)],
            "to_attest": [each for each in conditions if each.is_attested and not each.is_met],
            "met": [each for each in conditions if each.is_met],
            "administers": self.administers,
            "whys": acts.WHY,
        }
        return render(self.request, "administration/opening.html", context)

    def find_last(self, kind: str) -> JournalEntry | None:
        return JournalEntry.objects.filter(kind=kind).select_related("actor").order_by("-pk").first()

    def may_do(self, condition: OpeningCondition) -> bool:
        """May the reader enter the page where it is done?"""
        if condition.doer == Doer.OFFICER:
            return any(self.sides)
        return bool(condition.address) and self.administers


class OpenToRealData(OpeningPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        do_and_tell(request, self.carry_out)
        return redirect("opening")

    def carry_out(self) -> str:
        acts.open_to_real_data(by=self.user, at=self.now)
        return "Le bandeau est retiré : chaque page le suit d’ici une minute. Les délégués en sont prévenus."


class CloseToRealData(OpeningPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        do_and_tell(request, self.carry_out)
        return redirect("opening")

    def carry_out(self) -> str:
        acts.close_to_real_data(reason=self.request.POST.get("reason", ""), by=self.user, at=self.now)
        return "Le bandeau est remis : chaque page le montre d’ici une minute."


class AttestForm(forms.Form):
    done_on = DayField(label="Fait le", help_text="Le jour du document, de la signature ou de l’essai.")
    done_by = forms.CharField(
        label="Fait ou signé par",
        max_length=120,
        help_text="Un nom et une fonction, par exemple « Mme Roy, DPO du CCAS ».",
    )
    words = forms.CharField(
        label="Ce que vous avez vérifié",
        max_length=500,
        help_text="En une phrase, avec l’endroit où cela se lit. Rien sur une personne accompagnée.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ConditionPage(OpeningPage):
    """Of one condition that is attested."""

    def find_objects(self, **kwargs: object) -> None:
        found = ATTESTED.get(str(kwargs["condition"]))
        if found is None:
            raise Http404
        self.condition = found


class AttestCondition(FormPage, ConditionPage):
    form_class = AttestForm

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        acts.attest(condition=self.condition.code, by=self.user, at=self.now, **typed)
        return self.lead_on(f"Attesté : « {self.condition.title} ».", "opening")

    def render_form(self, form: forms.Form) -> HttpResponse:
        standing = find_readable(self.now, self.condition.code, near=self.near)
        context = {
            "form": form,
            "condition": self.condition,
            "standing": standing,
            "may_withdraw": any(row.territory in self.sides for row in standing),
        }
        return render(self.request, "administration/attest.html", context)


class WithdrawAttestation(ConditionPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        do_and_tell(request, self.carry_out)
        return redirect("opening")

    def carry_out(self) -> str:
        acts.withdraw(condition=self.condition.code, by=self.user, at=self.now)
        return f"Attestation retirée : « {self.condition.title} » n’est plus remplie."
