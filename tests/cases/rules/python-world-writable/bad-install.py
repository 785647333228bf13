import os
import stat
from pathlib import Path


def install(path):
    os.chmod(path, 0o777)  # expect: python-world-writable
    Path(path).chmod(0o666)  # expect: python-world-writable
    os.chmod(path, stat.S_IRWXU | stat.S_IRWXO)  # expect: python-world-writable
