//! What is known of the deployment: parameter values and the place it goes to.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::document::Node;
use crate::template::Parameter;

/// What the user says of the deployment.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Parameter values by name; lists as comma-separated text.
    pub parameters: BTreeMap<String, SmolStr>,
    /// What parameters have unless it is said otherwise; wins over the template's `Default`.
    pub defaults: BTreeMap<String, SmolStr>,
    /// Parameters that are given a value that is not known, with the reason.
    pub unknown: BTreeMap<String, String>,
    /// `AWS::Region`
    pub region: Option<SmolStr>,
    /// `AWS::AccountId`
    pub account: Option<SmolStr>,
}

impl Inputs {
    /// The given value of a parameter or pseudo parameter.
    pub fn value(&self, name: &str) -> Option<SmolStr> {
        match name {
            "AWS::Region" => self.region.clone(),
            "AWS::AccountId" => self.account.clone(),
            "AWS::Partition" => self.region.as_deref().map(|region| SmolStr::new_static(partition(region))),
            "AWS::URLSuffix" => self.region.as_deref().map(|region| SmolStr::new_static(suffix(region))),
            _ => self.parameters.get(name).cloned(),
        }
    }

    /// What a parameter has unless it is said otherwise.
    pub(crate) fn default_of(&self, name: &str, parameter: &Parameter<'_>) -> Option<SmolStr> {
        match self.defaults.get(name) {
            Some(passed) => Some(passed.clone()),
            None => parameter.default.and_then(text),
        }
    }

    /// Takes the values of a parameter file: CloudFormation's list of `ParameterKey` and
    /// `ParameterValue`, CodePipeline's `{"Parameters": {…}}`, or a plain map.
    ///
    /// # Errors
    /// What the file holds instead.
    pub fn add_file(&mut self, root: &Node) -> Result<(), String> {
        let mut found = BTreeMap::new();
        for item in root.items() {
            let (Some(key), Some(value)) = (item.get("ParameterKey"), item.get("ParameterValue")) else {
                return Err("a list whose items have no `ParameterKey` and `ParameterValue`".to_owned());
            };
            found.extend(key.scalar_text().map(String::from).zip(text(value)));
        }
        let map = root.get("Parameters").unwrap_or(root);
        for entry in map.entries() {
            match text(&entry.value) {
                Some(value) => found.insert(entry.key.to_string(), value),
                None => return Err(format!("`{}` is {}", entry.key, entry.value.kind_name())),
            };
        }
        if found.is_empty() && root.items().is_empty() && map.entries().is_empty() {
            return Err(format!("{} without parameters", root.kind_name()));
        }
        self.parameters.extend(found);
        Ok(())
    }
}

fn text(node: &Node) -> Option<SmolStr> {
    if !node.items().is_empty() {
        let items: Option<Vec<SmolStr>> = node.items().iter().map(Node::scalar_text).collect();
        return items.map(|items| items.join(",").into());
    }
    node.scalar_text()
}

/// The partition of a region, by its prefix.
pub fn partition(region: &str) -> &'static str {
    match region {
        r if r.starts_with("cn-") => "aws-cn",
        r if r.starts_with("us-gov-") => "aws-us-gov",
        r if r.starts_with("us-iso-") => "aws-iso",
        r if r.starts_with("us-isob-") => "aws-iso-b",
        _ => "aws",
    }
}

fn suffix(region: &str) -> &'static str {
    match partition(region) {
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        _ => "amazonaws.com",
    }
}
