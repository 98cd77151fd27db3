"""Receive a signed webhook.

Baseten must reach WEBHOOK_URL, for example through a tunnel to port 8788.
"""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from baseten_sdk import Client, WebhookSignatureError, verify

MODEL_ID = os.environ.get("BASETEN_MODEL_ID", "abcd1234")
PORT = int(os.environ.get("PORT", "8788"))
SECRET = os.environ["BASETEN_WEBHOOK_SECRET"]


class Endpoint(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            result = verify(body, self.headers, secrets=SECRET)
        except WebhookSignatureError as error:
            print("refused:", error)
            self.send_error(401)
        else:
            print(result.request_id, result.data, result.errors)
            self.send_response(204)
            self.end_headers()


def main() -> None:
    with (
        Client() as client,
        HTTPServer(("127.0.0.1", PORT), Endpoint) as server,
    ):
        url = os.environ.get("WEBHOOK_URL", f"http://127.0.0.1:{server.server_port}/")
        job = client.deployments(MODEL_ID).async_predict(
            {"prompt": "Hello"}, webhook_endpoint=url
        )
        server.timeout = 600
        server.handle_request()
        print(job.wait(deadline=60).webhook_status)


if __name__ == "__main__":
    main()
