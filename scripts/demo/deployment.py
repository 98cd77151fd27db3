"""The scenes about a dedicated deployment: predict, sync, an async request with its webhook, and a chain."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from baseten_sdk import AsyncDeployment

from .show import Show

PATIENCE = 10.0
"""Seconds to wait for an async request and its webhook."""


class Transcript(BaseModel):
    """What the model gives back."""

    text: str
    seconds: float


async def play(show: Show, secrets: Sequence[str]) -> None:
    """Play all of them, in order."""
    deployment = show.client.deployments("abcd1234")
    await predict(show, deployment)
    await sync(show, deployment)
    await async_predict(show, deployment, secrets)
    await chain(show)


async def predict(show: Show, deployment: AsyncDeployment) -> None:
    """JSON in, a typed value out; bytes in, bytes out."""
    with show.stage.scene("predict: any JSON value in, a typed value out"):
        sent = {"text": "Good evening, and welcome.", "seconds": 2.5}
        output = await deployment.predict(sent, response_model=Transcript)
        show.stage.say(f"{sent} -> {output!r}")
        octets = await deployment.predict(b"\x00\x01\x02")
        show.stage.say(f"bytes in, bytes out: {octets!r}")
        show.stage.check(output == Transcript.model_validate(sent), "the model echoes its input")
        show.stage.check(octets == b"\x00\x01\x02", "bytes come back as they went")


async def sync(show: Show, deployment: AsyncDeployment) -> None:
    """Any path of the container."""
    with show.stage.scene("sync: any path of the container, with any verb"):
        reply = await deployment.sync("items/chairs and lamps", params={"in_stock": True})
        seen = reply.json()
        show.stage.say(f"GET items/chairs and lamps -> {reply.status_code} {reply.headers['content-type']}")
        if isinstance(seen, dict):
            show.stage.say(f"the container saw {seen['method']} {seen['path']}, with the query {seen['query']}")
        show.stage.check(
            isinstance(seen, dict) and seen["id"] == "chairs and lamps", "the path arrives as it was meant"
        )


async def async_predict(show: Show, deployment: AsyncDeployment, secrets: Sequence[str]) -> None:
    """Submitted, polled, finished, and its output delivered."""
    with show.stage.scene("async_predict: submitted, polled, its signed webhook received, its output in hand"):
        sent = {"text": "Good evening, and welcome.", "seconds": 2.5}
        async with show.client.webhooks.listen(secrets=secrets, port=0) as inbox:
            job = await deployment.async_predict(sent, webhook_endpoint=inbox.url)
            show.stage.say(f"submitted: {job.request_id}")
            before = await job.status()
            waiting = await deployment.queue_status()
            show.stage.say(f"polled: {before.status}, {waiting.num_queued_requests} in the queue")
            output = await job.result(inbox, response_model=Transcript, deadline=PATIENCE)
            status = await job.wait(deadline=PATIENCE)
        show.stage.say(f"ended: {status.status}, webhook {status.webhook_status}")
        show.stage.say(f"received, signature verified: {output!r}")
        show.stage.check(status.succeeded and status.webhook_status == "SUCCEEDED", "it succeeds and is delivered")
        show.stage.check(output == Transcript.model_validate(sent), "the webhook holds the output")


async def chain(show: Show) -> None:
    """The entrypoint of a chain."""
    with show.stage.scene("A chain: run_remote, with any JSON as its result"):
        output = await show.client.chains("chain123").run_remote({"text": "Good evening."}, response_model=str)
        show.stage.say(output)
        show.stage.check("Good evening." in output, "the chain works on its argument")
