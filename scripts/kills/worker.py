"""The job that is killed: `python -m scripts.kills.worker URL SOURCE SINK CONCURRENCY RETRY_FAILED`."""

from __future__ import annotations

import sys

from baseten_sdk import ChatCompletion, Client, Retry, batch, user
from baseten_sdk.batch import Call, FileRow


def ask(row: FileRow) -> Call[ChatCompletion]:
    """The call of a row."""
    return batch.chat(model="a/b", messages=[user(str(row["text"]))])


def main(url: str, source: str, sink: str, concurrency: str, retry_failed: str) -> None:
    """Run the job to its end, if it is let."""
    with Client(api_key="abcd1234.kills", base_url=url, retry=Retry(initial=0.02, maximum=0.2)) as client:
        report = client.batch.run(
            source,
            sink,
            request=ask,
            concurrency=int(concurrency),
            retry_failed=retry_failed == "yes",
            progress="none",
        )
    print(report.to_json())


if __name__ == "__main__":
    main(*sys.argv[1:])
