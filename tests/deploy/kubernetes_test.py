# SPDX-License-Identifier: EUPL-1.2
"""The manifests in k8s: valid by the strict schemas of Kubernetes 1.36, restricted, and in agreement with the code."""
import json
import os
import tempfile
import unittest

import support
from support import ROOT, SERVICES, need, run

yaml = support.library("yaml")
jsonschema = support.library("jsonschema")

SCHEMAS = ROOT.parent / "shared/k8s/v1.36-standalone-strict"
MUNICIPALITIES = ["gm1680", "gm0106", "gm1731", "gm1699", "gm1730"]


def schema_name(item):
    group, _, version = item["apiVersion"].rpartition("/")
    # "networking.k8s.io/v1" is in networkpolicy-networking-v1.json.
    return "-".join(filter(None, [item["kind"].lower(), group.split(".")[0], version])) + ".json"


def errors(item):
    schema = json.loads((SCHEMAS / schema_name(item)).read_text(encoding="utf-8"))
    return [f"{item['kind']} {item['metadata']['name']}: {'/'.join(map(str, e.path))}: {e.message[:200]}"
            for e in jsonschema.Draft7Validator(schema).iter_errors(item)]


def pod_faults(item):
    """What in a workload breaks the rules of the profile "restricted" and of this project."""
    spec = item["spec"]["template"]["spec"]
    pod = spec.get("securityContext", {})
    faults = []

    def expect(condition, text):
        if not condition:
            faults.append(f"{item['metadata']['name']}: {text}")

    expect(pod.get("runAsNonRoot") is True and pod.get("runAsUser", 0) > 0, "may run as root")
    expect(pod.get("seccompProfile") == {"type": "RuntimeDefault"}, "has no seccomp profile")
    expect(spec.get("automountServiceAccountToken") is False, "gets a token of the cluster")
    expect(not any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")), "shares something with the host")
    expect(spec.get("topologySpreadConstraints"), "is not spread")
    for volume in spec["volumes"]:
        expect(set(volume) & {"configMap", "secret", "emptyDir"}, f"volume {volume['name']} is of the host or the cluster")
    for container in spec["containers"] + spec.get("initContainers", []):
        name = container["name"]
        security = container.get("securityContext", {})
        expect(security.get("allowPrivilegeEscalation") is False, f"{name} may gain privileges")
        expect(not security.get("privileged"), f"{name} is privileged")
        expect(security.get("readOnlyRootFilesystem") is True, f"{name} may write to its image")
        expect(security.get("capabilities") == {"drop": ["ALL"]}, f"{name} keeps capabilities")
        for kind in ("requests", "limits"):
            expect(set(container.get("resources", {}).get(kind, {})) == {"cpu", "memory"}, f"{name} has no {kind}")
        expect("livenessProbe" in container and "readinessProbe" in container, f"{name} has no probes")
        expect("env" not in container and "envFrom" not in container, f"{name} gets settings beside its file")
        image, _, tag = container["image"].rpartition(":")
        expect(tag == support.version(), f"{name} has the tag {tag}, not the version of CMakeLists.txt")
        binary = image.removeprefix("nmd-monitor/") + "_server"
        expect(name == "front" or binary in support.program_targets(), f"CMake builds no {binary}")
        for mount in container.get("volumeMounts", []):
            expect(mount["name"] == "data" or mount.get("readOnly"), f"{name} may write to {mount['name']}")
    return faults


class BaseFiles(unittest.TestCase):
    def test_they_are_valid_as_they_are_also_where_kubectl_is_not(self):
        if not SCHEMAS.is_dir():
            self.skipTest(f"{SCHEMAS} is not there")
        checked = 0
        for path in sorted([*(ROOT / "k8s/base").glob("*.yaml"), *(ROOT / "k8s/postgres/readers").glob("*.yaml")]):
            if path.name in ("kustomization.yaml", "store.yaml"):
                continue  # The list of files, and parts of objects.
            for item in yaml.safe_load_all(path.read_text(encoding="utf-8")):
                self.assertEqual(errors(item), [], path.name)
                checked += 1
        self.assertGreater(checked, 30)


class Rendered(unittest.TestCase):
    """What k8s/render.sh makes of the overlays, and what holds for it wherever the stores are."""
    store = "sqlite"
    workload_names = SERVICES

    @classmethod
    def setUpClass(cls):
        if cls is Rendered:
            raise unittest.SkipTest("its subclasses say where the stores are")
        need("kubectl")
        with tempfile.TemporaryDirectory() as folder:
            run(ROOT / "k8s/render.sh", folder, env={**os.environ, "NMD_STORE": cls.store})
            cls.rendered = {name: list(yaml.safe_load_all(run("kubectl", "kustomize", f"{folder}/overlays/{name}")))
                            for name in MUNICIPALITIES + ["region", "all"]}

    def of(self, kind, municipality="gm1730"):
        return {i["metadata"]["name"]: i for i in self.rendered[municipality] if i["kind"] == kind}

    def config(self, service, municipality="gm1730"):
        maps = [i for name, i in self.of("ConfigMap", municipality).items() if name.startswith("nmd-config-")]
        self.assertEqual(len(maps), 1)
        return yaml.safe_load(maps[0]["data"][f"{service}.yaml"])

    def workloads(self):
        return {**self.of("StatefulSet"), **self.of("Deployment")}

    def test_every_object_is_valid_by_the_strict_schemas(self):
        if not SCHEMAS.is_dir():
            self.skipTest(f"{SCHEMAS} is not there")
        for overlay, items in self.rendered.items():
            with self.subTest(overlay):
                self.assertEqual([e for item in items for e in errors(item)], [])

    def test_all_is_the_sum_of_the_municipalities_and_the_region(self):
        key = lambda i: (i["metadata"].get("namespace", ""), i["kind"], i["metadata"]["name"])
        self.assertEqual(sorted(map(key, self.rendered["all"])),
                         sorted(key(i) for m in MUNICIPALITIES + ["region"] for i in self.rendered[m]))

    def test_the_region_has_publication_and_a_gateway_and_calls_nothing_else(self):
        services = ["gateway", "publication"]
        for kind in ("StatefulSet", "Service", "PodDisruptionBudget", "ServiceAccount"):
            self.assertEqual(sorted(self.of(kind, "region")), services, kind)
        self.assertEqual([f for item in self.of("StatefulSet", "region").values() for f in pod_faults(item)], [])
        policies = self.of("NetworkPolicy", "region")
        self.assertEqual(sorted(policies), sorted(["deny-all", "allow-dns"] + services))
        self.assertNotIn("egress", policies["publication"]["spec"])
        self.assertEqual(policies["publication"]["spec"]["policyTypes"], ["Ingress", "Egress"])
        rule, = policies["gateway"]["spec"]["egress"]
        self.assertEqual(rule["to"], [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "publication"}}}])
        gateway = self.config("gateway", "region")
        self.assertEqual([s for s in SERVICES if s in gateway], ["publication"])
        self.assertEqual(rule["ports"][0]["port"], int(gateway["publication"]["address"].split(":")[1]))
        self.assertIn("members", self.config("publication", "region"))
        # It signs nothing, so it has no key to lose.
        self.assertNotIn("keys", json.dumps(self.of("StatefulSet", "region")["publication"]))

    def test_every_municipality_has_a_namespace_of_its_own_that_is_restricted(self):
        for municipality in MUNICIPALITIES:
            namespace, = self.of("Namespace", municipality).values()
            self.assertEqual(namespace["metadata"]["name"], f"nmd-{municipality}")
            self.assertEqual(namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted")
            for item in self.rendered[municipality]:
                if item["kind"] != "Namespace":
                    self.assertEqual(item["metadata"]["namespace"], f"nmd-{municipality}", item["metadata"]["name"])

    def test_no_workload_breaks_a_rule(self):
        self.assertEqual(sorted(self.workloads()), sorted(self.workload_names))
        self.assertEqual([f for item in self.workloads().values() for f in pod_faults(item)], [])

    def test_ports_and_files_are_those_of_the_configuration(self):
        for name, item in self.workloads().items():
            config = self.config(name)
            pod = item["spec"]["template"]["spec"]
            container = pod["containers"][0]
            ports = {p["name"]: p["containerPort"] for p in container["ports"]}
            self.assertEqual(ports["admin"], int(config["server"]["admin_listen"].split(":")[1]), name)
            if name != "gateway":
                self.assertEqual(ports["grpc"], int(config["server"]["listen"].split(":")[1]), name)
                service = self.of("Service")[name]["spec"]
                self.assertEqual([p["port"] for p in service["ports"]], [ports["grpc"]])
            self.assertEqual(container["args"], [f"--config=/nmd/config/{name}.yaml"])
            # Time to drain fits into the time Kubernetes gives.
            self.assertGreater(pod["terminationGracePeriodSeconds"], config["server"]["drain_delay_seconds"] + 20)
            mounts = {m["mountPath"] for m in container["volumeMounts"]}
            # Every folder that the configuration names is mounted.
            for folder in {"certs", "keys", "data", "postgres", "mappings", "codes", "policy"}:
                self.assertEqual(f"../{folder}" in json.dumps(config), f"/nmd/{folder}" in mounts, f"{name}: {folder}")

    def test_the_network_allows_exactly_the_calls_that_the_configuration_has(self):
        policies = self.of("NetworkPolicy")
        self.assertEqual(policies["deny-all"]["spec"],
                         {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})
        self.assertEqual(sorted(policies), sorted(["deny-all", "allow-dns"] + self.workload_names))
        label = "app.kubernetes.io/name"
        called, may_call, may_be_called = set(), set(), set()
        for name in self.workload_names:
            config = self.config(name)
            # A reader calls nobody: what it knows comes from the database.
            if name not in self.of("Deployment"):
                addresses = [a for peer in SERVICES if peer in config for a in [config[peer]["address"], *config[peer].get("readers", [])]]
                called |= {(name, host, int(port)) for host, port in (address.split(":") for address in addresses)}
            spec = policies[name]["spec"]
            self.assertEqual(spec["podSelector"]["matchLabels"][label], name)
            for rule in spec.get("egress", []):
                may_call |= {(name, to["podSelector"]["matchLabels"][label], p["port"]) for to in rule["to"] for p in rule["ports"]}
            outside = {}
            for rule in spec["ingress"]:
                for source in rule["from"]:
                    for port in rule["ports"]:
                        if "podSelector" in source:
                            may_be_called.add((source["podSelector"]["matchLabels"][label], name, port["port"]))
                        else:
                            (key,) = source["namespaceSelector"]["matchLabels"]
                            outside[key] = port["port"]
            ports = {p["name"]: p["containerPort"] for c in self.workloads()[name]["spec"]["template"]["spec"]["containers"]
                     for p in c["ports"]}
            expected = {"nmd.nl/may-scrape": ports["admin"]}
            if name == "gateway":
                expected["nmd.nl/may-enter"] = ports["https"]
            self.assertEqual(outside, expected, name)
        self.assertEqual(may_call, called)
        self.assertEqual(may_be_called, called)

    def test_the_binaries_take_the_configuration(self):
        missing = [s for s in SERVICES if not (support.BINARIES / f"{s}_server").exists()]
        if missing:
            self.skipTest(f"not built: {', '.join(missing)}")
        with tempfile.TemporaryDirectory() as folder:
            run(ROOT / "deploy/render_config.sh", f"{folder}/config", "gm1730", "Tynaarlo", "8100", "/nmd/web", "cluster",
                env={**os.environ, "NMD_STORE": self.store})
            run(ROOT / "deploy/make_certs.sh", f"{folder}/certs", "gm1730")
            run("mkdir", f"{folder}/keys", f"{folder}/postgres")
            for service in ("ingestion", "linking", "publication"):
                run("openssl", "rand", "-hex", "-out", f"{folder}/keys/{service}.key", "32")
            run("tee", f"{folder}/postgres/connection", input="host=database.invalid dbname=nmd\n")
            for name in self.workload_names:
                binary = self.config(name)["server"]["service"]
                run(support.BINARIES / f"{binary}_server", f"--config={folder}/config/{name}.yaml", "--check-config")

    def test_selectors_find_what_they_mean(self):
        names = {n: w["spec"]["template"]["metadata"]["labels"] for n, w in self.workloads().items()}
        for kind in ("Service", "PodDisruptionBudget", "StatefulSet", "Deployment"):
            for name, item in self.of(kind).items():
                selector = item["spec"]["selector"]
                selector = selector.get("matchLabels", selector)
                self.assertEqual([n for n, labels in names.items() if selector.items() <= labels.items()], [name], kind)


class Kubernetes(Rendered):
    def test_the_schemas_refuse_what_they_must(self):
        if not SCHEMAS.is_dir():
            self.skipTest(f"{SCHEMAS} is not there")
        item = json.loads(json.dumps(self.of("StatefulSet")["costs"]))
        item["spec"]["template"]["spec"]["containers"][0]["imagePullPolice"] = "Always"
        self.assertEqual(len(errors(item)), 1)

    def test_the_rules_are_heard(self):
        breaks = {
            "may run as root": lambda pod: pod["securityContext"].pop("runAsNonRoot"),
            "server is privileged": lambda pod: pod["containers"][0]["securityContext"].update(privileged=True),
            "server has no limits": lambda pod: pod["containers"][0]["resources"].pop("limits"),
            "server may write to config": lambda pod: [m.pop("readOnly", 0) for m in pod["containers"][0]["volumeMounts"]
                                                       if m["name"] == "config"],
            "CMake builds no cost_server": lambda pod: pod["containers"][0].update(
                image=f"nmd-monitor/cost:{support.version()}"),
        }
        for fault, break_it in breaks.items():
            item = json.loads(json.dumps(self.workloads()["costs"]))
            break_it(item["spec"]["template"]["spec"])
            self.assertEqual(pod_faults(item), [f"costs: {fault}"])

    def test_a_store_has_one_replica_and_keeps_its_volume(self):
        for name, item in self.of("StatefulSet").items():
            spec = item["spec"]
            self.assertEqual(spec["replicas"], 1, name)
            self.assertEqual(spec["persistentVolumeClaimRetentionPolicy"], {"whenDeleted": "Retain", "whenScaled": "Retain"})
            claim, = spec["volumeClaimTemplates"]
            # Haven: no class of a particular cluster.
            self.assertNotIn("storageClassName", claim["spec"], name)

    def test_every_service_has_a_store_of_one_and_may_move(self):
        self.assertEqual(sorted(self.of("StatefulSet")), sorted(SERVICES))
        self.assertEqual(self.of("HorizontalPodAutoscaler"), {}, "a second gateway would have a second log")
        budgets = self.of("PodDisruptionBudget")
        self.assertEqual(sorted(budgets), sorted(SERVICES))
        self.assertEqual({budget["spec"]["maxUnavailable"] for budget in budgets.values()}, {1})

    def test_no_secret_and_no_demo_setting_is_in_the_manifests(self):
        for items in self.rendered.values():
            self.assertNotIn("Secret", {i["kind"] for i in items})
        text = json.dumps(self.rendered["all"])
        self.assertNotIn("PRIVATE KEY", text)
        self.assertNotIn("development_key", text)
        self.assertFalse(self.config("linking")["test_numbers"])


class KubernetesWithPostgres(Rendered):
    store = "postgres"
    workload_names = SERVICES + ["costs-reader"]

    def test_no_pod_has_anything_that_must_last(self):
        for name, item in self.of("StatefulSet").items():
            self.assertEqual(item["spec"]["replicas"], 1, name)
            self.assertNotIn("volumeClaimTemplates", item["spec"], name)
            self.assertNotIn("data_dir", self.config(name)["server"], name)
        self.assertEqual({n for n in self.workload_names if "postgres" not in self.config(n)["server"]}, set())

    def test_only_readers_are_as_many_as_there_are_questions(self):
        reader = self.of("Deployment")["costs-reader"]["spec"]
        self.assertNotIn("replicas", reader, "the autoscaler says how many")
        self.assertEqual(reader["strategy"]["rollingUpdate"], {"maxUnavailable": 0, "maxSurge": 1})
        (name, scaler), = self.of("HorizontalPodAutoscaler").items()
        self.assertEqual(scaler["spec"]["scaleTargetRef"], {"apiVersion": "apps/v1", "kind": "Deployment", "name": name})
        self.assertGreaterEqual(scaler["spec"]["minReplicas"], 2)
        # Nobody else reads the records of costs, and a reader knows who writes them.
        costs, own = self.config("costs")["server"], self.config("costs-reader")["server"]
        self.assertEqual(own.pop("postgres"), {**costs.pop("postgres"), "reader_of": self.config("gateway")["costs"]["address"]})
        self.assertEqual(own, costs)

    def test_gateways_ask_every_reader(self):
        service = self.of("Service")["costs-reader"]["spec"]
        self.assertEqual(service["clusterIP"], "None", "one address for all would be one reader for each gateway")
        self.assertEqual(self.config("gateway")["costs"]["readers"], [f"costs-reader:{service['ports'][0]['port']}"])

    def test_the_region_has_no_figures_to_read(self):
        self.assertEqual(self.of("Deployment", "region"), {})
        self.assertEqual(self.of("HorizontalPodAutoscaler", "region"), {})


if __name__ == "__main__":
    support.main()
