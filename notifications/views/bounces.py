"""Where the mail provider reports what became of our e-mails. It signs in with the secret that it was given."""

from typing import Any

from anymail.urls import urlpatterns as anymail_patterns
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from notifications import bounces


@method_decorator(csrf_exempt, name="dispatch")
class BounceReports(View):
    """Exists only for an installation that names its provider. A forged secret is a 400, and nothing happens."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if not settings.EMAIL_PROVIDER:
            raise Http404
        reader = _report_reader(settings.EMAIL_PROVIDER)
        reader.run_validators(request)
        # Handed over directly rather than by anymail’s signal: the project has one signal, the journal’s.
        for event in reader.parse_events(request):
            bounces.handle_delivery_report(event, at=timezone.now())
        return HttpResponse()


def _report_reader(provider: str) -> Any:
    """What reads the reports of a provider, as django-anymail names it."""
    name = f"{provider}_tracking_webhook"
    for pattern in anymail_patterns:
        if pattern.name == name:
            return pattern.callback.view_class()
    raise LookupError(f"unknown mail provider {provider}")
