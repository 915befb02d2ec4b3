# SPDX-License-Identifier: EUPL-1.2
"""An instance is backed up while files come in, lost, and restored with the same answers."""
import datetime
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import support
from support import BINARIES, ROOT, SERVICES, need, read, run

DEPLOY = ROOT / "deploy"


class Backup(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need("age", "sqlite3", "curl")
        missing = [p for p in [f"{s}_server" for s in SERVICES] + ["nmdctl", "nmd_demo"] if not (BINARIES / p).exists()]
        if missing:
            raise unittest.SkipTest(f"not built: {', '.join(missing)}")
        os.environ["NMD_BIN"] = str(BINARIES)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = pathlib.Path(folder.name)
        cls.ports = support.free_ports(28)
        cls.instance = cls.root / "gm1730"
        run(DEPLOY / "make_instance.sh", cls.instance, "gm1730", "Tynaarlo", cls.ports, "")
        cls.addClassCleanup(run, DEPLOY / "instance.sh", "stop", cls.instance)
        run(DEPLOY / "instance.sh", "start", cls.instance)
        cls.token = {}
        for role in ("beheerder", "controller"):
            cls.token[role] = cls.root / f"{role}.token"
            cls.token[role].write_text(run(BINARIES / "nmdctl", "token", "--key", cls.instance / "certs/issuer.key", "--role", role,
                                           "--municipality", "gm1730", "--subject", "test"), encoding="utf-8")
        cls.recipient, cls.identity = {}, {}
        for name in ("stores", "keys", "other"):
            cls.identity[name] = cls.root / f"{name}.identity"
            run("age-keygen", "-o", cls.identity[name])
            cls.recipient[name] = run("age-keygen", "-y", cls.identity[name]).strip()

        run(BINARIES / "nmd_demo", "--out", cls.root / "demo", "--municipality", "gm1730")
        manifest = (cls.root / "demo/gm1730/deliveries.csv").read_text(encoding="utf-8").splitlines()
        before = cls.manifest("before", manifest[:900])
        # What comes in during the backup is known today; the questions are about yesterday.
        cls.today = datetime.datetime.now(datetime.timezone.utc)
        now = cls.today.strftime("%Y-%m-%dT%H:%M:%SZ")
        cls.during = cls.manifest("during", manifest[:1] + [re.sub("^[^,]*", now, line) for line in manifest[900:1600]])
        cls.deliver(before).wait()
        cls.ctl("controller", "wait")
        # Files come in while the backup is made.
        cls.processes = cls.pids()
        delivering = cls.deliver(cls.during)
        cls.archive, cls.keys = run(*cls.backup("out", "keys-out")).splitlines()
        cls.after = cls.pids()
        # 1: done with findings, since the demo has broken files on purpose.
        cls.delivered = delivering.wait(), (cls.root / "deliver.log").read_text(encoding="utf-8")

    @classmethod
    def pids(cls):
        return {s: (cls.instance / f"{s}.pid").read_text(encoding="utf-8") for s in SERVICES}

    @classmethod
    def manifest(cls, name, lines):
        path = cls.root / f"demo/gm1730/{name}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    @classmethod
    def command(cls, role, *arguments, port=None):
        return [BINARIES / "nmdctl", "--url", f"http://127.0.0.1:{port or cls.ports}", "--municipality", "gm1730",
                "--token-file", cls.token[role], *arguments]

    @classmethod
    def ctl(cls, role, *arguments, **options):
        return run(*cls.command(role, *arguments, **options))

    @classmethod
    def deliver(cls, manifest):
        with open(cls.root / "deliver.log", "w", encoding="utf-8") as log:
            return subprocess.Popen(cls.command("beheerder", "deliver", "--manifest", manifest), stdout=log, stderr=log)

    @classmethod
    def backup(cls, out, keys_out, to="stores", keys_to="keys"):
        return [DEPLOY / "backup.sh", cls.instance, "--out", cls.root / out, "--to", cls.recipient[to],
                "--keys-out", cls.root / keys_out, "--keys-to", cls.recipient[keys_to], "--token-file", cls.token["controller"]]

    def restore(self, *arguments, archive=None, identity="stores"):
        return subprocess.run([str(a) for a in [
            DEPLOY / "restore.sh", archive or self.archive, self.keys, "--identity", self.identity[identity],
            "--keys-identity", self.identity["keys"], *arguments]], capture_output=True, text=True)

    def verify(self, archive=None):
        return self.restore("--verify", "--token-file", self.token["controller"], "--http", self.ports + 14, archive=archive)

    def decrypted(self, archive, identity):
        folder = tempfile.mkdtemp(dir=self.root)
        plain = subprocess.run(["age", "-d", "-i", self.identity[identity], archive], check=True, capture_output=True).stdout
        subprocess.run(["tar", "-C", folder, "-xf", "-"], input=plain, check=True)
        return pathlib.Path(folder)

    def test_it_is_made_while_files_come_in_and_nothing_stops_for_it(self):
        code, log = self.delivered
        self.assertEqual(code, 1, log)
        self.assertIn(" 0 mislukt", log)
        self.assertEqual(run(DEPLOY / "instance.sh", "running", self.instance).split(), SERVICES)
        self.assertEqual(self.after, self.processes)
        calls = sum(log.read_text(encoding="utf-8").count('"code":"UNAVAILABLE"') for log in (self.instance / "log").iterdir())
        self.assertEqual(calls, 0, "no call was refused")

    def test_no_copy_knows_more_than_the_copy_of_its_source(self):
        folder = self.decrypted(self.archive, "stores") / "data"

        def ends(service):
            return int(run("sqlite3", folder / f"{service}.db", "SELECT sequence FROM tail"))
        # A restored instance begins where it was: costs asks ingestion for what comes after the last delivery it has.
        cursor = int(run("sqlite3", folder / "costs.db", "SELECT count(*) FROM record WHERE kind = 'facts'"))
        self.assertGreater(cursor, 0)
        self.assertLessEqual(cursor, ends("ingestion"))
        for store in sorted(folder.glob("*.db")):
            self.assertEqual(run("sqlite3", store, "SELECT coalesce(max(sequence), 0) <= (SELECT sequence FROM tail)"
                                 " FROM record").strip(), "1", store.name)
        self.assertEqual([p for p in (self.instance / "data").iterdir() if p.name.startswith(".")], [], "left behind")

    def test_the_copy_answers_what_the_original_answered(self):
        result = self.verify()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Verified: 4 questions", result.stdout)

    def test_answers_that_differ_are_told(self):
        folder = self.decrypted(self.archive, "stores")
        answer = folder / "answers/1.csv"
        text = answer.read_text(encoding="utf-8")
        changed = re.sub(r"\d+$", "987654", text, count=1, flags=re.M)
        self.assertNotEqual(changed, text)
        answer.write_text(changed, encoding="utf-8")
        run("bash", "-c", "find . -type f ! -name SHA256SUMS -print0 | xargs -0 sha256sum >SUMS && mv SUMS SHA256SUMS"
            " && sed -i '/SUMS$/d' SHA256SUMS", cwd=folder)
        forged = self.root / "forged.tar.age"
        run("bash", "-c", f"tar -C {folder} -cf - . | age -r {self.recipient['stores']} -o {forged}")
        result = self.verify(archive=forged)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("answers differently", result.stderr)

    def test_a_bit_that_fell_over_is_refused(self):
        damaged = self.root / "damaged.tar.age"
        content = bytearray(pathlib.Path(self.archive).read_bytes())
        content[len(content) // 2] ^= 1
        damaged.write_bytes(content)
        into = self.root / "from-damaged"
        self.assertNotEqual(self.restore("--into", into, archive=damaged).returncode, 0)

    def test_the_archive_of_the_stores_has_no_key_and_that_of_the_keys_no_store(self):
        stores = {p.name for p in self.decrypted(self.archive, "stores").rglob("*") if p.is_file()}
        self.assertLessEqual({"ingestion.db", "linking.db", "costs.db", "contracts.db", "agreements.yaml", "SHA256SUMS"}, stores)
        self.assertEqual([n for n in stores if n.endswith(".key") or n == "front.pem"], [])
        keys = self.decrypted(self.keys, "keys")
        self.assertEqual((keys / "keys/linking.key").read_bytes(), (self.instance / "keys/linking.key").read_bytes())
        self.assertEqual([p.name for p in keys.rglob("*") if p.is_file() and p.suffix not in (".key", ".pem")], [])

    def test_who_holds_the_stores_cannot_open_the_keys_nor_a_stranger_anything(self):
        for archive, identity in ((self.keys, "stores"), (self.archive, "keys"), (self.archive, "other")):
            result = subprocess.run(["age", "-d", "-i", self.identity[identity], archive], capture_output=True)
            self.assertNotEqual(result.returncode, 0)
        self.assertNotEqual(self.restore("--into", self.root / "strange", identity="other").returncode, 0)

    def test_keys_beside_stores_are_refused(self):
        for arguments, why in ((self.backup("same", "same"), "keep the keys apart"),
                               (self.backup("out", "keys-out", keys_to="stores"), "would hold the keys")):
            result = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(why, result.stderr)

    def test_nothing_is_restored_over_something(self):
        result = self.restore("--into", self.instance)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("there already", result.stderr)

    def test_a_restored_instance_goes_on_where_the_copy_was_made(self):
        into = self.root / "restored"
        result = self.restore("--into", into, "--http", self.ports + 14)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.addCleanup(run, DEPLOY / "instance.sh", "stop", into)
        run(DEPLOY / "instance.sh", "start", into)
        # What came in during and after the backup is delivered again; what the copy had already counts once.
        subprocess.run([str(a) for a in self.command("beheerder", "deliver", "--manifest", self.during, port=self.ports + 14)],
                       capture_output=True, check=False)
        question = ("query", "--measure", "clients,provisions,indicated", "--from", "2017-01", "--to", "2018-12", "--format", "csv",
                    "--known-on", self.today.strftime("%Y-%m-%d"))
        for port in (self.ports, self.ports + 14):
            self.ctl("controller", "wait", port=port)
        # The moment of asking is part of an answer about today.
        here, there = (re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "", self.ctl("controller", *question, port=port))
                       for port in (self.ports, self.ports + 14))
        self.assertIn("clients", here)
        self.assertEqual(there, here)


class Refusals(unittest.TestCase):
    def test_an_archive_without_stores_is_never_written(self):
        need("age", "sqlite3")
        with tempfile.TemporaryDirectory() as folder:
            run(DEPLOY / "make_instance.sh", f"{folder}/i", "gm1730", "Tynaarlo", 8100, "")
            arguments = [DEPLOY / "backup.sh", f"{folder}/i", "--out", f"{folder}/o", "--to", "age1a", "--keys-out", f"{folder}/k",
                         "--keys-to", "age1b"]
            result = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
            self.assertEqual(os.listdir(f"{folder}/o"), [])
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("there is no store", result.stderr)


class Questions(unittest.TestCase):
    def test_they_hold_no_moment_of_their_own(self):
        lines = [l for l in read("deploy/questions.txt").splitlines() if l and not l.startswith("#")]
        self.assertTrue(lines)
        for line in lines:
            self.assertIn("--known-on @KNOWN@", line)


if __name__ == "__main__":
    support.main()
