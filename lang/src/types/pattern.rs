//! Patterns: the expression compiles, matches its examples and none of its counter-examples.

use smol_str::SmolStr;

use super::compare::bad_regex;
use super::shared::Shared;
use crate::checked::Pattern;
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::functions::entropy::shannon;
use crate::resolve::Entry;
use crate::syntax::ast::{self, Operand, OperandKind};

const KEYS: &[&str] = &["regex", "keywords", "entropy", "examples", "counter_examples"];

/// Checks a pattern; `None` where it is broken.
pub(crate) fn check(
    sh: &Shared<'_>,
    entry: &Entry<'_>,
    pattern: &ast::Pattern,
    title: String,
) -> Option<Pattern> {
    let mut ok = !entry.broken;
    let mut say = |d: Diagnostic| {
        ok = ok && !d.is_error();
        sh.sink.push(d);
    };
    let mut regex: Option<(String, &Operand)> = None;
    let mut keywords = Vec::new();
    let mut entropy = None;
    let mut examples = Vec::new();
    let mut counter_examples = Vec::new();
    let mut seen: Vec<&ast::Ident> = Vec::new();
    for key in &pattern.keys {
        if let Some(first) = seen.iter().find(|k| k.name == key.key.name) {
            say(super::rule::repeated(&key.key, first.span));
            continue;
        }
        seen.push(&key.key);
        match key.key.name.as_str() {
            "regex" => match key.values.first().map(|o| (&o.kind, o)) {
                Some((OperandKind::Regex(text) | OperandKind::Text(text), o)) => {
                    regex = Some((text.clone(), o))
                }
                _ => say(Diagnostic::new(Code::BadValue, key.span, "`regex` takes a regular expression")
                    .help("write it between slashes: `regex: /AKIA[A-Z2-7]{16}/`")),
            },
            "keywords" => keywords = texts(sh, &key.values, &mut say),
            "entropy" => match key.values.first().and_then(number) {
                Some(bits) if (0.0..=8.0).contains(&bits) => entropy = Some(bits),
                _ => say(Diagnostic::new(
                    Code::BadValue,
                    key.span,
                    "`entropy` takes a number of bits a byte, from 0 to 8",
                )),
            },
            "examples" => examples = texts(sh, &key.values, &mut say),
            "counter_examples" => counter_examples = texts(sh, &key.values, &mut say),
            other => say(Diagnostic::new(
                Code::UnknownKey,
                key.key.span,
                format!("a pattern has no key `{other}`"),
            )
            .did_you_mean(nearest(other, KEYS.iter().copied()))
            .help(format!("its keys are `{}`", KEYS.join("`, `")))),
        }
    }
    let Some((source, place)) = regex else {
        if !entry.broken && !seen.iter().any(|k| k.name == "regex") {
            say(Diagnostic::new(
                Code::MissingKey,
                pattern.name.span,
                format!("the pattern `{}` has no `regex`", pattern.name.name),
            ));
        }
        return None;
    };
    let compiled = match regex::bytes::Regex::new(&source) {
        Ok(compiled) => compiled,
        Err(error) => {
            say(bad_regex(&source, &error, place.span, sh.sources.text(place.span)));
            return None;
        }
    };
    let tried = Tried { regex: &compiled, keywords: &keywords, entropy };
    for (text, operand) in &examples {
        if let Err(reason) = tried.on(text) {
            say(Diagnostic::new(
                Code::PatternExample,
                operand.span,
                "the pattern does not match this example",
            )
            .label(reason)
            .also(place.span, "the regular expression"));
        }
    }
    for (text, operand) in &counter_examples {
        if let Ok(hit) = tried.on(text) {
            say(Diagnostic::new(
                Code::PatternExample,
                operand.span,
                format!("the pattern matches `{hit}` in this counter-example"),
            )
            .also(place.span, "the regular expression"));
        }
    }
    let strings = |list: Vec<(String, &Operand)>| list.into_iter().map(|(t, _)| t).collect();
    ok.then(|| Pattern {
        id: sh.names.id(entry),
        title,
        regex: source,
        keywords: strings(keywords),
        entropy,
        examples: strings(examples),
        counter_examples: strings(counter_examples),
        span: entry.decl.span,
    })
}

/// A pattern as it is tried on a text.
struct Tried<'p> {
    regex: &'p regex::bytes::Regex,
    keywords: &'p [(String, &'p Operand)],
    entropy: Option<f64>,
}

impl Tried<'_> {
    /// What the pattern finds in a text, or why it finds nothing.
    fn on(&self, text: &str) -> Result<String, String> {
        let folded = text.to_ascii_lowercase();
        if !self.keywords.is_empty()
            && !self.keywords.iter().any(|(k, _)| folded.contains(&k.to_ascii_lowercase()))
        {
            return Err("none of the keywords is in it".to_owned());
        }
        let mut most: Option<f64> = None;
        for captures in self.regex.captures_iter(text.as_bytes()) {
            // The first group is the secret where there is one; what is around it says nothing.
            let Some(hit) = captures.get(1).or_else(|| captures.get(0)) else { continue };
            let bits = shannon(hit.as_bytes());
            if self.entropy.is_none_or(|least| bits >= least) {
                return Ok(String::from_utf8_lossy(hit.as_bytes()).into_owned());
            }
            most = Some(most.map_or(bits, |m| m.max(bits)));
        }
        Err(match most {
            Some(bits) => format!("its entropy is {bits:.2} bits a byte, which is too little"),
            None => String::new(),
        })
    }
}

fn texts<'o>(
    sh: &Shared<'_>,
    values: &'o [Operand],
    say: &mut impl FnMut(Diagnostic),
) -> Vec<(String, &'o Operand)> {
    let mut out = Vec::new();
    for operand in values {
        match &operand.kind {
            OperandKind::Text(text) => out.push((text.clone(), operand)),
            OperandKind::Word(word) => out.push((word.to_string(), operand)),
            OperandKind::Path(path) => out.push((path.text(), operand)),
            _ => {
                let written = sh.sources.text(operand.span);
                say(Diagnostic::new(Code::BadValue, operand.span, format!("`{written}` is not text")));
            }
        }
    }
    out
}

fn number(operand: &Operand) -> Option<f64> {
    let text = match &operand.kind {
        OperandKind::Word(word) => word.clone(),
        OperandKind::Path(path) => SmolStr::from(path.text()),
        _ => return None,
    };
    text.parse().ok()
}
