"""Reads HTTP/1.1 replies from bytes: a thin layer over httptools, which is llhttp, Node's parser.

Owns what a reply may be: how long its head, how many interim replies before it, and whether its connection can be used
again. It reads no socket. Both flavors of the direct transport feed it.

Theory of operation. One parser serves a connection for its whole life. Call `begin` before sending a request. From then
on, bytes belong to its reply until the message is complete. If any byte follows, in the same piece or a later one, the
connection is not `reusable` and must be closed.

    AWAITED --a byte--> HEAD --its end--> BODY --its end--> COMPLETE
                                          BODY --nonsense--> BROKEN

If the request asked for another protocol, a reply with status 101 is only a head. Bytes after it belong to that
protocol, and are left in `switched`.
"""

from __future__ import annotations

from enum import Enum

import httptools

from .._core.reply.reading import SWITCHING

LONGEST_HEAD = 64 * 1024
MOST_HEADERS = 256
MOST_INTERIM = 16
"""The limits on a head in bytes and lines, and on the number of interim (1xx) replies before the reply itself."""

CRASHED = 500
"""The status after which a server may close a connection without having said so."""

AMBIGUOUS = (
    "Content-Length can't be present with Transfer-Encoding",
    "Duplicate Content-Length",
    "Invalid character in chunk size",
    "Missing expected CR",
    "Transfer-Encoding can't be present with Content-Length",
    "Unexpected whitespace after header value",
)
"""How llhttp's messages begin for a reply that two parsers may read in two ways. Lenient parsers accept it."""


class ProtocolError(Exception):
    """The bytes are not a reply of HTTP/1.1, or break its rules or the limits here."""


class LimitExceeded(ProtocolError):
    """The bytes exceed the limits here."""


class AmbiguousFraming(ProtocolError):
    """The bytes can be read in two ways, as in request smuggling. A lenient parser may accept them."""


class ReplyState(Enum):
    """How much of a reply has arrived."""

    AWAITED = "nothing"
    HEAD = "a part of the head"
    BODY = "the head, and perhaps a part of the body"
    COMPLETE = "all of it"
    BROKEN = "the head, and bytes that are not a body"


# Python 3.11 takes as long to find a member in its class as to call a function.
_AWAITED, _HEAD, _BODY, _COMPLETE, _BROKEN = ReplyState


class ReplyParser:
    """Parses the replies of one connection, one after another.

    Attributes:
        state: How much of the reply has arrived.
        status: The status, once the head is complete. 0 before that.
        headers: The header lines as they arrived.
        body: Pieces of the body that were not taken yet. The list is the same for the life of the parser.
        error: What is wrong with the body, after its valid part.
        switched: The bytes after the head of a reply that changes the protocol. None if it does not.
    """

    __slots__ = (
        "_head_size",
        "_interim",
        "_keep_alive",
        "_parser",
        "_surplus",
        "_upgrade",
        "_whole",
        "_without_body",
        "body",
        "error",
        "headers",
        "on_body",
        "state",
        "status",
        "switched",
    )

    def __init__(self) -> None:
        self.body: list[bytes] = []
        self.on_body = self.body.append  # An attribute instead of a method, because it is called for every piece.
        self._parser = httptools.HttpResponseParser(self)
        self.begin("GET")

    def begin(self, method: str, upgrade: bool = False) -> None:
        """Begin the reply to a request with this verb. `upgrade` says that the server may change the protocol."""
        self.state = _AWAITED
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body.clear()
        self.error: ProtocolError | None = None
        self._keep_alive = False
        self._surplus = False
        self._whole = 0
        self._without_body = method in ("HEAD", "CONNECT")
        self._upgrade = upgrade
        self.switched: bytes | None = None
        self._head_size = 0
        self._interim = 0

    @property
    def complete(self) -> bool:
        """Whether the whole message has arrived."""
        return self.state is _COMPLETE

    @property
    def reusable(self) -> bool:
        """Whether the connection may carry another request: the message is complete, and nothing followed it.

        Not after status 500: uvicorn, under most model servers, closes the connection after an exception in the
        application. The reply does not say so, and the next request could arrive before the end does.
        """
        return self.state is _COMPLETE and self._keep_alive and not self._surplus and self.status != CRASHED

    def feed(self, data: bytes) -> None:
        """Parse bytes. An error after the head is left in `error`, because status and body up to there still count.

        Raises:
            ProtocolError: The bytes are not a reply.
            BaseException: A signal handler raised it meanwhile.
        """
        before = self.state
        if before is _COMPLETE:
            self._surplus = True
            return
        if before is _AWAITED:
            self.state = _HEAD
        if before is _AWAITED or before is _HEAD:
            self._head_size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as change:
            if self.status == SWITCHING:
                self.switched = data[change.args[0] :]
                return
            raise ProtocolError("the server wants to change the protocol") from None
        except httptools.HttpParserError as error:
            self._failed(error)
        if self.state is _COMPLETE:
            # Bytes after the message belong to no reply.
            del self.body[self._whole :]
        elif self.state is _HEAD:
            if len(self.headers) > MOST_HEADERS:
                raise LimitExceeded(f"the head has more than {MOST_HEADERS} lines")
            if self._head_size > LONGEST_HEAD:
                raise LimitExceeded(f"the head is longer than {LONGEST_HEAD} bytes")
        elif self.body:
            self._head_size = 0
        else:
            # A chunk extension or a trailer, which the parser would otherwise collect without limit.
            self._head_size += len(data)
            if self._head_size > LONGEST_HEAD:
                self._break(LimitExceeded(f"more than {LONGEST_HEAD} bytes of framing without any of the body"))

    def _failed(self, error: httptools.HttpParserError) -> None:
        """Handle a stopped parser.

        It stops at invalid bytes, or because a callback here raised, whose exception is then the context.
        """
        cause = error.__context__
        if cause is not None and not isinstance(cause, ProtocolError):
            raise cause  # An interrupt that arrived in a callback.
        if self.state is _COMPLETE:
            self._surplus = True
            return
        if cause is not None:
            wrong = cause
            wrong.__context__ = None
        else:
            reason = str(error)
            wrong = (AmbiguousFraming if reason.startswith(AMBIGUOUS) else ProtocolError)(reason)
        if self.state is _HEAD:
            raise wrong from None
        self._break(wrong)

    def _break(self, error: ProtocolError) -> None:
        self.state = _BROKEN
        self.error = error

    def take(self) -> bytes:
        """Return what has arrived of the body since the last time."""
        body = self.body
        piece = body[0] if len(body) == 1 else b"".join(body)
        body.clear()
        return piece

    def end(self) -> None:
        """Note that the server has closed its side.

        Raises:
            ProtocolError: The reply is not complete.
        """
        match self.state:
            case ReplyState.AWAITED:
                raise ProtocolError("the server closed the connection without a reply")
            case ReplyState.HEAD:
                raise ProtocolError("the server closed the connection in the middle of the head")
            case ReplyState.BODY | ReplyState.BROKEN:
                if not self._ends_with_connection():
                    raise ProtocolError("the server closed the connection in the middle of the body")
                self.state = ReplyState.COMPLETE
            case ReplyState.COMPLETE:
                pass

    def _ends_with_connection(self) -> bool:
        """Whether the end of the connection ends the body.

        With a transfer encoding it does not: either the body was cut, or the parser did not decode the encoding around
        it.
        """
        return not any(
            name.lower() == b"content-length"
            or (name.lower() == b"transfer-encoding" and value.strip().lower() != b"identity")
            for name, value in self.headers
        )

    def on_message_begin(self) -> None:
        if self.state is _COMPLETE:
            self._surplus = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.state is _HEAD:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self.state is _COMPLETE:
            return
        if len(self.headers) > MOST_HEADERS:
            raise LimitExceeded(f"the head has more than {MOST_HEADERS} lines")
        status = self._parser.get_status_code()
        if status < 100:
            raise ProtocolError(f"there is no status {status}")
        if status == SWITCHING and self._upgrade:
            self.status = status
            self.state = _COMPLETE
            return
        if status < 200:
            self._interim += 1
            if self._interim > MOST_INTERIM:
                raise LimitExceeded(f"more than {MOST_INTERIM} interim replies")
            return
        self.status = status
        self._head_size = 0
        self.state = _COMPLETE if self._without_body else _BODY

    def on_message_complete(self) -> None:
        if self.state is _HEAD:
            if self.body:
                raise ProtocolError("an interim reply has a body, which would be taken for the beginning of the next")
            self.headers = []
        elif self.state is _BODY:
            self.state = _COMPLETE
            self._whole = len(self.body)
            self._keep_alive = self._parser.should_keep_alive()
