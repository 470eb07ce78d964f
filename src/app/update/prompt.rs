//! What is typed: the filter, a search, a name to go to, a question.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::detail::Tab;
use crate::app::filter::Filter;
use crate::app::keymap::{Action, Focus};
use crate::app::model::{Model, Prompt};

use super::{Effects, detail, goto};

/// A key that no binding takes.
pub(super) fn text(model: &mut Model, key: KeyEvent, effects: &mut Effects) {
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
    apply(model, edit, effects);
}

/// A pasted text: into the composer with its lines, into a line without.
pub(super) fn paste(model: &mut Model, text: &str, effects: &mut Effects) {
    match model.focus() {
        Focus::Filter => {
            for letter in text.chars().filter(|letter| !letter.is_control()) {
                apply(model, Edit::Type(letter), effects);
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

fn apply(model: &mut Model, edit: Edit, effects: &mut Effects) {
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
            if !edited(text, edit) {
                model.prompt = None;
            }
            search(model);
        }
        Some(Prompt::GoTo(goto)) => {
            let mut text = goto.text().to_owned();
            if edited(&mut text, edit) {
                goto::typed(model, text, effects);
            } else {
                model.prompt = None;
            }
        }
        None => {}
    }
}

/// Edits a line; false where a letter was to be taken from an empty one, which closes it.
fn edited(text: &mut String, edit: Edit) -> bool {
    match edit {
        Edit::Type(letter) => text.push(letter),
        Edit::DropLetter => return text.pop().is_some(),
        Edit::DropWord => {
            let kept = text.trim_end().rfind(' ').map_or(0, |at| at + 1);
            text.truncate(kept);
        }
        Edit::Clear => text.clear(),
    }
    true
}

pub(super) fn act(model: &mut Model, action: Action, effects: &mut Effects) {
    if let Some(Prompt::GoTo(goto)) = &mut model.prompt {
        match action {
            Action::Submit => goto::go(model, effects),
            Action::Complete => goto::complete(model, effects),
            Action::Back => model.prompt = None,
            Action::Up => goto.move_by(-1),
            Action::Down => goto.move_by(1),
            _ => {}
        }
        return;
    }
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
