"""À faire, situations, one case and its steps."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.case import CaseView
from workflows.views.inbox import InboxView
from workflows.views.step import StepView

urlpatterns: list[URLPattern | URLResolver] = [
    path("", InboxView.as_view(), name="inbox"),
]

# One case
urlpatterns += [
    path("situations/<uuid:case>/", CaseView.as_view(), name="case"),
    path("situations/<uuid:case>/etapes/<uuid:task>/", StepView.as_view(), name="step"),
]
