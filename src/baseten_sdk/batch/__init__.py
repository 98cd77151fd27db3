"""Batches: many calls from one source, with exactly one outcome for each row.

    report = await client.batch.run(
        "in.jsonl", "out.jsonl",
        request=lambda row: batch.chat(model="openai/gpt-oss-120b", messages=[user(str(row["text"]))]),
    )

It owns the public names, which are imported on first use. It uses the public API of the package, as a program of its
users would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazy_names

if TYPE_CHECKING or not lazy_names(__name__):
    from .._runs.feed import Feed as Feed, Row as Row
    from ..types.batch import Failed as Failed, Ok as Ok, Outcome as Outcome, Report as Report
    from .calls.call import Call as Call, DeploymentTarget as DeploymentTarget, Where as Where
    from .calls.chat import chat as chat
    from .calls.completions import completions as completions
    from .calls.custom import custom as custom
    from .calls.decide import decide as decide
    from .calls.embeddings import embeddings as embeddings
    from .calls.labels import classify as classify, rerank as rerank
    from .calls.messages import messages as messages
    from .calls.parse import parse as parse
    from .calls.path import path as path, sync as sync
    from .calls.predict import predict as predict
    from .calls.recipe import Kind as Kind, Recipe as Recipe, read_template as read_template
    from .calls.responses import responses as responses
    from .calls.transcribe import transcribe as transcribe
    from .options import MapOptions as MapOptions, Request as Request, RunOptions as RunOptions
    from .results.html_report import html_report as html_report
    from .results.manifest import manifest_path as manifest_path
    from .results.openai_lines import openai_request as openai_request
    from .results.outcomes import AsyncOutcomes as AsyncOutcomes, Outcomes as Outcomes
    from .results.output import failed_path as failed_path
    from .results.output_path import files_of as files_of, is_written as is_written, output_path as output_path
    from .results.sharded_output import ShardedOutput as ShardedOutput, shard_path as shard_path
    from .rows.files import Format as Format, read_rows as read_rows
    from .rows.row_type import FileRow as FileRow
    from .rows.shard import Shard as Shard
    from .run.adaptive_concurrency import AdaptiveConcurrency as AdaptiveConcurrency
    from .run.budget import Budget as Budget
    from .run.concurrency import Concurrency as Concurrency, FixedConcurrency as FixedConcurrency
    from .run.engine import Gauge as Gauge, run_rows as run_rows
    from .run.progress import Progress as Progress
    from .run.reports import merge_reports as merge_reports
    from .run.stop import Stop as Stop
