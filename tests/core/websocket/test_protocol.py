"""Messages out of frames: however they are cut, and whatever a server does against the rules."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side

from baseten_sdk._core.websocket.closing import Closing
from baseten_sdk._core.websocket.protocol import Handshake, MessageProtocol
from baseten_sdk.types.meta import Headers
from tests.faults.frames import agreement, binary, closing, frame, text

MOST = 1000


def sent(pieces: list[bytes]) -> list[tuple[Opcode, bytes]]:
    """The frames of a client, as a server reads them."""
    server = Protocol(Side.SERVER, max_size=None)
    for piece in pieces:
        if piece:
            server.receive_data(piece)
    assert server.parser_exc is None
    return [(event.opcode, bytes(event.data)) for event in server.events_received() if isinstance(event, Frame)]


def fed(data: bytes) -> tuple[MessageProtocol, list[tuple[Opcode, bytes]]]:
    protocol = MessageProtocol(MOST)
    return protocol, sent(protocol.feed(data))


def test_messages_are_text_or_bytes_in_their_order() -> None:
    protocol, replies = fed(text("é") + binary(b"\xff") + text(""))
    assert [*protocol.messages] == ["é", b"\xff", ""]
    assert replies == []
    assert protocol.closing is None


FRAGMENTED = (
    frame(Opcode.TEXT, b"caf\xc3", fin=False)
    + frame(Opcode.PING, b"in between")
    + frame(Opcode.CONT, b"\xa9 ", fin=False)
    + frame(Opcode.PONG, b"never asked for")
    + frame(Opcode.CONT, b"noir")
    + frame(Opcode.BINARY, b"", fin=False)
    + frame(Opcode.CONT, b"\x00\x01")
    + text("end")
)


def test_fragments_are_one_message_though_pings_come_between_them() -> None:
    protocol, replies = fed(FRAGMENTED)
    assert [*protocol.messages] == ["café noir", b"\x00\x01", "end"]
    assert replies == [(Opcode.PONG, b"in between")]


@given(st.lists(st.integers(0, len(FRAGMENTED)), max_size=8))
def test_where_the_bytes_are_cut_means_nothing(cuts: list[int]) -> None:
    ends = sorted({0, len(FRAGMENTED), *cuts})
    protocol = MessageProtocol(MOST)
    replies = [each for a, b in pairwise(ends) for each in protocol.feed(FRAGMENTED[a:b])]
    assert [*protocol.messages] == ["café noir", b"\x00\x01", "end"]
    assert sent(replies) == [(Opcode.PONG, b"in between")]


VIOLATIONS = {
    "a reserved bit": (frame(Opcode.TEXT, b"x", reserved=4), 1002),
    "another reserved bit": (frame(Opcode.BINARY, b"x", reserved=1), 1002),
    "a reserved opcode": (frame(3, b"x"), 1002),
    "a reserved control opcode": (frame(11, b"x"), 1002),
    "a mask": (frame(Opcode.TEXT, b"x", masked=True), 1002),
    "a ping in fragments": (frame(Opcode.PING, b"x", fin=False), 1002),
    "a ping that is too long": (frame(Opcode.PING, b"x" * 126), 1002),
    "a continuation of nothing": (frame(Opcode.CONT, b"x"), 1002),
    "text inside of text": (frame(Opcode.TEXT, b"x", fin=False) + text("y"), 1002),
    "a close inside of text": (frame(Opcode.TEXT, b"x", fin=False) + closing(), 1002),
    "half a close code": (frame(Opcode.CLOSE, b"\x03"), 1002),
    "a close code for nobody": (closing(1005), 1002),
    "a close code below all": (closing(999), 1002),
    "text that is not UTF-8": (frame(Opcode.TEXT, b"\xff"), 1007),
    "fragments that are not UTF-8 together": (frame(Opcode.TEXT, b"\xc3", fin=False) + frame(Opcode.CONT, b"x"), 1007),
    "half a character at the end": (frame(Opcode.TEXT, b"a\xc3"), 1007),
    "half a pair of surrogates": (frame(Opcode.TEXT, b"\xed\xa0\x80"), 1007),
    "a message that is too large": (binary(b"x" * (MOST + 1)), 1009),
    "the head of a huge one": (b"\x82\x7f" + (1 << 40).to_bytes(8), 1009),
    "fragments that are too large together": (
        frame(Opcode.BINARY, b"x" * MOST, fin=False) + frame(Opcode.CONT, b"x"),
        1009,
    ),
}


@pytest.mark.parametrize(("data", "code"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_a_violation_closes_with_its_code_and_what_came_before_it_counts(data: bytes, code: int) -> None:
    protocol, replies = fed(text("before") + data + text("after"))
    assert [*protocol.messages] == ["before"]
    assert protocol.closing is not None
    assert protocol.closing.violation
    assert protocol.closing.code == code
    ((opcode, payload),) = replies
    assert (opcode, int.from_bytes(payload[:2])) == (Opcode.CLOSE, code)
    assert not protocol.open


def test_the_largest_message_is_taken() -> None:
    protocol, _ = fed(binary(b"x" * MOST) + frame(Opcode.BINARY, b"x" * (MOST - 1), fin=False) + frame(0, b"x"))
    assert [len(message) for message in protocol.messages] == [MOST, MOST]


@pytest.mark.parametrize(("code", "known"), [(1000, 1000), (1011, 1011), (3000, 3000), (4999, 4999), (None, 1005)])
def test_a_close_frame_is_answered_in_kind(code: int | None, known: int) -> None:
    reason = "" if code is None else "bye"
    protocol, replies = fed(text("last") + closing(code, reason) + text("too late"))
    assert [*protocol.messages] == ["last"]
    assert protocol.closing == Closing(known, reason)
    assert replies == sent([frame(8, (b"" if code is None else code.to_bytes(2)) + reason.encode(), masked=True)])


def test_an_end_without_a_close_frame_is_abnormal_unless_this_side_closed() -> None:
    protocol, _ = fed(text("x"))
    protocol.feed(b"")
    assert protocol.closing == Closing(1006, "")
    left = MessageProtocol(MOST)
    assert sent(left.close(1000, "done")) == [(Opcode.CLOSE, b"\x03\xe8done")]
    left.feed(b"")
    assert left.closing == Closing(1006, "", ours=True)
    assert left.close(1000, "again") == []


def test_this_side_closes_and_what_was_under_way_still_comes() -> None:
    protocol = MessageProtocol(MOST)
    protocol.close(1000, "")
    protocol.feed(text("under way") + closing(1000))
    assert [*protocol.messages] == ["under way"]
    assert protocol.closing == Closing(1000, "", ours=True)


def test_what_is_sent_is_masked_and_read_by_a_server() -> None:
    protocol = MessageProtocol(MOST)
    pieces = [*protocol.send(True, "é".encode()), *protocol.send(False, b"x" * 70_000), *protocol.ping()]
    assert all(piece[1] & 0x80 for piece in pieces)
    assert sent(pieces) == [(Opcode.TEXT, "é".encode()), (Opcode.BINARY, b"x" * 70_000), (Opcode.PING, b"")]


def answered(lines: str) -> Headers:
    pairs = [line.partition(": ") for line in lines.splitlines()]
    return Headers((name, value) for name, _, value in pairs)


def test_a_handshake_takes_the_answer_to_its_own_key() -> None:
    handshake = Handshake()
    request = "".join(f"\r\n{name}: {value}" for name, value in handshake.headers).encode() + b"\r\n"
    good = agreement(request)
    assert handshake.problem(answered(good)) is None
    other = agreement(b"\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n")
    for bad in (
        other,
        good.replace("Upgrade: websocket\r\n", ""),
        good.replace("Connection: Upgrade\r\n", ""),
        good.replace("Upgrade: websocket", "Upgrade: h2c"),
        good + "Sec-WebSocket-Extensions: permessage-deflate\r\n",
        good + "Sec-WebSocket-Protocol: chat\r\n",
    ):
        assert handshake.problem(answered(bad))
    assert {name for name, _ in handshake.headers} == {
        "connection",
        "sec-websocket-key",
        "sec-websocket-version",
        "upgrade",
    }


@pytest.mark.parametrize("data", [text("more"), closing(), b""])
def test_a_parser_that_an_interrupt_has_ended_ends_the_websocket(data: bytes) -> None:
    class Strike(BaseException):
        pass

    protocol, _ = fed(text("before"))
    with pytest.raises(Strike):
        protocol._protocol.parser.throw(Strike())
    assert protocol.feed(data) == []
    assert protocol.closing == Closing(1006, "", True, "an interrupt ended it")
    assert [*protocol.messages] == ["before"]
