"""Action 12, rent arrears: was support early, whom did it reach, what became of the debt (domain/arrears.md §6)."""

from workflows.indicators import arrears_debts, loads
from workflows.indicators.kinds import AS_A_WHOLE, LANDLORD_FIRST, OF_CASES, STRUCTURE_FIRST, Action, IndicatorSection

EARLY = IndicatorSection(Action.ARREARS, "Signaler tôt")
DELAYS = IndicatorSection(Action.ARREARS, "Délais")
CONTACTS = IndicatorSection(Action.ARREARS, "Contact avec les ménages")
ANSWERS = IndicatorSection(Action.ARREARS, "Réponses des structures")
ENDS = IndicatorSection(Action.ARREARS, "Issues")
STOCK = IndicatorSection(Action.ARREARS, "Encours")
LOADS = IndicatorSection(Action.ARREARS, "Charge des professionnels")
NO_STOCK = " Le stock initial n’est pas compté."

AGE = """
SELECT r.reported_on AS day, {structure}, {lease},
  coalesce(r.reported_on - s.first_unpaid_on, round(30 * s.months_unpaid)) AS value,
  coalesce(r.reported_on < s.first_unpaid_on + interval '2 months', s.months_unpaid < 2) AS hit
FROM cases_report r JOIN cases_case c ON c.id = r.case_id {tenancy}
JOIN cases_debt d ON d.tenancy_id = r.tenancy_id
JOIN LATERAL (
  SELECT CASE WHEN first_unpaid_on <= r.reported_on THEN first_unpaid_on END AS first_unpaid_on, months_unpaid
  FROM cases_debtstatement WHERE debt_id = d.id AND voided_at IS NULL AND as_of <= r.reported_on
    AND (first_unpaid_on IS NOT NULL OR months_unpaid IS NOT NULL)
  ORDER BY as_of DESC, id DESC LIMIT 1
) s ON s.first_unpaid_on IS NOT NULL OR s.months_unpaid IS NOT NULL
WHERE r.voided_at IS NULL AND r.reported_on >= %(first)s AND {arrears} AND NOT c.is_initial_stock
"""
ACCEPTED = """
SELECT a.day, {structure}, {lease}, greatest(a.day - f.day, 0) AS value, f.day IS NOT NULL AS is_routed, c.is_initial_stock
FROM ({accepted}) a LEFT JOIN ({routed}) f USING (case_id) JOIN cases_case c ON c.id = a.case_id {tenancy}
WHERE a.day >= %(first)s AND {arrears}
"""
# OFFSET 0: what a row says is found once, not at each place that names it.
STEP_DONE = """
SELECT (k.finished AT TIME ZONE 'Europe/Paris')::date AS day, k.structure_id AS structure, {lease},
  (k.finished AT TIME ZONE 'Europe/Paris')::date <= coalesce((
    SELECT min(d.legal_date) FROM workflows_casetask_deadlines l JOIN cases_deadline d ON d.id = l.deadline_id
    WHERE l.casetask_id = k.id AND d.state <> 'cancelled'
  ), k.due_on) AS hit, k.node
FROM workflows_casetask k JOIN cases_case c ON c.id = k.case_id {tenancy}
WHERE k.node IN ('answer', 'contact') AND k.status = 'DONE' AND k.due_on IS NOT NULL AND k.finished >= %(first)s
  AND {arrears} AND NOT c.is_initial_stock OFFSET 0
"""
REPORTED = """
SELECT r.reported_on AS day, {structure}, {lease}, r.channel,
  CASE WHEN r.channel IN ('file', 'landlord_form') THEN r.structure_id END AS value
FROM cases_report r JOIN cases_case c ON c.id = r.case_id {tenancy}
WHERE r.voided_at IS NULL AND r.reported_on >= %(first)s AND {arrears}
"""
MET = """
SELECT (k.finished AT TIME ZONE 'Europe/Paris')::date AS day, k.structure_id AS structure, {lease},
  q.data->>'contacted' AS contact, q.data->>'contacted' = 'reached' AS hit
FROM workflows_casetask k JOIN workflows_caseprocess q ON q.id = k.process_id
JOIN cases_case c ON c.id = k.case_id {tenancy}
WHERE k.node = 'contact' AND k.status = 'DONE' AND k.finished >= %(first)s AND q.data->>'contacted' IS NOT NULL
  AND {arrears} OFFSET 0
"""
ANSWERED = """
SELECT (j.happened_at AT TIME ZONE 'Europe/Paris')::date AS day, j.structure_id AS structure, {lease},
  j.data->>'reason' AS reason, j.kind = 'step.declined' AS hit,
  j.kind <> 'step.unanswered' AS is_answer, c.is_initial_stock
FROM cases_journalentry j JOIN cases_case c ON c.id = j.case_id {tenancy}
WHERE j.kind IN ('step.accepted', 'step.declined', 'step.unanswered') AND j.happened_at >= %(first)s AND {arrears}
  AND {not_taken_back}
"""
MOVED = """
SELECT CASE m.move WHEN 'opened' THEN c.opened_on ELSE c.closed_on END AS day, {structure}, {lease}, m.move,
  CASE m.move WHEN 'closed' THEN c.outcome END AS outcome
FROM cases_case c {tenancy} CROSS JOIN (VALUES ('opened'), ('closed')) m (move) WHERE {arrears}
"""

INDICATORS = (
    EARLY.count(
        "reports", "Impayés signalés",
        "Signalements reçus (fichiers, liste de la CAF, saisies), au jour du signalement, stock initial compris.",
        unit="signalements", dimensions=(*LANDLORD_FIRST, "channel"), source=REPORTED,
    ),
    EARLY.count_structures(
        "landlords", "Bailleurs et gestionnaires qui signalent",
        "Bailleurs et gestionnaires locatifs qui ont signalé au moins un impayé eux-mêmes. Le total d’un trimestre compte chacun une fois : il n’est pas la somme des mois.",
        unit="bailleurs", of_people=False, dimensions=("landlord_type",), keep="o.channel IN ('file', 'landlord_form')", source=REPORTED,
    ),
    EARLY.median(
        "debt_age", "Ancienneté de la dette au signalement",
        "Jours entre le premier impayé, d’après le dernier relevé connu au jour du signalement, et le signalement ; quand le relevé ne donne qu’un nombre de termes impayés, 30 jours par terme. Médiane. Sans l’un ni l’autre, le signalement n’est pas compté." + NO_STOCK,
        dimensions=LANDLORD_FIRST, source=AGE,
    ),
    EARLY.share(
        "reported_early", "Signalés dans les deux mois",
        "Part des signalements faits moins de deux mois après le premier impayé (ou avec moins de deux termes impayés), parmi ceux où le relevé le dit." + NO_STOCK,
        dimensions=LANDLORD_FIRST, source=AGE,
    ),
    DELAYS.median(
        "to_route", "Du signalement à l’orientation",
        "Jours entre l’ouverture du dossier et sa première orientation vers une structure. Médiane." + NO_STOCK,
        dimensions=LANDLORD_FIRST, source="""
SELECT f.day, {structure}, {lease}, greatest(f.day - c.opened_on, 0) AS value
FROM ({routed}) f JOIN cases_case c ON c.id = f.case_id {tenancy}
WHERE f.day >= %(first)s AND {arrears} AND NOT c.is_initial_stock
""",
    ),
    DELAYS.median(
        "to_accept", "De l’orientation à l’acceptation",
        "Jours entre la première orientation et la première acceptation par une structure, relances et refus compris. Médiane." + NO_STOCK,
        dimensions=STRUCTURE_FIRST, keep="o.is_routed AND NOT o.is_initial_stock", source=ACCEPTED,
    ),
    DELAYS.median(
        "to_meet", "De l’acceptation au premier contact",
        "Jours entre l’acceptation et le premier contact réel avec le ménage, accompagné ensuite ou non. Un contact antérieur, au guichet par exemple, compte pour 0. Médiane." + NO_STOCK,
        dimensions=STRUCTURE_FIRST, source="""
SELECT greatest(m.day, a.day) AS day, {structure}, {lease}, greatest(m.day - a.day, 0) AS value
FROM ({met}) m JOIN ({accepted}) a USING (case_id)
JOIN cases_case c ON c.id = a.case_id {tenancy}
WHERE {arrears} AND NOT c.is_initial_stock
""",
    ),
    DELAYS.median(
        "report_to_meeting", "Du signalement au premier contact",
        "Jours entre l’ouverture du dossier et le premier contact réel avec le ménage. Médiane." + NO_STOCK,
        dimensions=LANDLORD_FIRST, source="""
SELECT greatest(m.day, c.opened_on) AS day, {structure}, {lease}, greatest(m.day - c.opened_on, 0) AS value
FROM ({met}) m JOIN cases_case c ON c.id = m.case_id {tenancy}
WHERE {arrears} AND NOT c.is_initial_stock
""",
    ),
    DELAYS.share(
        "answered_in_time", "Réponses aux orientations dans le délai",
        "Part des réponses données au plus tard le dernier jour de leur délai, parmi les étapes « Répondre à l’orientation » terminées." + NO_STOCK,
        dimensions=STRUCTURE_FIRST, keep="o.node = 'answer'", source=STEP_DONE,
    ),
    DELAYS.share(
        "met_in_time", "Contacts dans le délai",
        "Part des étapes « Informer et contacter le ménage » terminées au plus tard le dernier jour de leur délai." + NO_STOCK,
        dimensions=STRUCTURE_FIRST, keep="o.node = 'contact'", source=STEP_DONE,
    ),
    CONTACTS.count(
        "contacts", "Résultat de la prise de contact",
        "Dossiers dont l’étape « Informer et contacter le ménage » est terminée, selon le résultat.",
        dimensions=("contact", *STRUCTURE_FIRST), source=MET,
    ),
    CONTACTS.share(
        "reached", "Ménages rencontrés",
        "Part des dossiers où le contact est établi, parmi ceux dont l’étape de contact est terminée.",
        tells=("contacts", "reached"), dimensions=STRUCTURE_FIRST, source=MET,
    ),
    ANSWERS.count(
        "declines", "Orientations déclinées",
        "Réponses par lesquelles une structure décline, selon le motif, au jour de la réponse.",
        unit="réponses", dimensions=("reason", *STRUCTURE_FIRST), keep="o.hit", source=ANSWERED,
    ),
    ANSWERS.share(
        "declined", "Part des orientations déclinées",
        "Réponses qui déclinent, parmi les réponses données (acceptations et refus) par la structure sollicitée.",
        dimensions=STRUCTURE_FIRST, keep="o.is_answer", source=ANSWERED,
    ),
    ANSWERS.count(
        "unanswered", "Orientations restées sans réponse",
        "Orientations auxquelles la structure sollicitée n’a pas répondu dans le délai." + NO_STOCK,
        unit="orientations", dimensions=STRUCTURE_FIRST, keep="NOT o.is_answer AND NOT o.is_initial_stock", source=ANSWERED,
    ),
    ANSWERS.count(
        "rerouted", "Réorientations",
        "Orientations d’un dossier vers une autre structure après la première, sauf celles d’une reprise qui a été défaite.",
        unit="orientations", dimensions=STRUCTURE_FIRST, source="""
SELECT (r.decided_at AT TIME ZONE 'Europe/Paris')::date AS day, r.structure_id AS structure, {lease}
FROM (
  SELECT case_id, decided_at, structure_id, lag(structure_id) OVER (PARTITION BY case_id ORDER BY id) AS before
  FROM workflows_routingdecision d WHERE structure_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM workflows_replayedcase p WHERE p.made_id = d.id AND p.state = 'put_back')
) r JOIN cases_case c ON c.id = r.case_id {tenancy}
WHERE r.decided_at >= %(first)s AND {arrears} AND r.structure_id <> r.before
""",
    ),
    *arrears_debts.INDICATORS,
    ENDS.count(
        "outcomes", "Issues des dossiers clos",
        "Dossiers clos, selon l’issue, au jour de la clôture. Un dossier rouvert depuis n’est plus compté.",
        counts="closed", dimensions=("outcome", *LANDLORD_FIRST), keep="o.move = 'closed'", source=MOVED,
    ),
    ENDS.share(
        "reentries", "Retours dans les 12 mois",
        "Part des entrées (dossiers ouverts ou rouverts) de ménages dont un dossier d’impayé avait été clos dans les douze mois précédents.",
        counts="opened", dimensions=LANDLORD_FIRST, source="""
SELECT c.opened_on AS day, {structure}, {lease}, EXISTS (
  SELECT FROM cases_case b WHERE b.household_id = c.household_id AND b.kind = 'arrears' AND b.id <> c.id
    AND b.outcome NOT IN ('', 'voided', 'duplicate') AND b.closed_on <= c.opened_on
    AND b.closed_on >= c.opened_on - interval '12 months'
) AS hit
FROM cases_case c {tenancy} WHERE c.opened_on >= %(first)s AND {arrears}
UNION ALL
SELECT (j.happened_at AT TIME ZONE 'Europe/Paris')::date, {structure}, {lease}, EXISTS (
  SELECT FROM cases_journalentry b WHERE b.case_id = j.case_id AND b.kind = 'case.closed'
    AND b.happened_at <= j.happened_at AND b.happened_at >= j.happened_at - interval '12 months'
)
FROM cases_journalentry j JOIN cases_case c ON c.id = j.case_id {tenancy}
WHERE j.kind = 'case.reopened' AND j.happened_at >= %(first)s AND {arrears}
""",
    ),
    STOCK.count(
        "opened", "Dossiers ouverts",
        "Dossiers d’impayé, au jour de leur ouverture, stock initial compris.",
        moves="open", dimensions=LANDLORD_FIRST, keep="o.move = 'opened'", source=MOVED,
    ),
    STOCK.count(
        "taken", "Dossiers pris en charge",
        "Dossiers d’impayé qu’une structure accepte, au jour de la première acceptation, stock initial compris.",
        dimensions=LANDLORD_FIRST, source=ACCEPTED,
    ),
    STOCK.count(
        "closed", "Dossiers clos",
        "Dossiers d’impayé, au jour de leur clôture.",
        moves="open", dimensions=LANDLORD_FIRST, keep="o.move = 'closed'", source=MOVED,
    ),
    STOCK.count(
        "flow", "Entrées, prises en charge et sorties",
        "Dossiers ouverts, pris en charge et clos, période par période, comptés comme dans les trois indicateurs précédents. Plus d’ouverts que de pris en charge : des dossiers attendent une structure. Plus d’ouverts que de clos : l’encours grandit. Un dossier peut être clos sans avoir été pris en charge.",
        parts=(("opened", "ouverts"), ("taken", "pris en charge"), ("closed", "clos")),
    ),
    STOCK.count(
        "open", "Dossiers en cours, selon leur ancienneté",
        "Dossiers ouverts le dernier jour du trimestre, ou celui des chiffres s’il n’est pas fini, selon le temps depuis l’ouverture. La structure est la responsable d’aujourd’hui.",
        dimensions=STRUCTURE_FIRST, bands=OF_CASES, source="""
SELECT p.last - c.opened_on AS age, c.structure, c.landlord_type, c.housing FROM leased c WHERE {in_progress}
""",
    ),
    STOCK.count(
        "steps", "Dossiers en cours, selon leur étape",
        "Dossiers ouverts le dernier jour du trimestre, ou celui des chiffres s’il n’est pas fini, selon l’étape où chacun se trouve ce jour-là. D’un trimestre à l’autre : où l’encours grandit.",
        dimensions=("step", "structure"), bands=AS_A_WHOLE, source="""
SELECT c.structure, x.step FROM leased c LEFT JOIN (
  SELECT DISTINCT ON (k.case_id) k.case_id, g.step FROM standing_steps k JOIN (VALUES
    ('wait_turn', 'turn'), ('qualify', 'qualify'), ('answer', 'answer'), ('arbitrate', 'answer'),
    ('contact', 'contact'), ('diagnose', 'plan'), ('plan', 'plan'), ('agree', 'plan'), ('monitor', 'monitor'),
    ('close', 'close')
  ) g (node, step) ON g.node = k.node WHERE {stood} ORDER BY k.case_id, k.id DESC
) x ON x.case_id = c.id
WHERE {in_progress}
""",
    ),
    *loads.of_cases(LOADS, kind="arrears", code="load", name="Dossiers d’impayé"),
)  # fmt: skip
