//! A drawn buffer as text, for snapshots: what stands there, and below it how each cell looks.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;

/// What stands on the screen, without blanks at the ends of lines.
pub fn text(buffer: &Buffer) -> String {
    grid(buffer, |x, y| buffer[(x, y)].symbol().to_owned())
}

/// What stands on the screen, then a map with a letter for the style of each cell, then what the letters mean.
/// Letters are given in the order in which styles appear; `·` is the terminal's own style.
pub fn styled(buffer: &Buffer) -> String {
    let mut seen: Vec<Style> = Vec::new();
    let map = grid(buffer, |x, y| {
        let cell = &buffer[(x, y)];
        let style = cell.style();
        // The colour of blanks cannot be seen, only what is behind and around them.
        let invisible = cell.symbol() == " "
            && style.bg.is_none_or(|colour| colour == Color::Reset)
            && !style
                .add_modifier
                .intersects(Modifier::REVERSED | Modifier::UNDERLINED);
        let sign = if invisible {
            ' '
        } else if name(style).is_empty() {
            '·'
        } else {
            let index = seen.iter().position(|known| *known == style).unwrap_or_else(|| {
                seen.push(style);
                seen.len() - 1
            });
            letter(index)
        };
        sign.to_string()
            .repeat(usize::from(cell.symbol().cell_width()).max(1))
    });
    let mut shown = format!(
        "{}{}\n{map}",
        text(buffer),
        "─".repeat(usize::from(buffer.area.width))
    );
    for (index, style) in seen.iter().enumerate() {
        let _ = writeln!(shown, "{} = {}", letter(index), name(*style));
    }
    shown
}

/// What `draw` draws into an empty screen of a size.
pub fn drawn(columns: u16, rows: u16, draw: impl FnOnce(Rect, &mut Buffer)) -> Buffer {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    draw(area, &mut buffer);
    buffer
}

/// Lines as a screen of `columns`, as high as they are.
pub fn of_lines(lines: &[Line<'_>], columns: u16) -> Buffer {
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    drawn(columns, rows, |area, buffer| {
        for (row, line) in area.rows().zip(lines) {
            buffer.set_line(row.x, row.y, line, row.width);
        }
    })
}

/// Lines as text, blanks at their ends kept.
pub fn plain(lines: &[Line<'_>]) -> String {
    let mut shown = String::new();
    for line in lines {
        let _ = writeln!(shown, "{line}");
    }
    shown
}

/// The letter of the style with that number, `?` beyond the 26th.
fn letter(index: usize) -> char {
    ('a'..='z').nth(index).unwrap_or('?')
}

fn grid(buffer: &Buffer, cell: impl FnMut(u16, u16) -> String) -> String {
    let mut cell = cell;
    let mut shown = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut line = String::new();
        let mut x = buffer.area.left();
        while x < buffer.area.right() {
            line.push_str(&cell(x, y));
            // A wide character covers the cells behind it.
            x += buffer[(x, y)].symbol().cell_width().max(1);
        }
        shown.push_str(line.trim_end());
        shown.push('\n');
    }
    shown
}

/// `light-red bold on black`, empty for the terminal's own.
fn name(style: Style) -> String {
    let mut words = Vec::new();
    if let Some(colour) = style.fg.filter(|colour| *colour != Color::Reset) {
        words.push(colour.to_string());
    }
    for (modifier, name) in style
        .add_modifier
        .iter_names()
        .map(|(name, modifier)| (modifier, name))
    {
        if !modifier.is_empty() {
            words.push(name.to_ascii_lowercase());
        }
    }
    if let Some(colour) = style.bg.filter(|colour| *colour != Color::Reset) {
        words.push(format!("on {colour}"));
    }
    words.join(" ")
}
