#!/usr/bin/env python3
"""Takes the facts of the service models out of an installed botocore and writes them to libs/aws-wire/model.

Run once per botocore upgrade (python3 with botocore, node for prettier), never as part of a build:

    python3 tools/gen/extract-model.py

Only what a program needs is kept (names, places, types, constraints, status codes); every line of prose is dropped.
"""
import gzip
import json
import os
import pathlib
import subprocess

import botocore

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "libs/aws-wire/model"
VERSIONS = {
    "apigateway": "2015-07-09",
    "apigatewayv2": "2018-11-29",
    "apigatewaymanagementapi": "2018-11-29",
    "lambda": "2015-03-31",
}
SHAPE_KEYS = ("type", "payload", "required", "enum", "pattern", "min", "max", "timestampFormat")
REFERENCE_KEYS = ("shape", "location", "locationName", "streaming", "flattened", "enum")


def keep(source, keys):
    return {key: source[key] for key in keys if key in source}


def operation(source):
    kept = {"http": keep(source["http"], ("method", "requestUri", "responseCode"))}
    kept.update({key: source[key]["shape"] for key in ("input", "output") if key in source})
    kept["errors"] = [error["shape"] for error in source.get("errors", [])]
    return kept


def shape(source):
    kept = keep(source, SHAPE_KEYS)
    if "members" in source:
        kept["members"] = {name: keep(member, REFERENCE_KEYS) for name, member in source["members"].items()}
    kept.update({part: keep(source[part], REFERENCE_KEYS) for part in ("member", "key", "value") if part in source})
    if source.get("exception"):
        kept["error"] = keep(source.get("error", {}), ("code", "httpStatusCode"))
    return kept


def extract(service, version):
    path = pathlib.Path(os.path.dirname(botocore.__file__), "data", service, version, "service-2.json.gz")
    with gzip.open(path) as file:
        model = json.load(file)
    return {
        "source": f"botocore {botocore.__version__} data/{service}/{version}/service-2.json, Apache-2.0, prose removed",
        "metadata": {"apiVersion": version, "signingName": model["metadata"].get("signingName", service)},
        "operations": {name: operation(source) for name, source in model["operations"].items()},
        "shapes": {name: shape(source) for name, source in model["shapes"].items()},
    }


def main():
    files = []
    for service, version in VERSIONS.items():
        files.append(TARGET / f"{service}.json")
        files[-1].write_text(json.dumps(extract(service, version)), encoding="utf-8")
    # The models are in .prettierignore, so that nobody formats them by hand; here they are laid out once.
    prettier = ["node", "node_modules/prettier/bin/prettier.cjs", "--ignore-path", ".gitignore", "--write"]
    subprocess.run([*prettier, *map(str, files)], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
