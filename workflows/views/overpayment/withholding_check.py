"""Vérifier la retenue of a line: what is known of it and of the household is filled in, and the computation stays with it."""

from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from cases.actions.lines import LawOfTheDay, fraud_of
from cases.forms import MoneyField
from cases.models import HouseholdMember, LedgerEntry, WithholdingCheck
from cases.rules.remedies import Remedy, WithholdingLaw
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


class ShareWithholdingForm(LineWithholdingForm):
    """Where the law sets a share of what is paid, the household is not asked about."""

    field_order = ["benefits", "observed", "debt", "on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("resources", "period", "rent", "is_couple", "children", "fraud"):
            del self.fields[name]
        self.fields["benefits"] = MoneyField(
            label="Allocation du mois, avant retenue",
            error_messages=MUST_BE_SAID | {"required": "Indiquer l’allocation du mois."},
        )
        self.order_fields(self.field_order)


class CheckWithholding(LineAct):
    """Offered where a scale exists: the letter that asks for a revision is one of those of the line."""

    title = "Vérifier la retenue"
    submit_label = "Comparer et garder le calcul"
    lead = "Le calcul reste avec la ligne, avec son barème et son jour, et remplit la demande de révision."

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        answer = super().find_objects(request, **kwargs)
        if "withholding" not in self.remedy.letters:
            raise Http404
        if self.limit and self.limit.note:
            self.lead = f"{self.lead} {self.limit.note}"
        return answer

    @cached_property
    def law(self) -> LawOfTheDay:
        return LawOfTheDay(on=self.today, territory=self.case.territory)

    @cached_property
    def remedy(self) -> Remedy:
        return self.law.remedy_for(self.line)

    @property
    def limit(self) -> WithholdingLaw | None:
        return self.remedy.withholding

    @property
    def is_of_share(self) -> bool:
        return self.limit is not None and self.limit.share is not None

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        if self.is_of_share:
            return ShareWithholdingForm(data, initial=self.get_withholding_initial())
        return LineWithholdingForm(data, initial=self.get_initial())

    def get_initial(self) -> dict[str, object]:
        """What was said at the last computation, for any line of the household; else what its record says."""
        return {**self.get_household_initial(), **self.get_withholding_initial()}

    def get_household_initial(self) -> dict[str, object]:
        checks = WithholdingCheck.objects.filter(line__notice__case__household=self.case.household_id)
        checks = checks.exclude(line__benefit__in=self.law.matrix.limited_by_share)
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
        left: Decimal = self.line.left  # type: ignore[attr-defined]  # annotated
        return {
            "observed": last.amount if last else None,
            "on": last.on if last else self.today,
            "debt": left + (last.amount if last else 0),
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
            fraud=FraudLevel(typed.get("fraud", FraudLevel.NONE)),
            law=self.limit,
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
