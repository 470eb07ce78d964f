//! Every state of the screen, at the sizes that people have.

use crate::support::console::Console;
use crate::support::fixtures;
use k8stui::app::message::LogMessage;

#[test]
fn problems() {
    for (width, height) in [(110, 30), (80, 24), (40, 12), (200, 60)] {
        let console = Console::new(width, height).snapshot(fixtures::shop());
        println!("{}", console.screen());
    }
    for keys in ["<tab>]", "jj", "jjj/ora<enter>", "?"] {
        let console = Console::new(110, 30).snapshot(fixtures::shop()).keys(keys);
        println!("{}", console.screen());
    }
    println!("{}", Console::new(110, 30).snapshot(fixtures::shop()).keys("2").yaml(&fixtures::deployment()).screen());
    println!("{}", Console::new(110, 30).snapshot(fixtures::shop()).keys("3").events(fixtures::events()).screen());
    println!("{}", Console::new(80, 24).snapshot(fixtures::shop()).keys("3").events(fixtures::events()).screen());
    println!("{}", Console::new(80, 24).snapshot(fixtures::shop()).keys("<enter>").screen());
    println!("{}", Console::new(40, 12).snapshot(fixtures::shop()).keys("<enter>").screen());
    let log = [("10:20:58.114", "GET /health 200 1ms"), ("10:20:59.900", "level=error msg=\"upstream connect refused\" host=orders:8080"), ("10:21:00.001", "[emerg] 1#1: mkdir() \"/var/cache/nginx/client_temp\" failed (30: Read-only file system)")];
    println!("{}", Console::new(110, 30).snapshot(fixtures::shop()).keys("1").log_lines(0, &log).log(LogMessage::Ended{stream: 0}).log_lines(1, &log).screen());
    println!("{}", Console::new(110, 30).snapshot(fixtures::shop()).keys("<enter>").screen());
    println!("{}", Console::new(110, 30).snapshot(fixtures::live(vec![])).screen());
}
