//! SARIF 2.1.0, for code scanning and security dashboards.
//!
//! Results are written as they come; the rules and files that they point to by index stand
//! behind them, which JSON allows, so that nothing but those two lists is kept.

mod result;
mod rule;
mod run;
mod text;

use std::collections::HashMap;
use std::io::{self, Write};

use eyas_engine::finding::Finding;
use serde_json::{Value, json};

use crate::escape::uri;
use crate::{RuleMeta, Run, Sink, Standing, Summary};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What relative paths start from.
const ROOT: &str = "%SRCROOT%";

pub(crate) struct Sarif<W> {
    out: W,
    first: bool,
    version: String,
    command: String,
    index: Index,
}

/// What results point to by number.
#[derive(Default)]
struct Index {
    rules: Vec<RuleMeta>,
    rule_numbers: HashMap<String, usize>,
    files: Vec<String>,
    file_numbers: HashMap<String, usize>,
}

impl Index {
    fn rule(&mut self, finding: &Finding) -> usize {
        match self.rule_numbers.get(&finding.rule.id) {
            Some(number) => *number,
            None => self.add_rule(RuleMeta::seen_in(finding)),
        }
    }

    fn add_rule(&mut self, rule: RuleMeta) -> usize {
        let number = self.rules.len();
        self.rule_numbers.insert(rule.id.clone(), number);
        self.rules.push(rule);
        number
    }

    fn file(&mut self, file: &str) -> usize {
        if let Some(number) = self.file_numbers.get(file) {
            return *number;
        }
        let number = self.files.len();
        self.file_numbers.insert(file.to_owned(), number);
        self.files.push(file.to_owned());
        number
    }
}

impl<W: Write> Sarif<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, first: true, version: String::new(), command: String::new(), index: Index::default() }
    }

    /// A member of the run, behind another one.
    fn member(&mut self, name: &str, value: &Value) -> io::Result<()> {
        write!(self.out, ",\"{name}\":")?;
        Ok(serde_json::to_writer(&mut self.out, value)?)
    }
}

impl<W: Write + Send> Sink for Sarif<W> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.version.clone_from(&run.version);
        self.command.clone_from(&run.command);
        for rule in &run.rules {
            self.index.add_rule(rule.clone());
        }
        write!(
            self.out,
            "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"columnKind\":\"unicodeCodePoints\",\"results\":["
        )
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let result = result::result(finding, &mut self.index);
        self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        Ok(serde_json::to_writer(&mut self.out, &result)?)
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let files: Vec<Value> = self.index.files.iter().map(|f| json!({ "location": artifact(f) })).collect();
        let rules: Vec<Value> = self.index.rules.iter().map(rule::rule).collect();
        let driver = json!({ "name": "eyas", "semanticVersion": self.version, "rules": rules });
        self.out.write_all(b"\n]")?;
        self.member("tool", &json!({ "driver": driver }))?;
        if !self.command.is_empty() {
            // The slash ends the category: every run of the command belongs to it.
            self.member("automationDetails", &json!({ "id": format!("eyas/{}/", self.command) }))?;
        }
        let root = json!({ ROOT: { "description": { "text": "The folder that eyas was started in." } } });
        self.member("originalUriBaseIds", &root)?;
        self.member("artifacts", &Value::Array(files))?;
        self.member("invocations", &json!([run::invocation(summary)]))?;
        self.out.write_all(b"}]}\n")?;
        self.out.flush()
    }

    fn takes(&self, _: Standing) -> bool {
        true
    }
}

/// Where a file is.
fn artifact(file: &str) -> Value {
    let uri = uri(file);
    let relative = file != "-" && !file.starts_with('/') && !file.contains("://");
    if relative { json!({ "uri": uri, "uriBaseId": ROOT }) } else { json!({ "uri": uri }) }
}
