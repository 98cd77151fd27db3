"""`Cassette`: a file of the service's real replies, which an emulator returns instead of its own.

It owns the choice between the file and the service, and the order of replies to requests that are the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from ..._repr import safe_repr
from ...errors import ConfigurationError
from ..faults.error_shapes import error_reply
from ..http.exchange import Exchange
from ..http.wire import Reply
from .interaction import Interaction, ReceivedReply, SentRequest
from .meaning import difference, meaning, sent_request
from .replay import paced, replayed
from .yaml_file import read, request_text, write

if TYPE_CHECKING:
    from ...config import Endpoints
    from .real_service import RealService

RecordMode = Literal["none", "new", "all"]
"""Which replies to ask the service for: none, those missing in the file, or all."""


class Cassette:
    """Replies of the service, recorded in a file.

        with Emulator(cassette=Cassette("capital.yaml")) as emulator:
            client = Client(api_key=emulator.api_key, endpoints=emulator.endpoints)

    A reply belongs to a request with the same method, path, query and body, whatever the order of its fields; headers
    do not count. Requests that are the same get their replies in the recorded order, and the last one of a GET is
    given again and again. Nothing is kept of a request's headers, and neither the key nor what stands under a name
    that looks secret. Replies of async requests are recorded like all others; their webhooks are not.

    Args:
        path: The file, YAML.
        record: "none" only replays, and sends nothing. "new" asks the service for what the file does not have; "all"
            records everything again. Both send the caller's own key to the service, and `save` writes the file; the
            emulator calls it when it stops.
        hide_prompts: Keep digests of what people wrote (`messages`, `input` ...) instead of the text. Replies are kept
            as they came.
        ignore: Fields at the top of a JSON body that are neither kept nor compared, such as `("user",)`.
        realtime: Replay at the recorded times instead of as fast as it goes.
        endpoints: Where the service is, for recording.

    Attributes:
        path: The file.
        missing: What was asked for and not in the file, each with its difference from what is.

    Raises:
        ConfigurationError: There is no such file to replay, or it is not a cassette of this version, or it was edited.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        record: RecordMode = "none",
        hide_prompts: bool = False,
        ignore: Sequence[str] = (),
        realtime: bool = False,
        endpoints: Endpoints | None = None,
    ) -> None:
        if record not in get_args(RecordMode):
            raise ConfigurationError(f"record= must be one of: {', '.join(get_args(RecordMode))}; not {record!r}.")
        self.path = Path(path)
        self.record: RecordMode = record
        self.missing: list[str] = []
        self._hide_prompts = hide_prompts
        self._ignore = tuple(ignore)
        self._realtime = realtime
        self._endpoints = endpoints
        self._service: RealService | None = None
        self._interactions: list[Interaction | None] = []
        self._unplayed: defaultdict[str, list[Interaction]] = defaultdict(list)
        self._played: dict[str, Interaction] = {}
        self._new = False
        exists = self.path.exists()
        if record == "none" and not exists:
            raise ConfigurationError(
                f"There is no cassette {self.path}. Record it: run pytest --baseten-record=new with a key in "
                "BASETEN_API_KEY."
            )
        if record != "all" and exists:
            self._interactions += read(self.path)
            for interaction in reversed(self._recorded()):
                self._unplayed[meaning(interaction.request)].append(interaction)

    async def answer(self, exchange: Exchange) -> Reply:
        """Return the recorded reply, or else the service's. A 400 if neither is allowed."""
        request = sent_request(exchange, ignore=self._ignore, hide_prompts=self._hide_prompts)
        if self.record != "all" and (reply := self._next(request)) is not None:
            return paced(reply) if self._realtime and not exchange.plan else replayed(reply)
        if self.record != "none":
            return await self._ask(exchange, request)
        problem = self._problem(request)
        self.missing.append(problem)
        return error_reply(400, problem, "1")

    def save(self) -> None:
        """Write what was recorded, if anything was.

        Raises:
            ConfigurationError: The file cannot be written.
        """
        if self._new:
            write(self.path, self._recorded())
            self._new = False

    async def aclose(self) -> None:
        """Close the connections to the service."""
        if self._service is not None:
            await self._service.aclose()

    def _recorded(self) -> list[Interaction]:
        return [each for each in self._interactions if each is not None]

    def _next(self, request: SentRequest) -> ReceivedReply | None:
        key = meaning(request)
        if unplayed := self._unplayed.get(key):
            self._played[key] = unplayed.pop()
        elif request.method != "GET" or key not in self._played:
            return None
        return self._played[key].reply

    async def _ask(self, exchange: Exchange, request: SentRequest) -> Reply:
        if self._service is None:
            from ...config import Endpoints
            from .real_service import RealService

            self._service = RealService(self._endpoints or Endpoints())
        position = len(self._interactions)
        self._interactions.append(None)  # in the order of the requests, however the replies end

        def keep(reply: ReceivedReply) -> None:
            self._interactions[position] = Interaction(request, reply)
            self._new = True

        return await self._service.ask(exchange, keep)

    def _problem(self, request: SentRequest) -> str:
        """Explain why there is no reply."""
        key, recorded = meaning(request), self._recorded()
        what = f"{request.method} {request.path}"
        hint = "If the program is right, record it: pytest --baseten-record=new."
        if key in self._played:
            times = sum(meaning(each.request) == key for each in recorded)
            return f"The cassette {self.path} has {times} of this request, {what}, and this is one more. {hint}"
        alike = [each for each in recorded if each.request.path == request.path] or recorded
        if not alike:
            return f"The cassette {self.path} is empty, and {what} was asked for. {hint}"
        texts = [request_text(each.request) for each in alike]
        return (
            f"The cassette {self.path} has no such request: {what}. {hint}\n{difference(request_text(request), texts)}"
        )

    @safe_repr
    def __repr__(self) -> str:
        return f"<Cassette {str(self.path)!r}: {len(self._recorded())} interactions, record={self.record!r}>"
