"""The views of a list: the tabs above it, and saving, renaming, sharing, deleting one."""

from typing import Any, Unpack

from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode

from cases import permissions
from cases.forms import FormData, FormOptions
from cases.models import Structure
from workflows.lists import saved_views
from workflows.lists.base import Listing
from workflows.models import SavedView
from workflows.views.parts.list_page import ListedPage, address_of
from workflows.views.parts.pages import FormPage
from workflows.views.parts.tabs import build_tab


class ViewsBar(ListedPage):
    """The tabs above a list, each with its count: asked for once the list is shown."""

    def get(self, request: HttpRequest, listing: str) -> HttpResponse:
        try:
            found = self.find_listing(listing, request.GET)
        except Http404:
            return HttpResponse()  # the page of the list exists for everybody, and is empty
        return render(request, "lists/views_bar.html", {"bar": bar_of(found)})


def bar_of(current: Listing) -> dict[str, object]:
    asked = saved_views.filters_to_keep(current.asked, current)
    is_search = "texte" in current.asked
    of_structure = {"structure": current.structure.code} if current.of_structure and current.structure else {}
    shown = saved_views.summarise_views(current)
    tabs = [
        build_tab(
            f"{each.view.name} (à revoir)" if each.is_broken else each.view.name,
            address_of(each.listing),
            current=each.view.asked == asked and not is_search,
            count=each.count_words,
        )
        for each in shown
    ]
    if tabs:
        whole = address_of(current.with_filters({}))
        tabs.insert(0, build_tab("Sans filtre", whole, current=not asked and not is_search))
    address = reverse("views", args=[current.code])
    is_known = any(tab["current"] for tab in tabs)
    return {
        "tabs": tabs,
        "save_url": f"{address}?{urlencode(of_structure | asked)}" if asked and not is_known else "",
        "manage_url": f"{address}?{urlencode(of_structure)}" if of_structure else address,
    }


class ViewForm(forms.Form):
    name = forms.CharField(label="Nom de la vue", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    share_in = forms.ModelChoiceField(
        label="Partager",
        queryset=Structure.objects.none(),
        required=False,
        empty_label="Non : pour moi seulement",
        help_text="Vos collègues de la structure la voient au-dessus de la même liste ; chacun y trouve ce qu’il a le droit de voir.",
    )

    def __init__(self, data: FormData = None, *, managed: QuerySet[Structure], **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["share_in"]
        field.queryset = managed
        field.label_from_instance = lambda structure: f"Avec {structure.name}"
        if not managed:
            del self.fields["share_in"]


class Views(FormPage, ListedPage):
    """Those of a list, and the filters of the address to be saved as one more."""

    current: Listing

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        self.current = self.find_listing(str(kwargs["listing"]), request.GET)
        return super().dispatch(request, *args, **kwargs)

    @property
    def managed_structures(self) -> QuerySet[Structure]:
        found = permissions.structures_where(self.user, saved_views.MANAGES, at=self.today)
        return found.filter(pk=self.current.structure.pk) if self.current.structure else found

    def get_form(self, data: QueryDict | None = None) -> ViewForm:
        return ViewForm(data, managed=self.managed_structures)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        view = saved_views.save(self.current, name=typed["name"], share_in=typed.get("share_in"), at=self.now)
        return self.lead_on(f"Vue « {view.name} » enregistrée.", address_of(self.current))

    def render_form(self, form: ViewForm) -> HttpResponse:
        managed = {structure.pk for structure in self.managed_structures}
        context = {
            "form": form,
            "title": self.current.title,
            "list_url": address_of(self.current),
            "filters": list(self.current.filter_words().values())
            if saved_views.filters_to_keep(self.current.asked, self.current)
            else [],
            "views": [
                (each, address_of(each.listing), not each.view.is_shared or each.view.structure_id in managed)
                for each in saved_views.summarise_views(self.current)
            ],
        }
        return render(self.request, "lists/saved.html", context)


class OwnView(ListedPage):
    """His own, or one of a structure that he manages; of a list that he still has."""

    view: SavedView
    current: Listing

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        managed = permissions.structures_where(self.user, saved_views.MANAGES, at=self.today)
        mine = SavedView.objects.filter(
            Q(owner=self.user, is_shared=False) | Q(is_shared=True, structure__in=managed.values("pk"))
        )
        self.view = get_object_or_404(mine.select_related("structure"), public_id=kwargs["view"])
        structure = {"structure": self.view.structure.code} if self.view.structure else {}
        self.current = self.find_listing(self.view.list_code, structure)
        return super().dispatch(request, *args, **kwargs)

    @property
    def back_url(self) -> str:
        structure = self.view.structure if self.current.of_structure else None
        address = reverse("views", args=[self.view.list_code])
        return f"{address}?{urlencode({'structure': structure.code})}" if structure else address


class EditView(OwnView, FormPage):
    def get_form(self, data: QueryDict | None = None) -> ViewForm:
        managed = permissions.structures_where(self.user, saved_views.MANAGES, at=self.today)
        if self.current.of_structure and self.view.structure:
            managed = managed.filter(pk=self.view.structure.pk)
        initial = {"name": self.view.name, "share_in": self.view.structure_id if self.view.is_shared else None}
        return ViewForm(data, managed=managed, initial=initial)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        saved_views.change(self.view, name=typed["name"], share_in=typed.get("share_in"), by=self.user, at=self.now)
        return self.lead_on("Vue modifiée.", self.back_url)

    def render_form(self, form: ViewForm) -> HttpResponse:
        context = {"form": form, "view": self.view, "title": self.current.title, "back_url": self.back_url}
        return render(self.request, "lists/view.html", context)


class DeleteView(OwnView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        name = self.view.name
        saved_views.delete(self.view, by=self.user, at=self.now)
        return self.lead_on(f"Vue « {name} » supprimée.", self.back_url)
