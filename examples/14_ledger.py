"""Many async requests with a ledger: after any interruption, run it again to resume."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

from baseten_sdk import Client

MODEL_ID = os.environ.get("BASETEN_MODEL_ID", "abcd1234")
# To resume after an interruption, use a folder that stays the same.
FOLDER = Path(gettempdir()) / f"ledger-{os.getpid()}"


def rows() -> Iterator[dict[str, str]]:
    for number in range(20):
        yield {"recording": f"https://example.com/{number}.wav"}


def main() -> None:
    FOLDER.mkdir()
    secret = os.environ["BASETEN_WEBHOOK_SECRET"]
    url = os.environ.get("WEBHOOK_URL")  # how Baseten reaches the port
    port = int(os.environ.get("PORT", "8788"))
    ledger = FOLDER / "jobs.sqlite"
    with (
        Client() as client,
        client.webhooks.listen(
            secrets=[secret], url=url, port=port, store=ledger
        ) as inbox,
    ):
        deployment = client.deployments(MODEL_ID)
        report = client.jobs.submit(
            rows(), deployment=deployment, webhook=inbox, ledger=ledger
        )
    print(report)
    for result in report.results():
        print(result.key, result.output or result.failure)


if __name__ == "__main__":
    main()
