//! What README and CI call. `cargo xtask` lists the commands; each installs what it lacks, does its work, and skips
//! what is already done.
#![allow(clippy::print_stdout)] // a command-line tool talks to the person who called it

mod bench;
mod conformance;
mod consumers;
mod demo;
mod evidence;
mod gateway;
mod lint;
mod package;
mod postgres;
mod reproduce;
mod run;
mod site;
mod size;
mod stamp;
mod supply;
mod test;
mod tools;
mod widget;

use run::Result;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  demo [--port N] [--keep]   build everything, start the gateway, print one URL
  test [--only STEP]...      everything CI runs; --list names the steps
  lint                       formatting, clippy, types, languages, and what no file may name
  languages [reviewed TAG NAME]
                             checks locales/ and writes docs/languages.md
  widget [--dev]             build dist/: what a browser loads
  kernels FOLDER             Argon2id's two modules alone, into a folder
  mock                       build target/mock/: the widget's flow without a gateway
  pictures accept            what the widget looks like now is what it shall look like
  showroom                   build target/showroom/: gallery and playground as static files
  package                    the npm package in target/package, and the hash of every file
  gateway                    the gateway's program as it is released: target/release/repin-server
  reproduce                  build the last commit twice, in two places, and compare every byte; takes long
  supply                     licences, sources and advisories of what is depended on; packaging/
  size                       what a recovery downloads, against its budgets
  postgres                   a PostgreSQL server for tests by hand, until Enter is pressed
  conformance-table          docs/conformance.md from what the conformance steps ran
  consumers-table            docs/consumers.md from what the consumers step ran
  site [--base /PATH/]       the documentation as a web site, in target/site
  reference                  the tables and pages of docs/ that are made from the code
  evidence [--long] [--row N]...
                             run the evidence list and write docs/evidence.md; `page` writes it from the last run of each step
  bench [page|gateway|compare|path|frame|argon2 [short]|load [USERS [sqlite|postgres [SECONDS]]]]
                             long tasks, last digit to done; gateway throughput; beside Circle's SDK and ALTCHA; the
                             gateway's frame; Argon2id beside other libraries; the gateway under load, on both databases
  tools                      install what the other commands need, and nothing else
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("\nxtask: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[&str]) -> Result {
    match args {
        ["demo", rest @ ..] => demo::demo(rest),
        ["announce", url, page] => demo::announce(url, page),
        ["test", rest @ ..] => test::test(rest),
        ["lint"] => lint::lint().map(|line| println!("{line}")),
        ["languages", rest @ ..] => lint::languages(if rest.is_empty() { &["write"] } else { rest }),
        ["widget"] => widget::build(widget::Mode::Release),
        ["widget", "--dev"] => widget::build(widget::Mode::Dev),
        ["kernels", folder] => widget::kernels(std::path::Path::new(folder)),
        ["mock"] => widget::mock(),
        ["pictures", "accept"] => test::accept_pictures(),
        ["showroom"] => widget::showroom(),
        ["package"] => package::package(),
        ["gateway"] => gateway::build(),
        ["supply"] => supply::supply().map(|line| println!("{line}")),
        ["reproduce"] => reproduce::reproduce(),
        ["size"] => size::size(),
        ["postgres"] => postgres::serve(),
        ["conformance-table"] => conformance::write_table(),
        ["site", rest @ ..] => site::site(rest),
        ["reference"] => site::reference("write"),
        ["consumers-table"] => consumers::write_table(),
        ["evidence", rest @ ..] => evidence::evidence(rest),
        ["bench", rest @ ..] => bench::bench(rest),
        ["tools"] => tools::all(),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown arguments: {}\n\n{HELP}", args.join(" "))),
    }
}
