#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Prints the bill of materials (SPDX 2.3, JSON) of the programs in a folder: what they load, and what the dashboard holds.

  deploy/sbom.py build/release/bin >nmd-monitor.spdx.json

Libraries are those the loader finds, by the Debian package they are of, with the version that is installed here: run it where
the release is built. npm packages are those of gateway/web/package-lock.json that are not for development. Licences are those
of deploy/dependencies.md, which people read and filled in; a package that is not in it is an error. The moment is
SOURCE_DATE_EPOCH, so that the same build gives the same file.
"""
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def licences():
    """Package -> licence, of the tables in dependencies.md."""
    text = (ROOT / "deploy/dependencies.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `([^`]+)` \| ([^|]+?) \|", text, re.M))


def libraries(folder):
    """Real paths of all shared libraries that the programs of a folder load."""
    found = set()
    for program in sorted(folder.iterdir()):
        listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        found |= {os.path.realpath(path) for path in re.findall(r"(/\S+) \(0x", listed)}
    return sorted(found)


def debian_packages(paths):
    """Package -> version. A path may be known under /usr or without it, since Debian merged the two."""
    names = {name: path for path in paths for name in (path, path.removeprefix("/usr"), "/usr" + path)}
    # It ends with 1 because no path is known by all of its names; what it found is printed all the same.
    answer = subprocess.run(["dpkg-query", "-S", *names], capture_output=True, text=True).stdout
    found = {line.rpartition(": ")[2]: line.split(":")[0] for line in answer.splitlines()}
    nowhere = set(paths) - {names[name] for name in found if name in names}
    if nowhere:
        raise SystemExit(f"sbom.py: no Debian package has {', '.join(sorted(nowhere))}")
    packages = sorted(set(found.values()))
    versions = subprocess.run(["dpkg-query", "-W", "-f=${Package} ${Version}\n", *packages], capture_output=True, text=True, check=True)
    return dict(line.split() for line in versions.stdout.splitlines())


def npm_packages():
    lock = json.loads((ROOT / "gateway/web/package-lock.json").read_text(encoding="utf-8"))
    return {path.rpartition("node_modules/")[2]: package["version"] for path, package in lock["packages"].items()
            if path and not package.get("dev") and not package.get("optional")}


def bill(folder):
    known = licences()
    version = re.search(r"project\(nmd_monitor VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")).group(1)
    packages = [{"SPDXID": "SPDXRef-nmd-monitor", "name": "nmd-monitor", "versionInfo": version, "licenseDeclared": "EUPL-1.2",
                 "licenseConcluded": "EUPL-1.2", "downloadLocation": "NOASSERTION", "filesAnalyzed": False}]
    missing = []
    for kind, found in (("deb/debian", debian_packages(libraries(folder))), ("npm", npm_packages())):
        for name, its_version in sorted(found.items()):
            if name not in known:
                missing.append(name)
                continue
            packages.append({
                "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", f"{kind}-{name}"), "name": name, "versionInfo": its_version,
                "licenseDeclared": known[name], "licenseConcluded": known[name], "downloadLocation": "NOASSERTION",
                "filesAnalyzed": False,
                "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                                  "referenceLocator": f"pkg:{kind}/{name.replace('@', '%40').replace('+', '%2B')}@{its_version}"}]})
    if missing:
        raise SystemExit(f"sbom.py: not in deploy/dependencies.md: {', '.join(missing)}")
    moment = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), datetime.timezone.utc)
    content = hashlib.sha256(json.dumps(packages).encode()).hexdigest()
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"nmd-monitor-{version}",
            "documentNamespace": f"https://example.org/nmd-monitor/spdx/{version}/{content}",
            "creationInfo": {"created": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: nmd-monitor-sbom"]},
            "packages": packages,
            "hasExtractedLicensingInfos": [{"licenseId": "LicenseRef-public-domain", "name": "Public domain",
                                            "extractedText": "The authors gave the work to the public domain; see the copyright file of the Debian package."}],
            "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-nmd-monitor"}]
            + [{"spdxElementId": "SPDXRef-nmd-monitor", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": p["SPDXID"]}
               for p in packages[1:]]}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: sbom.py FOLDER_OF_PROGRAMS")
    json.dump(bill(pathlib.Path(sys.argv[1])), sys.stdout, indent=1)
    print()
