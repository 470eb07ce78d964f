//! Text reaches the terminal harmless, whole and no wider than it may be.

use k8stui::views::text::escape::{clean, clean_lines};
use k8stui::views::text::width::{pad, pad_start, skip, truncate, truncate_middle, width};
use k8stui::views::text::wrap::{Wrap, wrap};
use proptest::prelude::*;
use ratatui::style::Style;
use ratatui::text::Span;

#[test]
fn what_could_act_is_shown_instead() {
    for (text, shown) in [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\u{9b}31m", "\\u{9b}31m"),
        ("a\tb", "a   b"),
        ("abcd\tb", "abcd    b"),
        ("界\tb", "界  b"),
        ("one\r\ntwo\nthree\rfour", "one two three␍four"),
        ("safe\u{202e}gpj.exe", "safe\\u{202e}gpj.exe"),
        ("pass\u{200b}word", "pass\\u{200b}word"),
        ("blank\u{3164}", "blank\\u{3164}"),
        ("\u{e0041}tag", "\\u{e0041}tag"),
        ("\0\x7f", "␀␡"),
        ("⚠\u{fe0f} hot", "⚠ hot"),
        ("👩\u{200d}💻", "👩💻"),
        ("می\u{200c}خواهم", "می\u{200c}خواهم"),
        ("naïve café", "naïve café"),
        (
            "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
            "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\\u{301}",
        ),
    ] {
        assert_eq!(clean(text), shown, "{text:?}");
    }
    assert_eq!(clean_lines("a\r\nb\tc\n\x1bd"), "a\nb   c\n␛d");
}

#[test]
fn columns_are_exact() {
    assert_eq!(truncate("checkout", 8), "checkout");
    assert_eq!(truncate("checkout", 5), "chec…");
    assert_eq!(truncate("checkout", 0), "");
    assert_eq!(truncate("日本語", 4), "日…");
    assert_eq!(
        truncate_middle("checkout-7d9f8b6c5d-abc12", 15),
        "checkou…d-abc12"
    );
    assert_eq!(pad("日本", 5), "日本 ");
    assert_eq!(pad_start("42", 5), "   42");
    assert_eq!(skip("日本語", 1), " 本語");
    assert_eq!(skip("log line", 4), "line");
    assert_eq!(width("e\u{301}👍🏽日"), 5);
}

#[test]
fn words_are_not_cut_while_there_is_room() {
    let text = "nginx dies at start because it cannot create its cache folder [1].";
    assert_eq!(
        wrap(text, 24),
        [
            "nginx dies at start",
            "because it cannot create",
            "its cache folder [1]."
        ]
    );
    assert_eq!(
        wrap("a verylongwordindeed b", 8),
        ["a", "verylong", "wordinde", "ed b"]
    );
    assert_eq!(
        wrap("原因は読み取り専用です。終わり", 12),
        ["原因は読み取", "り専用です。", "終わり"]
    );
    assert_eq!(
        wrap("原因は読み取り専用です。終わり", 11),
        ["原因は読み", "取り専用で", "す。終わり"]
    );
    assert_eq!(wrap("one\n\ntwo", 10), ["one", "", "two"]);
    let hanging = Wrap {
        columns: 12,
        first: vec![Span::raw("• ")],
        rest: vec![Span::raw("  ")],
    };
    let lines = hanging.text("one two three four", Style::new());
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["• one two", "  three four"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_line_is_wider_than_it_may_be_and_no_letter_is_lost(
        text in "[a-z日é👍 ‍\u{301}\u{200b}\t-]{0,80}",
        columns in 2_usize..30,
    ) {
        let text = clean(&text).into_owned();
        let lines = wrap(&text, columns);
        for line in &lines {
            prop_assert!(width(line) <= columns, "{line:?} in {columns}");
        }
        let letters = |text: &str| text.chars().filter(|character| *character != ' ').collect::<String>();
        prop_assert_eq!(letters(&lines.concat()), letters(&text));
    }

    #[test]
    fn nothing_that_acts_gets_through(text in any::<String>()) {
        let shown = clean(&text);
        prop_assert!(!shown.chars().any(char::is_control));
        let tricks = ['\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}'];
        prop_assert!(!shown.contains(tricks));
        prop_assert_eq!(clean(&shown), shown.as_ref(), "what is harmless stays as it is");
    }

    #[test]
    fn truncated_text_fits(text in any::<String>(), columns in 0_usize..20) {
        let text = clean(&text);
        prop_assert!(width(&truncate(&text, columns)) <= columns);
        prop_assert!(width(&truncate_middle(&text, columns)) <= columns);
        prop_assert_eq!(width(&pad(&text, columns)), columns);
        prop_assert_eq!(width(&pad_start(&text, columns)), columns);
    }
}
