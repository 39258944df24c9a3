"""Commission: open one, decide its agenda point by point, close it, print its minutes."""

from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import permissions
from cases.forms import DayField, FormData, FormOptions
from cases.letters.typeset import CannotTypeset, typeset_sheet
from cases.models import AccessEntry, Case, Structure
from cases.queries import names_to_hide
from cases.refusals import Refusal
from cases.rules.free_text import hide_names
from cases.rules.texts import Filled
from cases.templatetags.relais import long_date
from workflows.actions import commissions
from workflows.models import Commission, CommissionItem
from workflows.queries import arbitration
from workflows.steps.arbitrate import ArbitrateForm
from workflows.views.parts.free_text import warn_of_typed
from workflows.views.parts.pages import FormPage, Page, do_and_tell
from workflows.views.parts.private_files import private_pdf
from workflows.views.pilot.arbitration import sheet_of


class DeskPage(Page):
    """Of the desks that the user pilots; nobody else finds it."""

    desks: list[Structure]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        self.desks = list(permissions.structures_where(self.user, "pilot_action", at=self.today).order_by("pk"))
        if not self.desks:
            raise Http404
        self.find_objects(**kwargs)
        return super().dispatch(request, *args, **kwargs)

    def find_objects(self, **kwargs: object) -> None:
        """Find what else the page is about."""


class HoldForm(forms.Form):
    desk = forms.ModelChoiceField(label="Action", queryset=Structure.objects.none(), empty_label=None)
    on = DayField(label="Tenue le", error_messages={"required": "Indiquer le jour de la commission."})
    present = forms.CharField(
        label="Présents",
        help_text="Structures et fonctions. Repris dans le compte rendu.",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: FormData = None, *, desks: list[Structure], **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["desk"]
        field.queryset = Structure.objects.filter(pk__in=[each.pk for each in desks])
        field.initial = desks[0].pk
        if len(desks) == 1:
            field.widget = forms.HiddenInput()


class Commissions(DeskPage, FormPage):
    def get_form(self, data: QueryDict | None = None) -> HoldForm:
        return HoldForm(data, desks=self.desks, initial={"on": self.today})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        held = commissions.open_commission(**typed, by=self.user, at=self.now)
        return redirect("commission", held.public_id)

    def render_form(self, form: forms.Form) -> HttpResponse:
        held = Commission.objects.filter(structure__in=self.desks).select_related("structure", "opened_by")[:50]
        found = list(held)
        context = {"form": form, "held": found, "has_open": any(each.is_open for each in found)}
        return render(self.request, "commission/list.html", context)


class HeldPage(DeskPage):
    commission: Commission

    def find_objects(self, **kwargs: object) -> None:
        found = Commission.objects.filter(structure__in=self.desks)
        found = found.select_related("structure", "opened_by", "closed_by")
        self.commission = get_object_or_404(found, public_id=kwargs["commission"])

    @property
    def own_url(self) -> str:
        return reverse("commission", args=[self.commission.public_id])

    def items(self) -> list[CommissionItem]:
        return list(self.commission.items.select_related("case", "task", "structure"))


class CommissionPage(HeldPage):
    """The agenda; once it is closed, the minutes."""

    shows = AccessEntry.Kind.LIST

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        items = self.items()
        reasons = reasons_without_names(items)
        context = {
            "commission": self.commission,
            "own_url": self.own_url,
            "minutes_url": ""
            if self.commission.is_open
            else reverse("commission_minutes", args=[self.commission.public_id]),
            "items": [(each, describe_decision(each), may_decide(each), reasons[each.pk]) for each in items],
            "decided": sum(each.result in DECIDED for each in items),
            "left": sum(may_decide(each) for each in items),
            "most": commissions.MOST,
            "left_out": self.count_left_out() if self.commission.is_open else 0,
        }
        return render(request, "commission/commission.html", context)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        do_and_tell(request, self.close if "clore" in request.POST else self.refresh_agenda)
        return redirect(self.own_url)

    def close(self) -> str:
        commissions.close(commission=self.commission, by=self.user, at=self.now)
        return "Commission close : voici son compte rendu."

    def refresh_agenda(self) -> str:
        count = commissions.refresh_agenda(commission=self.commission, by=self.user, at=self.now)
        said = f"{count} situation{'s' if count > 1 else ''} ajoutée{'s' if count > 1 else ''}"
        if count:
            return f"{said} à l’ordre du jour."
        return "L’ordre du jour est plein." if self.count_left_out() else "L’ordre du jour est à jour."

    def count_left_out(self) -> int:
        return commissions.find_not_on_agenda(self.commission, self.user, on=self.today).count()


DECIDED_MEANWHILE = "Cette situation est déjà décidée, ou la commission est close."
DECIDED = (CommissionItem.Result.ASSIGNED, CommissionItem.Result.OUT_OF_SCOPE)


def may_decide(item: CommissionItem) -> bool:
    return item.task.is_open and item.result not in DECIDED


def reasons_without_names(items: list[CommissionItem]) -> dict[int, str]:
    """A name of the household that a reason says, from before it was refused there or since it took that name, is left
    out."""
    named = names_to_hide([item.case for item in items])
    return {item.pk: hide_names(item.reason, named[item.case_id]) for item in items}


def describe_decision(item: CommissionItem) -> str:
    """What became of a point, in words."""
    if item.result == CommissionItem.Result.ASSIGNED:
        return f"Attribuée à {item.structure}"
    if item.result == CommissionItem.Result.OUT_OF_SCOPE:
        return "Hors dispositif"
    if not item.task.is_open:
        return "Décidée hors de la commission"
    return "Reportée" if item.result == CommissionItem.Result.POSTPONED else "À décider"


class DecideForm(ArbitrateForm):
    reason = forms.CharField(
        label="Motif",
        help_text="Repris dans le compte rendu. Aucun nom de ménage.",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ItemPage(HeldPage, FormPage):
    """One case: what is known of it, and the decision."""

    shows = AccessEntry.Kind.CASE

    item: CommissionItem

    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        found = self.commission.items.select_related(
            "task__process__case__responsible_structure",
            "task__structure",
            "task__case",
            "case",
            "commission__structure",
        )
        self.item = get_object_or_404(found, public_id=kwargs["item"])
        self.item.commission = self.commission

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not self._is_to_decide:
            messages.info(request, f"{self.item.case.reference} : {describe_decision(self.item).lower()}.")
            return redirect(self.own_url)
        return super().get(request, **kwargs)

    def find_shown_case(self) -> Case:
        """Through the door, like any page of a case."""
        visible = permissions.visible_cases(self.user, at=self.today)
        return get_object_or_404(self.to_be_noted(visible), pk=self.item.case_id)

    @property
    def _is_to_decide(self) -> bool:
        """The card of the case ends with the decision: what is known of it is then read no more."""
        return self.commission.is_open and may_decide(self.item)

    def show_typed(self) -> HttpResponse:
        if not self._is_to_decide:
            return self.render_conflict(DECIDED_MEANWHILE, back_url=self.own_url)
        return super().show_typed()

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not self._is_to_decide:
            return self.lead_on(DECIDED_MEANWHILE, self.own_url, level=messages.ERROR)
        if "reporter" not in request.POST:
            return super().post(request, **kwargs)
        return self._postpone(self.get_form(request.POST))

    def _postpone(self, form: DecideForm) -> HttpResponse:
        """Of the form, its reason alone counts."""
        form.errors.clear()
        try:
            reason = self.request.POST.get("reason", "")[:500]
            commissions.postpone(item=self.item, reason=reason, by=self.user, at=self.now)
        except Refusal as refusal:
            self.add_refusal(form, refusal)
            return self.render_form(form)
        warn_of_typed(self.request, form, case=None, by=self.user, at=self.now)
        return self._redirect_to_next("reportée")

    def get_form(self, data: QueryDict | None = None) -> DecideForm:
        task = self.item.task
        task.case = task.process.case
        return DecideForm(data, task=task, user=self.user, initial={"reason": self.item.reason})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        reason = typed.pop("reason", "")
        commissions.decide_item(item=self.item, data=typed, reason=reason, by=self.user, at=self.now)
        return self._redirect_to_next("décidée")

    def _redirect_to_next(self, done: str) -> HttpResponse:
        messages.success(self.request, f"{self.item.case.reference} : {done}.")
        waiting = (each for each in self.items() if may_decide(each) and each.rank > self.item.rank)
        following = next(waiting, None)
        if following is None:
            return redirect(self.own_url)
        return redirect("commission_item", self.commission.public_id, following.public_id)

    def render_form(self, form: DecideForm) -> HttpResponse:
        context = {
            **sheet_of(arbitration.of_task(self.item.task)),
            "commission": self.commission,
            "own_url": self.own_url,
            "item": self.item,
            "case": self.item.case,
            "count": self.commission.items.count(),
            "help": self.item.task.step.help,
            "form": form,
        }
        return render(self.request, "commission/item.html", context)


class Minutes(HeldPage):
    """The minutes of a closed commission, on paper: references, decisions, reasons, and no name."""

    shows = AccessEntry.Kind.PRINT

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if self.commission.is_open:
            messages.error(request, "Le compte rendu s’imprime une fois la commission close.")
            return redirect(self.own_url)
        try:
            pdf = typeset_sheet(
                minutes(self.commission, self.items()),
                sender=(self.commission.structure.name,),
                reference=f"commission-{self.commission.held_on:%Y-%m-%d}",
                made_on=self.commission.held_on,
            )
        except CannotTypeset as refusal:
            return self.lead_on(str(refusal), self.own_url, level=messages.ERROR)
        return private_pdf(pdf, name=f"commission-{self.commission.held_on:%Y-%m-%d}.pdf")


def minutes(commission: Commission, items: list[CommissionItem]) -> Filled:
    blocks: list[dict[str, Any]] = []
    reasons = reasons_without_names(items)
    if commission.present:
        blocks.append({"kind": "written", "label": "Présents", "text": commission.present})
    for item in items:
        rows = [("Ce qui l’amène", item.said), ("Décision", describe_decision(item))]
        rows += [("Motif", reasons[item.pk])] if item.reason else []
        blocks.append({"kind": "section", "text": f"{item.rank}. Dossier {item.case.reference}"})
        blocks.append({"kind": "facts", "rows": rows})
    subject = f"Commission du {long_date(commission.held_on)} : compte rendu"
    return Filled(subject=subject, blocks=tuple(blocks))
