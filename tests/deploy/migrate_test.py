# SPDX-License-Identifier: EUPL-1.2
"""An instance moves to PostgreSQL and back, is backed up there in use, and gives the same answers all the way."""
import filecmp
import os
import pathlib
import subprocess
import tempfile
import unittest

import support
from support import BINARIES, ROOT, SERVICES, need, run

DEPLOY = ROOT / "deploy"
KNOWN = "2018-12-31"


class Migrate(unittest.TestCase):
    def setUp(self):
        need("age", "sqlite3", "curl")
        if "NMD_TEST_POSTGRES" not in os.environ:
            self.skipTest("no PostgreSQL: run by tests/with_postgres.sh")
        missing = [p for p in [f"{s}_server" for s in SERVICES] + ["nmdctl", "nmd_demo"] if not (BINARIES / p).exists()]
        if missing:
            self.skipTest(f"not built: {', '.join(missing)}")
        os.environ["NMD_BIN"] = str(BINARIES)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.ports = support.free_ports(28)
        # Municipalities share a server; other tests use it too.
        self.municipality = f"gm{os.getpid()}"
        self.instance = self.root / "instance"
        run(DEPLOY / "make_instance.sh", self.instance, self.municipality, "Tynaarlo", self.ports, "")
        self.addCleanup(run, DEPLOY / "instance.sh", "stop", self.instance)
        self.token = {}
        for role in ("beheerder", "controller"):
            self.token[role] = self.root / f"{role}.token"
            self.token[role].write_text(run(BINARIES / "nmdctl", "token", "--key", self.instance / "certs/issuer.key", "--role", role,
                                            "--municipality", self.municipality, "--subject", "test"), encoding="utf-8")

    def ctl(self, role, *arguments, codes=(0,)):
        result = subprocess.run([str(a) for a in [BINARIES / "nmdctl", "--url", f"http://127.0.0.1:{self.ports}", "--municipality",
                                                  self.municipality, "--token-file", self.token[role], *arguments]],
                                capture_output=True, text=True)
        self.assertIn(result.returncode, codes, result.stdout + result.stderr)
        return result.stdout

    def services(self, verb):
        run(DEPLOY / "instance.sh", verb, self.instance)

    def answers(self, name):
        self.ctl("controller", "wait")
        run(DEPLOY / "ask.sh", self.instance, self.token["controller"], KNOWN, DEPLOY / "questions.txt", self.root / name)
        return self.root / name

    def assert_same_answers(self, before, after):
        names = sorted(p.name for p in before.iterdir())
        self.assertGreater(len(names), 3)
        self.assertEqual(filecmp.cmpfiles(before, after, names, shallow=False), (names, [], []))

    def migrate(self, to):
        return run(BINARIES / "nmdctl", "migrate", self.instance, "--to", to, "--format", "csv").splitlines()[1:]

    def test_answers_are_the_same_there_and_back_and_in_a_backup(self):
        run(BINARIES / "nmd_demo", "--out", self.root / "demo", "--municipality", "gm1730")
        folder = self.root / "demo/gm1730"
        manifest = (folder / "deliveries.csv").read_text(encoding="utf-8").splitlines()
        # The agreements and reports are of everybody; messages name gm1730 as the sender, which this instance is not, so it gets exports.
        exports = [line for line in manifest[1:] if ",auto," not in line]
        (folder / "first.csv").write_text("\n".join(manifest[:1] + exports[:20]) + "\n", encoding="utf-8")
        self.services("start")
        self.ctl("beheerder", "deliver", "--manifest", folder / "first.csv", codes=(0, 1))
        in_sqlite = self.answers("sqlite")

        running = subprocess.run([str(a) for a in [BINARIES / "nmdctl", "migrate", self.instance, "--to", "sqlite"]], capture_output=True)
        self.assertEqual(running.returncode, 0, "it is there already")
        (self.instance / "keys/postgres").write_text(os.environ["NMD_TEST_POSTGRES"] + "\n", encoding="utf-8")
        running = subprocess.run([str(a) for a in [BINARIES / "nmdctl", "migrate", self.instance, "--to", "postgres"]], capture_output=True,
                                 text=True)
        self.assertEqual(running.returncode, 3, "it runs")
        self.assertIn("another process holds", running.stderr)

        self.services("stop")
        there = self.migrate("postgres")
        self.assertGreaterEqual(len(there), 5)
        self.services("start")
        status = run(BINARIES / "nmdctl", "status", self.instance, "--format", "csv")
        self.assertEqual(status.count(",gereed,"), 6, status)
        self.assertEqual(status.count(",PostgreSQL,"), 6, status)
        self.assert_same_answers(in_sqlite, self.answers("postgres"))

        # In use: a backup, and the proof that it can be restored.
        recipient, identity = {}, {}
        for name in ("stores", "keys"):
            identity[name] = self.root / f"{name}.identity"
            run("age-keygen", "-o", identity[name])
            recipient[name] = run("age-keygen", "-y", identity[name]).strip()
        archive, keys = run(BINARIES / "nmdctl", "backup", self.instance, "--out", self.root / "out", "--to", recipient["stores"],
                            "--keys-out", self.root / "keys-out", "--keys-to", recipient["keys"], "--token-file",
                            self.token["controller"]).splitlines()
        verified = run(BINARIES / "nmdctl", "backup", "verify", archive, keys, "--identity", identity["stores"], "--keys-identity", identity["keys"],
                       "--token-file", self.token["controller"], "--http", self.ports + 14)
        self.assertIn("Verified: 4 questions", verified)

        self.services("stop")
        for moved in (self.instance / "data").glob("*.moved"):
            moved.unlink()
        back = self.migrate("sqlite")
        # Nothing came in meanwhile but the log of who asked.
        self.assertEqual([line for line in back if not line.startswith("gateway")], [line for line in there if not line.startswith("gateway")])
        self.services("start")
        self.assert_same_answers(in_sqlite, self.answers("back"))


if __name__ == "__main__":
    support.main()
