//! What `Policies` of functions and state machines stand for.

use super::globals::is_intrinsic;
use super::make::Make;
use crate::document::{Entry, Node, NodeKind};

/// The policy templates that are known.
const TEMPLATES: &str = include_str!("policies.txt");

/// Managed policies that a service role needs; the others have no path.
const SERVICE_ROLE: [&str; 11] = [
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaKinesisExecutionRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaMSKExecutionRole",
    "AWSLambdaENIManagementAccess",
    "AWSLambdaVPCAccessExecutionRole",
    "AWSLambdaRole",
    "AWSCodeDeployRoleForLambda",
    "AWSBatchServiceRole",
    "AmazonAPIGatewayPushToCloudWatchLogs",
];

/// What a role is given.
#[derive(Default)]
pub(super) struct Policies {
    /// ARNs.
    pub(super) managed: Vec<Node>,
    /// Policy documents.
    pub(super) inline: Vec<Node>,
}

impl Policies {
    /// Takes one policy or a list of them.
    pub(super) fn take(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::List(items) => items.iter().for_each(|item| self.one(item)),
            _ => self.one(node),
        }
    }

    /// Adds a managed policy of AWS by its name.
    pub(super) fn managed(&mut self, make: Make, name: &str) {
        let arn = managed_arn(make, name);
        let same = |other: &Node| {
            other.get("Fn::Sub").and_then(Node::as_str) == arn.get("Fn::Sub").and_then(Node::as_str)
        };
        if !self.managed.iter().any(same) {
            self.managed.push(arn);
        }
    }

    fn one(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Str(text) if text.starts_with("arn:") => self.managed.push(node.clone()),
            NodeKind::Str(name) => self.managed(Make(node.span), name),
            NodeKind::Map(_) if node.get("Statement").is_some() => self.inline.push(node.clone()),
            NodeKind::Map(entries) => match entries.as_slice() {
                [only] if only.key == "Fn::If" => self.choice(node, only),
                [_] if is_intrinsic(node) => self.managed.push(node.clone()),
                [template] => self.inline.push(expanded(template)),
                _ => {}
            },
            _ => {}
        }
    }

    /// `Fn::If` between policies: each branch is given under its condition.
    fn choice(&mut self, node: &Node, only: &Entry) {
        let [condition, branches @ ..] = only.value.items() else { return };
        let kept = |at: usize, kept: &Node| {
            let make = Make(node.span);
            let nothing = || make.reference("AWS::NoValue");
            let (yes, no) = if at == 0 { (kept.clone(), nothing()) } else { (nothing(), kept.clone()) };
            let value = make.list([condition.clone(), yes, no]);
            Node { kind: NodeKind::Map(vec![Entry { value, ..only.clone_key() }]), ..node.hollow() }
        };
        for (at, branch) in branches.iter().take(2).enumerate() {
            if branch.get("Ref").and_then(Node::as_str) == Some("AWS::NoValue") {
                continue;
            }
            let mut inner = Self::default();
            inner.take(branch);
            self.managed.extend(inner.managed.iter().map(|one| kept(at, one)));
            self.inline.extend(inner.inline.iter().map(|one| kept(at, one)));
        }
    }
}

fn managed_arn(make: Make, name: &str) -> Node {
    let path = if SERVICE_ROLE.contains(&name) { "service-role/" } else { "" };
    make.sub(&format!("arn:${{AWS::Partition}}:iam::aws:policy/{path}{name}"))
}

/// The document of a policy template with its parameters.
fn expanded(template: &Entry) -> Node {
    let make = Make(template.key_span);
    let lines =
        TEMPLATES.lines().filter_map(|line| line.strip_prefix(template.key.as_str())?.strip_prefix(": "));
    let statements: Vec<Node> = lines.filter_map(|line| statement(make, line, &template.value)).collect();
    if statements.is_empty() {
        return make.made_by(&template.key);
    }
    make.document(statements)
}

fn statement(make: Make, line: &str, parameters: &Node) -> Option<Node> {
    let (actions, resources) = line.split_once(" on ")?;
    let resource = |text: &str| match text.strip_prefix('@').and_then(|rest| rest.split_once(':')) {
        _ if text == "*" => make.text("*"),
        Some((service, rest)) => {
            let arn =
                format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}");
            make.sub_with(&arn, parameters.clone())
        }
        None => make.sub_with(text, parameters.clone()),
    };
    let actions: Vec<&str> = actions.split(' ').collect();
    Some(make.allow(&actions, make.list(resources.split(' ').map(resource))))
}
