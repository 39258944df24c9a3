"""What is known of a fraud on a line: corrected by who follows it, and what was said before stays."""

from collections.abc import Mapping

from django import forms
from django.http import QueryDict

from workflows.actions import lines
from workflows.views.overpayment.line import LineAct
from workflows.views.overpayment.notice_forms import FraudForm


class CorrectFraud(LineAct):
    title = "Dire qui a qualifié la fraude"
    submit_label = "Enregistrer"
    lead = (
        "Une fraude qualifiée exclut souvent la remise de dette et allonge la prescription. Un soupçon, ou un courrier qui"
        " l’évoque sans décision, n’exclut rien. Ce qui était noté avant reste visible."
    )

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        known = {"fraud": self.line.fraud, "fraud_by": self.line.fraud_by, "fraud_on": self.line.fraud_on}
        return FraudForm(data, initial=known)

    def carry_out(self, typed: Mapping[str, object]) -> str:
        lines.correct_fraud(
            case=self.case,
            line=self.line,
            said=typed["fraud"],
            authority=typed["fraud_by"],
            on=typed["fraud_on"],
            by=self.user,
            at=self.now,
        )
        return "Enregistré : ce qui est possible sur cette ligne est à jour."
