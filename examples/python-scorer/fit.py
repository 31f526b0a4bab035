"""Fits the model of decades.py: `python3 fit.py films.csv > model.json`.

A film's row needs `id`, `year` and `genres` (`Horror|Mystery`); one without a year is left out, for there is nothing to
judge it by. This is the whole training of this criterion; another one would read its watches here, overnight.
"""

import csv
import hashlib
import json
import sys


def fit(rows):
    known = [row for row in rows if row["year"].isdigit()]
    columns = {
        "items": [row["id"] for row in known],
        "years": [int(row["year"]) for row in known],
        "genres": [row["genres"] for row in known],
    }
    version = hashlib.sha256(json.dumps(columns).encode()).hexdigest()[:12]
    return {"version": version, **columns}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf8", newline="") as file:
        print(json.dumps(fit(csv.DictReader(file)), separators=(",", ":")))
