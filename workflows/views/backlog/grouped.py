"""Several steps of the backlog at once: tried on the page, done in one act with its reason, undone within a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property

from cases import permissions
from cases.actions import labels
from cases.forms import DayField, FormData, FormOptions
from cases.models import AccessEntry, JournalEntry, Label, User
from cases.queries import names_of
from cases.refusals import Refusal
from cases.rules.parameters import read_uuid
from workflows.actions import grouped, grouped_labels, grouped_undo
from workflows.actions.grouped import Done, Giving, GroupedActContext, PlannedTask
from workflows.actions.grouped_kinds import ACT_OF, GroupedActKind
from workflows.models import CaseTask
from workflows.queries.queues import tasks_of
from workflows.queries.time_left import with_last_day
from workflows.views.backlog.backlog import WEEK_AHEAD, BacklogPage, url_with_query
from workflows.views.backlog.labels import words_field
from workflows.views.parts.pages import FormPage

TO = "vers-"
"""Prefix of what was chosen by hand for one step."""
DO = "faire"
SHOWN_LEFT = 10
TYPED = ("motif", "jusquau", "etiquette", "nouvelle")
LABELLING = (GroupedActKind.LABEL, GroupedActKind.UNLABEL)
HAPPENS = {
    GroupedActKind.SET_ASIDE: "Mise de côté, échéance inchangée.",
    GroupedActKind.LABEL: "Le dossier la portera, pour votre structure seulement.",
    GroupedActKind.UNLABEL: "Le dossier ne la portera plus.",
}


class ReasonForm(forms.Form):
    """Its names are those of the addresses, hence French."""

    motif = forms.ChoiceField(label="Motif", error_messages={"required": "Choisir un motif."})

    def __init__(self, data: FormData = None, *, act: GroupedActKind, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["motif"]
        field.choices = [("", "Choisir un motif"), *act.reasons.items()]


class AsideForm(ReasonForm):
    jusquau = DayField(
        label="À revoir le",
        help_text="Ce jour-là, l’étape revient dans les files. Ni son échéance ni ses rappels ne changent.",
    )
    field_order = ["jusquau", "motif"]


class GroupedLabelForm(ReasonForm):
    etiquette = forms.ChoiceField(label="Étiquette", required=False)
    nouvelle = words_field("Ou une nouvelle", required=False)
    field_order = ["etiquette", "nouvelle", "motif"]

    def __init__(
        self, data: FormData = None, *, act: GroupedActKind, known: dict[str, str], **kwargs: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, act=act, **kwargs)
        field: Any = self.fields["etiquette"]
        field.choices = [("", "Choisir une étiquette"), *known.items()]
        if act is GroupedActKind.UNLABEL:
            del self.fields["nouvelle"]
        elif not known:
            del self.fields["etiquette"]

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if not self.errors and bool(cleaned.get("etiquette")) is bool(cleaned.get("nouvelle")):
            raise forms.ValidationError("Choisir une étiquette, ou en écrire une nouvelle : l’une des deux.")


class GroupedAct(FormPage, BacklogPage):
    """The page is its own trial: nothing is written before the last button."""

    shows = AccessEntry.Kind.LIST
    act: GroupedActKind
    tasks: list[CaseTask]

    def find_objects(self, **kwargs: object) -> None:
        sent = self.request.POST if self.request.method == "POST" else self.request.GET
        try:
            self.act = GroupedActKind(sent.get("acte", GroupedActKind.GIVE))
        except ValueError:
            raise Http404 from None
        asked = [key for key in dict.fromkeys(sent.getlist("etape")) if read_uuid(key)]
        found = tasks_of(self.structure).filter(public_id__in=asked[: grouped.MOST + 1])
        self.tasks = list(
            with_last_day(found)
            .select_related("case", "owner", "structure")
            .order_by("-comes_first", "nearest_on", "pk")
        )
        self.gone = len(asked) - len(self.tasks)

    @property
    def back_code(self) -> str:
        """Whether one came from what becomes late next week."""
        sent = self.request.POST if self.request.method == "POST" else self.request.GET
        return WEEK_AHEAD if sent.get("retour") == WEEK_AHEAD else ""

    @property
    def back_page(self) -> str:
        return "backlog_week" if self.back_code else "backlog_list"

    @cached_property
    def setting(self) -> GroupedActContext:
        return GroupedActContext(structure=self.structure, by=self.user, at=self.now)

    @cached_property
    def giving(self) -> Giving:
        return Giving(self.tasks, self.setting)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return super().post(request, **kwargs) if DO in request.POST else self.show_typed()

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        done = self.carry_out_act(typed)
        announce_done(self.request, done, act=self.act)
        done_url = reverse("backlog_act", args=[self.structure.code, done.entry.pk])
        return redirect(f"{done_url}?retour={self.back_code}" if self.back_code else done_url)

    def show_typed(self) -> HttpResponse:
        return self.render_form(self.get_form(initial={name: self.request.POST.get(name) for name in TYPED}))

    def carry_out_act(self, typed: dict[str, Any]) -> Done:
        reason = typed["motif"]
        if self.act is GroupedActKind.GIVE:
            return grouped.give_several(self.plan_lines(), self.setting, reason=reason)
        if self.act is GroupedActKind.REMIND:
            return grouped.remind_several(self.plan_lines(), self.setting, reason=reason)
        if self.act in LABELLING:
            words = typed.get("nouvelle", "")
            label = None if words else self.label
            return grouped_labels.label_several(
                self.tasks, self.setting, act=self.act, label=label, words=words, reason=reason
            )
        until = typed["jusquau"]
        return grouped.set_several_aside(self.plan_lines(until=until), self.setting, until=until, reason=reason)

    def plan_lines(self, *, until: date | None = None) -> list[PlannedTask]:
        if self.act is GroupedActKind.GIVE:
            return self.giving.plan(among=self.chosen_colleagues, chosen=self.by_hand)
        if self.act is GroupedActKind.REMIND:
            return grouped.plan_reminders(self.tasks, self.setting)
        if self.act in LABELLING:
            return grouped_labels.plan_labelling(self.tasks, act=self.act, label=self.label)
        return grouped.plan_setting_aside(self.tasks, self.setting, until=until)

    @cached_property
    def chosen_colleagues(self) -> list[User]:
        """The colleagues among whom the steps are divided: those ticked, or those whom one would ask first."""
        if self.request.method != "POST":
            return self.giving.usual_recipients
        ticked = self.request.POST.getlist("collegue")
        return [user for user in self.giving.colleagues if str(user.pk) in ticked]

    @cached_property
    def label(self) -> Label | None:
        """The one chosen, or that the structure already has under the words that are typed."""
        if words := self.request.POST.get("nouvelle", "").strip():
            return labels.find_by_words(self.structure, words)
        chosen = self.request.POST.get("etiquette", "")
        return Label.objects.select_related("structure").get(pk=chosen) if chosen in self.labels else None

    @cached_property
    def by_hand(self) -> dict[int, User]:
        known = {str(user.pk): user for user in self.giving.colleagues}
        picked = {task.pk: self.request.POST.get(f"{TO}{task.public_id}", "") for task in self.tasks}
        return {pk: known[code] for pk, code in picked.items() if code in known}

    def get_form(self, data: QueryDict | None = None, **more: Any) -> ReasonForm:
        if self.act in LABELLING:
            return GroupedLabelForm(data, act=self.act, known=self.labels, **more)
        kind = AsideForm if self.act is GroupedActKind.SET_ASIDE else ReasonForm
        return kind(data, act=self.act, **more)

    def render_form(self, form: ReasonForm) -> HttpResponse:
        until = (
            getattr(form, "cleaned_data", {}).get("jusquau") if form.is_bound else _day(form.initial.get("jusquau"))
        )
        lines = self.plan_lines(until=until)
        names = names_of(line.task.case for line in lines)
        able = [line for line in lines if not line.refusal]
        context = {
            "structure": self.structure,
            "act": self.act,
            "form": form,
            "rows": [
                {
                    "line": line,
                    "person": names.get(line.task.case_id, ""),
                    "name": f"{TO}{line.task.public_id}",
                    "by_hand": self.by_hand[line.task.pk].pk
                    if self.is_giving and line.task.pk in self.by_hand
                    else None,
                }
                for line in lines
            ],
            "gives": self.is_giving,
            "happens": HAPPENS.get(self.act, ""),
            "colleagues": self._colleagues(able) if self.is_giving else [],
            "count": len(able),
            "left": len(lines) - len(able),
            "gone": self.gone,
            "button": _button(self.act, len(able)),
            "back_code": self.back_code,
            "back_url": url_with_query(self.back_page, structure=self.structure.code),
        }
        return render(self.request, "backlog/grouped.html", context)

    @property
    def is_giving(self) -> bool:
        return self.act is GroupedActKind.GIVE

    def _colleagues(self, able: Sequence[PlannedTask]) -> list[dict[str, object]]:
        return [
            {
                "user": user,
                "chosen": user in self.chosen_colleagues,
                "load": self.giving.loads[user.pk],
                "added": sum(line.to == user for line in able),
                "away": self.giving.away.get(user.pk),
            }
            for user in self.giving.colleagues
        ]


class GroupedDone(BacklogPage):
    """What an act did, and how to undo it."""

    shows = AccessEntry.Kind.LIST
    entry: JournalEntry

    def find_objects(self, **kwargs: object) -> None:
        found = JournalEntry.objects.filter(kind__in=list(ACT_OF), structure=self.structure)
        self.entry = get_object_or_404(found.select_related("actor", "structure"), pk=kwargs["entry"])
        self.act = ACT_OF[self.entry.kind]

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        lines = list(grouped_undo.done_by(self.entry))
        tasks = CaseTask.objects.in_bulk([line.data["task"] for line in lines])
        users = User.objects.in_bulk([pk for line in lines if (pk := line.data.get("to"))])
        seen = permissions.visible_cases(self.user, at=self.today).filter(pk__in=[line.case_id for line in lines])
        names = names_of(seen)
        context = {
            "structure": self.structure,
            "entry": self.entry,
            "title": self.act.label,
            "reason": self.act.reasons.get(self.entry.data["reason"], ""),
            "until": _day(self.entry.data.get("until")),
            "label": Label.objects.filter(pk=self.entry.data.get("label")).first(),
            "rows": [
                {
                    "task": tasks[line.data["task"]],
                    "case": line.case,
                    "person": names.get(line.case.pk, "") if line.case else "",
                    "to": users.get(line.data.get("to", 0)),
                }
                for line in lines
            ],
            "is_undone": grouped_undo.is_undone(self.entry),
            "may_undo": grouped_undo.may_undo(self.entry, at=self.now),
            "is_undoable": self.act.is_undoable,
            "back_url": url_with_query(
                "backlog_week" if request.GET.get("retour") == WEEK_AHEAD else "backlog", structure=self.structure.code
            ),
        }
        return render(request, "backlog/grouped_done.html", context)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        try:
            done = grouped_undo.undo_grouped_act(entry=self.entry, by=self.user, at=self.now)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            count = len(done.done)
            messages.success(request, f"Acte défait pour {count} étape{'s' if count > 1 else ''}.")
            say_left(request, done)
        return redirect(reverse("backlog_act", args=[self.structure.code, self.entry.pk]))


def announce_done(request: HttpRequest, done: Done, *, act: GroupedActKind) -> None:
    count = len(done.done)
    s = "s" if count > 1 else ""
    words = {
        GroupedActKind.GIVE: f"{count} étape{s} confiée{s}. Chaque collègue en est prévenu.",
        GroupedActKind.REMIND: f"{count} étape{s} rappelée{s} à qui les a.",
        GroupedActKind.SET_ASIDE: f"{count} étape{s} mise{s} de côté.",
        GroupedActKind.LABEL: f"Étiquette posée sur {count} dossier{s}.",
        GroupedActKind.UNLABEL: f"Étiquette ôtée de {count} dossier{s}.",
    }
    messages.success(request, words[act])
    say_left(request, done)


def say_left(request: HttpRequest, done: Done) -> None:
    """Each step that was left as it is, and why; beyond a few, how many more."""
    for task, refusal in done.left[:SHOWN_LEFT]:
        messages.warning(request, f"Dossier {task.case.reference}, laissé : {refusal}")
    if more := len(done.left[SHOWN_LEFT:]):
        messages.warning(request, f"Et {more} autre{'s' if more > 1 else ''}, pour des raisons semblables.")


def _button(act: GroupedActKind, count: int) -> str:
    s = "s" if count > 1 else ""
    return {
        GroupedActKind.GIVE: f"Confier {count} étape{s}",
        GroupedActKind.REMIND: f"Rappeler {count} étape{s}",
        GroupedActKind.SET_ASIDE: f"Mettre de côté {count} étape{s}",
        GroupedActKind.LABEL: f"Poser sur {count} dossier{s}",
        GroupedActKind.UNLABEL: f"Ôter de {count} dossier{s}",
    }[act]


def _day(text: object) -> date | None:
    """None for what cannot be read."""
    try:
        return parse_date(str(text or ""))
    except ValueError:
        return None
