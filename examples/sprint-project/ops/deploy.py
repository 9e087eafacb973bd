"""To folders: `deploy.py checks | build VERSION | deploy PLACE VERSION | smoke PLACE`."""

import ast
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
from typing import Any

import run_tests

SECRET = re.compile(
    r"(AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|password\s*=\s*['\"][^'\"]+['\"])"
)
MANIFEST = pathlib.Path("build/manifest.json")


def sources() -> list[pathlib.Path]:
    return sorted(pathlib.Path("app").rglob("*.py"))


def checks() -> dict[str, int]:
    tests = run_tests.run() or sys.exit(3)
    style, findings = [], []
    for file in sources():
        text = file.read_text()
        try:
            ast.parse(text)
        except SyntaxError as error:
            style.append(f"{file}:{error.lineno}: {error.msg}")
        style += [
            f"{file}:{n}: too long"
            for n, line in enumerate(text.splitlines(), 1)
            if len(line) > 120
        ]
        findings += [
            f"{file}:{n}: secret"
            for n, line in enumerate(text.splitlines(), 1)
            if SECRET.search(line)
        ]
    for problem in style + findings:
        print(problem, file=sys.stderr)
    report = {
        "tests_run": tests["run"],
        "tests_failed": tests["failed"],
        "style_faults": len(style),
        "findings": len(findings),
    }
    pathlib.Path("reports/checks.json").write_text(json.dumps(report) + "\n")
    return report


def seen(step: str, name: str) -> str:
    """What a step before this one printed, as the console has it. Nothing in this folder can change it."""
    steps = json.loads(os.environ.get("COUNTERSIGN_STEPS", "{}"))
    if not isinstance(steps.get(step, {}).get(name), str):
        sys.exit(f"nothing says what the step {step} saw: start this by countersign exec")
    return steps[step][name]


def must_be(what: str, found: str, wanted: str) -> None:
    if found != wanted:
        sys.exit(f"{what} is {found}, and {wanted} is what was looked at: it goes no further")


def packed() -> bytes:
    """One archive, the same bytes for the same source."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for file in [*sources(), pathlib.Path("VERSION")]:
            entry = tarfile.TarInfo(str(file))
            content = file.read_bytes()
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return held.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def build(version: str) -> dict[str, str]:
    if pathlib.Path("VERSION").read_text().strip() != version:
        sys.exit(f"VERSION does not say {version}")
    content = packed()
    MANIFEST.parent.mkdir(exist_ok=True)
    package = MANIFEST.parent / f"app-{version}.tar"
    package.write_bytes(content)
    manifest = {
        "version": version,
        "file": package.name,
        "sha256": sha256(content),
    }
    MANIFEST.write_text(json.dumps(manifest) + "\n")
    return manifest


def deploy(place: str, version: str) -> dict[str, str]:
    """Unpacks beside what runs, then puts it in its place. To production goes what people saw in staging."""
    content = (MANIFEST.parent / f"app-{version}.tar").read_bytes()
    digest = sha256(content)
    if place == "production":
        must_be("the package", digest, seen("staging", "sha256"))
    target, draft = pathlib.Path("deploy") / place, pathlib.Path("deploy") / f"{place}.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    # The bytes that were looked at, and not the file again: it may be another one by now.
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(draft, filter="data")
    shutil.rmtree(target, ignore_errors=True)
    os.replace(draft, target)
    return {"place": place, "version": version, "sha256": digest}


def smoke(place: str) -> Any:
    program = pathlib.Path("deploy") / place / "app" / "greeting.py"
    asked = subprocess.run(
        [sys.executable, str(program), "--health"], capture_output=True, text=True, timeout=30
    )
    if asked.returncode != 0:
        sys.exit(f"{place} does not answer: {asked.stderr}")
    return json.loads(asked.stdout)


if __name__ == "__main__":
    deeds = {("checks", 0): checks, ("build", 1): build, ("deploy", 2): deploy, ("smoke", 1): smoke}
    deed = deeds.get((sys.argv[1], len(sys.argv) - 2)) if len(sys.argv) > 1 else None
    if deed is None:
        sys.exit(__doc__)
    print(json.dumps(deed(*sys.argv[2:])))
