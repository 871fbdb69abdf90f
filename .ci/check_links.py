"""Every relative link of the Markdown documents leads to a file, and to a heading if it names one."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as hosts of Git repositories make them."""
    headings = HEADING.findall(FENCED.sub("", path.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def problems(document: Path) -> list[str]:
    """What is wrong with a document's links."""
    found = []
    for link in LINK.findall(FENCED.sub("", document.read_text("utf-8"))):
        if "://" in link or link.startswith("mailto:"):
            continue
        place, _, anchor = link.partition("#")
        target = (document.parent / place).resolve() if place else document
        if not target.exists():
            found.append(f"{document.relative_to(ROOT)}: {link}: no such file")
        elif anchor and anchor not in anchors(target):
            found.append(f"{document.relative_to(ROOT)}: {link}: no such heading")
    return found


def main() -> int:
    """Print every broken link; 1 if there is one."""
    documents = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    broken = [problem for document in documents for problem in problems(document)]
    print("\n".join(broken) or f"{len(documents)} documents, every relative link leads somewhere")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
