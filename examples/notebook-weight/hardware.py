"""Weighs a notebook's hardware, in grams: a Medley scorer in plain Python, written against docs/protocol.md with pika alone.

Reads MEDLEY_AMQP_URL and MEDLEY_PREFIX. Ends on SIGTERM once what it holds is answered.
"""

import json
import os
import signal
import socket
import time

import pika

CRITERION = "hardware"
GRAMS = {"board": 180, "fan": 35, "ssd": 8, "battery-50wh": 230, "battery-80wh": 360, "keyboard": 120, "speakers": 40}
LATE_GRACE_MS = 30_000

prefix = os.environ.get("MEDLEY_PREFIX", "medley")
name = f"{CRITERION}-{socket.gethostname()}-{os.getpid()}"
smallest_offset_ms = {}
stopping = False


def now_ms():
    return time.time() * 1000


def weigh(request):
    """The one function a scorer is: (items, scores, label), or None to abstain."""
    parts = request.get("context", {}).get("hardware")
    candidates = request.get("candidates")
    if not isinstance(parts, list) or not candidates:
        return None
    unknown = [part for part in parts if part not in GRAMS]
    if unknown:
        raise ValueError(f"no such part: {unknown[0]}")
    grams = sum(GRAMS[part] for part in parts)
    return candidates, [grams] * len(candidates), ", ".join(parts)


def local_deadline_ms(batch, request, received_ms):
    sender = batch["sender"]
    offset = min(smallest_offset_ms.get(sender, float("inf")), received_ms - batch["sentAtMs"])
    smallest_offset_ms[sender] = offset
    return min(request["deadlineAtMs"] + offset, received_ms + request["remainingMs"])


def answer(batch, request, received_ms):
    begun = now_ms()
    partial = {
        "id": request["id"],
        "round": request["round"],
        "subject": f"{request['subject']['kind']}:{request['subject']['id']}",
        "deadlineAtMs": request["deadlineAtMs"],
        "items": [],
        "scores": [],
        "floor": None,
        "waitMs": max(0, begun - received_ms),
        "serviceMs": 0,
    }
    if begun >= local_deadline_ms(batch, request, received_ms):
        return {**partial, "outcome": "expired"}
    try:
        weighed = weigh(request)
    except Exception as error:  # whatever goes wrong is this request's alone
        return {**partial, "outcome": "failed", "detail": str(error)[:500], "serviceMs": now_ms() - begun}
    partial["serviceMs"] = max(0, now_ms() - begun)
    if weighed is None:
        return {**partial, "outcome": "abstained"}
    items, scores, label = weighed
    reasons = {"because": [0] * len(items), "labels": [label], "reason": "{}"}
    return {**partial, "outcome": "scored", "items": items, "scores": scores, **reasons}


def set_aside(publisher, part, kind, reason):
    headers = {"medley-reason": reason[:500], "medley-room": "scorer", "medley-origin-type": kind or ""}
    properties = pika.BasicProperties(type=kind, headers=headers, delivery_mode=2)
    publisher.basic_publish(f"{prefix}.dead-letter", f"{prefix}.dead.malformed", part, properties)


def answer_all(publisher, batch, received_ms):
    """The partials of one batch; a bad request is set aside and its neighbours live."""
    bit = 1 << batch["criteria"].index(CRITERION)
    partials = []
    for request in batch["requests"]:
        try:
            if request["mask"] & bit:
                partials.append(answer(batch, request, received_ms))
        except (KeyError, TypeError) as error:
            set_aside(publisher, json.dumps(request).encode(), "medley.requests.v1", f"{type(error).__name__}: {error}")
    return partials


def publish_partials(publisher, batch, partials):
    message = {
        "criterion": CRITERION,
        "lane": batch["lane"],
        "scorer": name,
        "sentAtMs": now_ms(),
        "model": None,
        "partials": partials,
    }
    durable = batch["lane"] == "durable"
    properties = pika.BasicProperties(
        type="medley.partials.v1",
        content_type="application/json",
        delivery_mode=2 if durable else 1,
        expiration=None if durable else str(LATE_GRACE_MS),
    )
    publisher.basic_publish(f"{prefix}.results", batch["results"], json.dumps(message).encode(), properties)


def on_requests(publisher):
    def handle(channel, method, properties, body):
        received_ms = now_ms()
        try:
            if properties.type != "medley.requests.v1":
                raise ValueError(f"type is {properties.type}, expected medley.requests.v1")
            batch = json.loads(body)
            partials = answer_all(publisher, batch, received_ms)
            if partials:
                publish_partials(publisher, batch, partials)
        except (ValueError, KeyError, TypeError) as error:
            set_aside(publisher, body, properties.type, f"{type(error).__name__}: {error}")
        # The publisher is in confirm mode: the broker has what was published, so the request may be settled.
        channel.basic_ack(method.delivery_tag)

    return handle


def connect():
    parameters = pika.URLParameters(os.environ.get("MEDLEY_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672"))
    parameters.heartbeat = 5
    return pika.BlockingConnection(parameters)


def serve():
    # Two connections: the broker may stop one that publishes, and consuming goes on.
    with connect() as consuming, connect() as publishing:
        publisher = publishing.channel()
        publisher.confirm_delivery()
        channel = consuming.channel()
        channel.basic_qos(prefetch_count=4)
        for lane in ("interactive", "durable"):
            channel.basic_consume(f"{prefix}.scorer.{CRITERION}.{lane}", on_requests(publisher))
        while not stopping:
            consuming.process_data_events(time_limit=0.2)
            publishing.process_data_events(time_limit=0)
        channel.cancel()


def stop(_signal, _frame):
    global stopping
    stopping = True


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping:
        try:
            serve()
        except (pika.exceptions.AMQPError, OSError) as error:
            print(json.dumps({"event": "broker-lost", "criterion": CRITERION, "error": repr(error)}), flush=True)
            time.sleep(1)
