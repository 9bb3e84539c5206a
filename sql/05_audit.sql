-- The books, audited.

CREATE OR REPLACE FUNCTION resonate.ledger_check()
RETURNS TABLE (fault text, subject text, expected bigint, found bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- a transfer, its rule, and what it moved for whom
    WITH moved AS MATERIALIZED (
        SELECT t.id, t.kind, t.track_id, t.created_at, r.cost_mc, r.holder_percent,
               CASE t.kind WHEN 'play' THEN r.floor_uc ELSE 0 END AS floor_uc,
               count(p.transfer_id) AS lines,
               coalesce(sum(p.amount_uc), 0)::bigint AS all_uc,
               coalesce(sum(p.amount_uc) FILTER (WHERE a.person_id IS NOT NULL), 0)::bigint AS wallet_uc,
               coalesce(sum(p.amount_uc) FILTER (WHERE a.creator_id IS NOT NULL), 0)::bigint AS holder_uc,
               coalesce(sum(p.amount_uc) FILTER (WHERE a.id = r.coop_account_id), 0)::bigint AS coop_uc,
               coalesce(sum(p.amount_uc) FILTER (WHERE a.id = r.subsidy_account_id), 0)::bigint AS subsidy_uc,
               (array_agg(a.person_id) FILTER (WHERE a.person_id IS NOT NULL))[1] AS person_id
        FROM resonate.transfer t
        JOIN resonate.price_rule r ON r.id = t.rule_id
        LEFT JOIN resonate.posting p ON p.transfer_id = t.id AND p.posted_at = t.created_at
        LEFT JOIN resonate.account a ON a.id = p.account_id
        GROUP BY t.id, r.id
    ), played AS MATERIALIZED (
        SELECT y.person_id, y.track_id, max(y.played_at) AS last,
               count(*) FILTER (WHERE y.kind = 'paid') AS paid,
               bool_or(y.kind = 'owned' OR y.kind = 'paid' AND y.count >= cardinality(m.cost_mc)) AS owned
        FROM resonate.play y
        LEFT JOIN moved m ON m.id = y.transfer_id
        GROUP BY y.person_id, y.track_id
    ), bought AS (
        SELECT m.person_id, m.track_id, max(cardinality(m.cost_mc)) AS count
        FROM moved m
        WHERE m.kind = 'buy'
        GROUP BY m.person_id, m.track_id
    ), due AS (
        SELECT person_id, track_id, coalesce(b.count, y.paid) AS count, y.last,
               b.count IS NOT NULL OR coalesce(y.owned, false) AS owned
        FROM played y FULL JOIN bought b USING (person_id, track_id)
    ), held AS (
        SELECT concat(person_id, ' ', track_id) AS subject, d.count AS due_count, h.count,
               d.owned::integer AS due_owned, (h.owned_at IS NOT NULL)::integer AS owned,
               d.last AS due_last, h.last_played_at AS last
        FROM due d FULL JOIN resonate.holding h USING (person_id, track_id)
    )
    SELECT 'postings do not sum to zero', m.id::text, 0::bigint, m.all_uc
    FROM moved m WHERE m.all_uc <> 0
  UNION ALL
    SELECT 'transfer without postings', m.id::text, NULL, 0
    FROM moved m WHERE m.lines = 0
  UNION ALL
    SELECT 'posting without transfer', p.transfer_id::text, NULL, p.amount_uc
    FROM resonate.posting p
    WHERE NOT EXISTS (SELECT FROM resonate.transfer t
                      WHERE t.id = p.transfer_id AND t.created_at = p.posted_at)
  UNION ALL
    SELECT 'wallet differs from its postings', a.person_id::text, coalesce(p.amount_uc, 0), a.balance_uc
    FROM resonate.account a
    LEFT JOIN (SELECT account_id, sum(amount_uc)::bigint AS amount_uc
               FROM resonate.posting GROUP BY account_id) p ON p.account_id = a.id
    WHERE a.balance_uc <> coalesce(p.amount_uc, 0)
  UNION ALL
    SELECT 'play differs from its posting', y.id::text, y.cost_mc * 1000::bigint, -coalesce(m.wallet_uc, 0)
    FROM resonate.play y
    LEFT JOIN moved m ON m.id = y.transfer_id AND m.created_at = y.played_at
                     AND (m.kind, m.person_id, m.track_id) = ('play', y.person_id, y.track_id)
    WHERE y.cost_mc * 1000::bigint <> -coalesce(m.wallet_uc, 0)
  UNION ALL
    SELECT 'transfer with other than one play', m.id::text, 1, count(y.id)
    FROM moved m
    LEFT JOIN resonate.play y ON y.transfer_id = m.id
    WHERE m.kind = 'play'
    GROUP BY m.id
    HAVING count(y.id) <> 1
  UNION ALL
    SELECT 'price of a play differs from its rule', y.id::text, m.cost_mc[y.count] * 1000::bigint,
           y.cost_mc * 1000::bigint
    FROM resonate.play y JOIN moved m ON m.id = y.transfer_id
    WHERE y.cost_mc IS DISTINCT FROM m.cost_mc[y.count]
  UNION ALL
    SELECT 'price of a track differs from its rule', m.id::text, d.uc, -m.wallet_uc
    FROM moved m
    LEFT JOIN played y ON (y.person_id, y.track_id) = (m.person_id, m.track_id)
    CROSS JOIN LATERAL (SELECT sum(c) * 1000 AS uc FROM unnest(m.cost_mc[coalesce(y.paid, 0) + 1:]) c) d
    WHERE m.kind = 'buy' AND -m.wallet_uc IS DISTINCT FROM d.uc
  UNION ALL
    SELECT s.part || ' differs from its rule', m.id::text, s.due_uc, s.uc
    FROM moved m
    CROSS JOIN LATERAL (SELECT -m.wallet_uc * m.holder_percent / 100 AS uc) h
    CROSS JOIN LATERAL (SELECT greatest(m.floor_uc - h.uc, 0) AS uc) f
    CROSS JOIN LATERAL (VALUES
        ('share of the rights holder', h.uc + f.uc, m.holder_uc),
        ('share of the co-operative', -m.wallet_uc - h.uc, m.coop_uc),
        ('subsidy', -f.uc, m.subsidy_uc)) s (part, due_uc, uc)
    WHERE m.kind IN ('play', 'buy') AND s.due_uc <> s.uc
  UNION ALL
    SELECT 'holding differs from plays and buys', subject, due_count, count
    FROM held WHERE due_count IS DISTINCT FROM count
  UNION ALL
    SELECT 'ownership differs from plays and buys', subject, due_owned, owned
    FROM held WHERE due_owned IS DISTINCT FROM owned
  UNION ALL
    SELECT 'last play differs from plays', subject, (extract(epoch FROM due_last) * 1000000)::bigint,
           (extract(epoch FROM last) * 1000000)::bigint
    FROM held WHERE due_last IS DISTINCT FROM last
$$;

COMMENT ON FUNCTION resonate.ledger_check() IS 'The books audited: one row for each fault, none when all is well. Amounts in micro-credits, counts of plays, moments in microseconds.';
