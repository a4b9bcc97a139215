//! The items of a rules file: what a file says, before items that refer to each other are put
//! together.

use std::rc::Rc;

use super::exception::{self, Exception};
use super::keys::{Keys, Reader, Word};
use super::text::Text;
use super::yaml::Node;
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::source::{FileId, Span};

/// What an item does with an earlier one of its name.
#[derive(Debug)]
pub(super) enum Mode {
    /// Takes its place.
    Define,
    /// `append: true`
    Append,
    /// `override: …`
    Override(Vec<Override>),
}

/// One line of `override`.
#[derive(Debug)]
pub(super) struct Override {
    /// Which key it is about.
    pub(super) key: Word,
    /// Whether it adds to the earlier value or takes its place.
    pub(super) appends: bool,
}

/// `- list`
#[derive(Debug)]
pub(super) struct ListItem {
    pub(super) name: Word,
    pub(super) span: Span,
    pub(super) items: Option<Vec<Word>>,
    pub(super) mode: Mode,
}

/// `- macro`
#[derive(Debug)]
pub(super) struct MacroItem {
    pub(super) name: Word,
    pub(super) span: Span,
    pub(super) condition: Option<Text>,
    pub(super) mode: Mode,
}

/// `- rule`
#[derive(Debug)]
pub(super) struct RuleItem {
    pub(super) name: Word,
    pub(super) span: Span,
    pub(super) condition: Option<Text>,
    pub(super) output: Option<Text>,
    pub(super) desc: Option<Text>,
    pub(super) priority: Option<Word>,
    pub(super) source: Option<Word>,
    pub(super) enabled: Option<(bool, Span)>,
    pub(super) tags: Option<Vec<Word>>,
    pub(super) exceptions: Option<Vec<Exception>>,
    /// The keys that are there, whether their values could be read or not.
    pub(super) present: Vec<Word>,
    /// Whether a value could not be read.
    pub(super) is_damaged: bool,
    pub(super) mode: Mode,
}

/// One item.
#[derive(Debug)]
pub(super) enum Item {
    List(ListItem),
    Macro(MacroItem),
    Rule(Box<RuleItem>),
}

const RULE_KEYS: &[&str] = &[
    "rule",
    "condition",
    "output",
    "desc",
    "priority",
    "source",
    "enabled",
    "tags",
    "exceptions",
    "override",
    "append",
    "capture",
    "capture_duration",
    "warn_evttypes",
    "skip-if-unknown-filter",
];
const MACRO_KEYS: &[&str] = &["macro", "condition", "append", "override"];
const LIST_KEYS: &[&str] = &["list", "items", "append", "override"];
const KINDS: &[&str] = &["rule", "macro", "list", "required_engine_version", "required_plugin_versions"];

const RULE_APPENDS: &[&str] = &["condition", "output", "desc", "tags", "exceptions"];
const RULE_REPLACES: &[&str] = &[
    "condition",
    "output",
    "desc",
    "priority",
    "tags",
    "exceptions",
    "enabled",
    "warn_evttypes",
    "skip-if-unknown-filter",
    "capture",
    "capture_duration",
];

/// Reads one item of a file; `None` for what declares nothing.
pub(super) fn read(reader: &mut Reader<'_>, node: &Rc<Node>) -> Option<Item> {
    let keys = reader.keys(node)?;
    if keys.has("required_engine_version") {
        engine_version(reader, &keys);
        keys.finish(reader, "required_engine_version", &["required_engine_version"]);
        return None;
    }
    if keys.has("required_plugin_versions") {
        plugin_versions(reader, &keys);
        keys.finish(reader, "required_plugin_versions", &["required_plugin_versions"]);
        return None;
    }
    if keys.has("rule") {
        return rule(reader, keys).map(|r| Item::Rule(Box::new(r)));
    }
    if keys.has("macro") {
        return macro_(reader, keys).map(Item::Macro);
    }
    if keys.has("list") {
        return list(reader, keys).map(Item::List);
    }
    unknown_kind(reader, &keys);
    None
}

/// What an item that is not YAML likely declares, so that uses of its name are no errors of
/// their own: by its first line.
pub(super) fn read_broken(file: FileId, source: &str, start: usize) -> Option<(&'static str, Word)> {
    let line = source.get(start..)?.lines().next()?;
    let body = line.trim_start().strip_prefix('-')?.trim_start();
    let kind = ["rule", "macro", "list"].into_iter().find(|k| body.starts_with(k))?;
    let text = body.get(kind.len()..)?.trim_start().strip_prefix(':')?.trim();
    let at = start + line.rfind(text).filter(|_| !text.is_empty())?;
    let span = Span::new(file, at, at + text.len());
    Some((kind, Word { text: text.trim_matches(['"', '\'']).to_owned(), span }))
}

fn unknown_kind(reader: &mut Reader<'_>, keys: &Keys) {
    let Some(Word { text, span }) = keys.first().cloned() else { return };
    reader.report(
        Diagnostic::new(Code::FalcoUnknownKey, span, format!("`{text}` is no kind of item"))
            .did_you_mean(nearest(&text, KINDS.iter().copied()))
            .help("an item is a `rule`, a `macro`, a `list`, or says which versions are required"),
    );
}

fn engine_version(reader: &mut Reader<'_>, keys: &Keys) {
    let Some(version) = keys.word(reader, "required_engine_version") else { return };
    let number = version.text.parse::<u32>().is_ok();
    if !number && !is_version(&version.text) {
        reader.report(
            Diagnostic::new(
                Code::FalcoItem,
                version.span,
                format!("`{}` is not an engine version", version.text),
            )
            .help("write a number, or three numbers with dots as in `0.31.0`"),
        );
    }
}

/// Whether a text is a semantic version; suffixes after `-` or `+` are allowed.
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or("");
    let parts: Vec<_> = core.split('.').collect();
    parts.len() == 3 && parts.iter().all(|p| p.parse::<u32>().is_ok())
}

fn plugin_versions(reader: &mut Reader<'_>, keys: &Keys) {
    for plugin in keys.nodes(reader, "required_plugin_versions").unwrap_or_default() {
        let Some(plugin) = reader.keys(&plugin) else { continue };
        plugin_version(reader, &plugin);
        for other in plugin.nodes(reader, "alternatives").unwrap_or_default() {
            let Some(other) = reader.keys(&other) else { continue };
            plugin_version(reader, &other);
            other.finish(reader, "an alternative", &["name", "version"]);
        }
        plugin.finish(reader, "a required plugin", &["name", "version", "alternatives"]);
    }
}

fn plugin_version(reader: &mut Reader<'_>, keys: &Keys) {
    for key in ["name", "version"] {
        match keys.word(reader, key) {
            Some(version) if key == "version" && !is_version(&version.text) => reader.report(
                Diagnostic::new(
                    Code::FalcoItem,
                    version.span,
                    format!("`{}` is not a plugin version", version.text),
                )
                .help("write three numbers with dots as in `0.10.0`"),
            ),
            None if !keys.has(key) => reader.report(Diagnostic::new(
                Code::FalcoItem,
                keys.span(),
                format!("a required plugin has no `{key}`"),
            )),
            _ => {}
        }
    }
}

fn list(reader: &mut Reader<'_>, keys: Keys) -> Option<ListItem> {
    let name = keys.name(reader, "list")?;
    let items = keys.words(reader, "items");
    let mode = mode(reader, &keys, &name, &["items"], &["items"]);
    keys.finish(reader, "a list", LIST_KEYS);
    if !keys.has("items") {
        reader.report(missing("list", &name, &["items"]));
    }
    Some(ListItem { span: keys.span(), name, items, mode })
}

fn macro_(reader: &mut Reader<'_>, keys: Keys) -> Option<MacroItem> {
    let name = keys.name(reader, "macro")?;
    let condition = keys.text(reader, "condition");
    let mode = mode(reader, &keys, &name, &["condition"], &["condition"]);
    keys.finish(reader, "a macro", MACRO_KEYS);
    if !keys.has("condition") {
        reader.report(missing("macro", &name, &["condition"]));
    }
    Some(MacroItem { span: keys.span(), name, condition, mode })
}

/// Says which keys an item lacks.
pub(super) fn missing(kind: &str, name: &Word, keys: &[&str]) -> Diagnostic {
    let list: Vec<_> = keys.iter().map(|k| format!("no `{k}`")).collect();
    let message = format!("{kind} `{}` has {}", name.text, list.join(", "));
    Diagnostic::new(Code::FalcoItem, name.span, message)
}

fn rule(reader: &mut Reader<'_>, keys: Keys) -> Option<RuleItem> {
    let name = keys.name(reader, "rule")?;
    let before = reader.diagnostics.len();
    let mut rule = RuleItem {
        span: keys.span(),
        condition: keys.text(reader, "condition"),
        output: keys.text(reader, "output"),
        desc: keys.text(reader, "desc"),
        priority: keys.word(reader, "priority"),
        source: keys.word(reader, "source"),
        enabled: keys.boolean(reader, "enabled"),
        tags: keys.words(reader, "tags"),
        exceptions: keys.nodes(reader, "exceptions").map(|nodes| exception::read(reader, &nodes)),
        present: keys.all(),
        is_damaged: false,
        mode: mode(reader, &keys, &name, RULE_APPENDS, RULE_REPLACES),
        name,
    };
    for key in ["warn_evttypes", "skip-if-unknown-filter", "capture"] {
        keys.boolean(reader, key);
    }
    if let Some(word) = keys.word(reader, "capture_duration")
        && word.text.parse::<u64>().is_err()
    {
        let message = format!("`{}` is not a number of milliseconds", word.text);
        reader.report(Diagnostic::new(Code::FalcoItem, word.span, message));
    }
    keys.finish(reader, "a rule", RULE_KEYS);
    rule.is_damaged = reader.diagnostics.iter().skip(before).any(Diagnostic::is_error);
    Some(rule)
}

/// Reads `append` and `override`.
fn mode(reader: &mut Reader<'_>, keys: &Keys, name: &Word, appends: &[&str], replaces: &[&str]) -> Mode {
    let append = keys.boolean(reader, "append").filter(|(yes, _)| *yes);
    let overrides = overrides(reader, keys, appends, replaces);
    match (append, overrides) {
        (Some((_, span)), Some(_)) => {
            reader.report(
                Diagnostic::new(
                    Code::FalcoOverride,
                    span,
                    format!("`{}` has both `append` and `override`", name.text),
                )
                .help("remove `append: true`"),
            );
            Mode::Append
        }
        (Some(_), None) => Mode::Append,
        (None, Some(overrides)) => Mode::Override(overrides),
        (None, None) => Mode::Define,
    }
}

fn overrides(
    reader: &mut Reader<'_>,
    keys: &Keys,
    appends: &[&str],
    replaces: &[&str],
) -> Option<Vec<Override>> {
    let node = keys.node("override")?;
    let mut out = Vec::new();
    for (key, how) in reader.keys(&node)?.pairs(reader) {
        let wrong = |message: String| Diagnostic::new(Code::FalcoOverride, how.span, message);
        let allowed = match how.text.as_str() {
            "append" => appends,
            "replace" => replaces,
            other => {
                reader.report(
                    wrong(format!("`{other}` is no way to override"))
                        .did_you_mean(nearest(other, ["append", "replace"]))
                        .help("write `append` or `replace`"),
                );
                continue;
            }
        };
        if !allowed.contains(&key.text.as_str()) {
            let wrong = Diagnostic::new(
                Code::FalcoOverride,
                key.span,
                format!("`{}` cannot be overridden with `{}`", key.text, how.text),
            );
            reader.report(wrong.did_you_mean(nearest(&key.text, allowed.iter().copied())));
            continue;
        }
        if !keys.has(&key.text) {
            let message = format!("the item overrides `{}` but has no such key", key.text);
            reader.report(Diagnostic::new(Code::FalcoOverride, key.span, message));
            continue;
        }
        out.push(Override { appends: how.text == "append", key });
    }
    Some(out)
}
