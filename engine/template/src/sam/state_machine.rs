//! `AWS::Serverless::StateMachine`.

use super::function::location;
use super::make::Make;
use super::policies::Policies;
use super::{Implicit, Item, Sam, role};
use crate::document::{Entry, Node, NodeKind};

pub(super) fn expand(sam: &mut Sam<'_>, item: &Item<'_>) {
    let make = item.make();
    let mut properties = item.carry(&["DefinitionSubstitutions"]);
    for (from, to) in [
        ("Name", "StateMachineName"),
        ("Type", "StateMachineType"),
        ("Logging", "LoggingConfiguration"),
        ("Tracing", "TracingConfiguration"),
        ("EncryptionConfiguration", "EncryptionConfiguration"),
    ] {
        properties.extend(item.renamed(from, to));
    }
    properties.extend(definition(item));
    properties.push(item.tags_and("stateMachine:createdBy"));
    let mut policies = Policies::default();
    if let Some(tracing) = item.get("Tracing")
        && !matches!(tracing.get("Enabled").map(|node| &node.kind), Some(NodeKind::Bool(false)))
    {
        policies.managed(Make(tracing.span), "AWSXrayWriteOnlyAccess");
    }
    properties.push(match item.entry("Role") {
        Some(entry) => Entry { key: "RoleArn".into(), ..entry.clone() },
        None => make.entry("RoleArn", role::add(sam, item, "states", policies)),
    });
    sam.main(item, "AWS::StepFunctions::StateMachine", properties);
    if let Some(alias) = item.entry("AutoPublishAlias") {
        published(sam, item, alias);
    }
    events(sam, item);
}

fn definition(item: &Item<'_>) -> Option<Entry> {
    if let Some(entry) = item.entry("Definition") {
        let make = Make(entry.key_span);
        return Some(make.entry("DefinitionString", make.map([("Fn::ToJsonString", entry.value.clone())])));
    }
    let entry = item.entry("DefinitionUri")?;
    let place = location(&entry.value, ["Bucket", "Key", "Version"]);
    Some(Make(entry.key_span).entry("DefinitionS3Location", place))
}

fn published(sam: &mut Sam<'_>, item: &Item<'_>, alias: &Entry) {
    let make = Make(alias.key_span);
    let version = item.named("Version");
    let properties = vec![make.entry("StateMachineArn", make.reference(&item.id))];
    sam.beside(item, version.clone(), "AWS::StepFunctions::StateMachineVersion", alias.key_span, properties);
    let name = sam.known(&alias.value).map(|name| super::letters(&name)).unwrap_or_default();
    let properties = vec![make.entry("Name", alias.value.clone())];
    let id = item.named(&format!("Alias{name}"));
    sam.beside(item, id, "AWS::StepFunctions::StateMachineAlias", alias.key_span, properties);
}

/// What starts the state machine: rules, schedules and APIs, each with a role that may do so.
fn events(sam: &mut Sam<'_>, item: &Item<'_>) {
    let events = item.get("Events").map(Node::entries).unwrap_or_default();
    for event in events {
        let make = Make(event.key_span);
        let id = item.named(&event.key);
        let get = |name: &str| event.value.get("Properties").and_then(|properties| properties.get(name));
        let (service, kind) = match event.value.get("Type").and_then(Node::as_str).unwrap_or("") {
            "Schedule" | "EventBridgeRule" | "CloudWatchEvent" => {
                ("events.amazonaws.com", "AWS::Events::Rule")
            }
            "ScheduleV2" => ("scheduler.amazonaws.com", "AWS::Scheduler::Schedule"),
            "Api" => ("apigateway.amazonaws.com", ""),
            _ => continue,
        };
        let role = match get("RoleArn").or_else(|| get("Role")) {
            Some(role) => role.clone(),
            None => {
                let role_id = smol_str::format_smolstr!("{id}Role");
                let action = "states:StartExecution";
                let policy = make.map([
                    ("PolicyName", make.text(format!("{role_id}StartExecutionPolicy"))),
                    ("PolicyDocument", make.document([make.allow(&[action], make.reference(&item.id))])),
                ]);
                let properties = vec![
                    make.entry("AssumeRolePolicyDocument", make.trust(service)),
                    make.entry("Policies", make.list([policy])),
                ];
                sam.beside(item, role_id.clone(), "AWS::IAM::Role", event.key_span, properties);
                make.attribute(&role_id, "Arn")
            }
        };
        if kind.is_empty() {
            if get("RestApiId").is_none() {
                sam.ask_for(Implicit::Rest, item, event.key_span);
            }
            continue;
        }
        let target = make.map([("Arn", make.reference(&item.id)), ("RoleArn", role)]);
        let mut properties = Vec::new();
        for (from, to) in [
            ("Schedule", "ScheduleExpression"),
            ("ScheduleExpression", "ScheduleExpression"),
            ("Pattern", "EventPattern"),
            ("EventBusName", "EventBusName"),
            ("State", "State"),
            ("Name", "Name"),
        ] {
            properties.extend(get(from).map(|value| make.entry(to, value.clone())));
        }
        properties.push(match kind {
            "AWS::Events::Rule" => make.entry("Targets", make.list([target])),
            _ => make.entry("Target", target),
        });
        sam.beside(item, id, kind, event.key_span, properties);
    }
}
