//! For people, in a browser: one file with everything in it, that asks for nothing from the
//! network. It is a plain document that reads well without its script; the script only filters.
//!
//! The summary stands before the findings, so that these are kept until the end, up to a limit:
//! beyond it the least severe make room for those that come.

mod frameworks;
mod page;
mod row;

use std::collections::HashMap;
use std::io::{self, Write};

use eyas_engine::finding::{Finding, Outcome};

use crate::escape::xml;
use crate::source::Sources;
use crate::{RuleMeta, Run, Sink, Standing, Summary};
use frameworks::Frameworks;

/// How many findings are listed.
const MOST: usize = 20_000;
/// How many of those that are ignored are listed.
const MOST_IGNORED: usize = 5_000;

pub(crate) struct Html<W> {
    out: W,
    page: Page,
}

/// What the page is made from.
#[derive(Default)]
struct Page {
    run: RunInfo,
    rules: Vec<RuleStat>,
    rule_numbers: HashMap<String, usize>,
    frameworks: Frameworks,
    /// How many findings are listed.
    most: usize,
    /// Rows by rank, the worst first.
    rows: [Vec<String>; 6],
    left_out: u64,
    ignored: Vec<String>,
}

#[derive(Default)]
struct RunInfo {
    version: String,
    command: String,
    time: Option<String>,
    sources: Sources,
}

/// A rule and how often it found something.
struct RuleStat {
    meta: RuleMeta,
    violations: u64,
    unknown: u64,
}

/// Text of others as HTML; the lines that it has stay lines.
fn text(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| xml(line.trim_end_matches('\r'))).collect();
    lines.join("\n")
}

impl<W: Write> Html<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, page: Page { most: MOST, ..Page::default() } }
    }
}

impl<W: Write + Send> Sink for Html<W> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.page.run = RunInfo {
            version: run.version.clone(),
            command: run.command.clone(),
            time: run.time.clone(),
            sources: run.sources.clone(),
        };
        for rule in &run.rules {
            self.page.frameworks.cover(rule);
            self.page.add_rule(rule.clone());
        }
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.page.add(finding);
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        page::write(&self.page, summary, &mut self.out)?;
        self.out.flush()
    }

    fn takes(&self, _: Standing) -> bool {
        true
    }
}

impl Page {
    fn add_rule(&mut self, meta: RuleMeta) -> usize {
        let number = self.rules.len();
        self.rule_numbers.insert(meta.id.clone(), number);
        self.rules.push(RuleStat { meta, violations: 0, unknown: 0 });
        number
    }

    fn add(&mut self, finding: &Finding) {
        if Standing::of(finding) == Standing::Ignored {
            if self.ignored.len() < MOST_IGNORED {
                self.ignored.extend(row::ignored(finding));
            }
            return;
        }
        self.frameworks.add(finding);
        let rule = match self.rule_numbers.get(&finding.rule.id) {
            Some(number) => *number,
            None => self.add_rule(RuleMeta::seen_in(finding)),
        };
        let unknown = finding.outcome == Outcome::Unknown;
        if let Some(stat) = self.rules.get_mut(rule) {
            stat.violations += u64::from(!unknown);
            stat.unknown += u64::from(unknown);
        }
        // Severities count from 0, info, to 4, critical; what is not known comes last.
        let rank = if unknown { 5 } else { 4 - (finding.severity as usize).min(4) };
        if self.rows.iter().map(Vec::len).sum::<usize>() == self.most && !self.make_room(rank) {
            return;
        }
        let row = row::row(finding, rule, &self.run.sources);
        if let Some(rows) = self.rows.get_mut(rank) {
            rows.push(row);
        }
    }

    /// Drops a row of a lower rank than this one, if there is one.
    fn make_room(&mut self, rank: usize) -> bool {
        self.left_out += 1;
        let below = self.rows.iter_mut().skip(rank + 1).rev().find(|rows| !rows.is_empty());
        below.is_some_and(|rows| rows.pop().is_some())
    }
}

#[cfg(test)]
mod tests {
    use eyas_engine::finding::RuleInfo;
    use eyas_lang::checked::Severity;

    use super::*;

    fn finding(severity: Severity, outcome: Outcome) -> Finding {
        let rule = RuleInfo { id: "a.b".into(), ..RuleInfo::default() };
        Finding::new(rule.into(), outcome, severity, String::new())
    }

    #[test]
    fn the_worst_findings_are_those_that_are_listed() {
        let mut page = Page { most: 3, ..Page::default() };
        for severity in [Severity::Low, Severity::High, Severity::Low, Severity::Critical, Severity::Info] {
            page.add(&finding(severity, Outcome::Violation));
        }
        page.add(&finding(Severity::Critical, Outcome::Unknown));
        let counts: Vec<usize> = page.rows.iter().map(Vec::len).collect();
        assert_eq!((counts, page.left_out), (vec![1, 1, 0, 1, 0, 0], 3));
        let stat = &page.rules[0];
        assert_eq!((stat.violations, stat.unknown), (5, 1), "what is not listed is counted");
    }
}
