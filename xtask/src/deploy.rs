//! `cargo xtask deploy [FOLDER]`: what `--fix` leaves of templates goes on being deployable.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Outcome, cargo, root, run};

/// Templates that come with the project.
const TEMPLATES: &str = "xtask/deploy/templates";

/// Deploys templates to an emulated CloudFormation before and after `eyas lint --fix`.
pub(crate) fn deploy(args: &[&str]) -> Outcome {
    let folder = match args {
        [] => None,
        [folder] => Some(PathBuf::from(folder)),
        _ => return Err("usage: cargo xtask deploy [FOLDER]".to_owned()),
    };
    let root = root();
    run(cargo(&["build", "--package", "eyas"]))?;
    let python = python(&root)?;
    let place = root.join("target/deploy");
    let (before, after) = (place.join("before"), place.join("after"));
    let _ = fs::remove_dir_all(&place);
    let templates = folder.clone().unwrap_or_else(|| root.join(TEMPLATES));
    for copy in [&before, &after] {
        copy_all(&templates, copy).map_err(|why| format!("{}: {why}", templates.display()))?;
    }
    let mut fix = Command::new(root.join("target/debug/eyas"));
    fix.args(["lint", "--fix", "--quiet", "--skip-non-templates", "--fail-on", "critical", "."]);
    // What cannot be mended is no failure here; what that does to a deployment is.
    let _ = fix.current_dir(&after).stdout(std::process::Stdio::null()).status();
    let mut deploy = Command::new(python);
    deploy.arg(root.join("xtask/deploy/deploy.py")).args([&before, &after]);
    // The emulator shows all that is to be mended in the project's own templates.
    if folder.is_none() {
        deploy.arg("--strict");
    }
    run(deploy)
}

/// The interpreter with the emulator, installed first where it is not there as pinned.
fn python(root: &Path) -> Result<PathBuf, String> {
    let wanted = root.join("xtask/deploy/requirements.txt");
    let venv = root.join(".tools/deploy");
    let (python, installed) = (venv.join("bin/python"), venv.join("requirements.txt"));
    let pinned = fs::read(&wanted).map_err(|why| format!("{}: {why}", wanted.display()))?;
    if fs::read(&installed).is_ok_and(|installed| installed == pinned) {
        return Ok(python);
    }
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(&venv);
    run(make)?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&wanted);
    run(install)?;
    fs::write(&installed, pinned).map_err(|why| format!("{}: {why}", installed.display()))?;
    Ok(python)
}

fn copy_all(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (entry, below) = entry.map(|entry| (entry.path(), to.join(entry.file_name())))?;
        match entry.is_dir() {
            true => copy_all(&entry, &below)?,
            false => fs::write(&below, fs::read(&entry)?)?,
        }
    }
    Ok(())
}
