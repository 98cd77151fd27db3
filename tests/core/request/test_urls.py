"""Nothing that is quoted can leave its place, and only the service's own URLs are taken for its own."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import pytest
from hypothesis import example, given, strategies as st

from baseten_sdk._core.request.base_urls import check_base_url, template_matches
from baseten_sdk._core.request.query import encode_query
from baseten_sdk._core.request.urls import check_label, quote_path, quote_segment
from baseten_sdk.errors import InvalidRequestError

NASTY = st.text(st.sampled_from("ab./%2eE5fF\\@:?#;&=+ \t\n\x00\x7f\u0085\ud800é😀\uff0e"), max_size=12)
MILD = st.text(st.sampled_from("ab./%2eE5fF@:;&=+ é"), max_size=12)
ANYTHING = st.one_of(MILD, NASTY, st.text(max_size=12))


@given(ANYTHING)
def test_a_label_is_letters_digits_hyphens_and_underscores_or_refused(value: str) -> None:
    if re.fullmatch("[a-zA-Z0-9_-]+", value):
        assert check_label(value, "model_id") == value
    else:
        with pytest.raises(InvalidRequestError, match=r"^model_id must be"):
            check_label(value, "model_id")


@pytest.mark.parametrize(
    "value", ["x@evil.com/", "", "..", "a.b", "a/b", "a b", "ab\n", "é", "\uff11\uff12", 5, None, b"ab"]
)
def test_a_bad_label_is_refused_by_name(value: object) -> None:
    with pytest.raises(InvalidRequestError, match=r"^environment must be letters"):
        check_label(value, "environment")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_long_bad_label_is_shown_in_part() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        check_label("x/" * 10_000, "model_id")
    assert len(str(caught.value)) < 150
    with pytest.raises(InvalidRequestError, match="longer than the 63"):
        check_label("x" * 64, "model_id")


def assert_inside(url: str) -> None:
    """Whatever reads it, the URL stays on its host and below its path."""
    split = urlsplit(url)
    assert (split.scheme, split.netloc) == ("https", "h")
    assert (split.query, split.fragment) == ("", "")
    assert split.path.startswith("/a/")
    parsed = httpx.URL(url)
    assert (parsed.scheme, parsed.host, parsed.port, parsed.userinfo) == ("https", "h", None, b"")
    assert (parsed.query, parsed.fragment) == (b"", "")
    assert parsed.raw_path.startswith(b"/a/")
    assert parsed.raw_path.decode() == split.path
    joined = httpx.URL("https://h/a/").join(url)
    assert str(joined) == url


@given(ANYTHING)
@example("%2e%2e")
@example("%252e%2e")
@example(".%2E")
@example("a b%")
def test_a_quoted_segment_stays_one_segment(value: str) -> None:
    try:
        quoted = quote_segment(value, "request_id")
    except InvalidRequestError:
        return
    assert_inside(f"https://h/a/{quoted}")
    assert "/" not in quoted
    assert unquote(quoted) == value
    seen = quoted
    for _ in range(12):
        assert seen not in (".", "..")
        seen = unquote(seen)


@given(ANYTHING)
@example("/x//y")
@example("x/%2e%2e/y")
@example("http:/evil")
def test_a_quoted_path_stays_below_its_prefix(path: str) -> None:
    try:
        quoted = quote_path(path)
    except InvalidRequestError:
        return
    assert_inside(f"https://h/a/{quoted}")
    assert not quoted.startswith("/")
    assert unquote(quoted) == path.removeprefix("/")
    seen = quoted
    for _ in range(12):
        assert not {".", ".."} & set(re.split(r"[/\\]", seen))
        seen = unquote(seen)


@pytest.mark.parametrize(
    "value",
    ["", ".", "..", "%2e", "%2E%2e", ".%2e", "%252e%252e", "%2e%2e%2fx", "a/b", "a\\b", "..%5cx", "a\nb",
     "a\x00", "a\x7f", "\x85", "\ud800", "%" + "25" * 50 + "2e", 5, None, b"a"],
)  # fmt: skip
def test_a_segment_that_could_climb_or_break_is_refused(value: object) -> None:
    with pytest.raises(InvalidRequestError, match=r"^request_id must"):
        quote_segment(value, "request_id")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("path", "quoted"),
    [
        ("items/123", "items/123"),
        ("/items/123", "items/123"),
        ("items/", "items/"),
        ("/", ""),
        ("v1/models/name:predict", "v1/models/name:predict"),
        ("name:predict", "name:predict"),
        ("a b/é", "a%20b/%C3%A9"),
        ("100%", "100%25"),
        ("a%2Fb", "a%252Fb"),
        ("...", "..."),
        (".well-known/x", ".well-known/x"),
        ("a@b", "a@b"),
    ],
)
def test_a_path_is_quoted_segment_by_segment(path: str, quoted: str) -> None:
    assert quote_path(path) == quoted


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "must not be empty"),
        ("//evil.com/x", "not a URL"),
        ("//", "not a URL"),
        ("https://evil.com", "not a URL"),
        ("HTTPS:evil.com", "not a URL"),
        ("gopher:/x", "not a URL"),
        ("a//b", "empty segment"),
        ("a//", "empty segment"),
        ("a?b=1", "params="),
        ("a#b", "params="),
        ("../x", "segments"),
        ("a/./b", "segments"),
        ("a/%2e%2e/b", "segments"),
        ("a/%252E%252E", "segments"),
        ("a/%2e%2e%2fb", "segments"),
        ("a\\b", "backslash"),
        ("/\\evil.com", "backslash"),
        ("a\r\nb", "control characters"),
        ("\ud800", "lone surrogates"),
        (b"a", "must be str"),
        (None, "must be str"),
    ],
)
def test_a_path_that_could_leave_is_refused(path: object, reason: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"^path.*{reason}"):
        quote_path(path)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_query_is_encoded_value_by_value() -> None:
    params = {
        "a": "x y&z=é",
        "b": 5,
        "c": 1.5,
        "d": True,
        "e": None,
        "f": ["p", 2, False, None],
        "g h": "",
        "i": (),
    }
    assert encode_query(params) == "a=x%20y%26z%3D%C3%A9&b=5&c=1.5&d=true&f=p&f=2&f=false&g%20h="
    assert encode_query({}) == ""


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), NASTY, max_size=4))
def test_a_query_reads_back_as_it_was(params: dict[str, str]) -> None:
    if any("\ud800" in value for value in params.values()):
        with pytest.raises(InvalidRequestError, match="surrogates"):
            encode_query(params)
        return
    query = encode_query(params)
    assert parse_qsl(query, keep_blank_values=True, strict_parsing=bool(params)) == list(params.items())
    assert httpx.URL(f"https://h/a/?{query}").query.decode() == query


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"x", {"a": 1}, {1}, object(), [["nested"]], "\ud800"])
def test_a_value_that_is_no_query_parameter_is_refused_by_name(value: object) -> None:
    with pytest.raises(InvalidRequestError, match=r"params\['limit'\]"):
        encode_query({"limit": value})


def test_an_integer_that_python_cannot_write_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="too many digits"):
        encode_query({"limit": 10**6000})


def test_a_name_or_mapping_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="params"):
        encode_query({5: "x"})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidRequestError, match="params must be a mapping"):
        encode_query([("a", "b")])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("https://h", "https://h"),
        ("https://h/", "https://h"),
        ("http://127.0.0.1:8787/v1/", "http://127.0.0.1:8787/v1"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("HTTPS://Gateway.example.com/a/b", "HTTPS://Gateway.example.com/a/b"),
    ],
)
def test_a_base_url_loses_only_its_last_slash(url: str, checked: str) -> None:
    assert check_base_url(url, "base_url") == checked


@pytest.mark.parametrize(
    "url",
    ["", "h", "//h", "ftp://h", "file:///etc", "https://", "https:///v1", "https://user:pa55word@h", "https://@h",
     "https://h?q=pa55word", "https://h/#f", "https://h/a b", "https://h\n", "https://h\\@x", "https://é.com",
     "https://h:0", "https://h:65536", "https://h:", "https://h:x", "https://a..b", "https://h/a/../b",
     "https://h/%2e%2e/b", "https://" + "x" * 64 + ".com", "https://[h]", None, b"https://h"],
)  # fmt: skip
def test_a_bad_base_url_is_refused_and_not_shown(url: object) -> None:
    with pytest.raises(InvalidRequestError, match=r"^base_url must") as caught:
        check_base_url(url, "base_url")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert "pa55word" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("/v1/chat/completions", "/chat/completions"),
        ("/v1/chat/completions/", "/chat/completions"),
        ("/v1/Chat/Completions", "/chat/completions"),
        ("/v1/completions", "/completions"),
        ("/embeddings", "/embeddings"),
        ("/environments/production/predict", "/predict"),
        ("/production/async_predict//", "/async_predict"),
        ("/production/run_remote", "/run_remote"),
    ],
)
def test_the_url_of_a_call_is_no_base_url(path: str, call: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        check_base_url(f"https://pa55word.example.com{path}", "base_url")
    assert str(caught.value).startswith(f"base_url must not end with {call}: ")
    assert "pa55word" not in str(caught.value)


@pytest.mark.parametrize("path", ["/models", "/chat/completions/v1", "/completionsx", "/predict-api"])
def test_a_base_url_may_hold_the_name_of_a_call_elsewhere(path: str) -> None:
    assert check_base_url(f"https://h{path}", "base_url") == f"https://h{path}"


MODEL = "https://model-{model_id}.api.baseten.co"
LOCAL = "http://127.0.0.1:8787/model/{model_id}"
REGIONAL = "https://model-{model_id}-{environment}.api.baseten.co/"


@pytest.mark.parametrize(
    ("template", "url"),
    [
        (MODEL, "https://model-abcd1234.api.baseten.co"),
        (MODEL, "https://model-abcd1234.api.baseten.co/production/predict"),
        (MODEL, "https://MODEL-abcd1234.API.baseten.co:443/x"),
        (MODEL, "https://model-abcd1234.api.baseten.co?x=/../y"),
        (REGIONAL, "https://model-abcd1234-prod-us.api.baseten.co/predict"),
        (LOCAL, "http://127.0.0.1:8787/model/abcd1234/production/predict"),
        (LOCAL, "http://127.0.0.1:8787/model/abcd1234"),
        (LOCAL, "http://127.0.0.1:8787/model/abcd1234?x=1"),
        ("https://inference.baseten.co/v1", "https://inference.baseten.co/v1/models"),
        ("https://inference.baseten.co/v1/", "https://inference.baseten.co/v1"),
        ("https://api.example.com", "HTTPS://Api.Example.COM/x"),
        ("https://h", "https://h:443/"),
        ("https://h", "https://h:0443/"),
        ("https://h:80", "https://h:80"),
        ("http://h", "http://h:80?x"),
        ("http://[::1]:8787", "http://[::1]:8787/x"),
    ],
)
def test_a_url_of_the_endpoint_is_known(template: str, url: str) -> None:
    assert template_matches(template, url)


@pytest.mark.parametrize(
    ("template", "url"),
    [
        (MODEL, "https://model-x.api.baseten.co.evil.com/"),
        (MODEL, "https://model-x.api.baseten.co@evil.com/"),
        (MODEL, "https://evil.com/model-x.api.baseten.co"),
        (MODEL, "https://evil.com?model-x.api.baseten.co"),
        (MODEL, "https://evil.com#.api.baseten.co"),
        (MODEL, "https://evil.com\\.api.baseten.co"),
        (MODEL, "https://model-a.b.api.baseten.co/"),
        (MODEL, "https://model-.api.baseten.co/"),
        (MODEL, "https://xmodel-a.api.baseten.co/"),
        (MODEL, "https://model-aXapi.baseten.co/"),
        (MODEL, "http://model-a.api.baseten.co/"),
        (MODEL, "https://model-a.api.baseten.co:8443/"),
        (MODEL, "https://model-a.api.baseten.co./"),
        (MODEL, "https://user@model-a.api.baseten.co/"),
        (MODEL, "https://model-a.api.baseten.co/\n"),
        (MODEL, "https://model-a.api.baseten.co/a\\b"),
        (MODEL, "//model-a.api.baseten.co/"),
        (MODEL, ""),
        (LOCAL, "http://127.0.0.1:8787/model/"),
        (LOCAL, "http://127.0.0.1:8787/model/a.b"),
        (LOCAL, "http://127.0.0.1:8787/model/a%2fb"),
        (LOCAL, "http://127.0.0.1:8787/model/a/../../admin"),
        (LOCAL, "http://127.0.0.1:8787/model/a/%2E%2e/b"),
        (LOCAL, "http://127.0.0.1:8787/model/../a"),
        (LOCAL, "http://127.0.0.1:8787/Model/a"),
        (LOCAL, "http://127.0.0.1:8788/model/a"),
        (LOCAL, "http://127.0.0.1/model/a"),
        ("https://inference.baseten.co/v1", "https://inference.baseten.co/v1x"),
        ("https://inference.baseten.co/v1", "https://inference.baseten.co/v1;x"),
        ("https://inference.baseten.co/v1", "https://inference.baseten.co/"),
        ("https://h", "/x"),
        ("https://b", "https://a@b"),
        ("https://h", "wss://h"),
        ("https://h", "https://h\t"),
    ],
)
def test_a_foreign_url_is_not_taken_for_the_endpoints(template: str, url: str) -> None:
    assert not template_matches(template, url)


@given(st.text(st.sampled_from("model-x.apibstncvl@:/?#\\%2e \t443"), max_size=40), NASTY)
@example("model-x.api.baseten.co", "/x")
def test_a_url_that_matches_goes_to_the_host_of_the_template(host: str, rest: str) -> None:
    url = f"https://{host}{rest}"
    if template_matches(MODEL, url):
        assert re.fullmatch(r"model-[a-z0-9_-]+\.api\.baseten\.co", httpx.URL(url).host)
        assert httpx.URL(url).userinfo == b""
        assert httpx.URL(url).port is None


@given(st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True), ANYTHING)
def test_a_url_made_by_quoting_belongs_to_its_template(model_id: str, path: str) -> None:
    try:
        quoted = quote_path(path)
    except InvalidRequestError:
        return
    for template in (MODEL, LOCAL):
        assert template_matches(template, f"{template.format(model_id=check_label(model_id, 'id'))}/{quoted}?x=1")


def test_a_template_that_is_no_url_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="endpoint"):
        template_matches("model-{model_id}", "https://h")
