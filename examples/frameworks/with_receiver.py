"""The receiver in an application of yours: it stores what arrives, and the application reads it by the request's id.

Run it with: uvicorn examples.frameworks.with_receiver:app. The URL to give to `async_predict` ends with a slash,
`https://.../baseten/`: without it FastAPI redirects, and Baseten does not follow.
"""

import os

from fastapi import FastAPI, HTTPException

from baseten_sdk import JsonValue
from baseten_sdk.receiver import WebhookReceiver

receiver = WebhookReceiver(
    secrets=os.environ["BASETEN_WEBHOOK_SECRET"], store=os.environ.get("STORE", "jobs.sqlite"), path="/"
)
app = FastAPI()
app.mount("/baseten", receiver)


@app.get("/results/{request_id}")
def result(request_id: str) -> JsonValue:
    delivery = receiver.store.get(request_id)
    if delivery is None:
        raise HTTPException(status_code=404)
    return delivery.result().data
