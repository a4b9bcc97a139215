//! Whatever happens to a template's text: it is read or refused, never a panic.

use eyas_template::document::{LineIndex, decode, parse};
use eyas_template::inputs::Inputs;
use eyas_template::nested::Nearby;
use eyas_template::records::resolve;
use eyas_template::template::recognise;
use proptest::prelude::*;

const TEMPLATES: [&str; 4] = [
    include_str!("cases/loops.yaml"),
    include_str!("cases/serverless-function.yaml"),
    include_str!("cases/serverless-others.yaml"),
    r#"{"Parameters": {"E": {"Type": "String", "AllowedValues": ["a", "b"]}},
      "Conditions": {"P": {"Fn::Equals": [{"Ref": "E"}, "a"]}},
      "Resources": {"A": {"Type": "AWS::S3::Bucket", "Condition": "P", "Properties": {
        "BucketName": {"Fn::Sub": ["${E}-${x}", {"x": {"Fn::Join": ["", ["a", {"Ref": "B"}]]}}]},
        "Tags": [{"Fn::If": ["P", {"Key": "k", "Value": "é\u0001"}, {"Ref": "AWS::NoValue"}]}]}}}}"#,
];

/// Every other template is the same text again.
struct Itself<'t>(&'t str);

impl Nearby for Itself<'_> {
    fn read(&self, _path: &str) -> Option<String> {
        Some(self.0.to_owned())
    }
}

fn survives(bytes: Vec<u8>) {
    let Ok(text) = decode(bytes) else { return };
    let document = match parse(&text) {
        Ok(document) => document,
        Err(problem) => {
            assert!(problem.span.start as usize <= text.len() && !problem.message.is_empty());
            LineIndex::new(&text).line_column(&text, problem.span.start);
            return;
        }
    };
    if let Ok(template) = recognise(&document) {
        resolve(&template, &Inputs::default(), &Itself(&text));
    }
}

/// A place in a text, as a part of its length.
fn at(text: &str, part: f64) -> usize {
    (text.len() as f64 * part) as usize
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_cut_off_template(template in 0..TEMPLATES.len(), part in 0.0..1.0) {
        let text = TEMPLATES[template];
        survives(text.as_bytes()[..at(text, part)].to_vec());
    }

    #[test]
    fn a_hole_in_a_template(template in 0..TEMPLATES.len(), part in 0.0..1.0, length in 1usize..40) {
        let text = TEMPLATES[template];
        let mut bytes = text.as_bytes().to_vec();
        let start = at(text, part);
        bytes.drain(start..(start + length).min(text.len()));
        survives(bytes);
    }

    #[test]
    fn something_put_into_a_template(
        template in 0..TEMPLATES.len(),
        part in 0.0..1.0,
        what in prop::sample::select(vec!["\t", "'", "\"", "{", "]", "\n", ": ", "- ", "*a", "&a ", "!If ", "<<: ", "${", "|", "é", "\u{0}", "Fn::ForEach::X: "]),
    ) {
        let text = TEMPLATES[template];
        let mut bytes = text.as_bytes().to_vec();
        let start = at(text, part);
        bytes.splice(start..start, what.bytes());
        survives(bytes);
    }

    #[test]
    fn values_in_places_of_other_kinds(template in 0..3usize, from in 0usize..200, to in 0usize..200) {
        // Lines of one place at another: lists where maps belong, and the other way round.
        let mut lines: Vec<&str> = TEMPLATES[template].lines().collect();
        let (from, to) = (from % lines.len(), to % lines.len());
        lines.swap(from, to);
        survives(lines.join("\n").into_bytes());
    }
}
