"""Action 12, who the households are: what is known of those of the cases that open (domain/arrears.md §6, 4 and 12)."""

from workflows.indicators.kinds import LANDLORD_FIRST, Action, IndicatorSection

PROFILE = IndicatorSection(Action.ARREARS, "Profil des ménages")
OPENED = "Dossiers ouverts, au jour de l’ouverture, stock initial compris, selon {what}. Ce qu’on ne sait pas est dit « non connu »."

_FACT = "(SELECT f.value #>> '{{}}' FROM cases_householdfact f WHERE f.household_id = c.household_id AND f.name = '<name>')"
_CHILDREN = _FACT.replace("<name>", "dependent_children")
# With a year of birth alone, the age that one is sure to have: as routing counts it.
_AGE = """coalesce((
  SELECT extract(year FROM c.opened_on)::int - left(b.birth_date, 4)::int
    - (to_char(c.opened_on, 'MM-DD') < substr(b.birth_date || substr('0000-12-31', length(b.birth_date) + 1), 6))::int
  FROM cases_householdmember m JOIN cases_beneficiary b ON b.id = m.beneficiary_id
  WHERE m.household_id = c.household_id AND m.position = 'holder' AND m.until IS NULL AND b.birth_date <> ''
  ORDER BY m.id LIMIT 1
), <fact>::numeric)""".replace("<fact>", _FACT.replace("<name>", "age"))
_STAGE = """coalesce((
  SELECT g.stage FROM cases_milestone s JOIN (VALUES
    (1, 'order_to_pay_served', 'order_to_pay'), (1, 'ccapex_seized', 'order_to_pay'), (2, 'summons_served', 'summons'),
    (2, 'prefect_notified', 'summons'), (2, 'hearing', 'summons'), (2, 'payment_delays_granted', 'summons'),
    (2, 'lease_terminated', 'summons'), (3, 'order_to_leave_served', 'order_to_leave'),
    (3, 'leave_delays_granted', 'order_to_leave'), (4, 'police_requested', 'police_requested'),
    (4, 'police_refused', 'police_requested'), (4, 'police_granted', 'police_requested')
  ) g (rank, kind, stage) ON g.kind = s.kind
  WHERE s.case_id = c.id AND s.voided_at IS NULL AND s.replaced_by_id IS NULL AND s.happened_on <= c.opened_on
  ORDER BY g.rank DESC LIMIT 1
), 'amicable')"""

_UNKNOWN = """
SELECT c.opened_on AS day, {structure}, {lease}, k.followed_by = 'none' AS hit
FROM cases_case c {tenancy} CROSS JOIN LATERAL (SELECT <fact> AS followed_by) k
WHERE c.opened_on >= %(first)s AND {arrears} AND k.followed_by IS NOT NULL
""".replace("<fact>", _FACT.replace("<name>", "followed_by"))
_KNOWN = f"""
SELECT c.opened_on AS day, (
  SELECT d.family FROM cases_diagnostic d WHERE d.case_id = c.id AND d.finished_at IS NOT NULL AND d.family <> ''
  ORDER BY d.made_on DESC, d.id DESC LIMIT 1
) AS family, width_bucket({_CHILDREN}::numeric, ARRAY[1, 2, 3]::numeric[]) AS children,
  width_bucket({_AGE}, ARRAY[25, 40, 60]::numeric[]) AS holder_age, {_FACT.replace("<name>", "rsa")} AS rsa,
  coalesce({_FACT.replace("<name>", "aid_kind")}, t.aid_kind) AS aid, {_STAGE} AS stage
FROM cases_case c LEFT JOIN cases_tenancy t ON t.id = c.tenancy_id
WHERE c.opened_on >= %(first)s AND {{arrears}}
"""  # noqa: S608 - constants


INDICATORS = (
    PROFILE.count(
        "profile_family", "Ménages, selon leur composition",
        OPENED.format(what="la situation familiale du dernier diagnostic terminé du dossier"),
        counts="opened", dimensions=("family",), source=_KNOWN,
    ),
    PROFILE.count(
        "profile_children", "Ménages, selon le nombre d’enfants à charge",
        OPENED.format(what="le nombre d’enfants à charge connu aujourd’hui"),
        counts="opened", dimensions=("children",), source=_KNOWN,
    ),
    PROFILE.count(
        "profile_age", "Ménages, selon l’âge du titulaire",
        OPENED.format(what="l’âge du titulaire ce jour-là"),
        counts="opened", dimensions=("holder_age",), source=_KNOWN,
    ),
    PROFILE.count(
        "profile_rsa", "Ménages, selon qu’ils ont le RSA",
        OPENED.format(what="que le ménage a le RSA ou non, d’après ce qui est connu aujourd’hui"),
        counts="opened", dimensions=("rsa",), source=_KNOWN,
    ),
    PROFILE.count(
        "profile_aid", "Ménages, selon l’aide au logement",
        OPENED.format(what="l’aide au logement connue aujourd’hui, du ménage sinon du bail"),
        counts="opened", dimensions=("aid",), source=_KNOWN,
    ),
    PROFILE.count(
        "profile_stage", "Ménages, selon l’étape de la procédure d’expulsion",
        OPENED.format(what="l’acte le plus avancé de la procédure connu à cette date ; sans aucun acte connu, la dette est à l’amiable"),
        counts="opened", dimensions=("stage",), source=_KNOWN,
    ),
    PROFILE.share(
        "unknown_before", "Ménages qu’aucun service ne suivait",
        "Part des dossiers ouverts dont le ménage n’était suivi par aucun service, parmi ceux où on le sait (« Déjà suivi par »), au jour de l’ouverture, stock initial compris.",
        dimensions=LANDLORD_FIRST, source=_UNKNOWN,
    ),
)  # fmt: skip
