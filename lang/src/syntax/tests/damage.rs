//! Text of every kind is read: no panic, and a diagnostic wherever something is wrong.

use proptest::prelude::*;

use crate::source::{FileId, Span};
use crate::syntax::ast::File;
use crate::syntax::tests::{SAMPLE, generators, rule_files};
use crate::syntax::tokens::Tokens;
use crate::syntax::{parse, parse_condition};

/// Reads a text and holds the result to what is true of every result.
fn read(text: &str) -> File {
    let file = parse(FileId(0), text);
    let inside = |span: Span| {
        let range = span.start as usize..span.end as usize;
        span.start <= span.end && text.get(range).is_some()
    };
    for d in &file.diagnostics {
        assert!(d.labels().iter().all(|label| inside(label.span)), "{d:?} is outside of {text:?}");
        assert!(!d.message.is_empty() && !d.message.ends_with('.'), "{d:?}");
    }
    for decl in &file.decls {
        assert!(inside(decl.span), "{:?} is outside of {text:?}", decl.span);
    }
    file
}

#[test]
fn rule_files_are_read_without_a_complaint() {
    for text in rule_files() {
        let file = read(&text);
        assert!(file.diagnostics.is_empty(), "{:#?} in {text}", file.diagnostics);
    }
}

#[test]
fn every_prefix_is_read_and_is_either_whole_or_has_a_diagnostic() {
    for end in (0..SAMPLE.len()).filter(|end| SAMPLE.is_char_boundary(*end)) {
        let prefix = &SAMPLE[..end];
        let file = read(prefix);
        let whole = Tokens::of(prefix).filter(|t| is_bracket(prefix, t.start)).fold(0i32, |depth, t| {
            if matches!(&prefix[t.start..t.end], "(" | "[" | "{") { depth + 1 } else { depth - 1 }
        });
        assert!(whole == 0 || !file.diagnostics.is_empty(), "{prefix}");
    }
}

fn is_bracket(text: &str, at: usize) -> bool {
    matches!(text.as_bytes().get(at), Some(b'(' | b')' | b'[' | b']' | b'{' | b'}'))
}

#[test]
fn deletions_that_leave_a_whole_file() {
    let mut silent = Vec::new();
    for token in Tokens::of(SAMPLE) {
        let damaged = format!("{}{}", &SAMPLE[..token.start], &SAMPLE[token.end..]);
        if read(&damaged).diagnostics.is_empty() {
            silent.push(&SAMPLE[token.start..token.end]);
        }
    }
    // What may be left out: comments, and words without which the rest still reads.
    insta::assert_snapshot!(silent.join("\n"));
}

#[test]
fn one_broken_declaration_leaves_the_others() {
    let whole = read(SAMPLE).decls.len();
    for damage in ["rule {", "}", "\"", "when: (((", "macro", "list x = ["] {
        let text = format!("{damage}\n{SAMPLE}");
        let file = read(&text);
        assert!(!file.diagnostics.is_empty(), "{damage}");
        let read = file.decls.len();
        assert!(read + 1 >= whole, "`{damage}` takes {read} of {whole} declarations");
    }
}

#[test]
fn brackets_may_nest_as_deep_as_they_like() {
    for open in ["(", "[", "{", "not (", "any x in y (", "f(", "a in [", "rule r on x { when: ("] {
        let text = open.repeat(10_000);
        assert!(!read(&text).diagnostics.is_empty());
        assert!(!parse_condition(FileId(0), &text, 0).1.is_empty());
        let in_rule = format!("rule r on cloudtrail {{\n  when: {text}\n}}\nlist after = [1]\n");
        let file = read(&in_rule);
        assert!(!file.diagnostics.is_empty());
    }
    let nots = format!("{}a", "not ".repeat(100_000));
    assert_eq!(parse_condition(FileId(0), &nots, 0).1.len(), 1);
}

/// Not a measurement: with backtracking gone wrong these would not end.
#[test]
fn long_text_is_read_in_linear_time() {
    let chain = vec!["a.b = c"; 5_000].join(" or ");
    assert!(parse_condition(FileId(0), &chain, 0).1.is_empty());
    assert!(!parse_condition(FileId(0), &format!("{chain} or"), 0).1.is_empty());
    for part in
        ["(a and ", "f(a, ", "{ a: [", "\"\"\"a ", "\"\n", "rule x\n", "a: ", "# c\n", "fires \"", "}\n"]
    {
        read(&part.repeat(5_000));
        read(&format!("rule r on x {{\n  when: {}", part.repeat(2_000)));
        read(&format!("test r {{\n  fires \"t\" {}", part.repeat(2_000)));
    }
}

proptest! {
    #![proptest_config(generators::config(96))]

    #[test]
    fn generated_files_are_read_without_a_complaint(text in generators::text()) {
        let file = read(&text);
        prop_assert!(file.diagnostics.is_empty(), "{:#?}\n{}", file.diagnostics, text);
    }

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        read(&text);
        parse_condition(FileId(0), &text, 7);
    }

    #[test]
    fn any_row_of_tokens_is_read(
        tokens in generators::file(),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        if !tokens.is_empty() {
            let row: Vec<String> = order.iter().map(|at| at.get(&tokens).clone()).collect();
            read(&generators::write(&row, &[" ", "\n"]));
        }
    }
}
