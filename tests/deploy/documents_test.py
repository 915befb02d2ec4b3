# SPDX-License-Identifier: EUPL-1.2
"""Documents tell the truth: the tests, files, versions and packages they name exist."""
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

import support
from support import BINARIES, ROOT, need, read, run

DOCUMENTS = sorted(p for p in ROOT.rglob("*.md") if not {"node_modules", "build", ".git", ".cache"} & set(p.relative_to(ROOT).parts))
# `Suite.Name` of a C++ test, as in the DPIA.
TEST_NAME = re.compile(r"`([A-Z]\w+)\.([A-Z]\w+)`")


def declared_tests():
    names = set()
    for top in ("services", "gateway", "deploy", "tests"):
        for path in (ROOT / top).rglob("*_test.cc"):
            if "node_modules" not in path.parts:
                names |= set(re.findall(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", path.read_text(encoding="utf-8")))
    return names


def missing_tests(text):
    suites = {suite for suite, _ in declared_tests()}
    named = set(TEST_NAME.findall(text))
    # A name in backticks with a dot may be a field of the API; a suite's name, or a row of a table of tests, is a test.
    return sorted(f"{s}.{n}" for s, n in named - declared_tests() if s in suites or s.endswith("Test"))


class Documents(unittest.TestCase):
    def test_every_test_that_a_document_names_exists(self):
        for path in DOCUMENTS:
            self.assertEqual(missing_tests(path.read_text(encoding="utf-8")), [], path)

    def test_a_test_that_does_not_exist_is_heard(self):
        self.assertEqual(missing_tests("`TlsTest.RefusesStrangers` `TlsTest.LetsStrangersIn` `GoneTest.Anything` `Caller.deadline`"),
                         ["GoneTest.Anything", "TlsTest.LetsStrangersIn"])

    def test_every_measure_of_the_dpia_and_the_threat_model_has_a_test(self):
        for document, columns in (("deploy/documents/dpia.md", 3), ("deploy/documents/threat-model.md", 4)):
            tables = [t for t in re.findall(r"(?:^\|.*\n)+", read(document), re.M) if re.match(r".*\| Test \|\n", t)]
            self.assertEqual(len(tables), 1, document)
            rows = [r.strip("|\n ").split(" | ") for r in tables[0].splitlines()[2:]]
            self.assertGreater(len(rows), 15)
            for row in rows:
                self.assertEqual(len(row), columns, row)
                self.assertTrue(TEST_NAME.search(row[-1]) or re.search(r"`tests/deploy/\w+_test\.py`", row[-1]), row)

    def test_every_link_and_every_file_they_name_exists(self):
        for path in DOCUMENTS:
            text = path.read_text(encoding="utf-8")
            for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
                self.assertTrue((path.parent / target).exists(), f"{path}: {target}")
            for target in re.findall(r"`((?:tests|deploy|k8s)/[\w./-]+\.(?:py|sh|md|cc|yml|yaml))`", text):
                self.assertTrue((ROOT / target).exists(), f"{path}: {target}")

    def test_one_version_everywhere(self):
        version = support.version()
        self.assertEqual(re.search(r"^## (\S+) - \d{4}-\d\d-\d\d$", read("CHANGELOG.md"), re.M).group(1), version)
        self.assertIn(f"softwareVersion: {version}\n", read("publiccode.yml"))
        self.assertEqual(set(re.findall(r"nmd-monitor/\w+:([0-9.]+)", read("deploy/compose.yaml"))), {version})

    def test_every_release_says_what_an_operator_has_to_do(self):
        releases = re.split(r"^## ", read("CHANGELOG.md"), flags=re.M)[1:]
        for release in releases:
            self.assertIn("*To do:*", release, release.splitlines()[0])


class BillOfMaterials(unittest.TestCase):
    def make(self, root=ROOT):
        return run(sys.executable, root / "deploy/sbom.py", BINARIES, env={**os.environ, "SOURCE_DATE_EPOCH": "1764000000"})

    def setUp(self):
        need("ldd", "dpkg-query")
        if not (BINARIES / "gateway_server").exists():
            self.skipTest("not built")

    def test_every_library_is_in_it_with_a_licence_and_it_is_the_same_each_time(self):
        text = self.make()
        self.assertEqual(text, self.make())
        bill = json.loads(text)
        self.assertEqual(bill["spdxVersion"], "SPDX-2.3")
        self.assertEqual(bill["creationInfo"]["created"], "2025-11-24T16:00:00Z")
        packages = {p["name"]: p for p in bill["packages"]}
        for name in ("libgrpc++1.51", "libsqlite3-0", "libsodium23", "d3-scale"):
            self.assertIn(name, packages)
        self.assertNotIn("vitest", packages)
        ids = [p["SPDXID"] for p in bill["packages"]]
        self.assertEqual(len(ids), len(set(ids)))
        for package in bill["packages"]:
            self.assertRegex(package["SPDXID"], r"^SPDXRef-[A-Za-z0-9.-]+$")
            self.assertNotIn(package["licenseDeclared"], ("", "NOASSERTION"), package["name"])

    def test_a_library_that_nobody_read_the_licence_of_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name in ("deploy/sbom.py", "deploy/dependencies.md", "CMakeLists.txt", "gateway/web/package-lock.json"):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, root / name)
            table = root / "deploy/dependencies.md"
            table.write_text(re.sub(r"^\| `libsodium23`.*\n", "", table.read_text(encoding="utf-8"), flags=re.M), encoding="utf-8")
            with self.assertRaisesRegex(AssertionError, "not in deploy/dependencies.md: libsodium23"):
                self.make(root)


if __name__ == "__main__":
    support.main()
