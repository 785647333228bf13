"""The request of a fixture tells about the test that asks for it."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def installation(request: pytest.FixtureRequest, factory, common: Path):
    target = factory.make("site")
    shutil.copy(common / "settings.ini", target)
    (common / request.param).unlink()
    return target


@pytest.fixture
def site(request, installation):
    with open(installation / "local.pth", "w") as stream:
        stream.write("import local")
    return installation
