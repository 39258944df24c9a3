"""What a letter of the tenant leaves to be said: who signs, what nobody knows yet, what goes with it, and where from."""

from collections.abc import Callable, Mapping, Sequence
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from cases.forms import FormData, MoneyField, PhoneToCallField
from cases.letters.compose import in_words as words_of, polite_name
from cases.letters.tenant_letter_writer import is_unsafe, says_safe_address
from cases.models import Beneficiary, LeaseDeparture, LegalProtection
from cases.rules.french import money
from cases.rules.protections import REFUSED
from cases.rules.solidarity import VIOLENCE
from cases.rules.tenant_letters import LEFT_FOR_VIOLENCE, NEVER, ONLY, TYPED, Limit, TenantLetter, TenantLetters
from cases.rules.texts import non_empty_lines

LONG = {"story": 6, "rehousing": 4, "reason": 3, "identity": 2}
HELP = {
    "court": "Nom et ville, comme sur l’assignation.",
    "case_number": "S’il est connu : il est sur l’assignation ou la convocation.",
    "hearing_room": "Si elle est connue.",
    "hearing_time": "Si elle est connue : elle est sur l’assignation ou la convocation.",
    "monthly_offer": "Ce que la personne peut payer en plus du loyer, sans se mettre en danger.",
    "story": "Ce que dit la personne, en phrases courtes et en faits datés. Rien sur sa santé sans son accord.",
    "rehousing": "Demandes faites, avec leurs dates.",
    "reason": "Par exemple : « J’ai demandé l’aide juridictionnelle le 12 novembre 2026. »",
    "identity": "De chaque personne qui signe.",
}
TIME = {"invalid": "Heure impossible : l’écrire heures:minutes, par exemple 14:30."}


def may_sign_departed(letter: TenantLetter, departure: LeaseDeparture) -> bool:
    """A letter of who left for violence is not of whoever else left."""
    return letter.whenever != LEFT_FOR_VIOLENCE or departure.ground == VIOLENCE


class TenantLetterForm(forms.Form):
    """The names of its fields are those of the text (`{story}`)."""

    def __init__(
        self,
        data: FormData = None,
        *,
        letter: TenantLetter,
        letters: TenantLetters,
        adults: Sequence[Beneficiary],
        protections: Mapping[int, LegalProtection],
        departures: Mapping[int, LeaseDeparture],
        initial: Mapping[str, object],
    ) -> None:
        super().__init__(data, initial=dict(initial))
        self.letter = letter
        self.adults = {str(person.public_id): person for person in adults}
        self.protections = protections
        self.departures = departures
        self.asked = letters.typed_fields(letter)
        needed = letters.needed_fields(letter)
        self.fields["signers"] = forms.MultipleChoiceField(
            label="Pour qui" if letter.to_household else "Qui signe",
            help_text="Chaque locataire du bail que la procédure vise.",
            choices=[(code, polite_name(person)) for code, person in self.adults.items()],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "Choisir au moins une personne."},
        )
        for name in self.asked:
            self.fields[name] = _field(name, needed=name in needed, limit=letters.limits.get(name))
        if letter.enclosures:
            self.fields["enclosures"] = forms.MultipleChoiceField(
                label="Pièces jointes",
                help_text="Cocher seulement celles qui partent avec le courrier : elles y sont énumérées.",
                choices=[(label, label) for label in letter.enclosures],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
        if not letter.to_household:
            self.fields["home"] = _address_field(
                "Adresse de la personne",
                "Le courrier est lu par le destinataire, et souvent par le bailleur et l’autre locataire : "
                "une adresse sûre ne s’y écrit jamais.",
            )
            self.fields["to_address"] = _address_field("Adresse du destinataire", "Celle de l’acte, ou de l’annuaire.")

    def clean_signers(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["signers"]
        if not self.letter.to_household:
            self.refuse_represented([self.adults[code] for code in chosen])
        self.refuse_departed([self.adults[code] for code in chosen])
        if self.letter.alone and len(chosen) > 1:
            raise ValidationError("Une demande par personne : préparer un courrier pour chacune.")
        unsafe = [self.adults[code] for code in chosen if is_unsafe(self.adults[code])]
        if unsafe and len(chosen) > 1:
            raise ValidationError(
                f"{polite_name(unsafe[0])} a donné des consignes de contact : préparer un courrier pour chaque personne."
            )
        return chosen

    def refuse_departed(self, signers: Sequence[Beneficiary]) -> None:
        """One who left writes alone, and not as if he lived there: neither reads what the other says."""
        gone = [person for person in signers if person.pk in self.departures]
        stay = [person for person in signers if person.pk not in self.departures]
        if self.letter.departed == ONLY and stay:
            raise ValidationError(
                f"{polite_name(stay[0])} n’a pas quitté le logement : ce courrier est celui de qui est parti."
            )
        if gone and not may_sign_departed(self.letter, self.departures[gone[0].pk]):
            raise ValidationError(
                f"Le départ de {polite_name(gone[0])} n’est pas noté en raison de violences : ce courrier n’est pas le sien."
            )
        if self.letter.departed == NEVER and gone:
            raise ValidationError(
                f"{polite_name(gone[0])} a quitté le logement : ce courrier parle de qui y vit. Avec l’ADIL ou un avocat, "
                "demander au juge la fin de sa solidarité."
            )
        if gone and len(signers) > 1:
            raise ValidationError(
                f"{polite_name(gone[0])} a quitté le logement : préparer un courrier pour chaque personne."
            )

    def refuse_represented(self, signers: Sequence[Beneficiary]) -> None:
        """Who is represented does not sign alone: the letter is for her guardian to write."""
        for person in signers:
            protection = self.protections.get(person.pk)
            if protection and protection.rule.without_guardian == REFUSED:
                raise ValidationError(
                    f"{polite_name(person)} est sous {protection.rule.label} : ce courrier est fait et signé en son nom par "
                    f"{protection.guardian} ({protection.rule.reference}). L’appeler, et lui remettre la fiche de l’audience."
                )

    def clean(self) -> None:
        if self.letter.without_enclosure and not self.cleaned_data.get("enclosures"):
            self.add_error("enclosures", self.letter.without_enclosure)
        for name in (*self.asked, "home", "to_address"):
            whose = says_safe_address(str(self.cleaned_data.get(name) or ""), self.adults.values())
            if whose:
                self.add_error(
                    name,
                    f"Ce texte contient l’adresse sûre de {polite_name(whose)}, que d’autres liront : l’enlever. "
                    "Avec son accord, donner l’adresse d’un service ou de son avocat.",
                )

    def get_value(self, name: str) -> Any:
        """What was typed and is valid; what the page proposes when nothing was."""
        return self.cleaned_data.get(name) if self.is_bound else self.initial.get(name)

    @property
    def signers(self) -> list[Beneficiary]:
        return [self.adults[code] for code in self.get_value("signers") or () if code in self.adults]

    @property
    def typed_values(self) -> dict[str, str]:
        return {name: words for name in self.asked if (words := in_words(name, self.get_value(name)))}

    @property
    def enclosures(self) -> list[str]:
        return list(self.get_value("enclosures") or ())

    @property
    def home_address(self) -> tuple[str, ...]:
        return non_empty_lines(*str(self.get_value("home") or "").splitlines())

    @property
    def to_address(self) -> tuple[str, ...]:
        return non_empty_lines(*str(self.get_value("to_address") or "").splitlines())


def in_words(name: str, value: Any) -> str:
    """What was typed, as the letter says it: 120,00 €, 9 h 30."""
    if value is None or value == "":
        return ""
    if name == "monthly_offer":
        return money(value)
    if isinstance(value, time):
        return words_of(value)
    return "\n".join(non_empty_lines(*(line.strip() for line in str(value).splitlines())))


def _address_field(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


def _field(name: str, *, needed: bool, limit: Limit | None) -> forms.Field:
    more: dict[str, Any] = {"label": capfirst(TYPED[name]), "help_text": HELP.get(name, ""), "required": needed}
    made: Callable[..., forms.Field] = forms.CharField
    if limit:
        said = {kind: f"{capfirst(limit.reference)}." for kind in ("min_value", "max_value")}
        return forms.IntegerField(min_value=limit.least, max_value=limit.most, error_messages=said, **more)
    if name == "monthly_offer":
        made = MoneyField
    elif name == "hearing_time":
        made = forms.TimeField
        more |= {"widget": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), "error_messages": TIME}
    elif name in LONG:
        more |= {"widget": forms.Textarea(attrs={"rows": LONG[name]}), "max_length": 3000}
    elif name == "phone":
        made = PhoneToCallField
    else:
        more["max_length"] = 200
    return made(**more)
