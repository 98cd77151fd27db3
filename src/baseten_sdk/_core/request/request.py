"""A request as a plain value, and how it is put together.

Owns what goes onto the wire. It must not know who carries it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ...errors import InvalidRequestError
from .options import HeaderPairs, Options
from .payload import EMPTY, Payload
from .urls import encode_query

_METHOD = re.compile(r"[A-Za-z]{1,20}")

Safety: TypeAlias = Literal["repeatable", "once"]
"""Whether a request may be sent again after a failure in which the service may have taken it ("once": it may not)."""


@dataclass(frozen=True, slots=True, init=False)
class Request:
    """One request, ready to be carried.

    Attributes:
        method: the verb.
        url: absolute and quoted.
        headers: pairs with names in lower case; the key is added by the call.
        body: the encoded body; empty where there is none.
        first_byte: seconds to wait for the reply where the caller set no limit.
        safety: whether it may be sent twice.
    """

    method: str
    url: str
    headers: HeaderPairs = field(repr=False)
    body: bytes = field(repr=False)
    first_byte: float
    safety: Safety = "repeatable"

    def __init__(
        self,
        method: str,
        url: str,
        headers: HeaderPairs,
        body: bytes,
        first_byte: float,
        safety: Safety = "repeatable",
    ) -> None:
        _set_method(self, method)
        _set_url(self, url)
        _set_headers(self, headers)
        _set_body(self, body)
        _set_first_byte(self, first_byte)
        _set_safety(self, safety)

    def with_header(self, name: str, value: str) -> Request:
        """The same request with one header more; one that is there already stays as it is."""
        for have, _ in self.headers:
            if have == name:
                return self
        headers = (*self.headers, (name, value))
        return Request(self.method, self.url, headers, self.body, self.first_byte, self.safety)

    @property
    def place(self) -> str:
        """The URL as errors and logs show it: without the query, which may hold what is not theirs to tell."""
        return self.url.partition("?")[0]


# A frozen dataclass's own __init__ goes through object.__setattr__, which takes half as long again.
_set_method = Request.__dict__["method"].__set__
_set_url = Request.__dict__["url"].__set__
_set_headers = Request.__dict__["headers"].__set__
_set_body = Request.__dict__["body"].__set__
_set_first_byte = Request.__dict__["first_byte"].__set__
_set_safety = Request.__dict__["safety"].__set__


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
) -> Request:
    """Put a request together, with the options of the call applied.

    Raises:
        InvalidRequestError: a value has no JSON form, or extra_body was given for a body that is no JSON object.
    """
    body, content_type = payload.encoded(options.extra_body)
    headers = options.headers_for(accept, content_type)
    if options.extra_query:
        query = "&".join(filter(None, (query, encode_query(options.extra_query))))
    return Request(method, f"{url}?{query}" if query else url, headers, body, first_byte, safety)


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
