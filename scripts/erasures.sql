-- The ledger: what was archived or anonymised, by identifiers and days only. A database without our tables answers nothing.
SELECT to_regclass('public.cases_erasure') IS NOT NULL AS has_ledger \gset
\if :has_ledger
SELECT act || ' ' || household || ' ' || to_char("on", 'YYYY-MM-DD') FROM cases_erasure;
\endif
