"""Informer et contacter le ménage: attempt after attempt, until it is reached, declines, or cannot be reached."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from cases.actions import deadlines, support
from cases.forms import DayField
from cases.models import Beneficiary, ContactAttempt, HouseholdMember, InformationGiven, JournalEntry
from workflows.models import CaseTask
from workflows.steps.base import Step, StepForm
from workflows.steps.notes import keep_note, note_field
from workflows.steps.refusal import StepRefused

ATTEMPTS_BEFORE_GIVING_UP = 3
"""Two letters or calls, then a visit: the practice of the département’s mobile teams (domain/arrears.md §5)."""

NEXT = [
    ("reached", "Contact établi : passer au diagnostic"),
    ("again", "Pas encore joint : faire une autre tentative"),
    ("declined", "Le ménage ne souhaite pas être accompagné"),
    ("not_reached", f"Contact non établi, après {ATTEMPTS_BEFORE_GIVING_UP} tentatives"),
]


class ContactForm(StepForm):
    result = forms.ChoiceField(label="Où en est-on ?", choices=NEXT, widget=forms.RadioSelect)
    channel = forms.ChoiceField(label="Moyen", choices=ContactAttempt.Channel)
    made_on = DayField(label="Date du contact ou de la tentative")
    informed_by = forms.ChoiceField(
        label="Personne informée",
        help_text=(
            "Si le contact est établi : dire qui la suit, ce qui est partagé et avec qui, "
            "et qu’elle peut refuser le partage sans effet sur ses droits."
        ),
        choices=[("", "Indiquer comment"), *InformationGiven.Means.choices],
        required=False,
    )
    note = note_field("Lue par votre structure seulement. Pas de donnée de santé.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["made_on"].initial = localdate()

    def clean_made_on(self) -> Any:
        made_on = self.cleaned_data["made_on"]
        if made_on > localdate():
            raise ValidationError("Cette date est à venir : saisir la date du contact qui a eu lieu.")
        return made_on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("result") == "reached" and not cleaned.get("informed_by"):
            self.add_error(
                "informed_by",
                ValidationError("Informer la personne avant le diagnostic, et indiquer par quel moyen."),
            )
        return cleaned


class Contact(Step):
    fact = "contact_asked"
    form_class = ContactForm
    help = (
        "Chaque tentative compte. Une fois le ménage joint et informé, le dossier complet s’ouvre à votre structure."
    )

    def context(self, task: CaseTask) -> dict[str, Any]:
        return super().context(task) | {"contact_rule": task.process.answer("contact_rule")}

    def stays(self, task: CaseTask, data: dict[str, Any]) -> bool:
        return bool(data["result"] == "again")

    def act(self, task: CaseTask, data: dict[str, Any]) -> JournalEntry:
        case, turn, result = task.case, task.process.turn, data["result"]
        entry = support.record_attempt(
            case=case,
            structure=task.structure,
            by=turn.by,
            channel=data["channel"],
            result=result if result in ("reached", "declined") else "no_answer",
            made_on=data["made_on"],
            at=turn.at,
        )
        if result == "not_reached" and case.contact_attempts.count() < ATTEMPTS_BEFORE_GIVING_UP:
            raise StepRefused(
                f"Il faut {ATTEMPTS_BEFORE_GIVING_UP} tentatives avant de conclure que le contact n’est pas établi : "
                "enregistrer celle-ci, puis en faire une autre, par exemple un passage au domicile."
            )
        if result == "reached":
            support.inform(
                case=case,
                person=holder_of(task),
                structure=task.structure,
                by=turn.by,
                means=data["informed_by"],
                given_on=data["made_on"],
                at=turn.at,
                cause=entry,
            )
            deadlines.happened(
                case=case,
                fact="person_informed",
                on=data["made_on"],
                structure=task.structure,
                context=self.context(task),
                at=turn.at,
            )
        keep_note(task, data.get("note"), cause=entry)
        task.process.data["contacted"] = result
        return entry


def holder_of(task: CaseTask) -> Beneficiary:
    """The lease holder: whom one informs first."""
    members = HouseholdMember.objects.filter(household=task.case.household_id, until=None).select_related(
        "beneficiary"
    )
    return next((m.beneficiary for m in members if m.position == "holder"), members[0].beneficiary)
