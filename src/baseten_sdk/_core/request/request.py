"""A request as a plain value, and how to build it.

Owns what goes onto the wire. It must not know what sends it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from ...errors import InvalidRequestError
from .hang_check import HangCheck
from .header_lines import HeaderLines, HeaderPairs
from .hidden import Hidden
from .json_codec import encode_json
from .model_names import ModelName
from .options import Options
from .payload import EMPTY, JSON, Payload
from .query import encode_query

if TYPE_CHECKING:
    from ...types.pool import Target

_METHOD = re.compile(r"[A-Za-z]{1,20}")

Safety: TypeAlias = Literal["repeatable", "once"]
"""Whether a request may be sent again after a failure in which the service may have received it. "once": it may not."""


class Request(NamedTuple):
    """One request, ready to send.

    Attributes:
        method: The verb.
        url: The absolute, quoted URL.
        headers: The headers, without the key.
        body: The encoded body. Empty if there is none.
        first_byte: Seconds to wait for the reply if the caller set no limit.
        safety: Whether it may be sent twice.
        member: The member of a pool that it goes to.
        hedge: Whether it is sent in addition to a slow one.
        model: The name in `model=` that led to this URL, if any.
        upgrade: The headers that ask for another protocol on the connection. The transport sets them.
        check: What may end the wait for the reply because the server hangs.
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
    check: HangCheck | None = None

    def authorized(self, key: Hidden[str], scheme: str = "Bearer") -> HeaderLines:
        """Return the headers with the key, if there is one. An authorization header of the caller wins."""
        try:
            return self.headers.authorized(key, scheme) if key.value else self.headers
        except BaseException as interrupt:
            # The frames below hold the key.
            raise interrupt.with_traceback(None) from None

    @property
    def url_without_query(self) -> str:
        """The URL as errors and logs show it. The query is left out, because it may be confidential."""
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
) -> Request:
    """Build a request, with the options of the call applied.

    Raises:
        InvalidRequestError: A value cannot be encoded, or `extra_body` was given for a body that is not a JSON object.
        ConfigurationError: A pickle dropped a header or query parameter.
    """
    if options.left_behind:
        options.check_complete()
    body, content_type = payload.encoded(options.extra_body)
    headers = options.headers_for(accept, content_type)
    if options.extra_query:
        query = "&".join(filter(None, (query, encode_query(options.extra_query, "extra_query"))))
    return Request(method, f"{url}?{query}" if query else url, headers, body, first_byte, safety)


def post_json(
    url: str, body: Mapping[str, object], options: Options, accept: str, first_byte: float, model: ModelName | None
) -> Request:
    """Build a POST of a JSON object, as `build` does, but at less cost: every call of a model is one.

    Raises:
        InvalidRequestError: A value cannot be encoded.
        ConfigurationError: A pickle dropped a header or query parameter.
    """
    if options.left_behind:
        options.check_complete()
    if options.extra_body:
        body = {**body, **options.extra_body}
    if options.extra_query and (query := encode_query(options.extra_query, "extra_query")):
        url = f"{url}?{query}"
    headers = options.headers_for(accept, JSON)
    return Request("POST", url, headers, encode_json(body), first_byte, "repeatable", None, False, model)


def check_method(method: str) -> str:
    """Return a verb in upper case.

    Raises:
        InvalidRequestError: It is not a verb, or it is CONNECT, after which a connection carries no more requests.
    """
    if not isinstance(method, str) or not _METHOD.fullmatch(method):
        raise InvalidRequestError(f"method must be an HTTP verb such as GET, not {method!r}.")
    verb = method.upper()
    if verb == "CONNECT":
        raise InvalidRequestError("method must not be CONNECT: tunnels are not supported.")
    return verb
