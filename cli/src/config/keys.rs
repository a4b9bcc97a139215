//! The keys of `eyas.toml`: what each is, which flag says the same, and how it is shown.

use clap::ValueEnum;
use eyas_lang::checked::Severity;

use super::{Origin, Param, Setting, Settings};

/// A key.
pub(crate) struct Key {
    /// The table.
    pub(crate) table: &'static str,
    /// The key in it.
    pub(crate) name: &'static str,
    /// The flag that wins over it.
    pub(crate) flag: &'static str,
    /// What it does.
    pub(crate) doc: &'static str,
    /// Its value and where that came from, as TOML.
    pub(crate) show: fn(&Settings) -> (String, &Origin),
}

/// Every key, in the order of the documentation. `[params]` takes any name and is not listed.
pub(crate) const KEYS: &[Key] = &[
    Key {
        table: "rules",
        name: "packs",
        flag: "--pack, --no-packs",
        doc: "The built-in packs to load; all where the key is missing, none for `[]`.",
        show: |s| match &s.packs.value {
            None => (strings(crate::pack::names()), &s.packs.from),
            Some(packs) => (strings(packs), &s.packs.from),
        },
    },
    Key {
        table: "rules",
        name: "paths",
        flag: "--rules",
        doc: "Your own rules: files and folders, relative to `eyas.toml`.",
        show: |s| (strings(s.paths.value.iter().map(|p| p.display().to_string())), &s.paths.from),
    },
    Key {
        table: "rules",
        name: "disable",
        flag: "--disable",
        doc: "Ids of rules to leave out.",
        show: |s| (strings(&s.disable.value), &s.disable.from),
    },
    Key {
        table: "rules",
        name: "keep_going",
        flag: "--keep-going",
        doc: "Run the rules that compile although others do not.",
        show: |s| shown(&s.keep_going, bool::to_string),
    },
    Key {
        table: "output",
        name: "format",
        flag: "--format",
        doc: "Formats, each perhaps with a file: `[\"terminal\", \"sarif=out.sarif\"]`.",
        show: |s| (strings(s.format.value.iter().map(ToString::to_string)), &s.format.from),
    },
    Key {
        table: "output",
        name: "fail_on",
        flag: "--fail-on",
        doc: "The lowest severity that makes the exit code 1.",
        show: |s| shown(&s.fail_on, |level: &Severity| string(level.as_str())),
    },
    Key {
        table: "output",
        name: "strict_unknown",
        flag: "--strict-unknown",
        doc: "Exit with 4 when anything could not be read or judged.",
        show: |s| shown(&s.strict_unknown, bool::to_string),
    },
    Key {
        table: "output",
        name: "baseline",
        flag: "--baseline",
        doc: "The findings of an earlier run; those that it has too are not counted.",
        show: |s| {
            let path = s.baseline.value.as_ref().map_or(String::new(), |p| p.display().to_string());
            (string(&path), &s.baseline.from)
        },
    },
    Key {
        table: "output",
        name: "show_ignored",
        flag: "--show-ignored",
        doc: "List the findings that are ignored or in the baseline too.",
        show: |s| shown(&s.show_ignored, bool::to_string),
    },
    Key {
        table: "output",
        name: "color",
        flag: "--color",
        doc: "`\"auto\"`, `\"always\"` or `\"never\"`.",
        show: |s| {
            shown(&s.color, |c| string(c.to_possible_value().as_ref().map_or("auto", |v| v.get_name())))
        },
    },
    Key {
        table: "lint",
        name: "parameters",
        flag: "--parameters",
        doc: "Files of parameter values that templates are resolved with, relative to `eyas.toml`.",
        show: |s| {
            let paths = s.parameters.value.iter().map(|p| p.display().to_string());
            (strings(paths), &s.parameters.from)
        },
    },
    Key {
        table: "lint",
        name: "region",
        flag: "--region",
        doc: "The region that templates are deployed to; unknown for `\"\"`.",
        show: |s| shown(&s.region, |region| string(region.as_deref().unwrap_or_default())),
    },
    Key {
        table: "lint",
        name: "account",
        flag: "--account",
        doc: "The account that templates are deployed to, 12 digits; unknown for `\"\"`.",
        show: |s| shown(&s.account, |account| string(account.as_deref().unwrap_or_default())),
    },
    Key {
        table: "hunt",
        name: "order",
        flag: "--order",
        doc: "`\"input\"` (as findings come) or `\"time\"` (sorted, printed at the end).",
        show: |s| shown(&s.order, |order| string(&order.to_string())),
    },
    Key {
        table: "hunt",
        name: "threads",
        flag: "--threads",
        doc: "Threads; 0 is one a core.",
        show: |s| shown(&s.threads, usize::to_string),
    },
];

fn shown<T>(setting: &Setting<T>, show: impl Fn(&T) -> String) -> (String, &Origin) {
    (show(&setting.value), &setting.from)
}

/// A TOML string.
fn string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A TOML array of strings.
fn strings<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|i| string(i.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

impl Param {
    /// The value as TOML.
    pub(crate) fn show(&self) -> String {
        match self {
            Self::Toml(value) => value.to_string(),
            Self::Text(text) => string(text),
        }
    }
}
