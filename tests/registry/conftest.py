"""What the tests of the registry share: the generator of the corpus, and real keys."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[1] / "corpus" / "registry"


def _load():
    name = "registry_corpus"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, CORPUS / "generate.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def corpus():
    """Return the generator, which makes and signs root files."""
    return _load()


@pytest.fixture(scope="session")
def real_keys(tmp_path_factory):
    """Return a folder with keys that `ssh-keygen` made, by type."""
    folder = tmp_path_factory.mktemp("keys")
    types = {
        "ed25519": ("-t", "ed25519"),
        "p256": ("-t", "ecdsa", "-b", "256"),
        "p521": ("-t", "ecdsa", "-b", "521"),
        "rsa": ("-t", "rsa", "-b", "3072"),
        "weak": ("-t", "rsa", "-b", "2048"),
    }
    for name, options in types.items():
        made = ["ssh-keygen", "-q", *options, "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(made, check=True)
    return folder
