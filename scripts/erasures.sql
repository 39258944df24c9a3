-- The ledger: what was archived, anonymised, opposed or restricted, by identifiers, days and grounds only. A database without
-- our tables answers nothing. What a household opposed or had restricted holds for those that became it: an older backup,
-- where they are not one yet, knows them all. A restriction that ended says so: the ledger keeps what it said before. So does a
-- household that is one with another no longer, and has not asked what that one did: when their last merge was undone follows.
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
),
apart (household, other, undone) AS (
    SELECT one.household, one.other, to_char(max(undone_at AT TIME ZONE 'UTC'), 'YYYY-MM-DD"T"HH24:MI:SS')
    FROM cases_merge
    CROSS JOIN LATERAL (
        VALUES (kept_household_id, absorbed_household_id), (absorbed_household_id, kept_household_id)
    ) one (household, other)
    WHERE undone_at IS NOT NULL AND kept_household_id IS NOT NULL
    GROUP BY one.household, one.other
)
SELECT 'oppose ' || public_id || ' ' || to_char(day, 'YYYY-MM-DD') || ' ' || basis
    || COALESCE(' ' || (SELECT max(undone) FROM apart WHERE apart.household = opposed.household), '')
FROM opposed JOIN cases_household home ON home.id = opposed.household
UNION ALL
SELECT 'unoppose ' || public_id || ' ' || to_char(day, 'YYYY-MM-DD') || ' ' || basis || ' ' || undone
FROM apart JOIN opposed ON opposed.household = apart.other JOIN cases_household home ON home.id = apart.household
WHERE (apart.household, day, basis) NOT IN (SELECT household, day, basis FROM opposed);
\endif
\if :has_restrictions
WITH RECURSIVE restricted (household, day, ground, request, ended) AS (
    SELECT household_id, (put_at AT TIME ZONE 'Europe/Paris')::date, ground, request_id, ended_at IS NOT NULL
    FROM cases_processingrestriction
    UNION
    SELECT absorbed.id, restricted.day, restricted.ground, restricted.request, restricted.ended
    FROM restricted JOIN cases_household absorbed ON absorbed.merged_into_id = restricted.household
),
apart (household, other, undone) AS (
    SELECT one.household, one.other, to_char(max(undone_at AT TIME ZONE 'UTC'), 'YYYY-MM-DD"T"HH24:MI:SS')
    FROM cases_merge
    CROSS JOIN LATERAL (
        VALUES (kept_household_id, absorbed_household_id), (absorbed_household_id, kept_household_id)
    ) one (household, other)
    WHERE undone_at IS NOT NULL AND kept_household_id IS NOT NULL
    GROUP BY one.household, one.other
),
lines (household, word, about) AS (
    SELECT restricted.household, CASE WHEN ended THEN 'lift' ELSE 'restrict' END, concat_ws(
        ' ', to_char(day, 'YYYY-MM-DD'), restricted.ground, COALESCE(asked.public_id::text, '-')
    )
    FROM restricted LEFT JOIN cases_subjectrequest asked ON asked.id = restricted.request
)
SELECT concat_ws(' ', word, public_id, about, CASE word WHEN 'restrict' THEN (
    SELECT max(undone) FROM apart WHERE apart.household = lines.household
) END)
FROM lines JOIN cases_household home ON home.id = lines.household
UNION ALL
SELECT concat_ws(' ', 'unrestrict', public_id, about, undone)
FROM apart JOIN lines ON lines.household = apart.other JOIN cases_household home ON home.id = apart.household
WHERE word = 'restrict' AND (apart.household, word, about) NOT IN (SELECT household, word, about FROM lines);
\endif
