//! Keys: one table from which dispatch, the footer and the `?` page are made, so that none can lie about another.

use std::fmt;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::{Deserialize, Serialize};

/// What has the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Focus {
    /// The tree of problems.
    Tree,
    /// The selected problem: overview, evidence, events, changes, graph.
    Detail,
    /// A log.
    Logs,
    /// An object's YAML.
    Yaml,
    /// A chat, read.
    Chat,
    /// The line one types into; letters are text.
    Composer,
    /// The line of a filter, a search or `:`; letters are text.
    Filter,
    /// The page of keys.
    Help,
    /// A question to be answered with yes or no.
    Dialog,
}

impl Focus {
    /// Every focus.
    pub const ALL: &[Self] = &[
        Self::Tree,
        Self::Detail,
        Self::Logs,
        Self::Yaml,
        Self::Chat,
        Self::Composer,
        Self::Filter,
        Self::Help,
        Self::Dialog,
    ];

    /// Its heading on the page of keys.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Tree => "Problems",
            Self::Detail => "A problem",
            Self::Logs => "Logs",
            Self::Yaml => "YAML",
            Self::Chat => "Chat",
            Self::Composer => "Typing",
            Self::Filter => "Filter and search",
            Self::Help => "This page",
            Self::Dialog => "A question",
        }
    }

    /// Whether keys without a binding are text.
    pub const fn types_text(self) -> bool {
        matches!(self, Self::Composer | Self::Filter)
    }
}

/// What a key asks for. What it means in detail is the model's affair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A line up.
    Up,
    /// A line down.
    Down,
    /// A screenful up.
    PageUp,
    /// A screenful down.
    PageDown,
    /// To the first line.
    Top,
    /// To the last line; a log or chat follows again.
    Bottom,
    /// Columns to the left.
    Left,
    /// Columns to the right.
    Right,
    /// Opens or closes what hangs on a row.
    Fold,
    /// Closes a row, or goes to the one that it hangs on.
    Close,
    /// Opens a row.
    Unfold,
    /// Goes in: the chat of a problem, the source of a fact.
    Enter,
    /// Comes back out; ends what is waited for.
    Back,
    /// To the next pane.
    NextPane,
    /// To the pane before.
    PreviousPane,
    /// The next tab of a problem.
    NextTab,
    /// The tab before.
    PreviousTab,
    /// The logs of what is selected.
    Logs,
    /// The YAML of what is selected.
    Yaml,
    /// The evidence with that number.
    Evidence(u8),
    /// Copies the first command.
    Copy,
    /// Copies the command with that number.
    CopyCommand(u8),
    /// Opens the line of the filter, or of the search in a text.
    Filter,
    /// Opens the line that goes to any object.
    GoTo,
    /// A chat about the whole cluster.
    AskCluster,
    /// Times absolute or as ages.
    Times,
    /// Hides or shows the other pane.
    Zoom,
    /// The next match; in a log without a search the next error line.
    NextMatch,
    /// The match before.
    PreviousMatch,
    /// Keeps only the lines that match.
    KeepMatches,
    /// Keeps only the lines that look like errors.
    ErrorsOnly,
    /// Follows the end, or stops to.
    Follow,
    /// Wraps long lines, or cuts them.
    Wrap,
    /// Takes the line into the next question.
    Attach,
    /// Into the line one types into.
    Compose,
    /// Sends what was typed.
    Submit,
    /// A line break in what is typed.
    NewLine,
    /// Completes the word.
    Complete,
    /// Yes.
    Accept,
    /// No.
    Decline,
    /// The page of keys.
    Help,
    /// Draws the whole screen anew.
    Redraw,
    /// To the shell; `fg` comes back.
    Suspend,
    /// Leaves.
    Quit,
}

/// A key with what is held beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Hash)]
pub struct Chord {
    /// The key.
    pub code: KeyCode,
    /// What is held. Shift is not named where it makes another character.
    pub modifiers: KeyModifiers,
}

const fn key(code: KeyCode) -> Chord {
    Chord {
        code,
        modifiers: KeyModifiers::NONE,
    }
}

const fn ch(character: char) -> Chord {
    key(KeyCode::Char(character))
}

const fn ctrl(character: char) -> Chord {
    Chord {
        code: KeyCode::Char(character),
        modifiers: KeyModifiers::CONTROL,
    }
}

const fn with(modifiers: KeyModifiers, code: KeyCode) -> Chord {
    Chord { code, modifiers }
}

impl From<KeyEvent> for Chord {
    /// Terminals disagree on whether Shift is told beside the character that it made: here it never is.
    fn from(event: KeyEvent) -> Self {
        let shift_is_told = matches!(event.code, KeyCode::Char(_) | KeyCode::BackTab);
        let ignored = if shift_is_told {
            KeyModifiers::SHIFT
        } else {
            KeyModifiers::NONE
        };
        let known = KeyModifiers::SHIFT | KeyModifiers::CONTROL | KeyModifiers::ALT;
        Self {
            code: event.code,
            modifiers: (event.modifiers & known) - ignored,
        }
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "ctrl+"),
            (KeyModifiers::ALT, "alt+"),
            (KeyModifiers::SHIFT, "shift+"),
        ] {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("space"),
            KeyCode::Char(character) => write!(f, "{character}"),
            KeyCode::Enter => f.write_str("⏎"),
            KeyCode::Esc => f.write_str("esc"),
            KeyCode::Tab => f.write_str("tab"),
            KeyCode::BackTab => f.write_str("shift+tab"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::PageUp => f.write_str("pgup"),
            KeyCode::PageDown => f.write_str("pgdn"),
            KeyCode::Home => f.write_str("home"),
            KeyCode::End => f.write_str("end"),
            other => write!(f, "{other}"),
        }
    }
}

/// Which keys a binding listens to.
#[derive(Clone, Copy, Debug)]
enum Keys {
    /// Any of these.
    Any(&'static [Chord]),
    /// 1 to 9 with `modifiers` held; the action gets the digit.
    Digit(KeyModifiers),
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
struct Binding {
    preset: Option<Preset>,
    focus: &'static [Focus],
    keys: Keys,
    action: Action,
    /// What the footer calls it; empty where it never stands there. The footer shows the first five of a focus.
    label: &'static str,
    /// What the page of keys says.
    help: &'static str,
}

/// Whose fingers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// `l` is logs, as in k9s.
    #[default]
    K9s,
    /// `h` and `l` move, `L` is logs.
    Vi,
}

const fn row(
    focus: &'static [Focus],
    keys: &'static [Chord],
    action: Action,
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding {
        preset: None,
        focus,
        keys: Keys::Any(keys),
        action,
        label,
        help,
    }
}

const fn digits(
    focus: &'static [Focus],
    held: KeyModifiers,
    action: Action,
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding {
        keys: Keys::Digit(held),
        ..row(focus, &[], action, label, help)
    }
}

const fn only(preset: Preset, binding: Binding) -> Binding {
    Binding {
        preset: Some(preset),
        ..binding
    }
}

const TREE: &[Focus] = &[Focus::Tree];
const DETAIL: &[Focus] = &[Focus::Detail];
const LOGS: &[Focus] = &[Focus::Logs];
const CHAT: &[Focus] = &[Focus::Chat];
const COMPOSER: &[Focus] = &[Focus::Composer];
const FILTER: &[Focus] = &[Focus::Filter];
const HELP: &[Focus] = &[Focus::Help];
const DIALOG: &[Focus] = &[Focus::Dialog];
const PROBLEM: &[Focus] = &[Focus::Tree, Focus::Detail];
const TEXTS: &[Focus] = &[Focus::Logs, Focus::Yaml];
const PANES: &[Focus] = &[Focus::Tree, Focus::Detail, Focus::Logs, Focus::Yaml, Focus::Chat];
const SCROLLED: &[Focus] = &[
    Focus::Tree,
    Focus::Detail,
    Focus::Logs,
    Focus::Yaml,
    Focus::Chat,
    Focus::Help,
];

/// The table. Order matters twice: the footer shows the first five labels of a focus, the page of keys all in order.
const BINDINGS: &[Binding] = &[
    row(
        TREE,
        &[key(KeyCode::Enter)],
        Action::Enter,
        "talk about it",
        "open the chat of the problem",
    ),
    row(
        DETAIL,
        &[key(KeyCode::Enter)],
        Action::Enter,
        "open",
        "open the fact at its source, else the chat",
    ),
    row(
        CHAT,
        &[key(KeyCode::Enter), ch('i')],
        Action::Compose,
        "ask",
        "type a question",
    ),
    row(
        PROBLEM,
        &[ch('y')],
        Action::Copy,
        "copy ①",
        "copy the first command",
    ),
    row(CHAT, &[ch('y')], Action::Copy, "copy", "copy the newest command"),
    only(
        Preset::K9s,
        row(
            PROBLEM,
            &[ch('l')],
            Action::Logs,
            "logs",
            "logs of what is selected",
        ),
    ),
    only(
        Preset::Vi,
        row(
            PROBLEM,
            &[ch('L')],
            Action::Logs,
            "logs",
            "logs of what is selected",
        ),
    ),
    digits(
        &[Focus::Detail, Focus::Tree, Focus::Chat],
        KeyModifiers::NONE,
        Action::Evidence(0),
        "evidence",
        "open the evidence with that number",
    ),
    row(
        LOGS,
        &[ch('n')],
        Action::NextMatch,
        "next",
        "next match; without a search the next error line",
    ),
    row(
        LOGS,
        &[ch('N')],
        Action::PreviousMatch,
        "",
        "match before; without a search the error line before",
    ),
    row(
        &[Focus::Yaml],
        &[ch('n')],
        Action::NextMatch,
        "next",
        "next match",
    ),
    row(
        &[Focus::Yaml],
        &[ch('N')],
        Action::PreviousMatch,
        "",
        "match before",
    ),
    row(
        TREE,
        &[ch('/')],
        Action::Filter,
        "filter",
        "show only what matches",
    ),
    row(TEXTS, &[ch('/')], Action::Filter, "search", "search"),
    row(
        LOGS,
        &[ch('\\')],
        Action::KeepMatches,
        "keep",
        "keep only what matches the search",
    ),
    row(LOGS, &[ch('e')], Action::ErrorsOnly, "errors", "error lines only"),
    row(
        LOGS,
        &[ch('f')],
        Action::Follow,
        "follow",
        "follow the end, or stop to",
    ),
    row(
        TEXTS,
        &[ch('@')],
        Action::Attach,
        "",
        "take the line into the next question",
    ),
    row(
        TEXTS,
        &[ch('w')],
        Action::Wrap,
        "",
        "wrap long lines, or cut them",
    ),
    row(TEXTS, &[ch('y')], Action::Copy, "", "copy the line"),
    row(
        PROBLEM,
        &[ch(':')],
        Action::GoTo,
        "go to",
        "go to any object by its name",
    ),
    row(PROBLEM, &[ch('v')], Action::Yaml, "", "YAML of what is selected"),
    row(
        PROBLEM,
        &[ch('c')],
        Action::AskCluster,
        "",
        "ask about the cluster",
    ),
    row(
        DETAIL,
        &[ch(']')],
        Action::NextTab,
        "",
        "next tab: overview, evidence, events, …",
    ),
    row(DETAIL, &[ch('[')], Action::PreviousTab, "", "tab before"),
    row(
        COMPOSER,
        &[key(KeyCode::Enter)],
        Action::Submit,
        "send",
        "send the question",
    ),
    row(
        COMPOSER,
        &[
            with(KeyModifiers::ALT, KeyCode::Enter),
            with(KeyModifiers::SHIFT, KeyCode::Enter),
            ctrl('j'),
        ],
        Action::NewLine,
        "new line",
        "break the line",
    ),
    digits(
        &[Focus::Composer, Focus::Chat],
        KeyModifiers::ALT,
        Action::CopyCommand(0),
        "copy",
        "copy the command with that number",
    ),
    row(
        &[Focus::Composer, Focus::Filter],
        &[key(KeyCode::Tab)],
        Action::Complete,
        "",
        "complete the word",
    ),
    row(
        COMPOSER,
        &[key(KeyCode::PageUp)],
        Action::PageUp,
        "",
        "scroll the chat up",
    ),
    row(
        COMPOSER,
        &[key(KeyCode::PageDown)],
        Action::PageDown,
        "",
        "scroll the chat down",
    ),
    row(
        COMPOSER,
        &[key(KeyCode::Esc)],
        Action::Back,
        "stop, leave",
        "stop the answer, else leave the line",
    ),
    row(
        FILTER,
        &[key(KeyCode::Enter)],
        Action::Submit,
        "keep",
        "keep it and go back to the pane",
    ),
    row(FILTER, &[key(KeyCode::Up)], Action::Up, "", "line up"),
    row(FILTER, &[key(KeyCode::Down)], Action::Down, "", "line down"),
    row(FILTER, &[key(KeyCode::Esc)], Action::Back, "clear", "forget it"),
    row(
        DIALOG,
        &[ch('y'), key(KeyCode::Enter)],
        Action::Accept,
        "yes",
        "yes",
    ),
    row(DIALOG, &[ch('n'), key(KeyCode::Esc)], Action::Decline, "no", "no"),
    row(
        SCROLLED,
        &[ch('j'), key(KeyCode::Down)],
        Action::Down,
        "",
        "line down",
    ),
    row(SCROLLED, &[ch('k'), key(KeyCode::Up)], Action::Up, "", "line up"),
    row(
        SCROLLED,
        &[key(KeyCode::PageDown), ctrl('f'), ctrl('d')],
        Action::PageDown,
        "",
        "screenful down",
    ),
    row(
        SCROLLED,
        &[key(KeyCode::PageUp), ctrl('b'), ctrl('u')],
        Action::PageUp,
        "",
        "screenful up",
    ),
    row(
        SCROLLED,
        &[ch('g'), key(KeyCode::Home)],
        Action::Top,
        "",
        "first line",
    ),
    row(
        SCROLLED,
        &[ch('G'), key(KeyCode::End)],
        Action::Bottom,
        "",
        "last line",
    ),
    row(
        TREE,
        &[ch(' ')],
        Action::Fold,
        "",
        "show or hide what hangs on the row",
    ),
    row(CHAT, &[ch(' ')], Action::Fold, "", "show or hide the seed"),
    row(
        TREE,
        &[key(KeyCode::Right)],
        Action::Unfold,
        "",
        "show what hangs on the row",
    ),
    row(
        TREE,
        &[key(KeyCode::Left)],
        Action::Close,
        "",
        "hide it, or go to the row above",
    ),
    only(
        Preset::Vi,
        row(TREE, &[ch('l')], Action::Unfold, "", "show what hangs on the row"),
    ),
    only(
        Preset::Vi,
        row(
            TREE,
            &[ch('h')],
            Action::Close,
            "",
            "hide it, or go to the row above",
        ),
    ),
    row(DETAIL, &[key(KeyCode::Right)], Action::NextTab, "", "next tab"),
    row(
        DETAIL,
        &[key(KeyCode::Left)],
        Action::PreviousTab,
        "",
        "tab before",
    ),
    only(
        Preset::Vi,
        row(DETAIL, &[ch('l')], Action::NextTab, "", "next tab"),
    ),
    only(
        Preset::Vi,
        row(DETAIL, &[ch('h')], Action::PreviousTab, "", "tab before"),
    ),
    row(
        TEXTS,
        &[key(KeyCode::Right)],
        Action::Right,
        "",
        "columns to the right",
    ),
    row(
        TEXTS,
        &[key(KeyCode::Left)],
        Action::Left,
        "",
        "columns to the left",
    ),
    only(
        Preset::Vi,
        row(TEXTS, &[ch('l')], Action::Right, "", "columns to the right"),
    ),
    only(
        Preset::Vi,
        row(TEXTS, &[ch('h')], Action::Left, "", "columns to the left"),
    ),
    row(PANES, &[key(KeyCode::Tab)], Action::NextPane, "", "next pane"),
    row(
        PANES,
        &[key(KeyCode::BackTab)],
        Action::PreviousPane,
        "",
        "pane before",
    ),
    row(PANES, &[ch('t')], Action::Times, "", "times absolute or as ages"),
    row(PANES, &[ch('z')], Action::Zoom, "", "hide or show the other pane"),
    row(
        PANES,
        &[key(KeyCode::Esc)],
        Action::Back,
        "",
        "back; ends what is waited for",
    ),
    row(PANES, &[ch('?')], Action::Help, "keys", "this page"),
    row(PANES, &[ch('q')], Action::Quit, "", "leave"),
    row(
        HELP,
        &[key(KeyCode::Esc), ch('?'), ch('q')],
        Action::Back,
        "back",
        "back",
    ),
    row(
        Focus::ALL,
        &[ctrl('l')],
        Action::Redraw,
        "",
        "draw the screen anew",
    ),
    row(
        Focus::ALL,
        &[ctrl('z')],
        Action::Suspend,
        "",
        "to the shell; fg comes back",
    ),
    row(Focus::ALL, &[ctrl('c')], Action::Quit, "", "leave"),
];

/// A key of the footer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The key as it is written: `⏎`, `alt+1`.
    pub key: String,
    /// What it does, in a word or two.
    pub label: &'static str,
    /// What it asks for; a view may leave out those that are impossible just now.
    pub action: Action,
}

/// A line of the page of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpLine {
    /// The keys as they are written.
    pub keys: String,
    /// What they do.
    pub text: &'static str,
    /// What they ask for.
    pub action: Action,
}

/// The table as one preset sees it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keymap {
    preset: Preset,
}

impl Keymap {
    /// The table of a preset.
    pub const fn new(preset: Preset) -> Self {
        Self { preset }
    }

    /// What a key asks for; `None` is text where [`Focus::types_text`], else nothing.
    pub fn action(self, focus: Focus, event: KeyEvent) -> Option<Action> {
        let chord = Chord::from(event);
        self.bindings(focus).find_map(|binding| binding.answer(chord))
    }

    /// The keys that matter most now, at most five.
    pub fn footer(self, focus: Focus) -> Vec<Hint> {
        self.hints(focus).into_iter().take(5).collect()
    }

    /// Every key that has a word for the footer, most needed first: a view that knows which are impossible just now
    /// takes the first five of the others.
    pub fn hints(self, focus: Focus) -> Vec<Hint> {
        self.bindings(focus)
            .filter(|binding| !binding.label.is_empty())
            .map(|binding| Hint {
                key: binding.first_key(),
                label: binding.label,
                action: binding.action,
            })
            .collect()
    }

    /// Every key of a focus.
    pub fn help(self, focus: Focus) -> Vec<HelpLine> {
        self.bindings(focus)
            .map(|binding| HelpLine {
                keys: binding.all_keys(),
                text: binding.help,
                action: binding.action,
            })
            .collect()
    }

    fn bindings(self, focus: Focus) -> impl Iterator<Item = &'static Binding> {
        BINDINGS.iter().filter(move |binding| {
            binding.focus.contains(&focus) && binding.preset.is_none_or(|preset| preset == self.preset)
        })
    }
}

impl Binding {
    fn answer(&self, chord: Chord) -> Option<Action> {
        match self.keys {
            Keys::Any(chords) => chords.contains(&chord).then_some(self.action),
            Keys::Digit(held) if chord.modifiers == held => {
                let KeyCode::Char(character @ '1'..='9') = chord.code else {
                    return None;
                };
                let digit = u8::try_from(character.to_digit(10)?).ok()?;
                Some(match self.action {
                    Action::Evidence(_) => Action::Evidence(digit),
                    Action::CopyCommand(_) => Action::CopyCommand(digit),
                    other => other,
                })
            }
            Keys::Digit(_) => None,
        }
    }

    fn first_key(&self) -> String {
        match self.keys {
            Keys::Any(chords) => chords.first().map(Chord::to_string).unwrap_or_default(),
            Keys::Digit(held) => with(held, KeyCode::Char('1')).to_string(),
        }
    }

    fn all_keys(&self) -> String {
        match self.keys {
            Keys::Any(chords) => {
                let names: Vec<String> = chords.iter().map(Chord::to_string).collect();
                names.join(" ")
            }
            Keys::Digit(_) => format!("{}…9", self.first_key()),
        }
    }
}
