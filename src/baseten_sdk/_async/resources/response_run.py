"""A run of tools over responses: what `responses.run_tools` gives."""

from __future__ import annotations

from ...types.response_events import ResponseStreamEvent
from ...types.response_params import ResponseInputItem
from ...types.responses import ModelResponse
from ..tool_run import AsyncToolTurns


class AsyncResponseRun(AsyncToolTurns[ResponseStreamEvent, ResponseStreamEvent, ModelResponse, ResponseInputItem]):
    """A run of tools over responses. Iterate over it for its events, or call `until_done`.

    The events are those of the model's turns (`ResponseCompletedEvent` alone where they are not streamed) and a
    `ToolResult` for each call that was run. After an error, `messages`, `replies` and `usage` hold everything up to
    that point. You can send `messages`, the items of the conversation, again: a call that was not run, or did not
    finish, has an output that says so.

    Example:
        run = client.responses.run_tools(model=..., input="...", tools=[get_weather])
        response = await run.until_done()
    """
