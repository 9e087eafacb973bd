"""What every test begins with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from console import Console, Prepared
from ledger import Ledger
from scripted_model import ScriptedModel


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """People, keys and workflows."""
    return Prepared(tmp_path_factory.mktemp("prepared") / "data")


@pytest.fixture
def console(prepared: Prepared) -> Iterator[Console]:
    """A server of the test's own."""
    console = Console(prepared)
    yield console
    console.close()


@pytest.fixture(scope="session")
def one_model() -> Iterator[ScriptedModel]:
    """One for all tests: the frameworks remember where their model is."""
    model = ScriptedModel()
    yield model
    model.close()


@pytest.fixture
def model(one_model: ScriptedModel) -> ScriptedModel:
    """A model that says what the test has written down."""
    one_model.forget()
    return one_model


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Where the tool of an example writes each time it runs."""
    return Ledger(tmp_path / "ledger")
