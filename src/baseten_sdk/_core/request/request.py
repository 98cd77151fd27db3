"""A request as a plain value, and how it is put together.

Owns what goes onto the wire. It must not know who carries it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from ...errors import InvalidRequestError
from .header_lines import HeaderLines, HeaderPairs
from .hidden import Hidden
from .model_names import ModelName
from .options import Options
from .payload import EMPTY, Payload
from .urls import encode_query

if TYPE_CHECKING:
    from ...types.pool import Target

_METHOD = re.compile(r"[A-Za-z]{1,20}")

Safety: TypeAlias = Literal["repeatable", "once"]
"""Whether a request may be sent again after a failure in which the service may have taken it ("once": it may not)."""


class Request(NamedTuple):
    """One request, ready to be carried.

    Attributes:
        method: the verb.
        url: absolute and quoted.
        headers: what is sent; the key is added by the call.
        body: the encoded body; empty where there is none.
        first_byte: seconds to wait for the reply where the caller set no limit.
        safety: whether it may be sent twice.
        member: the member of a pool that it goes to.
        hedge: whether it is sent beside another one that is slow.
        model: the name in `model=` that led to this URL, if one did.
        upgrade: the headers that ask for another protocol on its connection; the transport's own.
    """

    method: str
    url: str
    headers: HeaderLines
    body: bytes
    first_byte: float
    safety: Safety = "repeatable"
    member: Target | None = None
    hedge: bool = False
    model: ModelName | None = None
    upgrade: HeaderPairs = ()

    def authorized(self, key: Hidden[str], scheme: str = "Bearer") -> Request:
        """The same request with the key, if there is one; an authorization of the caller's own stays as it is."""
        return self.with_header("authorization", f"{scheme} {key.value}") if key.value else self

    def with_header(self, name: str, value: str) -> Request:
        """The same request with one more header; one that is there already stays as it is."""
        for have, _ in self.headers.pairs:
            if have == name:
                return self
        headers = HeaderLines((*self.headers.pairs, (name, value)))
        # By position: that is faster.
        return Request(
            self.method,
            self.url,
            headers,
            self.body,
            self.first_byte,
            self.safety,
            self.member,
            self.hedge,
            self.model,
            self.upgrade,
        )

    @property
    def url_without_query(self) -> str:
        """The URL as errors and logs show it: the query may hold what is not theirs to tell."""
        return self.url.partition("?")[0]

    def __repr__(self) -> str:
        return f"<{self.method} {self.url_without_query}>"


def build(
    method: str,
    url: str,
    options: Options,
    *,
    accept: str,
    first_byte: float,
    payload: Payload = EMPTY,
    query: str = "",
    safety: Safety = "repeatable",
    model: ModelName | None = None,
) -> Request:
    """Put a request together, with the options of the call applied.

    Raises:
        InvalidRequestError: a value has no JSON form, or extra_body was given for a body that is no JSON object.
        ConfigurationError: a pickle left a header or query parameter behind.
    """
    if options.left_behind:
        options.check_complete()
    body, content_type = payload.encoded(options.extra_body)
    headers = options.headers_for(accept, content_type)
    if options.extra_query:
        query = "&".join(filter(None, (query, encode_query(options.extra_query))))
    return Request(method, f"{url}?{query}" if query else url, headers, body, first_byte, safety, model=model)


def check_method(method: str) -> str:
    """A verb, in upper case.

    Raises:
        InvalidRequestError: it is none, or CONNECT: behind its reply a connection carries no requests any more.
    """
    if not isinstance(method, str) or not _METHOD.fullmatch(method):
        raise InvalidRequestError(f"method must be an HTTP verb such as GET, not {method!r}.")
    verb = method.upper()
    if verb == "CONNECT":
        raise InvalidRequestError("method must not be CONNECT: tunnels are not supported.")
    return verb
