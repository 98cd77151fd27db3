"""The receiver mounted in an application, which reads outputs by request ID.

Run it with: uvicorn examples.frameworks.with_receiver:app. The URL that you give to
`async_predict` ends with a slash, `https://.../baseten/`. Without it FastAPI redirects,
and Baseten does not follow redirects.
"""

import os

from fastapi import FastAPI, HTTPException

from baseten_sdk import JsonValue
from baseten_sdk.receiver import WebhookReceiver

receiver = WebhookReceiver(
    secrets=os.environ["BASETEN_WEBHOOK_SECRET"],
    store=os.environ.get("STORE", "jobs.sqlite"),
    path="/",
)
app = FastAPI()
app.mount("/baseten", receiver)


@app.get("/results/{request_id}")
def result(request_id: str) -> JsonValue:
    delivery = receiver.store.get(request_id)
    if delivery is None:
        raise HTTPException(status_code=404)
    return delivery.result().data
