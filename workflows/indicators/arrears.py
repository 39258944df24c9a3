"""Action 12, rent arrears: was support early, whom did it reach, what became of the debt (domain/arrears.md §6)."""

from functools import partial

from workflows.indicators import loads
from workflows.indicators.kinds import AS_A_WHOLE, OF_CASES, Action, Aggregation, Indicator

EARLY, DELAYS, CONTACTS, ANSWERS = "Signaler tôt", "Délais", "Contact avec les ménages", "Réponses des structures"
DEBTS, COURT, ENDS = "Dette, plans et aides", "Procédure d’expulsion", "Issues"
STOCK, LOADS = "Encours", "Charge des professionnels"
LEASE = ("landlord_type", "housing")
ALL = ("landlord_type", "structure", "housing")
NO_STOCK = " Le stock initial n’est pas compté."

_indicator = partial(Indicator, action=Action.ARREARS)

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
STEP_DONE = """
SELECT (k.finished AT TIME ZONE 'Europe/Paris')::date AS day, k.structure_id::text AS structure, {lease},
  (k.finished AT TIME ZONE 'Europe/Paris')::date <= k.due_on AS hit
FROM workflows_casetask k JOIN cases_case c ON c.id = k.case_id {tenancy}
WHERE k.node = %(node)s AND k.status = 'DONE' AND k.due_on IS NOT NULL AND k.finished >= %(first)s
  AND {arrears} AND NOT c.is_initial_stock
"""
MET = """
SELECT (k.finished AT TIME ZONE 'Europe/Paris')::date AS day, k.structure_id::text AS structure, {lease},
  q.data->>'contacted' AS contact, q.data->>'contacted' = 'reached' AS hit
FROM workflows_casetask k JOIN workflows_caseprocess q ON q.id = k.process_id
JOIN cases_case c ON c.id = k.case_id {tenancy}
WHERE k.node = 'contact' AND k.status = 'DONE' AND k.finished >= %(first)s AND q.data->>'contacted' IS NOT NULL
  AND {arrears}
"""
ANSWERED = """
SELECT (j.happened_at AT TIME ZONE 'Europe/Paris')::date AS day, j.structure_id::text AS structure, {lease},
  j.data->>'reason' AS reason, j.kind = 'step.declined' AS hit
FROM cases_journalentry j JOIN cases_case c ON c.id = j.case_id {tenancy}
WHERE j.kind IN ('step.accepted', 'step.declined') AND j.happened_at >= %(first)s AND {arrears}
"""
PLAN_KEPT = """
SELECT x.day, {structure}, {lease}, p.author AS plan_author, NOT (p.state = 'broken' AND p.ended_on <= x.day) AS hit
FROM cases_repaymentplan p CROSS JOIN LATERAL (SELECT (p.agreed_on + %(after)s::interval)::date AS day) x
JOIN cases_case c ON c.id = p.case_id {tenancy}
WHERE p.agreed_on IS NOT NULL AND {arrears} AND NOT (p.state IN ('withdrawn', 'replaced') AND p.ended_on <= x.day)
"""
FSL = """
SELECT v.day, {structure}, {lease}, m.amount_granted AS value
FROM cases_measure m JOIN (
  SELECT measure_id, min(happened_on) AS day FROM cases_measuremove
  WHERE state = %(state)s AND NOT is_correction GROUP BY measure_id
) v ON v.measure_id = m.id
JOIN cases_case c ON c.id = m.case_id {tenancy}
WHERE m.kind = 'fsl' AND {arrears}
"""
FACT = """
SELECT s.happened_on AS day, {structure}, {lease}
FROM cases_milestone s JOIN cases_case c ON c.id = s.case_id {tenancy}
WHERE s.kind = %(kind)s AND s.voided_at IS NULL AND s.replaced_by_id IS NULL AND {arrears}
"""


RENT = """
SELECT x.day, {structure}, {lease}, m.paid = 'yes' AS hit
FROM cases_case c {tenancy} CROSS JOIN LATERAL (SELECT (c.opened_on + %(after)s::interval)::date AS day) x
JOIN cases_rentmonth m ON m.tenancy_id = c.tenancy_id AND m.month = date_trunc('month', x.day)::date
WHERE m.paid <> 'unknown' AND {arrears}
"""


def _fill_in_codes(sql: str, **texts: str) -> str:
    """A source with the codes of the procedure that it is about."""
    for name, text in texts.items():
        sql = sql.replace(f"%({name})s", f"'{text}'")
    return sql


def _rent_paid_indicator(months: int) -> Indicator:
    return _indicator(
        code=f"rent_paid_{months}",
        section=DEBTS,
        title=f"Loyer courant payé {months} mois après l’ouverture",
        definition=f"Part des dossiers dont le loyer du mois est payé en entier, {months} mois après l’ouverture, parmi ceux où il est connu ; au jour de ces {months} mois.",
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=ALL,
        source=_fill_in_codes(RENT, after=f"{months} months"),
    )


INDICATORS = (
    _indicator(
        code="reports",
        section=EARLY,
        title="Impayés signalés",
        definition="Signalements reçus (fichiers, liste de la CAF, saisies), au jour du signalement, stock initial compris.",
        unit="signalements",
        measure=Aggregation.COUNT,
        dimensions=(*ALL, "channel"),
        source="""
SELECT r.reported_on AS day, {structure}, {lease}, r.channel
FROM cases_report r JOIN cases_case c ON c.id = r.case_id {tenancy}
WHERE r.voided_at IS NULL AND r.reported_on >= %(first)s AND {arrears}
""",
    ),
    _indicator(
        code="landlords",
        section=EARLY,
        title="Bailleurs et gestionnaires qui signalent",
        definition="Bailleurs et gestionnaires locatifs qui ont signalé au moins un impayé eux-mêmes. Le total d’un trimestre compte chacun une fois : il n’est pas la somme des mois.",
        unit="bailleurs",
        measure=Aggregation.DISTINCT,
        of_people=False,
        dimensions=("landlord_type",),
        source="""
SELECT r.reported_on AS day, {lease}, r.structure_id AS value
FROM cases_report r JOIN cases_case c ON c.id = r.case_id {tenancy}
WHERE r.voided_at IS NULL AND r.channel IN ('file', 'landlord_form') AND r.reported_on >= %(first)s AND {arrears}
""",
    ),
    _indicator(
        code="debt_age",
        section=EARLY,
        title="Ancienneté de la dette au signalement",
        definition="Jours entre le premier impayé, d’après le dernier relevé connu au jour du signalement, et le signalement ; quand le relevé ne donne qu’un nombre de termes impayés, 30 jours par terme. Médiane. Sans l’un ni l’autre, le signalement n’est pas compté." + NO_STOCK,
        unit="jours",
        measure=Aggregation.MEDIAN,
        dimensions=ALL,
        source=AGE,
    ),
    _indicator(
        code="reported_early",
        section=EARLY,
        title="Signalés dans les deux mois",
        definition="Part des signalements faits moins de deux mois après le premier impayé (ou avec moins de deux termes impayés), parmi ceux où le relevé le dit." + NO_STOCK,
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=ALL,
        source=AGE,
    ),
    _indicator(
        code="to_route",
        section=DELAYS,
        title="Du signalement à l’orientation",
        definition="Jours entre l’ouverture du dossier et sa première orientation vers une structure. Médiane." + NO_STOCK,
        unit="jours",
        measure=Aggregation.MEDIAN,
        dimensions=ALL,
        source="""
SELECT f.day, {structure}, {lease}, greatest(f.day - c.opened_on, 0) AS value
FROM ({routed}) f JOIN cases_case c ON c.id = f.case_id {tenancy}
WHERE f.day >= %(first)s AND {arrears} AND NOT c.is_initial_stock
""",
    ),
    _indicator(
        code="to_accept",
        section=DELAYS,
        title="De l’orientation à l’acceptation",
        definition="Jours entre la première orientation et la première acceptation par une structure, relances et refus compris. Médiane." + NO_STOCK,
        unit="jours",
        measure=Aggregation.MEDIAN,
        dimensions=("structure", *LEASE),
        source="""
SELECT a.day, {structure}, {lease}, greatest(a.day - f.day, 0) AS value
FROM ({accepted}) a JOIN ({routed}) f USING (case_id)
JOIN cases_case c ON c.id = a.case_id {tenancy}
WHERE a.day >= %(first)s AND {arrears} AND NOT c.is_initial_stock
""",
    ),
    _indicator(
        code="to_meet",
        section=DELAYS,
        title="De l’acceptation au premier contact",
        definition="Jours entre l’acceptation et le premier contact réel avec le ménage, accompagné ensuite ou non. Un contact antérieur, au guichet par exemple, compte pour 0. Médiane." + NO_STOCK,
        unit="jours",
        measure=Aggregation.MEDIAN,
        dimensions=("structure", *LEASE),
        source="""
SELECT greatest(m.day, a.day) AS day, {structure}, {lease}, greatest(m.day - a.day, 0) AS value
FROM ({met}) m JOIN ({accepted}) a USING (case_id)
JOIN cases_case c ON c.id = a.case_id {tenancy}
WHERE {arrears} AND NOT c.is_initial_stock
""",
    ),
    _indicator(
        code="report_to_meeting",
        section=DELAYS,
        title="Du signalement au premier contact",
        definition="Jours entre l’ouverture du dossier et le premier contact réel avec le ménage. Médiane." + NO_STOCK,
        unit="jours",
        measure=Aggregation.MEDIAN,
        dimensions=("landlord_type", "structure", "housing"),
        source="""
SELECT greatest(m.day, c.opened_on) AS day, {structure}, {lease}, greatest(m.day - c.opened_on, 0) AS value
FROM ({met}) m JOIN cases_case c ON c.id = m.case_id {tenancy}
WHERE {arrears} AND NOT c.is_initial_stock
""",
    ),
    _indicator(
        code="answered_in_time",
        section=DELAYS,
        title="Réponses aux orientations dans le délai",
        definition="Part des réponses données au plus tard le jour prévu par la règle, parmi les étapes « Répondre à l’orientation » terminées." + NO_STOCK,
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=("structure", *LEASE),
        source=_fill_in_codes(STEP_DONE, node="answer"),
    ),
    _indicator(
        code="met_in_time",
        section=DELAYS,
        title="Contacts dans le délai",
        definition="Part des étapes « Informer et contacter le ménage » terminées au plus tard le jour prévu par la règle." + NO_STOCK,
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=("structure", *LEASE),
        source=_fill_in_codes(STEP_DONE, node="contact"),
    ),
    _indicator(
        code="contacts",
        section=CONTACTS,
        title="Résultat de la prise de contact",
        definition="Dossiers dont l’étape « Informer et contacter le ménage » est terminée, selon le résultat.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        dimensions=("contact", "structure", *LEASE),
        source=MET,
    ),
    _indicator(
        code="reached",
        section=CONTACTS,
        title="Ménages rencontrés",
        definition="Part des dossiers où le contact est établi, parmi ceux dont l’étape de contact est terminée.",
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=("structure", *LEASE),
        source=MET,
    ),
    _indicator(
        code="declines",
        section=ANSWERS,
        title="Orientations déclinées",
        definition="Réponses par lesquelles une structure décline, selon le motif, au jour de la réponse.",
        unit="réponses",
        measure=Aggregation.COUNT,
        dimensions=("reason", "structure", *LEASE),
        source=ANSWERED,
        keep="o.hit",
    ),
    _indicator(
        code="declined",
        section=ANSWERS,
        title="Part des orientations déclinées",
        definition="Réponses qui déclinent, parmi les réponses données (acceptations et refus) par la structure sollicitée.",
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=("structure", *LEASE),
        source=ANSWERED,
    ),
    _indicator(
        code="unanswered",
        section=ANSWERS,
        title="Orientations restées sans réponse",
        definition="Orientations auxquelles la structure sollicitée n’a pas répondu dans le délai." + NO_STOCK,
        unit="orientations",
        measure=Aggregation.COUNT,
        dimensions=("structure", *LEASE),
        source="""
SELECT (j.happened_at AT TIME ZONE 'Europe/Paris')::date AS day, j.structure_id::text AS structure, {lease}
FROM cases_journalentry j JOIN cases_case c ON c.id = j.case_id {tenancy}
WHERE j.kind = 'step.unanswered' AND j.happened_at >= %(first)s AND {arrears} AND NOT c.is_initial_stock
""",
    ),
    _indicator(
        code="rerouted",
        section=ANSWERS,
        title="Réorientations",
        definition="Orientations d’un dossier vers une autre structure après la première.",
        unit="orientations",
        measure=Aggregation.COUNT,
        dimensions=("structure", *LEASE),
        source="""
SELECT (r.decided_at AT TIME ZONE 'Europe/Paris')::date AS day, r.structure_id::text AS structure, {lease}
FROM workflows_routingdecision r JOIN cases_case c ON c.id = r.case_id {tenancy}
WHERE r.structure_id IS NOT NULL AND r.decided_at >= %(first)s AND {arrears} AND EXISTS (
  SELECT FROM workflows_routingdecision b WHERE b.case_id = r.case_id AND b.id < r.id AND b.structure_id <> r.structure_id
)
""",
    ),
    _indicator(
        code="debt_in",
        section=DEBTS,
        title="Dette à l’entrée",
        definition="Solde débiteur du premier signalement du dossier, au jour de son ouverture. Médiane.",
        unit="€",
        measure=Aggregation.MEDIAN,
        dimensions=ALL,
        source="""
SELECT c.opened_on AS day, {structure}, {lease}, r.balance AS value
FROM cases_case c {tenancy} JOIN LATERAL (
  SELECT balance FROM cases_report WHERE case_id = c.id AND voided_at IS NULL ORDER BY reported_on, id LIMIT 1
) r ON true
WHERE c.opened_on >= %(first)s AND {arrears}
""",
    ),
    _indicator(
        code="debt_out",
        section=DEBTS,
        title="Dette à la sortie",
        definition="Dernier solde relevé au jour de la clôture, pour les dossiers clos. Médiane.",
        unit="€",
        measure=Aggregation.MEDIAN,
        dimensions=ALL,
        source="""
SELECT c.closed_on AS day, {structure}, {lease}, s.balance AS value
FROM cases_case c {tenancy} JOIN cases_debt d ON d.tenancy_id = c.tenancy_id JOIN LATERAL (
  SELECT balance FROM cases_debtstatement WHERE debt_id = d.id AND voided_at IS NULL AND as_of <= c.closed_on
  ORDER BY as_of DESC, id DESC LIMIT 1
) s ON true
WHERE c.closed_on >= %(first)s AND {arrears}
""",
    ),
    *map(_rent_paid_indicator, (1, 3, 6)),
    _indicator(
        code="plans",
        section=DEBTS,
        title="Plans d’apurement signés",
        definition="Plans acceptés par le bailleur, au jour de l’accord, avenants compris.",
        unit="plans",
        measure=Aggregation.COUNT,
        dimensions=(*ALL, "plan_author"),
        source="""
SELECT p.agreed_on AS day, {structure}, {lease}, p.author AS plan_author
FROM cases_repaymentplan p JOIN cases_case c ON c.id = p.case_id {tenancy}
WHERE p.agreed_on >= %(first)s AND {arrears}
""",
    ),
    _indicator(
        code="plans_kept_6",
        section=DEBTS,
        title="Plans tenus à 6 mois",
        definition="Part des plans qui ne sont pas rompus six mois après l’accord, au jour de ces six mois. Un plan remplacé ou sans suite avant ce jour n’est pas compté ; un avenant continue le plan.",
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=(*ALL, "plan_author"),
        source=_fill_in_codes(PLAN_KEPT, after="6 months"),
    ),
    _indicator(
        code="plans_kept_12",
        section=DEBTS,
        title="Plans tenus à 12 mois",
        definition="De même, douze mois après l’accord ; un plan terminé avant est tenu s’il n’a pas été rompu.",
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=(*ALL, "plan_author"),
        source=_fill_in_codes(PLAN_KEPT, after="12 months"),
    ),
    _indicator(
        code="fsl_asked",
        section=DEBTS,
        title="Aides du FSL demandées",
        definition="Demandes déposées, au jour du premier dépôt.",
        unit="demandes",
        measure=Aggregation.COUNT,
        dimensions=ALL,
        source=_fill_in_codes(FSL, state="filed"),
    ),
    _indicator(
        code="fsl_granted",
        section=DEBTS,
        title="Aides du FSL accordées",
        definition="Accords, au jour de la décision.",
        unit="accords",
        measure=Aggregation.COUNT,
        dimensions=ALL,
        source=_fill_in_codes(FSL, state="granted"),
    ),
    _indicator(
        code="fsl_euros",
        section=DEBTS,
        title="Montants accordés par le FSL",
        definition="Somme des montants accordés dont le montant est connu, au jour de la décision.",
        unit="€",
        measure=Aggregation.SUM,
        dimensions=ALL,
        source=_fill_in_codes(FSL, state="granted"),
        keep="o.value IS NOT NULL",
    ),
    _indicator(
        code="fsl_delay",
        section=DEBTS,
        title="Délai de réponse du FSL",
        definition="Jours entre le dépôt de la demande et la décision, favorable ou non. Médiane.",
        unit="jours",
        measure=Aggregation.MEDIAN,
        dimensions=ALL,
        source="""
SELECT v.decided AS day, {structure}, {lease}, v.decided - v.filed AS value
FROM cases_measure m JOIN (
  SELECT measure_id, min(happened_on) FILTER (WHERE state = 'filed') AS filed,
    min(happened_on) FILTER (WHERE state IN ('granted', 'refused')) AS decided
  FROM cases_measuremove WHERE NOT is_correction GROUP BY measure_id
) v ON v.measure_id = m.id AND v.decided >= v.filed
JOIN cases_case c ON c.id = m.case_id {tenancy}
WHERE m.kind = 'fsl' AND v.decided >= %(first)s AND {arrears}
""",
    ),
    _indicator(
        code="aid_suspended",
        section=DEBTS,
        title="Aides au logement suspendues",
        definition="Suspensions de l’aide au logement notées dans les dossiers, à leur date.",
        unit="aides",
        measure=Aggregation.COUNT,
        dimensions=ALL,
        source=_fill_in_codes(FACT, kind="aid_suspended"),
    ),
    _indicator(
        code="aid_restored",
        section=DEBTS,
        title="Aides au logement rétablies",
        definition="Rétablissements de l’aide au logement notés dans les dossiers, à leur date.",
        unit="aides",
        measure=Aggregation.COUNT,
        dimensions=ALL,
        source=_fill_in_codes(FACT, kind="aid_restored"),
    ),
    _indicator(
        code="orders",
        section=COURT,
        title="Commandements de payer",
        definition="Commandements délivrés à des ménages suivis, à leur date.",
        unit="commandements",
        measure=Aggregation.COUNT,
        dimensions=ALL,
        source=_fill_in_codes(FACT, kind="order_to_pay_served"),
    ),
    _indicator(
        code="summons",
        section=COURT,
        title="Assignations",
        definition="Assignations délivrées à des ménages suivis, à leur date.",
        unit="assignations",
        measure=Aggregation.COUNT,
        dimensions=ALL,
        source=_fill_in_codes(FACT, kind="summons_served"),
    ),
    _indicator(
        code="dsf_sent",
        section=COURT,
        title="Diagnostic transmis avant l’audience",
        definition="Part des audiences avant lesquelles le diagnostic social et financier (DSF) a été transmis, au jour de l’audience.",
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=("structure", *LEASE),
        source="""
SELECT s.happened_on AS day, {structure}, {lease}, EXISTS (
  SELECT FROM cases_milestone d WHERE d.case_id = s.case_id AND d.kind = 'dsf_sent' AND d.voided_at IS NULL
    AND d.replaced_by_id IS NULL AND d.happened_on <= s.happened_on
) AS hit
FROM cases_milestone s JOIN cases_case c ON c.id = s.case_id {tenancy}
WHERE s.kind = 'hearing' AND s.voided_at IS NULL AND s.replaced_by_id IS NULL AND s.happened_on >= %(first)s AND {arrears}
""",
    ),
    _indicator(
        code="outcomes",
        section=ENDS,
        title="Issues des dossiers clos",
        definition="Dossiers clos, selon l’issue, au jour de la clôture. Un dossier rouvert depuis n’est plus compté.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        dimensions=("outcome", *ALL),
        source="""
SELECT c.closed_on AS day, {structure}, {lease}, c.outcome
FROM cases_case c {tenancy} WHERE c.closed_on >= %(first)s AND {arrears}
""",
    ),
    _indicator(
        code="reentries",
        section=ENDS,
        title="Retours dans les 12 mois",
        definition="Part des entrées (dossiers ouverts ou rouverts) de ménages dont un dossier d’impayé avait été clos dans les douze mois précédents.",
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=ALL,
        source="""
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
    _indicator(
        code="opened",
        moves="open",
        section=STOCK,
        title="Dossiers ouverts",
        definition="Dossiers d’impayé, au jour de leur ouverture, stock initial compris.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        dimensions=ALL,
        source="""
SELECT c.opened_on AS day, {structure}, {lease} FROM cases_case c {tenancy}
WHERE c.opened_on >= %(first)s AND {arrears}
""",
    ),
    _indicator(
        code="taken",
        section=STOCK,
        title="Dossiers pris en charge",
        definition="Dossiers d’impayé qu’une structure accepte, au jour de la première acceptation, stock initial compris.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        dimensions=ALL,
        source="""
SELECT a.day, {structure}, {lease} FROM ({accepted}) a JOIN cases_case c ON c.id = a.case_id {tenancy}
WHERE a.day >= %(first)s AND {arrears}
""",
    ),
    _indicator(
        code="closed",
        moves="open",
        section=STOCK,
        title="Dossiers clos",
        definition="Dossiers d’impayé, au jour de leur clôture.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        dimensions=ALL,
        source="""
SELECT c.closed_on AS day, {structure}, {lease} FROM cases_case c {tenancy}
WHERE c.closed_on >= %(first)s AND {arrears}
""",
    ),
    _indicator(
        code="flow",
        section=STOCK,
        title="Entrées, prises en charge et sorties",
        definition="Dossiers ouverts, pris en charge et clos, période par période, comptés comme dans les trois indicateurs précédents. Plus d’ouverts que de pris en charge : des dossiers attendent une structure. Plus d’ouverts que de clos : l’encours grandit. Un dossier peut être clos sans avoir été pris en charge.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        parts=(("opened", "ouverts"), ("taken", "pris en charge"), ("closed", "clos")),
    ),
    _indicator(
        code="open",
        section=STOCK,
        title="Dossiers en cours, selon leur ancienneté",
        definition="Dossiers ouverts le dernier jour du trimestre, ou celui des chiffres s’il n’est pas fini, selon le temps depuis l’ouverture. La structure est la responsable d’aujourd’hui.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        dimensions=("structure", *LEASE),
        bands=OF_CASES,
        source="""
SELECT p.last - c.opened_on AS age, {structure}, {lease} FROM cases_case c {tenancy}
WHERE c.opened_on <= p.last AND (c.closed_on IS NULL OR c.closed_on > p.last) AND {arrears}
""",
    ),
    _indicator(
        code="steps",
        section=STOCK,
        title="Dossiers en cours, selon leur étape",
        definition="Dossiers ouverts le dernier jour du trimestre, ou celui des chiffres s’il n’est pas fini, selon l’étape où chacun se trouve ce jour-là. D’un trimestre à l’autre : où l’encours grandit.",
        unit="dossiers",
        measure=Aggregation.COUNT,
        dimensions=("step", "structure"),
        bands=AS_A_WHOLE,
        source="""
SELECT {structure}, (
  SELECT g.step FROM workflows_casetask k JOIN (VALUES
    ('wait_turn', 'turn'), ('qualify', 'qualify'), ('answer', 'answer'), ('arbitrate', 'answer'),
    ('contact', 'contact'), ('diagnose', 'plan'), ('plan', 'plan'), ('agree', 'plan'), ('monitor', 'monitor'),
    ('close', 'close')
  ) g (node, step) ON g.node = k.node WHERE k.case_id = c.id AND {stood} ORDER BY k.id DESC LIMIT 1
) AS step FROM cases_case c
WHERE c.opened_on <= p.last AND (c.closed_on IS NULL OR c.closed_on > p.last) AND {arrears}
""",
    ),
    *loads.of_cases(kind="arrears", action=Action.ARREARS, code="load", section=LOADS, name="Dossiers d’impayé"),
)  # fmt: skip
