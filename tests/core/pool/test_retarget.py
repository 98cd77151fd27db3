"""One request for any member."""

from __future__ import annotations

import json

import pytest

from baseten_sdk import ConfigurationError, Endpoints, InvalidRequestError, Target, user
from baseten_sdk._core.chat.request import chat_request
from baseten_sdk._core.pool.retarget import (
    MemberURLs,
    check_members,
    member_urls,
    placeholder,
    retarget,
    route_of,
)
from baseten_sdk._core.request.embeddings import ANY_MODEL, embeddings_request
from baseten_sdk._core.request.options import Options
from baseten_sdk._core.request.request import Request, build
from baseten_sdk._core.request.routing import Router

HERE = placeholder()
ROUTER = Router(None, Endpoints.below("http://127.0.0.1:9"))
OWN = member_urls(Target("abcd1234", model='a "name"'), ROUTER)
APIS = member_urls(Target(model="zai-org/GLM-5.3"), ROUTER)


def chat(**params: object) -> Request:
    return chat_request(HERE.engine, ANY_MODEL, [user("Hi")], params, Options(), stream=False)


@pytest.mark.parametrize(
    ("member", "url", "name"),
    [
        (OWN, "http://127.0.0.1:9/model/abcd1234/environments/production/sync/v1/chat/completions", 'a "name"'),
        (APIS, "http://127.0.0.1:9/v1/chat/completions", "zai-org/GLM-5.3"),
    ],
)
def test_a_chat_goes_to_the_engine_under_the_name_of_the_member(member: MemberURLs, url: str, name: str) -> None:
    request = retarget(chat(temperature=0.5), member)
    assert request.url == url
    assert json.loads(request.body) == {
        "model": name,
        "messages": [{"role": "user", "content": "Hi"}],
        "temperature": 0.5,
    }


def test_other_bodies_and_a_query_stay_as_they_are() -> None:
    sent = build("POST", HERE.at("predict"), Options(), accept="*/*", first_byte=1.0, query="a=1")
    request = retarget(sent, OWN)
    assert request.url == "http://127.0.0.1:9/model/abcd1234/environments/production/predict?a=1"
    assert request.body == sent.body
    assert route_of(sent) == "/predict"


def test_embeddings_have_the_name_of_the_member() -> None:
    sent = embeddings_request(
        HERE.engine, ANY_MODEL, "text", Options(), dimensions=None, encoding_format=None, user=None
    )
    assert json.loads(retarget(sent, OWN).body) == {"model": 'a "name"', "input": "text"}


def test_what_a_member_cannot_serve_is_refused() -> None:
    predict = build("POST", HERE.at("predict"), Options(), accept="*/*", first_byte=1.0)
    check_members(predict, route_of(predict), (OWN,))
    check_members(chat(), route_of(chat()), (OWN, APIS))
    with pytest.raises(ConfigurationError, match="/predict needs a dedicated deployment"):
        check_members(predict, route_of(predict), (OWN, APIS))
    with pytest.raises(InvalidRequestError, match="must not be sent twice"):
        check_members(predict._replace(safety="once"), route_of(predict._replace(safety="once")), (OWN,))


def test_a_name_that_the_call_gives_is_for_members_without_one() -> None:
    bare = member_urls(Target("wxyz5678"), ROUTER)
    named = chat_request(HERE.engine, 'mine "\\" too', [user("Hi")], {}, Options(), stream=False)
    assert json.loads(retarget(named, bare).body)["model"] == 'mine "\\" too'
    for member, name in ((OWN, 'a "name"'), (APIS, "zai-org/GLM-5.3")):
        body = json.loads(retarget(named, member).body)
        assert body == {"model": name, "messages": [{"role": "user", "content": "Hi"}]}
    assert json.loads(retarget(chat(), bare).body)["model"] == "wxyz5678"


def test_embeddings_of_the_model_apis_are_refused_and_those_of_a_gateway_are_not() -> None:
    gateway = member_urls(Target(model="bge"), Router("http://gateway.test/v1", None))
    sent = embeddings_request(
        HERE.engine, ANY_MODEL, "text", Options(), dimensions=None, encoding_format=None, user=None
    )
    check_members(sent, route_of(sent), (OWN, gateway))
    with pytest.raises(ConfigurationError, match=r"zai-org/GLM-5\.3 is a model of the Model APIs"):
        check_members(sent, route_of(sent), (OWN, APIS))


def test_a_request_knows_the_member_that_it_goes_to() -> None:
    assert (retarget(chat(), OWN).member, retarget(chat(), OWN).hedge) == (OWN.target, False)
    assert retarget(chat(), OWN, hedge=True).hedge


@pytest.mark.parametrize(
    ("name", "engine", "sent"),
    [
        ("a/b", "http://127.0.0.1:9/v1", b'{"model":"a/b",'),
        ("baseten/a/b", "http://127.0.0.1:9/v1", b'{"model":"a/b",'),
        ("baseten/mymodel-4", "http://127.0.0.1:9/v1", b'{"model":"baseten/mymodel-4",'),
        ("abcd1234", "http://127.0.0.1:9/model/abcd1234/environments/production/sync/v1", b'{"model":"abcd1234",'),
    ],
)
def test_the_model_of_a_member_is_found_by_its_name_as_everywhere(name: str, engine: str, sent: bytes) -> None:
    member = member_urls(Target(model=name), ROUTER)
    assert (member.engine, member.head) == (engine, sent)
    assert member.name is not None
    assert member.name.given == name
