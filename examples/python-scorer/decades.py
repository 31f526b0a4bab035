"""Judges films by their years: which decades a viewer watches, and what he has not seen of them.

Pure: (request, model) -> list. The model knows the year and the genres of each film, and nothing of any viewer: whom
it judges for, and what he watched, comes with the request.
"""

import json
import math
from dataclasses import dataclass

REACH_YEARS = 8
"""How far taste reaches: a film eight years from one he watched counts 1/e of one of the same year."""


@dataclass(frozen=True)
class Model:
    version: str
    years: dict
    genres: dict
    order: dict
    """Place of each film in the catalogue: what decides between films of one year."""


def load_model(path):
    """Reads what fit.py wrote."""
    with open(path, encoding="utf8") as file:
        stored = json.load(file)
    years = dict(zip(stored["items"], stored["years"]))
    genres = {item: frozenset(names.split("|")) for item, names in zip(stored["items"], stored["genres"])}
    return Model(stored["version"], years, genres, {item: at for at, item in enumerate(stored["items"])})


def watched(request, model):
    """(year, how much it says) of each film he watched that the model knows; of an item, the item itself."""
    if request["subject"]["kind"] == "item":
        history = [(request["subject"]["id"], 1)]
    else:
        profile = request["profile"]
        history = zip(profile["items"], profile["weights"])
    return [(model.years[item], weight) for item, weight in history if item in model.years]


def affinity_of(history):
    """A function of a year: the share of what he watched that lies near it, -1 to 1; what he disliked counts against."""
    total = sum(abs(weight) for _, weight in history)
    by_year = {}
    for at, weight in history:
        by_year[at] = by_year.get(at, 0) + weight

    def affinity(year):
        return sum(weight * math.exp(-abs(year - at) / REACH_YEARS) for at, weight in by_year.items()) / total

    return affinity


def passes(filters, item, model):
    """Whether the film passes the filters this model can judge; the aggregator checks all of them again."""
    year, genres = model.years[item], model.genres[item]
    if year < filters.get("yearFrom", year) or year > filters.get("yearTo", year):
        return False
    if "genres" in filters and genres.isdisjoint(filters["genres"]):
        return False
    return genres.isdisjoint(filters.get("withoutGenres", ()))


def dropped(request):
    """What must not be listed: seen, and not insisted on."""
    drop = set(request["seen"])
    if request["dropProfile"]:
        drop.update(request["profile"]["items"])
    return drop.difference(request["include"])


def rank(items, scores_by_year, model):
    return sorted(items, key=lambda item: (-scores_by_year[model.years[item]], model.order[item]))


def judge(request, model):
    """The fields of a partial that are this criterion's business; None to abstain."""
    history = watched(request, model)
    if not any(weight for _, weight in history):
        return None
    affinity = affinity_of(history)
    scores_by_year = {year: affinity(year) for year in set(model.years.values())}
    named = request.get("candidates")
    drop, filters, include = dropped(request), request.get("filters", {}), set(request["include"])
    fit = [
        item
        for item in (model.years if named is None else dict.fromkeys(named))
        if item in model.years and item not in drop and (item in include or passes(filters, item, model))
    ]
    ranked = rank(fit, scores_by_year, model)
    # Drop first, then cut: in the other order the row would come out short.
    items = ranked if named is not None else ranked[: request["topN"]]
    scores = [scores_by_year[model.years[item]] for item in items]
    judged = {"items": items, "scores": scores, "floor": scores[-1] if 0 < len(items) < len(ranked) else None}
    return {**judged, **reasons(items, history, model)} if request["explain"] else judged


def reasons(items, history, model):
    """A film's decade is the reason where he liked a film of it; another film has no reason of its own."""
    liked = {year // 10 for year, weight in history if weight > 0}
    labels = {}
    because = []
    for item in items:
        decade = model.years[item] // 10
        because.append(labels.setdefault(decade, len(labels)) if decade in liked else -1)
    return {
        "because": because,
        "labels": [f"{decade}0s" for decade in labels],
        "reason": "because you watch films of the {}",
    }
