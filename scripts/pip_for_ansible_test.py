# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets ansible-test make its virtual environments where only a package index can be reached.

ansible-test installs pip into its environments with a script that it downloads from a host of the Ansible project. A
script that lies in its cache already is used instead. This one is laid there: it runs the very version of pip that
ansible-test asks for, taken from the package index.

Usage: pip_for_ansible_test.py PYTHON_VERSION CACHE_FOLDER, run with the Python that has ansible-test.
"""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path

from ansible_test._internal.python_requirements import get_venv_packages

STAND_IN = """\
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), {wheel!r}))

from pip._internal.cli.main import main

ours = ("--no-setuptools", "--no-wheel")
sys.exit(main(["install"] + [argument for argument in sys.argv[1:] if argument not in ours]))
"""


def main(python_version: str, cache: Path) -> None:
    """Put the wheel of pip and the script into the cache, unless they are there."""
    version = get_venv_packages(types.SimpleNamespace(version=python_version))["pip"]
    wheel = f"pip-{version}-py3-none-any.whl"
    script = cache / f"get_pip_{version.replace('.', '_')}.py"
    if script.exists() and (cache / wheel).exists():
        return
    cache.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*pip, "--no-deps", "--dest", str(cache), f"pip=={version}"], check=True)
    script.write_text(STAND_IN.format(wheel=wheel), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
