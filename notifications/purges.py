"""Of what was told: the notices about a case, of the members of a structure who see it no longer."""

from django.utils.timezone import localdate

from cases import permissions
from cases.actions.purges import OpposedAccess, delete_for_good, register_purge
from notifications.models import Delivery, Notice


def _purge_notices(opposed: OpposedAccess) -> int:
    seeing = permissions.who_sees(opposed.case, at=localdate(opposed.at)).values("pk")
    shown = opposed.lasted("entry__happened_at")
    notices = Notice.objects.filter(shown, entry__case=opposed.case, user__in=opposed.people())
    notices = notices.exclude(user__in=seeing)
    found = list(notices.values_list("pk", flat=True))
    sent = list(Delivery.objects.filter(notice__in=found).values_list("pk", flat=True))
    Notice.objects.filter(digest__in=sent).update(digest=None)
    delete_for_good(Delivery.objects.filter(pk__in=sent).order_by())
    return delete_for_good(Notice.objects.filter(pk__in=found).order_by())


register_purge("notices", _purge_notices)
