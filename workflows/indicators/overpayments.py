"""Action 13, overpayments: was the letter read in time, what became of each line, how much was saved (domain §E)."""

from functools import partial

from workflows.indicators import loads
from workflows.indicators.kinds import AS_A_WHOLE, OF_CASES, Action, Aggregation, Indicator

ENTRIES, DELAYS, ENDS, MONEY, STOCK = "Courriers et lignes", "Délais", "Issues", "Montants", "Encours"
LOADS = "Charge des professionnels"
LINE = ("benefit", "operator", "structure")

_indicator = partial(Indicator, action=Action.OVERPAYMENTS)

TAKEN = """
SELECT n.day, {structure}, n.operator, greatest(n.day - coalesce(n.received_on, n.letter_date), 0) AS value,
  n.day <= coalesce(n.received_on, n.letter_date) + 10 AS hit
FROM ({notices}) n JOIN cases_case c ON c.id = n.case_id WHERE {standing}
"""
CLOSED = """
SELECT l.closed_on AS day, {structure}, l.benefit, l.cause, n.operator, l.outcome AS line_outcome, l.amount AS value
FROM cases_debtline l JOIN cases_overpaymentnotice n ON n.id = l.notice_id JOIN cases_case c ON c.id = n.case_id
WHERE l.closed_on >= %(first)s AND {standing}
"""
MOVED = """
SELECT g.on AS day, {structure}, l.benefit, n.operator, g.amount AS value
FROM cases_ledgerentry g JOIN cases_debtline l ON l.debt_id = g.debt_id
JOIN cases_overpaymentnotice n ON n.id = l.notice_id JOIN cases_case c ON c.id = n.case_id
WHERE g.kind = '<kind>' AND g.on >= %(first)s AND {standing}
  AND NOT EXISTS (SELECT FROM cases_ledgerentry x WHERE x.corrects_id = g.id)
"""
LEGAL = """
SELECT (d.ended_at AT TIME ZONE 'Europe/Paris')::date AS day, {structure}, l.benefit, n.operator,
  d.state = 'met' AS hit
FROM cases_deadline d JOIN cases_deadlinerule r ON r.id = d.rule_id JOIN cases_case c ON c.id = d.case_id
LEFT JOIN cases_debtline l ON l.debt_id = d.debt_id LEFT JOIN cases_overpaymentnotice n ON n.id = l.notice_id
WHERE c.kind = 'overpayment' AND r.who = 'person' AND d.state IN ('met', 'missed') AND d.ended_at >= %(first)s
  AND {standing}
"""

INDICATORS = (
    _indicator(
        code="op_lines",
        section=ENTRIES,
        title="Lignes de trop-perçu saisies",
        definition="Lignes des courriers saisis, une par prestation réclamée, au jour de la saisie.",
        unit="lignes",
        measure=Aggregation.COUNT,
        dimensions=("benefit", "cause", "operator", "structure"),
        source="""
SELECT n.day, {structure}, l.benefit, l.cause, n.operator
FROM ({notices}) n JOIN cases_debtline l ON l.notice_id = n.id JOIN cases_case c ON c.id = n.case_id
WHERE {standing}
""",
    ),
    _indicator(
        code="op_repeated",
        section=ENTRIES,
        title="Trop-perçus qui se répètent",
        definition="Part des courriers saisis dont le ménage avait déjà reçu un courrier du même organisme dans les douze mois précédents.",
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=("operator", "structure"),
        source="""
SELECT n.day, {structure}, n.operator, EXISTS (
  SELECT FROM cases_overpaymentnotice b JOIN cases_case d ON d.id = b.case_id
  WHERE d.household_id = c.household_id AND b.operator = n.operator AND d.outcome <> 'voided'
    AND b.letter_date < n.letter_date AND b.letter_date >= n.letter_date - interval '12 months'
) AS hit
FROM ({notices}) n JOIN cases_case c ON c.id = n.case_id WHERE {standing}
""",
    ),
    _indicator(
        code="op_to_take",
        section=DELAYS,
        title="Du courrier à sa prise en main",
        definition="Jours entre la réception du courrier (sa date si la réception n’est pas connue) et sa saisie par un professionnel. Médiane.",
        unit="jours",
        measure=Aggregation.MEDIAN,
        dimensions=("operator", "structure"),
        source=TAKEN,
    ),
    _indicator(
        code="op_taken_soon",
        section=DELAYS,
        title="Courriers pris en main en 10 jours",
        definition="Part des courriers saisis au plus tard dix jours après leur réception : la rectification se demande dans les vingt jours.",
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=("operator", "structure"),
        source=TAKEN,
    ),
    _indicator(
        code="op_in_time",
        section=DELAYS,
        title="Recours et démarches dans le délai",
        definition="Part des délais de la personne (rectification, recours, opposition…) respectés, parmi ceux qui se sont terminés respectés ou dépassés.",
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=LINE,
        source=LEGAL,
    ),
    _indicator(
        code="op_missed",
        section=DELAYS,
        title="Délais dépassés",
        definition="Délais de la personne (rectification, recours, opposition…) dépassés. L’objectif est zéro.",
        unit="délais",
        measure=Aggregation.COUNT,
        dimensions=LINE,
        source=LEGAL,
        keep="NOT o.hit",
    ),
    _indicator(
        code="op_answers",
        section=DELAYS,
        title="Délai de réponse des organismes",
        definition="Jours entre une question posée à un organisme et sa réponse. Médiane des questions répondues.",
        unit="jours",
        measure=Aggregation.MEDIAN,
        dimensions=("service",),
        source="""
SELECT (q.ended_at AT TIME ZONE 'Europe/Paris')::date AS day, q.structure_id::text AS service,
  (q.ended_at AT TIME ZONE 'Europe/Paris')::date - (q.asked_at AT TIME ZONE 'Europe/Paris')::date AS value
FROM cases_question q JOIN cases_debtline l ON l.id = q.line_id JOIN cases_overpaymentnotice n ON n.id = l.notice_id
JOIN cases_case c ON c.id = n.case_id
WHERE q.state = 'answered' AND q.ended_at >= %(first)s AND {standing}
""",
    ),
    _indicator(
        code="op_outcomes",
        section=ENDS,
        title="Issues des lignes closes",
        definition="Lignes closes, selon l’issue, au jour de leur clôture.",
        unit="lignes",
        measure=Aggregation.COUNT,
        dimensions=("line_outcome", *LINE),
        source=CLOSED,
    ),
    _indicator(
        code="op_cancelled",
        section=MONEY,
        title="Montants annulés",
        definition="Sommes annulées par les organismes, à la date du mouvement, hors mouvements corrigés.",
        unit="€",
        measure=Aggregation.SUM,
        dimensions=LINE,
        source=MOVED.replace("<kind>", "cancelled"),
    ),
    _indicator(
        code="op_waived",
        section=MONEY,
        title="Montants remis",
        definition="Remises de dette accordées par les organismes, à la date du mouvement, hors mouvements corrigés.",
        unit="€",
        measure=Aggregation.SUM,
        dimensions=LINE,
        source=MOVED.replace("<kind>", "remitted"),
    ),
    _indicator(
        code="op_scheduled",
        section=MONEY,
        title="Montants échelonnés",
        definition="Montants notifiés des lignes closes « échelonné », au jour de la clôture.",
        unit="€",
        measure=Aggregation.SUM,
        dimensions=LINE,
        source=CLOSED,
        keep="o.line_outcome = 'scheduled'",
    ),
    _indicator(
        code="op_opened",
        moves="op_open",
        section=STOCK,
        title="Dossiers de trop-perçu ouverts",
        definition="Dossiers de trop-perçu, au jour de leur ouverture.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        dimensions=("structure",),
        source="SELECT c.opened_on AS day, {structure} FROM cases_case c WHERE c.kind = 'overpayment' AND {standing}",
    ),
    _indicator(
        code="op_taken",
        section=STOCK,
        title="Dossiers de trop-perçu pris en charge",
        definition="Dossiers de trop-perçu dont l’accompagnement commence, ligne par ligne, chez la structure qui a ouvert ou chez celle qui accepte ; au jour où il commence.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        dimensions=("structure",),
        source="""
SELECT x.day, {structure} FROM (
  SELECT case_id, min((created AT TIME ZONE 'Europe/Paris')::date) AS day FROM workflows_casetask
  WHERE node = 'lines' GROUP BY case_id
) x JOIN cases_case c ON c.id = x.case_id WHERE c.kind = 'overpayment' AND {standing}
""",
    ),
    _indicator(
        code="op_closed",
        moves="op_open",
        section=STOCK,
        title="Dossiers de trop-perçu clos",
        definition="Dossiers de trop-perçu, au jour de leur clôture.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        dimensions=("structure",),
        source="SELECT c.closed_on AS day, {structure} FROM cases_case c WHERE c.kind = 'overpayment' AND c.closed_on IS NOT NULL AND {standing}",
    ),
    _indicator(
        code="op_flow",
        section=STOCK,
        title="Trop-perçus : entrées, prises en charge et sorties",
        definition="Dossiers de trop-perçu ouverts, pris en charge et clos, période par période, comptés comme dans les trois indicateurs précédents. Plus d’ouverts que de pris en charge : des courriers attendent. Plus d’ouverts que de clos : l’encours grandit.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        parts=(("op_opened", "ouverts"), ("op_taken", "pris en charge"), ("op_closed", "clos")),
    ),
    _indicator(
        code="op_open",
        section=STOCK,
        title="Dossiers de trop-perçu en cours, selon leur ancienneté",
        definition="Dossiers de trop-perçu ouverts le dernier jour du trimestre, ou celui des chiffres s’il n’est pas fini, selon le temps depuis l’ouverture.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        dimensions=("structure",),
        bands=OF_CASES,
        source="""
SELECT p.last - c.opened_on AS age, {structure} FROM cases_case c
WHERE c.kind = 'overpayment' AND c.opened_on <= p.last AND (c.closed_on IS NULL OR c.closed_on > p.last) AND {standing}
""",
    ),
    _indicator(
        code="op_steps",
        section=STOCK,
        title="Dossiers de trop-perçu en cours, selon leur étape",
        definition="Dossiers de trop-perçu ouverts le dernier jour du trimestre, ou celui des chiffres s’il n’est pas fini, selon l’étape où chacun se trouve ce jour-là : la réponse est attendue quand aucune ligne ne demande de démarche. D’un trimestre à l’autre : où l’encours grandit.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        dimensions=("step", "structure"),
        bands=AS_A_WHOLE,
        source="""
SELECT {structure}, (
  SELECT g.step FROM workflows_casetask k JOIN (VALUES
    (1, 'check_notice', 'check'), (1, 'answer', 'answer'), (1, 'arbitrate', 'answer'), (1, 'close', 'close'),
    (2, 'choose_way', 'lines'), (2, 'prepare', 'lines'), (2, 'send', 'lines'), (2, 'decide_next', 'lines'),
    (2, 'close_line', 'lines'), (2, 'oppose', 'lines'), (3, 'await_answer', 'operator'), (4, 'lines', 'lines')
  ) g (rank, node, step) ON g.node = k.node WHERE k.case_id = c.id AND {stood} ORDER BY g.rank, k.id DESC LIMIT 1
) AS step FROM cases_case c
WHERE c.kind = 'overpayment' AND c.opened_on <= p.last AND (c.closed_on IS NULL OR c.closed_on > p.last) AND {standing}
""",
    ),
    *loads.of_cases(
        kind="overpayment", action=Action.OVERPAYMENTS, code="op_load", section=LOADS, name="Dossiers de trop-perçu"
    ),
)  # fmt: skip
