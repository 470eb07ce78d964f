//! What is typed: the filter, a search, a question.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::detail::Tab;
use crate::app::filter::Filter;
use crate::app::keymap::{Action, Focus};
use crate::app::model::{Model, Prompt};

use super::detail;

/// A key that no binding takes.
pub(super) fn text(model: &mut Model, key: KeyEvent) {
    if model.focus() == Focus::Composer {
        if let Some(chat) = model.current_chat_mut() {
            chat.composer.get_mut().input(key);
        }
        return;
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let edit = match key.code {
        KeyCode::Char('u') if control => Edit::Clear,
        KeyCode::Char('w') if control => Edit::DropWord,
        KeyCode::Char(letter) if !control && !key.modifiers.contains(KeyModifiers::ALT) => Edit::Type(letter),
        KeyCode::Backspace => Edit::DropLetter,
        _ => return,
    };
    apply(model, edit);
}

/// A pasted text: into the composer with its lines, into a line without.
pub(super) fn paste(model: &mut Model, text: &str) {
    match model.focus() {
        Focus::Filter => {
            for letter in text.chars().filter(|letter| !letter.is_control()) {
                apply(model, Edit::Type(letter));
            }
        }
        Focus::Composer | Focus::Chat => {
            if let Some(chat) = model.current_chat_mut() {
                chat.composing = true;
                chat.composer.get_mut().paste(text);
            }
        }
        Focus::Tree | Focus::Detail | Focus::Logs | Focus::Yaml | Focus::Help | Focus::Dialog => {}
    }
}

#[derive(Clone, Copy)]
enum Edit {
    Type(char),
    DropLetter,
    DropWord,
    Clear,
}

fn apply(model: &mut Model, edit: Edit) {
    match &mut model.prompt {
        Some(Prompt::Filter) => {
            match edit {
                Edit::Type(letter) => model.filter.push(letter),
                Edit::DropLetter => {
                    if !model.filter.pop() {
                        model.prompt = None;
                    }
                }
                Edit::DropWord => model.filter.pop_word(),
                Edit::Clear => model.filter = Filter::default(),
            }
            model.rebuild_tree();
        }
        Some(Prompt::Search(text)) => {
            match edit {
                Edit::Type(letter) => text.push(letter),
                Edit::DropLetter => {
                    if text.pop().is_none() {
                        model.prompt = None;
                    }
                }
                Edit::DropWord => {
                    let kept = text.trim_end().rfind(' ').map_or(0, |at| at + 1);
                    text.truncate(kept);
                }
                Edit::Clear => text.clear(),
            }
            search(model);
        }
        None => {}
    }
}

pub(super) fn act(model: &mut Model, action: Action) {
    match (action, &model.prompt) {
        (Action::Submit, _) => model.prompt = None,
        (Action::Back, Some(Prompt::Filter)) => {
            model.prompt = None;
            clear_filter(model);
        }
        (Action::Back, Some(Prompt::Search(_)) | None) => {
            model.prompt = Some(Prompt::Search(String::new()));
            search(model);
            model.prompt = None;
        }
        (Action::Up, Some(Prompt::Filter)) => model.tree.move_by(-1),
        (Action::Down, Some(Prompt::Filter)) => model.tree.move_by(1),
        _ => {}
    }
}

pub(super) fn clear_filter(model: &mut Model) {
    model.filter = Filter::default();
    model.rebuild_tree();
}

/// Searches as one types.
fn search(model: &mut Model) {
    let Some(Prompt::Search(text)) = &model.prompt else {
        return;
    };
    let height = detail::text_height(model);
    match model.detail.tab {
        Tab::Logs => {
            if let Some(logs) = &mut model.detail.logs {
                logs.pane.search(text);
            }
        }
        Tab::Yaml => {
            let yaml = &mut model.detail.yaml;
            yaml.search.clone_from(text);
            // From where one is: the line under the cursor may be the first match.
            yaml.line = yaml.line.saturating_sub(1);
            yaml.find(true);
            yaml.keep_visible(height);
        }
        Tab::Overview | Tab::Evidence | Tab::Events | Tab::Chat => {}
    }
}
