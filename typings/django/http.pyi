# Written against Django 5.2.

from collections.abc import Mapping

class HttpRequest:
    @property
    def body(self) -> bytes: ...
    @property
    def headers(self) -> Mapping[str, str]: ...

class HttpResponse:
    def __init__(self, content: bytes | str = ..., *, status: int | None = None) -> None: ...
