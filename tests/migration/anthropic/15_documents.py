"""A document with a cache mark, the fields that say nothing here, and the parameters of types as calls."""

from anthropic import Anthropic
from anthropic.types import CacheControlEphemeralParam, DocumentBlockParam, TextBlockParam, ThinkingConfigDisabledParam

with Anthropic() as client:
    paper = DocumentBlockParam(
        type="document",
        source={"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="},
        title="A paper",
        citations={"enabled": True},
        cache_control=CacheControlEphemeralParam(type="ephemeral"),
    )
    message = client.messages.create(
        model="moonshotai/Kimi-K3",
        max_tokens=64,
        system=[TextBlockParam(type="text", text="Be brief.", cache_control={"type": "ephemeral"})],
        messages=[{"role": "user", "content": [paper, TextBlockParam(type="text", text="Say it is short")]}],
        thinking=ThinkingConfigDisabledParam(type="disabled"),
        service_tier="auto",
        user_profile_id="u1",
        diagnostics={"previous_message_id": None},
    )
    print(message.content[0].text, message.content[0].citations, message.container, message.stop_details)
    print(message.usage.cache_creation, message.usage.server_tool_use, message.usage.service_tier)
