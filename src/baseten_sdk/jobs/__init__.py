"""Many async requests with a ledger that survives the end of the process: `client.jobs.submit`.

The rules in one place. A row is written to the ledger before it is sent, its request ID after that, and its output when
it is delivered. If the ID is missing, the row may have been accepted or not. Such a row is held until its delivery
comes, which the tag in its webhook's URL identifies, or until the deployment's queue has been empty for longer than a
delivery takes. Only then is it sent again.

- `run`: from the arguments to the report.
- `engine`: the tasks of a run, and when it ends.
- `rows`: what the caller gives. `limits`: what the caller allows.
- `sender`, `admission_gate`: making submissions, and when to hold them back.
- `watcher`, `webhook_source`: finding out how submissions ended.
- `outcomes`: what a status, or a failed submission, means. Pure.
- `submissions`, `state`: what is known about each submission, and how that changes.
- `ledger`, `journal`: the file, and the one writer that puts many changes into one commit.
- `queue_client`: the calls to the service.
- `report`, `results`, `progress`: what the caller sees.

It imports the public API, the shared parts of long runs (`_runs`), and the receiver's stores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazy_names

if TYPE_CHECKING or not lazy_names(__name__):
    from .report import JobsReport as JobsReport
    from .results import JobFailure as JobFailure, JobResult as JobResult, JobResults as JobResults
