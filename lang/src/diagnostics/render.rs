//! Diagnostics as plain text, and as `miette` reports for binaries to render.

use std::fmt::{self, Write};

use miette::{LabeledSpan, MietteError, MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents};

use super::{Diagnostic, Level};
use crate::source::{SourceFile, Sources};

/// A diagnostic together with the files that it points into: what binaries hand to `miette`.
///
/// A `miette` report shows one text: labels in other files than the main one's are told in
/// [`Report::elsewhere`].
#[derive(Debug)]
pub struct Report<'s> {
    diagnostic: &'s Diagnostic,
    sources: &'s Sources,
    source: NamedText<'s>,
}

impl<'s> Report<'s> {
    /// A report of `diagnostic`, whose spans are in `sources`.
    pub fn new(diagnostic: &'s Diagnostic, sources: &'s Sources) -> Self {
        Report { diagnostic, sources, source: NamedText(sources.get(diagnostic.span().file)) }
    }

    /// Labels in other files, as `file:line:column: text`.
    pub fn elsewhere(&self) -> Vec<String> {
        let main = self.diagnostic.span().file;
        let labels = self.diagnostic.labels().iter().filter(|l| l.span.file != main);
        labels
            .map(|l| {
                let (line, column) = self.sources.line_column(l.span);
                format!("{}:{line}:{column}: {}", self.sources.get(l.span.file).name, l.text)
            })
            .collect()
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code(&self) -> Option<Box<dyn fmt::Display + '_>> {
        Some(Box::new(self.diagnostic.code.as_str()))
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.diagnostic.level {
            Level::Warning => Severity::Warning,
            Level::Error => Severity::Error,
        })
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        let mut lines: Vec<String> = self.diagnostic.help.iter().cloned().collect();
        lines.extend(self.elsewhere());
        (!lines.is_empty()).then(|| Box::new(lines.join("\n")) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let main = self.diagnostic.span().file;
        let labels = self.diagnostic.labels().iter().filter(move |l| l.span.file == main);
        Some(Box::new(labels.enumerate().map(|(i, l)| {
            let text = Some(l.text.clone()).filter(|t| !t.is_empty());
            let span = SourceSpan::new((l.span.start as usize).into(), l.span.len());
            match i {
                0 => LabeledSpan::new_primary_with_span(text, span),
                _ => LabeledSpan::new_with_span(text, span),
            }
        })))
    }
}

/// A file's text under its name, without a copy.
#[derive(Debug)]
struct NamedText<'s>(&'s SourceFile);

impl SourceCode for NamedText<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text: &str = &self.0.text;
        let inner = text.read_span(span, before, after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.0.name.clone(),
            inner.data(),
            *inner.span(),
            inner.line(),
            inner.column(),
            inner.line_count(),
        )))
    }
}

/// The diagnostics as plain text without colour, as logs and tests show them:
///
/// ```text
/// error[unknown-field]: no field `ct.nam` on `cloudtrail`
///   --> rules.eyas:3:9
///   3 |   when: ct.nam = RunInstances
///     |         ^^^^^^ did you mean `ct.name`?
///   help: `eyas rules fields cloudtrail` lists its fields
/// ```
pub fn plain(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        // Writing to a string cannot fail.
        let _ = write_plain(&mut out, diagnostic, sources);
    }
    out
}

fn write_plain(out: &mut String, diagnostic: &Diagnostic, sources: &Sources) -> fmt::Result {
    let level = match diagnostic.level {
        Level::Warning => "warning",
        Level::Error => "error",
    };
    writeln!(out, "{level}[{}]: {}", diagnostic.code.as_str(), diagnostic.message)?;
    for (i, label) in diagnostic.labels().iter().enumerate() {
        let file = sources.get(label.span.file);
        let (line, column) = sources.line_column(label.span);
        let arrow = if i == 0 { "-->" } else { ":::" };
        writeln!(out, "  {arrow} {}:{line}:{column}", file.name)?;
        let text = file.text.lines().nth(line - 1).unwrap_or_default();
        let number = line.to_string();
        writeln!(out, "  {number} | {text}")?;
        let room = text.chars().count().saturating_sub(column - 1).max(1);
        let wide = sources.text(label.span).lines().next().unwrap_or_default().chars().count().clamp(1, room);
        let marks = if i == 0 { "^" } else { "-" }.repeat(wide);
        let line =
            format!("  {} | {}{marks} {}", " ".repeat(number.len()), " ".repeat(column - 1), label.text);
        writeln!(out, "{}", line.trim_end())?;
    }
    if let Some(help) = &diagnostic.help {
        writeln!(out, "  help: {help}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use miette::NarratableReportHandler;

    use super::*;
    use crate::diagnostics::Code;
    use crate::source::{SourceKind, Span};

    #[test]
    fn a_report_shows_its_file_and_names_the_others() {
        let mut sources = Sources::default();
        let mut add = |name: &str, text: &str| {
            sources.add(SourceFile {
                name: name.to_owned(),
                text: Arc::from(text),
                kind: SourceKind::Eyas,
                default_package: String::new(),
                builtin: false,
            })
        };
        let rules = add("rules.eyas", "rule é on cloudtrail {\n  when: ct.nam = A\n}\n");
        let macros = add("macros.eyas", "\nmacro m = ct.nam = A\n");
        let diagnostic = Diagnostic::new(
            Code::UnknownField,
            Span::new(rules, 32, 38),
            "no field `ct.nam` on `cloudtrail`",
        )
        .did_you_mean(Some("ct.name"))
        .also(Span::new(macros, 11, 17), "and here")
        .help("look it up");
        let mut text = String::new();
        NarratableReportHandler::new()
            .render_report(&mut text, &Report::new(&diagnostic, &sources))
            .expect("writing to a string");
        insta::assert_snapshot!(text);
        insta::assert_snapshot!(plain(&[diagnostic], &sources));
    }
}
