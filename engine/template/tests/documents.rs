//! What is said of texts that cannot be read, or only oddly.

use eyas_template::document::{Document, LineIndex, Problem, decode, parse};

fn line(text: &str, problem: &Problem) -> String {
    let (line, column) = LineIndex::new(text).line_column(text, problem.span.start);
    let help = problem.help.as_deref().map(|help| format!(" (help: {help})")).unwrap_or_default();
    format!("{line}:{column}: {}{help}", problem.message)
}

fn refused(text: &str) -> String {
    match parse(text) {
        Ok(document) => format!("read: {}", document.root.kind_name()),
        Err(problem) => line(text, &problem),
    }
}

/// Cases are apart by a line `=== name`.
#[test]
fn every_refusal_has_a_place_and_says_what_was_meant() {
    let cases = include_str!("cases/damaged.txt");
    let mut out = String::new();
    for case in cases.split("=== ").skip(1) {
        let (name, text) = case.split_once('\n').expect("a name");
        out.push_str(&format!("{name}\n    {}\n", refused(text)));
    }
    insta::assert_snapshot!(out);
}

/// What would take more time or memory than a template is worth is refused at a place.
#[test]
fn what_is_too_large_is_refused() {
    let list = |n: usize, item: &str| vec![item; n].join(", ");
    let bomb: String =
        (1..30).map(|i| format!("a{i}: &a{i} [{}]\n", list(9, &format!("*a{}", i - 1)))).collect();
    let anchors: String = (0..150).map(|i| format!("{}&b{i}\n{}- ", " ".repeat(i), " ".repeat(i))).collect();
    let steps: String = (0..2_000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    let cases = [
        ("aliases", format!("a0: &a0 x\n{bomb}")),
        (
            "merges",
            format!("a0: &a0 [{}]\nb: &b {{a: *a0}}\nc: [{}]", list(1_000, "x"), list(600, "{<<: *b}")),
        ),
        ("nested anchors", format!("{anchors}[{}]\n", list(10_000, "x"))),
        ("YAML brackets", format!("a: {}", "[".repeat(10_000))),
        ("YAML braces", format!("a: {}", "{a: ".repeat(10_000))),
        ("YAML indentation", steps),
        ("YAML lists", "- ".repeat(10_000)),
        ("JSON brackets", format!("{{\"a\": {}", "[".repeat(10_000))),
        ("JSON braces", "{\"a\": ".repeat(10_000)),
        ("JSON values", format!("[{}]", list(600_000, "1"))),
        ("size", "a: 1\n".repeat(10 << 20)),
    ];
    let mut out = String::new();
    for (name, text) in cases {
        out.push_str(&format!("{name}: {}\n", refused(&text)));
    }
    insta::assert_snapshot!(out);
}

fn decoded(bytes: &[u8]) -> String {
    match decode(bytes.to_vec()) {
        Ok(text) => refused(&text),
        Err(problem) => format!("{}: {}", problem.span.start, problem.message),
    }
}

#[test]
fn encodings_are_told() {
    let text = "Resources:\r\n  É: # 😀\r\n    Type: AWS::S3::Bucket\r\n";
    let utf16 = |mark: &[u8], unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.iter().copied().chain(text.encode_utf16().flat_map(unit)).collect()
    };
    let cases: [(&str, Vec<u8>); 9] = [
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8 with a mark", [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        ("UTF-16 LE", utf16(&[0xFF, 0xFE], u16::to_le_bytes)),
        ("UTF-16 BE", utf16(&[0xFE, 0xFF], u16::to_be_bytes)),
        ("UTF-16 LE without a mark", utf16(&[], u16::to_le_bytes)),
        ("Latin-1", b"Resources:\n  \xC9: x".to_vec()),
        ("a NUL", b"Resources:\n  A: x\0y".to_vec()),
        ("an escape", b"Resources:\n  A: \x1B[31m".to_vec()),
        ("half a UTF-16", vec![0xFF, 0xFE, 0x61]),
    ];
    let mut out = String::new();
    for (name, bytes) in cases {
        out.push_str(&format!("{name}: {}\n", decoded(&bytes)));
    }
    insta::assert_snapshot!(out);
}

/// The text at every key and value of a document.
fn places(document: &Document) -> String {
    fn walk(node: &eyas_template::document::Node, document: &Document, depth: usize, out: &mut String) {
        let at = |span: eyas_template::document::Span| {
            let place = document.place(span);
            let text = document.text.get(span.start as usize..span.end as usize).unwrap_or("?");
            format!("{}:{} {text:?}", place.line, place.column)
        };
        for item in node.items() {
            out.push_str(&format!("{}- {} {:?}\n", "  ".repeat(depth), at(item.span), item.style));
            walk(item, document, depth + 1, out);
        }
        for entry in node.entries() {
            let (key, span) = (&entry.key, at(entry.key_span));
            let value = at(entry.value.span);
            out.push_str(&format!("{}{key} ({span}): {value} {:?}\n", "  ".repeat(depth), entry.value.style));
            walk(&entry.value, document, depth + 1, out);
        }
    }
    let mut out = String::new();
    walk(&document.root, document, 0, &mut out);
    for problem in &document.problems {
        out.push_str(&format!("{}\n", line(&document.text, problem)));
    }
    out
}

#[test]
fn odd_texts_are_read_with_true_places() {
    let cases = [
        ("CRLF", "a: 1\r\nb:\r\n  - 'x'\r\n  - |\r\n    y\r\n"),
        ("wide characters", "é: [ü, \"😀\", z]\n"),
        ("keys that are no text", "1: a\ntrue: b\n2010-01-01: c\n? [x, y]\n: d\n~: e\n"),
        ("duplicates", "a: 1\nb: 2\na: 3\n"),
        ("merges", "base: &b {x: 1, y: 2}\none: {<<: *b, y: 3}\n"),
        ("two documents", "---\na: 1\n...\n---\nb: [\n"),
        ("a quote with little indentation", "a:\n    b: !Sub 'x\n  y\n }'\n    c: d\n"),
        ("a quote with tabs", "a:\n  b: \"x\n\ty\"\n"),
        ("tags", "a: !!str 1\nb: !!int \"2\"\nc: !!binary aGk=\nd: !<tag:x> y\ne: ! z\n"),
        ("no values", "Resources:\nParameters:\nOutputs: {}\n"),
    ];
    let mut out = String::new();
    for (name, text) in cases {
        let shown = match parse(text) {
            Ok(document) => places(&document),
            Err(problem) => line(text, &problem),
        };
        out.push_str(&format!("=== {name}\n{shown}\n"));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn short_forms_are_long_forms_wherever_they_stand() {
    let text = r#"
a: !GetAtt b.c
b: !GetAtt [b, c.d]
c: !If [X, !Ref y, !Sub "${z}"]
d: !Sub
  - "${a}"
  - a: !Select [0, !Split [",", !Ref b]]
e: !And [!Condition X, !Not [!Equals [!Ref a, 'b']]]
f: [!Ref a, {g: !ImportValue h}]
g:
  - !Ref a
  - !Base64
    Fn::Sub: b
h: !Transform {Name: AWS::Include, Parameters: {Location: s3}}
i: !ToJsonString {a: !Ref b}
j: !Length [1]
k: !FindInMap [a, !Ref b, c, {DefaultValue: d}]
l: !GetAZs
m: !GetAZs ''
n: !Join ["", []]
o: !Sub |
  x ${y}
p: !Cidr [!GetAtt a.b, 1, 8]
q: !If
  - X
  - y
  - !Ref AWS::NoValue
"#;
    insta::assert_snapshot!(places(&parse(text).expect("YAML")));
}
