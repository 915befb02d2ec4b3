# SPDX-License-Identifier: EUPL-1.2
"""An instance of every version there was starts with the programs of this one, answers as it did, and goes on."""
import json
import os
import pathlib
import subprocess
import tarfile
import tempfile
import unittest

import support
from support import BINARIES, ROOT, SERVICES, need, run

JOURNALS = ROOT / "tests/golden/journals"
VERSIONS = sorted(p.name for p in JOURNALS.iterdir() if p.is_dir())


def lost(expected, found, path=""):
    """Where `found` lacks something of `expected`, or has it otherwise; fields that are new are fine."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [p for key, value in expected.items() for p in
                (lost(value, found[key], f"{path}.{key}") if key in found else [f"{path}.{key} is gone"])]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [p for i, (a, b) in enumerate(zip(expected, found)) for p in lost(a, b, f"{path}[{i}]")]
    return [] if expected == found else [f"{path} was {str(expected)[:80]}, is {str(found)[:80]}"]


class Comparing(unittest.TestCase):
    def test_only_what_is_new_is_passed_over(self):
        self.assertEqual(lost({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "x", "new": 0}], "new": []}), [])
        for found in ({"a": [1]}, {"a": [1, {"b": "y"}]}, {"a": [1, {}]}, {}, {"a": [1, {"b": "x"}, 2]}, {"a": None}):
            self.assertNotEqual(lost({"a": [1, {"b": "x"}]}, found), [], found)


class Upgrade(unittest.TestCase):
    def setUp(self):
        need("curl")
        missing = [p for p in [f"{s}_server" for s in SERVICES] + ["nmdctl"] if not (BINARIES / p).exists()]
        if missing:
            self.skipTest(f"not built: {', '.join(missing)}")
        os.environ["NMD_BIN"] = str(BINARIES)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def start(self, version):
        self.port = support.free_ports(14)
        self.instance = self.root / version
        run(ROOT / "deploy/make_instance.sh", self.instance, "gm1730", "Tynaarlo", self.port, "")
        with tarfile.open(JOURNALS / version / "data.tar.xz") as tar:
            tar.extractall(self.instance)
        for key in (JOURNALS / version / "keys").iterdir():
            (self.instance / "keys" / key.name).write_bytes(key.read_bytes())
        self.addCleanup(run, ROOT / "deploy/instance.sh", "stop", self.instance)
        run(ROOT / "deploy/instance.sh", "start", self.instance)

    def ctl(self, role, *arguments):
        token = self.root / f"{role}.token"
        token.write_text(run(BINARIES / "nmdctl", "token", "--key", self.instance / "certs/issuer.key", "--role", role,
                             "--municipality", "gm1730", "--subject", "golden"), encoding="utf-8")
        result = subprocess.run([str(a) for a in [BINARIES / "nmdctl", "--url", f"http://127.0.0.1:{self.port}", "--municipality",
                                                  "gm1730", "--token-file", token, *arguments]], capture_output=True, text=True)
        self.assertIn(result.returncode, (0, 1), result.stdout + result.stderr)  # 1: with findings.
        return result.stdout

    def ask(self, version):
        folder = JOURNALS / version
        lines = [l for l in (folder / "questions.txt").read_text(encoding="utf-8").splitlines() if l and not l.startswith("#")]
        for number, line in enumerate(lines, 1):
            role, question = line.split("|")
            expected = json.loads((folder / f"answers/{number}.json").read_text(encoding="utf-8"))
            found = json.loads(self.ctl(role, *question.split(), "--format", "json"))
            with self.subTest(version=version, question=line):
                self.assertEqual(lost(expected, found)[:5], [])
        return len(lines)

    def test_there_are_journals_of_every_released_version(self):
        changelog = support.read("CHANGELOG.md")
        self.assertIn("0.1.0", VERSIONS)
        for version in VERSIONS:
            self.assertIn(version, changelog)

    def test_every_version_answers_as_it_did(self):
        for version in VERSIONS:
            self.start(version)
            self.ctl("controller", "wait")
            self.assertGreater(self.ask(version), 5)
            # It goes on: something new is taken in, and after a restart, from the stores as this version leaves them, the answers about
            # before are still the same.
            new = self.root / "new.csv"
            new.write_text("wet;productcode;omschrijving;ivn;geldig_vanaf;geldig_tot\njeugdwet;45A99;Nieuw;4;01-01-2019;\n",
                           encoding="utf-8")
            self.ctl("beheerder", "deliver", new, "--source", "producten", "--received", "2019-01-01T08:00:00Z")
            self.ctl("controller", "wait")
            run(ROOT / "deploy/instance.sh", "stop", self.instance)
            run(ROOT / "deploy/instance.sh", "start", self.instance)
            question = next(l for l in support.read(f"tests/golden/journals/{version}/questions.txt").splitlines() if "--known-on 2016" in l)
            number = [l for l in support.read(f"tests/golden/journals/{version}/questions.txt").splitlines()
                      if l and not l.startswith("#")].index(question) + 1
            expected = json.loads(support.read(f"tests/golden/journals/{version}/answers/{number}.json"))
            role, words = question.split("|")
            found = json.loads(self.ctl(role, *words.split(), "--format", "json"))
            # How far the feed was followed is what moves.
            for answer in (expected, found):
                answer.pop("fact_sequence", None)
            self.assertEqual(lost(expected, found)[:5], [])


if __name__ == "__main__":
    support.main()
