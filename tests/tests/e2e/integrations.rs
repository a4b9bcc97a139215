//! The files that hand eyas to other programs: the GitHub action and the pre-commit hooks.

use std::path::Path;
use std::process::Command;

use eyas_template::document::{Document, Node, parse};
use eyas_tests::{Place, binary};

fn read(name: &str) -> Document {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    parse(&std::fs::read_to_string(root.join(name)).expect("the file is there")).expect("it is YAML")
}

fn text<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(Node::as_str).unwrap_or_default()
}

const TEMPLATE: &str = "Resources:\n  V:\n    Type: AWS::EC2::Volume\n    Properties: { AvailabilityZone: a, Encrypted: false }\n";

/// Runs the action's own script as the runner would, with these inputs for the defaults.
fn action(place: &Place, inputs: &[(&str, &str)]) -> (i32, String) {
    let action = read("action.yml");
    let steps =
        action.root.get("runs").and_then(|runs| runs.get("steps")).map(Node::items).unwrap_or_default();
    let step = steps.iter().find(|step| text(step, "name") == "Judge templates").expect("the step");
    let mut command = Command::new("bash");
    command.args(["-e", "-o", "pipefail", "-c", text(step, "run")]).current_dir(place.path());
    let path = format!(
        "{}:{}",
        binary().parent().expect("a folder").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    command.env("PATH", path).env("GITHUB_STEP_SUMMARY", place.path().join("summary.md"));
    for entry in step.get("env").map(Node::entries).unwrap_or_default() {
        let name = entry.value.as_str().unwrap_or_default().trim_matches(|c| "${} ".contains(c));
        let name = name.strip_prefix("inputs.").expect("every variable is an input");
        let default = action.root.get("inputs").and_then(|all| all.get(name)).expect("it is declared");
        let given = inputs.iter().find(|(input, _)| *input == name).map(|(_, value)| *value);
        command.env(entry.key.as_str(), given.unwrap_or(text(default, "default")));
    }
    let output = command.output().expect("bash runs");
    let all = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&all).into_owned())
}

#[test]
fn the_action_annotates_and_writes_sarif() {
    let place = Place::new();
    place.file("a.yaml", TEMPLATE);
    let (code, out) = action(&place, &[]);
    assert_eq!(code, 1, "{out}");
    assert!(out.lines().any(|line| line.starts_with("::warning file=a.yaml,line=4")), "{out}");
    assert!(place.read("eyas.sarif").contains("\"2.1.0\""));
    assert!(place.read("summary.md").contains("volume_unencrypted"));
    assert_eq!(action(&place, &[("fail-on", "critical"), ("region", "eu-west-1")]).0, 0);
}

#[test]
fn the_hooks_run_commands_that_exist() {
    let place = Place::new();
    place.file("a.yaml", TEMPLATE).file("b.json", "{}").file("c.eyas", "## A list.\nlist a = [1]\n");
    let hooks = read(".pre-commit-hooks.yaml");
    let mut codes = Vec::new();
    for hook in hooks.root.items() {
        let entry = text(hook, "entry").strip_prefix("eyas ").expect("they run eyas");
        let files = if text(hook, "files").contains("eyas") { "c.eyas" } else { "a.yaml b.json" };
        codes.push((text(hook, "id").to_owned(), place.eyas(&format!("{entry} {files}")).code()));
    }
    let wanted = [("eyas-lint", 1), ("eyas-check", 0), ("eyas-fmt", 0)];
    assert_eq!(codes, wanted.map(|(id, code)| (id.to_owned(), code)));
}
