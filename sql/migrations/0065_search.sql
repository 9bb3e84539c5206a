-- Search without sorting all that is found: of each kind, the shortest titles
-- first, and those of one length side by side.  The indexes that these replace
-- are dropped in 99_unused.sql.

CREATE INDEX search_doc_nearest ON resonate.search_doc
    (kind, length(title), title COLLATE "C", id) INCLUDE (released_on);

-- One for each kind of answer: where tracks are many, those of a word are not
-- read for its few releases.
CREATE INDEX search_doc_tracks ON resonate.search_doc USING gin (document) WHERE kind = 'track';
CREATE INDEX search_doc_releases ON resonate.search_doc USING gin (document)
    WHERE kind = 'trackgroup';
CREATE INDEX search_doc_creators ON resonate.search_doc USING gin (document)
    WHERE kind IN ('artist', 'band', 'label');

-- Is there a word that begins so?  And what has two of its first letters?
CREATE INDEX search_word_begin ON resonate.search_word (word COLLATE "C");
CREATE INDEX search_word_first ON resonate.search_word (left(word, 2), length(word));
CREATE INDEX search_word_around ON resonate.search_word
    ((left(word, 1) || substr(word, 3, 1)), length(word));
CREATE INDEX search_word_second ON resonate.search_word (substr(word, 2, 2), length(word));
