"""Dollars of a batch: counted by the service's prices, told in the report, and held against a budget."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from baseten_sdk import BudgetExceededError, Client, ConfigurationError, batch, user
from baseten_sdk.batch import Budget, merge_reports
from baseten_sdk.emulator import Emulator
from baseten_sdk.types.batch import Report

MODEL = "openai/gpt-oss-120b"


def ask(row: str) -> batch.Call[object]:
    return batch.chat(model=MODEL, messages=[user(f"Say {row}")])


def test_a_report_has_what_the_rows_cost(tmp_path: Path) -> None:
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        prices = client.models.prices()
        report = client.batch.run(["a", "b"], tmp_path / "out.jsonl", request=ask, prices=prices)
    cost = prices[MODEL]
    assert cost.prompt is not None
    assert cost.completion is not None
    assert report.cached_tokens == 0
    assert report.dollars == report.input_tokens * cost.prompt + report.output_tokens * cost.completion > 0
    assert report.unpriced == 0
    assert f"; ${report.dollars:.4f}; " in str(report)
    told = json.loads(report.to_json())
    assert told["dollars"] == f"{report.dollars:f}"
    assert TypeAdapter(Report).validate_json(report.to_json()).dollars == report.dollars


def test_lines_of_openai_are_priced_too(tmp_path: Path) -> None:
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Say hello"}]}
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": body}))
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        report = client.batch.run(source, tmp_path / "out.jsonl", prices=client.models.prices())
    assert report.dollars is not None
    assert report.dollars > 0


def test_rows_of_a_deployment_have_no_known_cost(tmp_path: Path) -> None:
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        report = client.batch.run(
            ["a"],
            tmp_path / "out.jsonl",
            request=lambda row: batch.chat(model=MODEL, messages=[user(row)], deployment="abcd1234"),
            prices=client.models.prices(),
        )
    assert (report.ok, report.dollars, report.unpriced) == (1, None, 1)
    assert "$" not in str(report)


def test_without_prices_nothing_is_asked_and_nothing_told(tmp_path: Path) -> None:
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        report = client.batch.run(["a"], tmp_path / "out.jsonl", request=ask)
        assert len(emu.requests) == 1
    assert (report.dollars, report.unpriced) == (None, 0)


def test_a_budget_of_dollars_stops_the_batch(tmp_path: Path) -> None:
    rows = [str(number) for number in range(50)]
    sink = tmp_path / "out.jsonl"
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        with pytest.raises(BudgetExceededError, match=r"\$0\.0000 of \$0\.0000 are used") as caught:
            client.batch.run(rows, sink, request=ask, concurrency=1, budget=Budget(dollars=Decimal("0.0000001")))
        assert caught.value.report is not None
        assert 0 < caught.value.report.ok < 50
        report = client.batch.run(rows, sink, request=ask, budget=Budget(dollars=1))
    assert report.done_before + report.ok == 50


def test_a_budget_of_dollars_stops_at_a_row_whose_cost_is_not_known(tmp_path: Path) -> None:
    def unlisted(row: str) -> batch.Call[object]:
        return batch.chat(model="acme/new", messages=[user(row)])

    with (
        Emulator() as emu,
        Client(api_key=emu.api_key, endpoints=emu.endpoints) as client,
        pytest.raises(BudgetExceededError, match="the cost of the model 'acme/new' is not known"),
    ):
        client.batch.run(
            ["a", "b", "c"], tmp_path / "o.jsonl", request=unlisted, concurrency=1, budget=Budget(dollars=1)
        )


@pytest.mark.parametrize("dollars", [-1, "5", True, float("nan"), Decimal("-0.1")])
def test_dollars_are_a_number_of_at_least_0(dollars: object) -> None:
    with pytest.raises(ConfigurationError, match=r"Budget\(dollars=\.\.\.\)"):
        Budget(dollars=dollars)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_prices_come_from_the_service(tmp_path: Path) -> None:
    with Client(api_key="k") as client, pytest.raises(ConfigurationError, match=r"client\.models\.prices\(\)"):
        client.batch.run(["a"], tmp_path / "o.jsonl", request=ask, prices={MODEL: 1})  # type: ignore[call-overload]  # pyright: ignore


def test_the_dollars_of_several_processes_add_up() -> None:
    whole = merge_reports([Report(dollars=Decimal("0.1")), Report(unpriced=2), Report(dollars=Decimal("0.2"))])
    assert (whole.dollars, whole.unpriced) == (Decimal("0.3"), 2)
    assert merge_reports([Report(), Report()]).dollars is None


def test_the_report_shows_how_much_came_from_the_cache() -> None:
    report = Report(ok=1, input_tokens=1000, cached_tokens=250, dollars=Decimal("1234.5"), unpriced=3)
    assert "tokens 1,000 in (250 cached, 25%), 0 out; $1,234.5000 and 3 rows of unknown cost; 0 retries" in str(report)
    assert report.cache_hit_rate == 0.25
    assert json.loads(report.to_json())["cache_hit_rate"] == 0.25
    assert Report().cache_hit_rate is None
