//! The language's bars.

use eyas_lang::source::FileId;
use eyas_lang::syntax;

use crate::measure::{Row, in_turn, millis};
use crate::ours;

/// Measures loading and checking.
pub fn rows() -> Vec<Row> {
    let pack = ours::pack();
    let many = ours::sources(&ours::many(&pack, 1000));
    let parse_all = || {
        for (id, file) in many.iter() {
            std::hint::black_box(syntax::parse(id, &file.text));
        }
    };
    let (checked, parsed) = in_turn(|| drop(std::hint::black_box(ours::check(&many))), parse_all);
    let bytes: usize = many.iter().map(|(_, file)| file.text.len()).sum();
    let rules = ours::check(&many).rules.rules.len();
    let mut rows = vec![Row {
        what: format!(
            "load and check {rules} rules with their tests ({:.1} MB); parsing alone",
            bytes as f64 / 1e6
        ),
        ours: (millis(checked.best()), millis(checked.median())),
        reference: (millis(parsed.best()), millis(parsed.median())),
        ratio: format!("{:.1}×", checked.best().as_secs_f64() / parsed.best().as_secs_f64()),
        bar: "≤ 150 ms",
    }];
    let names: Vec<String> = (0..300).map(|i| format!("Event{i}")).collect();
    let plain = ours::sources(&ours::made(1000, &names));
    let (plain_checked, plain_parsed) = in_turn(
        || drop(std::hint::black_box(ours::check(&plain))),
        || plain.iter().for_each(|(id, file)| drop(std::hint::black_box(syntax::parse(id, &file.text)))),
    );
    rows.push(Row {
        what: "load and check 1,000 rules without tests; parsing alone".to_owned(),
        ours: (millis(plain_checked.best()), millis(plain_checked.median())),
        reference: (millis(plain_parsed.best()), millis(plain_parsed.median())),
        ratio: format!("{:.1}×", plain_checked.best().as_secs_f64() / plain_parsed.best().as_secs_f64()),
        bar: "≤ 150 ms",
    });
    let long: String = ours::made(1000, &names).remove(0).1.lines().take(2000).collect::<Vec<_>>().join("\n");
    let long = ours::sources(&[("long.eyas".to_owned(), long)]);
    let (keystroke, parse) = in_turn(
        || drop(std::hint::black_box(ours::check(&long))),
        || drop(std::hint::black_box(syntax::parse(FileId(0), &long.get(FileId(0)).text))),
    );
    rows.push(Row {
        what: "a keystroke in a 2,000-line file to diagnostics (whole file); parsing alone".to_owned(),
        ours: (millis(keystroke.best()), millis(keystroke.median())),
        reference: (millis(parse.best()), millis(parse.median())),
        ratio: format!("{:.1}×", keystroke.best().as_secs_f64() / parse.best().as_secs_f64()),
        bar: "≤ 10 ms",
    });
    rows
}
