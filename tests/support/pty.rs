//! The real binary in a pseudo-terminal: keys in, screen out.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// No condition of these tests needs longer, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// A screen on which nothing was written for so long is at rest.
const REST: Duration = Duration::from_millis(500);

/// What the terminal shows, and everything that was ever written to it.
struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    ended: bool,
    last: Instant,
}

/// The program in its terminal.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    /// A home of its own: nothing of the person who runs the tests is read or written.
    pub home: tempfile::TempDir,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn parser(columns: u16, rows: u16) -> vt100::Parser {
    vt100::Parser::new(
        NonZeroU16::new(rows).unwrap(),
        NonZeroU16::new(columns).unwrap(),
        0,
    )
}

impl Terminal {
    /// Starts the program with these arguments and environment.
    pub fn start(columns: u16, rows: u16, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::start_in(
            tempfile::tempdir().unwrap(),
            columns,
            rows,
            arguments,
            environment,
        )
    }

    /// The same with a home that was prepared.
    pub fn start_in(
        home: tempfile::TempDir,
        columns: u16,
        rows: u16,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let program = env!("CARGO_BIN_EXE_k8stui").as_ref();
        Self::start_program(program, home, columns, rows, arguments, environment)
    }

    /// The same with another program than ours.
    pub fn start_program(
        program: &Path,
        home: tempfile::TempDir,
        columns: u16,
        rows: u16,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("HOME", home.path());
        command.env("TERM", "xterm-256color");
        command.env("TZ", "UTC");
        for (name, value) in environment {
            command.env(name, value);
        }
        command.args(arguments);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen = Seen {
            parser: parser(columns, rows),
            bytes: Vec::new(),
            ended: false,
            last: Instant::now(),
        };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let mut output = pair.master.try_clone_reader().unwrap();
        let writer = seen.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            loop {
                let read = output.read(&mut buffer).unwrap_or(0);
                let mut seen = writer.0.lock().unwrap();
                seen.last = Instant::now();
                if read == 0 {
                    seen.ended = true;
                } else {
                    seen.parser.process(&buffer[..read]);
                    seen.bytes.extend_from_slice(&buffer[..read]);
                }
                writer.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self {
            child,
            master: pair.master,
            keys,
            seen,
            home,
        }
    }

    /// Types; escape sequences are keys.
    pub fn keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let (rows_, columns_) = (NonZeroU16::new(rows).unwrap(), NonZeroU16::new(columns).unwrap());
        self.seen
            .0
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(rows_, columns_);
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Waits until the screen shows what is asked, and gives it.
    pub fn until(&self, what: &str, shows: impl Fn(&str) -> bool) -> String {
        self.wait(what, |seen| {
            let screen = text(&seen.parser);
            shows(&screen).then_some(screen)
        })
    }

    /// Waits until the screen shows what is asked and has come to rest: nothing was written for half a second.
    pub fn at_rest(&self, what: &str, shows: impl Fn(&str) -> bool) -> String {
        loop {
            self.until(what, &shows);
            let quiet = self.seen.0.lock().unwrap().last.elapsed();
            let screen = self.screen();
            if quiet >= REST && shows(&screen) {
                return screen;
            }
            std::thread::sleep(REST.saturating_sub(quiet));
        }
    }

    /// Waits until the screen holds a text.
    pub fn until_text(&self, text: &str) -> String {
        self.until(text, |screen| screen.contains(text))
    }

    /// What the screen shows now.
    pub fn screen(&self) -> String {
        text(&self.seen.0.lock().unwrap().parser)
    }

    /// Everything that was written, escape sequences and all.
    pub fn written(&self) -> String {
        String::from_utf8_lossy(&self.seen.0.lock().unwrap().bytes).into_owned()
    }

    /// Whether the terminal is as a shell expects it: no alternate screen, cursor shown, no paste or mouse modes, and
    /// lines are edited and echoed.
    pub fn is_restored(&self) -> bool {
        let modes = self
            .master
            .get_termios()
            .map(|modes| format!("{:?}", modes.local_flags));
        let is_cooked = modes.is_none_or(|modes| modes.contains("ICANON") && modes.contains("ECHO"));
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        is_cooked
            && !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    }

    /// The program's process.
    pub fn process_id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Sends a signal by its name, `TERM`.
    pub fn signal(&self, name: &str) {
        let status = std::process::Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.process_id().to_string())
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits for the end of the program and gives its exit code.
    pub fn exit_code(&mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.wait("the end of the output", |seen| seen.ended.then_some(()));
                return status.exit_code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the program did not end; it shows:\n{}", self.screen());
    }

    fn wait<T>(&self, what: &str, look: impl Fn(&Seen) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().unwrap();
        loop {
            if let Some(found) = look(&seen) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !seen.ended,
                "waited in vain for {what}; the screen shows:\n{}",
                text(&seen.parser)
            );
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The screen's rows without the blanks at their ends.
fn text(parser: &vt100::Parser) -> String {
    let screen = parser.screen();
    let (_, columns) = screen.size();
    let rows: Vec<String> = screen
        .rows(0, columns.get())
        .map(|row| row.trim_end().to_owned())
        .collect();
    rows.join("\n").trim_end().to_owned()
}
