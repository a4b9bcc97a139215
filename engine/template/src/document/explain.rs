//! What was probably meant where YAML cannot be read.

use granit_parser::{ErrorKind, ScanError};

use super::MAX_DEPTH;
use super::node::{LineIndex, Problem, ProblemKind, Span};
use super::quoted;

/// What is known where parsing stopped.
pub(super) struct Scene<'t> {
    pub(super) text: &'t str,
    /// Where the last thing that was read ends.
    pub(super) read_to: usize,
    /// The innermost `[` or `{` that is open.
    pub(super) open: Option<Span>,
}

impl Scene<'_> {
    /// The problem, at the place that is to be changed rather than where the parser noticed.
    pub(super) fn explain(&self, error: &ScanError) -> Problem {
        let offset = self.offset(error);
        self.before_all_else(offset).unwrap_or_else(|| self.by_kind(error, offset))
    }

    /// Where the parser noticed.
    pub(super) fn offset(&self, error: &ScanError) -> usize {
        let mut offset = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// Tabs, marks of merge conflicts and template languages break YAML in many ways.
    fn before_all_else(&self, offset: usize) -> Option<Problem> {
        let line = Line::around(self.text, offset);
        for line in [Some(line), line.next(self.text)].into_iter().flatten() {
            if let Some(tab) = line.indentation().find('\t') {
                let tab = line.start + tab;
                return Some(
                    syntax(Span::new(tab, tab + 1), "a tab cannot indent YAML").help("use spaces instead"),
                );
            }
            let mark = ["<<<<<<<", "=======", ">>>>>>>"].iter().find(|mark| line.text.starts_with(**mark));
            if let Some(mark) = mark {
                let span = Span::new(line.start, line.start + mark.len());
                return Some(
                    syntax(span, "a merge conflict is left here").help("resolve it and remove its marks"),
                );
            }
            if let Some(at) = line.text.find("{%") {
                let at = line.start + at;
                let span = Span::new(at, at + 2);
                return Some(
                    syntax(span, "`{%` belongs to a template language, not to YAML")
                        .help("lint what the template language makes of it"),
                );
            }
        }
        None
    }

    fn by_kind(&self, error: &ScanError, offset: usize) -> Problem {
        let here = Span::at(offset);
        match error.kind() {
            ErrorKind::RecursionLimitExceeded => {
                let message = format!("nested deeper than {MAX_DEPTH} levels");
                Problem::new(here, ProblemKind::TooLarge, message)
            }
            ErrorKind::InvalidQuotedScalarIndent
            | ErrorKind::UnclosedQuotedScalar
            | ErrorKind::DocumentIndicatorInQuotedScalar => self.open_quote(offset),
            ErrorKind::InvalidTrailingSingleQuotedScalar => {
                self.after_quote(offset, "inside single quotes write a quote twice: `''`")
            }
            ErrorKind::InvalidTrailingDoubleQuotedScalar => {
                self.after_quote(offset, "inside double quotes write a quote as `\\\"`")
            }
            ErrorKind::UnknownQuotedScalarEscape => self.escape(offset),
            ErrorKind::MappingValueNotAllowed
            | ErrorKind::SimpleKeyExpected
            | ErrorKind::InvalidSimpleKey => self.misplaced_colon(offset),
            ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => self.stray(offset),
            ErrorKind::ExpectedBlockSequenceEntry => self.among_items(offset),
            ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::ExpectedFlowSequenceSeparator
            | ErrorKind::UnclosedFlowCollection { .. }
            | ErrorKind::InvalidColonPlacement
            | ErrorKind::InvalidFlowScalarIndent
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::BlockEntryInFlowCollection => self.open_bracket(offset),
            ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
                syntax(Span::new(offset, offset + 1), format!("`{open}` is closed by `{close}`"))
            }
            ErrorKind::MisplacedFlowCollectionEnd => {
                let bracket = self.text.get(offset..).and_then(|rest| rest.chars().next()).unwrap_or('}');
                syntax(Span::new(offset, offset + 1), format!("`{bracket}` closes nothing"))
            }
            ErrorKind::UnexpectedCharacter { character } => {
                let span = Span::new(offset, offset + character.len_utf8());
                syntax(span, format!("a value cannot begin with `{character}`"))
                    .help("put the value in quotes")
            }
            ErrorKind::MissingAnchorOrAliasName => {
                let sign = self.text.get(offset..).and_then(|rest| rest.chars().next()).unwrap_or('*');
                let sign = if sign == '&' || sign == '*' { sign } else { '*' };
                syntax(here, format!("`{sign}` is not followed by a name"))
                    .help(format!("put the value in quotes: `\"{sign}\"`"))
            }
            ErrorKind::UnknownAnchor => self.unknown_anchor(offset),
            ErrorKind::InvalidTagTerminator => syntax(here, "a tag is not followed by a space")
                .help("put a space between the tag and its value"),
            ErrorKind::UndeclaredTagHandle => syntax(here, "the prefix of this tag is declared nowhere"),
            ErrorKind::CommentNotSeparated => {
                syntax(here, "there is no space before this comment").help("put a space before `#`")
            }
            _ => syntax(here, error.info()),
        }
    }

    fn open_quote(&self, offset: usize) -> Problem {
        match quoted::opening(self.text, self.read_to, offset) {
            Some(start) => syntax(Span::new(start, start + 1), "the quote opened here is never closed")
                .help("close it on its line, or indent every line that it goes on over"),
            None => syntax(Span::at(offset), "a quoted text is never closed"),
        }
    }

    fn after_quote(&self, offset: usize, help: &str) -> Problem {
        // Where the quoted text began on an earlier line, that line lacks its closing quote.
        let line = Line::around(self.text, offset);
        match quoted::opening(self.text, self.read_to, offset.saturating_sub(1)) {
            Some(start) if start < line.start => self.open_quote(offset),
            _ => syntax(Span::at(offset), "text follows the closing quote").help(help),
        }
    }

    fn escape(&self, offset: usize) -> Problem {
        let rest = self.text.get(offset..).unwrap_or("");
        // The parser's place is the quoted text's.
        let at = wrong_escape(rest).unwrap_or(0);
        let shown: String = rest.get(at..).unwrap_or("").chars().take(2).collect();
        let span = Span::new(offset + at, offset + at + shown.len());
        syntax(span, format!("`{shown}` means nothing in double quotes"))
            .help("write a backslash as `\\\\`, or use single quotes")
    }

    /// A `:` where none may be: the value before it, the line before it, or too much indentation.
    fn misplaced_colon(&self, offset: usize) -> Problem {
        let line = Line::around(self.text, offset);
        let before = line.text.get(..offset - line.start).unwrap_or("");
        if let Some((key, _)) = before.split_once(": ")
            && !key.trim_start().starts_with(['"', '\''])
        {
            return syntax(Span::at(offset), "a value without quotes cannot hold `: `")
                .help("put the value in quotes");
        }
        let first = if line.is_pair() { line.previous(self.text) } else { Some(line) };
        if let Some(previous) = first {
            let content = previous.content();
            if !previous.is_pair()
                && !content.starts_with('-')
                && !content.ends_with([',', '{', '[', '|', '>'])
            {
                return not_a_pair(previous);
            }
            if line.indentation().len() > previous.indentation().len() {
                let key = previous.key();
                return syntax(
                    Span::new(line.content_start(), line.end()),
                    format!("this line is indented more than `{key}`, which has its value already"),
                )
                .help(format!("indent it by {}", spaces(previous.indentation().len())));
            }
        }
        syntax(Span::at(offset), "a `:` cannot be here").help("put values that hold `: ` in quotes")
    }

    /// Something that is no member of the map around it.
    fn stray(&self, offset: usize) -> Problem {
        let line = Line::around(self.text, offset);
        let before = line.text.get(..offset - line.start).unwrap_or("");
        if !matches!(before.trim(), "" | "-") {
            let rest = line.text.get(offset - line.start..).unwrap_or("");
            let span = Span::new(offset, line.end());
            return if rest.starts_with('!') && before.contains('!') {
                syntax(span, "a short form cannot follow another one on its line")
                    .help("write the outer one as `Fn::…:` with the inner one as its value")
            } else {
                syntax(span, "more text follows a value that is complete")
                    .help("put the whole value in quotes")
            };
        }
        let span = Span::new(line.content_start(), line.end());
        let levels = levels(self.text, line);
        let indent = line.indentation().len();
        if let Some((_, sibling)) = levels.iter().find(|(level, _)| *level == indent) {
            let (this, other) =
                if line.content().starts_with('-') { ("list item", "map") } else { ("member", "list") };
            return syntax(span, format!("a {this} stands in the {other} of `{sibling}`"))
                .help("indent it by more, or by less");
        }
        // The nearest level on either side is what was meant.
        let above = levels.iter().rev().find(|(level, _)| *level < indent);
        let below = levels.iter().find(|(level, _)| *level > indent);
        let near: Vec<String> = [above, below]
            .into_iter()
            .flatten()
            .map(|(level, key)| format!("{} like `{key}`", spaces(*level)))
            .collect();
        syntax(span, format!("no line that this one can belong to is indented by {}", spaces(indent)))
            .help(format!("indent it by {}", near.join(", or by ")))
    }

    fn among_items(&self, offset: usize) -> Problem {
        let line = Line::around(self.text, offset);
        syntax(Span::new(line.content_start(), line.end()), "this is no item of the list above it")
            .help("begin it with `- `, or indent it like the key that the list belongs to")
    }

    fn open_bracket(&self, offset: usize) -> Problem {
        let Some(open) = self.open else { return syntax(Span::at(offset), "a bracket is never closed") };
        let opening =
            self.text.get(open.start as usize..).and_then(|rest| rest.chars().next()).unwrap_or('{');
        let closing = if opening == '[' { ']' } else { '}' };
        let start = open.start as usize;
        let (line, _) = LineIndex::new(self.text).line_column(self.text, offset as u32);
        syntax(
            Span::new(start, start + 1),
            format!("the `{opening}` opened here is not closed before line {line}"),
        )
        .help(format!("put a `,` or `{closing}` before what follows there"))
    }

    fn unknown_anchor(&self, offset: usize) -> Problem {
        let rest = self.text.get(offset..).unwrap_or("");
        let name: String = rest.chars().take_while(|c| !c.is_whitespace() && !",]}".contains(*c)).collect();
        let shown = name.trim_start_matches('*');
        syntax(
            Span::new(offset, offset + name.len()),
            format!("there is no anchor `&{shown}` before this alias"),
        )
        .help("a text that begins with `*` needs quotes")
    }
}

fn syntax(span: Span, message: impl Into<String>) -> Problem {
    Problem::new(span, ProblemKind::Syntax, message)
}

fn not_a_pair(line: Line<'_>) -> Problem {
    let content = line.content();
    let span = Span::new(line.content_start(), line.end());
    let problem = syntax(span, format!("`{}` is no `key: value`", shortened(content)));
    let word = content.split(' ').next().unwrap_or("");
    match word.split_once(':') {
        Some((_, rest)) if !rest.starts_with(':') => problem.help("put a space after the colon"),
        _ => problem.help("a colon is missing after the key"),
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")),
        None => text.to_owned(),
    }
}

fn spaces(count: usize) -> String {
    match count {
        0 => "no space".to_owned(),
        1 => "1 space".to_owned(),
        _ => format!("{count} spaces"),
    }
}

/// The indentations that a line may have by the lines above it, with the keys that have them.
fn levels<'t>(text: &'t str, line: Line<'t>) -> Vec<(usize, &'t str)> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    let mut above = line;
    while let Some(previous) = above.previous(text) {
        let level = previous.indentation().len();
        if found.last().is_none_or(|(last, _)| level < *last) {
            found.push((level, previous.key()));
        }
        if level == 0 {
            break;
        }
        above = previous;
    }
    found.reverse();
    found
}

/// The first escape in double-quoted text that YAML does not know.
fn wrong_escape(text: &str) -> Option<usize> {
    let mut rest = text.char_indices();
    while let Some((at, character)) = rest.next() {
        if character == '\\'
            && !rest.next().is_some_and(|(_, next)| "0abtnvfre \"/\\N_LPxuU\n\r\t".contains(next))
        {
            return Some(at);
        }
    }
    None
}

/// A line with where it starts.
#[derive(Debug, Clone, Copy)]
struct Line<'t> {
    start: usize,
    text: &'t str,
}

impl<'t> Line<'t> {
    fn around(text: &'t str, offset: usize) -> Self {
        let start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        Self::at(text, start)
    }

    fn at(text: &'t str, start: usize) -> Self {
        Self { start, text: text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("") }
    }

    /// The line before it that holds more than a comment.
    fn previous(self, text: &'t str) -> Option<Self> {
        let mut line = self;
        loop {
            line = Self::around(text, line.start.checked_sub(1)?);
            let content = line.content();
            if !content.is_empty() && !content.starts_with('#') {
                return Some(line);
            }
        }
    }

    fn next(self, text: &'t str) -> Option<Self> {
        let rest = text.get(self.start..)?;
        Some(Self::at(text, self.start + rest.find('\n')? + 1))
    }

    fn indentation(self) -> &'t str {
        self.text.get(..self.text.len() - self.text.trim_start().len()).unwrap_or("")
    }

    fn content(self) -> &'t str {
        self.text.trim()
    }

    fn content_start(self) -> usize {
        self.start + self.indentation().len()
    }

    fn end(self) -> usize {
        self.start + self.text.trim_end().len()
    }

    /// Whether it is `key: value` or `key:`.
    fn is_pair(self) -> bool {
        let content = self.content();
        content.contains(": ") || content.ends_with(':')
    }

    /// What stands before the colon.
    fn key(self) -> &'t str {
        let content = self.content().trim_start_matches("- ");
        content.split_once(':').map_or(content, |(key, _)| key)
    }
}
