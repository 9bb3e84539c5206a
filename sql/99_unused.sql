-- What nothing is asked of any more.  Last, because who reads waits from here to
-- the commit, and in the order in which a search locks them.

DROP INDEX IF EXISTS resonate.search_doc_document;
DROP INDEX IF EXISTS resonate.search_word_shape;
