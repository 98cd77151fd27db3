from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from baseten_sdk.emulator.behaviors.parse import BehaviorError, parse, parse_slug
from baseten_sdk.emulator.behaviors.plan import Plan
from baseten_sdk.emulator.behaviors.table import HALF, PRESETS, REGISTRY, TABLE, Kind, describe
from baseten_sdk.emulator.faults.schedule import Faults


def test_text_json_and_mappings_say_the_same() -> None:
    wanted = Plan({"status": 429, "retry-after": "2", "crlf": True})
    assert parse("status=429, retry-after=2, crlf") == wanted
    assert parse('{"status": 429, "retry-after": 2, "crlf": true}') == wanted
    assert parse({"status": 429, "retry_after": 2, "crlf": True}) == wanted


@pytest.mark.parametrize(
    ("slug", "wanted"),
    [
        ("429", Plan({"status": 429})),
        ("style-b", Plan({"style": "b"})),
        ("style-llama-cpp", Plan({"style": "llama-cpp"})),
        ("cut", Plan({"cut": HALF})),
        ("cut-3+crlf", Plan({"cut": 3, "crlf": True})),
        ("tool-ids-fresh", Plan({"tool-ids": "fresh"})),
        ("retry-after-ms=5+503", Plan({"retry-after-ms": "5", "status": 503})),
    ],
)
def test_a_slug_names_behaviors_with_dashes(slug: str, wanted: Plan) -> None:
    assert parse_slug(slug) == wanted


@pytest.mark.parametrize(
    "spec",
    [
        "statsu=429",
        "status",
        "status=abc",
        "status=42",
        "status=600",
        "crlf=3",
        "style=z",
        "style",
        "{",
        "[1]",
        "cut=x",
        "queue=soon",
        "run",
        "run=-1",
        "retry-after=date:x",
    ],
)
def test_what_is_not_a_behavior_is_an_error_with_its_name(spec: str) -> None:
    with pytest.raises(BehaviorError, match=r"\w"):
        parse(spec)


def test_an_error_lists_the_choices() -> None:
    with pytest.raises(BehaviorError, match="one of a, b, c"):
        parse("style=z")


@given(st.lists(st.sampled_from(TABLE), unique=True), st.integers(min_value=200, max_value=599))
def test_every_row_of_the_table_can_be_asked_for_in_every_form(rows: list[object], number: int) -> None:
    values: dict[str, str | int | bool] = {}
    for behavior in TABLE:
        if behavior not in rows:
            continue
        match behavior.kind:
            case Kind.FLAG:
                values[behavior.name] = True
            case Kind.SECONDS:
                values[behavior.name] = "2.5"
            case Kind.NUMBER | Kind.COUNT:
                values[behavior.name] = number
            case Kind.TEXT:
                values[behavior.name] = behavior.choices[0] if behavior.choices else "some text"
    wanted = Plan(values)
    assert parse(values) == wanted
    tokens = [name if value is True else f"{name}={value}" for name, value in values.items()]
    assert parse(", ".join(tokens)) == wanted
    assert parse_slug("+".join(tokens)) == wanted


def test_every_preset_is_made_of_behaviors_and_listed() -> None:
    listed = describe()
    for name in PRESETS:
        assert parse(name)
        assert f"  {name}\n" in listed
    for name in REGISTRY:
        assert f"  {name}" in listed


def test_asking_a_plan_for_an_unknown_name_is_a_mistake_of_the_emulator() -> None:
    with pytest.raises(KeyError):
        Plan().on("statsu")


def test_a_script_is_used_up_in_order_and_none_lets_one_pass() -> None:
    faults = Faults()
    faults.push("status=500", None, "cut")
    assert [faults.take("/a") for _ in range(4)] == [
        Plan({"status": 500}),
        Plan(),
        Plan({"cut": HALF}),
        Plan(),
    ]


def test_a_script_for_a_path_waits_for_that_path() -> None:
    faults = Faults()
    faults.push("status=500", path="/predict", times=2)
    assert faults.take("/v1/models") == Plan()
    assert faults.take("/model/a/predict").number("status") == 500
    assert len(faults) == 1


def test_standing_behaviors_last_until_they_are_ended() -> None:
    faults = Faults()
    faults.always("crlf")
    faults.push("status=500")
    assert faults.take("/") == Plan({"crlf": True, "status": 500})
    assert faults.take("/") == Plan({"crlf": True})
    faults.clear()
    assert faults.take("/") == Plan()


def test_the_first_attempts_fail_and_keep_what_is_not_trouble_afterwards() -> None:
    faults = Faults()
    plan = parse("fail=2, status=429, retry-after=1, style=b")
    assert [faults.settle(plan, "k").number("status") for _ in range(4)] == [429, 429, None, None]
    later = faults.settle(plan, "k")
    assert later.text("style") == "b"
    assert later.text("retry-after") is None
    assert faults.settle(plan, "other").number("status") == 429


def test_failing_without_a_named_fault_is_a_503() -> None:
    assert Faults().settle(parse("fail=1"), "k").number("status") == 503
    assert Faults().settle(parse("fail=1, drop"), "k").number("status") is None
