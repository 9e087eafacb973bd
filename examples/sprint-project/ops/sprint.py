"""Numbers of a sprint, and its end: `sprint.py metrics|analysis|epics|close SPRINT`."""

import collections
import json
import os
import pathlib
import sys
from typing import Any

ITEMS = pathlib.Path("work-items.json")


Items = list[dict[str, Any]]


def of_sprint(items: Items, sprint: str) -> Items:
    return [item for item in items if item["sprint"] == sprint]


def is_complete(epic: dict[str, Any], items: Items) -> bool:
    """An epic is complete when it has children and all of them are done."""
    children = [item for item in items if item.get("parent") == epic["id"]]
    return bool(children) and all(child["state"] == "Done" for child in children)


def complete_epics(items: Items, sprint: str) -> Items:
    return [
        item
        for item in of_sprint(items, sprint)
        if item["type"] == "Epic" and is_complete(item, items)
    ]


def metrics(items: Items, sprint: str) -> dict[str, Any]:
    tasks = [item for item in of_sprint(items, sprint) if item["type"] != "Epic"]
    done = [task for task in tasks if task["state"] == "Done"]
    if not tasks:
        sys.exit(f"no work item belongs to {sprint!r}")
    return {
        "total_items": len(of_sprint(items, sprint)),
        "total_tasks": len(tasks),
        "completed_tasks": len(done),
        "completion_rate": round(100 * len(done) / len(tasks), 1),
    }


def analysis(items: Items, sprint: str) -> dict[str, Any]:
    mine = of_sprint(items, sprint)
    return {
        "items": len(mine),
        "by_type": dict(collections.Counter(item["type"] for item in mine)),
        "by_state": dict(collections.Counter(item["state"] for item in mine)),
    }


def epics(items: Items, sprint: str) -> dict[str, Any]:
    complete = complete_epics(items, sprint)
    return {"complete": [epic["id"] for epic in complete], "count": len(complete)}


def close(items: Items, sprint: str) -> dict[str, Any]:
    """Marks the complete epics as Done. Done once, it changes nothing the second time."""
    complete = complete_epics(items, sprint)
    closed = [epic for epic in complete if epic["state"] != "Done"]
    for epic in closed:
        epic["state"] = "Done"
    if closed:
        draft = ITEMS.with_suffix(".draft")
        lines = ",\n".join("    " + json.dumps(item) for item in items)
        draft.write_text(f'{{\n  "items": [\n{lines}\n  ]\n}}\n')
        os.replace(draft, ITEMS)
    again = complete_epics(json.loads(ITEMS.read_text())["items"], sprint)
    report = {
        "closed": [epic["id"] for epic in closed],
        "done": [epic["id"] for epic in again if epic["state"] == "Done"],
        "left_open": sum(epic["state"] != "Done" for epic in again),
    }
    pathlib.Path("reports").mkdir(exist_ok=True)
    pathlib.Path("reports/closure.json").write_text(json.dumps(report) + "\n")
    return report


if __name__ == "__main__":
    deeds = {"metrics": metrics, "analysis": analysis, "epics": epics, "close": close}
    if len(sys.argv) != 3 or sys.argv[1] not in deeds:
        sys.exit(__doc__)
    print(json.dumps(deeds[sys.argv[1]](json.loads(ITEMS.read_text())["items"], sys.argv[2])))
