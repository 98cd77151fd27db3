"""A dedicated deployment: `predict`, and any other path of its container.

Set BASETEN_MODEL_ID to the ID of your model.
"""

import os

import anyio
from pydantic import BaseModel

from baseten_sdk import AsyncClient

MODEL_ID = os.environ.get("BASETEN_MODEL_ID", "abcd1234")


class Output(BaseModel):
    """What your model returns: this one gives back its input."""

    prompt: str


async def main() -> None:
    async with AsyncClient() as client:
        deployment = client.deployments(MODEL_ID)
        print(await deployment.predict({"prompt": "Hello"}))
        print(await deployment.predict({"prompt": "Hello"}, response_model=Output))

        staging = client.deployments(MODEL_ID, environment="staging")
        print(await staging.predict({"prompt": "Hello"}, timeout=60, max_retries=0))

        health = await deployment.sync("health")
        print(health.status_code, health.text)


if __name__ == "__main__":
    anyio.run(main)
