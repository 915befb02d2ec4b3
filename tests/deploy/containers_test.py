# SPDX-License-Identifier: EUPL-1.2
"""Images, the compose file and the systemd units: hardened, and in agreement with what CMake builds."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.request

import support
from support import BINARIES, ROOT, SERVICES, need, read, run

yaml = support.library("yaml")

USER = "10001:10001"


class Images(unittest.TestCase):
    def stages(self):
        stages, name = {}, None
        for line in read("deploy/Dockerfile").splitlines():
            start = re.match(r"FROM (\S+) AS (\S+)$", line)
            if start:
                name = start.group(2)
                stages[name] = {"base": start.group(1), "lines": []}
            elif name:
                stages[name]["lines"].append(line)
        return stages

    def test_every_server_has_an_image_that_holds_only_it(self):
        images = {n: s for n, s in self.stages().items() if s["base"] == "scratch"}
        self.assertEqual(sorted(images), sorted(SERVICES + ["nmdctl", "front"]))
        self.assertEqual({f"{s}_server" for s in SERVICES}, {t for t in support.program_targets() if t.endswith("_server")})
        for name, stage in images.items():
            self.assertIn(f"USER {USER}", stage["lines"], name)
            self.assertFalse([l for l in stage["lines"] if l.startswith(("RUN", "ENV", "ADD"))], name)
        for service in SERVICES:
            self.assertIn(f'ENTRYPOINT ["/usr/bin/{service}_server"]', images[service]["lines"])
            self.assertIn(f'CMD ["--config=/nmd/config/{service}.yaml"]', images[service]["lines"])

    def test_a_program_runs_in_its_image_without_anything_else(self):
        if os.getuid() != 0:
            self.skipTest("chroot needs root")
        if not all((BINARIES / f"{s}_server").exists() for s in SERVICES):
            self.skipTest("not built")
        with tempfile.TemporaryDirectory() as root:
            os.chmod(root, 0o755)
            for service in SERVICES:
                run(ROOT / "deploy/image_root.sh", BINARIES / f"{service}_server", root)
            self.assertFalse([p for p in os.listdir(f"{root}/usr/bin") if not p.endswith("_server")], "a shell or a tool")
            ports = support.free_ports(13)
            run(ROOT / "deploy/make_instance.sh", f"{root}/nmd", "gm1730", "Tynaarlo", ports, "", "cluster")
            run("chown", "-R", USER, f"{root}/nmd")
            enter = ["chroot", f"--userspec={USER}", root]
            for service in SERVICES:
                run(*enter, f"/usr/bin/{service}_server", f"--config=/nmd/config/{service}.yaml", "--check-config")
            server = subprocess.Popen([*enter, "/usr/bin/ingestion_server", "--config=/nmd/config/ingestion.yaml"],
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            with server.stdout:
                try:
                    said = []
                    for line in server.stdout:
                        said.append(line)
                        if '"text":"ready"' in line:
                            break
                    self.assertIn('"text":"ready"', "".join(said))
                    with urllib.request.urlopen(f"http://127.0.0.1:{ports + 2}/readyz", timeout=60) as answer:
                        self.assertEqual(answer.status, 200)
                    self.assertTrue(os.path.exists(f"{root}/nmd/data/ingestion.db"))
                finally:
                    server.terminate()
                server.stdout.read()
            self.assertEqual(server.wait(), 0)

    def test_the_front_is_valid_haproxy_with_what_ncsc_calls_good_or_sufficient(self):
        need("haproxy")
        with tempfile.TemporaryDirectory() as folder:
            run(ROOT / "deploy/make_certs.sh", folder, "gm1730")
            text = read("deploy/front/haproxy.cfg").replace("/nmd/front/", f"{folder}/")
            pathlib.Path(f"{folder}/haproxy.cfg").write_text(text, encoding="utf-8")
            run("haproxy", "-c", "-f", f"{folder}/haproxy.cfg")
        suites = re.findall(r"ciphers(?:uites)? (\S+)", text)
        self.assertEqual(len(suites), 2)
        for suite in ":".join(suites).split(":"):
            self.assertRegex(suite, r"^(TLS_(AES_256_GCM_SHA384|CHACHA20_POLY1305_SHA256|AES_128_GCM_SHA256)"
                                    r"|ECDHE-(ECDSA|RSA)-(AES256-GCM-SHA384|CHACHA20-POLY1305))$")
        self.assertIn("ssl-min-ver TLSv1.2", text)

    def test_the_link_with_an_inway_is_valid_beside_it_and_asks_for_the_inways_certificate(self):
        need("haproxy")
        with tempfile.TemporaryDirectory() as folder:
            run(ROOT / "deploy/make_certs.sh", folder, "gm1730")
            shutil.copy(f"{folder}/ca.pem", f"{folder}/inway-ca.pem")
            for name in ("haproxy.cfg", "fsc.cfg"):
                pathlib.Path(f"{folder}/{name}").write_text(read(f"deploy/front/{name}").replace("/nmd/front/", f"{folder}/"),
                                                            encoding="utf-8")
            run("env", "NMD_INWAY_CN=inway.example.nl", "haproxy", "-c", "-f", f"{folder}/haproxy.cfg", "-f", f"{folder}/fsc.cfg")
        text = read("deploy/front/fsc.cfg")
        self.assertIn("verify required", text)
        self.assertRegex(text, r"deny .*unless \{ ssl_c_s_dn\(CN\)")
        # On the public side what only an Inway may say is taken away.
        self.assertIn("http-request del-header Fsc- -m beg", read("deploy/front/haproxy.cfg"))


class Compose(unittest.TestCase):
    def test_every_service_is_hardened_and_is_one_that_is_built(self):
        services = yaml.safe_load(read("deploy/compose.yaml"))["services"]
        self.assertEqual(sorted(services), sorted(SERVICES + ["front"]))
        for name, service in services.items():
            self.assertEqual(service["image"], f"nmd-monitor/{name}:{support.version()}")
            self.assertEqual(service["build"]["target"], name)
            self.assertEqual(service["user"], USER, name)
            self.assertTrue(service["read_only"], name)
            self.assertEqual(service["cap_drop"], ["ALL"], name)
            self.assertIn("no-new-privileges:true", service["security_opt"], name)
            self.assertIn("mem_limit", service, name)
            for mount in service["volumes"]:
                # The only thing a container may write to is its own store.
                self.assertTrue(mount.endswith(":ro") or mount.endswith(f"/data/{name}:/nmd/data"), mount)
            if name not in ("gateway", "front"):
                self.assertNotIn("ports", service)
                self.assertEqual(service["networks"], ["inside"], name)
        self.assertEqual(services["gateway"]["ports"], ["127.0.0.1:8443:8443"])

    def test_what_the_configuration_names_is_mounted_and_no_other_key(self):
        services = yaml.safe_load(read("deploy/compose.yaml"))["services"]
        with tempfile.TemporaryDirectory() as folder:
            run(ROOT / "deploy/render_config.sh", f"{folder}/config", "gm1730", "Tynaarlo", "8100", "/nmd/web", "cluster")
            for name in SERVICES:
                text = pathlib.Path(f"{folder}/config/{name}.yaml").read_text(encoding="utf-8")
                # What is commented out is an example.
                named = set(re.findall(r"\.\./((?:certs|keys)/[\w.]+)", re.sub(r"(?m)^ *#.*$", "", text)))
                mounted = {m.split(":")[-2].removeprefix("/nmd/") for m in services[name]["volumes"]}
                self.assertEqual(named, {m for m in mounted if m.startswith(("certs/", "keys/"))}, name)
                for folder_name in ("mappings", "codes", "policy"):
                    self.assertEqual(f"../{folder_name}" in text, folder_name in mounted, f"{name}: {folder_name}")


class Systemd(unittest.TestCase):
    def setUp(self):
        need("systemd-analyze")
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        # The units as installed, but with a program that exists here; only units of ours are looked at.
        self.units = f"{self.folder.name}/units"
        shutil.copytree(ROOT / "deploy/systemd", self.units)
        for service in SERVICES:
            path = pathlib.Path(f"{self.units}/nmd-{service}@.service")
            text = path.read_text(encoding="utf-8")
            self.assertIn(f"ExecStart=/usr/lib/nmd/{service}_server --config=/var/lib/nmd/%i/config/{service}.yaml\n", text)
            path.write_text(text.replace(f"/usr/lib/nmd/{service}_server", "/bin/true"), encoding="utf-8")

    def analyze(self, *arguments):
        # The colon after our folder: the folders of the system, where network.target is.
        return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True,
                              env={**os.environ, "SYSTEMD_UNIT_PATH": f"{self.units}:", "SYSTEMD_COLORS": "0"})

    def test_the_units_are_valid(self):
        for service in SERVICES:
            result = self.analyze("verify", f"nmd-{service}@gm1730.service")
            ours = [l for l in (result.stdout + result.stderr).splitlines() if "nmd" in l]
            self.assertEqual(ours, [], service)
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_a_fault_in_a_unit_is_heard(self):
        with open(f"{self.units}/nmd-.service.d/hardening.conf", "a", encoding="utf-8") as file:
            file.write("ProtectSistem=strict\n")
        result = self.analyze("verify", "nmd-costs@gm1730.service")
        self.assertIn("ProtectSistem", result.stdout + result.stderr)

    def test_their_exposure_is_small(self):
        for service in SERVICES:
            result = self.analyze("security", "--offline=true", "--threshold=15", f"nmd-{service}@gm1730.service")
            self.assertEqual(result.returncode, 0, result.stdout[-300:] + result.stderr)

    def test_only_who_has_a_key_sees_keys_and_only_who_has_a_store_may_write(self):
        for service in SERVICES:
            text = read(f"deploy/systemd/nmd-{service}@.service")
            config = read(f"deploy/config/{service}.yaml")
            self.assertEqual("InaccessiblePaths=/var/lib/nmd/%i/keys" in text, "../keys/" not in config, service)
            self.assertEqual("BindPaths=/var/lib/nmd/%i/data\n" in text, "@STORE@" in config, service)
            self.assertIn(f"nmd-{service}@%i.service", read("deploy/systemd/nmd@.target"))


if __name__ == "__main__":
    support.main()
