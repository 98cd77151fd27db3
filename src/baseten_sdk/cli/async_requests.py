"""`baseten-sdk async`: the queue of a dedicated deployment. Outputs go only to the webhook."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

import typer

from ..types.async_requests import AsyncRequestStatus
from .exit_codes import ExitCode
from .inputs import Data, File, json_value, required_body
from .printing import Printer
from .session import Session
from .target import DeploymentId, Environment, ModelId, Regional, deployment_of

RequestId: TypeAlias = Annotated[str, typer.Argument(help="ID of the async request.")]


def submit(
    session: Session,
    model_id: ModelId,
    environment: Environment = None,
    deployment_id: DeploymentId = None,
    regional: Regional = None,
    data: Data = None,
    file: File = None,
    webhook: Annotated[str | None, typer.Option(metavar="URL", help="HTTPS URL that receives the output.")] = None,
    priority: Annotated[int | None, typer.Option(min=0, max=2, help="A lower one runs first (default: 0).")] = None,
    max_time_in_queue: Annotated[
        int | None, typer.Option(metavar="SECONDS", help="Longest wait in the queue, 10 to 259200 (default: 600).")
    ] = None,
    attempts: Annotated[
        int | None, typer.Option(min=1, max=10, help="How many times the model may run (default: 3).")
    ] = None,
) -> None:
    """Queue a request and print its ID."""
    model_input = json_value(required_body(data, file))
    with session.client() as client:
        target = deployment_of(client, model_id, environment, deployment_id, regional)
        job = target.async_predict(
            model_input,
            webhook_endpoint=webhook,
            priority=priority,
            max_time_in_queue_seconds=max_time_in_queue,
            inference_retry_config=None if attempts is None else {"max_attempts": attempts},
        )
    if session.out.structured:
        session.out.value({"request_id": job.request_id, "model_id": job.model_id})
    else:
        session.out.line(job.request_id)


def status(session: Session, model_id: ModelId, request_id: RequestId, regional: Regional = None) -> None:
    """Show the status of an async request. Baseten keeps it for an hour after the request ends."""
    with session.client() as client:
        _show(session.out, client.async_requests.get(request_id, model_id=model_id, regional=regional))


def wait(session: Session, model_id: ModelId, request_id: RequestId, regional: Regional = None) -> None:
    """Wait until an async request ends, at most --deadline seconds. Exits with an error if the request failed."""
    with session.client() as client:
        job = client.deployments(model_id, regional=regional).job(request_id)
        end = job.wait(deadline=session.shared.deadline)
    _show(session.out, end)
    end.raise_for_status()


def cancel(session: Session, model_id: ModelId, request_id: RequestId, regional: Regional = None) -> None:
    """Cancel an async request that is still queued. Exits with an error if it is not."""
    with session.client() as client:
        result = client.async_requests.cancel(request_id, model_id=model_id, regional=regional)
    if session.out.structured:
        session.out.value(result)
    else:
        session.out.line(result.message or ("canceled" if result.canceled else "not canceled"))
    if not result.canceled:
        raise typer.Exit(ExitCode.OTHER)


def _show(out: Printer, status: AsyncRequestStatus) -> None:
    if out.structured:
        out.value(status)
        return
    out.line(f"status   {status.status}{_since(status.status_at)}")
    if status.webhook_status:
        out.line(f"webhook  {status.webhook_status}")
    for error in status.errors:
        out.line(f"error    {error.code}: {error.message}")


def _since(moment: datetime | None) -> str:
    return f" since {moment:%Y-%m-%d %H:%M:%S %Z}".rstrip() if moment else ""
