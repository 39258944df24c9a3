"""What is asked of who takes back what one press noted: nothing for ten minutes, then why."""

from django import forms
from django.utils.text import capfirst

from cases.forms import FormData
from workflows.actions import taking_back

AT_ONCE = "Rien n’en reste que deux lignes de la chronologie. Dix minutes après, une raison est demandée."
LATER = "La chronologie garde les deux lignes, et la raison."


class TakeBackForm(forms.Form):
    reason = forms.ChoiceField(
        label="Raison",
        choices=[(code, capfirst(words)) for code, words in taking_back.REASONS.items()],
        widget=forms.RadioSelect,
    )

    def __init__(self, data: FormData = None, *, is_recent: bool) -> None:
        super().__init__(data)
        if is_recent:
            del self.fields["reason"]
