//! JUnit's XML, which most systems that build software show: a suite for each file, a case for
//! each rule and subject.
//!
//! A suite says how many cases it has before it lists them, so that the cases of one file are
//! kept; a file with very many findings becomes several suites of its name.

use std::collections::HashMap;
use std::io::{self, Write};

use eyas_engine::finding::{Finding, Outcome};

use crate::escape::xml;
use crate::fact;
use crate::{Run, Sink, Standing, Summary};

/// Bytes of text that a suite may have.
const MOST_BYTES: usize = 4 << 20;

pub(crate) struct Junit<W> {
    out: W,
    command: String,
    suite: Suite,
}

#[derive(Default)]
struct Suite {
    name: String,
    cases: Vec<Case>,
    /// Cases by rule and subject.
    by_name: HashMap<(String, String), usize>,
    bytes: usize,
}

struct Case {
    class: String,
    name: String,
    /// Whether the suite's name is that of the file that it is in.
    in_file: bool,
    line: Option<u64>,
    result: Kind,
    /// The first line of the result.
    message: String,
    /// What else there is to say.
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Passed,
    Skipped,
    Failure,
    Error,
}

impl Kind {
    fn element(self) -> Option<&'static str> {
        match self {
            Self::Passed => None,
            Self::Skipped => Some("skipped"),
            Self::Failure => Some("failure"),
            Self::Error => Some("error"),
        }
    }
}

impl Case {
    fn of(finding: &Finding) -> Self {
        let (result, before) = match (Standing::of(finding), &finding.ignored, finding.outcome) {
            (_, Some(ignored), _) => (Kind::Skipped, format!("ignored {}: ", fact::ignored(ignored))),
            (Standing::Unchanged, ..) => (Kind::Skipped, "in the baseline: ".to_owned()),
            (_, _, Outcome::Unknown) => (Kind::Skipped, "not known: ".to_owned()),
            _ => (Kind::Failure, format!("{}: ", finding.severity.as_str())),
        };
        let mut lines: Vec<String> = finding.location.iter().map(fact::spot).collect();
        lines.extend(finding.when.iter().map(|when| format!("only if {when}")));
        lines.extend(fact::all_evidence(finding));
        lines.extend(finding.fix.iter().map(|fix| format!("fix: {fix}")));
        Self {
            class: finding.rule.id.clone(),
            name: fact::subject(finding),
            in_file: finding.location.is_some(),
            line: finding.location.as_ref().and_then(|l| l.line),
            result,
            message: format!("{before}{}", finding.message),
            text: lines.iter().map(|line| xml(line) + "\n").collect(),
        }
    }

    fn bytes(&self) -> usize {
        self.class.len() + self.name.len() + self.message.len() + self.text.len()
    }
}

impl Suite {
    /// Adds a case, or what it says to the case of the same rule and subject.
    fn add(&mut self, mut case: Case) {
        self.bytes += case.bytes();
        let name = (case.class.clone(), case.name.clone());
        match self.by_name.get(&name).and_then(|index| self.cases.get_mut(*index)) {
            Some(first) => {
                // The worst of them speaks for the case.
                if case.result > first.result {
                    std::mem::swap(first, &mut case);
                }
                first.text.push_str(&format!("\n{}\n{}", xml(&case.message), case.text));
            }
            None => {
                self.by_name.insert(name, self.cases.len());
                self.cases.push(case);
            }
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let count = |kind| self.cases.iter().filter(|c| c.result == kind).count();
        writeln!(
            out,
            r#"<testsuite name="{}" tests="{}" failures="{}" errors="{}" skipped="{}">"#,
            xml(&self.name),
            self.cases.len(),
            count(Kind::Failure),
            count(Kind::Error),
            count(Kind::Skipped)
        )?;
        for case in &self.cases {
            let line = case.line.map_or(String::new(), |line| format!(r#" line="{line}""#));
            let file = if case.in_file { format!(r#" file="{}""#, xml(&self.name)) } else { String::new() };
            let (class, name) = (xml(&case.class), xml(&case.name));
            write!(out, r#"<testcase classname="{class}" name="{name}"{file}{line}"#)?;
            match case.result.element() {
                None => writeln!(out, "/>")?,
                Some(element) => {
                    let message = xml(&case.message);
                    write!(
                        out,
                        ">\n<{element} message=\"{message}\">{}</{element}>\n</testcase>\n",
                        case.text
                    )?;
                }
            }
        }
        writeln!(out, "</testsuite>")
    }
}

impl<W: Write> Junit<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, command: String::new(), suite: Suite::default() }
    }

    fn close(&mut self) -> io::Result<()> {
        let suite = std::mem::take(&mut self.suite);
        if suite.cases.is_empty() { Ok(()) } else { suite.write(&mut self.out) }
    }

    /// A case of the suite of this name.
    fn case(&mut self, suite: &str, case: Case) -> io::Result<()> {
        if self.suite.name != suite || self.suite.bytes > MOST_BYTES {
            self.close()?;
            suite.clone_into(&mut self.suite.name);
        }
        self.suite.add(case);
        Ok(())
    }

    /// What was not judged at all, and one case that is always there: a report without any counts
    /// as a failure in many systems.
    fn rest(&mut self, summary: &Summary) -> io::Result<()> {
        let case = |class: &str, name: String, result, message: String| Case {
            class: class.to_owned(),
            name,
            in_file: false,
            line: None,
            result,
            message,
            text: String::new(),
        };
        for broken in &summary.broken_at {
            let reason = format!("could not be read: {}", broken.reason);
            let unread = case("eyas.read", fact::broken_at(broken), Kind::Error, reason);
            self.case(&broken.file, Case { in_file: true, line: broken.line, ..unread })?;
        }
        let command =
            if self.command.is_empty() { "eyas".to_owned() } else { format!("eyas {}", self.command) };
        for rule in &summary.not_run {
            let reason = format!("not run: {}", rule.reason);
            self.case(&command, case("eyas.rules", rule.rule.clone(), Kind::Skipped, reason))?;
        }
        let (result, why) = match summary.interrupted {
            true => (Kind::Error, "interrupted: what was not read by then is not judged"),
            false => (Kind::Passed, ""),
        };
        self.case(&command, case("eyas.run", "completed".to_owned(), result, why.to_owned()))?;
        self.close()
    }
}

impl<W: Write + Send> Sink for Junit<W> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.command.clone_from(&run.command);
        writeln!(self.out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"eyas\">")
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let suite = finding.location.as_ref().map_or(finding.subject.kind.as_str(), |l| l.file.as_str());
        self.case(suite, Case::of(finding))
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.close()?;
        self.rest(summary)?;
        writeln!(self.out, "</testsuites>")?;
        self.out.flush()
    }
}
