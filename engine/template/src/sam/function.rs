//! `AWS::Serverless::Function`.

use smol_str::SmolStr;

use super::events::{self, Target};
use super::make::Make;
use super::policies::Policies;
use super::{Item, Sam, letters, role};
use crate::document::{Entry, Node, NodeKind};

/// Properties that a function of AWS Lambda has under the same names.
const SAME: [&str; 24] = [
    "Architectures",
    "CodeSigningConfigArn",
    "Description",
    "DurableConfig",
    "Environment",
    "EphemeralStorage",
    "FileSystemConfigs",
    "FunctionName",
    "Handler",
    "ImageConfig",
    "KmsKeyArn",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "PackageType",
    "RecursiveLoop",
    "ReservedConcurrentExecutions",
    "Runtime",
    "RuntimeManagementConfig",
    "SnapStart",
    "TenancyConfig",
    "Timeout",
    "VpcConfig",
    "PublishToLatestPublished",
];

pub(super) fn expand(sam: &mut Sam<'_>, item: &Item<'_>) {
    let make = item.make();
    let mut properties = item.carry(&SAME);
    properties.extend(code(item));
    if let Some(entry) = item.entry("Tracing") {
        let make = Make(entry.key_span);
        properties.push(make.entry("TracingConfig", make.entries([make.entry("Mode", entry.value.clone())])));
    }
    if let Some((entry, arn)) =
        item.entry("DeadLetterQueue").and_then(|e| Some((e, e.value.get("TargetArn")?)))
    {
        let make = Make(entry.key_span);
        properties.push(make.entry("DeadLetterConfig", make.entries([make.entry("TargetArn", arn.clone())])));
    }
    properties.push(item.tags_and("lambda:createdBy"));
    let alias = alias(sam, item);
    let mut policies = execution_policies(item);
    let target = Target {
        item,
        function: match &alias {
            Some(alias) => make.reference(&alias.id),
            None => make.reference(&item.id),
        },
        arn: match &alias {
            Some(alias) => make.reference(&alias.id),
            None => make.attribute(&item.id, "Arn"),
        },
    };
    events::expand(sam, &target, &mut policies);
    invoke_config(sam, item, alias.as_ref(), &mut policies);
    let role = match item.entry("Role") {
        Some(entry) => entry.clone(),
        None => make.entry("Role", role::add(sam, item, "lambda", policies)),
    };
    properties.push(role);
    sam.main(item, "AWS::Lambda::Function", properties);
    url(sam, item, alias.as_ref());
}

/// What the role needs for the function's own configuration.
fn execution_policies(item: &Item<'_>) -> Policies {
    let make = item.make();
    let mut policies = Policies::default();
    policies.managed(make, "AWSLambdaBasicExecutionRole");
    if item.get("Tracing").is_some() {
        policies.managed(make, "AWSXrayWriteOnlyAccess");
    }
    if item.get("VpcConfig").is_some() {
        policies.managed(make, "AWSLambdaVPCAccessExecutionRole");
    }
    if let Some(queue) = item.get("DeadLetterQueue")
        && let Some(arn) = queue.get("TargetArn")
    {
        let action = if queue.get("Type").and_then(Node::as_str) == Some("SNS") {
            "sns:Publish"
        } else {
            "sqs:SendMessage"
        };
        let make = Make(queue.span);
        policies.inline.push(make.document([make.allow(&[action], arn.clone())]));
    }
    policies
}

/// Where the code is: in the template, in a bucket, in a registry, or near the template.
fn code(item: &Item<'_>) -> Option<Entry> {
    if let Some(entry) = item.entry("InlineCode") {
        let make = Make(entry.key_span);
        return Some(make.entry("Code", make.entries([make.entry("ZipFile", entry.value.clone())])));
    }
    if let Some(entry) = item.entry("ImageUri") {
        let make = Make(entry.key_span);
        return Some(make.entry("Code", make.entries([make.entry("ImageUri", entry.value.clone())])));
    }
    let entry = item.entry("CodeUri")?;
    let code = location(&entry.value, ["S3Bucket", "S3Key", "S3ObjectVersion"]);
    Some(Make(entry.key_span).entry("Code", code))
}

/// `s3://bucket/key` or a map, as a map with these names; a local path is packaged later, to a
/// bucket that nobody knows yet.
pub(super) fn location(node: &Node, [bucket, key, version]: [&'static str; 3]) -> Node {
    let make = Make(node.span);
    match &node.kind {
        NodeKind::Str(text) => match text.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) {
            Some((name, path)) => make.map([(bucket, make.text(name)), (key, make.text(path))]),
            None => make.map([(bucket, make.made_by("AWS::Serverless")), (key, make.text(text.clone()))]),
        },
        NodeKind::Map(_) => {
            let members = [("Bucket", bucket), ("Key", key), ("Version", version)];
            let member = |(from, to): (&str, &'static str)| {
                node.entry(from).map(|entry| Entry { key: to.into(), ..entry.clone() })
            };
            make.entries(members.into_iter().filter_map(member))
        }
        _ => node.clone(),
    }
}

/// The alias of a function that is published with each change.
struct Alias {
    id: SmolStr,
    name: Node,
}

fn alias(sam: &mut Sam<'_>, item: &Item<'_>) -> Option<Alias> {
    let entry = item.entry("AutoPublishAlias")?;
    let name = sam.known(&entry.value).unwrap_or_default();
    let make = Make(entry.key_span);
    let version = item.named("Version");
    let mut properties = vec![make.entry("FunctionName", make.reference(&item.id))];
    properties.extend(item.renamed("VersionDescription", "Description"));
    sam.beside(item, version.clone(), "AWS::Lambda::Version", entry.key_span, properties);
    let id = item.named(&format!("Alias{}", letters(&name)));
    let mut properties = vec![
        make.entry("Name", entry.value.clone()),
        make.entry("FunctionName", make.reference(&item.id)),
        make.entry("FunctionVersion", make.attribute(&version, "Version")),
    ];
    properties.extend(item.carry(&["ProvisionedConcurrencyConfig"]));
    sam.beside(item, id.clone(), "AWS::Lambda::Alias", entry.key_span, properties);
    deployment(sam, item);
    Some(Alias { id, name: entry.value.clone() })
}

/// `DeploymentPreference`: an alias that CodeDeploy shifts.
fn deployment(sam: &mut Sam<'_>, item: &Item<'_>) {
    let Some(entry) = item.entry("DeploymentPreference") else { return };
    if matches!(entry.value.get("Enabled").map(|node| &node.kind), Some(NodeKind::Bool(false))) {
        return;
    }
    let make = Make(entry.key_span);
    let (application, role_id) = ("ServerlessDeploymentApplication", "CodeDeployServiceRole");
    let platform = vec![make.entry("ComputePlatform", make.text("Lambda"))];
    sam.beside(item, application.into(), "AWS::CodeDeploy::Application", entry.key_span, platform);
    let role = match entry.value.get("Role") {
        Some(role) => role.clone(),
        None => {
            let mut policies = Policies::default();
            policies.managed(make, "AWSCodeDeployRoleForLambda");
            let properties = vec![
                make.entry("AssumeRolePolicyDocument", make.trust("codedeploy.amazonaws.com")),
                make.entry("ManagedPolicyArns", make.list(policies.managed)),
            ];
            sam.beside(item, role_id.into(), "AWS::IAM::Role", entry.key_span, properties);
            make.attribute(role_id, "Arn")
        }
    };
    let properties = vec![
        make.entry("ApplicationName", make.reference(application)),
        make.entry("ServiceRoleArn", role),
        make.entry("DeploymentStyle", make.map([("DeploymentType", make.text("BLUE_GREEN"))])),
        make.entry("DeploymentConfigName", make.made_by("AWS::Serverless")),
    ];
    sam.beside(
        item,
        item.named("DeploymentGroup"),
        "AWS::CodeDeploy::DeploymentGroup",
        entry.key_span,
        properties,
    );
}

/// `EventInvokeConfig` and what its destinations need.
fn invoke_config(sam: &mut Sam<'_>, item: &Item<'_>, alias: Option<&Alias>, policies: &mut Policies) {
    let Some(entry) = item.entry("EventInvokeConfig") else { return };
    let make = Make(entry.key_span);
    let qualifier = alias.map_or_else(|| make.text("$LATEST"), |alias| alias.name.clone());
    let mut properties =
        vec![make.entry("FunctionName", make.reference(&item.id)), make.entry("Qualifier", qualifier)];
    let carried = entry.value.entries().iter().filter(|own| own.key != "DestinationConfig");
    properties.extend(carried.cloned());
    let config = entry.value.get("DestinationConfig").map(Node::entries).unwrap_or_default();
    let mut destinations = Vec::new();
    for outcome in config {
        let make = Make(outcome.key_span);
        let kind = outcome.value.get("Type").and_then(Node::as_str).unwrap_or("");
        let arn = match (outcome.value.get("Destination"), kind) {
            (Some(arn), _) => arn.clone(),
            (None, "SQS" | "SNS") => {
                let (noun, kind) =
                    if kind == "SQS" { ("Queue", "AWS::SQS::Queue") } else { ("Topic", "AWS::SNS::Topic") };
                let id = item.named(&format!("EventInvokeConfig{}{noun}", outcome.key));
                sam.beside(item, id.clone(), kind, outcome.key_span, Vec::new());
                if noun == "Queue" { make.attribute(&id, "Arn") } else { make.reference(&id) }
            }
            (None, _) => continue,
        };
        let action = match kind {
            "SQS" => Some("sqs:SendMessage"),
            "SNS" => Some("sns:Publish"),
            "Lambda" => Some("lambda:InvokeFunction"),
            "EventBridge" => Some("events:PutEvents"),
            _ => None,
        };
        let statements = match kind {
            "S3Bucket" => {
                let objects = make.list([make.text("/"), make.list([arn.clone(), make.text("*")])]);
                vec![
                    make.allow(&["s3:PutObject"], make.map([("Fn::Join", objects)])),
                    make.allow(&["s3:ListBucket"], arn.clone()),
                ]
            }
            _ => action.map(|action| make.allow(&[action], arn.clone())).into_iter().collect(),
        };
        if !statements.is_empty() {
            policies.inline.push(make.document(statements));
        }
        destinations.push(make.entry(outcome.key.clone(), make.entries([make.entry("Destination", arn)])));
    }
    if !destinations.is_empty() {
        properties.push(make.entry("DestinationConfig", make.entries(destinations)));
    }
    sam.beside(
        item,
        item.named("EventInvokeConfig"),
        "AWS::Lambda::EventInvokeConfig",
        entry.key_span,
        properties,
    );
}

/// `FunctionUrlConfig`: an address, and for one that asks for no authentication, leave for all.
fn url(sam: &mut Sam<'_>, item: &Item<'_>, alias: Option<&Alias>) {
    let Some(entry) = item.entry("FunctionUrlConfig") else { return };
    let make = Make(entry.key_span);
    let function = || make.reference(alias.map_or(item.id.as_str(), |alias| alias.id.as_str()));
    let mut properties = vec![make.entry("TargetFunctionArn", function())];
    properties.extend(entry.value.entries().iter().cloned());
    sam.beside(item, item.named("Url"), "AWS::Lambda::Url", entry.key_span, properties);
    let Some(auth) = entry.value.entry("AuthType") else { return };
    if sam.known(&auth.value).as_deref() != Some("NONE") {
        return;
    }
    let at = Make(auth.value.span);
    let leave = |action: &str, more: Entry| {
        vec![
            at.entry("Action", at.text(action)),
            at.entry("FunctionName", function()),
            at.entry("Principal", at.text("*")),
            more,
        ]
    };
    let by_url = leave("lambda:InvokeFunctionUrl", at.entry("FunctionUrlAuthType", at.text("NONE")));
    let invoke = leave("lambda:InvokeFunction", at.entry("InvokedViaFunctionUrl", at.bool(true)));
    sam.beside(item, item.named("UrlPublicPermissions"), "AWS::Lambda::Permission", at.0, by_url);
    sam.beside(item, item.named("URLInvokeAllowPublicAccess"), "AWS::Lambda::Permission", at.0, invoke);
}
