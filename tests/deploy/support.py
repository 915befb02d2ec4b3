# SPDX-License-Identifier: EUPL-1.2
"""What the tests of this folder share."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import unittest

ROOT = pathlib.Path(os.environ.get("NMD_SOURCE_DIR", pathlib.Path(__file__).parents[2])).resolve()
BINARIES = pathlib.Path(os.environ.get("NMD_BINARY_DIR", ROOT / "build/release")) / "bin"
SERVICES = ["ingestion", "linking", "costs", "contracts", "publication", "gateway"]


def library(name):
    """A Python module, or the end of this program as a skipped test."""
    try:
        return __import__(name)
    except ImportError:
        print(f"skipped: the Python module {name} is not installed (deploy/packages.sh --with-tests)")
        sys.exit(77)


def need(*tools):
    """Skips the test, with the reason, when one of the programs is not installed."""
    for tool in tools:
        if shutil.which(tool) is None:
            raise unittest.SkipTest(f"{tool} is not installed")


def run(*arguments, **options):
    """Runs a program that must succeed; its standard output."""
    result = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, **options)
    if result.returncode != 0:
        raise AssertionError(f"{arguments[0]} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
    return result.stdout


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def version():
    return re.search(r"project\(nmd_monitor VERSION ([0-9.]+)", read("CMakeLists.txt")).group(1)


def program_targets():
    """Names of the servers that CMake builds. Example: {"costs_server", ...}."""
    names = set()
    for top in ("services", "gateway"):
        for path in (ROOT / top).rglob("CMakeLists.txt"):
            if "node_modules" not in path.parts:
                names.update(re.findall(r"nmd_binary\((\w+)", path.read_text(encoding="utf-8")))
    return names


def golden_metrics():
    return {line.split()[0] for line in read("tests/golden/metrics.txt").splitlines() if line.strip()}


def free_ports(count):
    """The first of a row of free ports, below those the kernel gives to clients."""
    rows = 12000 // count
    for row in range(rows):
        first = 20000 + (os.getpid() + row) % rows * count
        sockets = []
        try:
            for port in range(first, first + count):
                sockets.append(socket.socket())
                sockets[-1].bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for each in sockets:
                each.close()
    raise AssertionError("no free ports")


def main():
    """Runs the tests; 77 when every one of them was skipped."""
    program = unittest.main(exit=False, verbosity=2)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    # A class that is skipped as a whole counts as none that ran.
    sys.exit(77 if result.skipped and result.testsRun <= len(result.skipped) else 0)
