"""Pages of the administrators on the installation: how its services do, and a trial of the mail."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.actions.sharing_bases import find_senders_without_basis
from config.accounts import events, review
from config.context import VERSION
from config.mail_trial import CannotTryMail, ask_mail_trial, try_mail
from config.models import Alert, UnexpectedError
from config.service_state import ServiceState, read_service_state
from config.services.items import Level, count_in_words
from workflows.views.team.administration import InstallationPage

SHOWN_ERRORS = 20
COUNTED = timedelta(days=30)
"""Days of which the sign-ins are counted."""


class Services(InstallationPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        state = read_service_state(self.now)
        errors = list(UnexpectedError.objects.all()[:SHOWN_ERRORS])
        context = {
            "summary": _summarize(state),
            "groups": [
                (level.words, tone, items)
                for level, tone in ((Level.DOWN, "danger"), (Level.WATCH, "warn"))
                if (items := state.at_level(level))
            ],
            "well": state.at_level(Level.GOOD),
            "alerts": Alert.objects.all(),
            "sign_ins": events.count_in_words(since=self.now - COUNTED),
            "unreviewed": review.find_late(on=self.today),
            "without_basis": find_senders_without_basis(self.user, on=self.today),
            "counted_days": COUNTED.days,
            "errors": errors,
            "to_copy": _to_copy(errors),
        }
        return render(request, "administration/services.html", context)


def _summarize(state: ServiceState) -> tuple[str, str, str]:
    """Tone, title and what to do next. Causes come first: what depends on them often mends itself."""
    down, watched = state.at_level(Level.DOWN), state.at_level(Level.WATCH)
    if not down and not watched:
        return "ok", "Tout va bien.", "Rien à faire."
    counted = [
        count_in_words(len(down), "service en panne", "services en panne") if down else "",
        f"{len(watched)} à surveiller" if watched else "",
    ]
    first = (down or watched)[0]
    return (
        "danger" if down else "warn",
        f"{', '.join(filter(None, counted))}.",
        f"Commencer par : {first.name}. {first.advice}",
    )


def _to_copy(errors: list[UnexpectedError]) -> str:
    """For whoever maintains Relais: no name, no text that somebody typed."""
    lines = [
        f"{each.count} × {each.kind} | {each.place} | {each.first_at:%Y-%m-%dT%H:%MZ} → {each.last_at:%Y-%m-%dT%H:%MZ}"
        + (f" | {each.request}" if each.request else "")
        for each in errors
    ]
    return "\n".join([f"Relais {VERSION}", *lines])


class TryMail(InstallationPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            ask_mail_trial(by=self.user, at=self.now)
        except CannotTryMail as refusal:
            return self.lead_on(str(refusal), "services", level=messages.ERROR)
        trial = try_mail(self.user)
        return self.lead_on(trial.words, "services", level=messages.SUCCESS if trial.is_sent else messages.ERROR)
