//! `AWS::Serverless::SimpleTable`.

use super::make::Make;
use super::{Item, Sam};
use crate::document::Node;

pub(super) fn expand(sam: &mut Sam<'_>, item: &Item<'_>) {
    let key = item.get("PrimaryKey");
    let make = key.map_or(item.make(), |key| Make(key.span));
    let name = key.and_then(|key| key.get("Name")).cloned().unwrap_or_else(|| make.text("id"));
    let kind = match key.and_then(|key| key.get("Type")).and_then(Node::as_str) {
        Some("Number") => "N",
        Some("Binary") => "B",
        _ => "S",
    };
    let attribute = make.map([("AttributeName", name.clone()), ("AttributeType", make.text(kind))]);
    let schema = make.map([("AttributeName", name), ("KeyType", make.text("HASH"))]);
    let mut properties = vec![
        make.entry("AttributeDefinitions", make.list([attribute])),
        make.entry("KeySchema", make.list([schema])),
    ];
    properties.extend(item.carry(&[
        "TableName",
        "ProvisionedThroughput",
        "SSESpecification",
        "PointInTimeRecoverySpecification",
    ]));
    if item.get("ProvisionedThroughput").is_none() {
        let make = item.make();
        properties.push(make.entry("BillingMode", make.text("PAY_PER_REQUEST")));
    }
    properties.extend(item.tags());
    sam.main(item, "AWS::DynamoDB::Table", properties);
}
