"""Whether a stream has said that its message is complete, wherever its bytes are cut."""

from __future__ import annotations

import pytest

from baseten_sdk._core.stream.end_mark import LONGEST, EndMark

TEXT = b'data: {"choices":[{"delta":{"content":"a"},"finish_reason":null}],"error":null}\n\n'
ENDS = [
    b"data: [DONE]\n\n",
    b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
    b'data: {"choices": [{"delta": {}, "finish_reason": "length"}]}\n\n',
    b'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    b'data: {"type":"response.completed","response":{}}\n\n',
    b'data: {"type": "response.incomplete"}\n\n',
    b'data: {"error":{"message":"no"}}\n\n',
    b"event: error\ndata: no\n\n",
]


@pytest.mark.parametrize("end", ENDS)
def test_an_end_is_found_at_any_split(end: bytes) -> None:
    whole = TEXT + end
    for size in (1, 2, 7, len(whole)):
        mark = EndMark()
        for at in range(0, len(whole), size):
            mark.feed(whole[at : at + size])
        assert mark.found, size


def test_what_only_goes_on_has_no_end() -> None:
    mark = EndMark()
    for _ in range(3):
        mark.feed(TEXT)
    mark.feed(b'data: {"type":"response.output_text.delta","delta":"the error"}\n\n: ping\n\n')
    assert not mark.found
    assert len(mark._tail) <= LONGEST
