"""What was told and sent, to be read by support."""

from django.contrib import admin

from cases.admin import ReadOnlyAdmin
from notifications.models import Delivery, Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin[Notice]):
    list_display = ["pk", "user", "entry", "case", "created_at", "read_at"]
    list_select_related = ["user", "entry", "case"]
    search_fields = ["user__email"]
    ordering = ["-pk"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin[Delivery]):
    list_display = ["pk", "user", "notice", "state", "attempts", "next_try_at", "sent_at"]
    list_filter = ["state"]
    list_select_related = ["user", "notice"]
    search_fields = ["user__email"]
    ordering = ["-pk"]
