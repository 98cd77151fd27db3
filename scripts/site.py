"""What the site has beyond the pages of docs/: the examples, the figures of the benchmarks, and llms.txt.

It is a hook of MkDocs. The pages link to files of the repository, as they are read there; here such links are turned
to the pages made of those files.
"""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE_LINK = re.compile(r"\]\(\.\./examples(?:/(?P<name>\w+)\.py)?/?\)")
RESULTS_LINK = re.compile(r"\]\(\.\./benchmarks/RESULTS\.md\)")
PICTURE = re.compile(r"\]\((?P<name>[\w-]+\.svg)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made of other files."""
    files.append(File.generated(config, "examples.md", content=examples()))
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8").replace("](../docs/", "](")
    files.append(File.generated(config, "benchmarks.md", content=results))
    for name in PICTURE.findall(results):
        files.append(File.generated(config, name, abs_src_path=str(ROOT / "benchmarks" / name)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links to files of the repository to the pages made of them."""

    def example(link: re.Match[str]) -> str:
        anchor = link["name"]
        return f"](examples.md#{anchor})" if anchor else "](examples.md)"

    return RESULTS_LINK.sub("](benchmarks.md)", EXAMPLE_LINK.sub(example, markdown))


def on_post_build(config: MkDocsConfig) -> None:
    """Refuse a site whose llms.txt does not name each of its pages."""
    text = (ROOT / "docs" / "llms.txt").read_text(encoding="utf-8")
    missing = [page.name for page in sorted((ROOT / "docs").glob("*.md")) if f"{page.name})" not in text]
    if missing:
        raise PluginError(f"docs/llms.txt does not name {', '.join(missing)}")


def examples() -> str:
    """A page with all the examples, the shortest way from a question to a program."""
    parts = ["# Examples\n\nEach runs as it stands, and each runs in the tests of the project."]
    for path in sorted((ROOT / "examples").glob("*.py")):
        source = path.read_text(encoding="utf-8")
        title = source.split('"""')[1].splitlines()[0].rstrip(".")
        parts.append(f"## {title} {{ #{path.stem} }}\n\n```python\n{source}```")
    return "\n\n".join(parts) + "\n"
