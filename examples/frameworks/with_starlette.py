"""A webhook endpoint in Starlette.

Run it with: uvicorn examples.frameworks.with_starlette:app
"""

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from baseten_sdk import WebhookSignatureError, verify


async def done(request: Request) -> Response:
    try:
        result = verify(
            await request.body(),
            request.headers,
            secrets=os.environ["BASETEN_WEBHOOK_SECRET"],
        )
    except WebhookSignatureError:
        return Response(status_code=401)
    print(result.request_id, result.data, result.errors)
    return Response(status_code=204)


app = Starlette(routes=[Route("/baseten", done, methods=["POST"])])
