//! `cargo xtask catalog`: makes the table of resource types from published schemas.
//!
//! The schemas come with the Python package `cfn-lint`, pinned, installed into `.tools/`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use eyas_lang::catalog::table::{self, Table};
use serde_json::Value as Json;

use crate::run::root;

mod actions;
mod schema;

const PACKAGE: &str = "cfn-lint==1.58.0";

/// Prints the attributes of every type as JSON.
const ATTRIBUTES: &str = "
import cfnlint, glob, json, os
from cfnlint.schema import Schema
folder = os.path.join(os.path.dirname(cfnlint.__file__), 'data', 'schemas', 'resources')
schemas = [json.load(open(path)) for path in glob.glob(os.path.join(folder, '*.json'))]
print(json.dumps({schema['typeName']: sorted(Schema(schema).get_atts) for schema in schemas}))
";

/// Installs the schemas where they are missing and writes the table.
pub(crate) fn catalog() -> Result<(), String> {
    let root = root();
    actions::write(&root)?;
    let data = schemas(&root)?;
    let attributes = attributes(&root)?;
    let mut entries = Vec::new();
    for path in files(&data.join("resources"))? {
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let json: Json = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let name = json["typeName"].as_str().ok_or_else(|| format!("{}: no typeName", path.display()))?;
        let readable = attributes.get(name).map(Vec::as_slice).unwrap_or_default();
        entries.extend(schema::compile(&json, readable));
    }
    let shapes: usize = entries.iter().map(|e| e.record.definitions.len() + 1).sum();
    let fields: usize = entries.iter().map(|e| schema::count_fields(&e.record)).sum();
    let (table, descriptions) = table::write(entries)?;
    let types = Table::open(&table).ok_or("the table cannot be opened")?.len();
    let folder = root.join("lang/catalog");
    write(&folder.join("resources.bin"), &table)?;
    write(&folder.join("descriptions.bin"), &descriptions)?;
    let date = schema_date(&data)?;
    let source = format!(
        "package = \"{PACKAGE}\"\nschemas = \"{date}\"\ntypes = {types}\nshapes = {shapes}\nfields = {fields}\n"
    );
    write(&folder.join("resources.source.toml"), source.as_bytes())?;
    println!(
        "{types} types, {shapes} shapes, {fields} fields of {PACKAGE} ({date}): {} KiB and {} KiB",
        table.len() / 1024,
        descriptions.len() / 1024
    );
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|e| format!("{}: {e}", path.display()))
}

/// The interpreter that has a pinned package, installed first where it is not there.
fn python_with(root: &Path, package: &str) -> Result<PathBuf, String> {
    let venv = root.join(".tools").join(package.replace("==", "-"));
    let python = venv.join("bin/python");
    if !python.exists() {
        output(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        output(Command::new(&python).args(["-m", "pip", "install", "--quiet", package]))?;
    }
    Ok(python)
}

/// The folder of the package's schemas; installs the package first where it is not there.
fn schemas(root: &Path) -> Result<PathBuf, String> {
    let python = python_with(root, PACKAGE)?;
    let find =
        "import cfnlint, os; print(os.path.join(os.path.dirname(cfnlint.__file__), 'data', 'schemas'))";
    Ok(PathBuf::from(output(Command::new(&python).args(["-c", find]))?.trim()))
}

/// What `GetAtt` can return, by type. The schemas say it of what AWS sets; for older types the
/// package knows which other properties can be read.
fn attributes(root: &Path) -> Result<HashMap<String, Vec<String>>, String> {
    let text = output(Command::new(python_with(root, PACKAGE)?).args(["-c", ATTRIBUTES]))?;
    serde_json::from_str(&text).map_err(|e| format!("the attributes: {e}"))
}

fn schema_date(data: &Path) -> Result<String, String> {
    let path = data.join("version.json");
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let json: Json = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    Ok(json["schema_date"].as_str().unwrap_or("unknown").to_owned())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    paths.sort();
    Ok(paths)
}

/// Runs a command and gives back what it printed.
fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|e| format!("{:?}: {e}", command.get_program()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{:?}: {}", command.get_program(), String::from_utf8_lossy(&output.stderr)))
}
