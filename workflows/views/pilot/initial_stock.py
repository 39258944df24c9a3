"""The initial stock: what waits for its turn, for whom, and how many a week each structure takes."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render

from cases import permissions
from cases.forms import FormData
from cases.models import AccessEntry
from workflows.actions.stock import set_pace
from workflows.queries import stock
from workflows.views.parts.pages import FormPage

MOST = 200


class PacesForm(forms.Form):
    """One number a structure."""

    def __init__(self, data: FormData = None, *, portions: list[stock.Portion]) -> None:
        super().__init__(data)
        self.portions = portions
        for portion in portions:
            self.fields[portion.structure.code] = forms.IntegerField(
                label=f"Dossiers par semaine, {portion.structure.name}",
                min_value=0,
                max_value=MOST,
                initial=portion.per_week,
            )

    @property
    def portion_fields(self) -> list[tuple[stock.Portion, forms.BoundField]]:
        return [(portion, self[portion.structure.code]) for portion in self.portions]

    def changed_paces(self) -> list[tuple[stock.Portion, int]]:
        return [
            (portion, self.cleaned_data[portion.structure.code])
            for portion in self.portions
            if self.cleaned_data[portion.structure.code] != portion.per_week
        ]


class InitialStock(FormPage):
    """For the desk that pilots the arrears: it holds the stock, and sets the paces."""

    shows = AccessEntry.Kind.LIST
    right_in_territory = "pilot_action"
    held_back = ()

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not permissions.is_of_desk(self.user, self.territory, at=self.today):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_form(self, data: QueryDict | None = None) -> PacesForm:
        return PacesForm(data, portions=stock.portions(on=self.today, territory=self.territory))

    def process_sent(self, form: PacesForm) -> HttpResponse:
        for portion, per_week in form.changed_paces():
            set_pace(structure=portion.structure, per_week=per_week, by=self.user, at=self.now)
        return self.lead_on("Rythme enregistré : il vaut dès la prochaine vague.", "initial_stock")

    def render_form(self, form: PacesForm) -> HttpResponse:
        waiting = sum(portion.waiting for portion in form.portions)
        return render(
            self.request,
            "stock/stock.html",
            {
                "form": form,
                "waiting": waiting,
            },
        )
