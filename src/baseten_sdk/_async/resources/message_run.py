"""A run of tools over messages: what `messages.run_tools` gives."""

from __future__ import annotations

from ...types.message_events import MessageStreamEvent, RawMessageStreamEvent
from ...types.message_params import MessageTurn
from ...types.messages import Message
from ..tool_run import AsyncToolTurns


class AsyncMessageRun(AsyncToolTurns[RawMessageStreamEvent, MessageStreamEvent, Message, MessageTurn]):
    """A run of tools over messages. Iterate over it for its events, or call `until_done`.

    The events are those of the model's turns (`MessageStopEvent` alone where they are not streamed) and a `ToolResult`
    for each call that was run. After an error, `messages`, `replies` and `usage` hold everything up to that point. You
    can send `messages` again: a call that was not run, or did not finish, has an answer that says so.

    Example:
        run = client.messages.run_tools(model=..., max_tokens=1024, messages=[...], tools=[get_weather])
        message = await run.until_done()
    """
