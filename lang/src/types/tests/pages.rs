//! Every code's page has an example, and the example produces the code.

use super::sources;
use crate::catalog::Catalog;
use crate::diagnostics::{Code, Diagnostic, plain};
use crate::types::{CheckOptions, load, not_runnable_yet};

/// The first example of a page: its language and its text.
fn example(page: &str) -> Option<(&str, &str)> {
    let (_, rest) = page.split_once("\n```")?;
    let (language, rest) = rest.split_once('\n')?;
    let (text, _) = rest.split_once("\n```")?;
    // The end of the last line belongs to it.
    rest.get(..text.len() + 1).map(|text| (language, text))
}

/// The files of an example: one, or several under `### name` lines.
fn files<'t>(language: &str, text: &'t str) -> Vec<(&'t str, String)> {
    if !text.starts_with("### ") {
        let name = if language == "eyas" { "rules.eyas" } else { "rules.yaml" };
        return vec![(name, text.to_owned())];
    }
    let parts = text.split("### ").filter(|p| !p.is_empty());
    parts.filter_map(|p| p.split_once('\n')).map(|(name, text)| (name, text.to_owned())).collect()
}

#[test]
fn every_page_has_its_headings() {
    let headings = ["## What it means", "## Example", "## How to mend it"];
    let lacks = |code: &&Code| {
        let page = code.page();
        !page.starts_with(&format!("# {}\n", code.as_str())) || !headings.iter().all(|h| page.contains(h))
    };
    let wrong: Vec<&str> = Code::ALL.iter().filter(lacks).map(|c| c.as_str()).collect();
    assert!(wrong.is_empty(), "these pages lack a heading: {wrong:?}");
}

#[test]
fn every_example_produces_its_code() {
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let Some((language, text)) = example(code.page()) else {
            wrong.push(format!("{}: no example", code.as_str()));
            continue;
        };
        let files = files(language, text);
        let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
        let sources = sources(&files);
        let checked = load(&sources, Catalog::builtin(), &CheckOptions::default());
        let mut said: Vec<Diagnostic> = checked.diagnostics;
        if *code == Code::NotRunnableYet {
            said.extend(checked.rules.rules.iter().filter_map(|r| not_runnable_yet(r)));
        }
        let text = plain(&said, &sources);
        if said.iter().any(|d| d.code == *code) {
            insta::assert_snapshot!(format!("page_{}", code.as_str()), text);
        } else {
            wrong.push(format!("{}: the example gives\n{text}", code.as_str()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
