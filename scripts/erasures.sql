-- The ledger: what was archived, anonymised or opposed, by identifiers, days and grounds only. A database without our tables
-- answers nothing. What a household opposed holds for those that became it: an older backup, where they are not one yet,
-- knows them all.
SELECT to_regclass('public.cases_erasure') IS NOT NULL AS has_ledger,
    to_regclass('public.cases_sharingobjection') IS NOT NULL AS has_objections \gset
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
