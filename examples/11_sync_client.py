"""The sync client: the methods of AsyncClient without await, from any thread."""

from concurrent.futures import ThreadPoolExecutor

from baseten_sdk import Client, user

MODEL = "openai/gpt-oss-120b"


def main() -> None:
    with Client(deadline=60) as client:

        def ask(city: str) -> str:
            question = [user(f"What is {city} known for?")]
            return client.chat.completions.create(
                model=MODEL, messages=question, max_tokens=256
            ).text

        with ThreadPoolExecutor(4) as threads:
            for answer in threads.map(ask, ["Paris", "Oslo", "Rome"]):
                print(answer)

        with client.chat.completions.stream(
            model=MODEL, messages=[user("Count to five.")]
        ) as stream:
            for text in stream.text_stream:
                print(text, end="", flush=True)
        print()


if __name__ == "__main__":
    main()
