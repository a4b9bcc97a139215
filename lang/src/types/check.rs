//! From trees to a checked rule set.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::{fmt, thread};

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::shared::{Shared, Sink};
use super::{params, pattern, rule, samples};
use crate::catalog::Catalog;
use crate::checked::RuleSet;
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::{FileIx, Names};
use crate::source::{FileId, SourceKind, Sources};
use crate::syntax::ast::{DeclKind, File};

/// The newest version of the language that this program understands.
pub const LANGUAGE: u32 = 1;

/// What a rule set is checked with.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// Values for parameters, by `package.name` or, where that is clear, by name.
    pub params: BTreeMap<String, GivenParam>,
    /// The version of the language that the project pins (`language = 1`).
    pub language: Option<u32>,
}

/// A value given for a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum GivenParam {
    /// Text, as on a command line: read as what the parameter's type asks for.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// Several values.
    List(Vec<GivenParam>),
}

impl fmt::Display for GivenParam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GivenParam::Text(text) => f.write_str(text),
            GivenParam::Bool(b) => write!(f, "{b}"),
            GivenParam::Int(i) => write!(f, "{i}"),
            GivenParam::Float(x) => write!(f, "{x}"),
            GivenParam::List(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
        }
    }
}

/// Something wrong with the options rather than with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OptionProblem {
    /// The name of the parameter as it was given, or `language`.
    pub name: String,
    /// What is wrong.
    pub message: String,
    /// The next step.
    pub help: Option<String>,
}

/// A checked rule set and everything there is to say about it.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// What can run.
    pub rules: RuleSet,
    /// Syntax errors, errors and warnings, sorted by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// Problems with the options.
    pub problems: Vec<OptionProblem>,
    /// Ids of rules and sequences that were left out because of errors.
    pub left_out: Vec<SmolStr>,
}

impl Checked {
    /// Whether every declaration and option is free of errors.
    pub fn is_ok(&self) -> bool {
        self.problems.is_empty() && !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Parses every source by its kind and checks the lot.
pub fn load(sources: &Sources, catalog: &Catalog, options: &CheckOptions) -> Checked {
    check(sources, &parse_all(sources), catalog, options)
}

/// Parses every source by its kind: a tree for each, in their order.
pub fn parse_all(sources: &Sources) -> Vec<File> {
    let mut eyas = Vec::new();
    let mut falco = Vec::new();
    for (id, source) in sources.iter() {
        match source.kind {
            SourceKind::Eyas => eyas.push((id, &*source.text)),
            SourceKind::Falco => falco.push((id, &*source.text)),
        }
    }
    let mut files = parse_eyas(&eyas);
    // Falco files are read together: one can append to what another declares.
    files.extend(crate::falco::read_all(&falco));
    files.sort_by_key(|f| f.file);
    files
}

/// Below this many files a second thread costs more than it saves.
const FILES_PER_THREAD: usize = 16;

/// Parses files that do not depend on each other, on as many threads as there are cores.
fn parse_eyas(files: &[(FileId, &str)]) -> Vec<File> {
    let parse = |part: &[(FileId, &str)]| -> Vec<File> {
        part.iter().map(|(id, text)| crate::syntax::parse(*id, text)).collect()
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(files.len() / FILES_PER_THREAD);
    if threads < 2 {
        return parse(files);
    }
    thread::scope(|scope| {
        let parts: Vec<_> = files
            .chunks(files.len().div_ceil(threads))
            .map(|part| (part, thread::Builder::new().spawn_scoped(scope, move || parse(part))))
            .collect();
        let mut trees = Vec::with_capacity(files.len());
        for (part, started) in parts {
            trees.extend(match started {
                Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Err(_) => parse(part),
            });
        }
        trees
    })
}

/// Resolves and type-checks parsed files. A declaration with an error is left out; everything
/// else is checked and can run.
pub fn check(sources: &Sources, files: &[File], catalog: &Catalog, options: &CheckOptions) -> Checked {
    let sink = Sink::default();
    let mut found: Vec<Diagnostic> = files.iter().flat_map(|f| f.diagnostics.iter().cloned()).collect();
    let names = Names::build(sources, files, &mut found);
    let circular = names.walk(files, &mut found);
    found.into_iter().for_each(|d| sink.push(d));
    let mut sh = Shared::new(sources, names, catalog, circular, sink);
    let mut out = Checked { problems: params::settle(&mut sh, &options.params), ..Checked::default() };
    out.problems.extend(pinned(options.language));
    declarations(&sh, &mut out);
    tests(&mut sh, files, &mut out);
    out.rules.params = params::values(&sh);
    let mut late = Vec::new();
    sh.names.unused(&mut late);
    late.into_iter().for_each(|d| sh.sink.push(d));
    out.diagnostics = sh.sink.take();
    out.diagnostics.sort_by(|a, b| a.span().cmp(&b.span()).then_with(|| a.message.cmp(&b.message)));
    out
}

fn pinned(language: Option<u32>) -> Option<OptionProblem> {
    let pin = language.filter(|v| !(1..=LANGUAGE).contains(v))?;
    Some(OptionProblem {
        name: "language".into(),
        message: format!("the project pins version {pin} of the language, and this eyas knows {LANGUAGE}"),
        help: Some(format!(
            "set `language = {LANGUAGE}` in eyas.toml, or use an eyas that knows version {pin}"
        )),
    })
}

fn declarations(sh: &Shared<'_>, out: &mut Checked) {
    for (id, entry) in sh.names.entries() {
        match &entry.decl.kind {
            DeclKind::Rule(r) | DeclKind::Sequence(r) => {
                let is_sequence = matches!(entry.decl.kind, DeclKind::Sequence(_));
                match rule::check(sh, entry, r, is_sequence) {
                    Some(rule) => out.rules.rules.push(Arc::new(rule)),
                    None => out.left_out.push(sh.names.id(entry)),
                }
            }
            DeclKind::Pattern(p) => {
                let (title, _) = rule::title_and_doc(entry.decl.doc.as_ref(), &p.name.name);
                out.rules.patterns.extend(pattern::check(sh, entry, p, title));
            }
            DeclKind::List(_) => {
                let _ = sh.leaves(id);
            }
            DeclKind::Sample(sample) => samples::check_sample(sh, sample),
            DeclKind::Param(_) | DeclKind::Macro(_) | DeclKind::Test(_) | DeclKind::Broken(_) => {}
        }
    }
}

fn tests(sh: &mut Shared<'_>, files: &[File], out: &mut Checked) {
    let running: FxHashSet<SmolStr> = out.rules.rules.iter().map(|r| r.id.clone()).collect();
    for (i, file) in files.iter().enumerate() {
        if !file.decls.iter().any(|d| matches!(d.kind, DeclKind::Test(_))) {
            continue;
        }
        let lines = samples::lines_of(sh.sources, file.file);
        for decl in &file.decls {
            if let DeclKind::Test(test) = &decl.kind
                && let Some(test) = samples::check_test(sh, FileIx(i as u32), test, decl.span, &lines)
                && running.contains(&test.rule)
            {
                out.rules.tests.push(test);
            }
        }
    }
}

/// The error that a plan gives for a rule that is checked but cannot be run by this version.
pub fn not_runnable_yet(rule: &crate::checked::Rule) -> Option<Diagnostic> {
    let what = match (&rule.window, &rule.dedup) {
        (Some(window), _) if !window.steps.is_empty() => "sequences",
        (Some(_), _) => "windows (`group`, `within`, `having`)",
        (None, Some(_)) => "`dedup`",
        (None, None) => return None,
    };
    Some(
        Diagnostic::new(
            Code::NotRunnableYet,
            rule.name_span,
            format!("`{}` cannot run yet: this version checks {what} but does not evaluate them", rule.id),
        )
        .help("set `enabled: false` in the rule, or leave it out of the run"),
    )
}
