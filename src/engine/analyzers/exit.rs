//! Exit codes and signals, read out.

/// The signal that ended a process, from an exit code of 128 + n.
pub fn signal(exit_code: i32) -> Option<i32> {
    (129..=192).contains(&exit_code).then_some(exit_code - 128)
}

/// The name of a signal of Linux.
pub fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        10 => "SIGUSR1",
        11 => "SIGSEGV",
        12 => "SIGUSR2",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        31 => "SIGSYS",
        _ => return None,
    })
}

/// What an exit code says, as the title of a row: `killed (SIGKILL)`, `exits with code 3`.
pub fn title(exit_code: i32, signal_field: i32) -> String {
    let by_signal = signal(exit_code).or((signal_field > 0).then_some(signal_field));
    match (exit_code, by_signal) {
        (0, None) => "finishes with exit code 0".to_owned(),
        (126, _) => "exits with code 126: its command cannot be executed".to_owned(),
        (127, _) => "exits with code 127: a command is not found".to_owned(),
        (255 | -1, None) => "exits with code 255: out of range, or an error that says no more".to_owned(),
        (_, Some(4)) => "crashes with an illegal instruction (SIGILL)".to_owned(),
        (_, Some(6)) => "aborts itself (SIGABRT)".to_owned(),
        (_, Some(7)) => "crashes with a bus error (SIGBUS)".to_owned(),
        (_, Some(8)) => "crashes with an arithmetic error (SIGFPE)".to_owned(),
        (_, Some(9)) => "killed (SIGKILL), not for its memory limit".to_owned(),
        (_, Some(11)) => "crashes with a segmentation fault (SIGSEGV)".to_owned(),
        (_, Some(15)) => "stopped by SIGTERM".to_owned(),
        (_, Some(31)) => "killed for a forbidden system call (SIGSYS)".to_owned(),
        (_, Some(number)) => match signal_name(number) {
            Some(name) => format!("killed by {name}"),
            None => format!("killed by signal {number}"),
        },
        (code, None) => format!("exits with code {code}"),
    }
}

/// The short form inside a sentence: `exit code 137 (SIGKILL)`.
pub fn short(exit_code: i32) -> String {
    match signal(exit_code).and_then(signal_name) {
        Some(name) => format!("exit code {exit_code} ({name})"),
        None => format!("exit code {exit_code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_out() {
        for (code, signal, want) in [
            (0, 0, "finishes with exit code 0"),
            (1, 0, "exits with code 1"),
            (126, 0, "exits with code 126: its command cannot be executed"),
            (127, 0, "exits with code 127: a command is not found"),
            (137, 0, "killed (SIGKILL), not for its memory limit"),
            (139, 0, "crashes with a segmentation fault (SIGSEGV)"),
            (143, 0, "stopped by SIGTERM"),
            (134, 0, "aborts itself (SIGABRT)"),
            (129, 0, "killed by SIGHUP"),
            (163, 0, "killed by signal 35"),
            (0, 9, "killed (SIGKILL), not for its memory limit"),
            (3, 0, "exits with code 3"),
        ] {
            assert_eq!(title(code, signal), want, "{code}/{signal}");
        }
        assert_eq!(short(137), "exit code 137 (SIGKILL)");
        assert_eq!(short(2), "exit code 2");
    }
}
