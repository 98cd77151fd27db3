"""Replies of HTTP/1.1 out of bytes: a thin layer over httptools, which is llhttp, Node's parser.

Owns what a reply may be: how long its head, how many interim replies before it, and whether its connection can be used
again. It reads no socket; both flavours of the direct transport feed it.

Theory of operation. One parser serves a connection for its whole life. `begin` says that a request is about to be sent;
from then on bytes belong to its reply, until the message is complete. Any byte after that, in the same piece or a later
one, belongs to nobody: the connection is `spoiled`, and must be closed, never used again.
"""

from __future__ import annotations

import httptools

LONGEST_HEAD = 64 * 1024
MOST_HEADERS = 256
MOST_INTERIM = 16
"""Bounds of a head in bytes and lines, and of the interim (1xx) replies before the reply itself."""


class ProtocolError(Exception):
    """What came is no reply of HTTP/1.1, or breaks its rules or our bounds."""


class LimitExceeded(ProtocolError):
    """What came breaks our bounds."""


class ReplyParser:
    """Parses the replies of one connection, one after the other.

    Attributes:
        status: the status, once `head` is there.
        headers: the header lines as they came.
        body: pieces of the body that have not been taken; one list for the life of the parser.
        head: whether the headers are complete.
        complete: whether the whole message is.
        begun: whether any byte of the reply has come.
        broken: what is wrong with the body, behind what was good of it.
    """

    __slots__ = (
        "_head_size",
        "_interim",
        "_keep_alive",
        "_parser",
        "_surplus",
        "_whole",
        "_without_body",
        "begun",
        "body",
        "broken",
        "complete",
        "head",
        "headers",
        "on_body",
        "status",
    )

    def __init__(self) -> None:
        self.body: list[bytes] = []
        self.on_body = self.body.append  # not a method: it is called for every piece
        self._parser = httptools.HttpResponseParser(self)
        self.begin("GET")

    def begin(self, method: str) -> None:
        """A request is about to be sent with this verb."""
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body.clear()
        self.head = False
        self.complete = False
        self.begun = False
        self.broken: ProtocolError | None = None
        self._keep_alive = False
        self._surplus = False
        self._whole = 0
        self._without_body = method == "HEAD"
        self._head_size = 0
        self._interim = 0

    @property
    def reusable(self) -> bool:
        """Whether the connection may carry another request: the message is complete, and nothing came behind it."""
        return self.complete and self._keep_alive and not self._surplus

    def feed(self, data: bytes) -> None:
        """Take bytes in. What is wrong behind the head is left in `broken`: status and body up to there still count.

        Raises:
            ProtocolError: they are no reply.
        """
        if self.complete:
            self._surplus = True
            return
        self.begun = True
        if not self.head:
            self._head_size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise ProtocolError("the server wants to change the protocol") from None
        except httptools.HttpParserError as error:
            if self.complete:
                self._surplus = True
                del self.body[self._whole :]
                return
            cause = error.__context__
            wrong = cause if isinstance(cause, ProtocolError) else ProtocolError(str(error))
            wrong.__context__ = None
            if not self.head:
                raise wrong from None
            self.broken = wrong
        if self.complete:
            # What came behind the message belongs to nobody.
            del self.body[self._whole :]
        elif not self.head:
            if len(self.headers) > MOST_HEADERS:
                raise LimitExceeded(f"the head has more than {MOST_HEADERS} lines")
            if self._head_size > LONGEST_HEAD:
                raise LimitExceeded(f"the head is longer than {LONGEST_HEAD} bytes")
        elif self.body:
            self._head_size = 0
        else:
            # The extension of a chunk, or a trailer: the parser would gather it without an end.
            self._head_size += len(data)
            if self._head_size > LONGEST_HEAD:
                self.broken = LimitExceeded(f"more than {LONGEST_HEAD} bytes of framing without any of the body")

    def take(self) -> bytes:
        """What has come of the body since the last time."""
        body = self.body
        piece = body[0] if len(body) == 1 else b"".join(body)
        body.clear()
        return piece

    def end(self) -> None:
        """The server has closed its side.

        Raises:
            ProtocolError: the reply is not complete.
        """
        if not self.begun:
            raise ProtocolError("the server closed the connection without a reply")
        if not self.head:
            raise ProtocolError("the server closed the connection in the middle of the head")
        if not self.complete:
            if not self._ends_with_connection():
                raise ProtocolError("the server closed the connection in the middle of the body")
            self.complete = True

    def _ends_with_connection(self) -> bool:
        """Whether the end of the connection is the end of the body.

        Not with a transfer encoding: the body was cut, or the parser did not undo what encloses it.
        """
        return not any(
            name.lower() == b"content-length"
            or (name.lower() == b"transfer-encoding" and value.strip().lower() != b"identity")
            for name, value in self.headers
        )

    def on_message_begin(self) -> None:
        if self.complete:
            self._surplus = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.head:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self.complete:
            return
        if len(self.headers) > MOST_HEADERS:
            raise LimitExceeded(f"the head has more than {MOST_HEADERS} lines")
        status = self._parser.get_status_code()
        if status < 100:
            raise ProtocolError(f"there is no status {status}")
        if status < 200:
            self._interim += 1
            if self._interim > MOST_INTERIM:
                raise LimitExceeded(f"more than {MOST_INTERIM} interim replies")
            return
        self.status = status
        self.head = True
        self._head_size = 0
        if self._without_body:
            self.complete = True

    def on_message_complete(self) -> None:
        if not self.head:
            if self.body:
                raise ProtocolError("an interim reply has a body, which would be taken for the beginning of the next")
            self.headers = []
        elif not self.complete:
            self.complete = True
            self._whole = len(self.body)
            self._keep_alive = self._parser.should_keep_alive()
