"""What one does on a case besides its steps: close it now, reopen it, record a dated fact, note."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Unpack

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst

from cases import permissions
from cases.actions import support
from cases.actions.milestones import current_milestone
from cases.forms import DayField, FormData, FormOptions, UnfoldingForm, UnfoldingSelect
from cases.models import Case, CaseOutcome, Milestone
from cases.models.case import Note
from cases.refusals import Refusal
from workflows.actions import dating, milestones
from workflows.actions.reopen import reopen_case
from workflows.actions.tasks import close_now
from workflows.flows import FLOWS
from workflows.queries.case_page import next_step_words, open_tasks
from workflows.steps.base import StepForm
from workflows.views.parts.case_permissions import CasePermissions
from workflows.views.parts.fact_again import AGAIN, ask_if_another, is_another
from workflows.views.parts.far_days import IS_FAR, ask_if_that_far
from workflows.views.parts.inline_form import InlineFormPage
from workflows.views.parts.pages import CasePage, FormPage


class ActPage(FormPage, CasePage):
    """A form about a case, and one act."""

    right = ""
    """The field of `CasePermissions` that opens the page."""
    title = submit_label = lead = ""

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if not getattr(CasePermissions.for_user(self.user, self.case, at=self.now), self.right):
            raise PermissionDenied
        return None

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        return self.lead_on(self.carry_out(typed), self.back_url)

    def carry_out(self, typed: dict[str, Any]) -> str:
        """Do it, and say what was done."""
        raise NotImplementedError

    def render_form(self, form: forms.Form) -> HttpResponse:
        return self.render_page(
            "case/act.html",
            back_url=self.back_url,
            form=form,
            title=self.title,
            lead=self.lead,
            submit_label=self.submit_label,
        )


class CloseNow(ActPage):
    right = "close"
    title = submit_label = "Clore le dossier"
    lead = "Ce qui attend encore sera annulé. Le dossier peut être rouvert."

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        waiting = next(iter(open_tasks(self.case)))
        closing: type[StepForm] = FLOWS[self.case.kind].instance.node("close").step.form_class
        form = closing(data, task=waiting, user=self.user)
        if "outcome" in form.fields and self.request.GET.get("issue") in CaseOutcome.values:
            form.fields["outcome"].initial = self.request.GET["issue"]
        return form

    def carry_out(self, typed: Mapping[str, object]) -> str:
        close_now(case=self.case, by=self.user, at=self.now, data={**typed, "turn": None})
        self.case.refresh_from_db(fields=["outcome"])
        return f"Dossier clos : {self.case.get_outcome_display()}. Il peut être rouvert depuis sa page."


class Reopen(ActPage):
    right = "reopen"
    title = submit_label = "Rouvrir le dossier"
    lead = "Le même dossier reprend, avec son histoire. L’orientation repart de la structure qui le suivait."

    def carry_out(self, typed: Mapping[str, object]) -> str:
        reopen_case(case=self.case, by=self.user, at=self.now)
        return f"Dossier rouvert. {next_step_words(self.case, on=self.today)}"


ORDER_TO_PAY, WRITTEN_DAY = "order_to_pay_served", "order_to_pay_term"


class MilestoneForm(UnfoldingForm):
    unfolds: ClassVar = {"kind": dict.fromkeys(("order_to_pay_planned", ORDER_TO_PAY), ("written_until", "guarantor"))}

    kind = forms.ChoiceField(
        label="Fait", widget=UnfoldingSelect(attrs={"data-narrow": "Chercher : commandement, audience, FSL…"})
    )
    happened_on = DayField(label="Date")
    known = forms.ChoiceField(
        label="Comment la date est connue",
        choices=[("proved", "Prouvée : acte ou courrier en main"), ("declared", "Déclarée par quelqu’un")],
        widget=forms.RadioSelect,
        initial=Milestone.Known.DECLARED,
    )

    written_until = DayField(
        label="Dernier jour pour payer écrit sur le commandement",
        help_text="D’un commandement signifié, s’il est écrit. S’il est plus long que le délai de la loi, il s’impose ; s’il est plus court, la loi compte.",
        required=False,
    )
    guarantor = forms.TypedChoiceField(
        label="Le bail a-t-il une caution (garant) ?",
        help_text="S’il y en a une, le commandement doit lui être signifié aussi.",
        choices=[("", "Non connu"), ("yes", "Oui"), ("no", "Non")],
        coerce=lambda answer: answer == "yes",
        empty_value=None,
        required=False,
    )
    is_before_lease = forms.BooleanField(
        label="Le bail a été renouvelé depuis : ce fait lui est antérieur",
        required=False,
    )

    def __init__(
        self,
        data: FormData = None,
        *,
        kinds: dict[str, list[tuple[str, str]]],
        case: Case,
        on: date,
        **kwargs: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **kwargs)
        self.on, self.case = on, case
        tenancy = case.tenancy
        field: Any = self.fields["kind"]
        field.choices = [("", "Choisir le fait"), *kinds.items()]
        if tenancy is None:
            del self.fields["guarantor"]
        elif tenancy.guarantor is not None:
            self.fields["guarantor"].initial = "yes" if tenancy.guarantor else "no"
        if not self._precedes_lease():
            del self.fields["is_before_lease"]
        ask_if_another(self, case=case, on=on)
        ask_if_that_far(self, "happened_on", on=on)

    def _precedes_lease(self) -> bool:
        """Asked of such a day alone: nobody else reads the question."""
        try:
            day = self.fields["happened_on"].clean(self.data.get("happened_on")) if self.is_bound else None
        except ValidationError:
            return False
        return day is not None and dating.precedes_lease(self.case, self.data.get("kind", ""), day)

    def clean(self) -> None:
        cleaned = self.cleaned_data
        day, kind = cleaned.get("happened_on"), cleaned.get("kind")
        if day and day > self.on and kind not in dating.MAY_BE_TO_COME:
            self.add_error("happened_on", ValidationError("Cette date est à venir : saisir la date du fait accompli."))
        if day and abs(day - self.on) > dating.FARTHEST:
            self.add_error("happened_on", ValidationError("Vérifier l’année : cette date est à plus de dix ans."))
        written = cleaned.get("written_until")
        if written and kind and kind != ORDER_TO_PAY:
            self.add_error(
                "written_until", "Seul un commandement signifié porte ce jour : l’effacer, ou changer de fait."
            )
        elif written and day and written <= day:
            self.add_error("written_until", "Ce jour précède la signification de l’acte : vérifier les deux dates.")
        elif written and abs(written - self.on) > dating.FARTHEST:
            self.add_error("written_until", "Vérifier l’année : cette date est à plus de dix ans.")


class RecordMilestone(ActPage):
    right = "record_fact"
    title = "Enregistrer un fait daté"
    submit_label = "Enregistrer"
    lead = "Les échéances qui comptent à partir de ce fait sont calculées aussitôt. Une autre date le corrige."

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        kinds = milestones.recordable_kinds(self.case, on=self.today)
        return MilestoneForm(data, initial=self.get_initial(), kinds=kinds, case=self.case, on=self.today)

    def get_initial(self) -> dict[str, object]:
        """The fact that the reader wants to correct or confirm, as it is known."""
        known = current_milestone(self.case, self.request.GET.get("fait", ""))
        if known is None:
            return {}
        written = current_milestone(self.case, WRITTEN_DAY) if known.kind == ORDER_TO_PAY else None
        return {
            "kind": known.kind,
            "happened_on": known.happened_on,
            "known": known.known,
            "written_until": written and written.happened_on,
        }

    def carry_out(self, typed: dict[str, Any]) -> str:
        written: date | None = typed.pop("written_until")
        typed.pop(IS_FAR, None)
        again = is_another(typed.pop(AGAIN, ""))
        with transaction.atomic():
            milestones.record(case=self.case, by=self.user, at=self.now, is_another=again, **typed)
            if written:
                self._record_written_day(written, typed)
            elif typed["kind"] == ORDER_TO_PAY and self.get_initial().get("written_until"):  # shown, and cleared
                milestones.withdraw(case=self.case, kind=WRITTEN_DAY, by=self.user, at=self.now)
        return f"Fait enregistré, échéances à jour. {next_step_words(self.case, on=self.today)}"

    def _record_written_day(self, day: date, typed: dict[str, Any]) -> None:
        """What is refused of it is said beside its own field."""
        said = {name: typed[name] for name in ("known", "is_before_lease") if name in typed}
        try:
            milestones.record(case=self.case, kind=WRITTEN_DAY, happened_on=day, by=self.user, at=self.now, **said)
        except Refusal as refusal:
            raise Refusal(str(refusal), field="written_until") from refusal


class WithdrawMilestone(ActPage):
    right = "record_fact"
    submit_label = "Retirer ce fait"
    lead = "S’il a été enregistré par erreur, ou n’aura pas lieu : les échéances qui en dépendent sont recalculées."
    milestone: Milestone

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        kinds = [code for group in milestones.recordable_kinds(self.case, on=self.today).values() for code, _ in group]
        found = current_milestone(self.case, kwargs["kind"]) if kwargs["kind"] in kinds else None
        if found is None:
            raise Http404
        self.milestone = found
        words = milestones.words_of_milestones(self.case, on=self.today)[self.milestone.kind]
        self.title = f"Retirer : {words}, {self.milestone.happened_on:%d/%m/%Y}"
        return super().find_objects(request, **kwargs)

    def carry_out(self, typed: Mapping[str, object]) -> str:
        milestones.withdraw(case=self.case, kind=self.milestone.kind, by=self.user, at=self.now)
        return f"Fait retiré, échéances à jour. {next_step_words(self.case, on=self.today)}"


class NoteForm(forms.Form):
    text = forms.CharField(
        label="Observation",
        help_text="Des faits utiles au suivi. Pas de donnée de santé ni de jugement : la personne peut la lire.",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4000,
    )
    visibility = forms.ChoiceField(label="Qui peut la lire", widget=forms.RadioSelect)

    def __init__(self, data: FormData = None, *, full: bool) -> None:
        super().__init__(data)
        field: Any = self.fields["visibility"]
        field.choices = [
            (code, capfirst(words))
            for code, words in Note.Visibility.choices
            if full or code != Note.Visibility.SHARED
        ]
        field.initial = Note.Visibility.INTERNAL


class WriteNote(InlineFormPage, ActPage):
    right = "write_note"
    title = "Écrire une observation"
    submit_label = "Enregistrer"

    def render_form(self, form: forms.Form) -> HttpResponse:
        return self.opened_here(form, title=self.title) if self.is_here else super().render_form(form)

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return NoteForm(data, full=self.full)

    def carry_out(self, typed: dict[str, Any]) -> str:
        structure = permissions.acting_structure(self.user, self.case, at=self.today)
        if structure is None:
            raise Http404
        written = self.case.notes.filter(author=self.user, written_at__date=self.today, **typed)
        if not written.exists():  # a second press on the button
            support.write_note(case=self.case, structure=structure, author=self.user, at=self.now, **typed)
        return "Observation enregistrée."


class RewriteNoteForm(NoteForm):
    def __init__(self, data: FormData = None, *, text: str) -> None:
        super().__init__(data, full=True)
        del self.fields["visibility"]
        self.fields["text"].initial = text


class RewriteNote(ActPage):
    """By its author alone, and at once when others read it: the chronology says that it was taken up again."""

    right = "write_note"
    title = "Reprendre l’observation"
    submit_label = "Enregistrer"
    lead = "Elle remplace ce que vous aviez écrit, pour les mêmes lecteurs."
    note: Note

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        self.note = get_object_or_404(Note, case=self.case, author=self.user, public_id=kwargs["note"])
        if not support.may_rewrite(self.note, at=self.now):
            self.lead = support.TOO_LATE  # what was typed meanwhile stays, to be copied
        return super().find_objects(request, **kwargs)

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return RewriteNoteForm(data, text=self.note.text)

    def carry_out(self, typed: dict[str, Any]) -> str:
        support.rewrite_note(note=self.note, text=typed["text"], by=self.user, at=self.now)
        return "Observation reprise."
