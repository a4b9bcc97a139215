//! `eyas rules`

use eyas_tests::Place;

use crate::data::RULES;

#[test]
fn a_rule_is_shown_with_what_it_reads_and_its_tests() {
    let place = Place::new();
    place.file(
        "own.eyas",
        format!(
            "## Names.\nparam names: list<string> = [a]\n{}",
            RULES.replace("not ct.error exists", "not ct.error exists and not ct.user in (names)")
        ),
    );
    insta::assert_snapshot!(place.eyas("rules show user_made --rules own.eyas").shown());
}

#[test]
fn rules_are_listed_by_severity_and_tag() {
    let place = Place::new();
    place.file("own.eyas", RULES);
    insta::assert_snapshot!(place.eyas("rules list --rules own.eyas").shown());
    insta::assert_snapshot!(place.eyas("rules list --rules own.eyas --tag iam").shown());
    insta::assert_snapshot!(place.eyas("rules list --rules own.eyas --severity critical").shown());
    assert_eq!(place.eyas("rules list --rules own.eyas --json").json()[0]["id"], "own.listed");
}

#[test]
fn a_wrong_name_gets_the_nearest() {
    let place = Place::new();
    place.file("own.eyas", RULES);
    insta::assert_snapshot!(place.eyas("rules show user_mad --rules own.eyas").shown());
    insta::assert_snapshot!(place.eyas("rules fields cloudtrial").shown());
    insta::assert_snapshot!(place.eyas("rules fields cloudtrail ct.usr").shown());
}

#[test]
fn fields_have_types_and_say_what_they_hold() {
    let ran = Place::new().eyas("rules fields cloudtrail ct.user.acc");
    assert_eq!(ran.code(), 0);
    assert_eq!(ran.stdout().lines().count(), 2);
    assert!(ran.stdout().lines().all(|line| line.contains("  string  ")), "{}", ran.stdout());
}

#[test]
fn documentation_is_written_and_checked() {
    let place = Place::new();
    place.file("own.eyas", RULES);
    assert_eq!(place.eyas("rules docs --rules own.eyas --out site").code(), 0);
    insta::assert_snapshot!(place.read("site/rules.md"));
    assert_eq!(place.eyas("rules docs --rules own.eyas --out site --check").code(), 0);
    place.file("site/rules.md", "stale");
    assert_eq!(place.eyas("rules docs --rules own.eyas --out site --check").code(), 1);
}
