//! The table of keys.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::chord::{Chord, ch, ctrl, key, with};
use super::{Action, Focus, Preset};

/// Which keys a binding listens to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Keys {
    /// Any of these.
    Any(&'static [Chord]),
    /// 1 to 9 with `modifiers` held; the action gets the digit.
    Digit(KeyModifiers),
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binding {
    pub(super) preset: Option<Preset>,
    pub(super) focus: &'static [Focus],
    pub(super) keys: Keys,
    pub(super) action: Action,
    /// What the footer calls it; empty where it never stands there.
    pub(super) label: &'static str,
    /// What the page of keys says.
    pub(super) help: &'static str,
}

impl Binding {
    pub(super) fn answer(&self, chord: Chord) -> Option<Action> {
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

    pub(super) fn short_key(&self) -> String {
        match self.keys {
            Keys::Any(chords) => chords.first().map(Chord::to_string).unwrap_or_default(),
            Keys::Digit(held) if held.is_empty() => self.all_keys(),
            Keys::Digit(held) => with(held, KeyCode::Char('1')).to_string(),
        }
    }

    pub(super) fn all_keys(&self) -> String {
        match self.keys {
            Keys::Any(chords) => {
                let names: Vec<String> = chords.iter().map(Chord::to_string).collect();
                names.join(" ")
            }
            Keys::Digit(held) => format!("{}…9", with(held, KeyCode::Char('1'))),
        }
    }
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
const FACTS: &[Focus] = &[Focus::Detail, Focus::Chat];
const TALK: &[Focus] = &[Focus::Composer, Focus::Chat];
const PROBLEM: &[Focus] = &[Focus::Tree, Focus::Detail];
const TABBED: &[Focus] = &[Focus::Detail, Focus::Logs, Focus::Yaml];
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

/// Not every terminal tells Shift+Enter or Alt+Enter from Enter; Ctrl+J all do.
const NEW_LINE: &[Chord] = &[
    with(KeyModifiers::ALT, KeyCode::Enter),
    with(KeyModifiers::SHIFT, KeyCode::Enter),
    ctrl('j'),
];

/// The table. Order matters twice: the footer shows the first five with a label, the page of keys all.
#[rustfmt::skip]
pub(super) const BINDINGS: &[Binding] = &[
    row(TREE, &[key(KeyCode::Enter)], Action::Enter, "talk about it", "open the chat of the problem"),
    row(DETAIL, &[key(KeyCode::Enter)], Action::Enter, "open", "open the fact at its source, else the chat"),
    row(CHAT, &[key(KeyCode::Enter), ch('i')], Action::Compose, "ask", "type a question"),
    row(PROBLEM, &[ch('y')], Action::Copy, "copy ①", "copy the first command"),
    row(CHAT, &[ch('y')], Action::Copy, "copy", "copy the newest command"),
    only(Preset::K9s, row(PROBLEM, &[ch('l')], Action::Logs, "logs", "logs of what is selected")),
    only(Preset::Vi, row(PROBLEM, &[ch('L')], Action::Logs, "logs", "logs of what is selected")),
    row(PANES, &[ch('r')], Action::Refresh, "retry now", "try to reach the cluster now"),
    digits(FACTS, KeyModifiers::NONE, Action::Evidence(0), "evidence", "open the evidence with that number"),
    digits(TREE, KeyModifiers::NONE, Action::Evidence(0), "", "open the evidence with that number"),
    row(LOGS, &[ch('n')], Action::NextMatch, "next", "next match; without a search the next error line"),
    row(LOGS, &[ch('N')], Action::PreviousMatch, "", "match before; without a search the error line before"),
    row(&[Focus::Yaml], &[ch('n')], Action::NextMatch, "next", "next match"),
    row(&[Focus::Yaml], &[ch('N')], Action::PreviousMatch, "", "match before"),
    row(TREE, &[ch('/')], Action::Filter, "filter", "show only what matches"),
    row(TEXTS, &[ch('/')], Action::Filter, "search", "search"),
    row(LOGS, &[ch('\\')], Action::KeepMatches, "keep", "keep only what matches the search"),
    row(LOGS, &[ch('e')], Action::ErrorsOnly, "errors", "error lines only"),
    row(LOGS, &[ch('f')], Action::Follow, "follow", "follow the end, or stop to"),
    row(TEXTS, &[ch('@')], Action::Attach, "", "take the line into the next question"),
    row(TEXTS, &[ch('w')], Action::Wrap, "", "wrap long lines, or cut them"),
    row(TEXTS, &[ch('y')], Action::Copy, "", "copy the line"),
    row(PANES, &[ch(':')], Action::GoTo, "go to", "go to any object, namespace or problem by its name"),
    row(PROBLEM, &[ch('v')], Action::Yaml, "", "YAML of what is selected"),
    row(PANES, &[ch('c')], Action::AskCluster, "", "ask about the cluster as a whole"),
    row(TABBED, &[ch(']')], Action::NextTab, "", "next tab: overview, evidence, events, …"),
    row(TABBED, &[ch('[')], Action::PreviousTab, "", "tab before"),
    row(COMPOSER, &[key(KeyCode::Enter)], Action::Submit, "send", "send the question"),
    row(COMPOSER, NEW_LINE, Action::NewLine, "new line", "break the line"),
    digits(TALK, KeyModifiers::ALT, Action::CopyCommand(0), "copy", "copy the command with that number"),
    row(&[Focus::Composer, Focus::Filter], &[key(KeyCode::Tab)], Action::Complete, "", "complete the word"),
    row(COMPOSER, &[key(KeyCode::PageUp)], Action::PageUp, "", "scroll the chat up"),
    row(COMPOSER, &[key(KeyCode::PageDown)], Action::PageDown, "", "scroll the chat down"),
    row(COMPOSER, &[key(KeyCode::Esc)], Action::Back, "stop, leave", "stop the answer, else leave the line"),
    row(FILTER, &[key(KeyCode::Enter)], Action::Submit, "keep", "keep it and go back to the pane"),
    row(FILTER, &[key(KeyCode::Up)], Action::Up, "", "line up"),
    row(FILTER, &[key(KeyCode::Down)], Action::Down, "", "line down"),
    row(FILTER, &[key(KeyCode::Esc)], Action::Back, "clear", "forget it"),
    row(DIALOG, &[ch('y'), key(KeyCode::Enter)], Action::Accept, "yes", "yes"),
    row(DIALOG, &[ch('n'), key(KeyCode::Esc)], Action::Decline, "no", "no"),
    row(SCROLLED, &[ch('j'), key(KeyCode::Down)], Action::Down, "", "line down"),
    row(SCROLLED, &[ch('k'), key(KeyCode::Up)], Action::Up, "", "line up"),
    row(SCROLLED, &[key(KeyCode::PageDown), ctrl('f'), ctrl('d')], Action::PageDown, "", "screenful down"),
    row(SCROLLED, &[key(KeyCode::PageUp), ctrl('b'), ctrl('u')], Action::PageUp, "", "screenful up"),
    row(SCROLLED, &[ch('g'), key(KeyCode::Home)], Action::Top, "", "first line"),
    row(SCROLLED, &[ch('G'), key(KeyCode::End)], Action::Bottom, "", "last line"),
    row(TREE, &[ch(' ')], Action::Fold, "", "show or hide what hangs on the row"),
    row(CHAT, &[ch(' ')], Action::Fold, "", "show or hide the seed"),
    row(TREE, &[key(KeyCode::Right)], Action::Unfold, "", "show what hangs on the row"),
    row(TREE, &[key(KeyCode::Left)], Action::Close, "", "hide it, or go to the row above"),
    only(Preset::Vi, row(TREE, &[ch('l')], Action::Unfold, "", "show what hangs on the row")),
    only(Preset::Vi, row(TREE, &[ch('h')], Action::Close, "", "hide it, or go to the row above")),
    row(DETAIL, &[key(KeyCode::Right)], Action::NextTab, "", "next tab"),
    row(DETAIL, &[key(KeyCode::Left)], Action::PreviousTab, "", "tab before"),
    only(Preset::Vi, row(DETAIL, &[ch('l')], Action::NextTab, "", "next tab")),
    only(Preset::Vi, row(DETAIL, &[ch('h')], Action::PreviousTab, "", "tab before")),
    row(TEXTS, &[key(KeyCode::Right)], Action::Right, "", "columns to the right"),
    row(TEXTS, &[key(KeyCode::Left)], Action::Left, "", "columns to the left"),
    only(Preset::Vi, row(TEXTS, &[ch('l')], Action::Right, "", "columns to the right")),
    only(Preset::Vi, row(TEXTS, &[ch('h')], Action::Left, "", "columns to the left")),
    row(PANES, &[key(KeyCode::Tab)], Action::NextPane, "", "next pane"),
    row(PANES, &[key(KeyCode::BackTab)], Action::PreviousPane, "", "pane before"),
    row(PANES, &[ch('t')], Action::Times, "", "times absolute or as ages"),
    row(PANES, &[ch('z')], Action::Zoom, "", "hide or show the other pane"),
    row(PANES, &[key(KeyCode::Esc)], Action::Back, "", "back; ends what is waited for"),
    row(PANES, &[ch('?')], Action::Help, "keys", "this page"),
    row(PANES, &[ch('q')], Action::Quit, "", "leave"),
    row(HELP, &[key(KeyCode::Esc), ch('?'), ch('q')], Action::Back, "back", "back"),
    row(Focus::ALL, &[ctrl('l')], Action::Redraw, "", "draw the screen anew"),
    row(Focus::ALL, &[ctrl('z')], Action::Suspend, "", "to the shell; fg comes back"),
    row(Focus::ALL, &[ctrl('c')], Action::Quit, "", "leave"),
];
