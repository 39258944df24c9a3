"""Absences: one’s own, declaring one, and what became of it. Nothing is declared before its split was shown."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property

from cases import permissions
from cases.actions import absences as facts
from cases.models import Absence, AccessEntry, Structure, User
from cases.models.absences import ONE_DAY
from cases.queries import case_loads
from cases.rules.french import of_name
from cases.templatetags.relais import long_date
from workflows.actions import absences as acts
from workflows.queries import absences as queries, presence
from workflows.queries.absences import Split
from workflows.views.parts.pages import FormPage, Page, StructurePage
from workflows.views.team.absence_forms import DaysForm, DeclareForm, SplitForm, next_absence_words

PAST_SHOWN = 10
STAGES = ("Qui et quand", "Répartition")
TYPED = frozenset({"person", "since", "last_day", "reason", "substitutes"})
"""What the first screen asks; it goes with the second one."""


def in_words(first: date, last: date) -> str:
    """du 24 novembre 2026 au 4 décembre 2026."""
    return f"le {long_date(first)}" if last <= first else f"du {long_date(first)} au {long_date(last)}"


def days(absence: Absence) -> str:
    """Of one that was cancelled, the day on which it was to begin: it has no other."""
    if absence.is_cancelled:
        return f"annulée, prévue à partir du {long_date(absence.since)}"
    return in_words(absence.since, absence.last_day)


def who_is_told(absence: Absence) -> str:
    """What is said of the substitutes after an act, where there are some."""
    return " : les remplaçants sont prévenus." if absence.substitutes.exists() else "."


def uncovered_words(split: Split | None) -> str:
    """What is said of the cases that nobody takes."""
    count = split.uncovered_count if split else 0
    if count > 1:
        return f"{count} dossiers attendront le retour. Les responsables de la structure en sont prévenus."
    return "1 dossier attendra le retour. Les responsables de la structure en sont prévenus." if count else ""


class CoveredPage(StructurePage):
    """Of a structure in which the reader can be replaced."""

    def get_selectable_structures(self) -> QuerySet[Structure]:
        return permissions.structures_covered(self.user, at=self.today)


class MyAbsences(CoveredPage):
    """One’s own, and those whom one replaces."""

    def get(self, request: HttpRequest) -> HttpResponse:
        coming = presence.not_over(self.structure, on=self.today).filter(user=self.user)
        mine = Absence.objects.filter(user=self.user, structure=self.structure)
        past = mine.exclude(pk__in=mine.not_over(self.today))
        context = {
            "structure": self.structure,
            "structure_tabs": self.structure_tabs,
            "declare_url": f"{reverse('declare_my_absence')}?structure={self.structure.code}",
            "coming": [(absence, days(absence)) for absence in coming],
            "past": [(absence, days(absence)) for absence in past.order_by("-since")[:PAST_SHOWN]],
            "replaced": queries.replaced_by(self.user, self.structure, on=self.today),
        }
        return render(request, "absences/mine.html", context)


SPLIT_STAGES = ("count", "declare")
"""What the buttons under the split ask for."""


class DeclarePage(FormPage, StructurePage):
    """Who and when; then the split, which may be changed; then it is done."""

    back_link: dict[str, str]

    def get_form(self, data: QueryDict | None = None) -> DeclareForm:
        return DeclareForm(
            data,
            people=self.declarable_people(),
            coverers=self.coverers(),
            load=case_loads(self.structure, on=self.today),
            away=next_absence_words(presence.not_over(self.structure, on=self.today), on=self.today),
            initial={"person": self.request.GET.get("pour", ""), "since": self.today},
        )

    def declarable_people(self) -> QuerySet[User] | None:
        """Whose absence may be declared; None when it is one’s own."""
        return None

    def coverers(self) -> QuerySet[User]:
        return permissions.possible_substitutes(self.structure, at=self.today)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        """Each button says what is wanted: the days again, the split (as it was changed, or not), or that it be done."""
        wanted = self.request.POST.get("stage", "")
        if wanted == "days":
            return self.render_form(self.get_form(self.request.POST))
        facts.refuse_invalid_absence(
            user=typed.get("person", self.user),
            structure=self.structure,
            since=typed["since"],
            last_day=typed["last_day"],
            substitutes=typed["substitutes"],
            by=self.user,
            at=self.now,
        )
        split = self.propose_split(typed)
        form = SplitForm(self.request.POST if wanted else None, lines=split.lines, people=list(typed["substitutes"]))
        if wanted and not form.is_valid():
            return self.show_split(form, split, typed)
        if wanted == "declare":
            return self.declare(typed, form)
        if wanted:
            split = self.propose_split(typed, chosen=form.chosen_people)
        return self.show_split(form, split, typed)

    def show_typed(self) -> HttpResponse:
        form = self.get_form(self.request.POST)
        if not form.is_valid() or self.request.POST.get("stage", "") not in SPLIT_STAGES:
            return self.render_form(form)
        split = self.propose_split(form.cleaned_data)
        people = list(form.cleaned_data["substitutes"])
        chosen = SplitForm(self.request.POST, lines=split.lines, people=people)
        if chosen.is_valid():
            split = self.propose_split(form.cleaned_data, chosen=chosen.chosen_people)
        return self.show_split(chosen, split, form.cleaned_data)

    def propose_split(self, typed: dict[str, Any], *, chosen: Mapping[int, User | None] | None = None) -> Split:
        person, since, until = typed.get("person", self.user), typed["since"], typed["last_day"] + ONE_DAY
        found = queries.find_pieces(person, self.structure, since=since, until=until)
        split = queries.propose_split(
            found, structure=self.structure, substitutes=typed["substitutes"], chosen=chosen, on=self.today
        )
        queries.fill_in(
            split.lines,
            user=person,
            structure=self.structure,
            reader=self.user,
            since=since,
            until=until,
            on=self.today,
        )
        return split

    def declare(self, typed: dict[str, Any], form: SplitForm) -> HttpResponse:
        absence = acts.declare(
            user=typed.get("person", self.user),
            structure=self.structure,
            since=typed["since"],
            last_day=typed["last_day"],
            reason=typed["reason"],
            substitutes=typed["substitutes"],
            chosen=form.chosen_people,
            by=self.user,
            at=self.now,
        )
        told = " Les remplaçants sont prévenus." if typed["substitutes"] else ""
        return self.lead_on(f"Absence déclarée, {days(absence)}.{told}", "absence", absence.public_id)

    def render_form(self, form: DeclareForm) -> HttpResponse:
        context = {"form": form, "structure": self.structure, "stages": STAGES, **self.back_link}
        return render(self.request, "absences/declare.html", context)

    def show_split(self, form: SplitForm, split: Split, typed: dict[str, Any]) -> HttpResponse:
        person = typed.get("person")
        context = {
            "form": form,
            "split": split,
            "title": f"Répartir les dossiers {of_name(str(person))}" if person else "Répartir mes dossiers",
            "lead": f"Absence {in_words(typed['since'], typed['last_day'])} · {self.structure}",
            "left": uncovered_words(split),
            "typed": [(name, each) for name, values in self.request.POST.lists() for each in values if name in TYPED],
            "stages": STAGES,
            **self.back_link,
        }
        return render(self.request, "absences/split.html", context)


class Declare(DeclarePage):
    """A manager declares the absence of a member of his structure."""

    right = "view_backlog"

    def declarable_people(self) -> QuerySet[User]:
        return self.coverers()

    @property
    def back_link(self) -> dict[str, str]:  # type: ignore[override]
        return {"back_label": "Équipe", "back_url": f"{reverse('members')}?structure={self.structure.code}"}


class DeclareMine(DeclarePage, CoveredPage):
    def coverers(self) -> QuerySet[User]:
        return super().coverers().exclude(pk=self.user.pk)

    @property
    def back_link(self) -> dict[str, str]:  # type: ignore[override]
        return {"back_label": "Mes absences", "back_url": f"{reverse('my_absences')}?structure={self.structure.code}"}


class AbsencePage(Page):
    """Of an absence, for whoever is away and for the managers of his structure."""

    shows = AccessEntry.Kind.LIST
    absence: Absence

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        found = Absence.objects.select_related("user", "structure", "declared_by").prefetch_related("substitutes")
        self.absence = get_object_or_404(found, public_id=kwargs["absence"])
        if not self.is_manager and not self.is_mine:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def is_manager(self) -> bool:
        return permissions.has_right(self.user, "view_backlog", self.absence.structure_id, at=self.today)

    @property
    def is_mine(self) -> bool:
        mine = permissions.structures_covered(self.user, at=self.today)
        return self.absence.user == self.user and mine.filter(pk=self.absence.structure_id).exists()

    @property
    def url(self) -> str:
        return reverse("absence", args=[self.absence.public_id])

    @cached_property
    def split(self) -> Split:
        """As it stands, from today on."""
        return queries.standing_split(self.absence, reader=self.user, on=self.today)

    @property
    def absence_context(self) -> dict[str, object]:
        """What each of its pages says."""
        return {
            "absence": self.absence,
            "url": self.url,
            "lead": f"Absence {days(self.absence)} · {self.absence.structure}",
            "who": self.absence.user.get_full_name(),
        }


class AbsenceView(AbsencePage):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        is_over = self.absence.is_over(self.today)
        split = None if is_over else self.split
        context = {
            **self.absence_context,
            **self.back_link,
            "is_over": is_over,
            "has_begun": self.absence.since <= self.today,
            "split": split,
            "left": uncovered_words(split),
        }
        return render(request, "absences/absence.html", context)

    @property
    def back_link(self) -> dict[str, str]:
        if self.absence.user == self.user:
            return {"back_label": "Mes absences", "back_url": reverse("my_absences")}
        return {"back_label": "Équipe", "back_url": f"{reverse('members')}?structure={self.absence.structure.code}"}


class AbsenceAct(FormPage, AbsencePage):
    title = submit_label = help = ""
    back_label = "Annuler"
    template = "absences/act.html"

    def process_sent(self, form: forms.Form) -> HttpResponse:
        return self.lead_on(self.carry_out(form), self.url)

    def carry_out(self, form: Any) -> str:
        """Do it, and say what was done."""
        raise NotImplementedError

    def render_form(self, form: forms.Form) -> HttpResponse:
        context = {
            **self.absence_context,
            "form": form,
            "title": self.title,
            "submit_label": self.submit_label,
            "help": self.help,
            "back_label": self.back_label,
        }
        return render(self.request, self.template, context)


class SplitAgain(AbsenceAct):
    """Who does what, changed from today on; by anybody of the structure who could."""

    title = "Changer la répartition"
    submit_label = "Enregistrer la répartition"
    template = "absences/split_again.html"

    def get_form(self, data: QueryDict | None = None) -> SplitForm:
        able = permissions.possible_substitutes(self.absence.structure, at=self.today).exclude(pk=self.absence.user_id)
        return SplitForm(data, lines=self.split.lines, people=list(able))

    def carry_out(self, form: SplitForm) -> str:
        entry = acts.split_again(absence=self.absence, chosen=form.chosen_people, by=self.user, at=self.now)
        return "Répartition enregistrée : les remplaçants sont prévenus." if entry else "Rien n’a changé."


class ChangeDays(AbsenceAct):
    title = "Changer les dates de l’absence"
    submit_label = "Enregistrer"
    help = "Les remplaçants voient les dossiers pendant les nouvelles dates, et pas au-delà."

    def get_form(self, data: QueryDict | None = None) -> DaysForm:
        form = DaysForm(data, initial={"since": self.absence.since, "last_day": self.absence.last_day})
        if self.absence.since <= self.today:
            form.fields["since"].disabled = True
            form.fields["since"].help_text = "L’absence a commencé : ce jour ne change plus."
        return form

    def carry_out(self, form: DaysForm) -> str:
        acts.change_days(absence=self.absence, by=self.user, at=self.now, **form.cleaned_data)
        self.absence.refresh_from_db()
        return f"Absence {days(self.absence)}{who_is_told(self.absence)}"


class EndAbsence(AbsenceAct):
    """Or cancel it, as long as it has not begun."""

    back_label = "Ne rien changer"

    title = submit_label = "Mettre fin à l’absence"
    help = "La personne reprend ses dossiers. Les remplaçants ne les voient plus, dès maintenant."

    @property
    def has_begun(self) -> bool:
        return self.absence.since <= self.today

    def render_form(self, form: forms.Form) -> HttpResponse:
        if not self.has_begun:
            self.title = self.submit_label = "Annuler l’absence"
            self.help = "La personne garde ses dossiers, et personne ne la remplace ces jours-là."
        return super().render_form(form)

    def carry_out(self, form: forms.Form) -> str:
        acts.end(absence=self.absence, by=self.user, at=self.now)
        return f"L’absence {'a pris fin' if self.has_begun else 'est annulée'}{who_is_told(self.absence)}"
