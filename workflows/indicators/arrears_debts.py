"""Action 12, rent arrears: what became of the debt, by plans, aids and the procedure of eviction (domain/arrears.md §6)."""

from workflows.indicators.kinds import LANDLORD_FIRST, STRUCTURE_FIRST, Action, Indicator, IndicatorSection

DEBTS = IndicatorSection(Action.ARREARS, "Dette, plans et aides")
COURT = IndicatorSection(Action.ARREARS, "Procédure d’expulsion")

# What became of a plan is what became of its amendments: these go on with it, and are no plans of their own after six months.
PLAN = """
SELECT x.day, {structure}, {lease}, p.author AS plan_author, x.months, y.hit, y.goes_on
FROM cases_repaymentplan p CROSS JOIN LATERAL (
  SELECT v.months, (p.agreed_on + make_interval(months => v.months))::date AS day FROM (VALUES (0), (6), (12)) v (months)
  WHERE v.months = 0 OR p.amends_id IS NULL
) x
CROSS JOIN LATERAL (
  WITH RECURSIVE links AS (
    SELECT p.id, p.state, p.ended_on
    UNION ALL
    SELECT a.id, a.state, a.ended_on FROM cases_repaymentplan a JOIN links l ON a.amends_id = l.id WHERE a.agreed_on <= x.day
  )
  SELECT count(*) FILTER (WHERE state = 'broken') = 0 AS hit,
    count(*) FILTER (WHERE state IN ('withdrawn', 'replaced')) = 0 AS goes_on
  FROM links WHERE ended_on <= x.day
) y
JOIN cases_case c ON c.id = p.case_id {tenancy}
WHERE p.agreed_on IS NOT NULL AND {arrears}
"""
# A correction takes back the last state that stands: the others are those below which the pile never falls again.
STANDING_MOVES = """(
  SELECT measure_id, state, happened_on FROM (
    SELECT measure_id, state, happened_on, is_correction, height, min(height) OVER (
      PARTITION BY measure_id ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS lowest
    FROM (
      SELECT *, sum(CASE WHEN is_correction THEN -1 ELSE 1 END) OVER (PARTITION BY measure_id ORDER BY id) AS height
      FROM cases_measuremove
    ) piled
  ) looked WHERE NOT is_correction AND lowest = height
)"""
FSL = f"""
SELECT v.day, {{structure}}, {{lease}}, m.amount_granted AS value, v.state
FROM cases_measure m JOIN (
  SELECT measure_id, state, min(happened_on) AS day FROM {STANDING_MOVES} s
  WHERE state IN ('filed', 'granted') GROUP BY measure_id, state
) v ON v.measure_id = m.id
JOIN cases_case c ON c.id = m.case_id {{tenancy}}
WHERE m.kind = 'fsl' AND {{arrears}}
"""  # noqa: S608 - constants
FACT = """
SELECT s.happened_on AS day, {structure}, {lease}, s.kind, s.happened_on >= c.opened_on AS is_since_opening
FROM cases_milestone s JOIN cases_case c ON c.id = s.case_id {tenancy}
WHERE s.kind IN ('aid_suspended', 'aid_restored', 'order_to_pay_served', 'summons_served')
  AND s.voided_at IS NULL AND s.replaced_by_id IS NULL AND {arrears}
"""
RENT = """
SELECT x.day, {structure}, {lease}, x.months, m.paid = 'yes' AS hit
FROM cases_case c {tenancy} CROSS JOIN LATERAL (
  SELECT v.months, (c.opened_on + make_interval(months => v.months))::date AS day FROM (VALUES (1), (3), (6)) v (months)
) x
JOIN cases_rentmonth m ON m.tenancy_id = c.tenancy_id AND m.month = date_trunc('month', x.day::timestamp)::date
WHERE m.paid <> 'unknown' AND {arrears}
"""


def _rent_paid_indicator(months: int) -> Indicator:
    return DEBTS.share(
        f"rent_paid_{months}",
        f"Loyer courant payé {months} mois après l’ouverture",
        f"Part des dossiers dont le loyer du mois est payé en entier, {months} mois après l’ouverture, parmi ceux où il est connu ; au jour de ces {months} mois.",
        dimensions=LANDLORD_FIRST,
        keep=f"o.months = {months}",
        source=RENT,
    )


INDICATORS = (
    DEBTS.median(
        "debt_in", "Dette à l’entrée",
        "Solde débiteur du premier signalement du dossier, au jour de son ouverture. Médiane.",
        unit="€", dimensions=LANDLORD_FIRST, source="""
SELECT c.opened_on AS day, {structure}, {lease}, r.balance AS value
FROM cases_case c {tenancy} JOIN (
  SELECT DISTINCT ON (case_id) case_id, balance FROM cases_report WHERE voided_at IS NULL
  ORDER BY case_id, reported_on, id
) r ON r.case_id = c.id
WHERE c.opened_on >= %(first)s AND r.balance IS NOT NULL AND {arrears}
""",
    ),
    DEBTS.median(
        "debt_out", "Dette à la sortie",
        "Dernier solde relevé au jour de la clôture, pour les dossiers clos. Médiane.",
        unit="€", dimensions=LANDLORD_FIRST, source="""
SELECT c.closed_on AS day, {structure}, {lease}, s.balance AS value
FROM cases_case c {tenancy} JOIN cases_debt d ON d.tenancy_id = c.tenancy_id JOIN LATERAL (
  SELECT balance FROM cases_debtstatement WHERE debt_id = d.id AND voided_at IS NULL AND as_of <= c.closed_on
  ORDER BY as_of DESC, id DESC LIMIT 1
) s ON true
WHERE c.closed_on >= %(first)s AND {arrears}
""",
    ),
    *map(_rent_paid_indicator, (1, 3, 6)),
    DEBTS.count(
        "plans", "Plans d’apurement signés",
        "Plans acceptés par le bailleur, au jour de l’accord, avenants compris.",
        unit="plans", dimensions=(*LANDLORD_FIRST, "plan_author"), keep="o.months = 0", source=PLAN,
    ),
    DEBTS.share(
        "plans_kept_6", "Plans tenus à 6 mois",
        "Part des plans qui ne sont pas rompus six mois après l’accord, au jour de ces six mois. Un plan remplacé ou sans suite avant ce jour n’est pas compté ; un avenant continue le plan, et n’est pas compté à part.",
        dimensions=(*LANDLORD_FIRST, "plan_author"), keep="o.months = 6 AND o.goes_on", source=PLAN,
    ),
    DEBTS.share(
        "plans_kept_12", "Plans tenus à 12 mois",
        "De même, douze mois après l’accord ; un plan terminé avant est tenu s’il n’a pas été rompu.",
        dimensions=(*LANDLORD_FIRST, "plan_author"), keep="o.months = 12 AND o.goes_on", source=PLAN,
    ),
    DEBTS.count(
        "fsl_asked", "Aides du FSL demandées",
        "Demandes déposées, au jour du premier dépôt.",
        unit="demandes", dimensions=LANDLORD_FIRST, keep="o.state = 'filed'", source=FSL,
    ),
    DEBTS.count(
        "fsl_granted", "Aides du FSL accordées",
        "Accords, au jour de la décision.",
        unit="accords", dimensions=LANDLORD_FIRST, keep="o.state = 'granted'", source=FSL,
    ),
    DEBTS.sum_euros(
        "fsl_euros", "Montants accordés par le FSL",
        "Somme des montants accordés dont le montant est connu, au jour de la décision.",
        dimensions=LANDLORD_FIRST, keep="o.state = 'granted' AND o.value IS NOT NULL", source=FSL,
    ),
    DEBTS.median(
        "fsl_delay", "Délai de réponse du FSL",
        "Jours entre le dépôt de la demande et la décision, favorable ou non. Médiane.",
        dimensions=LANDLORD_FIRST, source=f"""
SELECT v.decided AS day, {{structure}}, {{lease}}, v.decided - v.filed AS value
FROM cases_measure m JOIN (
  SELECT measure_id, min(happened_on) FILTER (WHERE state = 'filed') AS filed,
    min(happened_on) FILTER (WHERE state IN ('granted', 'refused')) AS decided
  FROM {STANDING_MOVES} s GROUP BY measure_id
) v ON v.measure_id = m.id AND v.decided >= v.filed
JOIN cases_case c ON c.id = m.case_id {{tenancy}}
WHERE m.kind = 'fsl' AND v.decided >= %(first)s AND {{arrears}}
""",  # noqa: S608 - constants
    ),
    DEBTS.count(
        "aid_suspended", "Aides au logement suspendues",
        "Suspensions de l’aide au logement notées dans les dossiers, à leur date.",
        unit="aides", dimensions=LANDLORD_FIRST, keep="o.kind = 'aid_suspended'", source=FACT,
    ),
    DEBTS.count(
        "aid_restored", "Aides au logement rétablies",
        "Rétablissements de l’aide au logement notés dans les dossiers, à leur date.",
        unit="aides", dimensions=LANDLORD_FIRST, keep="o.kind = 'aid_restored'", source=FACT,
    ),
    COURT.count(
        "orders", "Commandements de payer",
        "Commandements délivrés à des ménages suivis, à leur date. Ceux d’avant l’ouverture du dossier ne sont pas comptés.",
        unit="commandements", dimensions=LANDLORD_FIRST, keep="o.kind = 'order_to_pay_served' AND o.is_since_opening", source=FACT,
    ),
    COURT.count(
        "summons", "Assignations",
        "Assignations délivrées à des ménages suivis, à leur date. Celles d’avant l’ouverture du dossier ne sont pas comptées.",
        unit="assignations", dimensions=LANDLORD_FIRST, keep="o.kind = 'summons_served' AND o.is_since_opening", source=FACT,
    ),
    COURT.share(
        "dsf_sent", "Diagnostic transmis avant l’audience",
        "Part des audiences avant lesquelles le diagnostic social et financier (DSF) a été transmis, au jour de l’audience ; celles d’avant l’ouverture du dossier ne sont pas comptées.",
        dimensions=STRUCTURE_FIRST, source="""
SELECT s.happened_on AS day, {structure}, {lease}, EXISTS (
  SELECT FROM cases_milestone d WHERE d.case_id = s.case_id AND d.kind = 'dsf_sent' AND d.voided_at IS NULL
    AND d.replaced_by_id IS NULL AND d.happened_on <= s.happened_on
) AS hit
FROM cases_milestone s JOIN cases_case c ON c.id = s.case_id {tenancy}
WHERE s.kind = 'hearing' AND s.voided_at IS NULL AND s.replaced_by_id IS NULL AND s.happened_on >= %(first)s
  AND s.happened_on >= c.opened_on AND {arrears}
""",
    ),
)  # fmt: skip
