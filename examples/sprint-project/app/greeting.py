"""Greets people."""

import json
import pathlib
import sys


def greet(names: list[str]) -> str:
    """One sentence for all of them."""
    if not names:
        return "Hello, whoever you are."
    *first, last = names
    return f"Hello, {', '.join(first)} and {last}." if first else f"Hello, {last}."


def health() -> dict[str, object]:
    """Whether it works, and its version."""
    version = pathlib.Path(__file__).resolve().parent.parent / "VERSION"
    works = greet(["Ana", "Noor"]) == "Hello, Ana and Noor."
    return {"healthy": works, "version": version.read_text().strip()}


if __name__ == "__main__":
    print(json.dumps(health()) if sys.argv[1:] == ["--health"] else greet(sys.argv[1:]))
