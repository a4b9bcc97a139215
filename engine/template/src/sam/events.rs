//! `Events` of functions: what calls them, and leave for it to do so.

use smol_str::SmolStr;

use super::make::Make;
use super::policies::Policies;
use super::{Implicit, Item, Sam, letters};
use crate::document::{Entry, Node, NodeKind, Span};

/// What events call.
pub(super) struct Target<'i, 't> {
    pub(super) item: &'i Item<'t>,
    /// The function or its alias, by name.
    pub(super) function: Node,
    /// The same by ARN.
    pub(super) arn: Node,
}

/// An event of a function.
struct Event<'i> {
    id: SmolStr,
    at: Span,
    make: Make,
    properties: &'i [Entry],
    node: Option<&'i Node>,
}

impl Event<'_> {
    fn get(&self, name: &str) -> Option<&Node> {
        self.node?.get(name)
    }

    /// The properties but for these.
    fn without<'s>(&'s self, names: &'s [&'s str]) -> impl Iterator<Item = Entry> + 's {
        self.properties.iter().filter(move |entry| !names.contains(&entry.key.as_str())).cloned()
    }

    fn carry(&self, names: &[&str]) -> Vec<Entry> {
        let find = |name: &&str| self.properties.iter().rev().find(|entry| entry.key == *name).cloned();
        names.iter().filter_map(find).collect()
    }
}

/// Adds what a function's events stand for, and what its role needs for them.
pub(super) fn expand(sam: &mut Sam<'_>, target: &Target<'_, '_>, policies: &mut Policies) {
    let item = target.item;
    let events = item.get("Events").map(Node::entries).unwrap_or_default();
    for entry in events {
        let node = entry.value.get("Properties");
        let event = Event {
            id: item.named(&entry.key),
            at: entry.key_span,
            make: Make(entry.key_span),
            properties: node.map(Node::entries).unwrap_or_default(),
            node,
        };
        match entry.value.get("Type").and_then(Node::as_str).unwrap_or("") {
            "S3" => bucket(sam, target, &event),
            "SNS" => topic(sam, target, &event, policies),
            "SQS" => polled(sam, target, &event, policies, "AWSLambdaSQSQueueExecutionRole", "Queue"),
            "Kinesis" => polled(sam, target, &event, policies, "AWSLambdaKinesisExecutionRole", "Stream"),
            "DynamoDB" => polled(sam, target, &event, policies, "AWSLambdaDynamoDBExecutionRole", "Stream"),
            "MSK" => polled(sam, target, &event, policies, "AWSLambdaMSKExecutionRole", "Stream"),
            "MQ" => polled(sam, target, &event, policies, "", "Broker"),
            "DocumentDB" => polled(sam, target, &event, policies, "", "Cluster"),
            "SelfManagedKafka" => polled(sam, target, &event, policies, "", ""),
            "Schedule" => schedule(sam, target, &event),
            "ScheduleV2" => scheduler(sam, target, &event),
            "EventBridgeRule" | "CloudWatchEvent" => rule(sam, target, &event),
            "CloudWatchLogs" => logs(sam, target, &event),
            "IoTRule" => iot(sam, target, &event),
            "AlexaSkill" => alexa(sam, target, &event),
            "Cognito" => cognito(sam, target, &event),
            "Api" => api(sam, target, &event),
            "HttpApi" => http_api(sam, target, &event),
            _ => {}
        }
    }
}

/// Leave for a service to call the function.
fn permission(
    sam: &mut Sam<'_>,
    target: &Target<'_, '_>,
    event: &Event<'_>,
    suffix: &str,
    principal: &str,
    more: Vec<Entry>,
) {
    let make = event.make;
    let mut properties = make.leave_to_invoke(&target.function, principal);
    properties.extend(more);
    let id = smol_str::format_smolstr!("{}{suffix}", event.id);
    sam.beside(target.item, id, "AWS::Lambda::Permission", event.at, properties);
}

fn source_arn(event: &Event<'_>, arn: Node) -> Vec<Entry> {
    vec![event.make.entry("SourceArn", arn)]
}

fn bucket(sam: &mut Sam<'_>, target: &Target<'_, '_>, event: &Event<'_>) {
    // The bucket's ARN would make a circle: it depends on the permission.
    let account = vec![event.make.entry("SourceAccount", event.make.reference("AWS::AccountId"))];
    permission(sam, target, event, "Permission", "s3.amazonaws.com", account);
}

fn topic(sam: &mut Sam<'_>, target: &Target<'_, '_>, event: &Event<'_>, policies: &mut Policies) {
    let make = event.make;
    let Some(arn) = event.get("Topic") else { return };
    let subscription = |protocol: &str, endpoint: Node| {
        let mut properties = vec![
            make.entry("Protocol", make.text(protocol)),
            make.entry("Endpoint", endpoint),
            make.entry("TopicArn", arn.clone()),
        ];
        properties.extend(event.carry(&["Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"]));
        properties
    };
    let queued = event.get("SqsSubscription").filter(|node| !matches!(node.kind, NodeKind::Bool(false)));
    let Some(queued) = queued else {
        let properties = subscription("lambda", target.arn.clone());
        sam.beside(target.item, event.id.clone(), "AWS::SNS::Subscription", event.at, properties);
        permission(sam, target, event, "Permission", "sns.amazonaws.com", source_arn(event, arn.clone()));
        return;
    };
    policies.managed(make, "AWSLambdaSQSQueueExecutionRole");
    let own = queued.get("QueueArn").cloned();
    let queue = own.clone().unwrap_or_else(|| {
        let id = smol_str::format_smolstr!("{}Queue", event.id);
        sam.beside(target.item, id.clone(), "AWS::SQS::Queue", event.at, Vec::new());
        make.attribute(&id, "Arn")
    });
    let address =
        queued.get("QueueUrl").cloned().unwrap_or_else(|| make.reference(&format!("{}Queue", event.id)));
    let condition =
        make.entries([make.entry("ArnEquals", make.entries([make.entry("aws:SourceArn", arn.clone())]))]);
    let statement = make.map([
        ("Action", make.text("sqs:SendMessage")),
        ("Effect", make.text("Allow")),
        ("Principal", make.text("*")),
        ("Resource", queue.clone()),
        ("Condition", condition),
    ]);
    let properties = vec![
        make.entry("PolicyDocument", make.document([statement])),
        make.entry("Queues", make.list([address])),
    ];
    let id = |suffix: &str| smol_str::format_smolstr!("{}{suffix}", event.id);
    sam.beside(target.item, id("QueuePolicy"), "AWS::SQS::QueuePolicy", event.at, properties);
    let properties = subscription("sqs", queue.clone());
    sam.beside(target.item, event.id.clone(), "AWS::SNS::Subscription", event.at, properties);
    let properties =
        vec![make.entry("EventSourceArn", queue), make.entry("FunctionName", target.function.clone())];
    sam.beside(
        target.item,
        id("EventSourceMapping"),
        "AWS::Lambda::EventSourceMapping",
        event.at,
        properties,
    );
}

/// A source that Lambda itself reads, with what the role needs to do so.
fn polled(
    sam: &mut Sam<'_>,
    target: &Target<'_, '_>,
    event: &Event<'_>,
    policies: &mut Policies,
    managed: &str,
    source: &'static str,
) {
    if !managed.is_empty() {
        policies.managed(event.make, managed);
    }
    let make = event.make;
    let mut properties = vec![make.entry("FunctionName", target.function.clone())];
    properties.extend(event.get(source).map(|arn| make.entry("EventSourceArn", arn.clone())));
    properties.extend(event.without(&[source, "Stream", "SecretsManagerKmsKeyId", "DynamicPolicyName"]));
    sam.beside(target.item, event.id.clone(), "AWS::Lambda::EventSourceMapping", event.at, properties);
}

/// The rule's target.
fn targets(target: &Target<'_, '_>, event: &Event<'_>) -> Entry {
    let make = event.make;
    let mut members = vec![
        make.entry("Arn", target.arn.clone()),
        make.entry("Id", make.text(format!("{}LambdaTarget", event.id))),
    ];
    members.extend(event.carry(&["Input", "InputPath", "InputTransformer", "RetryPolicy"]));
    if let Some(arn) = event.get("DeadLetterConfig").and_then(|config| config.get("Arn")) {
        members.push(make.entry("DeadLetterConfig", make.entries([make.entry("Arn", arn.clone())])));
    }
    make.entry("Targets", make.list([make.entries(members)]))
}

fn schedule(sam: &mut Sam<'_>, target: &Target<'_, '_>, event: &Event<'_>) {
    let make = event.make;
    let mut properties = event.carry(&["Name", "Description", "State"]);
    if let Some(expression) = event.get("Schedule") {
        properties.push(make.entry("ScheduleExpression", expression.clone()));
    }
    properties.push(targets(target, event));
    events_rule(sam, target, event, properties);
}

fn rule(sam: &mut Sam<'_>, target: &Target<'_, '_>, event: &Event<'_>) {
    let mut properties = event.carry(&["EventBusName", "State"]);
    if let Some(pattern) = event.get("Pattern") {
        properties.push(event.make.entry("EventPattern", pattern.clone()));
    }
    if let Some(name) = event.get("RuleName") {
        properties.push(event.make.entry("Name", name.clone()));
    }
    properties.push(targets(target, event));
    events_rule(sam, target, event, properties);
}

fn events_rule(sam: &mut Sam<'_>, target: &Target<'_, '_>, event: &Event<'_>, properties: Vec<Entry>) {
    sam.beside(target.item, event.id.clone(), "AWS::Events::Rule", event.at, properties);
    let arn = event.make.attribute(&event.id, "Arn");
    permission(sam, target, event, "Permission", "events.amazonaws.com", source_arn(event, arn));
}

fn scheduler(sam: &mut Sam<'_>, target: &Target<'_, '_>, event: &Event<'_>) {
    let make = event.make;
    let role = match event.get("RoleArn") {
        Some(role) => role.clone(),
        None => {
            let id = smol_str::format_smolstr!("{}Role", event.id);
            let policy = make.map([
                ("PolicyName", make.text(format!("{id}LambdaPolicy"))),
                (
                    "PolicyDocument",
                    make.document([make.allow(&["lambda:InvokeFunction"], target.arn.clone())]),
                ),
            ]);
            let mut properties = vec![
                make.entry("AssumeRolePolicyDocument", make.trust("scheduler.amazonaws.com")),
                make.entry("Policies", make.list([policy])),
            ];
            properties.extend(event.carry(&["PermissionsBoundary"]));
            sam.beside(target.item, id.clone(), "AWS::IAM::Role", event.at, properties);
            make.attribute(&id, "Arn")
        }
    };
    let mut members = vec![make.entry("Arn", target.arn.clone()), make.entry("RoleArn", role)];
    members.extend(event.carry(&["Input", "RetryPolicy"]));
    let mut properties: Vec<Entry> = event
        .without(&["RoleArn", "PermissionsBoundary", "Input", "RetryPolicy", "DeadLetterConfig", "OmitName"])
        .collect();
    properties.push(make.entry("Target", make.entries(members)));
    sam.beside(target.item, event.id.clone(), "AWS::Scheduler::Schedule", event.at, properties);
}

fn logs(sam: &mut Sam<'_>, target: &Target<'_, '_>, event: &Event<'_>) {
    let make = event.make;
    let mut properties = event.carry(&["LogGroupName", "FilterPattern"]);
    properties.push(make.entry("DestinationArn", target.arn.clone()));
    sam.beside(target.item, event.id.clone(), "AWS::Logs::SubscriptionFilter", event.at, properties);
    let arn = match event.get("LogGroupName") {
        Some(name) => make.sub_with(
            "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${__LogGroupName__}:*",
            make.entries([make.entry("__LogGroupName__", name.clone())]),
        ),
        None => make.made_by("AWS::Serverless"),
    };
    permission(sam, target, event, "Permission", "logs.amazonaws.com", source_arn(event, arn));
}

fn iot(sam: &mut Sam<'_>, target: &Target<'_, '_>, event: &Event<'_>) {
    let make = event.make;
    let action =
        make.entries([make.entry("Lambda", make.entries([make.entry("FunctionArn", target.arn.clone())]))]);
    let mut payload = event.carry(&["Sql", "AwsIotSqlVersion"]);
    payload.push(make.entry("Actions", make.list([action])));
    payload.push(make.entry("RuleDisabled", make.bool(false)));
    let properties = vec![make.entry("TopicRulePayload", make.entries(payload))];
    sam.beside(target.item, event.id.clone(), "AWS::IoT::TopicRule", event.at, properties);
    let mut source = source_arn(event, make.attribute(&event.id, "Arn"));
    source.push(make.entry("SourceAccount", make.reference("AWS::AccountId")));
    permission(sam, target, event, "Permission", "iot.amazonaws.com", source);
}

fn alexa(sam: &mut Sam<'_>, target: &Target<'_, '_>, event: &Event<'_>) {
    let skill = event.get("SkillId").map(|id| event.make.entry("EventSourceToken", id.clone()));
    permission(sam, target, event, "Permission", "alexa-appkit.amazon.com", Vec::from_iter(skill));
}

fn cognito(sam: &mut Sam<'_>, target: &Target<'_, '_>, event: &Event<'_>) {
    let pool = event.get("UserPool").and_then(|pool| pool.get("Ref")).and_then(Node::as_str);
    let arn = pool.map(|pool| event.make.attribute(pool, "Arn"));
    let source = arn.map(|arn| event.make.entry("SourceArn", arn));
    permission(sam, target, event, "CognitoPermission", "cognito-idp.amazonaws.com", Vec::from_iter(source));
}

fn api(sam: &mut Sam<'_>, target: &Target<'_, '_>, event: &Event<'_>) {
    let named = event.get("RestApiId");
    let api = match named {
        None => {
            sam.ask_for(Implicit::Rest, target.item, event.at);
            event.make.reference(Implicit::Rest.id())
        }
        Some(id) => id.clone(),
    };
    let stage = match named {
        None => "Prod".to_owned(),
        Some(id) => stage_of(sam, id),
    };
    let arn = execute_api(event, api, "${__Stage__}", true);
    let suffix = format!("Permission{stage}");
    permission(sam, target, event, &suffix, "apigateway.amazonaws.com", source_arn(event, arn));
}

/// The name of the stage of an API that is written in the template, as ids have it.
fn stage_of(sam: &Sam<'_>, api: &Node) -> String {
    let id = api.as_str().or_else(|| {
        let [intrinsic] = api.entries() else { return None };
        let value = &intrinsic.value;
        value.as_str().or_else(|| value.items().first()?.as_str())
    });
    let written = id.and_then(|id| sam.written(id.split('.').next().unwrap_or(id)));
    let name = written
        .and_then(|entry| entry.value.get("Properties")?.get("StageName"))
        .or_else(|| sam.globals?.get("Api")?.get("StageName"));
    match (name, name.and_then(Node::as_str)) {
        (_, Some(name)) if name == letters(name) => name.to_owned(),
        (_, Some(_)) => String::new(),
        _ => "Stage".to_owned(),
    }
}

fn http_api(sam: &mut Sam<'_>, target: &Target<'_, '_>, event: &Event<'_>) {
    let api = event.get("ApiId").cloned().unwrap_or_else(|| {
        sam.ask_for(Implicit::Http, target.item, event.at);
        event.make.reference(Implicit::Http.id())
    });
    let arn = execute_api(event, api, "${__Stage__}", false);
    permission(sam, target, event, "Permission", "apigateway.amazonaws.com", source_arn(event, arn));
}

/// The ARN of a method of an API.
fn execute_api(event: &Event<'_>, api: Node, stage: &str, with_method: bool) -> Node {
    let make = event.make;
    let path = event.get("Path").and_then(Node::as_str).unwrap_or("*");
    let method = event.get("Method").and_then(Node::as_str).unwrap_or("*").to_ascii_uppercase();
    let method = if method == "ANY" || method == "X-AMAZON-APIGATEWAY-ANY-METHOD" { "*" } else { &method };
    let in_path: String = path
        .split('/')
        .map(|part| if part.starts_with('{') { "*" } else { part })
        .collect::<Vec<_>>()
        .join("/");
    let rest = match in_path.strip_prefix('/') {
        Some(_) if with_method => format!("{method}{in_path}"),
        Some(_) => format!("*{in_path}"),
        // `$default`, or every route.
        None => in_path,
    };
    let text = format!(
        "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/{stage}/{rest}"
    );
    let names = make.map([("__ApiId__", api), ("__Stage__", make.text("*"))]);
    make.sub_with(&text, names)
}
