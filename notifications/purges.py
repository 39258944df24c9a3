"""Of what was told: the notices about a case, of the members of a structure who see it no longer."""

from datetime import datetime

from django.utils.timezone import localdate

from cases import permissions
from cases.actions.purges import delete_for_good, people_of, register_purge
from cases.models import Case, Structure
from notifications.models import Delivery, Notice


def _purge_notices(case: Case, structure: Structure, at: datetime) -> int:
    seeing = permissions.who_sees(case, at=localdate(at)).values("pk")
    notices = Notice.objects.filter(entry__case=case, user__in=people_of(structure, at=at)).exclude(user__in=seeing)
    found = list(notices.values_list("pk", flat=True))
    sent = list(Delivery.objects.filter(notice__in=found).values_list("pk", flat=True))
    Notice.objects.filter(digest__in=sent).update(digest=None)
    delete_for_good(Delivery.objects.filter(pk__in=sent).order_by())
    return delete_for_good(Notice.objects.filter(pk__in=found).order_by())


register_purge("notices", _purge_notices)
