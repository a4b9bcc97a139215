//! The project's chores: `cargo xtask test|ci|bench|catalog|labelled|deploy|docs`.

use std::process::ExitCode;

mod bench;
mod bench_lint;
mod catalog;
mod ci;
mod deploy;
mod docs;
mod labelled;
mod run;

const USAGE: &str = "\
usage: cargo xtask CHORE

  test            every test: the crates', the built binary's, the rules' own, the docs' freshness
  ci              formatting and lints, then `test`
  bench [NAME]    measure beside the peers and print the tables; NAME is `events`,
                  `lang` or `lint`
                  (--write also puts them into docs/src/performance.md)
  catalog         make lang/catalog/*.bin from the published resource schemas (needs python3 and
                  the network once)
  labelled [PART] compare our verdicts on templates with those of other tools; PART is a part of
                  a rule's id, theirs or ours
  deploy [FOLDER] deploy templates to an emulated CloudFormation before and after `eyas lint --fix`
                  (needs python3, and the network once)
  docs            write the generated documentation pages (--check: fail where one is stale)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["test", rest @ ..] => ci::test(rest),
        ["ci"] => ci::ci(),
        ["bench", rest @ ..] => bench::bench(rest),
        ["catalog"] => catalog::catalog(),
        ["labelled", rest @ ..] => labelled::labelled(rest),
        ["deploy", rest @ ..] => deploy::deploy(rest),
        ["docs", rest @ ..] => docs::docs(rest),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
