"""Répondre à l’orientation: shared by every procedure that routes a case."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, NotRequired, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.acting import Away, away_in, why_not
from cases.actions import case as cases, deadlines, referents
from cases.forms import ColleagueField, UnfoldingForm, UnfoldingRadio
from cases.models import InformationGiven, JournalEntry, Referent, Structure, User
from workflows.models import FILL_PLACE, CaseProcess, CaseTask
from workflows.steps.asked_structures import ask_no_more
from workflows.steps.base import Begun, Press, Step, StepForm, choice_field
from workflows.steps.contact import awaiting_information
from workflows.steps.place import referent_procedure, stop_stale
from workflows.steps.refusal import StepRefused

DECLINE_REASONS = [
    ("out_of_criteria", "hors des critères d’intervention de la structure"),
    ("unknown_here", "ménage inconnu, suivi ailleurs"),
    ("no_capacity", "capacité dépassée"),
    ("conflict", "conflit d’intérêts"),
    ("moved", "le ménage a quitté le secteur"),
]


class AcceptOrDecline(UnfoldingForm):
    """What a structure answers when it is asked to take charge: of one household, or of several (workflows.views.backlog.lots)."""

    unfolds: ClassVar = {"accept": {"yes": ("professional",), "no": ("reason",)}}

    accept = forms.TypedChoiceField(
        label="Votre réponse",
        choices=[("yes", "Accepter : la structure prend en charge la situation"), ("no", "Décliner")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=UnfoldingRadio,
        error_messages={"required": "Choisir : accepter, ou décliner."},
    )
    professional = ColleagueField(
        label="Professionnel responsable",
        queryset=User.objects.none(),
        required=False,
        empty_label="Choisir un professionnel",
    )
    reason = forms.ChoiceField(
        label="Motif",
        help_text="La structure suivante le lira.",
        choices=[("", "Choisir un motif"), *DECLINE_REASONS],
        required=False,
    )

    def offer_professionals(
        self, colleagues: QuerySet[User], *, away: Mapping[int, Away], load: Mapping[int, int] | None = None
    ) -> None:
        """Those who may be named, until when each is away, and how many cases each has."""
        field: Any = self.fields["professional"]
        field.offer_colleagues(colleagues, away=away, load=load)

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if cleaned.get("accept") is True and not cleaned.get("professional"):
            self.add_error("professional", ValidationError("Nommer le professionnel qui prend en charge."))
        if cleaned.get("accept") is False and not cleaned.get("reason"):
            self.add_error("reason", ValidationError("Indiquer pourquoi la structure décline."))


class RoutingAnswerForm(StepForm, AcceptOrDecline):
    def prepare_fields(self) -> None:
        today = localdate()
        colleagues = permissions.colleagues_with_right(self.task.structure, "handle_case", at=today)
        self.offer_professionals(colleagues, away=away_in(self.task.structure, on=today))
        self.takes_it = colleagues.filter(pk=self.user.pk).exists()
        if self.takes_it:
            self.fields["professional"].initial = self.user.pk
        if is_imposed(self.task):
            choice_field(self, "accept").choices = [("yes", "Accepter : la situation a été attribuée par le pilote")]
            self.fields["accept"].initial = "yes"
            del self.fields["reason"]
        self.apply_quick_answer()

    @property
    def quick_answers(self) -> list[Press]:
        if not self.takes_it:
            return []
        return [Press("mine", "Accepter et m’en charger", {"accept": "yes", "professional": str(self.user.pk)})]


def is_imposed(task: CaseTask) -> bool:
    """Did the pilot attribute the case to this structure?"""
    return bool(task.process.answer("arbitrated") == "assigned")


class RoutingAnswers(TypedDict):
    """What a structure answered; nothing when it left the question unanswered."""

    accept: bool
    professional: NotRequired[User]
    """Who takes charge, when it accepts."""
    reason: NotRequired[str]
    """Why, when it declines."""


class AnswerRouting(Step[RoutingAnswers]):
    """Accept and name the professional, or decline with a reason. Left unanswered, it goes to the pilot."""

    right = "answer_routing"
    fact = "answer_asked"
    may_expire = True
    form_class = RoutingAnswerForm
    help = "Accepter engage la structure à contacter le ménage dans le délai affiché ; décliner passe à la suivante."

    def assigned_structure(self, process: CaseProcess) -> Structure:
        return Structure.objects.get(pk=process.answer("routed_to"))

    def assigned_professional(self, process: CaseProcess) -> None:
        return None

    def carry_out(self, task: CaseTask, data: RoutingAnswers) -> JournalEntry:
        if task.process.turn.by is None:
            return self._leave_unanswered(task)
        if data["accept"]:
            return self._accept_case(task, data["professional"])
        if is_imposed(task):
            raise StepRefused("La situation a été attribuée par le pilote : la structure nomme un professionnel.")
        return self._decline(task, data["reason"])

    def _accept_case(self, task: CaseTask, professional: User) -> JournalEntry:
        case, turn = task.case, task.process.turn
        task.process.data.pop("follows", None)
        if refused := why_not(professional, task.structure, by=turn.by, on=localdate(turn.at)):
            raise StepRefused(refused, field="professional")
        entry = journal.record(
            "step.accepted",
            at=turn.at,
            case=case,
            by=turn.by,
            structure=task.structure,
            cause=turn.cause,
            user=professional.pk,
        )
        cases.make_responsible(case=case, structure=task.structure, at=turn.at, by=turn.by, cause=entry)
        cases.assign_professional(
            case=case, user=professional, structure=task.structure, at=turn.at, by=turn.by, cause=entry
        )
        # Older editions count the information of the person from the acceptance: both days are said, to one edition,
        # so that one of the two rules counts, and one only.
        for fact, day in (("accepted", turn.at), ("data_received", min(task.created, turn.at))):
            deadlines.start(
                case=case,
                fact=fact,
                on=localdate(day),
                structure=task.structure,
                context=self.deadline_context(task),
                rules_of=localdate(turn.at),
            )
        task.process.data["answered"] = "accepted"
        self._follow_person(task, professional, cause=entry)
        return entry

    def _follow_person(self, task: CaseTask, professional: User, *, cause: JournalEntry) -> None:
        """Who takes charge of the case follows the person of whom it is, where structures name référents."""
        turn = task.process.turn
        found = referents.follow_case(
            case=task.case, structure=task.structure, user=professional, by=turn.by, at=turn.at, cause=cause
        )
        if found:
            task.process.data["follows"] = found[0].pk

    def procedures_to_start(self, task: CaseTask) -> list[Begun]:
        followed = task.process.answer("follows")
        if task.process.answer("answered") != "accepted" or followed is None:
            return []
        looked_for = CaseTask.objects.open().filter(
            case=OuterRef("case"), structure=OuterRef("structure"), node=FILL_PLACE
        )
        found = Referent.objects.select_related("case__responsible_structure", "structure", "user", "beneficiary")
        begun: list[Any] = list(found.filter(pk=followed).annotate(is_looked_for=Exists(looked_for)))
        for referent in begun:
            if referent.is_looked_for:  # nobody is asked any more to fill a place that is taken
                others = CaseTask.objects.open().of_case(referent.case).select_related("process__case", "structure")
                stop_stale(others, turn=task.process.turn)
        return [replace(referent_procedure(referent), read=referent) for referent in begun]

    def _decline(self, task: CaseTask, reason: str) -> JournalEntry:
        entry = self._withdraw_structure(task, "step.declined", reason=reason)
        task.process.data["answered"] = "declined"
        return entry

    def _leave_unanswered(self, task: CaseTask) -> JournalEntry:
        entry = self._withdraw_structure(task, "step.unanswered")
        task.process.data["answered"] = "unanswered"
        return entry

    def _withdraw_structure(self, task: CaseTask, kind: str, **data: Any) -> JournalEntry:
        """The structure no longer takes part, unless it still answers for the case."""
        case, turn = task.case, task.process.turn
        entry = journal.record(
            kind, at=turn.at, case=case, by=turn.by, structure=task.structure, cause=turn.cause, **data
        )
        task.process.data.setdefault("declined", []).append(task.structure.pk)
        ask_no_more(task.process, task.structure, cause=entry)
        return entry

    def on_task_abandoned(self, task: CaseTask) -> None:
        """Nobody is asked any more: the case closes, or the table asks another one."""
        ask_no_more(task.process, task.structure, cause=task.process.turn.cause)
        super().on_task_abandoned(task)


class AnswerOverpayment(AnswerRouting):
    """Shorter delays: the clocks of the letter run already, and who opened stays responsible meanwhile."""

    fact = "accompaniment_asked"
    help = "Accepter engage la structure à tenir les dates du courrier ; tant qu’elle n’a pas accepté, qui a ouvert en répond."

    def carry_out(self, task: CaseTask, data: RoutingAnswers) -> JournalEntry:
        entry = super().carry_out(task, data)
        told = InformationGiven.objects.filter(case=task.case_id, structure=task.structure)
        if task.process.answer("answered") == "accepted" and told.exists():  # whoever opened told her, letter in hand
            deadlines.meet(awaiting_information(task.case, task.structure), at=task.process.turn.at)
        return entry
