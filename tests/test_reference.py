"""The reference of the documentation: every public name is in it, and everything that a client leads to."""

from __future__ import annotations

from scripts.reference import ENTRY, REFERENCE, completed, listed, public_names, resources

PAGES = {path.stem: completed(path.stem, path.read_text(encoding="utf-8")) for path in REFERENCE.glob("*.md")}


def test_every_public_name_has_an_entry() -> None:
    text = "\n".join(PAGES.values())
    shown = {name.rpartition(".")[2] for name in ENTRY.findall(text)}
    packages = tuple(listed())  # a package on a page shows all that is made in it
    missing = [
        public.name
        for public in public_names()
        if public.last not in shown
        and f"#baseten_sdk.{public.last} }}" not in text
        and not public.module.startswith(packages)
    ]
    assert missing == []


def test_the_resources_of_a_client_are_in_it_with_their_methods() -> None:
    found = dict(resources())
    assert found["client.chat.completions"].endswith("AsyncCompletions")
    assert 'client.deployments("...").chat.completions' in found
    assert "::: baseten_sdk._async.resources.chat.AsyncCompletions" in PAGES["chat"]
    assert "heading: client.chat.completions\n" in PAGES["chat"]
    shown = {name.rpartition(".")[2] for name in ENTRY.findall("\n".join(PAGES.values()))}
    assert [path for path, name in found.items() if name.rpartition(".")[2] not in shown] == []


def test_nothing_has_two_entries() -> None:
    entries = [name for page in PAGES.values() for name in ENTRY.findall(page)]
    assert sorted(entries) == sorted(set(entries))
