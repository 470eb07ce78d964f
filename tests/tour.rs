//! The tour: a first visit as a new user would make it, in the real binary on the embedded cluster. `docs/tour.md`
//! is what it saw; run it with `K8STUI_WRITE_TOUR=1` to write it anew.

use crate::support::pty::Terminal;

struct Tour {
    terminal: Terminal,
    text: String,
}

impl Tour {
    /// Shows the screen once it holds all of these.
    fn see(&mut self, told: &str, holds: &[&str]) {
        let screen = self
            .terminal
            .at_rest(told, |screen| holds.iter().all(|words| screen.contains(words)));
        let screen = in_order(&screen);
        for part in ["\n", told, "\n\n```text\n", &screen, "\n```\n"] {
            self.text.push_str(part);
        }
    }

    fn keys(&mut self, keys: &str) {
        self.terminal.keys(keys);
    }
}

/// Replicas that write in the same instant are shown in the order in which their logs arrive; here in that of their
/// names.
fn in_order(screen: &str) -> String {
    let of_log = |line: &&str| line.contains(" │ 10:06:") || line.contains("═══");
    let mut lines: Vec<&str> = screen.lines().collect();
    if let (Some(first), Some(last)) = (lines.iter().position(&of_log), lines.iter().rposition(of_log)) {
        lines[first..=last].sort_by_key(|line| line.replace(['═', ' '], ""));
    }
    lines.join("\n")
}

#[test]
fn tour() {
    let terminal = Terminal::start(
        110,
        34,
        &["demo", "--seed", "1", "--at", "10m"],
        &[("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")],
    );
    let mut tour = Tour {
        terminal,
        text: "# A first visit\n\nMade by `K8STUI_WRITE_TOUR=1 cargo test tour` on the embedded cluster (`k8stui demo --at 10m`), \
               in a terminal of\n110 by 34, with no model configured. `cargo test` holds that it is still so.\n"
            .to_owned(),
    };
    tour.see(
        "Start. What fails is there, worst first; the title says the cause, and the log line that proves it stands beside it.",
        &["live", "cannot write /var/cache", "Read-only file system", "①"],
    );
    // The whole width for the log.
    tour.keys("lz");
    tour.see(
        "`l`, and `z` for the whole width: the logs, with the line that proves it marked by its number.",
        &["←\u{a0}1", "←\u{a0}6", "←\u{a0}8", "previous + current"],
    );
    tour.keys("z\x1b");
    tour.terminal.until("the problem again", |screen| {
        screen.contains("Why") && screen.contains("talk about it")
    });
    tour.keys("\r");
    tour.see(
        "Enter: talk about it. Without a model the playbook answers, and says so.",
        &["playbook", "①", "ask, / for"],
    );
    tour.keys("why do you think so?\r");
    tour.see(
        "A first follow-up.",
        &["why do you think so?", "client_temp", "ask, / for"],
    );
    tour.keys("which events were there?\r");
    tour.see("A second one.", &["BackOff", "(12x)", "ask, / for"]);
    tour.keys("\x1b1");
    tour.see(
        "Alt+1: the command that heals it is in the clipboard (here, over SSH, by way of the terminal).",
        &["clipboard"],
    );
    tour.keys("\x1b");
    tour.terminal.until_text("talk about it");
    tour.keys("q");
    assert_eq!(tour.terminal.exit_code(), 0);
    assert!(tour.terminal.is_restored());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tour.md");
    if std::env::var_os("K8STUI_WRITE_TOUR").is_some() {
        std::fs::write(path, &tour.text).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        known == tour.text,
        "docs/tour.md is not what is seen now; look at it, then K8STUI_WRITE_TOUR=1 cargo test tour\n{}",
        tour.text
    );
}
