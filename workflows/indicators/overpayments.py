"""Action 13, overpayments: was the letter read in time, what became of each line, how much was saved (domain §E)."""

from workflows.indicators import loads
from workflows.indicators.kinds import AS_A_WHOLE, OF_CASES, Action, IndicatorSection

ENTRIES = IndicatorSection(Action.OVERPAYMENTS, "Courriers et lignes")
DELAYS = IndicatorSection(Action.OVERPAYMENTS, "Délais")
ENDS = IndicatorSection(Action.OVERPAYMENTS, "Issues")
MONEY = IndicatorSection(Action.OVERPAYMENTS, "Montants")
STOCK = IndicatorSection(Action.OVERPAYMENTS, "Encours")
LOADS = IndicatorSection(Action.OVERPAYMENTS, "Charge des professionnels")
LINE = ("benefit", "operator", "structure")

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
SELECT g.on AS day, {structure}, l.benefit, n.operator, g.amount AS value, g.kind
FROM cases_ledgerentry g JOIN cases_debtline l ON l.debt_id = g.debt_id
JOIN cases_overpaymentnotice n ON n.id = l.notice_id JOIN cases_case c ON c.id = n.case_id
WHERE g.kind IN ('cancelled', 'remitted') AND g.on >= %(first)s AND {standing}
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
    ENTRIES.count(
        "op_lines", "Lignes de trop-perçu saisies",
        "Lignes des courriers saisis, une par prestation réclamée, au jour de la saisie.",
        unit="lignes", dimensions=("benefit", "cause", "operator", "structure"), source="""
SELECT n.day, {structure}, l.benefit, l.cause, n.operator
FROM ({notices}) n JOIN cases_debtline l ON l.notice_id = n.id JOIN cases_case c ON c.id = n.case_id
WHERE {standing}
""",
    ),
    ENTRIES.share(
        "op_repeated", "Trop-perçus qui se répètent",
        "Part des courriers saisis dont le ménage avait déjà reçu un courrier du même organisme dans les douze mois précédents.",
        dimensions=("operator", "structure"), source="""
SELECT n.day, {structure}, n.operator, EXISTS (
  SELECT FROM cases_overpaymentnotice b JOIN cases_case d ON d.id = b.case_id
  WHERE d.household_id = c.household_id AND b.operator = n.operator AND d.outcome <> 'voided'
    AND b.letter_date < n.letter_date AND b.letter_date >= n.letter_date - interval '12 months'
) AS hit
FROM ({notices}) n JOIN cases_case c ON c.id = n.case_id WHERE {standing}
""",
    ),
    DELAYS.median(
        "op_to_take", "Du courrier à sa prise en main",
        "Jours entre la réception du courrier (sa date si la réception n’est pas connue) et sa saisie par un professionnel. Médiane.",
        dimensions=("operator", "structure"), source=TAKEN,
    ),
    DELAYS.share(
        "op_taken_soon", "Courriers pris en main en 10 jours",
        "Part des courriers saisis au plus tard dix jours après leur réception : la rectification se demande dans les vingt jours.",
        dimensions=("operator", "structure"), source=TAKEN,
    ),
    DELAYS.share(
        "op_in_time", "Recours et démarches dans le délai",
        "Part des délais de la personne (rectification, recours, opposition…) respectés, parmi ceux qui se sont terminés respectés ou dépassés.",
        dimensions=LINE, source=LEGAL,
    ),
    DELAYS.count(
        "op_missed", "Délais dépassés",
        "Délais de la personne (rectification, recours, opposition…) dépassés. L’objectif est zéro.",
        unit="délais", dimensions=LINE, keep="NOT o.hit", source=LEGAL,
    ),
    DELAYS.median(
        "op_answers", "Délai de réponse des organismes",
        "Jours entre une question posée à un organisme et sa réponse. Médiane des questions répondues.",
        dimensions=("service",), source="""
SELECT (q.ended_at AT TIME ZONE 'Europe/Paris')::date AS day, q.structure_id::text AS service,
  (q.ended_at AT TIME ZONE 'Europe/Paris')::date - (q.asked_at AT TIME ZONE 'Europe/Paris')::date AS value
FROM cases_question q JOIN cases_debtline l ON l.id = q.line_id JOIN cases_overpaymentnotice n ON n.id = l.notice_id
JOIN cases_case c ON c.id = n.case_id
WHERE q.state = 'answered' AND q.ended_at >= %(first)s AND {standing}
""",
    ),
    ENDS.count(
        "op_outcomes", "Issues des lignes closes",
        "Lignes closes, selon l’issue, au jour de leur clôture.",
        unit="lignes", dimensions=("line_outcome", *LINE), source=CLOSED,
    ),
    MONEY.sum_euros(
        "op_cancelled", "Montants annulés",
        "Sommes annulées par les organismes, à la date du mouvement, hors mouvements corrigés.",
        dimensions=LINE, keep="o.kind = 'cancelled'", source=MOVED,
    ),
    MONEY.sum_euros(
        "op_waived", "Montants remis",
        "Remises de dette accordées par les organismes, à la date du mouvement, hors mouvements corrigés.",
        dimensions=LINE, keep="o.kind = 'remitted'", source=MOVED,
    ),
    MONEY.sum_euros(
        "op_scheduled", "Montants échelonnés",
        "Montants notifiés des lignes closes « échelonné », au jour de la clôture.",
        tells=("op_outcomes", "scheduled"), dimensions=LINE, keep="o.line_outcome = 'scheduled'", source=CLOSED,
    ),
    STOCK.count(
        "op_opened", "Dossiers de trop-perçu ouverts",
        "Dossiers de trop-perçu, au jour de leur ouverture.",
        moves="op_open", dimensions=("structure",), source="SELECT c.opened_on AS day, {structure} FROM cases_case c WHERE c.kind = 'overpayment' AND {standing}",
    ),
    STOCK.count(
        "op_taken", "Dossiers de trop-perçu pris en charge",
        "Dossiers de trop-perçu dont l’accompagnement commence, ligne par ligne, chez la structure qui a ouvert ou chez celle qui accepte ; au jour où il commence.",
        dimensions=("structure",), source="""
SELECT x.day, {structure} FROM (
  SELECT case_id, min((created AT TIME ZONE 'Europe/Paris')::date) AS day FROM workflows_casetask
  WHERE node = 'lines' GROUP BY case_id
) x JOIN cases_case c ON c.id = x.case_id WHERE c.kind = 'overpayment' AND {standing}
""",
    ),
    STOCK.count(
        "op_closed", "Dossiers de trop-perçu clos",
        "Dossiers de trop-perçu, au jour de leur clôture.",
        moves="op_open", dimensions=("structure",), source="SELECT c.closed_on AS day, {structure} FROM cases_case c WHERE c.kind = 'overpayment' AND c.closed_on IS NOT NULL AND {standing}",
    ),
    STOCK.count(
        "op_flow", "Trop-perçus : entrées, prises en charge et sorties",
        "Dossiers de trop-perçu ouverts, pris en charge et clos, période par période, comptés comme dans les trois indicateurs précédents. Plus d’ouverts que de pris en charge : des courriers attendent. Plus d’ouverts que de clos : l’encours grandit.",
        parts=(("op_opened", "ouverts"), ("op_taken", "pris en charge"), ("op_closed", "clos")),
    ),
    STOCK.count(
        "op_open", "Dossiers de trop-perçu en cours, selon leur ancienneté",
        "Dossiers de trop-perçu ouverts le dernier jour du trimestre, ou celui des chiffres s’il n’est pas fini, selon le temps depuis l’ouverture.",
        dimensions=("structure",), bands=OF_CASES, source="""
SELECT p.last - c.opened_on AS age, {structure} FROM cases_case c
WHERE c.kind = 'overpayment' AND {in_progress} AND {standing}
""",
    ),
    STOCK.count(
        "op_steps", "Dossiers de trop-perçu en cours, selon leur étape",
        "Dossiers de trop-perçu ouverts le dernier jour du trimestre, ou celui des chiffres s’il n’est pas fini, selon l’étape où chacun se trouve ce jour-là : la réponse est attendue quand aucune ligne ne demande de démarche. D’un trimestre à l’autre : où l’encours grandit.",
        dimensions=("step", "structure"), bands=AS_A_WHOLE, source="""
SELECT {structure}, (
  SELECT g.step FROM workflows_casetask k JOIN (VALUES
    (1, 'check_notice', 'check'), (1, 'answer', 'answer'), (1, 'arbitrate', 'answer'), (1, 'close', 'close'),
    (2, 'choose_way', 'lines'), (2, 'prepare', 'lines'), (2, 'send', 'lines'), (2, 'decide_next', 'lines'),
    (2, 'close_line', 'lines'), (2, 'oppose', 'lines'), (3, 'await_answer', 'operator'), (4, 'lines', 'lines')
  ) g (rank, node, step) ON g.node = k.node WHERE k.case_id = c.id AND {stood} ORDER BY g.rank, k.id DESC LIMIT 1
) AS step FROM cases_case c
WHERE c.kind = 'overpayment' AND {in_progress} AND {standing}
""",
    ),
    *loads.of_cases(LOADS, kind="overpayment", code="op_load", name="Dossiers de trop-perçu"),
)  # fmt: skip
