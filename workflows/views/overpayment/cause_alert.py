"""A cause that grows at one operator, for who pilots the action: its numbers, the letter that is proposed, its sending."""

from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from cases import permissions
from cases.actions.causes import record_cause_letter_sent, write_cause_letter
from cases.forms import FreeTextField, PastDayField, say_today
from cases.letters.typeset import Envelope, typeset
from cases.models import CaseKind, CauseAlert, Letter, Structure
from cases.rules.texts import Filled
from workflows.queries.cause_alerts import read_alert
from workflows.views.parts.pages import FormPage, Page
from workflows.views.parts.private_files import private_pdf

Means = Letter.Means
WAYS = (Means.ONLINE, Means.POST, Means.REGISTERED, Means.HAND)
LONGEST = 6000


class AlertPage(Page):
    """For who pilots the action of overpayments in the territory of the operator."""

    held_back = ()
    alert: CauseAlert
    structure: Structure
    """The desk that writes."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        alerts = CauseAlert.objects.select_related("structure", "letter_by")
        self.alert = get_object_or_404(alerts, pk=kwargs["alert"])
        desks = permissions.desks_of_procedure(self.user, CaseKind.OVERPAYMENT, at=self.today)
        desk = desks.filter(territory=self.alert.structure.territory).order_by("pk").first()
        if desk is None:
            raise Http404
        self.structure = desk
        return super().dispatch(request, *args, **kwargs)

    @property
    def sent_words(self) -> str:
        means = Means(self.alert.sent_by).label if self.alert.sent_by else ""
        return f"Envoyé le {self.alert.sent_on:%d/%m/%Y}, {means}." if self.alert.sent_on else ""


class AlertLetterForm(forms.Form):
    subject = forms.CharField(label="Objet", max_length=120)
    text = FreeTextField(
        label="Courrier",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="Un paragraphe par ligne. Ne nommer aucun ménage : l’organisme y lit ses propres chiffres, rien d’autre.",
    )


class CauseAlertPage(AlertPage, FormPage):
    def get_form(self, data: QueryDict | None = None) -> AlertLetterForm:
        self.read = read_alert(self.alert, on=self.today)
        kept = self.alert.letter or {"subject": self.read.subject, "paragraphs": self.read.paragraphs}
        return AlertLetterForm(data, initial={"subject": kept["subject"], "text": "\n".join(kept["paragraphs"])})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        paragraphs = [line.strip() for line in typed["text"].splitlines() if line.strip()]
        build_letter(typed["subject"], paragraphs, alert=self.alert, sender=(self.structure.name,), on=self.today)
        write_cause_letter(
            alert=self.alert,
            subject=typed["subject"],
            paragraphs=paragraphs,
            by=self.user,
            structure=self.structure,
            at=self.now,
        )
        return self.lead_on("Courrier préparé : l’imprimer, puis noter son envoi.", "cause_alert", self.alert.pk)

    def render_form(self, form: AlertLetterForm) -> HttpResponse:
        report = reverse("questions_report")
        context = {
            "alert": self.alert,
            "read": self.read,
            "form": None if self.alert.sent_on and not form.is_bound else form,
            "sent_words": self.sent_words,
            "report_url": f"{report}?structure={self.alert.structure.code}&mois={self.read.month.code}",
        }
        return render(self.request, "questions/alert.html", context)


def build_letter(
    subject: str, paragraphs: list[str], *, alert: CauseAlert, sender: tuple[str, ...], on: date
) -> bytes:
    """Refuses (`CannotTypeset`) what no font prints."""
    blocks = [{"kind": "paragraph", "text": each} for each in paragraphs]
    filled = Filled(subject=subject, blocks=(*blocks, {"kind": "signature", "items": [*reversed(sender)]}))
    envelope = Envelope(sender=sender, recipient=(alert.structure.name,), reference="", made_on=on)
    return typeset(filled, envelope=envelope)


class CauseAlertLetter(AlertPage):
    """Made anew each time, from what was kept: the same letter gives the same file."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        alert = self.alert
        if alert.letter is None or alert.letter_by is None or alert.letter_on is None:
            raise Http404
        said = alert.letter
        sender = (said["from"], alert.letter_by.get_full_name())
        content = build_letter(said["subject"], said["paragraphs"], alert=alert, sender=sender, on=alert.letter_on)
        return private_pdf(content, name=f"courrier-motif-{alert.pk}.pdf")


class AlertDispatchForm(forms.Form):
    sent_by = forms.ChoiceField(
        label="Moyen", choices=[(way.value, way.label) for way in WAYS], widget=forms.RadioSelect
    )
    sent_on = PastDayField(
        label="Envoyé ou remis le", future="Cette date est à venir : enregistrer l’envoi quand il est fait."
    )


class CauseAlertSent(AlertPage, FormPage):
    def get_form(self, data: QueryDict | None = None) -> AlertDispatchForm:
        form = AlertDispatchForm(data, initial={"sent_on": self.today})
        say_today(form, self.today)
        return form

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        record_cause_letter_sent(
            alert=self.alert,
            means=typed["sent_by"],
            sent_on=typed["sent_on"],
            by=self.user,
            structure=self.structure,
            at=self.now,
        )
        return self.lead_on("Envoi enregistré.", "cause_alert", self.alert.pk)

    def render_form(self, form: AlertDispatchForm) -> HttpResponse:
        if self.alert.letter is None:
            raise Http404
        context = {"alert": self.alert, "form": form, "sent_words": self.sent_words}
        return render(self.request, "questions/alert_sent.html", context)
