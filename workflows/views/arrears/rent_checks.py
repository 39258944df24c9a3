"""Is the debt real? The checks of a case, ticked one by one, and what they come to in the panel of its debt."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict

from cases.actions.rent_checks import checks_in_force, doubts_about, findings_of
from cases.forms import FormData, MoneyField
from cases.models import Case, Edition
from cases.rules.rent_checks import DOUBTED, FINDINGS, RentCheckRule, RentDoubts, RentFinding
from cases.templatetags.relais import euros
from workflows.actions.rent_checks import check_rent_debt
from workflows.queries.account import DebtAccount, rent_findings_of
from workflows.views.arrears.debt_movements import LeaseAct
from workflows.views.arrears.report_fields import PlainField


@dataclass(frozen=True, kw_only=True)
class RentChecksPanel:
    """What the page of the case says of them."""

    doubts: RentDoubts
    words: str
    """What they come to, as an estimate; empty when nothing is to be discussed."""
    is_too_much: bool
    """More is to be discussed than is still owed: something changed since."""


def rent_checks_panel(case: Case, account: DebtAccount) -> RentChecksPanel:
    doubts = doubts_about(case, on=account.on, findings=rent_findings_of(case))
    owed = account.expected_balance
    return RentChecksPanel(
        doubts=doubts, words=_estimate_words(doubts), is_too_much=owed is not None and doubts.total > owed
    )


def _estimate_words(doubts: RentDoubts) -> str:
    unknown = f"{doubts.without_sum} point{'s' if doubts.without_sum > 1 else ''} à chiffrer"
    if not doubts.total:
        return f"À discuter : {unknown}." if doubts.without_sum else ""
    more = f", et {unknown}" if doubts.without_sum else ""
    return f"À discuter dans cette dette : {euros(doubts.total)}{more}. C’est une estimation : le solde du bailleur reste le sien."


@dataclass(frozen=True, kw_only=True)
class AskedCheck:
    rule: RentCheckRule
    fields: list[forms.BoundField]


class RentChecksForm(forms.Form):
    """For each check: what is found, the sum, and what shows it."""

    template_name = "case/rent_checks_form.html"

    def __init__(
        self,
        data: FormData = None,
        *,
        rules: dict[str, RentCheckRule],
        known: dict[str, RentFinding],
    ) -> None:
        super().__init__(data)
        self.rules = rules
        for code, rule in rules.items():
            found = known.get(code)
            self.fields[f"finding_{code}"] = forms.ChoiceField(
                label="Ce que vous trouvez",
                choices=[("", "Pas encore vérifié"), *FINDINGS.items()],
                initial=found.finding if found else "",
                required=False,
            )
            self.fields[f"amount_{code}"] = MoneyField(
                label="Somme à discuter" if rule.lowers else "Somme à étaler",
                initial=found.amount if found else None,
                required=False,
            )
            self.fields[f"evidence_{code}"] = PlainField(
                label="Ce qui le montre",
                initial=found.evidence if found else "",
                max_length=200,
                required=False,
            )

    def get_context(self) -> dict[str, object]:
        return super().get_context() | {"checks": [self.asked(rule) for rule in self.rules.values()]}

    def asked(self, rule: RentCheckRule) -> AskedCheck:
        return AskedCheck(
            rule=rule, fields=[self[f"{name}_{rule.code}"] for name in ("finding", "amount", "evidence")]
        )

    @property
    def findings(self) -> dict[str, RentFinding | None]:
        return {code: self.finding_of(code) for code in self.rules}

    def finding_of(self, code: str) -> RentFinding | None:
        """A sum alone is a doubt; what shows it alone is nothing that was found."""
        said, amount = self.cleaned_data[f"finding_{code}"], self.cleaned_data[f"amount_{code}"]
        finding = said or (DOUBTED if amount else "")
        if not finding:
            return None
        return RentFinding(finding=finding, amount=amount, evidence=self.cleaned_data[f"evidence_{code}"])


class CheckRentDebt(LeaseAct):
    title = "Cette dette est-elle due ?"
    lead = (
        "Relevé de compte, bail et courriers de la CAF en main. Ce qui est noté ici ne change pas le solde du bailleur :"
        " c’est ce que le ménage peut discuter."
    )
    submit_label = "Enregistrer"
    edition: Edition
    rules: dict[str, RentCheckRule]

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if answer := super().find_objects(request, **kwargs):
            return answer
        self.edition, found = checks_in_force(on=self.today, territory=self.case.territory)
        housing = self.case.tenancy.housing if self.case.tenancy else ""
        self.known = findings_of(self.case.tenancy_id) if self.case.tenancy_id else {}
        self.rules = {code: rule for code, rule in found.items() if rule.concerns(housing) or code in self.known}
        return None

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        self.typed = RentChecksForm(data, rules=self.rules, known=self.known)
        return self.typed

    def carry_out(self, typed: Mapping[str, object]) -> str:
        entry = check_rent_debt(case=self.case, findings=self.typed.findings, by=self.user, at=self.now)
        if entry is None:
            return "Rien n’a changé."
        total: Decimal = doubts_about(self.case, on=self.today).total
        return f"Vérifications enregistrées. À discuter : {euros(total)}." if total else "Vérifications enregistrées."
