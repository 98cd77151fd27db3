"""Where the routes of a container on one's own machine are."""

from __future__ import annotations

import pytest

from baseten_sdk._core.request.container_urls import ContainerURLs
from baseten_sdk._core.request.service_urls import BaseURL
from baseten_sdk.config import DEPLOYMENT_FIRST_BYTE
from baseten_sdk.errors import ConfigurationError, InvalidRequestError

URL = "http://127.0.0.1:8080"


@pytest.mark.parametrize("given", [URL, f"{URL}/"])
def test_a_container_has_the_routes_of_its_server(given: str) -> None:
    urls = ContainerURLs.below(given)
    assert urls.at("predict") == f"{URL}/v1/models/model:predict"
    assert urls.at("websocket") == f"{URL}/v1/websocket"
    assert urls.engine == BaseURL(f"{URL}/v1", DEPLOYMENT_FIRST_BYTE)
    assert urls.sync("items/1 2") == f"{URL}/items/1%202"
    assert urls.sync("/") == f"{URL}/"
    assert urls.name == f"container {URL}"
    assert urls.is_container


def test_it_may_lie_below_a_path() -> None:
    assert ContainerURLs.below("http://h:1/a/b").at("predict") == "http://h:1/a/b/v1/models/model:predict"


@pytest.mark.parametrize("path", ["async_predict", "wake", "async_queue_status", "async_run_remote"])
def test_what_only_the_service_has_is_refused(path: str) -> None:
    urls = ContainerURLs.below(URL)
    with pytest.raises(ConfigurationError, match="has no queue"):
        urls.at(path)
    with pytest.raises(ConfigurationError, match="has no queue"):
        urls.async_request("0f1e")


@pytest.mark.parametrize("path", ["", "..", "a/../b", "//evil.example.com", "https://evil.example.com/", "a?b", "a//b"])
def test_nothing_in_a_path_can_leave_the_container(path: str) -> None:
    with pytest.raises(InvalidRequestError, match="path"):
        ContainerURLs.below(URL).sync(path)


@pytest.mark.parametrize(
    "url",
    [
        *("", "127.0.0.1:8080", "abcd1234", "ftp://h", "http://user:hunter2@h", "http://h?x=1", "http://h/../x"),
        *(f"{URL}/v1", f"{URL}/v1/", f"{URL}/v1/models/model:predict", f"{URL}/v1/chat/completions", f"{URL}/predict"),
    ],
)
def test_a_url_that_is_not_that_of_a_container_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"^url must") as caught:
        ContainerURLs.below(url)
    assert "hunter2" not in str(caught.value)
