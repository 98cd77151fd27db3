"""What other clients have and this one has not."""

from __future__ import annotations

import pytest

from baseten_sdk import Client


@pytest.mark.parametrize(
    ("path", "instead"),
    [
        ("messages.batches", "batch.messages"),
        ("messages.with_streaming_response", "create(stream=True)"),
        ("responses.retrieve", "Keep response.output yourself"),
        ("responses.input_tokens", "count_tokens"),
        ("beta.messages", "Use client.messages"),
    ],
)
def test_what_is_not_there_says_what_to_use_instead(path: str, instead: str) -> None:
    resource, name = path.split(".")
    with Client(api_key="k") as client:
        found = getattr(client, resource)
        with pytest.raises(AttributeError) as caught:
            getattr(found, name)
        with pytest.raises(AttributeError, match=r"has no attribute 'weather'$"):
            getattr(found, "weather")  # noqa: B009  # a checker of types knows that there is none
    assert instead in str(caught.value)
    assert not hasattr(found, name)
