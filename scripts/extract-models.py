#!/usr/bin/env python3
"""Writes test/simulator/models/<service>.json from the API models that AWS publishes with botocore.

    python3 -m venv .venv && .venv/bin/pip install botocore
    .venv/bin/python scripts/extract-models.py          all, or those that are named

Documentation, examples and endpoint rules are dropped; names, types, required members, enums, patterns, ranges, error
codes and the wire names of query services stay. All operation names are kept, so that the simulator can tell an
operation that it does not model from one that AWS does not have; shapes are kept only where an operation is listed
here or the whole service is.
"""

import datetime
import json
import pathlib
import re
import sys

import botocore
from botocore.loaders import Loader

WHOLE = None
SERVICES = {
    "ecs": WHOLE,
    "ecr": WHOLE,
    "ecr-public": WHOLE,
    "codedeploy": WHOLE,
    "sts": WHOLE,
    "elasticbeanstalk": """DescribeApplications CreateApplication DescribeApplicationVersions CreateApplicationVersion DeleteApplicationVersion
        CreateStorageLocation DescribeEnvironments CreateEnvironment UpdateEnvironment AbortEnvironmentUpdate TerminateEnvironment
        SwapEnvironmentCNAMEs DescribeEvents DescribeEnvironmentHealth DescribeInstancesHealth DescribeEnvironmentResources
        DescribeConfigurationSettings ValidateConfigurationSettings DescribeConfigurationOptions DescribeEnvironmentManagedActions
        DescribeAccountAttributes DescribePlatformVersion ListTagsForResource UpdateTagsForResource""".split(),
    "elbv2": WHOLE,
    "logs": ["GetLogEvents", "FilterLogEvents", "DescribeLogGroups", "DescribeLogStreams", "CreateLogGroup", "CreateLogStream", "PutLogEvents", "StartLiveTail"],
    "application-autoscaling": ["DescribeScalableTargets", "RegisterScalableTarget", "DeregisterScalableTarget", "ListTagsForResource", "TagResource", "UntagResource"],
    "ec2": ["DescribeSubnets", "DescribeRouteTables", "DescribeVpcEndpoints", "DescribeSecurityGroups"],
    "iam": ["CreateRole", "AttachRolePolicy", "GetRole", "GetInstanceProfile", "SimulatePrincipalPolicy", "ListRolePolicies", "GetRolePolicy", "ListAttachedRolePolicies", "GetPolicy", "GetPolicyVersion", "GetOpenIDConnectProvider"],
    "cloudwatch": ["DescribeAlarms", "SetAlarmState", "PutMetricAlarm", "DescribeAlarmHistory", "DeleteAlarms"],
    "secretsmanager": ["GetSecretValue", "BatchGetSecretValue", "DescribeSecret", "ListSecrets", "CreateSecret", "PutSecretValue"],
    "s3": """HeadBucket GetBucketLocation GetBucketVersioning GetBucketPolicy GetPublicAccessBlock GetBucketWebsite GetBucketEncryption
        ListObjects ListObjectsV2 PutObject GetObject HeadObject CopyObject DeleteObject DeleteObjects ListObjectVersions CreateMultipartUpload
        UploadPart CompleteMultipartUpload AbortMultipartUpload ListParts ListMultipartUploads""".split(),
    "cloudfront": """GetDistribution GetDistributionConfig ListDistributions UpdateDistribution UpdateDistributionWithStagingConfig CopyDistribution
        CreateContinuousDeploymentPolicy GetContinuousDeploymentPolicy UpdateContinuousDeploymentPolicy ListContinuousDeploymentPolicies
        CreateInvalidation GetInvalidation
        ListInvalidations GetCachePolicy""".split(),
    "events": ["PutRule", "DescribeRule", "ListTargetsByRule", "PutTargets"],
    "scheduler": ["CreateSchedule", "GetSchedule", "UpdateSchedule"],
    "ssm": ["GetParameter", "GetParameters", "GetParametersByPath", "DescribeParameters", "PutParameter"],
}
SHAPE_KEYS = ["type", "payload", "xmlNamespace", "required", "enum", "pattern", "min", "max", "union", "document", "exception", "fault", "error", "timestampFormat", "flattened", "eventstream"]
# What the REST protocols add; `http` of other protocols is always POST /.
MEMBER_KEYS = ["location", "xmlAttribute", "xmlNamespace", "locationName", "queryName", "flattened", "timestampFormat"]
TARGET = pathlib.Path(__file__).parent.parent / "test" / "simulator" / "models"


def trim_member(member):
    extra = {key: member[key] for key in MEMBER_KEYS if key in member}
    return {"shape": member["shape"], **extra} if extra else member["shape"]


def trim_shape(shape):
    trimmed = {key: shape[key] for key in SHAPE_KEYS if shape.get(key) not in (None, [], False)}
    if "members" in shape:
        trimmed["members"] = {name: trim_member(member) for name, member in shape["members"].items()}
    for key in ("member", "key", "value"):
        if key in shape:
            trimmed[key] = trim_member(shape[key])
    return trimmed


def references(shape):
    for member in list(shape.get("members", {}).values()) + [shape[key] for key in ("member", "key", "value") if key in shape]:
        yield member["shape"]


def extract(service, kept):
    model = Loader().load_service_model(service, "service-2")
    metadata = model["metadata"]
    operations, todo, routes = {}, [], []
    for full_name, operation in sorted(model["operations"].items()):
        # CloudFront ends its names with the version of its API.
        name = re.sub(r"\d{4}_\d\d_\d\d$", "", full_name)
        if kept is not WHOLE and name not in kept:
            operations[name] = None
            if metadata["protocol"].startswith("rest-"):
                routes.append([name, operation["http"]["method"], operation["http"]["requestUri"]])
            continue
        trimmed = {key: operation[key]["shape"] for key in ("input", "output") if key in operation}
        if metadata["protocol"].startswith("rest-"):
            trimmed["http"] = operation["http"]
            if "locationName" in operation.get("input", {}):
                trimmed["inputTag"] = operation["input"]["locationName"]
        if operation.get("output", {}).get("resultWrapper"):
            trimmed["resultWrapper"] = operation["output"]["resultWrapper"]
        trimmed["errors"] = sorted(error["shape"] for error in operation.get("errors", []))
        operations[name] = trimmed
        todo += [trimmed[key] for key in ("input", "output") if key in trimmed] + trimmed["errors"]
    shapes = {}
    while todo:
        name = todo.pop()
        if name not in shapes:
            shapes[name] = trim_shape(model["shapes"][name])
            todo += references(model["shapes"][name])
    head = {
        "service": service,
        "source": {"botocore": botocore.__version__, "extracted": datetime.date.today().isoformat()},
        "apiVersion": metadata["apiVersion"],
        "protocols": metadata.get("protocols", [metadata["protocol"]]),
        "targetPrefix": metadata.get("targetPrefix"),
        "jsonVersion": metadata.get("jsonVersion"),
        "xmlNamespace": metadata.get("xmlNamespace"),
        "signingName": metadata.get("signingName", metadata["endpointPrefix"]),
    }
    # By these a REST operation that is not modelled is told from one that does not exist.
    return {**head, "routes": routes} if routes else head, operations, shapes


def one_per_line(entries):
    return "{\n" + ",\n".join(f"{json.dumps(name)}:{json.dumps(entries[name], separators=(',', ':'))}" for name in sorted(entries)) + "\n}"


def main():
    for service, kept in SERVICES.items():
        if sys.argv[1:] and service not in sys.argv[1:]:
            continue
        head, operations, shapes = extract(service, kept)
        text = json.dumps(head, indent=1)[:-2] + ',\n"operations":' + one_per_line(operations) + ',\n"shapes":' + one_per_line(shapes) + "\n}\n"
        (TARGET / f"{service}.json").write_text(text)
        print(f"{service}: {len(operations)} operations, {len(shapes)} shapes, {len(text) // 1024} KiB")


main()
