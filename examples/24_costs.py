"""Costs: dollars from the service's prices, and a batch that stops at a budget."""

from pathlib import Path
from tempfile import TemporaryDirectory

from baseten_sdk import Client, batch, user
from baseten_sdk.batch import Budget

MODEL = "openai/gpt-oss-120b"

with Client() as client, TemporaryDirectory() as folder:
    prices = client.models.prices()
    completion = client.chat.completions.create(
        model=MODEL, messages=[user("Say hello.")]
    )
    cost = prices.cost(completion)
    if cost is None:
        print("The cost is unknown.")
    else:
        print(f"${cost.total:f}, of which ${cost.completion:f} for the answer")

    report = client.batch.run(
        ["Rome", "Oslo", "Lima"],
        Path(folder) / "out.jsonl",
        request=lambda city: batch.chat(model=MODEL, messages=[user(f"Say {city}.")]),
        prices=prices,
        budget=Budget(dollars=1),
    )
    print(report)
