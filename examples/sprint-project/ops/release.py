"""A release: `release.py version V | changelog V | documentation | tag V | publish V`."""

import ast
import json
import pathlib
import re
import subprocess
import sys

import deploy


def git(*words: str) -> str:
    return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout


def head() -> str:
    return git("rev-parse", "HEAD").strip()


def numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def version(wanted: str) -> dict[str, object]:
    """What the file says is what is released, all of it committed, and above every tag but its own."""
    said = pathlib.Path("VERSION").read_text().strip()
    tags = [
        tag[1:]
        for tag in git("tag", "--list", "v*").split()
        if re.fullmatch(r"v\d+\.\d+\.\d+", tag)
    ]
    above = [tag for tag in tags if tag != wanted and numbers(tag) >= numbers(wanted)]
    if said != wanted or above:
        sys.exit(
            f"VERSION says {said}, {wanted} is wanted; tagged already: {', '.join(above) or 'none above'}"
        )
    released = [":(glob)app/**/*.py", "VERSION", "CHANGELOG.md"]
    if changed := git("status", "--porcelain", "--", *released).splitlines():
        sys.exit("commit first what is to be released: " + ", ".join(line[3:] for line in changed))
    sha256 = deploy.sha256(deploy.packed())
    return {"version": said, "tags": len(tags), "commit": head(), "sha256": sha256}


def changelog(wanted: str) -> dict[str, object]:
    text = pathlib.Path("CHANGELOG.md").read_text()
    sections = re.split(r"^## ", text, flags=re.M)[1:]
    mine = [section for section in sections if section.splitlines()[0].strip() == wanted]
    if not mine:
        sys.exit(f"CHANGELOG.md has no section {wanted}")
    return {
        "version": wanted,
        "entries": sum(line.startswith("- ") for line in mine[0].splitlines()),
    }


def documentation() -> dict[str, int]:
    """Every public function stands in docs/."""
    told = "".join(file.read_text() for file in pathlib.Path("docs").glob("*.md"))
    names = [
        node.name
        for file in deploy.sources()
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    missing = [name for name in names if f"`{name}(" not in told]
    if missing:
        print("not in docs/: " + ", ".join(missing), file=sys.stderr)
    return {"functions": len(names), "undocumented": len(missing)}


def tag(wanted: str) -> dict[str, str]:
    """Tags the commit that was looked at. Done once, it changes nothing the second time."""
    name, commit = f"v{wanted}", deploy.seen("version", "commit")
    deploy.must_be("HEAD", head(), commit)
    if name not in git("tag", "--list").split():
        git("tag", "-a", name, "-m", f"Release {wanted}", commit)
    if git("rev-list", "-n", "1", name).strip() != commit:
        sys.exit(f"{name} stands at another commit")
    return {"tag": name, "commit": commit}


def publish(wanted: str) -> dict[str, str]:
    """Puts the package into the index: built again, it is the one that was looked at, or it is not published."""
    manifest = deploy.build(wanted)
    content = (deploy.MANIFEST.parent / manifest["file"]).read_bytes()
    deploy.must_be("the package", deploy.sha256(content), deploy.seen("version", "sha256"))
    folder = pathlib.Path("dist")
    folder.mkdir(exist_ok=True)
    (folder / manifest["file"]).write_bytes(content)
    index = folder / "index.json"
    known = json.loads(index.read_text()) if index.exists() else {}
    known[wanted] = manifest["sha256"]
    index.write_text(json.dumps(known, indent=2) + "\n")
    return manifest


if __name__ == "__main__":
    deeds = {
        ("version", 1): version,
        ("changelog", 1): changelog,
        ("documentation", 0): documentation,
        ("tag", 1): tag,
        ("publish", 1): publish,
    }
    deed = deeds.get((sys.argv[1], len(sys.argv) - 2)) if len(sys.argv) > 1 else None
    if deed is None:
        sys.exit(__doc__)
    print(json.dumps(deed(*sys.argv[2:])))
