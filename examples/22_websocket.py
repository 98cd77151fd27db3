"""A WebSocket: messages in both directions over one connection."""

from pydantic import BaseModel

from baseten_sdk import Client


class Reply(BaseModel):
    text: str


with Client() as client, client.deployments("abcd1234").connect() as websocket:
    for word in ("Hello", "again"):
        websocket.send({"text": word})
        print(websocket.receive(response_model=Reply, timeout=60).text)
