"""A long job: its output is received, verified and stored in this process.

Baseten must reach WEBHOOK_URL.
"""

import os

import anyio

from baseten_sdk import AsyncClient, AsyncRequestError, JsonValue

MODEL_ID = os.environ.get("BASETEN_MODEL_ID", "abcd1234")


async def main() -> None:
    async with (
        AsyncClient() as client,
        client.webhooks.listen(
            secrets=os.environ["BASETEN_WEBHOOK_SECRET"],
            # the https URL of a tunnel or load balancer in front of the port
            url=os.environ.get("WEBHOOK_URL"),
            port=int(os.environ.get("PORT", "8788")),
        ) as inbox,
    ):
        deployment = client.deployments(MODEL_ID)
        job = await deployment.async_predict(
            {"text": "Good evening"}, webhook_endpoint=inbox.url
        )
        try:
            output = await job.result(
                inbox, response_model=dict[str, JsonValue], deadline=3600
            )
        except AsyncRequestError as error:
            # it failed, expired, was canceled, was delivered elsewhere, or got lost
            print(error)
        else:
            print(output)


if __name__ == "__main__":
    anyio.run(main)
