//! Rows 1 to 4 of the event bars.

use std::fs;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use eyas_cloudtrail::{Options, Source, hunt};
use eyas_engine::Plan;

use crate::measure::{Row, in_turn, millis, rate};
use crate::{ours, sigma};

/// Measures, over the logs in `corpus`.
pub fn rows(corpus: &Path) -> Result<Vec<Row>, String> {
    let engine = sigma::engine()?;
    let plan = ours::plan(&ours::pack());
    let mut rows = Vec::new();
    for name in ["sans504", "invictus"] {
        let file = corpus.join(format!("cloudtrail/{name}.jsonl.gz"));
        let gz = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let text = gunzip(&gz);
        let events = text.split(|b| *b == b'\n').filter(|line| !line.is_empty()).count();
        let bytes: Arc<[u8]> = text.as_slice().into();
        let (us, them) =
            in_turn(|| judge(&plan, &bytes, 1), || _ = std::hint::black_box(sigma::judge(&engine, &text)));
        rows.push(Row {
            what: format!(
                "{name}, JSON Lines in memory, one thread: {} rules; rsigma-eval, {} rules",
                plan.len(),
                engine.rule_count()
            ),
            ours: (rate(events, us.best()), rate(events, us.median())),
            reference: (rate(events, them.best()), rate(events, them.median())),
            ratio: format!("{:.1}×", them.best().as_secs_f64() / us.best().as_secs_f64()),
            bar: "≥ 10×",
        });
        let folder = split(name, &text)?;
        rows.push(from_disk(
            &format!("{name}, gzipped files of 500 events, from disk to findings; gunzip alone (libdeflate)"),
            &plan,
            &folder,
            events,
        ));
        rows.push(from_disk(
            &format!("{name}, one gzipped file, from disk to findings; gunzip alone (libdeflate)"),
            &plan,
            &file,
            events,
        ));
    }
    rows.extend(scaling(&plan, corpus)?);
    Ok(rows)
}

fn from_disk(what: &str, plan: &Plan, path: &Path, events: usize) -> Row {
    let files = files_in(path);
    let (us, them) = in_turn(
        || run(plan, Source::Path(path.to_owned()), 1),
        || files.iter().for_each(|file| drop(fs::read(file).map(|gz| gunzip(&gz)))),
    );
    Row {
        what: what.to_owned(),
        ours: (rate(events, us.best()), rate(events, us.median())),
        reference: (rate(events, them.best()), rate(events, them.median())),
        ratio: format!("{:.0} %", 100.0 * them.best().as_secs_f64() / us.best().as_secs_f64()),
        bar: "≥ 70 %",
    }
}

/// More rules, more threads, more input.
fn scaling(plan: &Plan, corpus: &Path) -> Result<Vec<Row>, String> {
    let file = corpus.join("cloudtrail/sans504.jsonl.gz");
    let gz = fs::read(&file).map_err(|error| error.to_string())?;
    let text: Arc<[u8]> = gunzip(&gz).into();
    let names = names_in(&text);
    let (hundred, thousand) = (ours::plan(&ours::made(100, &names)), ours::plan(&ours::made(1000, &names)));
    let (more, fewer) = in_turn(|| judge(&thousand, &text, 1), || judge(&hundred, &text, 1));
    let mut rows = vec![Row {
        what: "sans504 in memory, 1,000 rules; 100 rules".to_owned(),
        ours: (millis(more.best()), millis(more.median())),
        reference: (millis(fewer.best()), millis(fewer.median())),
        ratio: format!("{:.2}×", more.best().as_secs_f64() / fewer.best().as_secs_f64()),
        bar: "≤ 1.5×",
    }];
    let longer: Arc<[u8]> = text.repeat(4).into();
    let (two, one) = in_turn(|| judge(plan, &longer, 2), || judge(plan, &longer, 1));
    drop(longer);
    rows.push(Row {
        what: "sans504 four times over in memory, two threads; one".to_owned(),
        ours: (millis(two.best()), millis(two.median())),
        reference: (millis(one.best()), millis(one.median())),
        ratio: format!("{:.2}×", one.best().as_secs_f64() / two.best().as_secs_f64()),
        bar: "≥ 1.8×",
    });
    let long = std::env::temp_dir().join("eyas-bench-long.jsonl.gz");
    fs::write(&long, gz.repeat(10)).map_err(|error| error.to_string())?;
    let (much, little) = (peak(&long)?, peak(&file)?);
    rows.push(Row {
        what: "peak memory, two threads, 442 MB of text; 44 MB".to_owned(),
        ours: (format!("{much} MB"), "–".to_owned()),
        reference: (format!("{little} MB"), "–".to_owned()),
        ratio: format!("{:.2}×", much as f64 / little.max(1) as f64),
        bar: "flat, ≤ 64 MB",
    });
    drop(fs::remove_file(&long));
    Ok(rows)
}

fn judge(plan: &Plan, text: &Arc<[u8]>, threads: usize) {
    run(plan, Source::Bytes { name: "memory".into(), bytes: text.clone() }, threads);
}

fn run(plan: &Plan, source: Source, threads: usize) {
    let mut count = 0usize;
    let options = Options { threads, ..Options::default() };
    hunt(vec![source], plan, &options, &mut |_| {
        count += 1;
        ControlFlow::Continue(())
    });
    std::hint::black_box(count);
}

/// Hunts with two threads and prints the peak memory in MB: run as a process of its own.
pub fn print_peak(path: &Path) {
    let plan = ours::plan(&ours::pack());
    run(&plan, Source::Path(path.to_owned()), 2);
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = kilobytes.and_then(|rest| rest.trim().split(' ').next()?.parse::<u64>().ok());
    println!("{}", kilobytes.unwrap_or(0) / 1024);
}

fn peak(path: &Path) -> Result<u64, String> {
    let me = std::env::current_exe().map_err(|error| error.to_string())?;
    let out = Command::new(me).arg("peak").arg(path).output().map_err(|error| error.to_string())?;
    String::from_utf8_lossy(&out.stdout).trim().parse().map_err(|_| "no peak was printed".to_owned())
}

fn gunzip(gz: &[u8]) -> Vec<u8> {
    let mut decompressor = libdeflater::Decompressor::new();
    // The last four bytes say how long the text is, modulo 4 GiB.
    let hint = gz.last_chunk::<4>().map_or(0, |last| u32::from_le_bytes(*last)) as usize;
    let mut text = vec![0; hint];
    match decompressor.gzip_decompress(gz, &mut text) {
        Ok(len) => {
            text.truncate(len);
            text
        }
        Err(_) => {
            text.clear();
            drop(flate2::read::MultiGzDecoder::new(gz).read_to_end(&mut text));
            text
        }
    }
}

/// The events as gzipped files of 500, as CloudTrail writes them.
fn split(name: &str, text: &[u8]) -> Result<PathBuf, String> {
    let folder = std::env::temp_dir().join(format!("eyas-bench-{name}"));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').filter(|line| !line.is_empty()).collect();
    let level = libdeflater::CompressionLvl::default();
    for (i, lines) in lines.chunks(500).enumerate() {
        let text = lines.join(&b'\n');
        let mut compressor = libdeflater::Compressor::new(level);
        let mut gz = vec![0; compressor.gzip_compress_bound(text.len())];
        let len = compressor.gzip_compress(&text, &mut gz).map_err(|error| format!("{error:?}"))?;
        gz.truncate(len);
        fs::write(folder.join(format!("{i:04}.json.gz")), gz).map_err(|error| error.to_string())?;
    }
    Ok(folder)
}

fn files_in(path: &Path) -> Vec<PathBuf> {
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => vec![path.to_owned()],
    }
}

/// A hundred of the event names in the text.
fn names_in(text: &[u8]) -> Vec<String> {
    let mut names = std::collections::BTreeSet::new();
    for line in text.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        let event: Option<serde_json::Value> = serde_json::from_slice(line).ok();
        names.extend(event.and_then(|event| Some(event.get("eventName")?.as_str()?.to_owned())));
    }
    names.into_iter().take(100).collect()
}
