"""`baseten-sdk doctor`: find out why calls fail, and say how to fix it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from urllib.parse import urlsplit

import typer

from .. import Client
from ..config import Endpoints
from ..errors import ConfigurationError
from . import checks
from .checks import Finding, State
from .exit_codes import ExitCode
from .printing import Printer
from .session import Session

COLORS: dict[State, str] = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor(session: Session) -> None:
    """Check the key, network, proxy, TLS, clock and latency, and say how to fix problems."""
    code = ExitCode.OK

    def found() -> Iterator[Finding]:
        nonlocal code
        for finding in findings(session):
            code = code or finding.code
            yield finding

    if session.out.structured:
        session.out.values(map(asdict, found()))
    else:
        for finding in found():
            _say(session.out, finding)
    if code:
        raise typer.Exit(code)


def findings(session: Session) -> Iterator[Finding]:
    """Each finding, up to the first failure that makes the later checks pointless."""
    yield checks.installation()
    try:
        form = checks.key_form(session.configured_key(), session.key_source)
    except ConfigurationError as error:
        form = checks.no_key(str(error))
    yield form
    if form.state == "fail":
        return
    with session.client() as client:
        yield from _check_network(session, client)


def _check_network(session: Session, client: Client) -> Iterator[Finding]:
    where, source = address(session)
    finding = checks.address(where, source)
    yield finding
    if finding.state == "fail":
        return
    url = urlsplit(where)
    via, finding = checks.proxy(url)
    yield finding
    if finding.state == "fail":
        return
    first = via or url
    steps = [partial(checks.names, first.hostname or ""), partial(checks.connection, first)]
    if via is None and url.scheme == "https":
        steps.append(partial(checks.tls, url))
    for step in steps:
        finding = step()
        yield finding
        if finding.state == "fail":
            return
    meta, finding = checks.answer(client, api_key_scheme=_scheme(session) == "api-key")
    yield finding
    if meta is not None:
        yield checks.clock(meta.headers.get("date"), time.time())
        yield checks.latency(client)


def address(session: Session) -> tuple[str, str]:
    """Return the URL of the Model APIs, found the way a client finds it, and what says so."""
    shared = session.shared
    if shared.base_url:
        return shared.base_url, "--base-url"
    if (endpoints := session.endpoints()) is not None:
        return endpoints.model_apis, "--emulator" if shared.emulator else "BASETEN_EMULATOR"
    if url := os.environ.get("BASETEN_BASE_URL"):
        return url, "BASETEN_BASE_URL"
    return Endpoints().model_apis, "the default"


def _scheme(session: Session) -> str:
    return (session.shared.auth_scheme or os.environ.get("BASETEN_AUTH_SCHEME") or "bearer").lower()


def _say(out: Printer, finding: Finding) -> None:
    out.label(f"{finding.state:<4}", COLORS[finding.state])
    out.line(f"  {finding.check:<8} {finding.detail}")
    if finding.advice:
        out.line(f"{'':15}-> {finding.advice}")
