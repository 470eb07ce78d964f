//! The commands: from arguments to what is done, and exit codes.

mod analyze;
mod analyzers;
mod answers;
pub mod args;
mod completion;
mod console;
mod doctor;
mod document;
mod effort;
mod explain;
mod filters;
mod k8sgpt;
mod logging;
mod look;
mod markdown;
mod playbook;
mod prompt;
mod record;
mod selector;
mod settings;
mod source;
mod text;

use std::io::Write;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use self::args::{Cli, Command};

/// Nothing found at or above `--fail-on`, or nothing was asked.
pub const OK: u8 = 0;
/// Something was found at `--fail-on` or above.
pub const FOUND: u8 = 1;
/// It could not look, there is no such thing, or there was no answer.
pub const COULD_NOT: u8 = 2;
/// The command line is wrong.
pub const USAGE: u8 = 64;

/// Why a command could not do what it was asked: one line, which says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CouldNot(pub String);

impl From<crate::engine::cluster::Failure> for CouldNot {
    fn from(failure: crate::engine::cluster::Failure) -> Self {
        Self(failure.to_string())
    }
}

/// Nothing is said where whoever read the output has gone (`k8stui analyze | head`).
impl From<std::io::Error> for CouldNot {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self(String::new());
        }
        Self(format!("cannot write: {error}"))
    }
}

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse().and_then(checked) {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing can be done where even the complaint cannot be written.
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return ExitCode::from(if asked { OK } else { USAGE });
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return complain(&CouldNot(format!("cannot start: {error}"))),
    };
    let done = runtime.block_on(run(cli));
    // Connections that are still open are of no more interest: nobody waits for them to end.
    runtime.shutdown_background();
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => complain(&error),
    }
}

/// What clap cannot see: flags that do not go together may stand on both sides of the command.
fn checked(cli: Cli) -> Result<Cli, clap::Error> {
    let offline = cli.cluster.from.is_some();
    let wrong = match &cli.command {
        Some(Command::Demo(_)) if offline => {
            Some("the demo brings its own cluster: it does not go with --from")
        }
        Some(Command::Record(_)) if offline => {
            Some("a recording is made of a live cluster: it does not go with --from")
        }
        // A trial looks at no cluster: its moment is whatever one says.
        Some(Command::Analyzers(_)) => None,
        _ => cli.cluster.contradiction(),
    };
    match wrong {
        Some(wrong) => Err(Cli::command().error(ErrorKind::ArgumentConflict, wrong)),
        None => Ok(cli),
    }
}

fn complain(error: &CouldNot) -> ExitCode {
    if error.0.is_empty() {
        return ExitCode::from(OK);
    }
    let said = error.to_string();
    let _ = writeln!(
        std::io::stderr().lock(),
        "k8stui: {}",
        crate::views::text::escape::clean(&said)
    );
    ExitCode::from(COULD_NOT)
}

async fn run(cli: Cli) -> Result<u8, CouldNot> {
    let mut out = std::io::stdout().lock();
    // A configuration that is wrong is wrong for every command that could heed it; the doctor says so itself.
    if !matches!(
        cli.command,
        Some(Command::Completion { .. } | Command::Version | Command::Doctor)
    ) {
        settings::read(&cli)?;
    }
    match &cli.command {
        Some(Command::Analyze(args)) => analyze::run(&cli, args, &mut out).await,
        Some(Command::Prompt(args)) => prompt::run(&cli, args, &mut out).await,
        Some(Command::Explain(args)) => explain::run(&cli, args, &mut out).await,
        Some(Command::Analyzers(command)) => analyzers::run(&cli, command, &mut out),
        Some(Command::Playbook(command)) => playbook::run(&cli, command, &mut out).await,
        Some(Command::Filters(command)) => filters::run(&cli, command, &mut out),
        Some(Command::Completion { shell }) => completion::run(*shell, &mut out),
        Some(Command::Record(args)) => record::run(&cli, args, &mut out).await,
        Some(Command::Doctor) => doctor::run(&cli, &mut out).await,
        Some(Command::Version) => {
            writeln!(out, "k8stui {}", env!("CARGO_PKG_VERSION"))?;
            Ok(OK)
        }
        Some(Command::Demo(args)) => console::demo(&cli, args, &mut out).await,
        None => console::run(&cli).await,
    }
}
