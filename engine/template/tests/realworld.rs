//! Real templates, where the corpus is at hand.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eyas_template::document::{Document, LineIndex, Problem, decode, parse};
use eyas_template::inputs::Inputs;
use eyas_template::records::records;
use eyas_template::template::{NotATemplate, recognise};

/// What became of a file.
enum Outcome {
    Resolved { resources: usize, variants: usize, exhausted: usize },
    NoTemplate(NotATemplate),
    Unread(String),
}

/// Every file of a folder given in `EYAS_TEMPLATES` is read or its problem has a place, and no
/// template takes long.
#[test]
fn every_real_template_is_read_or_located() {
    let Some(root) = std::env::var_os("EYAS_TEMPLATES").map(PathBuf::from) else {
        eprintln!("skipped: EYAS_TEMPLATES names no folder");
        return;
    };
    let (mut read, mut none, mut failed, mut totals) = (0, 0, 0, [0; 3]);
    let mut spent = Duration::ZERO;
    for path in files(&root) {
        let bytes = std::fs::read(&path).expect("a file");
        let started = Instant::now();
        let outcome = outcome(bytes);
        let took = started.elapsed();
        spent += took;
        if took > Duration::from_millis(300) {
            eprintln!("{}: {took:?}", path.display());
        }
        match outcome {
            Outcome::Resolved { resources, variants, exhausted } => {
                read += 1;
                for (total, one) in totals.iter_mut().zip([resources, variants, exhausted]) {
                    *total += one;
                }
                if exhausted > 0 {
                    eprintln!("{}: {exhausted} exhausted", path.display());
                }
            }
            Outcome::NoTemplate(why) => {
                none += 1;
                if std::env::var_os("EYAS_VERBOSE").is_some() {
                    eprintln!("{}: no template: {why}", path.display());
                }
            }
            Outcome::Unread(why) => {
                failed += 1;
                eprintln!("{}:{why}", path.display());
            }
        }
    }
    let [resources, variants, exhausted] = totals;
    eprintln!("{read} read in {spent:?}, {none} no templates, {failed} not read");
    eprintln!("{resources} resources, {variants} variants, {exhausted} exhausted");
    assert!(read > failed * 20);
}

fn files(root: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn outcome(bytes: Vec<u8>) -> Outcome {
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(problem) => return Outcome::Unread(problem.message),
    };
    match parse(&text) {
        Ok(document) => resolve(&document),
        Err(problem) => Outcome::Unread(located(&text, &problem)),
    }
}

fn located(text: &str, problem: &Problem) -> String {
    let (line, column) = LineIndex::new(text).line_column(text, problem.span.start);
    format!("{line}:{column}: {} ({})", problem.message, problem.help.as_deref().unwrap_or("no help"))
}

fn resolve(document: &Document) -> Outcome {
    let template = match recognise(document) {
        Ok(template) => template,
        Err(why) => return Outcome::NoTemplate(why),
    };
    let records = records(&template, &Inputs::default());
    Outcome::Resolved {
        resources: records.len(),
        variants: records.iter().map(|record| record.variants.len()).sum(),
        exhausted: records.iter().filter(|record| record.exhausted).count(),
    }
}
