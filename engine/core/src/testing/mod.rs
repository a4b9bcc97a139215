//! Rules' own tests, run on exactly the path that production takes: an event's record becomes
//! JSON text, is looked up by name and source, filtered by its bytes and judged from there; a
//! resource's record is judged as the tree that it is.

use std::sync::Arc;

use eyas_lang::catalog::Plane;
use eyas_lang::checked::{Expect, Rule, RuleSet, Test, TestCase};
use eyas_lang::diagnostics::Diagnostic;
use eyas_lang::source::{Sources, Span};
use eyas_lang::types::not_runnable_yet;
use eyas_lang::value::{Tree, TreeKind};
use jiff::Timestamp;
use smol_str::SmolStr;

use crate::eval::{Explanation, Session};
use crate::finding::{Finding, Outcome};
use crate::json::{self, JsonIndex, Outline, Places};
use crate::plan::{Plan, PlanOptions, RuleIx};
use crate::record::{Record, World};
use crate::tree::{self, TreeRecord};

mod coverage;
mod scene;

pub use coverage::{Coverage, Covered};
pub use scene::{Neighbour, Scene};

/// The member of an event's record that holds its time.
const EVENT_TIME: &str = "eventTime";

/// The member of a resource's test record that says when it was read, for `age()`.
const RESOURCE_TIME: &str = "now";

/// Reads what tests name beside the rule file. The engine itself reads no files.
pub trait FixtureLoader {
    /// The text of the JSON file at `path`, as a test in `rule_file` names it. An error is told
    /// to the user as it is.
    fn file(&self, rule_file: &str, path: &str) -> Result<String, String>;

    /// The resources of a type that a template yields, in every way in which they may be
    /// deployed, each with the other resources of the template.
    fn template(&self, rule_file: &str, path: &str, record_type: &str) -> Result<Vec<Scene>, String>;
}

/// What came of all tests.
#[derive(Debug, Clone, Default)]
pub struct TestReport {
    /// The rules that have tests, in the order of their tests.
    pub rules: Vec<RuleReport>,
    /// The rules without a test.
    pub untested: Vec<RuleReport>,
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
    let mut runner = Runner { bench: Bench::new(&plan), sources, loader };
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
    report.untested = set.rules.iter().filter(|r| !tested(r)).map(|rule| untested(rule, &plan)).collect();
    report
}

/// None of its comparisons was looked at.
fn untested(rule: &Rule, plan: &Plan) -> RuleReport {
    let coverage = plan.find(&rule.id).map(|ix| Coverage::of_rule(plan, ix)).unwrap_or_default();
    RuleReport { rule: rule.id.clone(), cases: Vec::new(), coverage }
}

fn untestable(rule: &Rule, test: &Test) -> Option<Diagnostic> {
    let diagnostic = not_runnable_yet(rule)?;
    Some(diagnostic.also(test.span, "so this test cannot run either"))
}

struct Runner<'p> {
    bench: Bench<'p>,
    sources: &'p Sources,
    loader: &'p dyn FixtureLoader,
}

impl Runner<'_> {
    fn rule(&mut self, ix: RuleIx, test: &Test, report: &mut TestReport) {
        let at = report.rules.iter().position(|r| r.rule == test.rule).unwrap_or_else(|| {
            let coverage = Coverage::of_rule(self.bench.plan, ix);
            report.rules.push(RuleReport { rule: test.rule.clone(), cases: Vec::new(), coverage });
            report.rules.len() - 1
        });
        let Some(into) = report.rules.get_mut(at) else { return };
        for case in &test.cases {
            let result = match &case.rule {
                Some(rule) => self.with_own_rule(rule, case, &mut into.coverage),
                None => self.case(ix, case, &mut into.coverage),
            };
            let title = case.title.clone();
            into.cases.push(CaseReport { title, span: case.span, expect: case.expect, result });
        }
    }

    fn case(&mut self, ix: RuleIx, case: &TestCase, coverage: &mut Coverage) -> CaseResult {
        let rule_file = &self.sources.get(case.span.file).name;
        let record = &self.bench.plan.rule(ix).record;
        match Scene::of_case(case, rule_file, record, self.loader) {
            Ok(scenes) => self.bench.case(ix, case, &scenes, coverage),
            Err(why) => CaseResult::Broken(why),
        }
    }

    /// A case that sets parameters has the rule as it is with them.
    fn with_own_rule(&mut self, rule: &Arc<Rule>, case: &TestCase, coverage: &mut Coverage) -> CaseResult {
        let set = RuleSet { rules: vec![rule.clone()], ..RuleSet::default() };
        let (plan, _) = Plan::new(&set, self.sources, PlanOptions { include_disabled: true });
        let mut runner = Runner { bench: Bench::new(&plan), sources: self.sources, loader: self.loader };
        match plan.find(&rule.id) {
            Some(ix) => runner.case(ix, case, coverage),
            None => CaseResult::Broken("the rule cannot run with these parameters".to_owned()),
        }
    }
}

/// Where records are judged.
struct Bench<'p> {
    plan: &'p Plan,
    session: Session<'p>,
    index: JsonIndex,
}

impl<'p> Bench<'p> {
    fn new(plan: &'p Plan) -> Self {
        Self { plan, session: Session::new(plan), index: JsonIndex::default() }
    }

    /// A case over several records is judged by the worst of them.
    fn case(&mut self, ix: RuleIx, case: &TestCase, scenes: &[Scene], coverage: &mut Coverage) -> CaseResult {
        let mut worst: Option<Failure> = None;
        for scene in scenes {
            match self.scene(ix, scene, coverage) {
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

    /// Where the outcome hangs on whether another resource is there, it is unknown.
    fn scene(&mut self, ix: RuleIx, scene: &Scene, coverage: &mut Coverage) -> Result<Failure, String> {
        let member = match self.plan.rule(ix).plane {
            Plane::Resource => RESOURCE_TIME,
            Plane::Event | Plane::Block => EVENT_TIME,
        };
        let now = time(&scene.record, member);
        let mut found: Option<Failure> = None;
        for world in scene.worlds(now) {
            let one = self.judge(ix, &scene.record, now, &world, coverage)?;
            found = Some(match found {
                Some(other) if other.got != one.got => Failure { got: Outcome::Unknown, ..other },
                Some(other) => other,
                None => one,
            });
        }
        found.ok_or_else(|| "there is no world to judge the record in".to_owned())
    }

    fn judge(
        &mut self,
        ix: RuleIx,
        record: &Tree,
        now: Option<Timestamp>,
        world: &dyn World,
        coverage: &mut Coverage,
    ) -> Result<Failure, String> {
        let rule = self.plan.rule(ix).clone();
        if rule.plane == Plane::Resource || record.first_unknown().is_some() {
            let record = TreeRecord::new(&rule.record, record).with_now(now);
            return Ok(self.outcome(ix, &record, world, coverage));
        }
        let text = tree::to_json(record);
        let mut index = std::mem::take(&mut self.index);
        let judged = index.read(&rule.record, &text).map(|record| {
            let record = record.with_time(EVENT_TIME);
            let found = self.looked_up(ix, &record, world, &text);
            (self.outcome(ix, &record, world, coverage), found)
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

    fn outcome(
        &mut self,
        ix: RuleIx,
        record: &dyn Record,
        world: &dyn World,
        coverage: &mut Coverage,
    ) -> Failure {
        let judgement = self.session.judge_rule(ix, record, world);
        coverage.add(&mut self.session, ix, record, world);
        let why = self.session.explain(ix, record, world);
        Failure { got: judgement.outcome, finding: judgement.finding, why }
    }

    /// Whether the rule gives a finding on the way that a reader of events takes.
    fn looked_up(&mut self, ix: RuleIx, record: &dyn Record, world: &dyn World, text: &str) -> bool {
        let plan = self.plan;
        let Some(keys) = plan.for_type(record.record_type()).map(|t| t.keys()) else { return false };
        let members: Vec<Option<String>> = keys.iter().map(|key| text_member(text, key)).collect();
        let seen: Vec<Option<&str>> = members.iter().map(Option::as_deref).collect();
        let names = self.session.look_for(record.record_type(), &[]);
        let Some(set) = self.session.candidates(record.record_type(), &seen) else { return false };
        let mut found = false;
        let (mut outline, mut places) = (Outline::default(), Places::default());
        outline.read(text.as_bytes(), json::MAX_DEPTH as usize);
        let raw = outline.find(text.as_bytes(), &names, &mut places);
        if raw.is_none_or(|raw| self.session.may_concern(set, &raw)) {
            self.session.judge_candidates(set, record, world, &mut |rule, _| found |= rule == ix);
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
