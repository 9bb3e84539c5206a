-- Nothing reads plays by track since they are rolled up: lists are made from
-- resonate.chart, and what a track was heard is in resonate.track_plays.  One
-- of the two had a page anywhere in it written anew by most plays.

DROP INDEX resonate.play_track;
DROP INDEX resonate.play_chart;
