"""Measures of what tells people: a tick when nothing is due, the reminders of a morning, the e-mails that leave."""

import smtplib
from datetime import date, timedelta

from django.core.management.base import CommandError
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from benchmarks.measures import Measure, commits, first, median, ms, rows, spent, timed, undone
from cases.models import DeadlineRule
from cases.rules.counting import Unit
from config.mail_sink import run_mail_sink
from config.ticking import tick
from notifications import delivery, reminders
from notifications.reminder_rules import Anchor
from workflows.models import HELD

NO_CASE = "Aucun dossier n’est ouvert."
TO_SETTLE = 1000
"""Ticks, at most, before nothing is due."""
NOTHING = "SELECT WHERE false"
HOW_MANY = """
SELECT (SELECT count(*) FROM workflows_casetask),
       (SELECT count(*) FROM cases_deadline WHERE state = 'running' AND remind_on IS NOT NULL)
"""
ANYTHING = """
SELECT (SELECT id FROM cases_deadline WHERE state = 'running' AND remind_on <= %s ORDER BY remind_on, id LIMIT 1),
       (SELECT id FROM workflows_casetask
        WHERE status IN ('NEW', 'STARTED') AND is_human AND remind_on <= %s ORDER BY remind_on, id LIMIT 1),
       (SELECT id FROM cases_deadline WHERE state = 'running' AND legal_date < %s ORDER BY legal_date LIMIT 1),
       (SELECT id FROM cases_outbox ORDER BY id LIMIT 1),
       (SELECT id FROM notifications_delivery WHERE state = 'waiting' AND next_try_at <= %s ORDER BY next_try_at LIMIT 1)
"""
WRITTEN = """
WITH entry AS (
  SELECT j.id, j.case_id, u.id AS user_id FROM (
    SELECT id, case_id FROM cases_journalentry WHERE case_id IS NOT NULL AND kind = 'professional.assigned'
    ORDER BY id DESC LIMIT %s
  ) j
  CROSS JOIN (SELECT id FROM cases_user WHERE is_active AND failing_email IS DISTINCT FROM email LIMIT 5) u
  WHERE NOT EXISTS (SELECT FROM notifications_notice n WHERE n.entry_id = j.id AND n.user_id = u.id)
  LIMIT %s
), told AS (
  INSERT INTO notifications_notice (public_id, user_id, entry_id, case_id, created_at)
  SELECT gen_random_uuid(), user_id, id, case_id, now() FROM entry RETURNING id, user_id
)
INSERT INTO notifications_delivery (public_id, user_id, notice_id, state, attempts, next_try_at)
SELECT gen_random_uuid(), user_id, id, 'waiting', 0, %s FROM told RETURNING id
"""
TO_SEND = """
SELECT d.id, u.email FROM notifications_delivery d JOIN cases_user u ON u.id = d.user_id
WHERE d.state = 'waiting' ORDER BY d.id LIMIT %s
"""
MARK = "UPDATE notifications_delivery SET state = 'sent', sent_at = now(), attempts = 1 WHERE id = %s"
SOME_CASES = """
SELECT c.id, c.responsible_structure_id FROM cases_case c
WHERE c.closed_on IS NULL AND NOT EXISTS (
  SELECT FROM workflows_casetask t WHERE t.case_id = c.id AND t.node = %s AND t.status IN ('NEW', 'STARTED')
)
ORDER BY c.id LIMIT 5000
"""
ARM = """
WITH known AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS s (case_id, structure_id, number))
INSERT INTO cases_deadline (
  public_id, case_id, rule_id, structure_id, started_on, legal_date, safe_date, steps, state, remind_on, created_at
)
SELECT gen_random_uuid(), s.case_id, %s, s.structure_id, %s, %s, %s, '[]', 'running', %s, now()
FROM generate_series(1, %s) AS n JOIN known s ON s.number = 1 + n %% %s
RETURNING id
"""
DUE = "UPDATE cases_deadline SET remind_on = %s WHERE id = ANY(%s)"
REMIND = """
WITH due AS (
  SELECT id, case_id, structure_id, legal_date FROM cases_deadline WHERE state = 'running' AND remind_on <= %s
), made AS (
  INSERT INTO notifications_reminder (rule_id, deadline_id, due_on, day, rank, escalates, made_at)
  SELECT %s, id, %s, %s, 0, false, now() FROM due ON CONFLICT DO NOTHING RETURNING id, deadline_id
), line AS (
  INSERT INTO cases_journalentry (kind, case_id, structure_id, happened_at, data)
  SELECT 'reminder.due', case_id, structure_id, now(), jsonb_build_object(
    'reminder', made.id, 'deadline', due.id, 'floor', 'ordinary', 'last_day', due.legal_date
  )
  FROM made JOIN due ON due.id = made.deadline_id RETURNING id
), told AS (
  INSERT INTO cases_outbox (entry_id) SELECT id FROM line
)
UPDATE cases_deadline SET remind_on = NULL FROM due WHERE cases_deadline.id = due.id
"""


def _arm(number: int, *, on: date) -> tuple[list[int], int, date]:
    """Many delays of which nothing is to be said today. Their ids, a rule of reminders, the last day of which it speaks."""
    cases = rows(SOME_CASES, HELD)
    if not cases:
        first(NOTHING, otherwise=NO_CASE)
    row, delay, last_day = _said_in_calendar_days(on)
    dates = [on - timedelta(days=90), last_day, last_day, on + timedelta(days=1)]
    ids, structures = [case for case, _ in cases], [structure for _, structure in cases]
    armed = [pk for (pk,) in rows(ARM, ids, structures, delay, *dates, number, len(cases))]
    rows("ANALYZE cases_deadline")
    return armed, row, last_day


def nothing_due(number: int) -> Measure:
    """A whole tick when there is nothing to do, over all the tasks that are there and many armed reminders."""
    now = timezone.now()
    _arm(number, on=localdate(now))
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
        for _ in range(TO_SETTLE):
            if not any(tick(at=now).values()):
                break
        product = median(lambda: timed(lambda: tick(at=now)))
        cpu = spent(lambda: tick(at=now)).cpu
    [(tasks, armed)] = rows(HOW_MANY)
    floor = median(lambda: timed(lambda: rows(ANYTHING, localdate(now), localdate(now), localdate(now), now)))
    details = f" (processeur {ms(cpu)}) sur {tasks} tâches et {armed} rappels armés"
    return Measure(rows=tasks, product=product, floor=floor, details=details)


def reminders_due(number: int) -> Measure:
    """The reminders of one morning, and the scan of the moment before, when none was due."""
    now = timezone.now()
    on = localdate(now)
    reminders.scan(at=now)
    armed, row, last_day = _arm(number, on=on)
    idle = median(lambda: timed(lambda: reminders.scan(at=now)))
    rows(DUE, on, armed)
    product, checks = undone(lambda: reminders.scan(at=now))
    floor, _ = undone(lambda: rows(REMIND, on, row, last_day, on))
    told = (
        f" ({product.per_second(number)}), sans les contrôles de la base à la fin ({ms(checks.wall)}) ; "
        f"quand rien n’est dû {ms(idle)}"
    )
    return Measure(rows=number, product=product.wall, floor=floor.wall, details=told)


def mails_sent(number: int) -> Measure:
    """E-mails that are due, to a mail server of this machine that keeps nothing, by one conversation.

    Each is sent in a transaction of its own: here nothing is kept, so that what these cost is measured beside.
    """
    reverse("inbox")  # the worker has read all addresses long ago, which takes as long as a hundred e-mails
    now = timezone.now()
    if not rows(WRITTEN, number, number, now):
        first(NOTHING, otherwise=NO_CASE)
    connection = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1",
        "EMAIL_HOST_USER": "", "EMAIL_HOST_PASSWORD": "", "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False,
    }  # fmt: skip
    with run_mail_sink() as port, override_settings(**connection, EMAIL_PORT=port):
        sent: list[int] = []
        product, _ = undone(lambda: sent.append(delivery.send_due(at=now, limit=number)))
        floor, _ = undone(lambda: _by_hand(sent[0], port=port))
    committed = commits(sent[0])
    product, floor = product + committed, floor + committed
    told = f" ({product.per_second(sent[0])}), dont {ms(committed.wall)} d’écriture sur disque"
    return Measure(rows=sent[0], product=product.wall, floor=floor.wall, details=told)


def _by_hand(number: int, *, port: int) -> None:
    """The same messages without Django: what they say, to whom, and a row marked for each."""
    waiting = rows(TO_SEND, number)
    text = "\r\n".join(["Subject: Relais", "From: relais@example.org", "", "Une information vous attend. " * 12])
    with smtplib.SMTP("127.0.0.1", port) as server:
        for pk, email in waiting:
            server.sendmail("relais@example.org", [email], text)
            rows(MARK, pk)


def _said_in_calendar_days(on: date) -> tuple[int, int, date]:
    """A rule of reminders, a delay that it alone follows, and the last day of which it speaks today."""
    rules = reminders.rules_in_force(on)["grigny"]
    for delay in DeadlineRule.objects.order_by("pk"):
        followed = [(pk, rule) for pk, rule in rules.items() if rule.names_delay(delay.code)]
        if len(followed) == 1 and followed[0][1].counted_from is Anchor.LEGAL and followed[0][1].unit is Unit.DAY:
            pk, rule = followed[0]
            return pk, delay.pk, on - timedelta(days=rule.days[-1])
    raise CommandError("Aucune règle de rappel ne compte en jours depuis le dernier jour d’un délai.")
