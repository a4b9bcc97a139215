//! Rules' own tests, run on exactly the path that production takes: an event's record becomes
//! JSON text, is looked up by name and source, filtered by its bytes and judged from there; a
//! resource's record is judged as the tree that it is.

use std::sync::Arc;

use eyas_lang::catalog::Plane;
use eyas_lang::checked::{Expect, Rule, RuleSet, Test, TestCase, TestInput};
use eyas_lang::diagnostics::Diagnostic;
use eyas_lang::source::{Sources, Span};
use eyas_lang::types::not_runnable_yet;
use eyas_lang::value::{Tree, TreeKind};
use jiff::Timestamp;
use smol_str::SmolStr;

use crate::eval::{Explanation, Session};
use crate::finding::{Finding, Outcome};
use crate::json::{self, JsonIndex, Outline};
use crate::plan::{Plan, PlanOptions, RuleIx};
use crate::record::{NoWorld, Record};
use crate::tree::{self, TreeRecord};

mod coverage;

pub use coverage::{Coverage, Covered};

/// The member of an event's record that holds its time.
const EVENT_TIME: &str = "eventTime";

/// The member of a resource's test record that says when it was read, for `age()`.
const RESOURCE_TIME: &str = "now";

/// Reads what tests name beside the rule file. The engine itself reads no files.
pub trait FixtureLoader {
    /// The text of the JSON file at `path`, as a test in `rule_file` names it. An error is told
    /// to the user as it is.
    fn file(&self, rule_file: &str, path: &str) -> Result<String, String>;

    /// The records of a type that a template yields.
    fn template(&self, rule_file: &str, path: &str, record_type: &str) -> Result<Vec<Tree>, String>;
}

/// What came of all tests.
#[derive(Debug, Clone, Default)]
pub struct TestReport {
    /// The rules that have tests, in the order of their tests.
    pub rules: Vec<RuleReport>,
    /// The ids of rules without a test.
    pub untested: Vec<SmolStr>,
    /// Tests of rules that cannot run yet, and whatever else keeps a test from running.
    pub diagnostics: Vec<Diagnostic>,
}

/// What came of one rule's tests.
#[derive(Debug, Clone)]
pub struct RuleReport {
    /// The rule's id.
    pub rule: SmolStr,
    /// The tests, in source order.
    pub cases: Vec<CaseReport>,
    /// What they made of the rule's comparisons.
    pub coverage: Coverage,
}

/// What came of one test.
#[derive(Debug, Clone)]
pub struct CaseReport {
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub span: Span,
    /// What it expects.
    pub expect: Expect,
    /// What came.
    pub result: CaseResult,
}

/// How a test ended.
#[derive(Debug, Clone)]
pub enum CaseResult {
    /// As expected.
    Passed,
    /// Otherwise.
    Failed(Box<Failure>),
    /// It could not be run: why.
    Broken(String),
}

/// What came instead of what was expected.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The outcome.
    pub got: Outcome,
    /// The finding, where there is one.
    pub finding: Option<Finding>,
    /// The rule's condition with the truth of each part.
    pub why: Explanation,
}

impl TestReport {
    /// Passed, and all.
    pub fn counts(&self) -> (usize, usize) {
        let cases = || self.rules.iter().flat_map(|r| &r.cases);
        (cases().filter(|c| matches!(c.result, CaseResult::Passed)).count(), cases().count())
    }

    /// Whether every test ran and came out as expected.
    pub fn is_ok(&self) -> bool {
        let (passed, all) = self.counts();
        passed == all && !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Runs the tests of a rule set. Rules that their author switched off are tested too.
pub fn run(set: &RuleSet, sources: &Sources, loader: &dyn FixtureLoader) -> TestReport {
    // What cannot run is told of below, once a test asks for it.
    let (plan, _) = Plan::new(set, sources, PlanOptions { include_disabled: true });
    let mut runner =
        Runner { session: Session::new(&plan), plan: &plan, sources, loader, index: JsonIndex::default() };
    let mut report = TestReport::default();
    for test in &set.tests {
        match plan.find(&test.rule) {
            Some(ix) => runner.rule(ix, test, &mut report),
            None => {
                let rule = set.rules.iter().find(|r| r.id == test.rule);
                report.diagnostics.extend(rule.and_then(|rule| untestable(rule, test)));
            }
        }
    }
    let tested = |rule: &Arc<Rule>| set.tests.iter().any(|t| t.rule == rule.id);
    report.untested = set.rules.iter().filter(|r| !tested(r)).map(|r| r.id.clone()).collect();
    report
}

fn untestable(rule: &Rule, test: &Test) -> Option<Diagnostic> {
    let diagnostic = not_runnable_yet(rule)?;
    Some(diagnostic.also(test.span, "so this test cannot run either"))
}

struct Runner<'p> {
    session: Session<'p>,
    plan: &'p Plan,
    sources: &'p Sources,
    loader: &'p dyn FixtureLoader,
    index: JsonIndex,
}

impl Runner<'_> {
    fn rule(&mut self, ix: RuleIx, test: &Test, report: &mut TestReport) {
        let at = report.rules.iter().position(|r| r.rule == test.rule).unwrap_or_else(|| {
            let coverage = Coverage::of_rule(self.plan, ix);
            report.rules.push(RuleReport { rule: test.rule.clone(), cases: Vec::new(), coverage });
            report.rules.len() - 1
        });
        let Some(into) = report.rules.get_mut(at) else { return };
        for case in &test.cases {
            let result = match self.records(ix, case) {
                Ok(records) => self.case(ix, case, &records, &mut into.coverage),
                Err(why) => CaseResult::Broken(why),
            };
            let title = case.title.clone();
            into.cases.push(CaseReport { title, span: case.span, expect: case.expect, result });
        }
    }

    /// The records of a case: one, or as many as a template yields.
    fn records(&self, ix: RuleIx, case: &TestCase) -> Result<Vec<Arc<Tree>>, String> {
        let rule_file = &self.sources.get(case.span.file).name;
        match &case.input {
            TestInput::Record(tree) => Ok(vec![tree.clone()]),
            TestInput::File(path) => {
                let text = self.loader.file(rule_file, path)?;
                json::check(&text).map_err(|e| format!("`{path}`: {e}"))?;
                Ok(vec![Arc::new(tree::from_json(text.trim()))])
            }
            TestInput::Template(path) => {
                let record = &self.plan.rule(ix).record;
                let found = self.loader.template(rule_file, path, record)?;
                match found.is_empty() {
                    true => Err(format!("`{path}` has no resource of type `{record}`")),
                    false => Ok(found.into_iter().map(Arc::new).collect()),
                }
            }
        }
    }

    /// A case over several records is judged by the worst of them.
    fn case(
        &mut self,
        ix: RuleIx,
        case: &TestCase,
        records: &[Arc<Tree>],
        coverage: &mut Coverage,
    ) -> CaseResult {
        let mut worst: Option<Failure> = None;
        for record in records {
            match self.judge(ix, record, coverage) {
                Ok(failure) => {
                    if worst.as_ref().is_none_or(|w| rank(failure.got) > rank(w.got)) {
                        worst = Some(failure);
                    }
                }
                Err(why) => return CaseResult::Broken(why),
            }
        }
        match worst {
            Some(failure) if expected(case.expect, failure.got) => CaseResult::Passed,
            Some(failure) => CaseResult::Failed(Box::new(failure)),
            None => CaseResult::Broken("there is no record to judge".to_owned()),
        }
    }

    fn judge(&mut self, ix: RuleIx, record: &Tree, coverage: &mut Coverage) -> Result<Failure, String> {
        let rule = self.plan.rule(ix).clone();
        if rule.plane == Plane::Resource || tree::has_unknown(record) {
            let member = if rule.plane == Plane::Resource { RESOURCE_TIME } else { EVENT_TIME };
            let record = TreeRecord::new(&rule.record, record).with_now(time(record, member));
            return Ok(self.outcome(ix, &record, coverage));
        }
        let text = tree::to_json(record);
        let mut index = std::mem::take(&mut self.index);
        let judged = index.read(&rule.record, &text).map(|record| {
            let record = record.with_time(EVENT_TIME);
            (self.outcome(ix, &record, coverage), self.looked_up(ix, &record, &text))
        });
        self.index = index;
        let (failure, found) = judged.map_err(|e| format!("the record is no JSON: {e}"))?;
        if found != matches!(failure.got, Outcome::Violation | Outcome::Unknown) {
            return Err(
                "the rule's look-up and its condition disagree on this record; please report this".to_owned()
            );
        }
        Ok(failure)
    }

    fn outcome(&mut self, ix: RuleIx, record: &dyn Record, coverage: &mut Coverage) -> Failure {
        let judgement = self.session.judge_rule(ix, record, &NoWorld);
        coverage.add(&mut self.session, ix, record, &NoWorld);
        let why = self.session.explain(ix, record, &NoWorld);
        Failure { got: judgement.outcome, finding: judgement.finding, why }
    }

    /// Whether the rule gives a finding on the way that a reader of events takes.
    fn looked_up(&mut self, ix: RuleIx, record: &dyn Record, text: &str) -> bool {
        let plan = self.plan;
        let Some(keys) = plan.for_type(record.record_type()).map(|t| t.keys()) else { return false };
        let members: Vec<Option<String>> = keys.iter().map(|key| text_member(text, key)).collect();
        let seen: Vec<Option<&str>> = members.iter().map(Option::as_deref).collect();
        let Some(set) = self.session.candidates(record.record_type(), &seen) else { return false };
        let mut found = false;
        let mut outline = Outline::default();
        outline.read(text.as_bytes(), json::MAX_DEPTH as usize);
        if outline.of(text.as_bytes()).is_none_or(|raw| self.session.may_concern(set, &raw)) {
            self.session.judge_candidates(set, record, &NoWorld, &mut |rule, _| found |= rule == ix);
        }
        found
    }
}

fn text_member(text: &str, key: &str) -> Option<String> {
    let raw = json::member(text, key)?;
    raw.starts_with('"').then(|| json::string(raw).into_owned())
}

fn time(record: &Tree, member: &str) -> Option<Timestamp> {
    match &record.get(member)?.kind {
        TreeKind::Str(text) => text.parse().ok(),
        _ => None,
    }
}

fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::NotApplicable => 0,
        Outcome::Pass => 1,
        Outcome::Unknown => 2,
        Outcome::Violation => 3,
    }
}

fn expected(expect: Expect, got: Outcome) -> bool {
    match expect {
        Expect::Fires => got == Outcome::Violation,
        Expect::Silent => matches!(got, Outcome::Pass | Outcome::NotApplicable),
        Expect::Unknown => got == Outcome::Unknown,
        Expect::Passes => got == Outcome::Pass,
        Expect::NotApplicable => got == Outcome::NotApplicable,
    }
}
