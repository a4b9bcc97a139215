//! Parse tree to syntax tree: files and declarations.
//!
//! The functions here take nodes that the grammar has matched, so they only pick out children
//! in the grammar's own order. Where a child is missing all the same they answer `None`, never a
//! panic, and the declaration is left out.

mod condition;
mod data;
mod keys;
mod text;

pub(crate) use data::bare;

use smol_str::SmolStr;

use super::ast::*;
use super::grammar::{Pair, Rule};
use super::literal::Origin;
use super::nesting::Readable;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// Turns parse trees into syntax trees and collects what is wrong.
pub(super) struct Builder {
    file: FileId,
    base: Base,
    diagnostics: Vec<Diagnostic>,
    /// Where nesting beyond the limit was blanked out.
    blanked: Vec<Span>,
}

/// How offsets in the parsed text become offsets in the file.
enum Base {
    Shifted(usize),
    /// The text is part of a string literal at this place.
    Literal {
        at: usize,
        origin: Origin,
        /// Where in the literal's text the parsed text starts.
        from: usize,
    },
}

/// The children of a node without comments and punctuation.
struct Children<'t>(pest::iterators::Pairs<'t, Rule>);

impl<'t> Children<'t> {
    fn of(pair: Pair<'t>) -> Self {
        Self(pair.into_inner())
    }

    /// The next child if it is of this kind.
    fn child(&mut self, kind: Rule) -> Option<Pair<'t>> {
        while let Some(next) = self.0.peek() {
            let found = next.as_rule();
            if found == kind {
                return self.0.next();
            }
            if !is_punctuation(found) {
                return None;
            }
            self.0.next();
        }
        None
    }
}

impl<'t> Iterator for Children<'t> {
    type Item = Pair<'t>;

    fn next(&mut self) -> Option<Pair<'t>> {
        self.0.by_ref().find(|pair| !is_punctuation(pair.as_rule()))
    }
}

fn is_punctuation(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::comment
            | Rule::comma
            | Rule::colon
            | Rule::equals
            | Rule::close_paren
            | Rule::close_bracket
            | Rule::close_brace
    )
}

impl Builder {
    /// `offset` is where the parsed text starts in the file.
    pub(super) fn new(file: FileId, offset: usize) -> Self {
        Self { file, base: Base::Shifted(offset), diagnostics: Vec::new(), blanked: Vec::new() }
    }

    /// The place of `start..end` of the parsed text.
    pub(super) fn place(&self, start: usize, end: usize) -> Span {
        match &self.base {
            Base::Shifted(by) => Span::new(self.file, start + by, end + by),
            Base::Literal { at, origin, from } => {
                Span::new(self.file, at + origin.of(from + start), at + origin.of(from + end))
            }
        }
    }

    fn span(&self, pair: &Pair<'_>) -> Span {
        let span = pair.as_span();
        self.place(span.start(), span.end())
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Adds a next step to the last diagnostic, where it has none.
    pub(super) fn help_last(&mut self, help: String) {
        if let Some(last) = self.diagnostics.last_mut().filter(|d| d.help.is_none()) {
            last.help = Some(help);
        }
    }

    /// Whether nesting beyond the limit was blanked out inside `span`.
    pub(super) fn is_blanked(&self, span: Span) -> bool {
        self.blanked.iter().any(|at| span.start <= at.start && at.end <= span.end)
    }

    /// Everything that is wrong, by place.
    pub(super) fn diagnostics(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(Diagnostic::span);
        self.diagnostics
    }

    /// Reports brackets that are nested too deep.
    pub(super) fn report_nesting(&mut self, readable: &Readable<'_>) {
        for &at in &readable.too_deep {
            let span = self.place(at, at + 1);
            self.blanked.push(span);
            self.push(too_deep(span));
        }
    }

    pub(super) fn file(mut self, root: Option<Pair<'_>>) -> File {
        let mut out = File {
            file: self.file,
            package: None,
            uses: Vec::new(),
            decls: Vec::new(),
            comments: Vec::new(),
            diagnostics: Vec::new(),
        };
        let Some(root) = root else {
            out.diagnostics = self.diagnostics();
            return out;
        };
        let text = root.as_str();
        out.comments = self.comments(&root);
        for pair in Children::of(root) {
            self.item(pair, &mut out);
        }
        attach_docs(&mut out, text);
        out.diagnostics = self.diagnostics();
        out
    }

    /// The comments of a file. Most stand between declarations, so only those declarations are
    /// gone through that may hold one.
    fn comments(&self, root: &Pair<'_>) -> Vec<Comment> {
        let mut out = Vec::new();
        for item in root.clone().into_inner() {
            if item.as_rule() == Rule::comment {
                out.push(self.comment(&item));
            } else if item.as_str().contains('#') {
                let inside = item.into_inner().flatten();
                out.extend(inside.filter(|p| p.as_rule() == Rule::comment).map(|p| self.comment(&p)));
            }
        }
        out
    }

    fn comment(&self, pair: &Pair<'_>) -> Comment {
        let text = pair.as_str().trim_end();
        let start = pair.as_span().start();
        // The grammar's token starts behind the `#`.
        Comment { text: format!("#{text}"), span: self.place(start - 1, start + text.len()) }
    }

    fn item(&mut self, pair: Pair<'_>, out: &mut File) {
        match pair.as_rule() {
            Rule::package => self.package(pair, out),
            Rule::import => self.import(pair, out),
            Rule::junk_item => {
                let kind = self.junk_item(&pair);
                let span = self.span(&pair);
                out.decls.extend(kind.map(|kind| Decl { doc: None, span, kind }));
            }
            _ => {
                let decl = self.decl(pair);
                out.decls.extend(decl);
            }
        }
    }

    fn package(&mut self, pair: Pair<'_>, out: &mut File) {
        let span = self.span(&pair);
        let Some(name) = self.name(Children::of(pair).find(|p| p.as_rule() == Rule::dotted)) else { return };
        if let Some(first) = &out.package {
            let first = first.span;
            self.push(
                Diagnostic::new(Code::MisplacedItem, span, "a file belongs to one package only")
                    .label("the second `package` line")
                    .also(first, "the first is here")
                    .help("remove one of the two, or move the declarations to another file"),
            );
        } else {
            if !out.decls.is_empty() || !out.uses.is_empty() {
                self.push(
                    Diagnostic::new(Code::MisplacedItem, span, "`package` comes first in a file")
                        .label("declarations stand before this line")
                        .help("move the line to the top of the file"),
                );
            }
            out.package = Some(name);
        }
    }

    fn import(&mut self, pair: Pair<'_>, out: &mut File) {
        let span = self.span(&pair);
        let Some(name) = self.name(Children::of(pair).find(|p| p.as_rule() == Rule::dotted)) else { return };
        if !out.decls.is_empty() {
            self.push(
                Diagnostic::new(Code::MisplacedItem, span, "`use` comes before the declarations of a file")
                    .label("declarations stand before this line")
                    .help("move the line up, below `package`"),
            );
        }
        out.uses.push(name);
    }

    fn decl(&mut self, pair: Pair<'_>) -> Option<Decl> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::param => self.param(pair),
            Rule::list => self.list(pair),
            Rule::macro_ => self.macro_(pair),
            Rule::pattern => self.pattern(pair),
            Rule::rule_decl => self.rule(pair),
            Rule::sample => self.sample(pair),
            Rule::test => self.test(pair),
            _ => None,
        };
        kind.map(|kind| Decl { doc: None, span, kind })
    }

    fn param(&mut self, pair: Pair<'_>) -> Option<DeclKind> {
        let mut inner = Children::of(pair);
        inner.child(Rule::param_kw)?;
        let name = self.new_name(inner.child(Rule::ident))?;
        let ty = self.name(inner.child(Rule::type_name))?;
        let default = inner.next().and_then(|value| self.value(value));
        Some(DeclKind::Param(Param { name, ty, default }))
    }

    fn list(&mut self, pair: Pair<'_>) -> Option<DeclKind> {
        let mut inner = Children::of(pair);
        inner.child(Rule::list_kw)?;
        let name = self.new_name(inner.child(Rule::ident))?;
        let items = self.entries(inner.child(Rule::array)?);
        Some(DeclKind::List(List { name, items }))
    }

    fn macro_(&mut self, pair: Pair<'_>) -> Option<DeclKind> {
        let mut inner = Children::of(pair);
        inner.child(Rule::macro_kw)?;
        let name = self.new_name(inner.child(Rule::ident))?;
        let params = inner
            .child(Rule::macro_params)
            .map(|params| Children::of(params).filter_map(|p| self.new_name(Some(p))).collect());
        let body = self.condition(inner.child(Rule::condition)?)?;
        Some(DeclKind::Macro(Macro { name, params, body }))
    }

    fn rule(&mut self, pair: Pair<'_>) -> Option<DeclKind> {
        let mut inner = Children::of(pair);
        let sequence = inner.next()?.as_rule() == Rule::sequence_kw;
        let header = inner.next()?;
        if header.as_rule() != Rule::header {
            let word = if sequence { "sequence" } else { "rule" };
            let broken = self.junk_header(word, &header);
            self.rule_body(inner.child(Rule::rule_body)?);
            return broken.map(DeclKind::Broken);
        }
        let read = self.header(header);
        let keys = self.rule_body(inner.child(Rule::rule_body)?);
        let (name, record) = read?;
        let rule = Rule_ { name, display_name: None, record, keys };
        Some(if sequence { DeclKind::Sequence(rule) } else { DeclKind::Rule(rule) })
    }

    /// `name on record_type`
    fn header(&mut self, pair: Pair<'_>) -> Option<(Ident, Name)> {
        let mut inner = Children::of(pair);
        let name = self.new_name(inner.child(Rule::ident))?;
        inner.child(Rule::on_kw)?;
        Some((name, self.name(inner.child(Rule::record_type))?))
    }

    fn sample(&mut self, pair: Pair<'_>) -> Option<DeclKind> {
        let mut inner = Children::of(pair);
        inner.child(Rule::sample_kw)?;
        let (name, record) = self.header(inner.child(Rule::header)?)?;
        let value = self.data(inner.next()?)?;
        Some(DeclKind::Sample(Sample { name, record, value }))
    }

    fn ident(&self, pair: &Pair<'_>) -> Ident {
        Ident { name: SmolStr::new(pair.as_str()), span: self.span(pair) }
    }

    /// A name that is being declared: no reserved word.
    fn new_name(&mut self, pair: Option<Pair<'_>>) -> Option<Ident> {
        let ident = self.ident(&pair?);
        if RESERVED.contains(&ident.name.as_str()) {
            self.push(
                Diagnostic::new(
                    Code::ReservedWord,
                    ident.span,
                    format!("`{}` is a word of the language and cannot be a name", ident.name),
                )
                .help(format!("choose another name, such as `{}_`", ident.name)),
            );
        }
        Some(ident)
    }

    fn name(&self, pair: Option<Pair<'_>>) -> Option<Name> {
        let pair = pair?;
        Some(Name { text: SmolStr::new(pair.as_str()), span: self.span(&pair) })
    }
}

use super::ast::Rule as Rule_;

/// Words that mean something in a condition, so that no declaration may take them as its name.
pub(crate) const RESERVED: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "exists",
    "true",
    "false",
    "contains",
    "icontains",
    "bcontains",
    "startswith",
    "istartswith",
    "bstartswith",
    "endswith",
    "iendswith",
    "glob",
    "iglob",
    "regex",
    "matches",
    "intersects",
    "pmatch",
    "inside",
    "covers",
    "oneof",
    "anyof",
    "allof",
];

/// The diagnostic for nesting beyond the limit.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::TooDeep,
        span,
        format!("this is nested more than {} levels deep", super::MAX_NESTING),
    )
    .help("move a part of it into a macro")
}

/// Moves the `##` lines above each declaration into its doc.
fn attach_docs(file: &mut File, text: &str) {
    let mut heads: Vec<u32> = file.package.iter().chain(&file.uses).map(|name| name.span.end).collect();
    heads.sort_unstable();
    let mut comments = std::mem::take(&mut file.comments).into_iter().peekable();
    let mut kept = Vec::new();
    for decl in &mut file.decls {
        let head = heads.partition_point(|end| *end <= decl.span.start);
        let earliest = heads.get(..head).and_then(<[u32]>::last).copied().unwrap_or(0);
        let mut docs: Vec<Comment> = Vec::new();
        while let Some(comment) = comments.next_if(|c| c.span.start < decl.span.start) {
            if comment.span.start >= earliest && is_doc(&comment, text) {
                docs.push(comment);
            } else {
                kept.push(comment);
            }
        }
        if let (Some(first), Some(last)) = (docs.first(), docs.last()) {
            let span = first.span.to(last.span);
            decl.doc = Some(Doc { lines: docs.iter().map(|c| doc_line(&c.text)).collect(), span });
        }
        while let Some(inside) = comments.next_if(|c| c.span.start < decl.span.end) {
            kept.push(inside);
        }
    }
    kept.extend(comments);
    file.comments = kept;
}

/// Whether a comment is a line of a doc: `##`, and nothing before it on its line.
fn is_doc(comment: &Comment, text: &str) -> bool {
    let before = text.get(..comment.span.start as usize).unwrap_or_default();
    let blank = before.bytes().rev().take_while(|b| *b != b'\n').all(|b| matches!(b, b' ' | b'\t'));
    blank && comment.text.starts_with("##") && !comment.text.starts_with("###")
}

fn doc_line(text: &str) -> String {
    let line = text.strip_prefix("##").unwrap_or(text);
    line.strip_prefix(' ').unwrap_or(line).to_owned()
}
