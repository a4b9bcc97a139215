//! Values given for parameters, and the pinned version.

use std::collections::BTreeMap;

use super::sources;
use crate::catalog::Catalog;
use crate::types::{CheckOptions, Checked, GivenParam, load};

const RULES: &str = "param regions: list<string> = [us-east-1]\nparam limit: int = 3\nparam net: cidr\nparam since: duration = 90d\n\
    rule r on cloudtrail { severity: low when: ct.region in regions and s3.bytes > limit and ct.srcip inside (net) and age(ct.time) > since }\n";

fn with(params: &[(&str, GivenParam)], language: Option<u32>) -> Checked {
    let params: BTreeMap<_, _> = params.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    load(&sources(&[("rules.eyas", RULES)]), Catalog::builtin(), &CheckOptions { params, language })
}

fn text(text: &str) -> GivenParam {
    GivenParam::Text(text.to_owned())
}

#[test]
fn values_are_read_as_the_type_of_the_parameter() {
    let list = GivenParam::List(vec![text("a"), text("b")]);
    let mut seen = Vec::new();
    for regions in [list, text("a,b"), text("[a, \"b\"]")] {
        let given = [
            ("regions", regions),
            ("rules.limit", GivenParam::Int(9)),
            ("net", text("10.0.0.0/8")),
            ("since", text("1h")),
        ];
        let checked = with(&given, Some(1));
        assert_eq!(checked.problems, []);
        assert!(checked.diagnostics.is_empty(), "{:?}", checked.diagnostics);
        let values: Vec<String> =
            checked.rules.params.iter().map(|p| format!("{} {:?}", p.given, p.value)).collect();
        seen.push(values.join("\n"));
    }
    assert!(seen.iter().all(|s| *s == seen[0]));
    insta::assert_snapshot!(seen[0]);
}

#[test]
fn wrong_names_and_values_are_problems_of_the_options() {
    let given = [
        ("limti", GivenParam::Int(1)),
        ("limit", text("many")),
        ("regions", GivenParam::Bool(true)),
        ("since", GivenParam::List(vec![])),
    ];
    let problems = with(&given, Some(7)).problems;
    let lines: Vec<String> =
        problems.iter().map(|p| format!("{}: {} ({:?})", p.name, p.message, p.help)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_rule_that_reads_a_wrongly_given_parameter_is_left_out() {
    let checked = with(&[("limit", text("many"))], None);
    assert_eq!(checked.left_out, ["rules.r"]);
    assert!(!checked.is_ok());
}
