//! For fonts without the signs: the program's own, in ASCII.

use ratatui::buffer::Buffer;

/// The program's own signs, each with an ASCII one of the same width.
const SIGNS: &[(&str, &str)] = &[
    ("✖", "x"),
    ("⚠", "!"),
    ("•", "*"),
    ("✓", "v"),
    ("▲", "!"),
    ("▌", ">"),
    ("▏", "|"),
    ("│", "|"),
    ("─", "-"),
    ("┬", "+"),
    ("┴", "+"),
    ("├", "+"),
    ("└", "+"),
    ("┼", "+"),
    ("═", "="),
    ("…", "~"),
    ("·", "."),
    ("×", "x"),
    ("›", ">"),
    ("→", ">"),
    ("←", "<"),
    ("↑", "^"),
    ("↓", "v"),
    ("⌄", "v"),
    ("▸", ">"),
    ("▾", "v"),
    ("‖", "="),
    ("▍", "_"),
    ("●", "*"),
    ("○", "o"),
    ("☐", "-"),
    ("☑", "x"),
    ("⏎", "^"),
    ("\u{a0}", " "),
];

/// Replaces the program's own signs in what was drawn; other text, also of other scripts, stays.
pub fn fold(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let symbol = cell.symbol();
        if symbol.is_ascii() {
            continue;
        }
        if let Some((_, plain)) = SIGNS.iter().find(|(sign, _)| *sign == symbol) {
            cell.set_symbol(plain);
        } else if let Some(plain) = symbol.chars().next().and_then(plain) {
            cell.set_char(plain);
        }
    }
}

/// Circled numbers become their last digit, turning dots a turning stroke, pictures of controls a question mark.
fn plain(sign: char) -> Option<char> {
    let digit = |n: u32| char::from_digit(n % 10, 10);
    let code = u32::from(sign);
    match sign {
        '①'..='⑳' => digit(code - 0x2460 + 1),
        '㉑'..='㉟' => digit(code - 0x3251 + 21),
        '㊱'..='㊿' => digit(code - 0x32b1 + 36),
        '\u{2800}'..='\u{28ff}' => ['|', '/', '-', '\\'].get(code as usize % 4).copied(),
        '\u{2400}'..='\u{2421}' => Some('?'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::buffer::CellWidth;

    use super::{SIGNS, fold};

    #[test]
    fn own_signs_are_folded_and_nothing_moves() {
        let mut buffer = Buffer::with_lines(["▌✖ checkout ×3 │ ① ⚠ 日本 é"]);
        fold(&mut buffer);
        assert_eq!(buffer, Buffer::with_lines([">x checkout x3 | 1 ! 日本 é"]));
        for (sign, plain) in SIGNS {
            assert_eq!(sign.cell_width(), plain.cell_width(), "{sign}");
            assert!(plain.is_ascii(), "{sign}");
        }
    }
}
