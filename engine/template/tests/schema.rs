//! Schema findings: for each rule a template in which it fires, and one in which nothing does.

use std::path::Path;

use eyas_template::document::{Document, parse};
use eyas_template::inputs::Inputs;
use eyas_template::schema::{RULES, SchemaFinding, check};
use eyas_template::template::recognise;

fn read(name: &str) -> Document {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    parse(&text).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn findings(document: &Document) -> Vec<SchemaFinding> {
    let template = recognise(document).expect("a template");
    check(&template, &Inputs::default())
}

/// Findings as people would read them.
fn shown(document: &Document, findings: &[SchemaFinding]) -> String {
    let mut out = String::new();
    for finding in findings {
        let place = document.place(finding.span);
        let rule = finding.rule.id;
        out += &format!("{}:{} {rule}: {}\n", place.line, place.column, finding.message);
        out += &format!("    at {}", finding.path);
        if let Some((id, kind)) = &finding.resource {
            out += &format!(" of {id} ({kind})");
        }
        if let Some(fix) = &finding.fix {
            out += &format!("\n    fix: {fix}");
        }
        if let Some((span, text)) = &finding.text_edit {
            let old = &document.text[span.start as usize..span.end as usize];
            out += &format!("\n    edit: {old} -> {text}");
        }
        out.push('\n');
    }
    out
}

#[test]
fn each_rule_fires_where_it_should_and_says_why() {
    for rule in RULES {
        let name = rule.id.trim_start_matches("template.");
        let document = read(&format!("{name}.yaml"));
        let found = findings(&document);
        assert!(found.iter().any(|finding| finding.rule == rule), "{name} does not fire");
        insta::with_settings!({description => rule.title, omit_expression => true}, {
            insta::assert_snapshot!(name, shown(&document, &found));
        });
    }
}

#[test]
fn what_deployment_would_take_is_no_finding() {
    for name in ["directives", "generated", "kinds", "loops", "macro", "references", "sam", "unknown_to_us"] {
        let document = read(&format!("silent/{name}.yaml"));
        let found = findings(&document);
        assert!(found.is_empty(), "{name}:\n{}", shown(&document, &found));
    }
}

#[test]
fn given_parameters_are_checked_too() {
    let document = read("bad_enum_value.yaml");
    let template = recognise(&document).expect("a template");
    let given = |value: &str| Inputs {
        parameters: [("Access".to_owned(), value.into())].into(),
        ..Inputs::default()
    };
    let about = |inputs: &Inputs| {
        let found = check(&template, inputs).into_iter().filter(|f| f.message.contains("`Access`"));
        found.map(|f| f.message).collect::<Vec<_>>()
    };
    assert_eq!(
        about(&given("Private")),
        ["`BlockPublicAcls` must be `true` or `false`, not `Private`, the value of parameter `Access`"]
    );
    assert_eq!(about(&given("")), [""; 0]);
    let document = read("bad_parameter.yaml");
    let template = recognise(&document).expect("a template");
    let inputs = Inputs { parameters: [("Listed".to_owned(), "stage".into())].into(), ..Inputs::default() };
    let found = check(&template, &inputs);
    let message = "the value given for parameter `Listed`, `stage`, is none of `AllowedValues`";
    assert!(found.iter().any(|f| f.message == message));
}

#[test]
fn a_flood_of_faults_is_bounded() {
    let mut text = String::from("Resources:\n");
    for i in 0..2_000 {
        let name = "x".repeat(i % 1_000);
        text += &format!(
            "  R{i}: {{ Type: AWS::SNS::Topic, Properties: {{ A: !Ref B{i}, C: !Ref D{name} }} }}\n"
        );
    }
    let document = parse(&text).expect("YAML");
    let found = findings(&document);
    assert!(found.iter().all(|finding| finding.message.len() < 600));
    let told = found.iter().find(|f| f.message == "the template has more faults than the 5000 that are told");
    assert!(told.is_some() && found.len() == 5_001);
}

#[test]
fn a_template_has_resources() {
    for (text, message) in [
        (
            "AWSTemplateFormatVersion: 2010-09-09",
            "the template has no `Resources`, and must have at least one resource",
        ),
        (
            "AWSTemplateFormatVersion: 2010-09-09\nResources: {}",
            "`Resources` is empty; a template must have at least one resource",
        ),
    ] {
        let found = findings(&parse(text).expect("YAML"));
        assert_eq!(found.iter().map(|f| f.message.as_str()).collect::<Vec<_>>(), [message]);
    }
}

#[test]
fn rules_are_sorted_and_documented() {
    assert!(RULES.is_sorted_by(|a, b| a.id < b.id));
    for rule in RULES {
        assert!(rule.id.starts_with("template.") && !rule.title.ends_with('.'), "{}", rule.id);
        assert!(rule.doc.contains("\n\n"), "{} says what it is, but not what to do", rule.id);
    }
}

#[test]
fn edits_mend_what_they_are_for() {
    for rule in RULES {
        let name = rule.id.trim_start_matches("template.");
        let document = read(&format!("{name}.yaml"));
        for finding in findings(&document) {
            let Some((span, text)) = &finding.text_edit else { continue };
            let mut mended = document.text.clone();
            mended.replace_range(span.start as usize..span.end as usize, text);
            let mended = parse(&mended).expect("still YAML");
            let left = findings(&mended);
            let same =
                |f: &&SchemaFinding| f.message == finding.message && f.span.start == finding.span.start;
            assert!(!left.iter().any(|f| same(&f)), "{name}: {} is still there", finding.message);
        }
    }
}

/// The reference page is the rules' own text; `EYAS_WRITE_DOCS=1` writes it anew.
#[test]
fn the_reference_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/reference/template-checks.md");
    let page = page();
    if std::env::var_os("EYAS_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "run this test with EYAS_WRITE_DOCS=1");
}

fn page() -> String {
    let mut page = String::from(
        "# Template checks\n\n\
         Before it asks any policy, `eyas lint` checks what is wrong with a template itself, against the \
         published schemas of the resource types. Each check is a rule with an id and can be disabled or \
         suppressed like every other.\n\n\
         Precision goes first: what an intrinsic function, a macro, a loop or SAM may make right is not \
         reported. A value under `Fn::If` is checked on each branch.\n\n\
         | rule | severity | finds |\n|---|---|---|\n",
    );
    for rule in RULES {
        page += &format!(
            "| [`{0}`](#{1}) | {2} | {3} |\n",
            rule.id,
            rule.id.replace('.', ""),
            rule.severity.as_str(),
            rule.title
        );
    }
    for rule in RULES {
        page += &format!("\n## `{}`\n\n{}\n", rule.id, rule.doc);
    }
    page
}

/// Real templates: every one is checked, in little time. Skipped where there is no corpus.
#[test]
fn real_templates_are_checked_without_a_hitch() {
    let Some(root) = std::env::var_os("EYAS_TEMPLATES").map(std::path::PathBuf::from) else {
        eprintln!("skipped: EYAS_TEMPLATES names no folder");
        return;
    };
    let (mut checked, mut slowest, mut folders) = (0, std::time::Duration::ZERO, vec![root]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = eyas_template::document::decode(std::fs::read(&path).expect("a file"));
            let Ok(document) = text.and_then(|text| parse(&text)) else { continue };
            let Ok(template) = recognise(&document) else { continue };
            let started = std::time::Instant::now();
            let found = check(&template, &Inputs::default());
            slowest = slowest.max(started.elapsed());
            checked += 1;
            assert!(found.is_sorted_by_key(|finding| finding.span), "{}", path.display());
            for finding in found {
                let Some((span, _)) = finding.text_edit else { continue };
                assert!(document.text.get(span.start as usize..span.end as usize).is_some());
            }
        }
    }
    eprintln!("{checked} templates, the slowest took {slowest:?}");
    assert!(checked > 0 && slowest.as_secs() < 5);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// Templates with lines left out, doubled or torn are checked without a panic.
    #[test]
    fn damaged_templates_are_checked(
        name in proptest::sample::select(RULES.iter().map(|rule| rule.id).collect::<Vec<_>>()),
        damage in proptest::collection::vec((proptest::prelude::any::<u16>(), 0..4u8), 1..6),
    ) {
        let name = name.trim_start_matches("template.");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema").join(format!("{name}.yaml"));
        let text = std::fs::read_to_string(path).expect("test data");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (at, how) in damage {
            let at = usize::from(at) % lines.len();
            match how {
                0 => lines[at].clear(),
                1 => lines.insert(at, lines[at].clone()),
                2 => lines[at] = lines[at].replace(['[', '{'], "").replace([']', '}'], ""),
                _ => lines[at] = lines[at].split_inclusive(':').next().unwrap_or("").to_owned(),
            }
        }
        if let Ok(document) = parse(&lines.join("\n"))
            && let Ok(template) = recognise(&document)
        {
            check(&template, &Inputs::default());
        }
    }
}
