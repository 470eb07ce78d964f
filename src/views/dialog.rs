//! What lies over the screen: the page of keys and questions. One box, as it parts two layers and not two panes.

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding, Widget};

use crate::app::model::Overlay;
use crate::app::theme::Role;

use super::text::wrap::Wrap;
use super::{View, help, write_lines};

pub(super) fn draw(view: View<'_>, overlay: &Overlay, buffer: &mut Buffer) {
    match overlay {
        Overlay::Help { focus, scroll } => {
            let lines = help::lines(view, *focus);
            let area = page(view.model.size);
            let height = usize::from(area.height.saturating_sub(2));
            let more = lines.len().saturating_sub(scroll + height);
            let note = if more > 0 {
                format!(" ↓ {more} more   esc back ")
            } else {
                " esc back ".to_owned()
            };
            let inner = boxed(view, " Keys ", &note, area, buffer);
            write_lines(lines.into_iter().skip(*scroll), inner, buffer);
        }
        Overlay::Consent { host, .. } => {
            let lines = [
                format!("May the conversation go to {host}?"),
                String::new(),
                "It holds names of objects, log lines and events; secrets were taken out. `k8stui prompt` prints it \
                 word for word. A yes is remembered for this host."
                    .to_owned(),
                String::new(),
            ];
            question(
                view,
                " Consent ",
                &lines,
                "send it",
                "no, ask the playbook",
                buffer,
            );
        }
        Overlay::Leave => {
            let lines = [
                "An answer is still coming. What came is kept.".to_owned(),
                String::new(),
            ];
            question(view, " Leave ", &lines, "leave", "stay", buffer);
        }
    }
}

/// The area of a page over the screen.
pub(super) fn page(size: Size) -> Rect {
    let width = size.width.saturating_sub(4).min(84);
    let height = size.height.saturating_sub(2);
    centred(width, height, size)
}

fn centred(width: u16, height: u16, size: Size) -> Rect {
    Rect {
        x: size.width.saturating_sub(width) / 2,
        y: size.height.saturating_sub(height) / 2,
        width,
        height,
    }
}

fn question(view: View<'_>, title: &str, lines: &[String], yes: &str, no: &str, buffer: &mut Buffer) {
    let size = view.model.size;
    let width = size.width.saturating_sub(4).min(68);
    let wrap = Wrap::at(usize::from(width.saturating_sub(4)));
    let wrapped = |line: &String| wrap.spans(&[view.span(Role::Text, line)]);
    let answers = wrap.spans(&[
        view.span(Role::FooterKey, "y"),
        view.span(Role::Text, &format!(" {yes}   ")),
        view.span(Role::FooterKey, "n"),
        view.span(Role::Text, &format!(" {no}")),
    ]);
    let room = usize::from(size.height.saturating_sub(2)).saturating_sub(answers.len());
    // Where not all fits, the answers do: an explanation that is cut is better than a question without answers.
    let mut wrapped: Vec<Line<'static>> = lines.iter().flat_map(wrapped).collect();
    wrapped.truncate(room);
    wrapped.extend(answers);
    let height = u16::try_from(wrapped.len() + 2)
        .unwrap_or(u16::MAX)
        .min(size.height);
    let inner = boxed(view, title, "", centred(width, height, size), buffer);
    write_lines(wrapped, inner, buffer);
}

fn boxed(view: View<'_>, title: &str, note: &str, area: Rect, buffer: &mut Buffer) -> Rect {
    Clear.render(area, buffer);
    let block = Block::bordered()
        .border_style(view.style(Role::Divider))
        .title(Span::styled(title.to_owned(), view.style(Role::Accent)))
        .title_bottom(Line::from(Span::styled(note.to_owned(), view.style(Role::Dim))).right_aligned())
        .padding(Padding::horizontal(1));
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}
