"""The sign-in form."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.core.exceptions import ValidationError
from django.utils.timezone import now

from cases.models import User
from config.accounts import closing


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": (
            "Courriel ou mot de passe incorrect. Vérifiez les majuscules, ou choisissez un nouveau mot de passe."
        ),
        "inactive": "Ce compte est fermé. Adressez-vous à la personne qui gère les membres de votre structure.",
    }
    username = UsernameField(
        label="Courriel professionnel",
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )

    def confirm_login_allowed(self, user: User) -> None:
        """Who works nowhere any more is refused at once, before the tick closes his account."""
        super().confirm_login_allowed(user)
        if closing.find_ended(at=now()).filter(pk=user.pk).exists():
            raise ValidationError(self.error_messages["inactive"], code="inactive")
