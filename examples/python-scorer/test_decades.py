"""What the criterion promises, and that its messages are Medley's: `python3 -m unittest` in this folder."""

import csv
import json
import unittest
from pathlib import Path

import fit
import wire
from decades import Model, judge, load_model

HERE = Path(__file__).parent
GOLDEN = HERE.parent.parent / "docs" / "contract" / "golden"
FILMS = {"a": 1931, "b": 1933, "c": 1972, "d": 1975, "e": 1999}
MODEL = Model("test", FILMS, {item: frozenset({"Drama"}) for item in FILMS}, {item: at for at, item in enumerate(FILMS)})

# What these get wrong is in fields this scorer does not read, or a bound it does not need.
NOT_OURS = {
    "requests.context-list.json",
    "requests.context-too-deep.json",
    "requests.control-character.json",
    "requests.criterion-no-label.json",
    "requests.k-too-large.json",
    "requests.short-id.json",
    "requests.unknown-filter.json",
    "requests.unknown-skip-reason.json",
    "requests.wide-characters.json",
}


def asks(**fields):
    profile = {"items": ["c"], "weights": [1], "atMs": [1]}
    whole = {"subject": {"kind": "user", "id": "1"}, "profile": profile, "topN": 10, "seen": [], "include": []}
    return {**whole, "dropProfile": True, "explain": True, **fields}


class Judging(unittest.TestCase):
    def test_films_of_the_decade_he_watches_come_first_and_say_why(self):
        judged = judge(asks(), MODEL)
        self.assertEqual(judged["items"][0], "d")
        self.assertEqual(judged["labels"][judged["because"][0]], "1970s")
        self.assertEqual(judged["because"][judged["items"].index("a")], -1)
        self.assertEqual(judged["scores"], sorted(judged["scores"], reverse=True))

    def test_what_was_seen_is_dropped_before_the_list_is_cut_unless_it_must_be_in(self):
        self.assertEqual(judge(asks(topN=2, seen=["d"]), MODEL)["items"], ["e", "b"])
        self.assertIn("c", judge(asks(include=["c"]), MODEL)["items"])

    def test_the_floor_is_the_last_score_of_a_list_that_was_cut(self):
        cut, whole = judge(asks(topN=2), MODEL), judge(asks(), MODEL)
        self.assertEqual(cut["floor"], cut["scores"][-1])
        self.assertIsNone(whole["floor"])

    def test_candidates_are_scored_and_nothing_else(self):
        judged = judge(asks(candidates=["a", "d", "nowhere"], topN=1), MODEL)
        self.assertEqual((judged["items"], judged["floor"]), (["d", "a"], None))

    def test_a_disliked_film_counts_against_its_years(self):
        profile = {"items": ["c", "e"], "weights": [-1, 1], "atMs": [2, 1]}
        judged = judge(asks(profile=profile), MODEL)
        self.assertEqual(judged["items"][-1], "d")
        self.assertLess(judged["scores"][-1], 0)

    def test_years_and_genres_that_are_filtered_out_are_not_listed(self):
        self.assertEqual(judge(asks(filters={"yearTo": 1940}), MODEL)["items"], ["b", "a"])
        self.assertEqual(judge(asks(filters={"withoutGenres": ["Drama"]}), MODEL)["items"], [])

    def test_it_abstains_where_it_knows_none_of_what_he_watched(self):
        self.assertIsNone(judge(asks(profile={"items": ["x"], "weights": [1], "atMs": [1]}), MODEL))

    def test_an_item_is_its_own_history(self):
        nobody = {"items": [], "weights": [], "atMs": []}
        judged = judge(asks(subject={"kind": "item", "id": "a"}, profile=nobody, seen=["a"]), MODEL)
        self.assertEqual(judged["items"][0], "b")


class Fitting(unittest.TestCase):
    def test_the_model_is_the_one_that_the_films_give(self):
        with open(HERE.parent / "webflix" / "films.csv", encoding="utf8", newline="") as file:
            fitted = fit.fit(csv.DictReader(file))
        self.assertEqual(json.loads((HERE / "model.json").read_text(encoding="utf8")), fitted)
        self.assertGreater(len(load_model(HERE / "model.json").years), 700)


class Reading(unittest.TestCase):
    def test_good_messages_are_read_whole(self):
        for path in sorted(GOLDEN.glob("requests.*.json")):
            batch = wire.read_envelope(wire.REQUESTS, path.read_bytes())
            _, bad = wire.split(batch, batch["criteria"][0])
            self.assertEqual(bad, [], path.name)

    def test_bad_messages_are_refused(self):
        accepted = {path.name for path in GOLDEN.glob("bad/requests.*.json") if not self.refuses(path)}
        self.assertEqual(accepted, NOT_OURS)

    def refuses(self, path):
        golden = json.loads(path.read_text(encoding="utf8"))
        try:
            batch = wire.read_envelope(golden["type"], golden.get("text") or json.dumps(golden["body"]))
        except wire.Malformed:
            return True
        return wire.split(batch, batch["criteria"][0])[1] != []

    def test_an_offset_is_the_smallest_seen_and_is_forgotten_after_minutes(self):
        offsets = wire.ClockOffsets()
        self.assertEqual(offsets.observe("g", 0, 40), 40)
        self.assertEqual(offsets.observe("g", 100, 105), 5)
        self.assertEqual(offsets.observe("g", 200, 260), 5)
        offsets.observe("g", 200_000, 200_050)
        self.assertEqual(offsets.observe("g", 400_000, 400_050), 50)


if __name__ == "__main__":
    unittest.main()
