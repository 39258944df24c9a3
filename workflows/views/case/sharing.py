"""Who sees a case, by whoever answers for it: a structure added in support, shown more or less, withdrawn."""

from collections.abc import Mapping
from typing import Any, Unpack

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst

from cases import permissions
from cases.acting import Away, away_in
from cases.actions import partners
from cases.actions.sharing import MANAGED
from cases.forms import ColleagueField, FormData, FormOptions
from cases.models import LegalBasis, Participation, Structure, User
from workflows.actions import sharing
from workflows.views.case.case_actions import ActPage

END = "end"
LEVELS = {
    Participation.Level.CARD: "La fiche : identité, coordonnées, qui suit, prochaines échéances",
    Participation.Level.FULL: "Tout le dossier : dette, diagnostic, plan, pièces partagées, chronologie",
}
BASES = (
    LegalBasis.ON_REQUEST,
    LegalBasis.SOCIAL_FOLLOW_UP,
    LegalBasis.ARREARS_PREVENTION,
    LegalBasis.RSA,
    LegalBasis.MANDATE,
)
BASIS_HELP = "Ce qui autorise le partage. Dans le doute, demander son accord à la personne, puis choisir « demande de la personne »."


def levels(*, may_be_full: bool) -> list[tuple[str, str]]:
    """The whole case is offered once the person was informed, by whoever sees it himself."""
    return [(code.value, words) for code, words in LEVELS.items() if may_be_full or code != Participation.Level.FULL]


def basis_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Fondement",
        help_text=BASIS_HELP,
        choices=[(basis.value, capfirst(basis.label)) for basis in BASES],
        widget=forms.RadioSelect,
    )


class AccessForm(forms.Form):
    level = forms.ChoiceField(label="Ce que la structure voit", widget=forms.RadioSelect)
    basis = basis_field()

    def __init__(self, data: FormData = None, *, may_be_full: bool, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["level"]
        field.choices = levels(may_be_full=may_be_full)
        if not may_be_full:
            field.help_text = "Tout le dossier se partage quand la personne en a été informée."


class ShareForm(AccessForm):
    structure = forms.ModelChoiceField(
        Structure.objects.none(), label="Structure", empty_label="Choisir une structure", to_field_name="code"
    )
    field_order = ("structure", "level", "basis")

    def __init__(
        self,
        data: FormData = None,
        *,
        structures: QuerySet[Structure],
        may_be_full: bool,
        **kwargs: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, may_be_full=may_be_full, **kwargs)
        field: Any = self.fields["structure"]
        field.queryset = structures


class SharingPage(ActPage):
    right = "share"

    @property
    def may_be_full(self) -> bool:
        return self.full and partners.is_informed(self.case)


class ShareCase(SharingPage):
    title = submit_label = "Partager le dossier"
    lead = "La structure choisie participe en appui et en est prévenue. Vous restez responsable du dossier."

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        taking_part = (
            Participation.objects.active(self.today).filter(case=self.case).exclude(level=Participation.Level.THREAD)
        )
        structures = Structure.objects.able_to_help(self.case.territory).exclude(
            pk__in=taking_part.values("structure_id")
        )
        initial = {"level": Participation.Level.CARD, "basis": LegalBasis.ARREARS_PREVENTION}
        return ShareForm(data, structures=structures, may_be_full=self.may_be_full, initial=initial)

    def carry_out(self, typed: dict[str, Any]) -> str:
        sharing.share(case=self.case, by=self.user, at=self.now, **typed)
        return f"Dossier partagé avec {typed['structure']}, qui en est prévenue."


class ParticipationPage(ActPage):
    """About a structure that takes part because a person gave it access."""

    participation: Participation

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        given = Participation.objects.active(self.today).filter(case=self.case, part__in=MANAGED)
        self.participation = get_object_or_404(
            given.select_related("structure", "case"), structure__code=kwargs["structure"]
        )
        self.lead = str(self.participation.structure)
        return super().find_objects(request, **kwargs)


class ChangeAccess(ParticipationPage, SharingPage):
    title = "Changer l’accès"
    submit_label = "Enregistrer"

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        now = {"level": self.participation.level, "basis": self.participation.basis}
        form = AccessForm(data, may_be_full=self.may_be_full, initial=now)
        field: Any = form.fields["level"]
        field.choices = [*field.choices, (END, "Plus rien : mettre fin à l’accès aujourd’hui")]
        return form

    def carry_out(self, typed: dict[str, Any]) -> str:
        structure = self.participation.structure
        if typed["level"] == END:
            sharing.stop_sharing(participation=self.participation, by=self.user, at=self.now)
            return f"{structure} ne voit plus ce dossier."
        sharing.change_sharing(participation=self.participation, by=self.user, at=self.now, **typed)
        return f"Accès de {structure} enregistré."


class ProfessionalForm(forms.Form):
    user = ColleagueField(User.objects.none(), label="Professionnel", empty_label="Choisir")

    def __init__(self, data: FormData = None, *, colleagues: QuerySet[User], away: Mapping[int, Away]) -> None:
        super().__init__(data)
        field: Any = self.fields["user"]
        field.offer_colleagues(colleagues, away=away)


class NameProfessional(ParticipationPage):
    """A structure in support says who, among its professionals, sees the case."""

    title = "Confier le suivi en appui"
    submit_label = "Confier"

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        self.right = "write_note"  # an open case; who may name is asked below
        answer = super().find_objects(request, **kwargs)
        if not permissions.has_right(self.user, "view_backlog", self.participation.structure_id, at=self.today):
            raise PermissionDenied
        return answer

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        able = permissions.colleagues_with_right(self.participation.structure, "handle_case", at=self.today)
        away = away_in(self.participation.structure, on=self.today)
        return ProfessionalForm(data, colleagues=able, away=away)

    def carry_out(self, typed: dict[str, Any]) -> str:
        sharing.name_professional(participation=self.participation, by=self.user, at=self.now, **typed)
        return f"{typed['user']} suit ce dossier en appui."
