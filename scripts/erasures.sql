-- The ledger: what was archived, anonymised, opposed or restricted, by identifiers, days and grounds only. A database without
-- our tables answers nothing. What a household opposed or had restricted holds for those that became it: an older backup,
-- where they are not one yet, knows them all. A restriction that ended says so: the ledger keeps what it said before.
SELECT to_regclass('public.cases_erasure') IS NOT NULL AS has_ledger,
    to_regclass('public.cases_sharingobjection') IS NOT NULL AS has_objections,
    to_regclass('public.cases_processingrestriction') IS NOT NULL AS has_restrictions \gset
\if :has_ledger
SELECT act || ' ' || household || ' ' || to_char("on", 'YYYY-MM-DD') FROM cases_erasure;
\endif
\if :has_objections
WITH RECURSIVE opposed (household, basis, day) AS (
    SELECT household_id, basis, objected_on FROM cases_sharingobjection
    UNION
    SELECT absorbed.id, opposed.basis, opposed.day
    FROM opposed JOIN cases_household absorbed ON absorbed.merged_into_id = opposed.household
)
SELECT 'oppose ' || public_id || ' ' || to_char(day, 'YYYY-MM-DD') || ' ' || basis
FROM opposed JOIN cases_household home ON home.id = opposed.household;
\endif
\if :has_restrictions
WITH RECURSIVE restricted (household, day, ground, request, ended) AS (
    SELECT household_id, (put_at AT TIME ZONE 'Europe/Paris')::date, ground, request_id, ended_at IS NOT NULL
    FROM cases_processingrestriction
    UNION
    SELECT absorbed.id, restricted.day, restricted.ground, restricted.request, restricted.ended
    FROM restricted JOIN cases_household absorbed ON absorbed.merged_into_id = restricted.household
)
SELECT CASE WHEN ended THEN 'lift ' ELSE 'restrict ' END || home.public_id || ' ' || to_char(day, 'YYYY-MM-DD') || ' ' || restricted.ground
    || ' ' || COALESCE(asked.public_id::text, '-')
FROM restricted JOIN cases_household home ON home.id = restricted.household
LEFT JOIN cases_subjectrequest asked ON asked.id = restricted.request;
\endif
