"""The sign-in form."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, UsernameField


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
