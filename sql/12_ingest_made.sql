-- What bin/resonate-ingest has made of a sound beside its stored file: other
-- qualities, how loud it is, its waveform, and the file that it came from.

CREATE OR REPLACE FUNCTION resonate.made_renditions(media_sha256 text, made jsonb) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO resonate.rendition AS r (media_sha256, quality, sha256, path, codec, bit_rate,
                                         bytes, crc32, span_offset, span_bytes, span_crc32)
    SELECT $1, m.quality, m.sha256, m.path, m.codec, m.bit_rate, m.bytes, m.crc32,
           m.span_offset, m.span_bytes, m.span_crc32
    FROM jsonb_populate_recordset(NULL::resonate.rendition, $2) m
    ON CONFLICT (media_sha256, quality) DO UPDATE
    SET (sha256, path, codec, bit_rate, bytes, crc32, span_offset, span_bytes, span_crc32)
        = (excluded.sha256, excluded.path, excluded.codec, excluded.bit_rate, excluded.bytes,
           excluded.crc32, excluded.span_offset, excluded.span_bytes, excluded.span_crc32)
    WHERE r.sha256 <> excluded.sha256;

    UPDATE resonate.media_file m
    SET (files, qualities) = (n.files, n.qualities)
    FROM (SELECT '[' || string_agg(format('{"quality":"%s","file":"%s","codec":"%s",'
                                          '"bitrate":%s}', r.quality, r.path, r.codec, r.bit_rate),
                                   ',' ORDER BY p.n) || ']' AS files,
                 '[' || string_agg('"' || r.quality || '"', ',' ORDER BY p.n) || ']' AS qualities
          FROM unnest('{64,128,256,opus,lossless}'::text[]) WITH ORDINALITY p (quality, n)
          JOIN resonate.rendition r ON r.media_sha256 = $1 AND r.quality = p.quality) n
    WHERE m.sha256 = $1 AND (m.files, m.qualities) IS DISTINCT FROM (n.files, n.qualities);
END
$$;

COMMENT ON FUNCTION resonate.made_renditions(text, jsonb) IS 'Adds renditions, as rows of resonate.rendition in JSON, and brings the files and qualities of their sound up to date.';

CREATE OR REPLACE FUNCTION resonate.ingest_made(media_sha256 text, made jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _media ALIAS FOR $1;
BEGIN
    UPDATE resonate.media_file m
    SET (crc32, span_offset, span_bytes, span_crc32, loudness_lufs, loudness_range_lu,
         true_peak_dbtp, waveform)
        = (n.crc32, n.span_offset, n.span_bytes, n.span_crc32, n.loudness_lufs,
           n.loudness_range_lu, n.true_peak_dbtp, n.waveform)
    FROM jsonb_populate_record(NULL::resonate.media_file, $2->'measured') n
    WHERE m.sha256 = _media AND $2 ? 'measured'
      AND (m.crc32, m.span_offset, m.span_bytes, m.span_crc32, m.loudness_lufs,
           m.loudness_range_lu, m.true_peak_dbtp, m.waveform)
          IS DISTINCT FROM
          (n.crc32, n.span_offset, n.span_bytes, n.span_crc32, n.loudness_lufs,
           n.loudness_range_lu, n.true_peak_dbtp, n.waveform);

    IF $2 ? 'renditions' THEN
        PERFORM resonate.made_renditions(_media, $2->'renditions');
    END IF;

    INSERT INTO resonate.original AS o (media_sha256, sha256, path, format, name, bytes, crc32)
    SELECT _media, n.sha256, n.path, n.format, n.name, n.bytes, n.crc32
    FROM jsonb_populate_record(NULL::resonate.original, $2->'original') n
    WHERE $2 ? 'original'
    ON CONFLICT (media_sha256) DO UPDATE
    SET (sha256, path, format, name, bytes, crc32)
        = (excluded.sha256, excluded.path, excluded.format, excluded.name, excluded.bytes,
           excluded.crc32)
    WHERE (o.sha256, o.name) IS DISTINCT FROM (excluded.sha256, excluded.name);
END
$$;

COMMENT ON FUNCTION resonate.ingest_made(text, jsonb) IS 'What was made of a stored sound: {measured: {crc32, span_offset, span_bytes, span_crc32, loudness_lufs, loudness_range_lu, true_peak_dbtp, waveform}, renditions: [rows of resonate.rendition], original: a row of resonate.original}, in JSON. What is not said stays.';
