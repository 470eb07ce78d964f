//! The real binary in a pseudo-terminal on the embedded cluster: keys in, screen out, and the terminal as it was.

use serde_json::json;

use crate::support::openai::{Answer, Server};
use crate::support::pty::Terminal;

/// A moment of the demo at which several things are broken.
const DEMO: &[&str] = &["demo", "--seed", "1", "--at", "10m"];

/// The environment of a person who works over SSH: copies travel through the terminal.
const OVER_SSH: &[(&str, &str)] = &[("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")];

fn demo(columns: u16, rows: u16) -> Terminal {
    let terminal = Terminal::start(columns, rows, DEMO, OVER_SSH);
    terminal.until("the first problem, with everything read", |screen| {
        screen.contains("cannot write /var/cache") && screen.contains("live")
    });
    terminal
}

#[test]
fn the_cause_of_the_worst_problem_is_on_the_screen_before_a_key_is_touched() {
    let terminal = demo(110, 30);
    let screen = terminal.until_text("Read-only file system");
    for words in [
        "storefront: cannot write",
        "Deployment",
        "kubectl",
        "✖",
        "healthy",
    ] {
        assert!(screen.contains(words), "{words:?} is not on:\n{screen}");
    }
}

#[test]
fn leaving_gives_the_terminal_back() {
    for key in ["q", "\x03"] {
        let mut terminal = demo(110, 30);
        terminal.keys(key);
        assert_eq!(terminal.exit_code(), 0, "{key:?}");
        assert!(terminal.is_restored(), "{key:?}");
    }
}

#[test]
fn a_signal_gives_the_terminal_back() {
    for signal in ["TERM", "HUP", "INT"] {
        let mut terminal = demo(80, 24);
        terminal.signal(signal);
        terminal.exit_code();
        assert!(terminal.is_restored(), "{signal}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn it_stops_and_goes_on_as_the_shell_wants() {
    let mut terminal = demo(110, 30);
    terminal.keys("\x1a");
    terminal.until("the screen to be given back", |screen| {
        !screen.contains("storefront")
    });
    let status = format!("/proc/{}/status", terminal.process_id());
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !std::fs::read_to_string(&status).unwrap().contains("State:\tT") {
        assert!(std::time::Instant::now() < end, "it did not stop");
        std::thread::yield_now();
    }
    assert!(
        terminal.is_restored(),
        "a stopped console leaves the terminal to the shell"
    );
    terminal.signal("CONT");
    terminal.until_text("storefront");
    terminal.keys("q");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn every_size_has_its_screen() {
    let mut terminal = demo(200, 60);
    terminal.resize(80, 24);
    let narrow = terminal.until("one pane", |screen| {
        screen.contains("storefront") && screen.lines().all(|line| line.chars().count() <= 80)
    });
    assert!(
        !narrow.contains("Why"),
        "the tree comes first and alone:\n{narrow}"
    );
    terminal.keys("\r");
    terminal.resize(40, 12);
    terminal.until("the small screen", |screen| {
        !screen.trim().is_empty() && screen.lines().all(|line| line.chars().count() <= 40)
    });
    terminal.resize(39, 11);
    terminal.until_text("40x12");
    terminal.resize(110, 30);
    terminal.until_text("storefront");
}

#[test]
fn the_playbook_talks_where_there_is_no_model() {
    let mut terminal = demo(110, 30);
    terminal.keys("\r");
    terminal.until("the playbook's opening words", |screen| {
        screen.contains("playbook") && screen.contains("Read-only") && screen.contains("①")
    });
    terminal.keys("show me the logs\r");
    terminal.until_text("client_temp");
    terminal.keys("how do I fix it?\r");
    terminal.until("the fix", |screen| {
        screen.contains("fix it?") && screen.contains("kubectl")
    });
    // Alt+1 copies while one types.
    terminal.keys("\x1b1");
    terminal.until_text("clipboard");
    let copied = osc52(&terminal.written()).expect("a copy went through the terminal");
    assert!(copied.starts_with("kubectl "), "{copied}");
}

#[test]
fn a_command_is_copied_with_one_key() {
    let mut terminal = demo(110, 30);
    terminal.until_text("①");
    terminal.keys("y");
    terminal.until_text("clipboard");
    assert!(osc52(&terminal.written()).is_some_and(|copied| copied.starts_with("kubectl ")));
}

#[test]
fn no_colour_where_none_is_wanted() {
    let environment = [("NO_COLOR", "1")];
    let terminal = Terminal::start(110, 30, DEMO, &environment);
    terminal.until_text("cannot write /var/cache");
    let written = terminal.written();
    let coloured = written
        .split("\x1b[")
        .filter_map(|rest| rest.split_once('m'))
        .map(|(codes, _)| codes)
        .find(|codes| {
            codes.split(';').any(|code| {
                matches!(code, "38" | "48") || matches!(code.parse(), Ok(30..=37 | 40..=47 | 90..=107))
            })
        });
    assert_eq!(coloured, None);
}

#[test]
fn a_model_answers_as_it_comes_and_is_told_the_whole_conversation() {
    let server = Server::start(vec![
        Answer::say(&[
            "nginx dies because it cannot ",
            "create its folder [1].\n\n```bash\n",
            "kubectl -n shop get pods\n```\n",
        ]),
        Answer::say(&["Revision 2 brought that setting."]),
        Answer::error(401, &json!({"error": {"message": "Incorrect API key provided"}})),
    ]);
    let (url, key) = (server.url(), "sk-this-key-must-not-be-shown");
    let environment = [
        ("K8STUI_BASE_URL", url.as_str()),
        ("K8STUI_MODEL", "tiny"),
        ("K8STUI_API_KEY", key),
        OVER_SSH[0],
    ];
    let mut terminal = Terminal::start(110, 30, DEMO, &environment);
    terminal.until("the first problem", |screen| {
        screen.contains("cannot write") && screen.contains("live")
    });
    terminal.keys("\r");
    terminal.until("the answer and its command", |screen| {
        screen.contains("create its folder")
            && screen.contains("kubectl -n shop get pods")
            && screen.contains("tiny")
    });
    terminal.keys("what brought it?\r");
    terminal.until_text("Revision 2 brought that setting.");
    terminal.keys("and now?\r");
    terminal.until("the refusal in one line, and the conversation", |screen| {
        screen.contains("401") && screen.contains("Revision 2 brought that setting.")
    });
    let requests = server.wait_received(3);
    let second = requests[1].json();
    let said: Vec<&str> = second["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["content"].as_str())
        .collect();
    assert!(
        said.iter().any(|one| one.contains("client_temp")),
        "the seed goes with every question"
    );
    assert!(
        said.iter().any(|one| one.contains("create its folder")),
        "and so does what was answered"
    );
    assert_eq!(said.last(), Some(&"what brought it?"));
    assert!(!terminal.written().contains(key));
    let sessions = terminal.home.path().join(".local/share/k8stui/sessions");
    let kept: Vec<_> = std::fs::read_dir(&sessions).unwrap().collect();
    assert_eq!(kept.len(), 1, "the conversation is on disk");
}

/// The last text that went to the clipboard through the terminal.
fn osc52(written: &str) -> Option<String> {
    use base64::Engine as _;
    let (_, rest) = written.rsplit_once("\x1b]52;c;")?;
    let encoded = rest.split(['\x07', '\x1b']).next()?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).ok()?;
    String::from_utf8(bytes).ok()
}
