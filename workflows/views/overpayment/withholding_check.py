"""Vérifier la retenue of a line: what is known of it and of the household is filled in, and the computation stays with it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from cases.actions.lines import LawOfTheDay, fraud_of
from cases.models import HouseholdMember, LedgerEntry, WithholdingCheck
from cases.rules.withholding import FraudLevel
from cases.templatetags.relais import euros
from workflows.actions import lines
from workflows.views.overpayment.line import LineAct
from workflows.views.overpayment.withholding_calculator import MUST_BE_SAID, WithholdingForm, means_of

SAID_OF_THE_HOUSEHOLD = ("resources", "period", "benefits", "rent", "children")


class LineWithholdingForm(WithholdingForm):
    def clean_observed(self) -> Decimal:
        observed: Decimal = self.cleaned_data["observed"]
        if not observed:
            raise forms.ValidationError(MUST_BE_SAID["invalid"])
        return observed


class CheckWithholding(LineAct):
    """Offered where a scale exists: the letter that asks for a revision is one of those of the line."""

    title = "Vérifier la retenue"
    submit_label = "Comparer et garder le calcul"
    lead = "Le calcul reste avec la ligne, avec son barème et son jour, et remplit la demande de révision."

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        answer = super().find_objects(request, **kwargs)
        remedy = LawOfTheDay(on=self.today, territory=self.case.territory).remedy_for(self.line)
        if "withholding" not in remedy.letters:
            raise Http404
        return answer

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return LineWithholdingForm(data, initial=self.get_initial())

    def get_initial(self) -> dict[str, object]:
        """What was said at the last computation, for any line of the household; else what its record says."""
        return {**self.get_household_initial(), **self.get_withholding_initial()}

    def get_household_initial(self) -> dict[str, object]:
        checks = WithholdingCheck.objects.filter(line__notice__case__household=self.case.household_id)
        if last := checks.order_by("pk").last():
            said = {name: getattr(last, name) for name in SAID_OF_THE_HOUSEHOLD}
            return {**said, "is_couple": "oui" if last.is_couple else "non"}
        places = list(self.case.household.memberships.filter(until=None).values_list("position", flat=True))
        lease = self.case.household.tenancies.filter(ended_on=None).order_by("pk").last()
        return {
            "rent": lease.rent if lease else None,
            "is_couple": "oui" if HouseholdMember.Position.SPOUSE in places else "non",
            "children": places.count(HouseholdMember.Position.CHILD),
        }

    def get_withholding_initial(self) -> dict[str, object]:
        seen = self.line.debt.ledger.filter(kind=LedgerEntry.Kind.WITHHELD, corrected_by=None)
        last = seen.order_by("on", "pk").last()
        return {
            "observed": last.amount if last else None,
            "on": last.on if last else self.today,
            "debt": self.line.left,  # type: ignore[attr-defined]  # annotated
            "fraud": FraudLevel.FIRST if fraud_of(self.line) else FraudLevel.NONE,
        }

    def carry_out(self, typed: dict[str, Any]) -> str:
        kept = lines.check_withholding(
            case=self.case,
            line=self.line,
            means=means_of(typed),
            observed=typed["observed"],
            on=typed["on"],
            debt=typed["debt"],
            fraud=FraudLevel(typed["fraud"]),
            by=self.user,
            at=self.now,
        )
        if kept.is_estimate:
            return (
                f"Estimation gardée. Le barème de {kept.on.year} n’est pas connu : rien ne peut être conclu, ni la révision"
                " demandée."
            )
        if kept.is_above:
            return f"La retenue dépasse le barème de {euros(kept.excess)} : le courrier de révision est prêt à relire."
        return "La retenue ne dépasse pas le barème. Le calcul est gardé."
