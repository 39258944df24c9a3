"""The notification centre."""

from django.urls import URLPattern, URLResolver, path

from notifications.views import Notifications, Open

urlpatterns: list[URLPattern | URLResolver] = [
    path("", Notifications.as_view(), name="notifications"),
    path("<uuid:notice>/", Open.as_view(), name="notification"),
]
