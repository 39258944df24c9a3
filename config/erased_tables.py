"""Tables of the installation and of Django, none of which is about anybody helped."""

from cases.actions.retention.register import ErasedTable, register_tables
from cases.actions.retention.tables import BY_AGE, OF_PROFESSIONALS, OF_RULES

UNUSED = "une table de viewflow que Relais n’emploie pas : elle reste vide"

register_tables(
    *(
        ErasedTable(model=name, because="des comptes, des codes et des dates")
        for name in (
            "config.JobRun",
            "config.UnexpectedError",
            "config.Alert",
            "config.SealCheck",
            "config.OpeningAnswer",
            "contenttypes.ContentType",
        )
    ),
    *(
        ErasedTable(model=name, because=OF_RULES)
        for name in (
            "auth.Permission",
            "auth.Group",
            "guardian.UserObjectPermission",
            "guardian.GroupObjectPermission",
        )
    ),
    *(
        ErasedTable(model=name, because=BY_AGE)
        for name in (
            "sessions.Session",
            "axes.AccessFailureLog",
            "axes.AccessAttempt",
            "axes.AccessAttemptExpiration",
            "axes.AccessLog",
        )
    ),
    *(
        ErasedTable(model=f"config.{name}", because=OF_PROFESSIONALS)
        for name in ("CodeGenerator", "Passkey", "RecoveryCode", "ConfirmedMembership", "Attestation")
    ),
    *(
        ErasedTable(model=f"config.{name}", because=BY_AGE)
        for name in ("SignInEvent", "TriedCount", "AccountSession", "AskedPassword")
    ),
    ErasedTable(model="admin.LogEntry", because=OF_PROFESSIONALS),
    ErasedTable(model="viewflow.Process", because=UNUSED),
    ErasedTable(model="viewflow.Task", because=UNUSED),
)
