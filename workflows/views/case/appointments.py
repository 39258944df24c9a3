"""The appointments of a case: fix one, note what became of it, put it off, cancel it."""

from datetime import date, datetime
from functools import partial
from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.timezone import make_aware

from cases import permissions
from cases.actions import appointments
from cases.actions.appointments import AlreadySaid, ToConfirm
from cases.forms import DayField, FormData, FormOptions
from cases.models import Appointment, Beneficiary, JournalEntry, Structure, User
from cases.models.appointments import USUAL_MINUTES
from cases.rules.appointments import AppointmentQuestion, clock
from cases.rules.parameters import read_day
from cases.templatetags.relais import DAYS, long_date
from workflows.queries.agenda import waiting_for_contact
from workflows.views.parts.appointment_lines import place_words
from workflows.views.parts.case_permissions import CasePermissions
from workflows.views.parts.pages import CasePage, FormPage, do_and_tell


class MomentForm(forms.Form):
    """When, how long and where."""

    day = DayField(label="Jour")
    hour = forms.TimeField(
        label="Heure",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Heure impossible : l’écrire heures:minutes, par exemple 14:30."},
    )
    minutes = forms.IntegerField(
        label="Durée en minutes",
        min_value=5,
        max_value=480,
        initial=USUAL_MINUTES,
        error_messages={"invalid": "Saisir un nombre de minutes, par exemple 45."},
    )
    place = forms.ChoiceField(
        label="Lieu",
        choices=[(code, capfirst(words)) for code, words in Appointment.Place.choices],
        widget=forms.RadioSelect,
        initial=Appointment.Place.OFFICE,
    )
    details = forms.CharField(
        label="Précision",
        help_text="Adresse du service, étage, numéro à appeler… Elle est reprise dans la convocation.",
        max_length=200,
        required=False,
    )

    @property
    def starts_at(self) -> datetime:
        return make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"]))

    @property
    def moment(self) -> dict[str, Any]:
        wanted = ("minutes", "place", "details")
        return {"starts_at": self.starts_at} | {name: self.cleaned_data[name] for name in wanted}


class MakeForm(MomentForm):
    """With whom besides: asked when there is a choice."""

    person = forms.ChoiceField(label="Avec", widget=forms.RadioSelect)
    professional = forms.ModelChoiceField(label="Professionnel", queryset=User.objects.none(), empty_label=None)
    field_order = ["person", "day", "hour", "minutes", "place", "details", "professional"]

    def __init__(
        self,
        data: FormData = None,
        *,
        adults: list[Beneficiary],
        colleagues: list[User],
        **kwargs: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **kwargs)
        self.adults = {str(each.public_id): each for each in adults}
        self.colleagues = colleagues
        person: Any = self.fields["person"]
        person.choices = [(code, each.full_name) for code, each in self.adults.items()]
        professional: Any = self.fields["professional"]
        professional.queryset = User.objects.filter(pk__in=[each.pk for each in colleagues])
        if len(self.adults) == 1:
            del self.fields["person"]
        if len(colleagues) == 1:
            del self.fields["professional"]

    @property
    def appointment_values(self) -> dict[str, Any]:
        code, professional = self.cleaned_data.get("person"), self.cleaned_data.get("professional")
        person = self.adults[code] if code else next(iter(self.adults.values()))
        return {"person": person, "professional": professional or self.colleagues[0], **self.moment}


class AppointmentsPage(CasePage):
    """For those who follow the case, in the name of their structure."""

    title = submit_label = ""

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if not CasePermissions.for_user(self.user, self.case, at=self.now).meet:
            raise PermissionDenied
        return None

    def go_back(self) -> HttpResponse:
        return redirect(self.back_url)

    def render_form(self, form: forms.Form, *, asked: list[AppointmentQuestion] | None = None) -> HttpResponse:
        adults = [member.beneficiary for member in self.data.adults]
        return self.render_page(
            "agenda/appointment.html",
            back_code=self.back_code,
            back_url=self.back_url,
            form=form,
            title=self.title,
            submit_label=self.submit_label,
            asked=asked or [],
            warned=[person for person in adults if person.contact_instructions],
            lead=self.lead,
        )

    @property
    def lead(self) -> str:
        return ""


class MomentPage(AppointmentsPage, FormPage):
    """A form about a moment, whose questions are answered before anything is done."""

    def process_sent(self, form: Any) -> HttpResponse:
        try:
            made = self.carry_out(form, confirmed=self.request.POST.getlist("confirmed"))
        except ToConfirm as question:
            return self.render_form(form, asked=question.questions)
        except AlreadySaid as refusal:
            messages.info(self.request, str(refusal))
            return self.go_back()
        messages.success(self.request, self.get_success_message(made))
        return self.go_back()

    def carry_out(self, form: Any, *, confirmed: list[str]) -> Appointment:
        raise NotImplementedError

    def get_success_message(self, made: Appointment) -> str:
        raise NotImplementedError


class MakeAppointment(MomentPage):
    title = "Fixer un rendez-vous"
    submit_label = "Fixer le rendez-vous"

    @cached_property
    def structure(self) -> Structure:
        structure = permissions.acting_structure(self.user, self.case, at=self.today)
        if structure is None or not permissions.has_right(self.user, "handle_case", structure.pk, at=self.today):
            raise PermissionDenied
        return structure

    def get_form(self, data: QueryDict | None = None) -> MakeForm:
        seeing = permissions.who_sees(self.case, at=self.today)
        colleagues = list(permissions.colleagues_with_right(self.structure, "handle_case", at=self.today) & seeing)
        return MakeForm(
            data,
            adults=[member.beneficiary for member in self.data.adults],
            colleagues=[self.user] if colleagues == [self.user] else colleagues,
            initial={
                "person": str(self.data.holder.public_id),
                "professional": self.user,
                "details": self._usual_details(),
                **({"day": day} if (day := self.asked_day) else {}),
            },
        )

    @property
    def asked_day(self) -> date | None:
        """The day of the agenda from which one comes."""
        asked = read_day(self.request.GET.get("jour", ""))
        return asked if asked and asked >= self.today else None

    def _usual_details(self) -> str:
        """The address that this structure gave last: it moves less often than people."""
        own = Appointment.objects.filter(structure=self.structure, place=Appointment.Place.OFFICE)
        last = own.exclude(details="").order_by("-pk").first()
        return last.details if last else ""

    def carry_out(self, form: MakeForm, *, confirmed: list[str]) -> Appointment:
        return appointments.make(
            case=self.case,
            structure=self.structure,
            by=self.user,
            at=self.now,
            confirmed=confirmed,
            **form.appointment_values,
        )

    def get_success_message(self, made: Appointment) -> str:
        return f"Rendez-vous fixé {in_words(made)}."


class OneAppointment(AppointmentsPage):
    appointment: Appointment

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        seen = permissions.visible_appointments(self.user, at=self.today).filter(case=self.case)
        found = seen.select_related("person", "professional", "structure", "moved_to")
        self.appointment = get_object_or_404(found, public_id=kwargs["appointment"])
        self.appointment.case = self.case
        if not permissions.has_right(self.user, "handle_case", self.appointment.structure_id, at=self.today):
            raise PermissionDenied
        if request.method == "GET" and not self.appointment.is_planned:
            messages.info(request, str(AlreadySaid(self.appointment)))
            return self.go_back()
        return None

    @property
    def lead(self) -> str:
        return f"{self.appointment.person.full_name}, {in_words(self.appointment)}"


class AppointmentResult(OneAppointment):
    """One press from the agenda, the inbox or the case: the person came, or did not."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return HttpResponseNotAllowed(["POST"])

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        acts = {"honore": self.record_kept_appointment, "non-honore": self.record_missed_appointment}
        act = acts.get(request.POST.get("resultat", ""))
        if act:
            do_and_tell(request, act, refused=messages.INFO)
        return self.go_back()

    def record_kept_appointment(self) -> str:
        entry = appointments.mark_kept(appointment=self.appointment, by=self.user, at=self.now)
        self.appointment.state = Appointment.State.KEPT
        task = waiting_for_contact([self.appointment]).get(self.case.pk)
        if task is None:
            return format_html('Rendez-vous honoré. <a href="{}">Retirer</a>', self.undo_url(entry))
        url = reverse("step", args=[self.case.public_id, task.public_id])
        return format_html(
            'Rendez-vous honoré. <a href="{}">Enregistrer le contact</a> <a href="{}">Retirer</a>',
            url,
            self.undo_url(entry),
        )

    def undo_url(self, entry: JournalEntry) -> str:
        """To take the press back from where it is said."""
        url = reverse("act_take_back", args=[self.case.public_id, entry.pk])
        return f"{url}?retour={self.back_code}" if self.back_code else url

    def record_missed_appointment(self) -> str:
        entry = appointments.mark_missed(appointment=self.appointment, by=self.user, at=self.now)
        url = reverse("appointment_make", args=[self.case.public_id])
        return format_html(
            'Rendez-vous non honoré : il compte comme une tentative de contact. <a href="{}">En fixer un autre</a>'
            ' <a href="{}">Retirer</a>',
            url,
            self.undo_url(entry),
        )


class MoveAppointment(OneAppointment, MomentPage):
    title = "Reporter le rendez-vous"
    submit_label = "Reporter"

    def get_form(self, data: QueryDict | None = None) -> MomentForm:
        former = self.appointment
        start = former.local_start
        return MomentForm(
            data,
            initial={
                "day": start.date(),
                "hour": start.time(),
                "minutes": former.minutes,
                "place": former.place,
                "details": former.details,
            },
        )

    def carry_out(self, form: MomentForm, *, confirmed: list[str]) -> Appointment:
        return appointments.move(
            appointment=self.appointment, by=self.user, at=self.now, confirmed=confirmed, **form.moment
        )

    def get_success_message(self, made: Appointment) -> str:
        taken_up = f", avec {made.professional}" if made.professional_id != self.appointment.professional_id else ""
        return f"Rendez-vous reporté {in_words(made)}{taken_up}."


class CancelForm(forms.Form):
    whose = forms.ChoiceField(
        label="À la demande de qui ?",
        choices=[
            (Appointment.CancelledBy.HOUSEHOLD.value, "Du ménage"),
            (Appointment.CancelledBy.SERVICE.value, "Du service : prévenir la personne"),
        ],
        widget=forms.RadioSelect,
    )


class CancelAppointment(OneAppointment, FormPage):
    form_class = CancelForm
    title = "Annuler le rendez-vous"
    submit_label = "Annuler le rendez-vous"

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        do_and_tell(self.request, partial(self.cancel, typed["whose"]), refused=messages.INFO)
        return self.go_back()

    def cancel(self, whose: str) -> str:
        appointments.cancel(appointment=self.appointment, whose=whose, by=self.user, at=self.now)
        return "Rendez-vous annulé."


def in_words(appointment: Appointment) -> str:
    """le mardi 1er décembre 2026 à 14 h 30, au service."""
    start = appointment.local_start
    return f"le {DAYS[start.weekday()]} {long_date(start)} à {clock(start)}, {place_words(appointment)}"
