//! A drawn buffer as text, for snapshots: what stands there, and below it how each cell looks.

use ratatui::buffer::Buffer;

/// What stands on the screen, without blanks at the ends of lines.
pub fn text(buffer: &Buffer) -> String {
    let mut shown = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut line = String::new();
        let mut covered = 0;
        for x in buffer.area.left()..buffer.area.right() {
            if covered > 0 {
                covered -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            covered = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        shown.push_str(line.trim_end());
        shown.push('\n');
    }
    shown
}
