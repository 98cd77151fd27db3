"""A deployment that streams its output: as text, as JSON lines, or as events.

Set BASETEN_MODEL_ID to the ID of your model.
"""

import os

import anyio

from baseten_sdk import AsyncClient

MODEL_ID = os.environ.get("BASETEN_MODEL_ID", "abcd1234")


async def main() -> None:
    async with AsyncClient() as client:
        deployment = client.deployments(MODEL_ID)
        async with deployment.stream_predict({
            "prompt": "The café opens at eight.",
            "stream": True,
        }) as stream:
            async for text in stream.text():
                print(text, end="", flush=True)
        print()

        request = {"prompt": "one two three", "stream": True, "format": "json-lines"}
        async with deployment.stream_predict(request) as stream:
            async for value in stream.json_lines():
                print(value)
            print(
                f"{stream.meta.request_id}: headers after {stream.meta.elapsed:.2f} s"
            )


if __name__ == "__main__":
    anyio.run(main)
