"""Action 12, who the households are: what is known of those of the cases that open (domain/arrears.md §6, 4 and 12)."""

from workflows.indicators.kinds import LANDLORD_FIRST, Action, IndicatorSection

PROFILE = IndicatorSection(Action.ARREARS, "Profil des ménages")
OPENED = "Dossiers ouverts, au jour de l’ouverture, stock initial compris, selon {what}. Ce qu’on ne sait pas est dit « non connu »."

# All facts of a household, or the one that counts of each case, are found by one reading: not looked up case by case.
_FACTS = """
  SELECT household_id, max(value #>> '{{}}') FILTER (WHERE name = 'dependent_children') AS children,
    max(value #>> '{{}}') FILTER (WHERE name = 'age') AS age, max(value #>> '{{}}') FILTER (WHERE name = 'rsa') AS rsa,
    max(value #>> '{{}}') FILTER (WHERE name = 'aid_kind') AS aid_kind
  FROM cases_householdfact WHERE name IN ('dependent_children', 'age', 'rsa', 'aid_kind') GROUP BY household_id
"""
_FAMILIES = """
  SELECT DISTINCT ON (case_id) case_id, family FROM cases_diagnostic WHERE finished_at IS NOT NULL AND family <> ''
  ORDER BY case_id, made_on DESC, id DESC
"""
_HOLDERS = """
  SELECT DISTINCT ON (m.household_id) m.household_id, b.birth_date
  FROM cases_householdmember m JOIN cases_beneficiary b ON b.id = m.beneficiary_id
  WHERE m.position = 'holder' AND m.until IS NULL AND b.birth_date <> '' ORDER BY m.household_id, m.id
"""
# With a year of birth alone, the age that one is sure to have: as routing counts it.
_AGE = """
  extract(year FROM c.opened_on)::int - left(b.birth_date, 4)::int
    - (to_char(c.opened_on, 'MM-DD') < substr(b.birth_date || substr('0000-12-31', length(b.birth_date) + 1), 6))::int
"""
_STAGES = """
  SELECT s.case_id, max(g.rank) AS rank FROM cases_milestone s JOIN (VALUES
    (1, 'order_to_pay_served'), (1, 'ccapex_seized'), (2, 'summons_served'), (2, 'prefect_notified'), (2, 'hearing'),
    (2, 'payment_delays_granted'), (2, 'lease_terminated'), (3, 'order_to_leave_served'), (3, 'leave_delays_granted'),
    (4, 'police_requested'), (4, 'police_refused'), (4, 'police_granted')
  ) g (rank, kind) ON g.kind = s.kind JOIN cases_case c ON c.id = s.case_id
  WHERE s.voided_at IS NULL AND s.replaced_by_id IS NULL AND s.happened_on <= c.opened_on GROUP BY s.case_id
"""

_UNKNOWN = """
SELECT c.opened_on AS day, {structure}, {lease}, k.value #>> '{{}}' = 'none' AS hit
FROM cases_case c {tenancy} JOIN cases_householdfact k ON k.household_id = c.household_id AND k.name = 'followed_by'
WHERE c.opened_on >= %(first)s AND {arrears} AND k.value #>> '{{}}' IS NOT NULL
"""
_KNOWN = f"""
SELECT c.opened_on AS day, d.family, width_bucket(f.children::numeric, ARRAY[1, 2, 3]::numeric[]) AS children,
  width_bucket(coalesce({_AGE}, f.age::numeric), ARRAY[25, 40, 60]::numeric[]) AS holder_age, f.rsa,
  coalesce(f.aid_kind, t.aid_kind) AS aid,
  (ARRAY['amicable', 'order_to_pay', 'summons', 'order_to_leave', 'police_requested'])[coalesce(s.rank, 0) + 1] AS stage
FROM cases_case c LEFT JOIN cases_tenancy t ON t.id = c.tenancy_id
LEFT JOIN ({_FACTS}) f ON f.household_id = c.household_id LEFT JOIN ({_FAMILIES}) d ON d.case_id = c.id
LEFT JOIN ({_HOLDERS}) b ON b.household_id = c.household_id LEFT JOIN ({_STAGES}) s ON s.case_id = c.id
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
