"""The notification centre, and the personal calendar."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, path

from notifications.views import reminder_catalogue_editor  # noqa: F401 - joins the catalogues of the pilot
from notifications.views.bounces import BounceReports
from notifications.views.calendar import CalendarFile, CalendarSettings
from notifications.views.centre import Notifications, Open
from notifications.views.links import AnswerByLink
from notifications.views.preferences import Preferences

urlpatterns: list[URLPattern | URLResolver] = [
    path("notifications/", Notifications.as_view(), name="notifications"),
    path("notifications/mes-courriels/", Preferences.as_view(), name="preferences"),
    path("notifications/repondre/<str:token>/", login_not_required(AnswerByLink.as_view()), name="answer_by_link"),
    path("notifications/<uuid:notice>/", Open.as_view(), name="notification"),
    # A provider has no session: it gives the secret of the installation.
    path("courriels/retours/", login_not_required(BounceReports.as_view()), name="bounces"),
    path("echeances/calendrier/", CalendarSettings.as_view(), name="calendar_feed"),
    # A calendar program has no session: the address itself is the secret.
    path("calendrier/<str:token>.ics", login_not_required(CalendarFile.as_view()), name="calendar_file"),
]
