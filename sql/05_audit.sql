-- The books, audited.

CREATE OR REPLACE FUNCTION resonate.ledger_check()
RETURNS TABLE (fault text, subject text, expected_uc bigint, found_uc bigint)
LANGUAGE sql STABLE AS $$
    SELECT 'postings do not sum to zero', p.transfer_id::text, 0::bigint, sum(p.amount_uc)::bigint
    FROM resonate.posting p
    GROUP BY p.transfer_id
    HAVING sum(p.amount_uc) <> 0
  UNION ALL
    SELECT 'transfer without postings', t.id::text, NULL, NULL
    FROM resonate.transfer t
    WHERE NOT EXISTS (SELECT FROM resonate.posting p WHERE p.transfer_id = t.id)
  UNION ALL
    SELECT 'wallet differs from its postings', a.person_id::text,
           coalesce(p.amount_uc, 0), a.balance_uc
    FROM resonate.account a
    LEFT JOIN (SELECT account_id, sum(amount_uc)::bigint AS amount_uc
               FROM resonate.posting GROUP BY account_id) p ON p.account_id = a.id
    WHERE a.balance_uc <> coalesce(p.amount_uc, 0)
  UNION ALL
    SELECT 'play differs from its posting', y.id::text, y.cost_mc * 1000::bigint,
           -coalesce(p.amount_uc, 0)
    FROM resonate.play y
    JOIN resonate.account a ON a.person_id = y.person_id
    LEFT JOIN resonate.posting p ON p.transfer_id = y.transfer_id AND p.account_id = a.id
    WHERE y.cost_mc * 1000::bigint <> -coalesce(p.amount_uc, 0)
$$;

COMMENT ON FUNCTION resonate.ledger_check() IS 'The books audited: one row for each fault, none when all is well.';
