//! Others' verdicts beside ours: `policies/peers/*.csv` says which of our rules covers which
//! of theirs, `tests/labelled/disagreements/*.csv` where we differ on purpose.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::run::{self, Outcome};

/// One verdict of the corpus.
#[derive(Debug, Deserialize)]
struct Case {
    source: String,
    rule_id: String,
    template: String,
    expected: String,
    #[serde(default)]
    resource: Option<String>,
}

/// What we say of a template: rule, resource (`Type.LogicalId`), whether it is a violation.
type Verdicts = HashMap<String, Vec<(String, String, bool)>>;

/// `source` and `rule_id`.
type Foreign = (String, String);

/// Compares and prints; `args` may hold a part of a rule id (theirs or ours) to look at.
pub(crate) fn labelled(args: &[&str]) -> Outcome {
    std::env::set_current_dir(run::root()).map_err(|e| e.to_string())?;
    let corpus = std::env::var("EYAS_CORPUS").unwrap_or_else(|_| "../shared/data".to_owned());
    let corpus = Path::new(&corpus).join("cloudformation");
    let manifest = corpus.join("labelled.jsonl");
    let text = fs::read_to_string(&manifest).map_err(|e| {
        format!("cannot read `{}` ({e}); EYAS_CORPUS names the folder of the corpus", manifest.display())
    })?;
    let cases = text
        .lines()
        .map(|line| serde_json::from_str::<Case>(line).map_err(|e| format!("{}: {e}", manifest.display())))
        .collect::<Result<Vec<_>, _>>()?;
    let map = read_map(Path::new("policies/peers"))?;
    let listed = read_disagreements(Path::new("tests/labelled/disagreements"))?;
    let templates = unpack(&corpus.join("labelled.tar.gz"))?;
    let verdicts = judge(&templates)?;
    compare(&cases, &map, &listed, &verdicts, args.first().copied());
    Ok(())
}

/// Rows of every CSV file of a folder, without the headings. No cell of ours holds a quote or a
/// comma except the last, which is free text.
fn rows(folder: &Path, columns: usize) -> Result<Vec<Vec<String>>, String> {
    let mut rows = Vec::new();
    let Ok(files) = fs::read_dir(folder) else { return Ok(rows) };
    let paths = files.filter_map(Result::ok).map(|entry| entry.path());
    for file in paths.filter(|path| path.extension().is_some_and(|e| e == "csv")) {
        let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        for (at, line) in text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty()) {
            let row: Vec<String> = line.splitn(columns, ',').map(|cell| cell.trim().to_owned()).collect();
            if row.len() != columns {
                return Err(format!("{}:{}: {columns} columns are due", file.display(), at + 1));
            }
            rows.push(row);
        }
    }
    Ok(rows)
}

fn read_map(folder: &Path) -> Result<BTreeMap<Foreign, Vec<String>>, String> {
    let mut map: BTreeMap<Foreign, Vec<String>> = BTreeMap::new();
    for row in rows(folder, 3)? {
        if let [source, rule, ours] = row.as_slice() {
            let ours = ours.split_whitespace().map(str::to_owned);
            map.entry((source.clone(), rule.clone())).or_default().extend(ours);
        }
    }
    Ok(map)
}

/// Disagreements with a reason: source, rule, template, resource.
fn read_disagreements(folder: &Path) -> Result<HashSet<[String; 4]>, String> {
    let rows = rows(folder, 7)?;
    Ok(rows.into_iter().filter_map(|row| <[String; 4]>::try_from(row.get(..4)?.to_vec()).ok()).collect())
}

fn unpack(archive: &Path) -> Result<PathBuf, String> {
    let folder = PathBuf::from("target/labelled");
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut tar = Command::new("tar");
    tar.arg("xzf").arg(archive).arg("-C").arg(&folder);
    run::run(tar)?;
    Ok(folder)
}

fn judge(templates: &Path) -> Result<Verdicts, String> {
    run::run(run::cargo(&["build", "--quiet", "--package", "eyas"]))?;
    let output = Command::new("target/debug/eyas")
        .args(["lint", "--no-config", "--quiet", "--format", "jsonl"])
        // The rules at hand stand for those that the binary was built with.
        .args(["--rules", "policies", "--with-packs"])
        .arg(templates)
        .output()
        .map_err(|e| format!("cannot run eyas: {e}"))?;
    let mut verdicts = Verdicts::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let finding: serde_json::Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
        let text =
            |pointer: &str| finding.pointer(pointer).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        let file = text("/location/file");
        let template = file.strip_prefix("target/labelled/").unwrap_or(&file).to_owned();
        let resource = format!("{}.{}", text("/subject/type"), text("/subject/id"));
        verdicts.entry(template).or_default().push((
            text("/rule/id"),
            resource,
            text("/outcome") == "violation",
        ));
    }
    Ok(verdicts)
}

fn compare(
    cases: &[Case],
    map: &BTreeMap<Foreign, Vec<String>>,
    listed: &HashSet<[String; 4]>,
    verdicts: &Verdicts,
    filter: Option<&str>,
) {
    let (mut covered, mut agreed, mut explained) = (0, 0, 0);
    let mut used = HashSet::new();
    for case in cases {
        let foreign = (case.source.clone(), case.rule_id.clone());
        let Some(ours) = map.get(&foreign) else { continue };
        if filter.is_some_and(|part| !case.rule_id.contains(part) && !ours.iter().any(|id| id.contains(part)))
        {
            continue;
        }
        covered += 1;
        used.insert(foreign);
        // Tools differ in whose type they name where a transform makes one resource of another.
        let resource = case.resource.clone().unwrap_or_default();
        let id = resource.rsplit('.').next().unwrap_or_default();
        let concerned = verdicts.get(&case.template).into_iter().flatten().filter(|(rule, subject, _)| {
            ours.contains(rule) && (id.is_empty() || subject.ends_with(&format!(".{id}")))
        });
        let outcomes: Vec<bool> = concerned.map(|(_, _, violation)| *violation).collect();
        let said = match outcomes.as_slice() {
            all if all.contains(&true) => "FAIL",
            [] => "PASS",
            _ => "UNKNOWN",
        };
        if (said == "FAIL") == (case.expected == "FAIL") && said != "UNKNOWN" {
            agreed += 1;
            continue;
        }
        let key = [case.source.clone(), case.rule_id.clone(), case.template.clone(), resource.clone()];
        if listed.contains(&key) {
            explained += 1;
            continue;
        }
        println!(
            "{} {}: {} says {}, we say {said} ({resource})",
            case.rule_id, case.template, case.source, case.expected
        );
    }
    let percent = |n: usize| 100.0 * n as f64 / covered.max(1) as f64;
    let foreign: HashSet<(&str, &str)> =
        cases.iter().map(|c| (c.source.as_str(), c.rule_id.as_str())).collect();
    println!("\n{} of {} foreign rules covered, {covered} verdicts", used.len(), foreign.len());
    println!(
        "agreed: {agreed} ({:.1} %), explained: {explained}, together {:.1} %",
        percent(agreed),
        percent(agreed + explained)
    );
}
