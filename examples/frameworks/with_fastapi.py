"""A webhook endpoint in FastAPI, with a typed output.

Run it with: uvicorn examples.frameworks.with_fastapi:app

Read the body from the request. A parameter would be parsed, and the signature covers
the bytes as they were sent.
"""

import os

from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel

from baseten_sdk import WebhookSignatureError, verify


class Transcript(BaseModel):
    text: str


app = FastAPI()


@app.post("/baseten", status_code=204)
async def done(request: Request) -> None:
    secrets = os.environ["BASETEN_WEBHOOK_SECRET"]
    try:
        result = verify(
            await request.body(), request.headers, secrets, response_model=Transcript
        )
    except WebhookSignatureError:
        raise HTTPException(status_code=401) from None
    print(result.request_id, result.data, result.errors)
