"""Medley's messages as docs/protocol.md has them: what is read, what is written. Pure: the time comes as a parameter."""

import json

REQUESTS = "medley.requests.v1"
PARTIALS = "medley.partials.v1"
LATE_GRACE_MS = 30_000
"""How long a partial outlives its deadline: a late one is kept for the viewer's next answer."""
OFFSET_WINDOW_MS = 120_000
MOST_SENDERS = 1_000


class Malformed(ValueError):
    """Something that can't be read, and why. Blast radius: the request, or the message where its envelope is bad."""


def _expect(holds, says):
    if not holds:
        raise Malformed(says)


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value, least, most):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _texts(value, name):
    _expect(isinstance(value, list) and all(isinstance(one, str) and one for one in value), f"{name} must be a list of ids")


def read_envelope(message_type, body):
    """The batch as it came; its requests are checked one by one, so that a bad one takes no other along."""
    _expect(message_type == REQUESTS, f"type is {message_type}, expected {REQUESTS}")
    try:
        batch = json.loads(body)
    except ValueError as error:
        raise Malformed(f"not JSON: {error}") from error
    _expect(isinstance(batch, dict), "the body must be an object")
    _expect(batch.get("lane") in ("interactive", "durable"), "lane must be interactive or durable")
    _expect(isinstance(batch.get("sender"), str), "sender must be a text")
    _expect(_is_number(batch.get("sentAtMs")), "sentAtMs must be a number")
    _expect(isinstance(batch.get("results"), str), "results must be a routing key")
    criteria = batch.get("criteria")
    _expect(isinstance(criteria, list) and criteria and all(isinstance(one, str) for one in criteria), "criteria must be a list of names")
    _expect(isinstance(batch.get("requests"), list) and batch["requests"], "requests must be a list, and not empty")
    return batch


def check_request(request):
    """Checks what this scorer reads; fields it does not know may be of a later release."""
    _expect(isinstance(request, dict), "a request must be an object")
    _expect(isinstance(request.get("id"), str) and request["id"], "id must be a text")
    _expect(_is_whole(request.get("round"), 0, 1), "round must be 0 or 1")
    _expect(_is_whole(request.get("mask"), 0, 0x3FFFFFFF), "mask must be a whole number of 30 bits")
    _expect(_is_whole(request.get("topN"), 1, 1_000_000), "topN must be a whole number of at least 1")
    subject = request.get("subject")
    _expect(isinstance(subject, dict), "subject must be an object")
    _expect(subject.get("kind") in ("user", "session", "item"), "subject.kind must be user, session or item")
    _expect(isinstance(subject.get("id"), str) and subject["id"], "subject.id must be a text")
    profile = request.get("profile")
    _expect(isinstance(profile, dict), "profile must be an object")
    _texts(profile.get("items"), "profile.items")
    weights = profile.get("weights")
    _expect(isinstance(weights, list) and all(map(_is_number, weights)), "profile.weights must be a list of numbers")
    _expect(len(profile["items"]) == len(weights), "profile.items and profile.weights must have one length")
    for name in ("seen", "include"):
        _texts(request.get(name), name)
    if "candidates" in request:
        _texts(request["candidates"], "candidates")
    for name in ("dropProfile", "explain"):
        _expect(isinstance(request.get(name), bool), f"{name} must be true or false")
    for name in ("deadlineAtMs", "remainingMs"):
        _expect(_is_number(request.get(name)), f"{name} must be a number")
    _check_filters(request.get("filters", {}))


def _check_filters(filters):
    _expect(isinstance(filters, dict), "filters must be an object")
    for name in ("genres", "withoutGenres"):
        if name in filters:
            _texts(filters[name], f"filters.{name}")
    for name in ("yearFrom", "yearTo"):
        _expect(name not in filters or _is_number(filters[name]), f"filters.{name} must be a year")


def split(batch, criterion):
    """(the requests that ask this criterion, [(part, why)] of what can't be read)."""
    bit = 1 << batch["criteria"].index(criterion) if criterion in batch["criteria"] else 0
    good, bad = [], []
    for request in batch["requests"]:
        try:
            check_request(request)
        except Malformed as error:
            bad.append((request, str(error)))
        else:
            if request["mask"] & bit:
                good.append(request)
    return good, bad


class ClockOffsets:
    """The smallest (received - sent) seen of each sender in the last minutes: what its clock is off, and the way here."""

    def __init__(self):
        self._seen = {}

    def observe(self, sender, sent_at_ms, received_ms):
        offset = received_ms - sent_at_ms
        since, current, before = self._seen.pop(sender, (received_ms, offset, offset))
        if received_ms - since > OFFSET_WINDOW_MS:
            since, current, before = received_ms, offset, current
        current = min(current, offset)
        self._seen[sender] = (since, current, before)
        if len(self._seen) > MOST_SENDERS:
            del self._seen[next(iter(self._seen))]
        return min(current, before)


def local_deadline_ms(request, received_ms, offset_ms):
    """The deadline by this machine's clock: the earlier of the instant, corrected, and of what remained."""
    return min(request["deadlineAtMs"] + offset_ms, received_ms + request["remainingMs"])


def partial_of(request, outcome, fields):
    """One partial: who is meant, echoed, and what this scorer says."""
    return {
        "id": request["id"],
        "round": request["round"],
        "subject": f"{request['subject']['kind']}:{request['subject']['id']}",
        "deadlineAtMs": request["deadlineAtMs"],
        "outcome": outcome,
        "items": [],
        "scores": [],
        "floor": None,
        "waitMs": 0,
        "serviceMs": 0,
        **fields,
    }


def encode(message):
    return json.dumps(message, separators=(",", ":")).encode()
