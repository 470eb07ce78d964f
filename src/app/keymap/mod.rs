//! Keys: one table from which dispatch, the footer and the `?` page are made, so that none can lie about another.

mod action;
mod chord;
mod table;

use ratatui::crossterm::event::KeyEvent;
use serde::{Deserialize, Serialize};

pub use action::Action;
pub use chord::Chord;

use table::{BINDINGS, Binding};

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

/// A key of the footer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The key as it is written: `⏎`, `alt+1`.
    pub key: String,
    /// What it does, in a word or two.
    pub label: &'static str,
    /// What it asks for.
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

    /// The five keys that matter most now, and the one that shows all others.
    pub fn footer(self, focus: Focus) -> Vec<Hint> {
        self.footer_of(focus, |_| true)
    }

    /// The same among the keys that can do something just now.
    pub fn footer_of(self, focus: Focus, possible: impl Fn(Action) -> bool) -> Vec<Hint> {
        let labelled = self.bindings(focus).filter(|binding| !binding.label.is_empty());
        let (help, others): (Vec<_>, Vec<_>) = labelled.partition(|binding| binding.action == Action::Help);
        let others = others
            .into_iter()
            .filter(|binding: &&Binding| possible(binding.action))
            .take(5);
        let hint = |binding: &Binding| Hint {
            key: binding.short_key(),
            label: binding.label,
            action: binding.action,
        };
        others.chain(help).map(hint).collect()
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ratatui::crossterm::event::KeyCode;

    use super::table::{BINDINGS, Keys};
    use super::{Action, Focus, Keymap, Preset};

    #[test]
    fn no_chord_stands_twice_in_one_focus() {
        for preset in [Preset::K9s, Preset::Vi] {
            for focus in Focus::ALL {
                let mut seen = BTreeSet::new();
                for binding in Keymap::new(preset).bindings(*focus) {
                    let chords: Vec<String> = match binding.keys {
                        Keys::Any(chords) => chords.iter().map(ToString::to_string).collect(),
                        Keys::Digit(held) => vec![format!("{held:?} digit")],
                    };
                    for chord in chords {
                        assert!(
                            seen.insert(chord.clone()),
                            "{chord} twice in {focus:?}, {preset:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn every_binding_is_documented_and_has_a_key() {
        for binding in BINDINGS {
            assert!(!binding.help.is_empty(), "{:?}", binding.action);
            assert!(!binding.all_keys().is_empty(), "{:?}", binding.action);
            assert!(!binding.focus.is_empty(), "{:?}", binding.action);
        }
    }

    #[test]
    fn one_can_leave_from_everywhere_and_letters_stay_letters() {
        for focus in Focus::ALL {
            let bindings: Vec<_> = Keymap::default().bindings(*focus).collect();
            assert!(
                bindings.iter().any(|binding| binding.action == Action::Quit),
                "{focus:?}"
            );
            assert!(!Keymap::default().footer(*focus).is_empty(), "{focus:?}");
            if focus.types_text() {
                for binding in bindings {
                    let Keys::Any(chords) = binding.keys else { continue };
                    let takes_a_letter = chords
                        .iter()
                        .any(|chord| chord.modifiers.is_empty() && matches!(chord.code, KeyCode::Char(_)));
                    assert!(
                        !takes_a_letter,
                        "{:?} takes a letter in {focus:?}",
                        binding.action
                    );
                }
            }
        }
    }
}
