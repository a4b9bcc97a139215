//! Names and packages: which declaration a name means where it is used.
//!
//! A [`Names`] table is built once over every file. It knows nothing of types: the checker asks
//! it what a word means in the file where the word stands.

mod walk;

use std::cell::Cell;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::source::{SourceKind, Sources};
use crate::syntax::ast::{self, DeclKind, Ident};

/// What a name was declared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Param,
    List,
    Macro,
    Pattern,
    Rule,
    Sample,
    /// Its declaration could not be read: it may be any of the others.
    Broken,
}

impl Kind {
    /// With its article, for messages.
    pub(crate) fn a_noun(self) -> &'static str {
        match self {
            Kind::Param => "a param",
            Kind::List => "a list",
            Kind::Macro => "a macro",
            Kind::Pattern => "a pattern",
            Kind::Rule => "a rule",
            Kind::Sample => "a sample",
            Kind::Broken => "a declaration that could not be read",
        }
    }
}

/// Index of a declaration in a [`Names`] table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct DeclId(pub(crate) u32);

/// Index of a file in the slice that was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FileIx(pub(crate) u32);

/// One named declaration.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) file: FileIx,
    pub(crate) decl: &'a ast::Decl,
    pub(crate) name: &'a Ident,
    pub(crate) kind: Kind,
    /// It has a syntax error within, or its name was taken: it is not to be used, and what
    /// follows from that is no further diagnostic.
    pub(crate) broken: bool,
    used: Cell<bool>,
}

/// A file's view of the names.
#[derive(Debug)]
struct FileScope<'a> {
    package: SmolStr,
    uses: Vec<Use<'a>>,
    builtin: bool,
}

#[derive(Debug)]
struct Use<'a> {
    name: &'a ast::Name,
    needed: Cell<bool>,
}

/// What a lookup found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing.
    No,
    /// This declaration.
    One(DeclId),
    /// The name is in several of the packages that the file uses.
    Several(Vec<DeclId>),
}

/// Every declared name.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    entries: Vec<Entry<'a>>,
    scopes: Vec<FileScope<'a>>,
    packages: FxHashMap<SmolStr, FxHashMap<SmolStr, Vec<DeclId>>>,
    /// Some text could not be read, and may have used any name.
    unread: bool,
}

impl<'a> Names<'a> {
    /// Collects the names of all files; clashes and unknown packages go to `out`.
    pub(crate) fn build(sources: &Sources, files: &'a [ast::File], out: &mut Vec<Diagnostic>) -> Self {
        let mut names =
            Names { entries: Vec::new(), scopes: Vec::new(), packages: FxHashMap::default(), unread: false };
        for (i, file) in files.iter().enumerate() {
            let source = sources.get(file.file);
            let package = match &file.package {
                Some(name) => name.text.clone(),
                None => SmolStr::new(&source.default_package),
            };
            names.packages.entry(package.clone()).or_default();
            names.scopes.push(FileScope {
                package,
                uses: file.uses.iter().map(|name| Use { name, needed: Cell::new(false) }).collect(),
                builtin: source.builtin,
            });
            names.add_file(FileIx(i as u32), file, source.kind, out);
        }
        names.check_uses(out);
        names
    }

    fn add_file(&mut self, ix: FileIx, file: &'a ast::File, kind: SourceKind, out: &mut Vec<Diagnostic>) {
        let mut errors: Vec<u32> =
            file.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.span().start).collect();
        errors.sort_unstable();
        self.unread |= !errors.is_empty();
        for decl in &file.decls {
            let Some((name, what)) = declared(&decl.kind) else { continue };
            let after = errors.partition_point(|start| *start < decl.span.start);
            let syntax_error = errors.get(after).is_some_and(|start| *start <= decl.span.end);
            let id = DeclId(self.entries.len() as u32);
            let mut entry = Entry {
                file: ix,
                decl,
                name,
                kind: what,
                broken: syntax_error || what == Kind::Broken,
                used: Cell::new(false),
            };
            let package = self.package(ix).clone();
            let same =
                self.packages.entry(package.clone()).or_default().entry(name.name.clone()).or_default();
            // Falco keeps lists, macros and rules apart; an eyas package does not.
            let clash = same.iter().copied().find(|other| {
                kind == SourceKind::Eyas || self.entries.get(other.0 as usize).is_some_and(|e| e.kind == what)
            });
            match clash {
                None => same.push(id),
                Some(first) => {
                    let first = self.entry(first);
                    entry.broken = true;
                    if what != Kind::Broken && first.kind != Kind::Broken {
                        let place =
                            if package.is_empty() { String::new() } else { format!(" in `{package}`") };
                        out.push(
                            Diagnostic::new(
                                Code::DuplicateName,
                                name.span,
                                format!("`{}` is declared twice{place}", name.name),
                            )
                            .label("declared again here")
                            .also(first.name.span, format!("it is {} already", first.kind.a_noun()))
                            .help("give one of them another name, or delete it"),
                        );
                    }
                }
            }
            self.entries.push(entry);
        }
    }

    fn check_uses(&self, out: &mut Vec<Diagnostic>) {
        for scope in &self.scopes {
            for used in &scope.uses {
                let name = used.name;
                if self.packages.contains_key(&name.text) {
                    continue;
                }
                used.needed.set(true);
                let near = nearest(&name.text, self.packages.keys().map(SmolStr::as_str));
                out.push(
                    Diagnostic::new(Code::UnknownPackage, name.span, format!("no package `{}`", name.text))
                        .did_you_mean(near)
                        .help(self.packages_help()),
                );
            }
        }
    }

    fn packages_help(&self) -> String {
        let mut known: Vec<_> = self.packages.keys().filter(|k| !k.is_empty()).map(SmolStr::as_str).collect();
        known.sort_unstable();
        let more = known.len().saturating_sub(8);
        known.truncate(8);
        let list = known.iter().map(|p| format!("`{p}`")).collect::<Vec<_>>().join(", ");
        match more {
            0 => format!("the packages of this rule set are {list}"),
            n => format!("packages of this rule set are {list} and {n} more"),
        }
    }

    #[expect(clippy::indexing_slicing, reason = "an index is made with its scope")]
    fn scope(&self, file: FileIx) -> &FileScope<'a> {
        &self.scopes[file.0 as usize]
    }

    /// The package of a file.
    pub(crate) fn package(&self, file: FileIx) -> &SmolStr {
        &self.scope(file).package
    }

    /// Whether the file ships with eyas.
    pub(crate) fn is_builtin(&self, file: FileIx) -> bool {
        self.scope(file).builtin
    }

    /// A declaration.
    #[expect(clippy::indexing_slicing, reason = "an index is made with its entry")]
    pub(crate) fn entry(&self, id: DeclId) -> &Entry<'a> {
        &self.entries[id.0 as usize]
    }

    /// Every declaration, in the order of files and text.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (DeclId, &Entry<'a>)> {
        self.entries.iter().enumerate().map(|(i, e)| (DeclId(i as u32), e))
    }

    /// `package.name` of a declaration.
    pub(crate) fn id(&self, entry: &Entry<'a>) -> SmolStr {
        qualified(self.package(entry.file), &entry.name.name)
    }

    /// Notes that something reads the declaration.
    pub(crate) fn mark_used(&self, id: DeclId) {
        self.entry(id).used.set(true);
    }

    /// What `name` means in `file`, among declarations of these kinds.
    pub(crate) fn find(&self, file: FileIx, name: &str, kinds: &[Kind]) -> Found {
        let scope = self.scope(file);
        if let Some(id) = self.in_package(&scope.package, name, kinds) {
            return Found::One(id);
        }
        let mut hits = Vec::new();
        for used in &scope.uses {
            if let Some(id) = self.in_package(&used.name.text, name, kinds) {
                used.needed.set(true);
                if !hits.contains(&id) {
                    hits.push(id);
                }
            }
        }
        match hits.as_slice() {
            [] => {}
            [one] => return Found::One(*one),
            _ => return Found::Several(hits),
        }
        let Some((package, name)) = name.rsplit_once('.') else { return Found::No };
        for used in scope.uses.iter().filter(|u| u.name.text == package) {
            used.needed.set(true);
        }
        self.in_package(package, name, kinds).map_or(Found::No, Found::One)
    }

    fn in_package(&self, package: &str, name: &str, kinds: &[Kind]) -> Option<DeclId> {
        let ids = self.packages.get(package)?.get(name)?;
        ids.iter().copied().find(|id| {
            let kind = self.entry(*id).kind;
            kind == Kind::Broken || kinds.contains(&kind)
        })
    }

    /// Every name of these kinds that `file` can write, for suggestions.
    pub(crate) fn visible(&self, file: FileIx, kinds: &[Kind]) -> Vec<SmolStr> {
        let scope = self.scope(file);
        let mut out = Vec::new();
        for entry in &self.entries {
            if !kinds.contains(&entry.kind) {
                continue;
            }
            let package = self.package(entry.file);
            if *package == scope.package || scope.uses.iter().any(|u| u.name.text == *package) {
                out.push(entry.name.name.clone());
            } else {
                out.push(qualified(package, &entry.name.name));
            }
        }
        out
    }

    /// The package in which a name stands that `file` does not see, for "`use` it" help.
    pub(crate) fn package_with(&self, name: &str, kinds: &[Kind]) -> Option<&SmolStr> {
        self.entries
            .iter()
            .find(|e| kinds.contains(&e.kind) && e.name.name == name)
            .map(|e| self.package(e.file))
            .filter(|p| !p.is_empty())
    }

    /// Warnings about names that nothing reads, once everything has been looked at.
    pub(crate) fn unused(&self, out: &mut Vec<Diagnostic>) {
        if self.unread {
            return;
        }
        // A package without rules is a library: its names are there for others.
        let rules = self.entries.iter().filter(|e| e.kind == Kind::Rule);
        let judging: FxHashSet<&SmolStr> = rules.map(|e| self.package(e.file)).collect();
        for entry in &self.entries {
            let quiet = entry.broken
                || entry.used.get()
                || self.is_builtin(entry.file)
                || !judging.contains(self.package(entry.file))
                || !matches!(entry.kind, Kind::Param | Kind::List | Kind::Macro | Kind::Sample);
            if quiet {
                continue;
            }
            let noun = entry.kind.a_noun().trim_start_matches("a ");
            out.push(
                Diagnostic::new(
                    Code::UnusedName,
                    entry.name.span,
                    format!("nothing reads the {noun} `{}`", entry.name.name),
                )
                .help("delete it, or use it in a rule"),
            );
        }
        for scope in self.scopes.iter().filter(|s| !s.builtin) {
            for used in scope.uses.iter().filter(|u| !u.needed.get()) {
                out.push(
                    Diagnostic::new(
                        Code::UnusedName,
                        used.name.span,
                        format!("nothing here needs the package `{}`", used.name.text),
                    )
                    .help("delete the line"),
                );
            }
        }
    }
}

/// `package.name`
pub(crate) fn qualified(package: &str, name: &str) -> SmolStr {
    if package.is_empty() { SmolStr::new(name) } else { SmolStr::from(format!("{package}.{name}")) }
}

fn declared(kind: &DeclKind) -> Option<(&Ident, Kind)> {
    Some(match kind {
        DeclKind::Param(d) => (&d.name, Kind::Param),
        DeclKind::List(d) => (&d.name, Kind::List),
        DeclKind::Macro(d) => (&d.name, Kind::Macro),
        DeclKind::Pattern(d) => (&d.name, Kind::Pattern),
        DeclKind::Rule(d) | DeclKind::Sequence(d) => (&d.name, Kind::Rule),
        DeclKind::Sample(d) => (&d.name, Kind::Sample),
        DeclKind::Test(_) => return None,
        DeclKind::Broken(name) => (name, Kind::Broken),
    })
}
