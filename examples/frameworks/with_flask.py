"""A webhook endpoint in Flask.

Run it with: flask --app examples.frameworks.with_flask run
"""

import os

from flask import Flask, Response, request

from baseten_sdk import WebhookSignatureError, verify

app = Flask(__name__)


@app.post("/baseten")
def done() -> Response:
    try:
        result = verify(
            request.get_data(),
            request.headers,
            secrets=os.environ["BASETEN_WEBHOOK_SECRET"],
        )
    except WebhookSignatureError:
        return Response(status=401)
    print(result.request_id, result.data, result.errors)
    return Response(status=204)
