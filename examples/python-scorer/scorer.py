"""A Medley scorer in plain Python: judges films by their decades, written against docs/protocol.md with pika alone.

What it judges is in decades.py, what goes over the wire in wire.py; here is the broker. Reads MEDLEY_AMQP_URL,
MEDLEY_PREFIX, MEDLEY_CRITERION, MEDLEY_GENERATION, MEDLEY_OPS_PORT and DECADES_MODEL. Ends on SIGTERM once what it holds is answered.
"""

import json
import os
import signal
import socket
import sys
import time
from collections import deque

import pika
from pika.exceptions import AMQPError, ChannelClosedByBroker, NackError, UnroutableError

import ops
import wire
from decades import judge, load_model

URL = os.environ.get("MEDLEY_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672")
PREFIX = os.environ.get("MEDLEY_PREFIX", "medley")
CRITERION = os.environ.get("MEDLEY_CRITERION", "decades")
OPS_PORT = os.environ.get("MEDLEY_OPS_PORT")
GENERATION = int(os.environ.get("MEDLEY_GENERATION", "0"))
MODEL = os.environ.get("DECADES_MODEL", os.path.join(os.path.dirname(os.path.abspath(__file__)), "model.json"))
NAME = f"{CRITERION}-{socket.gethostname()}-{os.getpid()}"
PREFETCH = {"interactive": 8, "durable": 2}
"""What is held no other replica can take: some milliseconds' worth, for a request takes about one."""
PAUSE_S = 1
MOST_MOVES = 5
"""How many generations of the interactive queue are looked for beyond the one that was told."""

DURABLE = f"{PREFIX}.scorer.{CRITERION}.durable"
AGAIN = f"{PREFIX}.scorer.{CRITERION}.again"

stopping = False
serving = False


def say(event, **fields):
    print(json.dumps({"event": event, "criterion": CRITERION, **fields}), flush=True)


def now_ms():
    return time.time() * 1000


def interactive_queue(generation):
    return f"{PREFIX}.scorer.{CRITERION}.interactive" + (f".g{generation}" if generation else "")


def is_there(connection, queue):
    channel = connection.channel()
    try:
        channel.queue_declare(queue, passive=True)
    except ChannelClosedByBroker:
        return False
    channel.close()
    return True


def home_queue(connection):
    """The latest interactive queue there is: it moves under a new name when the broker loses the node it was on."""
    names = [interactive_queue(GENERATION + moves) for moves in range(MOST_MOVES + 1)]
    return next((name for name in reversed(names) if is_there(connection, name)), names[0])


class Lane:
    """One lane's channel, and what came by it and is not settled."""

    def __init__(self, connection, name, queue):
        self.name, self.queue = name, queue
        self.held = deque()
        self.channel = connection.channel()
        self.channel.basic_qos(prefetch_count=PREFETCH[name])
        self.channel.add_on_cancel_callback(self._cancelled)
        self.tag = self.channel.basic_consume(queue, self._take)

    def _take(self, _channel, method, properties, body):
        self.held.append((method, properties, body, now_ms()))

    def _cancelled(self, _frame):
        raise AMQPError(f"the broker cancelled {self.queue}")


class Service:
    """Everything on two connections: the broker may stop one that publishes, and consuming goes on."""

    def __init__(self, model, consuming, publishing):
        self.model = model
        self.offsets = wire.ClockOffsets()
        self.consuming, self.publishing = consuming, publishing
        self.publisher = publishing.channel()
        self.publisher.confirm_delivery()
        self.lanes = [Lane(consuming, "interactive", home_queue(consuming)), Lane(consuming, "durable", DURABLE)]

    def publish(self, exchange, key, body, properties):
        """Returns once the broker has confirmed it; what no queue takes any more has nobody who waits for it."""
        try:
            self.publisher.basic_publish(exchange, key, body, properties)
        except UnroutableError:
            pass

    def set_aside(self, part, kind, reason):
        headers = {"medley-reason": reason[:500], "medley-room": "scorer", "medley-origin-type": kind or ""}
        properties = pika.BasicProperties(type=kind, headers=headers, delivery_mode=2)
        try:
            self.publish(f"{PREFIX}.dead-letter", f"{PREFIX}.dead.malformed", part, properties)
        except NackError:
            say("malformed-dropped", reason=reason)  # nobody can read it, and nobody wants to keep it

    def send_partial(self, batch, partial):
        message = {
            "criterion": CRITERION,
            "lane": batch["lane"],
            "scorer": NAME,
            "sentAtMs": now_ms(),
            "model": self.model.version,
            "partials": [partial],
        }
        durable = batch["lane"] == "durable"
        remaining_ms = max(0, int(partial["deadlineAtMs"] - batch["sentAtMs"]))
        properties = pika.BasicProperties(
            type=wire.PARTIALS,
            content_type="application/json",
            delivery_mode=2 if durable else 1,
            expiration=None if durable else str(min(600_000, remaining_ms) + wire.LATE_GRACE_MS),
        )
        self.publish(f"{PREFIX}.results", batch["results"], wire.encode(message), properties)

    def send_again(self, batch, request, remaining_ms):
        """One request of a durable batch as a message of its own: if it kills us, it takes no other along."""
        alone = {**batch, "requests": [{**request, "remainingMs": remaining_ms}]}
        properties = pika.BasicProperties(type=wire.REQUESTS, content_type="application/json", delivery_mode=2)
        self.publish(AGAIN, DURABLE, wire.encode(alone), properties)

    def answer(self, request, sent_ms, deadline_ms):
        begun_ms = now_ms()
        wait = {"waitMs": max(0, begun_ms - sent_ms)}
        if begun_ms >= deadline_ms:
            return wire.partial_of(request, "expired", wait)
        started = time.perf_counter()
        try:
            judged = judge(request, self.model)
            outcome, fields = ("abstained", {}) if judged is None else ("scored", judged)
        except Exception as error:  # whatever goes wrong is this request's alone
            outcome, fields = "failed", {"detail": repr(error)[:500]}
        return wire.partial_of(request, outcome, {**fields, **wait, "serviceMs": (time.perf_counter() - started) * 1000})

    def handle(self, method, properties, body, received_ms):
        """Everything a message asks for, published and confirmed."""
        try:
            batch = wire.read_envelope(properties.type, body)
        except wire.Malformed as error:
            self.set_aside(body, properties.type, str(error))
            return
        requests, bad = wire.split(batch, CRITERION)
        for part, reason in bad:
            self.set_aside(wire.encode({**batch, "requests": [part]}), wire.REQUESTS, reason)
        offset_ms = self.offsets.observe(batch["sender"], batch["sentAtMs"], received_ms)
        sent_ms = min(received_ms, batch["sentAtMs"] + offset_ms)
        apart = method.redelivered and batch["lane"] == "durable" and len(requests) > 1
        for request in requests:
            deadline_ms = wire.local_deadline_ms(request, received_ms, offset_ms)
            if apart:
                self.send_again(batch, request, max(0, deadline_ms - now_ms()))
            else:
                self.send_partial(batch, self.answer(request, sent_ms, deadline_ms))

    def work(self):
        """Settles one message, an interactive one before a durable one; False where none is held."""
        for lane in self.lanes:
            if not lane.held:
                continue
            method, properties, body, received_ms = lane.held.popleft()
            try:
                self.handle(method, properties, body, received_ms)
            except NackError as error:
                say("publish-refused", lane=lane.name, error=repr(error))
                self.consuming.sleep(PAUSE_S)  # heartbeats go on
                lane.channel.basic_nack(method.delivery_tag, requeue=True)
                return True
            # All of it is confirmed: only now may the broker forget the request.
            lane.channel.basic_ack(method.delivery_tag)
            return True
        return False

    def run(self):
        worked = False
        while not stopping:
            self.consuming.process_data_events(time_limit=0 if worked else 0.2)
            self.publishing.process_data_events(time_limit=0)
            worked = self.work()
        for lane in self.lanes:
            lane.channel.basic_cancel(lane.tag)
        while self.work():
            self.consuming.process_data_events(time_limit=0)


def connect():
    parameters = pika.URLParameters(URL)
    parameters.heartbeat = 5
    return pika.BlockingConnection(parameters)


def stop(_signal, _frame):
    global stopping
    stopping = True


def main():
    global serving
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    model = load_model(MODEL)
    if OPS_PORT:
        ops.start(int(OPS_PORT), lambda: serving and not stopping)
    say("model", version=model.version, items=len(model.years))
    while not stopping:
        try:
            with connect() as consuming, connect() as publishing:
                service = Service(model, consuming, publishing)
                serving = True
                say("serving", queues=[lane.queue for lane in service.lanes])
                service.run()
        except (AMQPError, OSError) as error:
            # Not there yet, gone, or its user is: whoever makes queues and users is at it. Unsettled work comes back.
            serving = False
            say("broker-lost", error=repr(error))
            time.sleep(PAUSE_S)
    say("ended")


if __name__ == "__main__":
    sys.exit(main())
