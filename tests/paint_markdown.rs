//! Markdown, at the widths of a strip, a small terminal and a page.

use k8stui::app::theme::Theme;
use k8stui::chat::session::ChatCommand;
use k8stui::views::markdown::{Page, StreamingMarkdown, render};
use k8stui::views::text::width::width;
use proptest::prelude::*;
use ratatui::text::Line;

use crate::support::{command, screen};

const ZOO: &str = include_str!("fixtures/zoo.md");

fn commands() -> Vec<ChatCommand> {
    vec![
        command(1, 0, "kubectl -n shop rollout undo deployment/checkout", true),
        command(2, 0, "kubectl -n shop get pods -l app=checkout -w", false),
        command(
            12,
            0,
            "kubectl -n shop patch deployment checkout --type=strategic -p '{\"spec\":{\"paused\":true}}'",
            true,
        ),
    ]
}

fn zoo(columns: u16) -> String {
    let theme = Theme::dark();
    let commands = commands();
    let page = Page {
        columns,
        theme: &theme,
        commands: &commands,
    };
    screen::text(&screen::of_lines(&render(ZOO, page), columns))
}

#[test]
fn the_zoo_at_40_columns() {
    insta::assert_snapshot!(zoo(40));
}

#[test]
fn the_zoo_at_80_columns() {
    insta::assert_snapshot!(zoo(80));
}

#[test]
fn the_zoo_at_120_columns() {
    insta::assert_snapshot!(zoo(120));
}

#[test]
fn styles_are_roles() {
    let theme = Theme::dark();
    let commands = commands();
    let page = Page {
        columns: 60,
        theme: &theme,
        commands: &commands,
    };
    let text = "# Cause\n\nnginx **dies** at *start* [1], see [the docs](https://nginx.org) and `kubectl -n shop rollout undo deployment/checkout`.\n\n```sh\nkubectl -n shop get pods -l app=checkout -w\n```\n\n```yaml\nspec:\n  replicas: 3 # three\n```";
    insta::assert_snapshot!(screen::styled(&screen::of_lines(&render(text, page), 60)));
}

#[test]
fn escape_sequences_do_not_reach_the_terminal() {
    let theme = Theme::dark();
    let page = Page {
        columns: 40,
        theme: &theme,
        commands: &[],
    };
    let text = "a\x1b[2Jb `c\x1b]0;x\x07` \u{202e}d\n\n```\n\x1b[31m\tred\n```\n\n| \x1b[1mh |\n|---|\n| x |\n\n[l\x1b](http://\x1b/)";
    let shown = screen::plain(&render(text, page));
    assert!(!shown.contains('\x1b'), "{shown}");
    assert!(!shown.contains('\u{202e}'), "{shown}");
    assert!(shown.contains('␛'), "{shown}");
}

#[test]
fn what_nests_without_end_ends() {
    let theme = Theme::dark();
    let page = Page {
        columns: 40,
        theme: &theme,
        commands: &[],
    };
    for deep in [
        ">".repeat(5_000) + " end",
        "- ".repeat(5_000) + "end",
        "[".repeat(5_000) + "end",
    ] {
        let shown: String = render(&deep, page).iter().map(ToString::to_string).collect();
        assert!(shown.contains("end"));
    }
}

fn stream(text: &str, page: Page<'_>, step: usize) -> Vec<Line<'static>> {
    let mut streaming = StreamingMarkdown::new();
    for end in (0..text.len())
        .step_by(step)
        .filter(|end| text.is_char_boundary(*end))
    {
        streaming.render(&text[..end], true, page);
    }
    streaming.render(text, false, page).to_vec()
}

#[test]
fn a_streamed_text_ends_as_the_whole_one() {
    let theme = Theme::dark();
    let commands = commands();
    for columns in [40, 80] {
        let page = Page {
            columns,
            theme: &theme,
            commands: &commands,
        };
        for step in [1, 7] {
            assert_eq!(
                stream(ZOO, page, step),
                render(ZOO, page),
                "{columns} columns, {step} bytes at a time"
            );
        }
    }
}

#[test]
fn what_is_not_complete_looks_as_it_will() {
    let theme = Theme::dark();
    let page = Page {
        columns: 60,
        theme: &theme,
        commands: &[],
    };
    let shown = |text: &str| {
        let mut streaming = StreamingMarkdown::new();
        screen::plain(streaming.render(text, true, page))
    };
    assert_eq!(shown("It is **read-on"), "It is read-on\n");
    assert_eq!(shown("It is **"), "It is\n");
    assert_eq!(shown("Run `kubectl ge"), "Run kubectl ge\n");
    assert_eq!(
        shown("Then\n\n```sh\nkubectl get po"),
        "Then\n\n  kubectl get po\n"
    );
    assert_eq!(
        shown("Then\n\n```sh\nkubectl get pods\n``"),
        "Then\n\n  kubectl get pods\n"
    );
    assert_eq!(
        shown("| pod | why |\n|---|---|\n| web | O"),
        "pod  why\n────────\nweb  O\n"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_markdown_fits_its_width(
        text in "([#>*`|_~a-z0-9\\[\\](). -]|\n|kubectl |日){0,120}",
        columns in 8_u16..60,
    ) {
        let theme = Theme::monochrome();
        let page = Page { columns, theme: &theme, commands: &[] };
        for line in render(&text, page) {
            let shown: usize = line.spans.iter().map(|span| width(&span.content)).sum();
            prop_assert!(shown <= usize::from(columns), "{line:?}");
        }
    }

    #[test]
    fn any_streamed_markdown_ends_as_the_whole_one(text in "([#>*`|_~a-z0-9\\[\\]. -]|\n|\n\n|```|1\\. ){0,60}") {
        let theme = Theme::monochrome();
        let page = Page { columns: 40, theme: &theme, commands: &[] };
        prop_assert_eq!(stream(&text, page, 1), render(&text, page));
    }
}
