"""Signaler un impayé, the landlord’s own reports, the backlog."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
