"""Runs the tests and writes reports/tests.json. Without a single test there is no report, and it ends with 3."""

import json
import pathlib
import sys
import unittest

REPORT = pathlib.Path("reports/tests.json")


def run() -> dict[str, int] | None:
    # A report of another day says nothing about today.
    REPORT.unlink(missing_ok=True)
    folder = pathlib.Path("tests")
    suite = (
        unittest.defaultTestLoader.discover("tests") if folder.is_dir() else unittest.TestSuite()
    )
    if suite.countTestCases() == 0:
        print("no test was found below tests/", file=sys.stderr)
        return None
    result = unittest.TextTestRunner(stream=sys.stderr, verbosity=2).run(suite)
    report = {"run": result.testsRun, "failed": len(result.failures) + len(result.errors)}
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report) + "\n")
    return report


if __name__ == "__main__":
    report = run()
    if report is None:
        sys.exit(3)
    print(json.dumps(report))
    sys.exit(1 if report["failed"] else 0)
