//! Problems as people see them: a header, the text with the place marked, the next step.

use std::fmt;

use eyas_lang::diagnostics::Level;
use eyas_report::escape;
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, ThemeCharacters, ThemeStyles,
};

use crate::problem::{Place, Problem};
use crate::screen::Look;

/// Lines longer than this are not shown: a place in them is named instead.
const LONGEST_LINE: usize = 400;

/// The problem as text, without a line end behind it.
pub(crate) fn problem(problem: &Problem, look: Look) -> String {
    let mut out = String::new();
    let snippet = problem.places.first().is_some_and(shows_well);
    if render(problem, snippet, look, &mut out).is_err() {
        out = plain(problem);
    }
    tidy(&out)
}

fn render(problem: &Problem, snippet: bool, look: Look, out: &mut String) -> fmt::Result {
    let header = header(problem);
    let mut characters = if look.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    characters.error.clone_from(&header);
    characters.warning = header;
    let styles = if look.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_links(false)
        .without_syntax_highlighting()
        .with_wrap_lines(look.width.is_some())
        .with_width(look.width.unwrap_or(100));
    handler.render_report(out, &Shown::new(problem, snippet))?;
    // The renderer shows one file; places in others follow by name.
    for place in other_places(problem, snippet) {
        let (line, column) = place.line_column();
        let label = if place.label.is_empty() { "see also" } else { &place.label };
        out.push_str(&format!(
            "  {}:{line}:{column}: {}\n",
            escape::terminal(&place.file),
            escape::terminal(label)
        ));
    }
    Ok(())
}

fn header(problem: &Problem) -> String {
    let level = match problem.level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    match problem.code {
        Some(code) => format!("{level}[{code}]:"),
        None => format!("{level}:"),
    }
}

/// Without a snippet, for when there is none or it cannot be drawn.
fn plain(problem: &Problem) -> String {
    let mut out = format!("{} {}\n", header(problem), problem.message);
    if let Some(help) = &problem.help {
        out.push_str(&format!("  help: {help}\n"));
    }
    out
}

fn other_places(problem: &Problem, snippet: bool) -> impl Iterator<Item = &Place> {
    let main = problem.places.first().map(|p| p.file.as_str());
    problem.places.iter().filter(move |p| !snippet || Some(p.file.as_str()) != main)
}

/// Whether the lines around a place are short enough to print.
fn shows_well(place: &Place) -> bool {
    let start = place.range.start.min(place.text.len());
    let end = place.range.end.min(place.text.len());
    let (Some(before), Some(after)) = (place.text.get(..start), place.text.get(end..)) else { return false };
    let inside = place.text.get(start..end).unwrap_or_default();
    let first = before.rsplit('\n').take(2).map(str::len).max().unwrap_or(0);
    let last = after.split('\n').take(2).map(str::len).max().unwrap_or(0);
    first.max(last) <= LONGEST_LINE && inside.lines().all(|l| l.len() <= LONGEST_LINE)
}

/// The header starts the first line, and no blank lines stand around.
fn tidy(text: &str) -> String {
    let text = text.trim_start_matches('\n');
    let lines: Vec<&str> = text.trim_start().trim_end().lines().map(str::trim_end).collect();
    lines.join("\n")
}

/// A problem in the renderer's terms.
#[derive(Debug)]
struct Shown<'p> {
    problem: &'p Problem,
    message: String,
    source: Option<NamedSource<String>>,
}

impl<'p> Shown<'p> {
    fn new(problem: &'p Problem, snippet: bool) -> Self {
        let main = problem.places.first().filter(|_| snippet);
        let source = main.map(|p| NamedSource::new(escape::terminal(&p.file), printable(&p.text)));
        Self { problem, message: problem.message.clone(), source }
    }
}

/// The text with every control character replaced by as many bytes of `?`, so that places stay
/// right and no escape sequence of a rule file reaches the terminal.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && !matches!(c, '\n' | '\r' | '\t') {
            out.extend(std::iter::repeat_n('?', c.len_utf8()));
        } else {
            out.push(c);
        }
    }
    out
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape::terminal(&self.message))
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.problem.level {
            Level::Error => miette::Severity::Error,
            Level::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.help.as_ref().map(|h| Box::new(h) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.source.as_ref().map(|s| s as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source.as_ref()?;
        let main = &self.problem.places.first()?.file;
        let labels = self.problem.places.iter().filter(move |p| p.file == *main).enumerate().map(|(i, p)| {
            let label = (!p.label.is_empty()).then(|| p.label.clone());
            let len = p.range.end.saturating_sub(p.range.start);
            if i == 0 {
                LabeledSpan::new_primary_with_span(label, (p.range.start, len))
            } else {
                LabeledSpan::new(label, p.range.start, len)
            }
        });
        Some(Box::new(labels))
    }
}
