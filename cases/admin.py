"""Technical administration: reference data, and reading for support. What moves a case is done in its pages, where
the journal sees it."""

from typing import TypeVar

from django.contrib import admin
from django.contrib.auth import admin as auth_admin  # noqa: F401 - registers groups, which are withdrawn below
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest

from cases.models import (
    Closure,
    Deadline,
    DeadlineRule,
    Edition,
    JournalEntry,
    Membership,
    Organisation,
    Outbox,
    Structure,
    User,
)

# Groups carry the rights of memberships: they are written with them, never by hand.
admin.site.unregister(Group)
admin.site.site_header = admin.site.site_title = "Administration technique"
admin.site.index_title = "Données de référence et assistance"

Row = TypeVar("Row", bound=Model)


class ReadOnlyAdmin(admin.ModelAdmin[Row]):
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


class ReferenceAdmin(admin.ModelAdmin[Row]):
    """Added and corrected, never deleted: cases refer to it."""

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


@admin.register(Organisation)
class OrganisationAdmin(ReferenceAdmin[Organisation]):
    list_display = ["name", "code"]
    search_fields = ["name", "code"]

    def get_readonly_fields(self, request: HttpRequest, obj: Organisation | None = None) -> list[str]:
        return ["code"] if obj else []


TUNED = ("names_referents", "names_referents_since", "many_followed", "many_coordinated")
"""Of a structure, what no page of ours says yet."""


@admin.register(Structure)
class StructureAdmin(ReferenceAdmin[Structure]):
    list_display = ["name", "code", "kind", "organisation", "is_active"]
    list_filter = ["is_active", "kind"]
    list_select_related = ["organisation"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["organisation"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An administrator adds one, on a page that the journal sees."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Structure | None = None) -> list[str]:
        """All that the pages of administrators and managers say: it is journalled there, and ending one is checked."""
        return [field.name for field in Structure._meta.fields if field.name not in TUNED]  # noqa: SLF001 - Django’s API


@admin.register(Closure)
class ClosureAdmin(ReadOnlyAdmin[Closure]):
    """Typed by the manager of the structure, on a page that counts its delays anew."""

    list_display = ["structure", "first_day", "last_day", "label"]
    list_filter = [("structure", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["structure"]


@admin.register(User)
class UserAdmin(ReadOnlyAdmin[User]):
    list_display = ["last_name", "first_name", "email", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["last_name", "first_name", "email"]
    exclude = ["password", "groups", "user_permissions"]


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin[Membership]):
    list_display = ["user", "structure", "role", "since", "until"]
    list_filter = ["role", ("structure", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user", "structure"]
    search_fields = ["user__last_name", "user__email"]


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin[Edition]):
    list_display = ["catalogue", "number", "state", "effective_on", "territory"]
    list_filter = ["catalogue", "state"]


@admin.register(DeadlineRule)
class DeadlineRuleAdmin(ReadOnlyAdmin[DeadlineRule]):
    list_display = ["code", "title", "edition", "length", "unit", "act", "confidence"]
    list_filter = ["edition", "confidence", "who"]
    list_select_related = ["edition"]
    search_fields = ["code", "title", "reference"]


@admin.register(Deadline)
class DeadlineAdmin(ReadOnlyAdmin[Deadline]):
    list_display = ["pk", "case", "rule", "structure", "safe_date", "legal_date", "state"]
    list_filter = ["state"]
    list_select_related = ["case", "rule", "structure"]
    search_fields = ["=case__id", "rule__code"]
    ordering = ["-pk"]


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin[JournalEntry]):
    list_display = ["happened_at", "kind", "case", "actor", "structure"]
    list_filter = ["kind"]
    list_select_related = ["case", "actor", "structure"]
    search_fields = ["=case__id", "actor__email"]
    ordering = ["-pk"]


@admin.register(Outbox)
class OutboxAdmin(ReadOnlyAdmin[Outbox]):
    list_display = ["pk", "entry", "created_at"]
    list_select_related = ["entry"]
