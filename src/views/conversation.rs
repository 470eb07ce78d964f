//! A conversation in its place beside the tree.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::chat::Chat;
use crate::app::clock::Clock;
use crate::app::layout::Layout;
use crate::app::model::Model;
use crate::app::theme::Role;

use super::chat::Scene;
use super::{View, detail};

/// Where the text of a conversation stands.
pub fn text_area(layout: &Layout) -> Rect {
    let margin = u16::from(layout.detail.width >= 50);
    Rect {
        x: layout.detail.x + margin,
        width: layout.detail.width.saturating_sub(2 * margin),
        ..layout.detail
    }
}

/// Gives a conversation as it stands to `use_scene`.
pub fn with_scene<T>(model: &Model, chat: &Chat, clock: &Clock, use_scene: impl FnOnce(Scene<'_>) -> T) -> T {
    let seed = chat.seed();
    let waiting = chat.waiting(clock);
    let queued: Vec<String> = chat.session.queued().map(str::to_owned).collect();
    use_scene(Scene {
        entries: chat.session.entries(),
        earlier: chat.session.earlier(),
        commands: chat.session.commands(),
        seed: seed.as_ref(),
        waiting: waiting.as_ref(),
        queued: &queued,
        theme: &model.setting.theme,
        zone: &model.setting.zone,
    })
}

pub(super) fn draw(view: View<'_>, layout: &Layout, buffer: &mut Buffer) {
    let area = text_area(layout);
    let Some(chat) = view.model.current_chat().filter(|_| !area.is_empty()) else {
        return;
    };
    if let Some(why) = &chat.failed {
        return detail::message(view, why, Role::Error, area, buffer);
    }
    with_scene(view.model, chat, view.clock, |scene| {
        chat.view.borrow_mut().draw(scene, chat.scroll, area, buffer);
    });
}
