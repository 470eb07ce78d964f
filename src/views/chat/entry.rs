//! One entry of a chat as lines.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use ratatui::text::{Line, Span};

use crate::app::theme::{Role as Look, Theme};
use crate::chat::session::{ChatCommand, Cost, Entry, EntryState, Role};
use crate::views::markdown::{Page, StreamingMarkdown, render};
use crate::views::number::grouped;
use crate::views::text::escape::{clean, clean_lines};
use crate::views::text::width::{truncate, width};
use crate::views::text::wrap::{PROSE, Wrap};

use super::{Scene, SeedLine};

/// Where a word is being written.
const CARET: &str = "▍";

/// What an entry looked like when it was laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    role: Role,
    state: EntryState,
    cost: Option<Cost>,
    length: usize,
    commands: usize,
    seed: Option<SeedLine>,
}

/// An entry, laid out.
#[derive(Clone, Debug, Default)]
pub(super) struct Laid {
    key: Option<Key>,
    lines: Vec<Line<'static>>,
    markdown: StreamingMarkdown,
}

impl Laid {
    pub(super) fn lines(&self) -> &[Line<'static>] {
        &self.lines
    }

    /// Lays the entry out again where it is not what it was. Its text only grows while it streams.
    pub(super) fn update(&mut self, index: usize, entry: &Entry, scene: Scene<'_>, columns: u16) {
        // A command that was said before keeps its number wherever it is said again.
        let own = scene
            .commands
            .iter()
            .filter(|command| command.entry == index || entry.text.contains(&*command.command));
        let key = Key {
            role: entry.role,
            state: entry.state,
            cost: entry.cost,
            length: entry.text.len(),
            commands: own.clone().count(),
            seed: scene.seed.filter(|_| entry.role == Role::Seed).cloned(),
        };
        if self.key.as_ref() == Some(&key) {
            return;
        }
        self.lines = match entry.role {
            Role::Answer => {
                let commands: Vec<ChatCommand> = own.cloned().collect();
                self.answer(entry, &commands, scene.theme, columns)
            }
            Role::Seed => seed(entry, scene, columns),
            Role::Person => person(entry, scene.theme, columns),
            Role::Notice => notice(entry, scene.theme, columns),
            Role::Cluster => cluster(entry, scene.theme, scene.zone, columns),
        };
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        if index + 1 == scene.earlier {
            self.lines.extend(end_of_earlier(entry, scene, columns));
        }
        self.key = Some(key);
    }

    fn answer(
        &mut self,
        entry: &Entry,
        commands: &[ChatCommand],
        theme: &Theme,
        columns: u16,
    ) -> Vec<Line<'static>> {
        let streaming = entry.state == EntryState::Streaming;
        let page = Page {
            // The caret needs a column behind the last word.
            columns: columns.saturating_sub(u16::from(streaming)),
            theme,
            commands,
        };
        let mut lines = self.markdown.render(&entry.text, streaming, page).to_vec();
        match entry.state {
            EntryState::Streaming => {
                let caret = Span::styled(CARET, theme.style(Look::Accent));
                match lines.last_mut() {
                    Some(last) => last.spans.push(caret),
                    None => lines.push(Line::from(caret)),
                }
            }
            EntryState::Failed => {
                lines.push(Line::styled(
                    "cut off; what came is kept",
                    theme.style(Look::Error),
                ));
            }
            EntryState::Stopped | EntryState::Done => {}
        }
        let stopped = (entry.state == EntryState::Stopped).then(|| "stopped".to_owned());
        let closing: Vec<String> = stopped
            .into_iter()
            .chain(entry.cost.filter(|cost| cost.took >= WAITED).map(cost))
            .collect();
        if !closing.is_empty() {
            let closing = closing.join(" · ");
            let room = usize::from(columns.min(PROSE)).saturating_sub(width(&closing));
            let closing = Span::styled(closing, theme.style(Look::Dim));
            lines.push(Line::from(vec![Span::raw(" ".repeat(room)), closing]));
        }
        lines
    }
}

/// Parts what was said in an earlier run from what is said now.
fn end_of_earlier(entry: &Entry, scene: Scene<'_>, columns: u16) -> [Line<'static>; 2] {
    let at = entry
        .at
        .to_zoned(scene.zone.clone())
        .strftime("%Y-%m-%d %H:%M")
        .to_string();
    let words = format!("── earlier, until {at} ");
    let rest = usize::from(columns.min(PROSE)).saturating_sub(width(&words));
    let line = format!("{words}{}", "─".repeat(rest));
    let line = truncate(&line, usize::from(columns)).into_owned();
    [Line::styled(line, scene.theme.style(Look::Dim)), Line::default()]
}

/// Below this nobody waited, and what it cost is not worth a line: the playbook answers at once.
const WAITED: SignedDuration = SignedDuration::from_millis(100);

/// `1.9 s · 214 tokens`; with `~` where the tokens are an estimate.
fn cost(cost: Cost) -> String {
    let seconds = cost.took.as_secs_f64();
    let took = if seconds < 10.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{seconds:.0} s")
    };
    let about = if cost.measured { "" } else { "~" };
    format!("{took} · {about}{} tokens", grouped(cost.tokens))
}

fn seed(entry: &Entry, scene: Scene<'_>, columns: u16) -> Vec<Line<'static>> {
    let Some(seed) = scene.seed else { return Vec::new() };
    let dim = scene.theme.style(Look::Dim);
    let columns = usize::from(columns);
    let fold = if seed.open { "▾ seed" } else { "▸ seed" };
    let head = format!("{fold}  {}", clean(&seed.summary));
    let tokens = format!("{} tokens", grouped(seed.tokens));
    let costs = [
        format!("{tokens} · /sent shows it"),
        format!("{tokens} · /sent"),
        tokens,
    ];
    let fitting = costs
        .iter()
        .find(|cost| width(&head) + 2 + width(cost) <= columns);
    let mut lines = if let Some(cost) = fitting {
        let gap = " ".repeat(columns - width(&head) - width(cost));
        vec![Line::styled(format!("{head}{gap}{cost}"), dim)]
    } else {
        let [cost, ..] = costs;
        Wrap::at(columns)
            .hanging(8)
            .text(&format!("{head} · {cost}"), dim)
    };
    if seed.open {
        let text = clean_lines(&entry.text);
        let wrap = Wrap {
            columns,
            first: vec![Span::styled("▏ ", scene.theme.style(Look::Divider))],
            rest: vec![Span::styled("▏ ", scene.theme.style(Look::Divider))],
        };
        lines.extend(text.lines().flat_map(|line| wrap.text(line, dim)));
    }
    lines
}

fn person(entry: &Entry, theme: &Theme, columns: u16) -> Vec<Line<'static>> {
    let style = theme.style(Look::Bold);
    let text = clean_lines(&entry.text);
    let mut first = vec![Span::styled("› ", theme.style(Look::Accent))];
    let mut lines = Vec::new();
    for line in text.lines() {
        let wrap = Wrap {
            columns: usize::from(columns.min(PROSE)),
            first: std::mem::replace(&mut first, vec![Span::raw("  ")]),
            rest: vec![Span::raw("  ")],
        };
        lines.extend(wrap.text(line, style));
    }
    lines
}

fn notice(entry: &Entry, theme: &Theme, columns: u16) -> Vec<Line<'static>> {
    let wrap = Wrap {
        columns: usize::from(columns.min(PROSE)),
        first: vec![Span::styled("! ", theme.style(Look::Warning))],
        rest: vec![Span::raw("  ")],
    };
    wrap.text(&clean(&entry.text), theme.style(Look::Text))
}

/// `✓ 10:27:41  checkout healed: …`. The text may begin with its own sign.
fn cluster(entry: &Entry, theme: &Theme, zone: &TimeZone, columns: u16) -> Vec<Line<'static>> {
    const SIGNS: [(&str, Look); 4] = [
        ("✓", Look::Healed),
        ("✖", Look::Critical),
        ("⚠", Look::Warning),
        ("•", Look::Info),
    ];
    let text = clean(&entry.text);
    let own = SIGNS
        .iter()
        .find_map(|(sign, look)| Some((*sign, *look, text.strip_prefix(sign)?)));
    let (sign, look, text) = own.unwrap_or_else(|| {
        let healed = text.split([' ', ':', ',', '.']).any(|word| word == "healed");
        let (sign, look) = if healed {
            ("✓", Look::Healed)
        } else {
            ("•", Look::Info)
        };
        (sign, look, &*text)
    });
    let clock = entry.at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string();
    let wrap = Wrap {
        columns: usize::from(columns.min(PROSE)),
        first: vec![
            Span::styled(sign, theme.style(look)),
            Span::raw(" "),
            Span::styled(clock, theme.style(Look::Dim)),
            Span::raw("  "),
        ],
        rest: vec![Span::raw(" ".repeat(12))],
    };
    let page = Page {
        columns: u16::MAX,
        theme,
        commands: &[],
    };
    let spans: Vec<Span<'static>> = render(text, page)
        .into_iter()
        .flat_map(|line| line.spans)
        .collect();
    wrap.spans(&spans)
}

/// What stands below the entries: what is waited for, and what is asked next.
pub(super) fn tail(scene: Scene<'_>, columns: u16) -> Vec<Line<'static>> {
    const SPINNER: [&str; 8] = ["⠋", "⠙", "⠸", "⠴", "⠦", "⠇", "⠏", "⠹"];
    let theme = scene.theme;
    let dim = theme.style(Look::Dim);
    let columns = usize::from(columns.min(PROSE));
    let mut lines = Vec::new();
    if let Some(waiting) = scene.waiting {
        let turn = SPINNER
            .iter()
            .cycle()
            .nth(waiting.tick % SPINNER.len())
            .unwrap_or(&"·");
        let seconds = match waiting.seconds {
            0 => String::new(),
            seconds => format!(" · {seconds} s"),
        };
        let text = format!("{}{seconds} · esc stops", clean(&waiting.what));
        lines.push(Line::from(vec![
            Span::styled(*turn, theme.style(Look::Accent)),
            Span::styled(
                truncate(&format!(" {text}"), columns.saturating_sub(1)).into_owned(),
                dim,
            ),
        ]));
    }
    for question in scene.queued {
        let text = format!("next › {}", clean(question));
        lines.push(Line::styled(truncate(&text, columns).into_owned(), dim));
    }
    lines
}
