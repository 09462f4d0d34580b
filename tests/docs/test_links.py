"""Links in the documentation: every relative one leads to a file or folder, every anchor to a heading or id."""

import re
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "checkpoints/**/*.md", "data/**/*.md")
    for path in ROOT.glob(pattern)
    if not path.is_symlink()
)
HTML = re.compile(r'(?:href|src)="([^"]+)"')


def tokens(page: Path) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8")):
        yield token
        yield from token.children or ()


def links(page: Path) -> Iterator[str]:
    for token in tokens(page):
        if token.type in {"link_open", "image"}:
            yield str(token.attrs.get("href") or token.attrs.get("src"))
        if token.type in {"html_block", "html_inline"}:
            yield from HTML.findall(token.content)


def anchors(page: Path) -> set[str]:
    """As GitHub makes them: lower case, no punctuation, hyphens for spaces, a number for repeats."""
    found, seen, inside = set(), Counter[str](), False
    for token in tokens(page):
        if token.type == "inline" and inside:
            text = "".join(own.content for own in token.children or () if own.type in {"text", "code_inline"})
            kept = "".join(c for c in text.lower() if c in " -_" or unicodedata.category(c)[0] in "LN")
            slug = kept.replace(" ", "-")
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
        inside = token.type == "heading_open"
        if token.type in {"html_block", "html_inline"}:
            found |= set(re.findall(r'(?:id|name)="([^"]+)"', token.content))
    return found


def broken(page: Path, link: str) -> str | None:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.exists():
        return f"{link}: there is no {target}"
    if not target.is_relative_to(ROOT):
        return f"{link} leads out of the repository"
    if parts.fragment and target.suffix == ".md" and unquote(parts.fragment) not in anchors(target):
        return f"{link}: {target.name} has no heading {parts.fragment}"
    return None


def test_the_pages_are_found():
    assert {ROOT / "README.md", ROOT / "docs" / "tutorial.md"} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path):
    assert [said for link in links(page) if (said := broken(page, link))] == []


def test_what_is_linked_is_in_the_repository():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    known = {ROOT / name for name in listed.stdout.split("\0")}
    known |= {folder for path in known for folder in path.parents}
    for page in (own for own in PAGES if own in known):
        for link in links(page):
            path = urlsplit(link).path
            if path and not urlsplit(link).scheme:
                assert (page.parent / unquote(path)).resolve() in known, f"{page.name}: {link} isn't committed"


def test_a_broken_link_and_a_broken_anchor_are_told(tmp_path: Path):
    (tmp_path / "a.md").write_text("# Two words, `code`\n\n## Again\n\n## Again\n", encoding="utf-8")
    assert anchors(tmp_path / "a.md") == {"two-words-code", "again", "again-1"}
    assert "there is no" in str(broken(ROOT / "README.md", "docs/gone.md"))
    assert "has no heading" in str(broken(ROOT / "README.md", "docs/benchmark.md#gone"))
    assert broken(ROOT / "README.md", "docs/benchmark.md#what-goes-in") is None
    assert broken(ROOT / "README.md", "https://example.org/gone") is None
