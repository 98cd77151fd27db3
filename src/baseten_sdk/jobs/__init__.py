"""Many async requests with a ledger that survives the end of the process: `client.jobs.submit`.

The rules, in one place. A row is written to the ledger before it is sent, its request id after, its output when it
comes. So a row whose id is missing is one of which nobody knows whether it was taken: it is held until its delivery
comes, which the tag in its webhook's URL tells, or until the deployment's queue was seen empty for longer than a
delivery takes. Only then is it sent again.

- `ledger`: the file, and what may be written to it.
- `journal`: one writer, many writes in one commit.
- `decide`: what a status, or a failed submission, means. Pure.
- `engine`: sending, watching, holding, until all rows are over.
- `report`, `progress`: what the caller sees.

It imports the public API, and from `batch` the supply of rows and the display.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazy_names

if TYPE_CHECKING or not lazy_names(__name__):
    from .report import (
        JobFailure as JobFailure,
        JobResult as JobResult,
        JobResults as JobResults,
        JobsReport as JobsReport,
    )
