"""The emulator: test your code over real sockets, without a key.

Needs baseten-sdk[emulator].
"""

from baseten_sdk import Client, StreamInterrupted, user
from baseten_sdk.emulator import Emulator

MODEL = "openai/gpt-oss-120b"


def main() -> None:
    with (
        Emulator() as emu,
        Client(api_key=emu.api_key, endpoints=emu.endpoints, max_retries=1) as client,
    ):
        chat = client.chat.completions
        print(chat.create(model=MODEL, messages=[user("Say hello")]).text)

        emu.faults.push(
            "status=503", None
        )  # the first attempt fails, the second passes
        completion = chat.create(model=MODEL, messages=[user("Say hello again")])
        print(completion.text, "after", completion.meta.attempts, "attempts")

        emu.faults.push("cut=3")
        try:
            with chat.stream(model=MODEL, messages=[user("Count to ten.")]) as stream:
                stream.until_done()
        except StreamInterrupted as error:
            print("cut after:", error.partial.text if error.partial else "nothing")

        for request in emu.requests:
            print(request.method, request.path, request.status)


if __name__ == "__main__":
    main()
