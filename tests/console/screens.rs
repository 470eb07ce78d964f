//! Every state of the screen, at the sizes that people have.

use crate::support::console::Console;
use crate::support::fixtures;

#[test]
fn problems() {
    for (width, height) in [(110, 30), (80, 24)] {
        let console = Console::new(width, height).snapshot(fixtures::shop());
        println!("{}", console.screen());
    }
}
