"""What becomes of what was told when the household that it is about is anonymised."""

from cases.actions.retention.register import ErasedTable, register_tables
from cases.actions.retention.tables import CASE, OF_PROFESSIONALS, OF_RULES

register_tables(
    ErasedTable(
        model="notifications.Delivery",
        paths=("notice__case__household", "notice__entry__case__household"),
        is_deleted=True,
        at_archive=True,
        let_go_by="notifications.Notice.digest",
    ),
    ErasedTable(
        model="notifications.Notice", paths=(*CASE, "entry__case__household"), is_deleted=True, at_archive=True
    ),
    ErasedTable(
        model="notifications.Reminder",
        paths=("deadline__case__household", "task__case__household"),
        is_deleted=True,
        at_archive=True,
    ),
    ErasedTable(model="notifications.ReminderRule", because=OF_RULES),
    ErasedTable(model="notifications.CalendarFeed", because=OF_PROFESSIONALS),
    ErasedTable(model="notifications.Preference", because=OF_PROFESSIONALS),
)
