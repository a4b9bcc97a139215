"""Deploys templates to an emulated CloudFormation, as they were and as `eyas lint --fix` left them.

deploy.py BEFORE AFTER: two folders with the same files. Prints a table; fails where a template that
could be deployed cannot be any more, or where what was mended does not show.
"""

import json
import logging
import os
import pathlib
import sys
import urllib.request
import warnings

import boto3
import yaml
from moto.server import ThreadedMotoServer

REGION = "eu-west-1"

# What the emulator shows of a resource once its findings are mended. It does not keep every property.
SHOWN = {
    "AWS::DynamoDB::Table": {
        "deletion protection": lambda c, id: c("dynamodb").describe_table(TableName=id)["Table"]["DeletionProtectionEnabled"],
    },
    "AWS::EC2::LaunchTemplate": {
        "IMDSv2": lambda c, id: launch(c, id)["MetadataOptions"]["HttpTokens"] == "required",
        "encryption": lambda c, id: all(one["Ebs"]["Encrypted"] for one in launch(c, id)["BlockDeviceMappings"]),
    },
    "AWS::KMS::Key": {
        "rotation": lambda c, id: c("kms").get_key_rotation_status(KeyId=id)["KeyRotationEnabled"],
    },
    "AWS::RDS::DBInstance": {
        "not public": lambda c, id: not database(c, id)["PubliclyAccessible"],
        "backups": lambda c, id: database(c, id)["BackupRetentionPeriod"] >= 7,
        "minor upgrades": lambda c, id: database(c, id)["AutoMinorVersionUpgrade"],
    },
    "AWS::S3::Bucket": {
        "encryption": lambda c, id: bool(c("s3").get_bucket_encryption(Bucket=id)),
    },
}


def launch(client, name):
    versions = client("ec2").describe_launch_template_versions(LaunchTemplateId=name)["LaunchTemplateVersions"]
    return versions[0]["LaunchTemplateData"]



def database(client, name):
    return client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


class Loader(yaml.SafeLoader):
    """YAML with intrinsics in their short form; only parameters are read."""


Loader.add_multi_constructor("!", lambda loader, tag, node: None)


def values(body):
    """A value for every parameter that has no default."""
    template = json.loads(body) if body.lstrip().startswith("{") else yaml.load(body, Loader)
    out = []
    for name, one in (template.get("Parameters") or {}).items():
        if "Default" not in one:
            value = one["AllowedValues"][0] if one.get("AllowedValues") else one.get("MinValue", "1" * 8)
            out.append({"ParameterKey": name, "ParameterValue": str(value)})
    return out


class Emulator:
    """One server for all stacks, empty before each."""

    def __init__(self):
        self.server = ThreadedMotoServer(port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.url = f"http://{host}:{port}"

    def client(self, service):
        return boto3.client(service, region_name=REGION, endpoint_url=self.url)

    def deploy(self, path):
        """How it went, and what the resources show."""
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")).close()
        stacks = self.client("cloudformation")
        try:
            body = path.read_text(encoding="utf-8-sig")
            capabilities = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
            stacks.create_stack(StackName="s", TemplateBody=body, Parameters=values(body), Capabilities=capabilities)
            status = stacks.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"]
        except Exception as why:
            return str(why).splitlines()[0][:100], {}
        shown = {}
        for one in stacks.describe_stack_resources(StackName="s")["StackResources"]:
            for what, probe in SHOWN.get(one.get("ResourceType"), {}).items():
                try:
                    shown[f"{one['LogicalResourceId']}: {what}"] = bool(probe(self.client, one["PhysicalResourceId"]))
                except Exception:
                    shown[f"{one['LogicalResourceId']}: {what}"] = False
        return status, shown


def main(before, after):
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    os.environ.update(AWS_ACCESS_KEY_ID="emulated", AWS_SECRET_ACCESS_KEY="emulated", AWS_MAX_ATTEMPTS="1")
    emulator = Emulator()
    files = sorted(path.relative_to(before) for path in before.rglob("*") if path.suffix in (".yaml", ".yml", ".json"))
    deployed = broken = 0
    print("| template | mended | before | after | shown before | shown after |\n|---|---|---|---|--:|--:|")
    for file in files:
        changed = (before / file).read_bytes() != (after / file).read_bytes()
        was, old = emulator.deploy(before / file)
        now, new = emulator.deploy(after / file)
        deployed += was == "CREATE_COMPLETE"
        worse = [what for what, good in old.items() if good and not new.get(what)]
        failed = was == "CREATE_COMPLETE" != now or worse
        broken += bool(failed)
        counts = [f"{sum(shown.values())} of {len(shown)}" for shown in (old, new)]
        print(f"| {file} | {'yes' if changed else 'no'} | {was} | {now} | {' | '.join(counts)} |", flush=True)
        if failed:
            print(f"  worse than before: {', '.join(worse) or now}", flush=True)
        elif "--strict" in sys.argv and not all(new.values()):
            broken += 1
            print(f"  not shown: {', '.join(what for what, good in new.items() if not good)}", flush=True)
    print(f"\n{len(files)} templates, {deployed} could be deployed before, {broken} broken by their fixes")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
