//! The `k8stui` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    k8stui::cli::main()
}
