//! The layout by example, and that formatting keeps what a file means.

use proptest::prelude::*;

use crate::source::FileId;
use crate::syntax::ast::File;
use crate::syntax::tests::generators;
use crate::syntax::{outline, parse};

use super::format;

fn read(text: &str) -> File {
    let file = parse(FileId(0), text);
    assert!(file.diagnostics.is_empty(), "{:#?} in {text}", file.diagnostics);
    file
}

fn formatted(text: &str) -> String {
    format(&read(text), text).expect("a file without errors is formatted")
}

/// What the comments of a file say. Comments that share a line become one.
fn comments(file: &File) -> String {
    let text: String = file.comments.iter().map(|c| c.text.as_str()).collect();
    text.split_whitespace().collect()
}

/// Holds the formatting of a text to what is true of every formatting.
fn check(text: &str) -> String {
    let before = read(text);
    let once = formatted(text);
    let after = read(&once);
    assert_eq!(outline(&before), outline(&after), "{text}\n→\n{once}");
    assert_eq!(comments(&before), comments(&after), "{text}\n→\n{once}");
    assert_eq!(once, formatted(&once), "{text}");
    let ragged = once.lines().find(|line| line.ends_with(' '));
    let quoted = once.contains("\"\"\"") || once.contains('\r');
    assert!(ragged.is_none() || quoted, "{ragged:?} in {once}");
    once
}

#[test]
fn a_file_of_every_construct() {
    insta::assert_snapshot!(check(include_str!("../syntax/tests/sample.eyas")));
}

#[test]
fn long_lines_and_comments() {
    insta::assert_snapshot!(check(
        r##"# head

## not a doc of anything
package a.b # why a.b
use c
# before d
use d

list a = [1,2]
list b = [
  1, # one
  # two follows
  2
]
# about c

list c = [AAAAAAAAAAAAAAAAAAAAAAAAAAA, BBBBBBBBBBBBBBBBBBBBBBBBBBBBB, CCCCCCCCCCCCCCCCCCCCCC, DDDDDDDDDDDDDDDDD, EEEEEEE]
## A title
# a comment among the doc
##
## more
macro m = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b = c and (bbbbbbbbbbbbbbbbbbbbbbbbbbbb or ccccccccccccccccccccccccc)

rule r on x { # opened
  # first
  severity: low if a, medium if aaaaaaaaaaaaaaaaaaaaaaaaaaaaa = bbbbbbbbbbbbbbbbbbbb, high if cccccccccccccccccccccc, otherwise low


  when: # why
    not aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa = b and # one
    # two
    (cccccccccccccccccccccccccccccccc in (dddddddddddddddddd, eeeeeeeeeeeeeeeeeeeeeeeeeee, fffffffffffffffffff, ggggg) or d)
    # three
  tags: [a, # x
   b]
  # last
}
test r {
  fires "a" { a: 1, # one
   b: [1, 2, { c: 3 }] } # end
  # between

  silent "b" s with { aaaaaaaaaaaaaaaaaaaaaaaaaaa: 1, bbbbbbbbbbbbbbbbbbbbbbbbbbbb: 2, ccccccccccccccccccccccccc: { d: [] } }
}
# tail"##
    ));
}

#[test]
fn a_file_with_errors_has_no_layout() {
    for text in ["rule", "list a = [", "macro m = a b"] {
        assert_eq!(format(&parse(FileId(0), text), text), None);
    }
    assert_eq!(formatted(""), "");
    assert_eq!(formatted("\n\n# only a comment"), "# only a comment\n");
}

/// A tree that was read from other text prints what it means.
#[test]
fn a_tree_alone_is_enough() {
    let text = include_str!("../syntax/tests/sample.eyas");
    let file = read(text);
    let printed = format(&file, "- rule: x\n").expect("a file without errors is formatted");
    assert_eq!(outline(&file), outline(&read(&printed)), "{printed}");
}

#[test]
fn rule_files_of_the_project_keep_their_meaning() {
    let step = if generators::exhaustive() { 1 } else { 6 };
    for text in crate::syntax::tests::rule_files().iter().step_by(step) {
        check(text);
    }
}

proptest! {
    #![proptest_config(generators::config(96))]

    #[test]
    fn formatting_keeps_what_a_file_means(text in generators::text()) {
        check(&text);
    }

    #[test]
    fn trees_print_without_their_text(text in generators::text()) {
        let file = read(&text);
        let printed = format(&file, "").expect("a file without errors is formatted");
        prop_assert_eq!(outline(&file), outline(&read(&printed)), "{}\n→\n{}", text, printed);
    }
}
