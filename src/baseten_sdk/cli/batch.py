"""`baseten-sdk batch`: a file of rows to a file of results."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ..batch import (
    Budget,
    Format,
    Kind,
    Recipe,
    Request,
    RunOptions,
    Shard,
    Where,
    files_of,
    openai_request,
    output_path,
    shard_path,
)
from ..errors import BatchStopped
from ..types.batch import Ok, Report
from ..types.chat import ChatCompletion
from ..types.json import JsonValue
from .batch_options import check_shareable, content_of, limits_of, params_of, target_of
from .exit_codes import ExitCode
from .pool import read_pool
from .processes import Division, run_processes, sharing, this_program
from .report_file import check_report, write_report
from .runs import Progress, log_to_stderr, rows_in_flight, this_command
from .session import Session
from .target import DeploymentId, Environment, Regional

_rows = partial(typer.Option, rich_help_panel="Rows")
_calls = partial(typer.Option, rich_help_panel="Calls")
_course = partial(typer.Option, rich_help_panel="Speed, limits, progress")


def batch(
    session: Session,
    source: Annotated[Path, typer.Argument(help="JSON Lines, JSON, CSV, TSV or Parquet; also .gz, .zst; - is stdin.")],
    sink: Annotated[Path, typer.Argument(help="Output JSON Lines file. Running the same command again resumes it.")],
    model: Annotated[str | None, _calls("--model", "-m", help="Slug, or ID of a dedicated model.")] = None,
    prompt: Annotated[str | None, _calls(help="The user's message, with {fields} of the row.")] = None,
    template: Annotated[
        Path | None, _calls("--template", "-t", help="File with a prompt or a JSON object, with {fields}.")
    ] = None,
    system_text: Annotated[str | None, _calls("--system", "-s", help="System message.")] = None,
    schema: Annotated[Path | None, _calls(help="File with a JSON schema for the answers.")] = None,
    param: Annotated[
        list[str] | None, _calls("--param", "-p", metavar="NAME=JSON", help="Parameter; repeatable.")
    ] = None,
    predict: Annotated[bool, _calls("--predict", help="Predict with --deployment.")] = False,
    embed: Annotated[bool, _calls("--embed", help="Embed the --prompt with --deployment.")] = False,
    deployment: Annotated[
        str | None, _calls(metavar="MODEL_ID", help="Ask this dedicated model, or the container at this URL.")
    ] = None,
    environment: Environment = None,
    deployment_id: DeploymentId = None,
    regional: Regional = None,
    pool: Annotated[
        Path | None, _calls(metavar="FILE", help="TOML file that describes a pool: [[members]], [hedge].")
    ] = None,
    key: Annotated[str | None, _rows(help="Field that names a row (default: custom_id, id, or its line).")] = None,
    format: Annotated[
        Format | None,
        _rows(metavar="FORMAT", help="jsonl, json, csv, tsv or parquet, if the name of the source does not say so."),
    ] = None,
    text: Annotated[bool, _rows("--text", help="Write only the text of answers.")] = False,
    concurrency: Annotated[str, _course("--concurrency", "-c", help='Rows in flight, or "auto".')] = "64",
    requests_per_minute: Annotated[float | None, _course(help="Limit of requests in any minute.")] = None,
    tokens_per_minute: Annotated[float | None, _course(help="Limit of tokens in any minute.")] = None,
    shared_limits: Annotated[
        str | None,
        _course(metavar="PATH|URL", help="File or redis:// URL. All commands that name it share these limits."),
    ] = None,
    processes: Annotated[int, _course(min=1, help="Processes that share rows, limits and budgets.")] = 1,
    shard: Annotated[str | None, _rows(metavar="I/N", help="Run part I of N only, into SINK.")] = None,
    shard_of: Annotated[Path | None, typer.Option(hidden=True)] = None,
    retries: Annotated[int, _course(min=0, help="Further tries of a row after a transient failure.")] = 4,
    abort_after: Annotated[int, _course(min=0, help="Identical failures that abort the batch; 0: never.")] = 20,
    budget_tokens: Annotated[int | None, _course(min=1, help="Tokens after which the batch stops.")] = None,
    budget_dollars: Annotated[float | None, _course(min=0, help="Dollars after which it stops; see --dollars.")] = None,
    budget_failures: Annotated[int | None, _course(min=0, help="Failed rows after which it stops.")] = None,
    budget_seconds: Annotated[float | None, _course(min=0, help="Seconds after which it stops.")] = None,
    dollars: Annotated[bool, _course("--dollars", help="Fetch prices, and report what the rows cost.")] = False,
    retry_failed: Annotated[bool, _course("--retry-failed", help="Run rows that failed earlier again.")] = False,
    force: Annotated[bool, _course("--force", help="Continue even if the output is another batch's.")] = False,
    progress: Annotated[Progress, _course(metavar="HOW", help="Show progress: auto, bar, log or none.")] = "auto",
    report: Annotated[Path | None, _course(help="File for the report: HTML if it ends in .html, else JSON.")] = None,
) -> None:
    """Run every row of a file, each exactly once.

    Without --model, --predict and --embed the source is an OpenAI batch file, and so is the output. Failures go to
    OUT.failed.jsonl. Ctrl-C stops the batch; the same command resumes it.
    """
    output = output_path(sink, source)
    if report is not None:
        mine = (source, template, schema, pool, session.shared.api_key_file, *files_of(output))
        check_report(report, mine if shared_limits is None else (*mine, Path(shared_limits)))
    if processes > 1:
        check_shareable(shard, source, {"--template": template, "--schema": schema, "--pool": pool})
    target = target_of(deployment, environment, deployment_id, regional)
    if pool is not None and target is not None:
        raise typer.BadParameter("Give either --pool or --deployment, not both.")
    members = None if pool is None else read_pool(pool)
    if predict and embed:
        raise typer.BadParameter("Give either --predict or --embed, not both.")
    has_content = prompt is not None or template is not None
    if has_content and model is None and members is None and not (predict or embed):
        raise typer.BadParameter("--prompt and --template need --model, --pool, --predict or --embed.")
    openai = not (predict or embed or model is not None or (has_content and members is not None))
    kind: Kind = "predict" if predict else "embeddings" if embed else "chat"
    content, params = content_of(prompt, template), params_of(param, schema)

    def request_to(where: Where | None) -> Request:
        return openai_request(where) if openai else Recipe(kind, model, where, content, system_text, params)

    if members is None:
        request_to(target)  # which checks it before anything else happens
    width = rows_in_flight(concurrency)
    limits = limits_of(width, requests_per_minute, tokens_per_minute, shared_limits)
    keyless = target is not None and target.is_container
    if processes > 1:
        division = Division(
            processes, width if isinstance(width, int) else None, budget_tokens, budget_failures, budget_dollars
        )
        with sharing(limits) as options_of_all:
            code, whole = run_processes(
                this_program(),
                division,
                sink,
                options=options_of_all,
                openai=openai,
                retry_failed=retry_failed,
                key=None if keyless else session.key_for_others(),
            )
        _show(session, whole, report)
        if code:
            raise typer.Exit(code)
        return
    if shard_of is not None and shard is not None:
        sink = shard_path(shard_of, Shard.parse(shard))
    options: RunOptions = {
        "concurrency": width,
        "retries": retries,
        "abort_after": abort_after or None,
        "format": format,
        "retry_failed": retry_failed,
        "force": force,
        "budget": Budget(budget_tokens, budget_failures, budget_seconds, dollars=budget_dollars),
        "progress": progress,
        "hint": f"To resume:\n  {this_command()}",
        "shard": shard,
        "skip_rows_of": shard_of,
    }
    log_to_stderr()
    try:
        with session.client(limits, keyless=keyless) as client:
            request = request_to(target if members is None else members.of(client))
            if dollars or budget_dollars is not None:
                options["prices"] = client.models.prices()
            found = client.batch.run(source, sink, request=request, key=key, output=_text if text else None, **options)
    except BatchStopped as stopped:
        _show(session, stopped.report, report)
        raise
    _show(session, found, report)
    if found.failed:
        raise typer.Exit(ExitCode.OTHER)


def _text(ok: Ok[object, object]) -> JsonValue:
    return ok.value.text if isinstance(ok.value, ChatCompletion) else None


def _show(session: Session, report: Report, file: Path | None) -> None:
    if session.out.structured:
        session.out.value(report.to_dict())
    else:
        session.out.line(report.in_words("--retry-failed"))
    if file is not None:
        write_report(file, report, this_command())
