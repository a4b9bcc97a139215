//! `AWS::Serverless::Application`.

use super::make::Make;
use super::{Item, Sam};

pub(super) fn expand(sam: &mut Sam<'_>, item: &Item<'_>) {
    let mut properties = item.carry(&["Parameters", "NotificationARNs", "TimeoutInMinutes"]);
    if let Some(entry) = item.entry("Location") {
        let make = Make(entry.key_span);
        let url = match entry.value.as_str() {
            Some(_) => entry.value.clone(),
            // An application of the repository, by its id and version.
            None => make.made_by("AWS::Serverless"),
        };
        properties.push(make.entry("TemplateURL", url));
    }
    properties.extend(item.tags());
    sam.main(item, "AWS::CloudFormation::Stack", properties);
}
