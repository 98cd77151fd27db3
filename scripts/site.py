"""What the site has beyond the pages of docs/: the examples, the figures of the benchmarks, what the reference lists
by itself, and the two texts for language models, llms.txt and llms-full.txt.

It is a hook of MkDocs. The pages link to files of the repository, as they are read there; here such links are turned
to the pages made of those files.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.links import broken_links, broken_links_of_texts  # noqa: E402
from scripts.reference import REFERENCE, completed, public_names  # noqa: E402
from scripts.tabs import tabbed  # noqa: E402

UNTABBED = {"examples"}
"""Pages of whole programs."""

BEHIND = {"architecture", "benchmarks", "examples"}
"""Pages that a search shows below the guides, as it does the reference."""

EXAMPLE_LINK = re.compile(r"\]\(\.\./examples(?:/(?:frameworks/)?(?P<name>\w+)\.py)?/?\)")
ANCHOR = re.compile(r'id="baseten_sdk\.(?:\w+\.)*(\w+)"')
NOT_RUN = re.compile(r"^(```\w+) no-run$", re.MULTILINE)
GUIDE = re.compile(r"^- \[[^\]]+\]\((?P<name>[\w-]+\.md)\)", re.MULTILINE)
RESULTS_LINK = re.compile(r"\]\(\.\./benchmarks/RESULTS\.md\)")
PAGE_LINK = re.compile(r"\]\((?P<name>[\w/-]+)\.md(?P<anchor>#[^)]*)?\)")
PICTURE = re.compile(r"\]\((?P<name>[\w-]+\.svg)\)")
PICTURE_LINK = re.compile(r"\]\(\.\./benchmarks/(?P<name>[\w-]+\.svg)\)")


INTRODUCTION = """\
# baseten-sdk

> A typed Python SDK for Baseten's inference platform: chat on the Model APIs, dedicated deployments and chains, async
> requests with webhooks, embeddings, batches, and an emulator of the service for tests.

Install with `pip install baseten-sdk`; import `baseten_sdk`. `AsyncClient` (asyncio and trio) and `Client` have the
same methods. The key is `BASETEN_API_KEY`. Names are OpenAI's wherever Baseten is shaped like OpenAI.
"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made of other files."""
    files.append(File.generated(config, "examples.md", content=examples()))
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8").replace("](../docs/", "](")
    files.append(File.generated(config, "benchmarks.md", content=results))
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")]
    for name in [*PICTURE.findall(results), *(name for page in pages for name in PICTURE_LINK.findall(page))]:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / "benchmarks" / name)))
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for name, text in for_language_models(index).items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links to files of the repository to the pages made of them."""

    def example(link: re.Match[str]) -> str:
        anchor = link["name"]
        return f"](examples.md#{anchor})" if anchor else "](examples.md)"

    source = Path(page.file.src_uri)
    if source.parent.name == "reference" or source.stem in BEHIND:
        page.meta["search"] = {"boost": 0.001}
    markdown = NOT_RUN.sub(r"\1", markdown)  # a word to the tests, which would keep the fence from being one
    if source.parent.name == "reference":
        markdown = completed(source.stem, markdown)
    elif source.suffix == ".md" and source.stem not in UNTABBED:
        markdown = tabbed(markdown)
    markdown = PICTURE_LINK.sub(r"](\g<name>)", EXAMPLE_LINK.sub(example, markdown))
    return RESULTS_LINK.sub("](benchmarks.md)", markdown)


def on_post_build(config: MkDocsConfig) -> None:
    """Refuse a site whose reference lacks a public name, or with a link that leads nowhere."""
    site = Path(config.site_dir)
    if broken := sorted([*broken_links(site), *broken_links_of_texts(site)]):
        raise PluginError("Links that lead nowhere: " + ", ".join(broken))
    inventory = (Path(config.site_dir) / "objects.inv").read_bytes().split(b"\n", 4)[4]
    entries = {line.split(" ", 1)[0] for line in zlib.decompress(inventory).decode().splitlines()}
    shown = {entry.rpartition(".")[2] for entry in entries} | anchors(config)
    missing = [public.name for public in public_names() if public.last not in shown]
    if missing:
        raise PluginError(f"The reference has no entry for {', '.join(missing)}")


def anchors(config: MkDocsConfig) -> set[str]:
    """The last names of the entries that are no objects of the sources."""
    pages = (Path(config.site_dir) / "reference").glob("*/index.html")
    return {name for page in pages for name in ANCHOR.findall(page.read_text(encoding="utf-8"))}


def for_language_models(index: str) -> dict[str, str]:
    """The texts for language models: what there is, and all of it."""
    lead, _, rest = index.partition("## Guides\n")
    guides = rest.partition("\n## ")[0].strip()
    reference = "\n".join(f"- [{title}](reference/{name}/)" for name, title in _reference_pages())
    short = f"{INTRODUCTION}\n## Guides\n\n{guides}\n\n## Reference\n\n{reference}\n"
    pages = [match["name"] for match in GUIDE.finditer(guides)]
    whole = "\n\n".join((ROOT / "docs" / name).read_text(encoding="utf-8").strip() for name in pages)
    texts = {"llms.txt": short, "llms-full.txt": f"{short}\n{lead.strip()}\n\n{whole}\n"}
    return {name: _on_the_site(text) for name, text in texts.items()}


def _on_the_site(text: str) -> str:
    """A text with links to pages of the site in place of links to files."""
    text = EXAMPLE_LINK.sub(lambda link: f"](examples/#{link['name']})" if link["name"] else "](examples/)", text)
    text = PICTURE_LINK.sub(r"](\g<name>)", RESULTS_LINK.sub("](benchmarks/)", text))
    return PAGE_LINK.sub(r"](\g<name>/\g<anchor>)", text)


def _reference_pages() -> Iterator[tuple[str, str]]:
    """The pages of the reference and their titles."""
    for path in sorted(REFERENCE.glob("*.md")):
        yield path.stem, path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def examples() -> str:
    """A page with all the examples, the shortest way from a question to a program."""
    parts = ["# Examples\n\nEach runs as it stands, and each runs in the tests of the project."]
    folder = ROOT / "examples"
    for path in [*sorted(folder.glob("*.py")), *sorted(folder.glob("frameworks/*.py"))]:
        source = path.read_text(encoding="utf-8")
        title = source.split('"""')[1].splitlines()[0].rstrip(".")
        name = path.relative_to(ROOT).as_posix()
        parts.append(f'## {title} {{ #{path.stem} }}\n\n```python title="{name}"\n{source}```')
    return "\n\n".join(parts) + "\n"
