//! Rule files to checked rules, and what to say about those that are not.

use std::io::Write;

use eyas_lang::checked::RuleSet;
use eyas_lang::diagnostics::{Diagnostic, Level};
use eyas_lang::source::{FileId, SourceKind, Sources};
use eyas_lang::syntax;
use eyas_lang::syntax::ast::{DeclKind, File};

use crate::config::Settings;
use crate::exit::{self, Exit, Failure};
use crate::problem::Problem;
use crate::render;
use crate::rules::Loaded;
use crate::screen::{Look, Screen};

/// A compiled rule set.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// The text of every file.
    pub(crate) sources: Sources,
    /// What can run.
    pub(crate) set: RuleSet,
    /// Everything that is wrong, by place.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Files of the user's.
    pub(crate) own_files: usize,
    /// Rules that those files declare, the broken ones among them.
    pub(crate) declared_rules: usize,
    /// Whether a file could not be read.
    pub(crate) unreadable: bool,
}

/// Parses and checks everything that was loaded.
pub(crate) fn compile(loaded: Loaded, settings: &Settings) -> Result<Compiled, Failure> {
    let Loaded { sources, own, unreadable } = loaded;
    let files: Vec<File> = sources.iter().map(|(id, _)| parse(&sources, id)).collect();
    let _ = settings;
    let mut diagnostics: Vec<Diagnostic> = files.iter().flat_map(|f| f.diagnostics.iter().cloned()).collect();
    diagnostics.sort_by_key(Diagnostic::span);
    let declared_rules = files.iter().filter(|f| !sources.get(f.file).builtin).map(declared_rules).sum();
    Ok(Compiled { sources, set: RuleSet::default(), diagnostics, own_files: own, declared_rules, unreadable })
}

fn declared_rules(file: &File) -> usize {
    file.decls.iter().filter(|d| matches!(d.kind, DeclKind::Rule(_) | DeclKind::Sequence(_))).count()
}

/// The tree of one file.
pub(crate) fn parse(sources: &Sources, id: FileId) -> File {
    let file = sources.get(id);
    match file.kind {
        SourceKind::Eyas => syntax::parse(id, &file.text),
        SourceKind::Falco => syntax::parse(id, ""),
    }
}

impl Compiled {
    /// The diagnostics that concern the user: all errors, and warnings about their own files.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|d| d.is_error() || !self.sources.get(d.span().file).builtin)
    }

    /// How many errors and warnings concern the user.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let errors = self.shown().filter(|d| d.level == Level::Error).count();
        (errors, self.shown().count() - errors)
    }

    /// Writes the diagnostics for people, a blank line between them.
    pub(crate) fn write_diagnostics(&self, out: &mut dyn Write, look: Look) -> std::io::Result<()> {
        for diagnostic in self.shown() {
            writeln!(out, "{}\n", render::problem(&Problem::of(diagnostic, &self.sources), look))?;
        }
        Ok(())
    }

    /// For commands that run rules: tells about errors (and with `-v` about warnings) on
    /// standard error, and stops unless `--keep-going`.
    pub(crate) fn require_errors_none(&self, settings: &Settings, screen: &Screen) -> Result<(), Failure> {
        for diagnostic in self.shown().filter(|d| d.is_error() || screen.verbose) {
            screen.note(&format!(
                "{}\n",
                render::problem(&Problem::of(diagnostic, &self.sources), screen.err_look())
            ));
        }
        let (errors, _) = self.counts();
        if errors == 0 && !self.unreadable {
            return Ok(());
        }
        if settings.keep_going.value {
            screen.warning(&format!("{}; the other rules run", problems(errors, self.unreadable)));
            return Ok(());
        }
        screen.error(&problems(errors, self.unreadable), Some("`--keep-going` runs the rules that compile"));
        Err(Failure::Reported(exit::RULES))
    }
}

fn problems(errors: usize, unreadable: bool) -> String {
    match (errors, unreadable) {
        (0, _) => "not every rule file could be read".to_owned(),
        (1, _) => "1 error in the rules".to_owned(),
        (n, _) => format!("{n} errors in the rules"),
    }
}

/// The exit code of a command that only looks at rules.
pub(crate) fn exit_code(errors: usize, unreadable: bool) -> Exit {
    if errors > 0 || unreadable { exit::RULES } else { exit::OK }
}

/// `1 rule`, `2 rules`.
pub(crate) fn counted(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}
