//! Rule files to checked rules, and what to say about those that are not.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use eyas_lang::catalog::Catalog;
use eyas_lang::checked::{Rule, RuleSet};
use eyas_lang::diagnostics::{Diagnostic, Level};
use eyas_lang::source::Sources;
use eyas_lang::syntax::ast::{Decl, DeclKind, File};
use eyas_lang::types::{self, CheckOptions, GivenParam};

use crate::args::RuleArgs;
use crate::config::{Param, Settings};
use crate::exit::{self, Exit, Failure};
use crate::problem::Problem;
use crate::render;
use crate::rules::{self, Builtin, Loaded, Types};
use crate::screen::{Look, Screen};

/// How many diagnostics are shown to people; each is drawn with its text around it.
const MOST_SHOWN: usize = 500;

/// A compiled rule set.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// The text of every file.
    pub(crate) sources: Sources,
    /// What can run.
    pub(crate) set: RuleSet,
    /// The trees, for what the checked rules no longer tell.
    pub(crate) files: Vec<File>,
    /// Ids of rules that were left out because of errors.
    pub(crate) left_out: Vec<String>,
    /// Everything that is wrong, by place.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Files of the user's.
    pub(crate) own_files: usize,
    /// Rules that those files declare, the broken ones among them.
    pub(crate) declared_rules: usize,
    /// Whether a file could not be read.
    pub(crate) unreadable: bool,
    /// Whether built-in rules were left out because nothing concerns them.
    pub(crate) only_some: bool,
}

/// The rules that a command runs or shows: with `--rules` exactly those, else the packs and the
/// configured paths.
pub(crate) fn load(args: &RuleArgs, settings: &Settings, screen: &Screen) -> Result<Compiled, Failure> {
    load_as(Builtin::Packs, args, settings, screen)
}

/// As [`load`], with the tests of built-in rules.
pub(crate) fn load_with_tests(
    args: &RuleArgs,
    settings: &Settings,
    screen: &Screen,
) -> Result<Compiled, Failure> {
    load_as(Builtin::PacksWithTests, args, settings, screen)
}

/// As [`load`], of the built-in rules those for these types.
pub(crate) fn load_for(
    types: &Types,
    args: &RuleArgs,
    settings: &Settings,
    screen: &Screen,
) -> Result<Compiled, Failure> {
    let mut compiled = load_as(Builtin::PacksFor(types), args, settings, screen)?;
    compiled.only_some = true;
    Ok(compiled)
}

fn load_as(
    builtin: Builtin<'_>,
    args: &RuleArgs,
    settings: &Settings,
    screen: &Screen,
) -> Result<Compiled, Failure> {
    let alone = !args.rules.is_empty() && !args.with_packs;
    let builtin = if alone { Builtin::AsNeeded } else { builtin };
    let mut compiled = compile(rules::load(&settings.paths.value, builtin, settings, screen)?, settings)?;
    if alone {
        // Packs that came along for their names do not run.
        let Compiled { set, sources, .. } = &mut compiled;
        set.rules.retain(|rule| !sources.get(rule.span.file).builtin);
    }
    Ok(compiled)
}

/// Parses and checks everything that was loaded.
pub(crate) fn compile(loaded: Loaded, settings: &Settings) -> Result<Compiled, Failure> {
    let Loaded { sources, own, unreadable } = loaded;
    let params = settings.params.iter().map(|(name, param)| (name.clone(), given(&param.value))).collect();
    let options = CheckOptions { params, language: settings.language };
    let files = types::parse_all(&sources);
    let checked = types::check(&sources, &files, Catalog::builtin(), &options);
    if !checked.problems.is_empty() {
        return Err(Failure::Options(
            checked.problems.iter().map(|p| (p.message.clone(), p.help.clone())).collect(),
        ));
    }
    let declared_rules = files.iter().filter(|f| !sources.get(f.file).builtin).map(declared_rules).sum();
    Ok(Compiled {
        sources,
        set: checked.rules,
        diagnostics: checked.diagnostics,
        left_out: checked.left_out.iter().map(ToString::to_string).collect(),
        files,
        own_files: own,
        declared_rules,
        unreadable,
        only_some: false,
    })
}

/// A parameter's value in the checker's terms.
fn given(param: &Param) -> GivenParam {
    match param {
        Param::Text(text) => GivenParam::Text(text.clone()),
        Param::Toml(value) => from_toml(value),
    }
}

fn from_toml(value: &toml::Value) -> GivenParam {
    match value {
        toml::Value::Boolean(b) => GivenParam::Bool(*b),
        toml::Value::Integer(n) => GivenParam::Int(*n),
        toml::Value::Float(x) => GivenParam::Float(*x),
        toml::Value::Array(items) => GivenParam::List(items.iter().map(from_toml).collect()),
        toml::Value::String(text) => GivenParam::Text(text.clone()),
        // The configuration reader lets no other kind through.
        other => GivenParam::Text(other.to_string()),
    }
}

fn declared_rules(file: &File) -> usize {
    file.decls.iter().filter(|d| matches!(d.kind, DeclKind::Rule(_) | DeclKind::Sequence(_))).count()
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
        self.write_where(|_| true, out, look)
    }

    fn write_where(
        &self,
        wanted: impl Fn(&Diagnostic) -> bool,
        out: &mut dyn Write,
        look: Look,
    ) -> std::io::Result<()> {
        let wanted = || self.shown().filter(|d| wanted(d));
        for diagnostic in wanted().take(MOST_SHOWN) {
            writeln!(out, "{}\n", render::problem(&Problem::of(diagnostic, &self.sources), look))?;
        }
        match wanted().count().saturating_sub(MOST_SHOWN) {
            0 => Ok(()),
            more => writeln!(out, "… and {more} more; `eyas check -f json` prints them all\n"),
        }
    }

    /// As [`Compiled::write_diagnostics`], those that are `wanted`, to standard error.
    fn note_where(&self, wanted: impl Fn(&Diagnostic) -> bool, screen: &Screen) {
        // Failing to complain is no reason to fail.
        let _ = self.write_where(wanted, &mut std::io::stderr().lock(), screen.err_look());
    }

    /// Says that there are errors, for commands that only look at rules.
    pub(crate) fn note_errors(&self, screen: &Screen) {
        let (errors, _) = self.counts();
        if errors > 0 {
            screen.warning(&format!("{}; `eyas check` shows them", problems(errors, false)));
        }
    }

    /// The rules that the settings leave.
    pub(crate) fn runnable(&self, settings: &Settings) -> impl Iterator<Item = &Arc<Rule>> {
        self.set.rules.iter().filter(|r| r.enabled && !settings.disable.value.iter().any(|id| r.id == *id))
    }

    /// The ids of the parameters that a rule depends on, itself or through macros and lists.
    ///
    /// Checked rules hold values and no names any more, so this goes by the words in the text:
    /// a parameter counts as used where its name occurs.
    pub(crate) fn params_of(&self, rule: &Rule) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut open = vec![self.sources.text(rule.span)];
        while let Some(text) = open.pop() {
            for word in words(text).filter(|word| seen.insert(*word)) {
                open.extend(self.files.iter().flat_map(|f| &f.decls).filter_map(|d| self.body_of(d, word)));
            }
        }
        let used = |id: &str| seen.iter().any(|word| *word == id || id.rsplit('.').next() == Some(*word));
        self.set.params.iter().map(|p| p.id.as_str()).filter(|id| used(id)).collect()
    }

    /// The text of a macro or list that a word may name.
    fn body_of(&self, decl: &Decl, word: &str) -> Option<&str> {
        let name = match &decl.kind {
            DeclKind::Macro(m) => &m.name.name,
            DeclKind::List(l) => &l.name.name,
            _ => return None,
        };
        (word.rsplit('.').next() == Some(name.as_str())).then(|| self.sources.text(decl.span))
    }

    /// Writes the errors to standard error.
    pub(crate) fn write_errors(&self, screen: &Screen) {
        self.note_where(Diagnostic::is_error, screen);
    }

    /// Whether a file of the user's declares the rule with this id.
    pub(crate) fn is_own_rule(&self, id: &str) -> bool {
        self.set.rules.iter().any(|r| r.id == id && !self.sources.get(r.span.file).builtin)
    }

    /// For commands that run rules: tells about errors (and with `-v` about warnings) on
    /// standard error, and stops unless `--keep-going`.
    pub(crate) fn require_errors_none(&self, settings: &Settings, screen: &Screen) -> Result<(), Failure> {
        self.note_where(|d| d.is_error() || screen.verbose, screen);
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

/// The words of a text that could be names.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))).filter(|w| !w.is_empty())
}

/// The exit code of a command that only looks at rules.
pub(crate) fn exit_code(errors: usize, unreadable: bool) -> Exit {
    if errors > 0 || unreadable { exit::RULES } else { exit::OK }
}

/// `1 rule`, `2 rules`.
pub(crate) fn counted(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}
