//! Files, declarations and tests.

use crate::source::Span;
use crate::syntax::ast::*;

use super::page::Page;

impl Page<'_> {
    pub(super) fn file(&mut self, file: &File) {
        if let Some(package) = &file.package {
            let start = self.keyword(package.span, "package");
            self.item(start, 0, false);
            self.push(&format!("package {}", package.text));
            self.wrote(package.span);
        }
        for (i, import) in file.uses.iter().enumerate() {
            let start = self.keyword(import.span, "use");
            self.item(start, 0, i == 0 && !self.is_empty());
            self.push(&format!("use {}", import.text));
            self.wrote(import.span);
        }
        let mut before: Option<&Decl> = None;
        for decl in &file.decls {
            let tight = before.is_some_and(|before| is_line(before) && is_line(decl) && decl.doc.is_none());
            let start = decl.doc.as_ref().map_or(decl.span.start, |doc| doc.span.start);
            self.item_with_doc(start, decl.span.start, 0, !tight && !self.is_empty());
            self.doc(decl);
            self.decl(decl);
            self.wrote(decl.span);
            before = Some(decl);
        }
    }

    /// The `##` lines above a declaration, ended by the start of its line.
    fn doc(&mut self, decl: &Decl) {
        let Some(doc) = &decl.doc else { return };
        for line in &doc.lines {
            self.push(format!("## {line}").trim_end());
            self.line(0);
        }
        self.wrote(doc.span);
    }

    fn decl(&mut self, decl: &Decl) {
        match &decl.kind {
            DeclKind::Param(param) => {
                self.push(&format!("param {}: {}", param.name.name, param.ty.text));
                if let Some(default) = &param.default {
                    self.push(" = ");
                    self.value(default, 0);
                }
            }
            DeclKind::List(list) => {
                self.push(&format!("list {} = ", list.name.name));
                self.list(&list.items, decl.span, ('[', ']'), 0);
            }
            DeclKind::Macro(macro_) => self.macro_(macro_),
            DeclKind::Pattern(pattern) => {
                self.push(&format!("pattern {}", pattern.name.name));
                self.open();
                for key in &pattern.keys {
                    self.pattern_key(key);
                }
                self.close_body(decl.span);
            }
            DeclKind::Rule(rule) => self.rule("rule", rule, decl.span),
            DeclKind::Sequence(rule) => self.rule("sequence", rule, decl.span),
            DeclKind::Sample(sample) => {
                self.push(&format!("sample {} on {} ", sample.name.name, sample.record.text));
                self.data(&sample.value, 0);
            }
            DeclKind::Test(test) => {
                self.push(&format!("test {}", test.rule.text));
                self.open();
                for case in &test.cases {
                    self.case(case);
                }
                self.close_body(decl.span);
            }
            // Files with errors are not formatted.
            DeclKind::Broken(_) => {}
        }
    }

    fn macro_(&mut self, macro_: &Macro) {
        self.push(&format!("macro {}", macro_.name.name));
        if let Some(params) = &macro_.params {
            let params: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
            self.push(&format!("({})", params.join(", ")));
        }
        self.push(" =");
        let flat = format!(" {}", self.flat(&macro_.body));
        if !self.has_comments(macro_.body.span) && self.fits(&flat, 0) {
            self.push(&flat);
            return;
        }
        self.comments_before(macro_.body.span.start, 2);
        self.line(2);
        self.condition(&macro_.body, 2);
    }

    fn rule(&mut self, word: &str, rule: &Rule, span: Span) {
        self.push(&format!("{word} {} on {}", rule.name.name, rule.record.text));
        self.open();
        for key in &rule.keys {
            self.rule_key(key);
        }
        self.close_body(span);
    }

    /// The brace that ends a declaration.
    fn close_body(&mut self, span: Span) {
        self.comments_before(span.end.saturating_sub(1), 2);
        self.line(0);
        self.push("}");
    }

    fn case(&mut self, case: &TestCase) {
        self.item(case.span.start, 2, false);
        let word = match case.expect {
            Expect::Fires => "fires",
            Expect::Silent => "silent",
            Expect::Unknown => "unknown",
            Expect::Passes => "passes",
            Expect::NotApplicable => "not_applicable",
        };
        let title = self.text(&case.title.node, case.title.span);
        self.push(&format!("{word} {title} "));
        match &case.input {
            TestInput::Template(path) => {
                let path = self.text(&path.node, path.span);
                self.push(&format!("template {path}"));
            }
            TestInput::File(path) => {
                let path = self.text(&path.node, path.span);
                self.push(&format!("file {path}"));
            }
            TestInput::Record { base, value } => self.record(base.as_ref(), value.as_ref(), 2),
        }
        for other in &case.beside {
            let start = self.keyword(other.record.span, "beside");
            self.comments_before(start, 4);
            self.line(4);
            self.push(&format!("beside {} ", other.record.text));
            self.record(other.base.as_ref(), other.value.as_ref(), 4);
        }
        if let Some(params) = &case.params {
            let start = self.keyword(params.span, "with");
            self.comments_before(start, 4);
            self.line(4);
            self.push("with params ");
            self.data(params, 4);
        }
        self.wrote(case.span);
    }

    /// A record, or a sample and what changes in it.
    fn record(&mut self, base: Option<&Name>, value: Option<&Data>, indent: usize) {
        if let Some(base) = base {
            self.push(&base.text);
        }
        if let Some(value) = value {
            self.push(if base.is_some() { " with " } else { "" });
            self.data(value, indent);
        }
    }
}

/// Whether a declaration is one of those that stand below each other without blank lines, if the
/// author wrote them so.
fn is_line(decl: &Decl) -> bool {
    matches!(decl.kind, DeclKind::Param(_) | DeclKind::List(_) | DeclKind::Macro(_))
}
