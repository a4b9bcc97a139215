//! Help, mistakes in arguments, completions, manual pages.

use eyas_tests::Place;

const COMMANDS: [&str; 11] =
    ["check", "fmt", "test", "rules", "explain", "hunt", "convert", "demo", "config", "completions", "man"];

#[test]
fn every_command_has_help_with_examples() {
    let place = Place::new();
    let root = place.eyas("--help");
    for command in COMMANDS {
        assert!(root.stdout().contains(&format!("  {command} ")), "{command}");
        let help = place.eyas(&format!("{command} --help"));
        assert_eq!(help.code(), 0);
        assert!(help.stdout().contains("Examples:\n  eyas "), "{command}: {}", help.stdout());
    }
}

#[test]
fn mistakes_name_what_was_meant() {
    let place = Place::new();
    insta::assert_snapshot!(place.eyas("chekc").shown());
    insta::assert_snapshot!(place.eyas("hunt x --fail-on hihg").shown());
    insta::assert_snapshot!(place.eyas("hunt x -f sariff").shown());
    insta::assert_snapshot!(place.eyas("hunt x --from yesterday").shown());
    insta::assert_snapshot!(place.eyas("hunt x --pack awz").shown());
    insta::assert_snapshot!(place.eyas("hunt x --set y").shown());
}

#[test]
fn the_version_is_printed() {
    let ran = Place::new().eyas("-V");
    assert_eq!((ran.code(), ran.stdout().as_str()), (0, concat!("eyas ", env!("CARGO_PKG_VERSION"), "\n")));
}

#[test]
fn completions_and_manual_pages_cover_the_commands() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.eyas(&format!("completions {shell}")).stdout();
        assert!(COMMANDS.iter().all(|c| script.contains(c)), "{shell}");
    }
    assert!(place.eyas("man").stdout().starts_with(".ie"));
    assert_eq!(place.eyas("man --out pages").code(), 0);
    assert!(place.read("pages/eyas-hunt.1").contains("CloudTrail"));
}
