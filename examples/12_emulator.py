"""The service on your machine: your code is tested against real sockets, without a key. Needs baseten-sdk[emulator]."""

from baseten_sdk import Client, StreamInterrupted, user
from baseten_sdk.emulator import Emulator


def main() -> None:
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints, max_retries=1) as client:
        chat = client.chat.completions
        print(chat.create(model="openai/gpt-oss-120b", messages=[user("Say hello")]).text)

        emu.faults.push("status=503", None)  # the first attempt fails, the second passes
        completion = chat.create(model="openai/gpt-oss-120b", messages=[user("Say hello again")])
        print(completion.text, "after", completion.meta.attempts, "attempts")

        emu.faults.push("cut=3")
        try:
            with chat.stream(model="openai/gpt-oss-120b", messages=[user("Count to ten.")]) as stream:
                stream.until_done()
        except StreamInterrupted as error:
            print("cut after:", error.partial.text if error.partial else "nothing")

        print([f"{request.method} {request.path} {request.status}" for request in emu.requests])


if __name__ == "__main__":
    main()
