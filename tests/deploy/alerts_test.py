# SPDX-License-Identifier: EUPL-1.2
"""Alerts, runbook and dashboard: they ask for metrics that exist, and every alert says what to do."""
import json
import re
import tempfile
import unittest

import support
from support import ROOT, need, read, run

yaml = support.library("yaml")

# Prometheus makes this one itself, of every target.
OWN = {"up"}
METRIC = re.compile(r"\b(nmd_\w+|up)\b(?=\s*[{\[)]|$)")


def metrics_of(expression):
    return set(METRIC.findall(expression))


def unknown(expression):
    return metrics_of(expression) - support.golden_metrics() - OWN


def labels_of(expression):
    """(metric, label) of every selector. Example: ("up", "job")."""
    return {(metric, label) for metric, inside in re.findall(r"\b(nmd_\w+)\{([^}]*)\}", expression)
            for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", inside)}


class Alerts(unittest.TestCase):
    def setUp(self):
        self.rules = yaml.safe_load(read("deploy/prometheus/alerts.yml"))["groups"][0]["rules"]

    def test_every_metric_and_label_of_an_alert_exists(self):
        golden = {}
        for line in read("tests/golden/metrics.txt").splitlines():
            name, *labels = line.split()
            golden[name] = set(labels) | {"job", "municipality", "service"}  # Of the target.
        for rule in self.rules:
            self.assertTrue(metrics_of(rule["expr"]), rule["alert"])
            self.assertEqual(unknown(rule["expr"]), set(), rule["alert"])
            for metric, label in labels_of(rule["expr"]):
                self.assertIn(label, golden[metric], f"{rule['alert']}: {metric}")

    def test_a_metric_that_does_not_exist_is_heard(self):
        self.assertEqual(unknown('sum(rate(nmd_rpc_handeld_total{job="nmd"}[5m])) > up{job="nmd"}'), {"nmd_rpc_handeld_total"})

    def test_reasons_codes_and_feeds_are_those_of_the_api(self):
        text = "".join(rule["expr"] for rule in self.rules)
        reasons = set(re.findall(r"^  ([A-Z_]+) = \d+", read("proto/nmd/type/error_reason.proto"), re.M))
        for value in re.findall(r'reason=~?"([^"]+)"', text):
            self.assertLessEqual(set(value.split("|")), reasons)
        feeds = set()
        for path in (ROOT / "proto/nmd").rglob("*.proto"):
            feeds |= set(re.findall(r"rpc (\w+)\([^{]*\{[^}]*\{[^}]*feed: true", path.read_text(encoding="utf-8")))
        named, = re.findall(r'method!~"\.\*/\(([^)]+)\)"', text)
        self.assertEqual(set(named.split("|")), feeds)

    def test_every_alert_has_a_section_in_the_runbook_and_the_other_way_round(self):
        runbook = read("deploy/runbook.md")
        sections = {name: text for name, text in re.findall(r"^## (Nmd\w+)\n(.*?)(?=^#)", runbook, re.M | re.S)}
        self.assertEqual(sorted(sections), sorted(rule["alert"] for rule in self.rules))
        for name, text in sections.items():
            for word in ("*Means.*", "*Look.*", "*Do.*"):
                self.assertIn(word, text, name)
        for rule in self.rules:
            self.assertEqual(rule["annotations"]["runbook"], f"runbook.md#{rule['alert'].lower()}")
            self.assertIn(rule["labels"]["severity"], ("warning", "critical"))

    def test_the_runbook_names_commands_that_exist(self):
        sources = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "gateway/cli").glob("*.cc"))
        for command in re.findall(r"`nmdctl (?:link )?([a-z-]+)", read("deploy/runbook.md")):
            self.assertIn(f'"{command}"', sources, command)

    def test_every_alert_fires_when_it_must_and_not_when_it_must_not(self):
        names = {t["alertname"] for test in yaml.safe_load(read("deploy/prometheus/alerts_test.yml"))["tests"]
                 for t in test["alert_rule_test"] if t["exp_alerts"]}
        self.assertEqual(names, {rule["alert"] for rule in self.rules})
        need("promtool")
        run("promtool", "check", "config", "deploy/prometheus/prometheus.yml", cwd=ROOT)
        run("promtool", "test", "rules", "deploy/prometheus/alerts_test.yml", cwd=ROOT)


class Scraping(unittest.TestCase):
    def test_targets_of_an_instance_are_its_admin_ports(self):
        with tempfile.TemporaryDirectory() as folder:
            run(ROOT / "deploy/make_instance.sh", folder, "gm1730", "Tynaarlo", "8100", "")
            targets = yaml.safe_load(run(ROOT / "deploy/prometheus/targets.sh", folder))
        self.assertEqual({t["labels"]["service"]: t["targets"] for t in targets},
                         {service: [f"127.0.0.1:{8102 + 2 * i}"] for i, service in enumerate(support.SERVICES)})
        self.assertEqual({t["labels"]["municipality"] for t in targets}, {"gm1730"})

    def test_both_examples_give_the_labels_that_alerts_go_by(self):
        cluster, = yaml.safe_load(read("deploy/prometheus/prometheus-kubernetes.yml"))["scrape_configs"]
        machine, = yaml.safe_load(read("deploy/prometheus/prometheus.yml"))["scrape_configs"]
        self.assertEqual({cluster["job_name"], machine["job_name"]}, {"nmd"})
        self.assertEqual({r["target_label"] for r in cluster["relabel_configs"] if "target_label" in r}, {"municipality", "service"})


class Dashboard(unittest.TestCase):
    def test_every_metric_of_every_panel_exists(self):
        dashboard = json.loads(read("deploy/grafana/nmd-monitor.json"))
        asked = set()
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                self.assertEqual(unknown(target["expr"]), set(), panel["title"])
                asked |= metrics_of(target["expr"])
        # What is measured is shown: every family is on the dashboard.
        family = lambda name: re.sub(r"_(bucket|count|sum)$", "", name)
        self.assertEqual({family(m) for m in asked} - OWN, {family(m) for m in support.golden_metrics()})
        ids = [panel["id"] for panel in dashboard["panels"]]
        self.assertEqual(len(ids), len(set(ids)))


if __name__ == "__main__":
    support.main()
