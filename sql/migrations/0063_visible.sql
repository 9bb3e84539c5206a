-- Deep pages are read from an index alone where vacuum has been: these tables
-- are narrow, and cheap to vacuum often.

ALTER TABLE resonate.chart SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000);
ALTER TABLE resonate.listed SET (autovacuum_vacuum_scale_factor = 0.005, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.005, autovacuum_vacuum_insert_threshold = 1000);
