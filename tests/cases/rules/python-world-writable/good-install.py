import os
from pathlib import Path


def install(path, mode):
    os.chmod(path, 0o755)
    Path(path).chmod(0o600)
    os.chmod(path, mode)
    os.makedirs(path, mode=0o700, exist_ok=True)
