//! The tour: a first visit as a new user would make it, in the real binary. `docs/tour.md` is what it saw of the
//! embedded cluster; run it with `K8STUI_WRITE_TOUR=1` to write it anew. The same visit to a real cluster, in which the
//! same nginx fails, writes `docs/tour-cluster.md`:
//! `K8STUI_TOUR_KUBECONFIG=FILE cargo test tour_of_a_real_cluster -- --ignored`.

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

/// Where a visit goes.
struct Place<'a> {
    arguments: &'a [&'a str],
    /// What stands before the first screen.
    told: &'a str,
    /// Keys that select the problem, if it is not the first one, and what is then on the screen.
    select: Option<(&'a str, &'a str)>,
    /// What the log view shows when it is whole.
    log: &'a [&'a str],
    /// What the events show.
    event: &'a str,
}

fn visit(place: &Place) -> String {
    let terminal = Terminal::start(
        110,
        34,
        place.arguments,
        &[("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")],
    );
    let mut tour = Tour {
        terminal,
        text: place.told.to_owned(),
    };
    if let Some((keys, holds)) = place.select {
        tour.see(
            "Start. What fails is there, worst first, in a tree by root cause.",
            &["live"],
        );
        tour.keys(keys);
        tour.see(
            "`/` and a few letters: the problem that is looked for.",
            &[holds, "①"],
        );
    } else {
        tour.see(
            "Start. What fails is there, worst first; the title says the cause, and the log line that proves it stands beside it.",
            &["live", "cannot write /var/cache", "Read-only file system", "①"],
        );
    }
    // The whole width for the log.
    tour.keys("lz");
    tour.see(
        "`l`, and `z` for the whole width: the logs, with the line that proves it marked by its number.",
        place.log,
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
    tour.see("A second one.", &[place.event, "ask, / for"]);
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
    tour.text
}

#[test]
fn tour() {
    let seen = visit(&Place {
        arguments: &["demo", "--seed", "1", "--at", "10m"],
        told: "# A first visit\n\nMade by `K8STUI_WRITE_TOUR=1 cargo test tour` on the embedded cluster (`k8stui demo --at 10m`), \
               in a terminal of\n110 by 34, with no model configured. `cargo test` holds that it is still so. \
               The same on a real cluster:\n[tour-cluster.md](tour-cluster.md).\n",
        select: None,
        log: &["←\u{a0}1", "←\u{a0}7", "←\u{a0}9", "previous + current"],
        event: "(12x)",
    });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tour.md");
    if std::env::var_os("K8STUI_WRITE_TOUR").is_some() {
        std::fs::write(path, &seen).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        known == seen,
        "docs/tour.md is not what is seen now; look at it, then K8STUI_WRITE_TOUR=1 cargo test tour\n{seen}"
    );
}

#[test]
#[ignore = "needs a real cluster with nginx under readOnlyRootFilesystem: K8STUI_TOUR_KUBECONFIG"]
fn tour_of_a_real_cluster() {
    let kubeconfig = std::env::var("K8STUI_TOUR_KUBECONFIG").unwrap();
    let seen = visit(&Place {
        arguments: &["--kubeconfig", &kubeconfig],
        told: "# A first visit to a real cluster\n\nMade by `K8STUI_TOUR_KUBECONFIG=FILE cargo test tour_of_a_real_cluster -- --ignored` \
               against kube-apiserver 1.34 and a\nreal kubelet with real containers, in which about a hundred things were broken \
               on purpose; no model configured.\n",
        select: Some((
            "/client_temp\r",
            "landing: cannot write /var/cache/nginx/client_temp",
        )),
        log: &["←\u{a0}1", "previous + current"],
        event: "BackOff",
    });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tour-cluster.md");
    std::fs::write(path, &seen).unwrap();
}
