//! Changes of what a transform makes, as changes of what the author wrote.

use eyas_engine::finding::{Edit, PathStep};

/// Properties that a SAM resource hands on: its type, what it makes, the property there and the
/// author's.
const HANDED_ON: [[&str; 4]; 3] = [
    ["AWS::Serverless::Api", "AWS::ApiGateway::Stage", "TracingEnabled", "TracingEnabled"],
    [
        "AWS::Serverless::SimpleTable",
        "AWS::DynamoDB::Table",
        "PointInTimeRecoverySpecification",
        "PointInTimeRecoverySpecification",
    ],
    ["AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine", "TracingConfiguration", "Tracing"],
];

/// The changes of the resource of type `written` that a resource of type `made` comes from; none
/// where one of them is of something that the author cannot say.
pub(crate) fn as_written(written: &str, made: &str, edits: &[Edit]) -> Vec<Edit> {
    let own = |edit: &Edit| {
        let (PathStep::Key(first), below) = edit.path.split_first()? else { return None };
        let handed = |row: &&[&str; 4]| row[..3] == [written, made, first.as_str()];
        let [.., name] = HANDED_ON.iter().find(handed)?;
        let first = PathStep::Key((*name).to_owned());
        Some(Edit { path: std::iter::once(first).chain(below.iter().cloned()).collect(), ..edit.clone() })
    };
    edits.iter().map(own).collect::<Option<_>>().unwrap_or_default()
}
