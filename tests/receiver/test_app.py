"""The ASGI application: what it answers, what it has stored by then, and what it leaves alone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from baseten_sdk import ConfigurationError, ResponseValidationError
from baseten_sdk.receiver import MemoryStore, SQLiteStore, StoredDelivery, WebhookReceiver, app
from baseten_sdk.receiver.asgi import Message
from tests.receiver.deliveries import SECRET, Answer, body_of, call, deliver, scope_of, signed

pytestmark = pytest.mark.anyio

OTHER = "whsec_" + "o" * 40


class Faulty(MemoryStore):
    """Fails as often as it is told, and counts its writes."""

    def __init__(self, failures: int = 0) -> None:
        super().__init__()
        self.failures = failures
        self.writes: list[int] = []

    def add(self, deliveries: Sequence[StoredDelivery], /) -> None:
        self.writes.append(len(deliveries))
        if self.failures:
            self.failures -= 1
            raise OSError(28, "No space left on device")
        super().add(deliveries)


class Slow(Faulty):
    """Writes only while it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.began = threading.Event()
        self.let = threading.Event()
        self.written = threading.Event()

    def add(self, deliveries: Sequence[StoredDelivery], /) -> None:
        self.began.set()
        assert self.let.wait(60)
        super().add(deliveries)
        self.written.set()


@pytest.fixture
def store() -> Faulty:
    return Faulty()


@pytest.fixture
def receiver(store: Faulty) -> WebhookReceiver:
    return WebhookReceiver(secrets=[SECRET], store=store)


async def test_a_delivery_is_stored_and_then_acknowledged(receiver: WebhookReceiver, store: Faulty) -> None:
    body = body_of("r1", {"text": "é"})
    before = time.time()
    answer = await deliver(receiver, body)
    assert (answer.status, answer.body) == (200, b"stored\n")
    delivery = store.get("r1")
    assert delivery is not None
    assert delivery.body == body
    assert before <= delivery.received_at <= time.time()


@pytest.mark.parametrize(
    ("query", "tag"),
    [
        (b"baseten_tag=job.1%2F2&x=1", "job.1/2"),
        (b"x=1&baseten_tag=a&baseten_tag=b", "a"),
        (b"x=1", None),
        (b"baseten_tag=", None),
        (b"\xff&=&%", None),
    ],
)
async def test_the_tag_in_the_url_is_kept(
    receiver: WebhookReceiver, store: Faulty, query: bytes, tag: str | None
) -> None:
    body = body_of("r1")
    assert (await call(receiver, {**scope_of(signed(body)), "query_string": query}, [body])).status == 200
    delivery = store.get("r1")
    assert delivery is not None
    assert delivery.tag == tag


async def test_a_body_in_pieces_is_one_body(receiver: WebhookReceiver, store: Faulty) -> None:
    body = body_of("r1", "é" * 100)
    answer = await call(receiver, scope_of(signed(body)), [body[:10], b"", body[10:50], body[50:]])
    assert answer.status == 200
    assert store.get("r1") is not None


async def test_a_second_delivery_of_one_request_is_acknowledged_and_passed_over(
    receiver: WebhookReceiver, store: Faulty
) -> None:
    first, second = body_of("r1", "first"), body_of("r1", "second")
    assert (await deliver(receiver, first)).status == 200
    assert (await deliver(receiver, second)).status == 200
    assert [each.body for each in store] == [first]


async def test_requests_are_told_apart_by_the_signed_id(receiver: WebhookReceiver, store: Faulty) -> None:
    body = body_of("r1")
    headers = [*signed(body), (b"x-baseten-request-id", b"another")]
    assert (await call(receiver, scope_of(headers), [body])).status == 200
    assert [each.request_id for each in store] == ["r1"]


async def test_both_secrets_hold_while_one_is_rotated() -> None:
    receiver = WebhookReceiver(secrets=[OTHER, SECRET], store=MemoryStore())
    body = body_of("r1")
    for secrets in (SECRET, OTHER, [OTHER, SECRET], ["whsec_unknown", SECRET]):
        assert (await deliver(receiver, body, secrets)).status == 200
    assert (await deliver(receiver, body, "whsec_unknown")).status == 401


@pytest.mark.parametrize(
    "headers",
    [
        [(b"x-baseten-signature", b"v1=" + b"0" * 64)],
        [(b"x-baseten-signature", b"v2=x, V1 = " + b"A" * 64 + b" ,\xff")],
        signed(b"another body"),
    ],
)
async def test_a_wrong_signature_is_refused_without_a_reason(
    receiver: WebhookReceiver,
    store: Faulty,
    headers: list[tuple[bytes, bytes]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = await call(receiver, scope_of(headers), [body_of("r1")])
    assert (answer.status, answer.body) == (401, b"unauthorized\n")
    assert "No signature of the webhook request fits" in caplog.text
    assert SECRET not in caplog.text
    assert store.writes == []


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"x-baseten-signature", b" ")],
        [(b"signature", b"v1=" + b"0" * 64)],
        [(b"x-baseten-signature", b"v1=")],
        [(b"x-baseten-signature", b"v1=" + b"0" * 63)],
        [(b"x-baseten-signature", b"v1=" + b"g" * 64)],
        [(b"x-baseten-signature", b"v2=" + b"0" * 64)],
        [(b"x-baseten-signature", b"\xff\xfe,,=v1")],
    ],
)
async def test_what_is_not_signed_is_refused_before_its_body_is_read(
    receiver: WebhookReceiver, store: Faulty, headers: list[tuple[bytes, bytes]]
) -> None:
    answer = await call(receiver, scope_of(headers), [body_of("r1")])
    assert (answer.status, answer.messages_read) == (401, 0)
    assert answer.headers[b"connection"] == b"close"  # nor is the rest of it
    assert store.writes == []


async def test_unsigned_deliveries_are_taken_by_explicit_choice_alone() -> None:
    receiver = WebhookReceiver(secrets=[], store=MemoryStore(), allow_unsigned=True)
    assert (await call(receiver, scope_of([]), [body_of("r1")])).status == 200
    assert receiver.store.get("r1") is not None
    assert (await deliver(receiver, body_of("r2"))).status == 401  # signed, and by nobody that is known


@pytest.mark.parametrize(("age", "status"), [(0, 200), (290, 200), (310, 401), (-290, 200), (-310, 401)])
async def test_an_old_delivery_is_refused(receiver: WebhookReceiver, age: float, status: int) -> None:
    assert (await deliver(receiver, body_of("r1", at=time.time() - age))).status == status


async def test_the_age_may_be_of_no_interest() -> None:
    receiver = WebhookReceiver(secrets=SECRET, store=MemoryStore(), tolerance=None)
    assert (await deliver(receiver, body_of("r1", at=0))).status == 200


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"request_id": ""}', b'{"request_id": 7}', b"\xff", b"[" * 99999]
)
async def test_what_is_signed_but_no_delivery_is_a_bad_request(
    receiver: WebhookReceiver, store: Faulty, body: bytes
) -> None:
    assert (await deliver(receiver, body)).status == 400
    assert store.writes == []


async def test_a_large_body_is_read_beside_the_others(receiver: WebhookReceiver, store: Faulty) -> None:
    body = body_of("r1", "x" * app.LARGE)
    assert (await deliver(receiver, body)).status == 200
    assert (await deliver(receiver, body + b" ")).status == 200
    assert (await call(receiver, scope_of(signed(body)), [body + b" "])).status == 401
    assert [each.body for each in store] == [body]


async def test_a_body_is_bounded(store: Faulty, caplog: pytest.LogCaptureFixture) -> None:
    body = body_of("r1", "x" * 100)
    receiver = WebhookReceiver(secrets=SECRET, store=store, max_body=len(body))
    assert (await deliver(receiver, body)).status == 200
    longer = body + b" "
    answer = await call(receiver, scope_of(signed(longer)), [body, b" ", b"never read"])
    assert (answer.status, answer.messages_read) == (413, 2)
    told = [*signed(longer), (b"content-length", str(len(longer)).encode())]
    answer = await call(receiver, scope_of(told), [longer])
    assert (answer.status, answer.messages_read) == (413, 0)
    assert f"max_body={len(body)}" in caplog.text


@pytest.mark.parametrize("digits", [b"9" * 19, b"9" * 5000])
async def test_a_length_of_thousands_of_digits_is_too_large(
    receiver: WebhookReceiver, store: Faulty, digits: bytes
) -> None:
    body = body_of("r1")
    answer = await call(receiver, scope_of([*signed(body), (b"content-length", digits)]), [body])
    assert (answer.status, answer.messages_read) == (413, 0)


async def test_bodies_that_are_being_read_have_a_bound_together(store: Faulty) -> None:
    body = body_of("r1")
    receiver = WebhookReceiver(secrets=SECRET, store=store, max_body=len(body))
    answers: list[int] = []
    unfinished = anyio.Event()

    async def half() -> None:
        pieces = [body[:-1], body[-1:]]

        async def receive() -> Message:
            if len(pieces) == 1:
                await unfinished.wait()
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                assert isinstance(message["status"], int)
                answers.append(message["status"])

        await receiver(scope_of(signed(body)), receive, send)

    async with anyio.create_task_group() as tasks:
        for _ in range(app.BODIES):
            tasks.start_soon(half)
        await anyio.wait_all_tasks_blocked()
        answer = await deliver(receiver, body)
        assert (answer.status, answer.body) == (503, b"busy\n")  # Baseten tries again
        unfinished.set()
    assert answers == [200] * app.BODIES
    assert (await deliver(receiver, body)).status == 200


@pytest.mark.parametrize(
    "data",
    [
        "9" * 5000,
        "-" + "9" * 5000,
        "[" * 5000 + "]" * 5000,
        '{"a":' * 5000 + "1" + "}" * 5000,
        '{"request_id": "another", "x": ' + "[" * 5000 + "]" * 5000 + "}",
        '["' + '\\"' * 100_000 + '", ' + "8" * 100_000 + "]",
    ],
)
@pytest.mark.parametrize("last", [False, True])
async def test_what_is_signed_and_cannot_be_parsed_is_stored(
    receiver: WebhookReceiver, store: Faulty, data: str, last: bool
) -> None:
    plain = body_of("r1", "DATA").decode()
    body = plain.replace('"DATA"', data)
    if last:
        body = f'{{"data": {data}, {plain[1:]}'.replace('"data": "DATA"', '"more": null')
    assert (await deliver(receiver, body.encode())).status == 200
    delivery = store.get("r1")
    assert delivery is not None
    assert delivery.body == body.encode()
    with pytest.raises(ResponseValidationError, match="async request r1 cannot be parsed") as caught:
        delivery.result()
    assert caught.value.request_id == "r1"


async def test_what_cannot_be_parsed_is_refused_when_it_is_old(receiver: WebhookReceiver) -> None:
    body = body_of("r1", "DATA", at=time.time() - 400).replace(b'"DATA"', b"9" * 5000)
    assert (await deliver(receiver, body)).status == 401


async def test_a_refusal_has_no_header_that_its_protocol_does_not_know(receiver: WebhookReceiver) -> None:
    answer = await call(receiver, {**scope_of([]), "http_version": "2"})
    assert (answer.status, b"connection" in answer.headers) == (401, False)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_only_posts_are_taken(receiver: WebhookReceiver, method: str) -> None:
    answer = await call(receiver, scope_of([], method))
    assert (answer.status, answer.headers[b"allow"]) == (405, b"POST")


@pytest.mark.parametrize(
    ("own", "path", "root", "status"),
    [
        (None, "/anything", "", 200),
        ("/hook", "/hook", "", 200),
        ("hook/", "/hook/", "", 200),
        ("/hook", "/", "", 404),
        ("/hook", "/hooks", "", 404),
        ("/hook", "/mounted/hook", "/mounted", 200),
        ("/", "/mounted", "/mounted", 200),
        ("/", "/mounted/", "/mounted", 200),
        ("/", "/mounted-too", "/mounted", 404),
        ("/hook", "/hook", "/mounted", 200),
    ],
)
async def test_a_path_may_be_the_only_one(own: str | None, path: str, root: str, status: int) -> None:
    receiver = WebhookReceiver(secrets=SECRET, store=MemoryStore(), path=own)
    body = body_of("r1")
    assert (await call(receiver, scope_of(signed(body), path=path, root=root), [body])).status == status


async def test_a_client_that_goes_away_leaves_nothing(receiver: WebhookReceiver, store: Faulty) -> None:
    body = body_of("r1")
    answer = await call(receiver, scope_of(signed(body)), [body[:20], None])
    assert answer.status == 0
    assert store.writes == []


async def test_a_body_that_does_not_come_is_given_up(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "BODY_SECONDS", 0.01)
    statuses: list[object] = []

    async def never() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Message) -> None:
        statuses.append(message.get("status"))

    await receiver(scope_of(signed(b"")), never, send)
    assert statuses[0] == 408


async def test_a_store_that_fails_is_answered_with_503_and_the_next_attempt_is_stored(
    receiver: WebhookReceiver, store: Faulty, caplog: pytest.LogCaptureFixture
) -> None:
    store.failures = 1
    body = body_of("r1", "precious")
    answer = await deliver(receiver, body)
    assert (answer.status, answer.body) == (503, b"could not be stored\n")
    assert "No space left on device" in caplog.text
    assert "precious" not in caplog.text
    assert (await deliver(receiver, body)).status == 200
    assert [each.body for each in store] == [body]


async def test_a_closed_store_is_answered_with_503(tmp_path: Path) -> None:
    receiver = WebhookReceiver(secrets=SECRET, store=tmp_path / "results.sqlite")
    assert (await deliver(receiver, body_of("r1"))).status == 200
    receiver.close()
    assert (await deliver(receiver, body_of("r2"))).status == 503


async def test_deliveries_that_come_during_a_write_share_the_next_one() -> None:
    store = Slow()
    receiver = WebhookReceiver(secrets=SECRET, store=store)
    answers: list[Answer] = []

    async def one(number: int) -> None:
        answers.append(await deliver(receiver, body_of(f"r{number}")))

    async with anyio.create_task_group() as group:
        group.start_soon(one, 0)
        await anyio.to_thread.run_sync(store.began.wait, 10)
        for number in range(1, 50):
            group.start_soon(one, number)
        await anyio.wait_all_tasks_blocked()
        assert answers == []
        store.let.set()
    assert [answer.status for answer in answers] == [200] * 50
    assert len(store) == 50
    assert store.writes == [1, 49]


async def test_a_write_that_fails_fails_for_those_who_shared_it() -> None:
    store = Slow()
    store.failures = 2
    receiver = WebhookReceiver(secrets=SECRET, store=store)
    answers: list[int] = []

    async def one(number: int) -> None:
        answers.append((await deliver(receiver, body_of(f"r{number}"))).status)

    async with anyio.create_task_group() as group:
        group.start_soon(one, 0)
        await anyio.to_thread.run_sync(store.began.wait, 10)
        for number in range(1, 5):
            group.start_soon(one, number)
        await anyio.wait_all_tasks_blocked()
        store.let.set()
    assert answers == [503] * 5
    assert (await deliver(receiver, body_of("r1"))).status == 200


async def test_a_store_that_hangs_is_answered_with_503_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "STORE_TIMEOUT", 0.05)
    store = Slow()
    receiver = WebhookReceiver(secrets=SECRET, store=store)
    try:
        assert (await deliver(receiver, body_of("r1"))).status == 503
    finally:
        store.let.set()
    await anyio.to_thread.run_sync(store.written.wait, 10)
    assert store.get("r1") is not None
    assert (await deliver(receiver, body_of("r1"))).status == 200
    assert len(store) == 1


async def test_a_cancelled_request_does_not_cost_the_others_theirs() -> None:
    store = Slow()
    receiver = WebhookReceiver(secrets=SECRET, store=store)
    statuses: list[int] = []

    async def one(name: str) -> None:
        statuses.append((await deliver(receiver, body_of(name))).status)

    async with anyio.create_task_group() as group:
        async with anyio.create_task_group() as doomed:
            doomed.start_soon(one, "r0")
            await anyio.to_thread.run_sync(store.began.wait, 10)
            group.start_soon(one, "r1")
            await anyio.wait_all_tasks_blocked()
            doomed.cancel_scope.cancel()
        store.let.set()
    assert statuses == [200]
    assert store.get("r1") is not None


async def test_listeners_are_told_of_what_is_stored(
    receiver: WebhookReceiver, store: Faulty, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []

    def broken(deliveries: Sequence[StoredDelivery]) -> None:
        raise ValueError("a bug")

    def listen(deliveries: Sequence[StoredDelivery]) -> None:
        assert all(store.get(each.request_id) is not None for each in deliveries)
        told.extend(each.request_id for each in deliveries)

    receiver.subscribe(broken)
    stop = receiver.subscribe(listen)
    assert (await deliver(receiver, body_of("r1"))).status == 200
    store.failures = 1
    assert (await deliver(receiver, body_of("r2"))).status == 503
    stop()
    stop()
    assert (await deliver(receiver, body_of("r3"))).status == 200
    assert told == ["r1"]
    assert [record.levelno for record in caplog.records if "listener" in record.message] == [logging.ERROR] * 2


async def test_its_life_is_supported_and_closes_a_store_that_is_its_own(tmp_path: Path) -> None:
    receiver = WebhookReceiver(secrets=SECRET, store=tmp_path / "results.sqlite")
    pending = ["lifespan.startup", "lifespan.shutdown"]
    sent: list[object] = []

    async def receive() -> Message:
        return {"type": pending.pop(0)}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    await receiver({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert (await deliver(receiver, body_of("r1"))).status == 503


async def test_a_store_that_is_yours_stays_open(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "results.sqlite")
    with WebhookReceiver(secrets=SECRET, store=store) as receiver:
        assert (await deliver(receiver, body_of("r1"))).status == 200
    assert store.get("r1") is not None
    store.close()


async def test_other_protocols_are_turned_away(receiver: WebhookReceiver) -> None:
    sent: list[object] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    await receiver({"type": "websocket"}, receive, send)
    assert sent == ["websocket.close"]
    with pytest.raises(RuntimeError, match="telnet"):
        await receiver({"type": "telnet"}, receive, send)


def test_one_receiver_serves_one_event_loop_after_another(store: Faulty) -> None:
    receiver = WebhookReceiver(secrets=SECRET, store=store)
    for number, backend in enumerate(["asyncio", "trio", "asyncio"]):
        assert anyio.run(deliver, receiver, body_of(f"r{number}"), backend=backend).status == 200
    assert len(store) == 3


@pytest.mark.parametrize("secrets", ["", " ", [], [""]])
def test_a_receiver_without_secrets_is_refused(secrets: str | list[str]) -> None:
    with pytest.raises(ConfigurationError, match="secrets"):
        WebhookReceiver(secrets=secrets, store=MemoryStore())


def test_other_arguments_are_checked() -> None:
    with pytest.raises(ConfigurationError, match="max_body"):
        WebhookReceiver(secrets=SECRET, store=MemoryStore(), max_body=0)
    with pytest.raises(ConfigurationError, match="tolerance"):
        WebhookReceiver(secrets=SECRET, store=MemoryStore(), tolerance=0)


def test_secrets_are_in_no_repr(receiver: WebhookReceiver) -> None:
    assert SECRET not in repr(receiver)
    assert SECRET not in repr(vars(receiver)["store"])
