"""An async request: submit it, poll its status, and wait for its end.

The output goes to a webhook only.
"""

import os

import anyio

from baseten_sdk import AsyncClient, AsyncRequestError

MODEL_ID = os.environ.get("BASETEN_MODEL_ID", "abcd1234")


async def main() -> None:
    async with AsyncClient() as client:
        deployment = client.deployments(MODEL_ID)
        job = await deployment.async_predict(
            {"recording": "https://example.com/a.wav"},
            webhook_endpoint=os.environ.get(
                "WEBHOOK_URL"
            ),  # without one the output is lost
            priority=1,
            max_time_in_queue_seconds=3600,
            inference_retry_config={"max_attempts": 3},
        )
        print(job.request_id, (await job.status()).status)
        print(await deployment.queue_status())

        try:
            status = (await job.wait(deadline=600)).raise_for_status()
        except AsyncRequestError as error:
            print(error)
        else:
            print(status.status, status.webhook_status)


if __name__ == "__main__":
    anyio.run(main)
