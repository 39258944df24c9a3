"""One line of an overpayment: to whom to write, until when, what was paid or withheld; and the acts beside its steps."""

from collections.abc import Collection
from datetime import date
from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse

from cases.actions.deadlines import facts_with_term
from cases.actions.ledger import AlreadyRecorded
from cases.actions.lines import LawOfTheDay, facts_of
from cases.forms import DayField, FormData, FormOptions, MoneyField, PastDayField, say_today
from cases.letters.offered import OfferedLetter, offered_letters
from cases.models import Case, Debt, DebtLine, LedgerEntry, Milestone, WithholdingCheck
from cases.refusals import Refusal
from cases.templatetags.relais import euros
from workflows.actions import lines, milestones
from workflows.queries.debt_lines import ShownLine, build_shown_lines as shown_lines, with_balance
from workflows.queries.questions import of_case as questions_of
from workflows.views.arrears.debt_movements import AnotherMovementForm, MovementCorrectionForm, describe_correction
from workflows.views.case.case_actions import ActPage
from workflows.views.overpayment.letters_due import chosen_letters
from workflows.views.overpayment.oral_exchanges import spoken_of
from workflows.views.parts.case_permissions import CasePermissions
from workflows.views.parts.fact_again import AGAIN, ask_if_another, is_another
from workflows.views.parts.far_days import ask_if_that_far
from workflows.views.parts.pages import CasePage

RECEIVED = (
    "formal_notice_received", "constraint_served", "seizure_notified", "revenue_order_received", "penalty_notice_received",
    "withholding_stopped", "schedule_missed", "commission_opinion", "completion_asked", "request_completed",
    "mediation_admitted", "mediation_concluded", "documents_invited", "reasons_given", "legal_aid_asked", "legal_aid_decided",
    "counsel_appointed", "waiver_refused_by_commission", "penalty_decided", "penalty_mediation_ended", "penalty_withdrawn",
)  # fmt: skip
"""What comes from outside while a line goes its way. What its steps record is not typed here."""


class LineOfCase(CasePage):
    """For who sees the whole case: sums and what was asked are not part of its card."""

    line: DebtLine

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if not self.full:
            raise PermissionDenied
        found = with_balance(DebtLine.objects.select_related("notice__creditor__organisation", "debt"))
        self.line = get_object_or_404(found, public_id=kwargs["line"], notice__case=self.case)
        return super().find_objects(request, **kwargs)

    @property
    def line_url(self) -> str:
        return reverse("case_line", args=[self.case.public_id, self.line.public_id])


class LinePage(LineOfCase):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        law = LawOfTheDay(on=self.today, territory=self.case.territory, with_letters=True)
        [shown] = shown_lines([self.line], law=law, data=self.data)
        words = self.data.words_of_milestones
        facts = sorted(
            (fact for fact in self.data.milestones if fact.debt_id == self.line.debt_id), key=_chronological_key
        )
        movements = self.line.debt.ledger.select_related("by", "corrects", "corrected_by").order_by("-on", "-pk")
        may_follow = CasePermissions.for_user(self.user, self.case, at=self.now).follow_plan and self.line.is_open
        checked = self.line.withholding_checks.select_related("by", "edition").last()
        return self.render_page(
            "lines/line.html",
            letters=self.letters(shown, law) if may_follow else [],
            shown=shown,
            line=self.line,
            notice=self.line.notice,
            checked=checked,
            scale_known_since=may_follow and checked is not None and is_known_since(checked, law),
            former_frauds=self.line.former_frauds.select_related("corrected_by"),
            facts=[(fact, words.get(fact.kind, fact.kind)) for fact in reversed(facts)],
            spoken=spoken_of(facts, shown=shown),
            movements=movements,
            questions=questions_of(self.case, law=law).get(self.line.pk, []),
            may_follow=may_follow,
            closing_url=self.closing_url(),
        )

    def closing_url(self) -> str:
        """Where the closing of the line is taken back, by who may; of an open case."""
        if self.line.is_open or not self.case.is_open:
            return ""
        closings = self.case.journal.filter(kind="line.closed", data__line=self.line.pk)
        closing = closings.filter(structure__in=self.held.get("handle_case", ())).order_by("-pk").first()
        return reverse("act_take_back", args=[self.case.public_id, closing.pk]) if closing else ""

    def letters(self, shown: ShownLine, law: LawOfTheDay) -> list[OfferedLetter]:
        return offered_letters(
            self.line,
            letters=law.letters,
            remedy=shown.remedy,
            standing=shown.standing,
            chosen=chosen_letters(step.task for step in shown.steps),
        )


def is_known_since(checked: WithholdingCheck, law: LawOfTheDay) -> bool:
    """Was the scale of the year of an estimate typed since?"""
    return checked.is_estimate and law.scales.scale_on(checked.on).holds(checked.on)


def _chronological_key(fact: Milestone) -> tuple[date, int]:
    return fact.happened_on, fact.pk


class LineAct(LineOfCase, ActPage):
    right = "follow_plan"

    @property
    def back_url(self) -> str:
        return self.line_url


class LineMovementForm(AnotherMovementForm):
    kind = forms.ChoiceField(
        label="Nature",
        choices=[(kind.value, kind.label) for kind in LedgerEntry.Kind.for_debt_kind(Debt.Kind.BENEFIT)],
        widget=forms.RadioSelect,
        initial=LedgerEntry.Kind.WITHHELD,
    )
    amount = MoneyField(label="Montant")
    on = DayField(label="Date", help_text="D’une retenue : le jour du versement diminué.")

    def __init__(self, data: FormData = None, *, debt: Debt, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, debt=debt, **kwargs)
        if "is_not_deducted" in self.data:
            self.ask_if_deducted()

    def ask_if_deducted(self) -> None:
        self.fields["is_not_deducted"] = forms.BooleanField(label="La lettre ne la déduit pas", required=False)


class RecordLineMovement(LineAct):
    title = "Enregistrer une retenue ou une somme"
    submit_label = "Enregistrer"
    lead = (
        "Une retenue vue pendant que le recouvrement est suspendu est signalée aussitôt, avec le texte qui l’interdit."
    )

    def get_form(self, data: QueryDict | None = None) -> LineMovementForm:
        return LineMovementForm(data, debt=self.line.debt)

    def carry_out(self, typed: dict[str, Any]) -> str:
        entry = lines.record_movement(case=self.case, line=self.line, by=self.user, at=self.now, **typed)
        return f"{entry.get_kind_display().capitalize()} : {euros(entry.amount)}."

    def add_refusal(self, form: Any, refusal: Refusal) -> None:
        if isinstance(refusal, AlreadyRecorded):
            form.ask_again()
        if isinstance(refusal, lines.PaidBeforeNotice):
            form.ask_if_deducted()
        super().add_refusal(form, refusal)


class CorrectLineMovement(LineAct):
    form_class = MovementCorrectionForm
    title = "Corriger un mouvement"
    submit_label = "Annuler ce mouvement"
    entry: LedgerEntry

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        answer = super().find_objects(request, **kwargs)
        entries = LedgerEntry.objects.exclude(kind=LedgerEntry.Kind.CORRECTION)
        self.entry = get_object_or_404(entries, public_id=kwargs["movement"], debt=self.line.debt)
        self.lead = describe_correction(self.entry)
        return answer

    def carry_out(self, typed: dict[str, Any]) -> str:
        lines.correct_movement(case=self.case, line=self.line, entry=self.entry, by=self.user, at=self.now, **typed)
        return "Mouvement annulé."


class FactForm(forms.Form):
    kind = forms.ChoiceField(label="Ce qui est arrivé")
    happened_on = PastDayField(
        label="Reçu ou constaté le",
        future="Cette date est à venir : saisir la date du fait accompli.",
        help_text="Contrainte : le jour de sa signification, même si l’acte a été retiré plus tard à l’étude.",
    )
    is_proved = forms.BooleanField(label="Date prouvée : acte, enveloppe ou horodatage en main", required=False)
    term = DayField(
        label="Pièces à remettre avant le",
        help_text="Demande incomplète : le jour écrit dans la lettre. Le délai de réponse n’est suspendu que jusqu’à ce jour ;"
        " s’il n’est pas écrit, rien n’est suspendu.",
        required=False,
    )

    def __init__(
        self,
        data: FormData = None,
        *,
        words: dict[str, str],
        line: DebtLine,
        case: Case,
        on: date,
        with_term: Collection[str],
        **kwargs: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **kwargs)
        self.with_term = with_term
        say_today(self, on)
        field: Any = self.fields["kind"]
        field.choices = [("", "Choisir"), *((kind, words[kind]) for kind in RECEIVED if kind in words)]
        ask_if_another(self, case=case, debt=line.debt, on=on)
        ask_if_that_far(self, "happened_on", on=on)

    def clean(self) -> None:
        cleaned = self.cleaned_data
        kind, on, term = cleaned.get("kind"), cleaned.get("happened_on"), cleaned.get("term")
        if term and kind and kind not in self.with_term:
            self.add_error(
                "term", "Seule une demande de pièces fixe ce jour : l’effacer, ou choisir ce qui est arrivé."
            )
        elif term and on and term <= on:
            self.add_error("term", "Ce jour précède la demande : vérifier les deux dates.")


class RecordLineFact(LineAct):
    title = "Enregistrer un courrier reçu"
    submit_label = "Enregistrer"
    lead = "Mise en demeure, contrainte, opposition à tiers détenteur : les délais sont calculés aussitôt."

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return FactForm(
            data,
            words=milestones.words_of_milestones(self.case, on=self.today),
            line=self.line,
            case=self.case,
            on=self.today,
            with_term=facts_with_term(on=self.today, territory=self.case.territory),
        )

    def carry_out(self, typed: dict[str, Any]) -> str:
        law = LawOfTheDay(on=self.today, territory=self.case.territory)
        milestones.record(
            case=self.case,
            debt=self.line.debt,
            context=law.context_of(self.line),
            kind=typed["kind"],
            happened_on=typed["happened_on"],
            term=typed["term"],
            is_another=is_another(typed.get(AGAIN, "")),
            known=Milestone.Known.PROVED if typed["is_proved"] else Milestone.Known.DECLARED,
            by=self.user,
            at=self.now,
        )
        for words in law.standing_of_line(self.line, facts_of([self.line])[self.line.debt_id]).without_effect:
            messages.warning(self.request, words)
        return "Fait enregistré, échéances à jour."
