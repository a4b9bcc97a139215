//! `AWS::Serverless::LayerVersion`.

use super::function::location;
use super::make::Make;
use super::{Item, Sam};

pub(super) fn expand(sam: &mut Sam<'_>, item: &Item<'_>) {
    let mut properties = item.carry(&[
        "LayerName",
        "Description",
        "CompatibleArchitectures",
        "CompatibleRuntimes",
        "LicenseInfo",
    ]);
    if item.get("LayerName").is_none() {
        let make = item.make();
        properties.push(make.entry("LayerName", make.text(item.id.clone())));
    }
    if let Some(entry) = item.entry("ContentUri") {
        let content = location(&entry.value, ["S3Bucket", "S3Key", "S3ObjectVersion"]);
        properties.push(Make(entry.key_span).entry("Content", content));
    }
    sam.main(item, "AWS::Lambda::LayerVersion", properties);
}
