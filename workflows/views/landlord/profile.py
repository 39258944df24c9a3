"""A landlord’s settings: from which debt on a case opens, and what his balances count. Told with figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from cases.actions.landlords import set_profile
from cases.forms import MoneyField
from cases.models import JournalEntry, LandlordProfile
from cases.models.structures import StructureKind
from cases.rules import thresholds
from cases.rules.french import money
from cases.rules.thresholds import Aid, Included, TenancyTerms
from workflows.queries.threshold import load_law
from workflows.views.landlord.reports import LandlordPage
from workflows.views.parts.pages import FormPage
from workflows.views.parts.tabs import build_structure_tabs

EXAMPLE = TenancyTerms(
    rent=Decimal(450), charges=Decimal(80), aid=Aid.YES, aid_amount=Decimal(210), direct_payment=True
)
BALANCE, COSTS = Decimal(650), Decimal(30)
"""Euros of debt and of costs in the example that explains the wish."""


class ProfileForm(forms.ModelForm[LandlordProfile]):
    helpers: ClassVar[list[tuple[str, str]]] = [("preview", "Calculer l’exemple")]

    opening_dues = MoneyField(
        label="Nombre de mois impayés qui ouvre un dossier",
        help_text="Mois de loyer restant à la charge du locataire : 1, 1,5 ou 2 par exemple. En dessous, le ménage est"
        " en veille : vous seul le voyez.",
        max_digits=4,
        error_messages={"invalid": "Saisir un nombre de mois, par exemple 1,5."},
    )
    balance_includes_next_term = forms.BooleanField(
        label="Le solde compte le mois à venir",
        help_text="Terme appelé d’avance, pas encore dû à la date du fichier : il est retiré du solde.",
        required=False,
    )
    balance_includes_costs = forms.BooleanField(
        label="Le solde compte des frais",
        help_text="Frais de procédure ou de relance : ils sont retirés si une colonne du fichier les donne.",
        required=False,
    )
    balance_includes_expected_aid = forms.BooleanField(
        label="Le solde compte une aide que vous attendez encore",
        help_text="Aide au logement versée après l’arrêté du fichier : un mois d’aide est retiré du solde.",
        required=False,
    )

    class Meta:
        model = LandlordProfile
        fields = [
            "opening_dues",
            "balance_includes_next_term",
            "balance_includes_costs",
            "balance_includes_expected_aid",
        ]

    def clean_opening_dues(self) -> Decimal:
        dues: Decimal = self.cleaned_data["opening_dues"]
        if not dues:
            raise forms.ValidationError("Le seuil d’ouverture doit être supérieur à zéro.")
        return dues


@dataclass(frozen=True, kw_only=True)
class Example:
    """What these settings make of one tenant’s balance, as an import would count it."""

    figures: Sequence[tuple[str, str]]
    verdict: str
    warning: str


def example(profile: LandlordProfile, *, legal: Decimal | None) -> Example:
    included = Included(
        next_term=profile.balance_includes_next_term,
        costs=profile.balance_includes_costs,
        expected_aid=profile.balance_includes_expected_aid,
    )
    due = thresholds.net_due(EXAMPLE) or Decimal(0)
    opening = due * profile.opening_dues
    late = thresholds.late_part(BALANCE, terms=EXAMPLE, included=included, costs=COSTS)
    taken = [
        ("dont mois à venir, retiré", due, included.next_term),
        ("dont frais, retirés", COSTS, included.costs),
        ("dont aide attendue, retirée", EXAMPLE.deducted_aid, included.expected_aid),
    ]
    is_open = late >= opening
    return Example(
        figures=[
            ("Loyer et charges, par mois", money(EXAMPLE.gross_due or Decimal(0))),
            ("Aide qui vous est versée", f"− {money(EXAMPLE.deducted_aid)}"),
            ("Reste à la charge du locataire", money(due)),
            ("Solde de votre fichier", money(BALANCE)),
            *((words, f"− {money(amount)}") for words, amount, is_taken in taken if is_taken),
            ("Impayé retenu", money(late)),
            (f"Seuil : {_number(profile.opening_dues)} × {money(due)}", money(opening)),
        ],
        verdict="Un dossier s’ouvre." if is_open else "Le ménage est mis en veille : aucun dossier ne s’ouvre.",
        warning=_too_high(legal) if legal is not None and opening > legal else "",
    )


def _number(dues: Decimal) -> str:
    return f"{dues.normalize():f}".replace(".", ",")


def _too_high(legal: Decimal) -> str:
    return (
        f"Dans cet exemple, la loi parle d’impayé dès {money(legal)} : avec ce seuil, il resterait en veille alors"
        " qu’il est à signaler."
    )


class Profile(FormPage, LandlordPage):
    """What holds for all files of one of his structures: the one asked for, else the first that has settings."""

    profile: LandlordProfile

    def find_objects(self, **kwargs: object) -> None:
        known = LandlordProfile.objects.filter(structure__in=self.structures).select_related("structure")
        self.profiles = list(known.order_by("pk"))
        wanted = self.request.GET.get("structure", "")
        chosen = [profile for profile in self.profiles if wanted in ("", profile.structure.code)]
        if not chosen:
            raise Http404
        self.profile = chosen[0]

    def get_form(self, data: QueryDict | None = None) -> ProfileForm:
        return ProfileForm(data, instance=self.profile)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.show_typed() if request.POST.get("helper") else super().post(request, **kwargs)

    def process_sent(self, form: ProfileForm) -> HttpResponse:
        set_profile(profile=form.save(commit=False), by=self.user, at=self.now)
        messages.success(self.request, "Réglages enregistrés : ils valent pour les prochains imports.")
        return redirect(f"{reverse('landlord_profile')}?structure={self.profile.structure.code}")

    def render_form(self, form: ProfileForm) -> HttpResponse:
        structure = self.profile.structure
        changes = JournalEntry.objects.filter(kind="landlord.settings_changed", structure=structure)
        context = {
            "form": form,
            "structure": structure,
            "names_landlords": structure.kind == StructureKind.RENT_MANAGER,
            "structures": build_structure_tabs([each.structure for each in self.profiles], current=structure),
            "example": example(self.profile, legal=self._legal_threshold())
            if form.is_valid() or not form.is_bound
            else None,
            "changed": changes.select_related("actor").first(),
        }
        return render(self.request, "reports/profile.html", context)

    def _legal_threshold(self) -> Decimal | None:
        """The threshold of the law in force, for the tenant of the example."""
        return thresholds.assess(debt=BALANCE, terms=EXAMPLE, report_date=self.today, law=load_law()).threshold
