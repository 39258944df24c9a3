"""What was told and sent, to be read by support."""

from django.contrib import admin

from cases.admin import ReadOnlyAdmin
from notifications.models import Delivery, Notice, Reminder, ReminderRule


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin[Notice]):
    list_display = ["pk", "user", "entry", "case", "created_at", "read_at"]
    list_select_related = ["user", "entry", "case"]
    search_fields = ["user__email"]
    ordering = ["-pk"]


@admin.register(ReminderRule)
class ReminderRuleAdmin(ReadOnlyAdmin[ReminderRule]):
    list_display = ["code", "edition"]
    list_select_related = ["edition"]
    search_fields = ["code"]


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin[Reminder]):
    list_display = ["pk", "rule", "deadline", "task", "due_on", "day", "escalates", "made_at"]
    list_select_related = ["rule", "deadline", "task"]
    search_fields = ["rule__code"]
    ordering = ["-pk"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin[Delivery]):
    list_display = ["pk", "user", "notice", "state", "attempts", "next_try_at", "sent_at"]
    list_filter = ["state"]
    list_select_related = ["user", "notice"]
    search_fields = ["user__email"]
    ordering = ["-pk"]
